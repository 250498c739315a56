"""What places came to month by month: kept by the night, never reconstructed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction
from django.db.models import Max, Sum
from django.db.models.functions import Left
from django.utils import timezone

from dashboards.figures import REGENCY_LENGTH, REGISTER_COUNTS, Counts, are_regencies_enough
from dashboards.models import RegencyMonth, VillageMonth

KEPT = (*REGISTER_COUNTS, "cases", "approved")
# The round is the newest running one of the village: the one its start page speaks of.
KEEP = f"""
INSERT INTO dashboards_villagemonth
    (village_id, register, month, round_id, {", ".join(KEPT)})
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
    {", ".join(f"{name} = excluded.{name}" for name in KEPT)}, round_id = excluded.round_id
"""
SUM_UP = f"""
DELETE FROM dashboards_regencymonth WHERE month = ANY (%(months)s);
INSERT INTO dashboards_regencymonth (regency_id, register, month, round_id, {", ".join(KEPT)})
SELECT regency_code, register, month, max(round_id), {", ".join(f"sum({n})" for n in KEPT)}
FROM dashboards_villagemonth WHERE month = ANY (%(months)s)
GROUP BY 1, 2, 3
"""


@transaction.atomic
def keep_month(month: date | None = None) -> None:
    """Write down the figures as they are now, as those of this month so far."""
    month = month or timezone.localdate().replace(day=1)
    with connection.cursor() as cursor:
        cursor.execute(KEEP, {"month": month})
    sum_up([month])


def sum_up(months: Collection[date]) -> None:
    """Write the sums by kabupaten/kota of what was kept in these months."""
    with connection.cursor() as cursor:
        cursor.execute(SUM_UP, {"months": list(months)})


@dataclass(frozen=True)
class Kept:
    """The figures of a place in a month; `round` is what its cases are of."""

    month: date
    round: int | None
    counts: Counts


def _model(user, length: int) -> type[RegencyMonth] | type[VillageMonth]:
    return RegencyMonth if are_regencies_enough(user, length) else VillageMonth


def kept_months(user) -> list[date]:
    """The months that are over and of which the user can see figures, the newest first."""
    rows = _model(user, REGENCY_LENGTH).objects.visible_to(user)
    over = rows.filter(month__lt=timezone.localdate().replace(day=1))
    return list(over.order_by("-month").values_list("month", flat=True).distinct())


def counts_of_month(
    user, code: str, month: date, *, length: int, register: str | None = None
) -> dict[str, Counts]:
    """Figures as kept in one month, by place inside `code` whose codes have this length."""
    found = months(user, code, until=month, length=length, register=register, count=1)
    return {place: kept.counts for place, (kept,) in sorted(found.items())}


def months(
    user, code: str, *, until: date, length: int, register: str | None = None, count: int = 12
) -> dict[str, list[Kept]]:
    """What was kept in the `count` months up to `until`, the oldest first, by place inside `code`
    whose codes have this length; within the user's scope."""
    number = until.year * 12 + until.month - count
    model = _model(user, length)
    rows = model.objects.visible_to(user).filter(
        month__range=(date(number // 12, number % 12 + 1, 1), until),
        **{f"{model.PLACE}__code__startswith": code},
        **({"register": register} if register else {}),
    )
    found: dict[str, list[Kept]] = {}
    for row in (
        rows.order_by()
        .values("month", place=Left(f"{model.PLACE}_id", length))
        .annotate(latest=Max("round_id"), **{name: Sum(name) for name in KEPT})
        .order_by("month")
    ):
        kept = Kept(row["month"], row["latest"], Counts(**{name: row[name] for name in KEPT}))
        found.setdefault(row["place"], []).append(kept)
    return found
