"""Figures of the payout: counted ahead by village, period, bank and register; read as sums.

`refresh` counts one period, by village and from that by kabupaten/kota; pages add up what it has
written. Agents are some thousand and change by hand, so they are counted when asked.
"""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef, QuerySet, Sum
from django.db.models.functions import Left
from django.utils import timezone

from accounts import scope
from dashboards.figures import are_regencies_enough, share
from dashboards.models import PayoutFigures, RegencyPayout
from dashboards.summed import Summed
from distribution import chain
from distribution.models import PayoutPeriod

# So many periods are counted again when purchases come in without naming a period: a card spends
# its oldest credit, which is of one of the latest. The night counts all.
RECENT = 4


@dataclass(frozen=True)
class PayoutCounts(Summed):
    """Of one place, period and bank or of several; payments are families (KPM), money is rupiah.

    `unspent`: credited and nothing bought; `unspent_30`: so for 30 days at the day of the count.
    """

    payments: int = 0
    planned: int = 0
    credited: int = 0
    credited_amount: int = 0
    failed: int = 0
    failed_amount: int = 0
    spent: int = 0
    spent_amount: int = 0
    unspent: int = 0
    unspent_30: int = 0
    unspent_60: int = 0
    unspent_90: int = 0

    @property
    def credited_share(self) -> Decimal | None:
        """Of the rupiah planned."""
        return share(self.credited_amount, self.planned)

    @property
    def spent_share(self) -> Decimal | None:
        """Of the rupiah credited."""
        return share(self.spent_amount, self.credited_amount)

    @property
    def unspent_share(self) -> Decimal | None:
        """Of the payments credited."""
        return share(self.unspent, self.credited)


COUNTED = tuple(field.name for field in fields(PayoutCounts))

# Villages are written in their order, so that those of a place lie together.
COUNT = """
DELETE FROM dashboards_payoutfigures
WHERE period_id = %(period)s AND (%(everywhere)s OR regency_code = ANY (%(regencies)s));
INSERT INTO dashboards_payoutfigures (period_id, village_id, bank_id, register, payments, planned,
    credited, credited_amount, failed, failed_amount, spent, spent_amount, unspent, unspent_30,
    unspent_60, unspent_90, counted_at)
SELECT p.period_id, p.village_id, p.bank_id, coalesce(h.register, ''), count(*), sum(p.amount),
    count(*) FILTER (WHERE p.topped_up_amount > 0), sum(p.topped_up_amount),
    count(*) FILTER (WHERE p.status = ANY (%(failed)s)),
    coalesce(sum(p.amount) FILTER (WHERE p.status = ANY (%(failed)s)), 0),
    count(*) FILTER (WHERE p.spent_amount > 0), sum(p.spent_amount),
    count(*) FILTER (WHERE {unspent}),
    count(*) FILTER (WHERE {unspent} AND p.topped_up_on <= %(today)s::date - 30),
    count(*) FILTER (WHERE {unspent} AND p.topped_up_on <= %(today)s::date - 60),
    count(*) FILTER (WHERE {unspent} AND p.topped_up_on <= %(today)s::date - 90),
    now()
FROM distribution_payment p LEFT JOIN beneficiaries_household h ON h.id = p.household_id
WHERE p.period_id = %(period)s AND (%(everywhere)s OR p.regency_code = ANY (%(regencies)s))
GROUP BY 1, 2, 3, 4 ORDER BY 2;
DELETE FROM dashboards_regencypayout
WHERE period_id = %(period)s AND (%(everywhere)s OR regency_code = ANY (%(regencies)s));
INSERT INTO dashboards_regencypayout (period_id, regency_id, bank_id, register, {names}, counted_at)
SELECT period_id, regency_code, bank_id, register, {sums}, now()
FROM dashboards_payoutfigures
WHERE period_id = %(period)s AND (%(everywhere)s OR regency_code = ANY (%(regencies)s))
GROUP BY 1, 2, 3, 4
""".format(
    names=", ".join(COUNTED),
    sums=", ".join(f"sum({name})" for name in COUNTED),
    unspent="p.topped_up_amount > 0 AND p.spent_amount = 0 AND p.refunded_amount = 0",
)


def refresh(
    periods: Collection[int] | None = None, regencies: Collection[str] | None = None
) -> None:
    """Count the payments of these periods again, or of all; in these regencies or everywhere.

    Each period in a transaction of its own, one count of a period at a time: who waited counts
    with a snapshot taken after the other's commit. Within a region-limited scope only its own
    regencies are counted.
    """
    limits = scope.current()
    if limits is not None and not limits.is_province:
        regencies = [code for code in limits.regencies if regencies is None or code in regencies]
    if periods is None:
        periods = PayoutPeriod.objects.values_list("pk", flat=True)
    for period in sorted(periods):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtext('dashboards.payouts'), %s)", [period]
            )
            cursor.execute(
                COUNT,
                {
                    "period": period,
                    "everywhere": regencies is None,
                    "regencies": list(regencies or ()),
                    "failed": sorted(chain.FAILED),
                    "today": timezone.localdate(),
                },
            )


def recent_periods() -> list[int]:
    """Those still open, and the newest ones."""
    newest = PayoutPeriod.objects.order_by("-first_month", "-pk").values_list("pk", flat=True)
    return sorted({*newest[:RECENT], *newest.open()})


@dataclass(frozen=True)
class MonthCounts:
    """The payments of the periods from `first` to `last` month, both their first days; `period` is
    its id where it is one."""

    first: date
    last: date
    counts: PayoutCounts
    period: int | None = None


def periods(user) -> list[PayoutPeriod]:
    """Periods with counted payments in the user's scope, the newest first."""
    counted = PayoutFigures.objects.visible_to(user).filter(period=OuterRef("pk"))
    return list(PayoutPeriod.objects.visible_to(user).filter(Exists(counted)))


def latest_period(user) -> PayoutPeriod | None:
    """The newest period that pays or has paid; else the newest that is being prepared. Arrears
    (rapel) only for want of any other, since they concern few families."""
    return newest(periods(user))


def newest(found: list[PayoutPeriod]) -> PayoutPeriod | None:
    """The same of `periods` that were read already."""
    found = [period for period in found if not period.is_rapel] or found
    paying = (period for period in found if period.status != PayoutPeriod.Status.DISIAPKAN)
    return next(paying, found[0] if found else None)


def rows_inside(
    user, code: str, *, length: int, bank: str | None = None, register: str | None = None
) -> QuerySet:
    """What was counted inside `code`, to be summed by places whose codes have this length."""
    model = RegencyPayout if are_regencies_enough(user, length) else PayoutFigures
    inside = {f"{model.PLACE}__code__startswith": code}
    rows = model.objects.visible_to(user).filter(**inside).order_by()
    if bank:
        rows = rows.filter(bank=bank)
    return rows.filter(register=register) if register else rows


def _place(rows: QuerySet, length: int) -> Left:
    return Left(f"{rows.model.PLACE}_id", length)


_SUMS = {name: Sum(name) for name in COUNTED}


def _counts(row: dict) -> PayoutCounts:
    return PayoutCounts(**{name: int(row[name] or 0) for name in COUNTED})


def counts_inside(
    user,
    code: str,
    period: PayoutPeriod,
    *,
    bank: str | None = None,
    register: str | None = None,
    length: int,
) -> dict[str, PayoutCounts]:
    """By place inside `code` whose codes have this length, within the user's scope."""
    rows = rows_inside(user, code, length=length, bank=bank, register=register)
    grouped = rows.filter(period=period).values(place=_place(rows, length)).annotate(**_SUMS)
    return {row["place"]: _counts(row) for row in sorted(grouped, key=lambda row: row["place"])}


def total(
    user, code: str, period: PayoutPeriod, *, bank: str | None = None, register: str | None = None
) -> PayoutCounts:
    """Of the whole region, within the user's scope."""
    rows = rows_inside(user, code, length=len(code), bank=bank, register=register)
    return _counts(rows.filter(period=period).aggregate(**_SUMS))


def counted_at(user, code: str, period: PayoutPeriod) -> datetime | None:
    """As of when the figures of a period are; None before the first count."""
    rows = rows_inside(user, code, length=len(code)).filter(period=period)
    return rows.aggregate(last=Max("counted_at"))["last"]


def province_total(province: str, period: PayoutPeriod) -> PayoutCounts:
    """Sums over the whole province, for users of one district too; nothing below that."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(COUNTED)} FROM dashboards_provincepayout"
            " WHERE province_id = %s AND period_id = %s",
            [province, period.pk],
        )
        row = cursor.fetchone()
    return PayoutCounts(*row) if row else PayoutCounts()


def _months_back(months: int, last: date) -> date:
    """The first of so many months up to `last`, both counted."""
    number = last.year * 12 + last.month - months
    return date(number // 12, number % 12 + 1, 1)


def by_month(
    user, code: str, *, bank: str | None = None, register: str | None = None, months: int = 12
) -> list[MonthCounts]:
    """The months up to the newest that was paid, the oldest first.

    A period of several months stands as one, since it was paid as one; periods of the same months
    (a rapel) are added up.
    """
    paid = [one for one in periods(user) if one.status != PayoutPeriod.Status.DISIAPKAN]
    summed = by_period(user, code, paid, bank=bank, register=register, length=len(code))
    return months_of(paid, summed.counts, code, months=months)


def months_of(
    paid: list[PayoutPeriod],
    counts: dict[int, dict[str, PayoutCounts]],
    code: str,
    *,
    months: int = 12,
) -> list[MonthCounts]:
    """The same of counts by period and place that were read already, for the places inside."""
    last = max((one.last_month for one in paid if one.pk in counts), default=None)
    found: dict[tuple[date, date], MonthCounts] = {}
    for one in paid:
        if one.pk not in counts or one.last_month < _months_back(months, last):
            continue
        inside = (each for place, each in counts[one.pk].items() if place.startswith(code))
        key = (one.first_month, one.last_month)
        other = found.get(key)
        found[key] = MonthCounts(
            *key,
            sum(inside, other.counts if other else PayoutCounts()),
            None if other else one.pk,
        )
    return [found[key] for key in sorted(found)]


@dataclass(frozen=True)
class ByPeriod:
    """Counts by period and place, with the moment of the count of each period."""

    counts: dict[int, dict[str, PayoutCounts]]
    counted_at: dict[int, datetime]

    def total(self, period: PayoutPeriod) -> PayoutCounts:
        return sum(self.counts.get(period.pk, {}).values(), PayoutCounts())


def by_period(
    user,
    code: str,
    wanted: Collection[PayoutPeriod],
    *,
    bank: str | None = None,
    register: str | None = None,
    length: int,
) -> ByPeriod:
    """Several periods in one query, by place inside `code` whose codes have this length."""
    rows = rows_inside(user, code, length=length, bank=bank, register=register).filter(
        period__in=[one.pk for one in wanted]
    )
    counts: dict[int, dict[str, PayoutCounts]] = {}
    counted: dict[int, datetime] = {}
    grouped = rows.values("period_id", place=_place(rows, length))
    for row in grouped.annotate(last=Max("counted_at"), **_SUMS):
        period = row["period_id"]
        counts.setdefault(period, {})[row["place"]] = _counts(row)
        counted[period] = max(counted.get(period, row["last"]), row["last"])
    return ByPeriod(counts, counted)


def shown_periods(found: list[PayoutPeriod], chosen: PayoutPeriod | None) -> list[PayoutPeriod]:
    """Those whose figures a page needs: of the last twelve months, and the chosen one with the one
    before it."""
    paid = [one for one in found if one.status != PayoutPeriod.Status.DISIAPKAN]
    last = max((one.last_month for one in paid), default=None)
    wanted = [one for one in paid if one.last_month >= _months_back(13, last)] if last else []
    if chosen and chosen not in wanted:
        place = found.index(chosen)
        wanted += [one for one in found[place : place + RECENT] if one not in wanted]
    return wanted
