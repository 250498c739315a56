"""What a period has come to: one count over its payments, seen from several sides."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, QuerySet, Sum

from distribution import chain
from distribution.models import LeftOut

_MONEY = {
    "amount": "amount",
    "credited": "topped_up_amount",
    "spent": "spent_amount",
    "refunded": "refunded_amount",
    "balance": "balance",
}
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
            setattr(self, name, getattr(self, name) + (row[name] or 0))
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


def sums_of(payments: QuerySet, left_out: QuerySet) -> PeriodSums:
    """Of payments and families left out of one period, both scoped already; two queries."""
    rows = list(
        payments.order_by()
        .values("regency_code", "status")
        .annotate(payments=Count("pk"), **{f"sum_{k}": Sum(v) for k, v in _MONEY.items()})
    )
    for row in rows:
        row |= {name: row[f"sum_{name}"] for name in _MONEY}
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
