"""What periods have come to, read from the sums that triggers keep with the payments."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Count, QuerySet, Sum

from accounts.models import User
from distribution import chain
from distribution.models import LeftOut, Payment, PaymentSum, PayoutPeriod

# Names of the sums, and the columns of a payment they add up.
_MONEY = {
    "amount": "amount",
    "credited": "topped_up_amount",
    "spent": "spent_amount",
    "refunded": "refunded_amount",
}
_KIND = "period_id, region_id, bank_id, status, year"
_KEPT_CODE = len("62.01.01")
FAILED, IN_PROGRESS, CREDITED, EXCLUDED = "gagal", "proses", "dikreditkan", "dikeluarkan"


def stage_of(status: str) -> str:
    if status in chain.FAILED:
        return FAILED
    if status in chain.EXCLUDED:
        return EXCLUDED
    return CREDITED if status in {chain.CREDITED, *chain.AFTER_CREDIT} else IN_PROGRESS


@dataclass
class Sums:
    """Payments and rupiah of a group; shares are of one hundred, None of nothing."""

    key: str = ""
    payments: int = 0
    amount: int = 0
    credited: int = 0
    spent: int = 0
    refunded: int = 0
    balance: int = 0
    credited_payments: int = 0
    failed_payments: int = 0

    def add(self, row: dict) -> None:
        self.payments += row["payments"]
        for name in _MONEY:
            setattr(self, name, getattr(self, name) + row[name])
        self.balance = self.credited - self.spent - self.refunded
        stage = stage_of(row["status"])
        self.credited_payments += row["payments"] * (stage == CREDITED)
        self.failed_payments += row["payments"] * (stage == FAILED)

    @property
    def credited_share(self) -> float | None:
        return 100 * self.credited / self.amount if self.amount else None

    @property
    def spent_share(self) -> float | None:
        return 100 * self.spent / self.credited if self.credited else None


@dataclass(frozen=True)
class PeriodSums:
    """A period as a whole, by link of the chain in its order, and by regency."""

    total: Sums
    by_status: list[Sums]
    by_regency: list[Sums]
    left_out: list[tuple[str, int]]

    @property
    def left_out_total(self) -> int:
        return sum(count for _, count in self.left_out)


def _group(rows: Iterable[dict], key: str) -> list[Sums]:
    groups: dict[str, Sums] = {}
    for row in rows:
        groups.setdefault(row[key], Sums(row[key])).add(row)
    return list(groups.values())


def _kept(user: User, *groups: str, **filters) -> list[dict]:
    """Sums by regency and `groups`. For a user of single villages they are counted, as sums are
    kept by kecamatan."""
    if any(len(code) > _KEPT_CODE for code in user.scope.codes):
        rows, columns, number = Payment.objects.visible_to(user), _MONEY, Count("pk")
        if year := filters.pop("year", None):
            filters["first_month__year"] = year
    else:
        rows, columns, number = PaymentSum.objects.visible_to(user), {}, Sum("number")
    sums = {f"sum_{name}": Sum(columns.get(name, name)) for name in _MONEY}
    found = rows.filter(**filters).order_by().values("regency_code", *groups)
    return [
        row | {name: row[f"sum_{name}"] for name in _MONEY}
        for row in found.annotate(payments=number, **sums)
        if row["payments"]
    ]


def sums_of(user: User, period: PayoutPeriod, left_out: QuerySet) -> PeriodSums:
    """Of the payments of a period in the user's scope, and of `left_out`, scoped already."""
    rows = _kept(user, "status", period=period)
    total = Sums()
    for row in rows:
        total.add(row)
    reasons = dict(left_out.order_by().values_list("reason").annotate(Count("pk")))
    return PeriodSums(
        total,
        sorted(_group(rows, "status"), key=lambda group: chain.RANK[group.key]),
        sorted(_group(rows, "regency_code"), key=lambda group: group.key),
        [(reason, reasons[reason]) for reason in LeftOut.Reason.values if reason in reasons],
    )


def by_district(user: User, period: PayoutPeriod) -> list[Sums]:
    """Of a period by kecamatan; none for a user of single villages, for whom no sums are kept."""
    if any(len(code) > _KEPT_CODE for code in user.scope.codes):
        return []
    rows = _kept(user, "region", "status", period=period)
    return sorted(_group(rows, "region"), key=lambda group: group.key)


def realised_by_regency(user: User, programme: str, year: int) -> dict[str, tuple[int, int]]:
    """Rupiah credited and spent of the months of `year`, refunds taken off the credit."""
    return {
        row["regency_code"]: (row["credited"] - row["refunded"], row["spent"])
        for row in _kept(user, "period__programme", period__programme=programme, year=year)
    }


_RECOUNT = f"""
DELETE FROM distribution_paymentsum;
INSERT INTO distribution_paymentsum ({_KIND}, number, {", ".join(_MONEY)})
SELECT period_id, left(village_id, 8), bank_id, status, extract(year FROM first_month), count(*),
    {", ".join(f"sum({column})" for column in _MONEY.values())}
FROM distribution_payment GROUP BY 1, 2, 3, 4, 5
"""


def recount() -> None:
    """Count all sums from the payments; for payments that were written without triggers."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK distribution_payment IN SHARE MODE")
        cursor.execute(_RECOUNT)


def compact() -> int:
    """Add up the rows of each kind; tells how many rows there are now. The sums stay the same."""
    names = ", ".join(("number", *_MONEY))
    totals = ", ".join(f"sum({name})" for name in ("number", *_MONEY))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "WITH gone AS (DELETE FROM distribution_paymentsum RETURNING *)"
            f" INSERT INTO distribution_paymentsum ({_KIND}, {names})"
            f" SELECT {_KIND}, {totals} FROM gone GROUP BY {_KIND}"
            f" HAVING ({totals}) <> (0, 0, 0, 0, 0)"
        )
        return cursor.rowcount
