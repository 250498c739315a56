"""What coordination adds to the start page of the province."""

from collections.abc import Iterator
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from accounts.scope import Scope
from coordination.models import FollowUp
from dashboards.figures import Area
from dashboards.tiles import Tile
from dashboards.work import Finding
from spreadsheets.words import thousands


def _url(code: str) -> str:
    place = {"kabupaten": code[:5]} if len(code) >= 5 else {}
    return (
        f"{reverse('admin:coordination_followup_changelist')}"
        f"?{urlencode({'keadaan': 'lewat', **place})}"
    )


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
        _url(code),
    )


def overdue_findings(user, area: Area) -> Iterator[Finding]:
    """One for each place with follow-ups past their date."""
    if not user.has_perm("coordination.view_followup") or len(area.region.code) != 2:
        return
    counted = dict(
        FollowUp.objects.visible_to(user)
        .overdue()
        .order_by()
        .values_list("regency_code")
        .annotate(Count("pk"))
    )
    for place in area.places:
        if count := counted.get(place.code):
            yield Finding(
                kind="told",
                urgent=False,
                region=place.region,
                count=count,
                url=_url(place.code),
                title=f"{count} tindak lanjut lewat tenggat",
                text=f"Keputusan Rakor yang belum selesai per {timezone.localdate():%d-%m-%Y}.",
                button=f"Lihat {count} tindak lanjut",
            )
