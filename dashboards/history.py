"""What places came to month by month: kept by the night, never reconstructed."""

from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Max, Sum
from django.db.models.functions import Left
from django.utils import timezone

from dashboards.figures import REGISTER_COUNTS, Counts
from dashboards.models import VillageMonth

_COLUMNS = ", ".join(REGISTER_COUNTS)
# The round is the newest running one of the village: the one its start page speaks of.
KEEP = f"""
INSERT INTO dashboards_villagemonth (village_id, month, {_COLUMNS}, round_id, cases, approved)
SELECT f.village_id, %(month)s, {", ".join(f"f.{name}" for name in REGISTER_COUNTS)},
    r.round_id, coalesce(r.cases, 0), coalesce(r.approved, 0)
FROM dashboards_villagefigures f
LEFT JOIN LATERAL (
    SELECT r.round_id, r.cases, r.approved
    FROM dashboards_roundfigures r JOIN verification_round v ON v.id = r.round_id
    WHERE r.village_id = f.village_id AND v.status = 'BERJALAN'
    ORDER BY v.starts_on DESC, v.id DESC LIMIT 1
) r ON true
ON CONFLICT (month, village_id) DO UPDATE SET
    {", ".join(f"{name} = excluded.{name}" for name in REGISTER_COUNTS)},
    round_id = excluded.round_id, cases = excluded.cases, approved = excluded.approved
"""


def keep_month(month: date | None = None) -> None:
    """Write down the figures as they are now, as those of this month so far."""
    month = month or timezone.localdate().replace(day=1)
    with connection.cursor() as cursor:
        cursor.execute(KEEP, {"month": month})


@dataclass(frozen=True)
class Kept:
    """The figures of a place in a month; `round` is what its cases are of."""

    month: date
    round: int | None
    counts: Counts


def month_inside(user, code: str, month: date, *, length: int) -> dict[str, Kept]:
    """What was kept of a month, by place inside `code`; empty where nothing was."""
    rows = _sums(user, code).filter(month=month).values(place=Left("village_id", length))
    return {row.pop("place"): _kept(month, row) for row in rows.annotate(**_SUMS)}


def months(user, code: str, *, until: date, count: int = 12) -> list[Kept]:
    """What was kept of the region in the last months up to `until`, the oldest first."""
    rows = _sums(user, code).filter(month__lte=until).values("month").annotate(**_SUMS)
    found = [_kept(row.pop("month"), row) for row in rows.order_by("-month")[:count]]
    return found[::-1]


_SUMS = {name: Sum(name) for name in (*REGISTER_COUNTS, "cases", "approved")} | {
    "round": Max("round_id")
}


def _sums(user, code: str):
    return VillageMonth.objects.visible_to(user).filter(village__code__startswith=code).order_by()


def _kept(month: date, row: dict) -> Kept:
    return Kept(month, row.pop("round"), Counts(**row))
