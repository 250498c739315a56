"""What coordination adds to the start page of the province."""

from urllib.parse import urlencode

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from accounts.scope import Scope
from coordination.models import FollowUp
from dashboards.figures import Area
from dashboards.tiles import Added, Tile
from dashboards.work import Finding
from spreadsheets.words import thousands


def _url(code: str) -> str:
    place = {"kabupaten": code[:5]} if len(code) >= 5 else {}
    return (
        f"{reverse('admin:coordination_followup_changelist')}"
        f"?{urlencode({'keadaan': 'lewat', **place})}"
    )


def overdue(user, area: Area) -> Added:
    """Follow-ups past their date, as a tile and as a finding for each place with some.

    Nothing for who may not see them, and below a regency, which they are agreed for.
    """
    code = area.region.code
    if not user.has_perm("coordination.view_followup") or len(code) > 5:
        return Added()
    rows = FollowUp.objects.visible_to(user).filter(Scope((code,)).condition(FollowUp.PLACE))
    late = Q(due_on__lt=timezone.localdate())
    counted = {
        row["regency_code"]: row
        for row in rows.open()
        .order_by()
        .values("regency_code")
        .annotate(open=Count("pk"), overdue=Count("pk", filter=late))
    }
    total = {name: sum(row[name] for row in counted.values()) for name in ("open", "overdue")}
    tile = Tile(
        "Tindak lanjut lewat tenggat",
        thousands(total["overdue"]),
        f"dari {thousands(total['open'])} yang masih terbuka",
        _url(code),
    )
    late_places = [
        (place, counted[place.code]["overdue"])
        for place in area.places
        if len(place.code) == 5 and counted.get(place.code, {}).get("overdue")
    ]
    return Added(tile, [_finding(place, count) for place, count in late_places])


def _finding(place, count: int) -> Finding:
    return Finding(
        kind="told",
        urgent=False,
        region=place.region,
        count=count,
        url=_url(place.code),
        title=f"{count} tindak lanjut lewat tenggat",
        text="Keputusan Rakor yang belum selesai.",
        button=f"Lihat {count} tindak lanjut",
    )
