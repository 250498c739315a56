"""What coordination adds to the start page of the province."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet, Value
from django.urls import reverse
from django.utils import timezone

from accounts.scope import Scope
from coordination.models import Complaint, FollowUp
from dashboards.figures import Area, Place
from dashboards.tiles import Added, Button, Tile
from dashboards.work import Finding
from spreadsheets.words import thousands

PROVINCE, REGENCY = 2, 5  # lengths of their codes


def _url(model: str, code: str) -> str:
    place = {"kabupaten": code[:5]} if len(code) >= 5 else {}
    query = urlencode({"keadaan": "lewat", **place})
    return f"{reverse(f'admin:coordination_{model}_changelist')}?{query}"


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


def overdue(user, area: Area) -> Added:
    """Follow-ups past their date as a tile; for each place of the province a finding of its
    follow-ups and one of its complaints that are late. One query.

    Nothing for who may not see them, and below a regency, which they are agreed for.
    """
    code = area.region.code
    buttons = _buttons(user)
    kinds = {kind: late for kind, late in LATE.items() if user.has_perm(late.permission)}
    if not kinds or len(code) > REGENCY:
        return Added(buttons=buttons)
    first, *others = (_counted(user, code, kind, late.model) for kind, late in kinds.items())
    rows = list(first.union(*others, all=True))
    findings = []
    if len(code) == PROVINCE:
        places = {place.code: place for place in area.places}
        findings = [
            _finding(places[row["regency_code"]], row["kind"], row["overdue"])
            for row in sorted(
                rows, key=lambda row: (row["regency_code"], [*LATE].index(row["kind"]))
            )
            if row["overdue"] and row["regency_code"] in places
        ]
    return Added(_tile(code, rows) if "followup" in kinds else None, findings, buttons)


def _buttons(user) -> list[Button]:
    offered = (
        (
            "coordination.make_report",
            Button("Unduh ringkasan", "download", reverse("coordination:report", args=["6t"])),
        ),
        (
            "coordination.add_meeting",
            Button(
                "Susun bahan Rakor", "doc", reverse("admin:coordination_meeting_add"), is_main=True
            ),
        ),
    )
    return [button for permission, button in offered if user.has_perm(permission)]


def _counted(user, code: str, kind: str, model) -> QuerySet:
    rows = model.objects.visible_to(user).filter(Scope((code,)).condition(model.PLACE))
    return (
        rows.open()
        .order_by()
        .values("regency_code", kind=Value(kind))
        .annotate(open=Count("pk"), overdue=Count("pk", filter=Q(due_on__lt=timezone.localdate())))
    )


def _tile(code: str, rows: list[dict]) -> Tile:
    told = [row for row in rows if row["kind"] == "followup"]
    return Tile(
        "Tindak lanjut lewat tenggat",
        thousands(sum(row["overdue"] for row in told)),
        f"dari {thousands(sum(row['open'] for row in told))} yang masih terbuka",
        _url("followup", code),
    )


def _finding(place: Place, kind: str, count: int) -> Finding:
    late = LATE[kind]
    return Finding(
        kind="told",
        urgent=False,
        region=place.region,
        count=count,
        url=_url(kind, place.code),
        title=f"{count} {late.noun} lewat tenggat",
        text=late.text,
        button=f"Lihat {count} {late.noun}",
    )
