"""What places came to month by month: kept by the night, never reconstructed."""

from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Max, Sum
from django.db.models.functions import Left
from django.utils import timezone

from dashboards.figures import REGISTER_COUNTS, Counts
from dashboards.models import VillageMonth

_NAMES = (*REGISTER_COUNTS, "cases", "approved")
# The round is the newest running one of the village: the one its start page speaks of.
KEEP = f"""
INSERT INTO dashboards_villagemonth
    (village_id, register, month, round_id, {", ".join(_NAMES)})
SELECT village_id, register, %(month)s, r.round_id,
    {", ".join(f"f.{name}" for name in REGISTER_COUNTS)},
    coalesce(r.cases, 0), coalesce(r.approved, 0)
FROM dashboards_registerfigures f
LEFT JOIN (
    SELECT DISTINCT ON (r.village_id, r.register) r.village_id, r.register, r.round_id, r.cases,
        r.approved
    FROM dashboards_roundfigures r JOIN verification_round v ON v.id = r.round_id
    WHERE v.status = 'BERJALAN'
    ORDER BY r.village_id, r.register, v.starts_on DESC, v.id DESC
) r USING (village_id, register)
ON CONFLICT (month, village_id, register) DO UPDATE SET
    {", ".join(f"{name} = excluded.{name}" for name in _NAMES)}, round_id = excluded.round_id
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


def months(
    user, code: str, *, until: date, length: int, register: str | None = None, count: int = 12
) -> dict[str, list[Kept]]:
    """What was kept in the `count` months up to `until`, the oldest first, by place inside `code`
    whose codes have this length; within the user's scope."""
    number = until.year * 12 + until.month - count
    rows = VillageMonth.objects.visible_to(user).filter(
        village__code__startswith=code,
        month__range=(date(number // 12, number % 12 + 1, 1), until),
        **({"register": register} if register else {}),
    )
    found: dict[str, list[Kept]] = {}
    for row in (
        rows.order_by()
        .values("month", place=Left("village_id", length))
        .annotate(latest=Max("round_id"), **{name: Sum(name) for name in _NAMES})
        .order_by("month")
    ):
        kept = Kept(row["month"], row["latest"], Counts(**{name: row[name] for name in _NAMES}))
        found.setdefault(row["place"], []).append(kept)
    return found
