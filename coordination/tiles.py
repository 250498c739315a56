"""What coordination adds to the start page of the province."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count, Q, Value
from django.urls import reverse

from accounts.scope import Scope
from coordination.models import Complaint, FollowUp
from dashboards.figures import Area
from dashboards.tiles import Tile
from dashboards.work import Finding
from spreadsheets.words import thousands

PROVINCE = 2  # length of its code


def _url(model: str, code: str) -> str:
    place = {"kabupaten": code[:5]} if len(code) >= 5 else {}
    query = urlencode({"keadaan": "lewat", **place})
    return f"{reverse(f'admin:coordination_{model}_changelist')}?{query}"


def overdue_tile(user, area: Area) -> Tile | None:
    """None for who may not see follow-ups, and below a regency, which they are agreed for."""
    code = area.region.code
    if not user.has_perm("coordination.view_followup") or len(code) > 5:
        return None
    rows = FollowUp.objects.visible_to(user).filter(Scope((code,)).condition(FollowUp.PLACE))
    counted = rows.aggregate(
        open=Count("pk", filter=Q(pk__in=rows.open().values("pk"))),
        overdue=Count("pk", filter=Q(pk__in=rows.overdue().values("pk"))),
    )
    return Tile(
        "Tindak lanjut lewat tenggat",
        thousands(counted["overdue"]),
        f"dari {thousands(counted['open'])} yang masih terbuka",
        _url("followup", code),
    )


@dataclass(frozen=True)
class Late:
    """What may be late: its list, and the words of its finding."""

    model: type[FollowUp] | type[Complaint]
    permission: str
    noun: str
    text: str


LATE = {
    "followup": Late(
        FollowUp,
        "coordination.view_followup",
        "tindak lanjut",
        "Keputusan Rakor yang belum selesai.",
    ),
    "complaint": Late(
        Complaint,
        "coordination.handle_complaint",
        "pengaduan",
        "Belum dijawab sesudah tenggatnya.",
    ),
}


def overdue_findings(user, area: Area) -> Iterator[Finding]:
    """For each place one of its follow-ups and one of its complaints past their date, in one
    query."""
    if len(area.region.code) != PROVINCE:
        return
    counted = [
        late.model.objects.visible_to(user)
        .overdue()
        .order_by()
        .values("regency_code", kind=Value(kind))
        .annotate(count=Count("pk"))
        for kind, late in LATE.items()
        if user.has_perm(late.permission)
    ]
    if not counted:
        return
    first, *others = counted
    rows = list(first.union(*others, all=True) if others else first)
    for place in area.places:
        for row in rows:
            if row["regency_code"] == place.code:
                late = LATE[row["kind"]]
                yield Finding(
                    kind="told",
                    urgent=False,
                    region=place.region,
                    count=row["count"],
                    url=_url(row["kind"], place.code),
                    title=f"{row['count']} {late.noun} lewat tenggat",
                    text=late.text,
                    button=f"Lihat {row['count']} {late.noun}",
                )
