"""The figures of a place beside those of the whole province and of its best kabupaten/kota."""

from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet, Subquery, Sum

from dashboards import links, payouts, quality
from dashboards.figures import Area
from dashboards.models import PayoutFigures
from distribution.models import PayoutPeriod
from verification.models import Round

_ELSEWHERE = "measure, province_share, best_share, best_region, best_name"


@dataclass(frozen=True)
class Comparison:
    """A share or score (0 to 100) here, in the province, and where it is best."""

    label: str
    own: Decimal
    province: Decimal
    best: Decimal
    best_place: str
    url: str | None
    is_score: bool = False
    less_is_better: bool = False

    @property
    def gap(self) -> Decimal:
        return abs(self.own - self.province)

    @property
    def is_above(self) -> bool:
        return self.own > self.province

    @property
    def better(self) -> bool | None:
        """None where both are equal."""
        return None if self.own == self.province else self.is_above != self.less_is_better


@dataclass(frozen=True)
class Elsewhere:
    province: Decimal
    best: Decimal
    best_code: str
    best_place: str


def _paid(user, code: str) -> QuerySet:
    """One row: the newest period in which all families are paid, and what was paid inside `code`.

    A rapel pays only what was left out, so it is no measure of a place.
    """
    newest = PayoutPeriod.objects.filter(
        Exists(PayoutFigures.objects.filter(period=OuterRef("pk"))), is_rapel=False
    ).exclude(status=PayoutPeriod.Status.DISIAPKAN)
    return (
        payouts.rows_inside(user, code, length=len(code))
        .filter(period=Subquery(newest.values("pk")[:1]))
        .values_list("period", "period__name")
        .annotate(**{name: Sum(name) for name in payouts.COUNTED})
    )


def _of_row(period: int | None, name: str | None, *sums: int | None):
    counts = payouts.PayoutCounts(*(int(one or 0) for one in sums))
    return PayoutPeriod(pk=period, name=name) if period else None, counts


def paid(user, code: str) -> tuple[PayoutPeriod | None, payouts.PayoutCounts]:
    """The newest period in which all families are paid, and what was paid inside `code`."""
    return _of_row(*next(iter(_paid(user, code)), (None, None)))


def elsewhere(
    province: str, round: Round | None, period: PayoutPeriod | None
) -> dict[str, Elsewhere]:
    """By measure; readable by every user (migration 0007 says why that is safe)."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_ELSEWHERE} FROM dashboards_compared(%s, %s, %s)"
            " WHERE province_share IS NOT NULL",
            [province, round and round.pk, period and period.pk],
        )
        return {measure: Elsewhere(*row) for measure, *row in cursor.fetchall()}


def _own_and_elsewhere(user, code: str, round: Round | None):
    """What was paid here, and the figures elsewhere for that period: both in one query."""
    own, values = _paid(user, code).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_ELSEWHERE}, own.* FROM (SELECT 1) AS one LEFT JOIN ({own}) AS own ON true"
            " LEFT JOIN LATERAL dashboards_compared(%s, %s, own.period) AS compared"
            " ON province_share IS NOT NULL",
            [*values, code[:2], round and round.pk],
        )
        rows = cursor.fetchall()
    others = {row[0]: Elsewhere(*row[1:5]) for row in rows if row[0]}
    return *_of_row(*rows[0][5:]), others


def compare(user, area: Area, round: Round | None) -> tuple[PayoutPeriod | None, list[Comparison]]:
    """The period of the payments, and what can be compared: a measure without a figure here or
    elsewhere is left out."""
    code = area.region.code
    period, counts, others = _own_and_elsewhere(user, code, round)

    def against(measure: str, label: str, own: Decimal | None, url: str | None, **traits):
        other = others.get(measure)
        if own is None or other is None:
            return None
        return Comparison(label, own, other.province, other.best, other.best_place, url, **traits)

    offered = (
        against(
            "terverifikasi",
            "Terverifikasi",
            area.total.verified_share,
            round and links.verified(user, code, round),
        ),
        against("padan", "Padan Dukcapil", area.total.matched_share, links.matched(user, code)),
        against(
            "tersalur",
            "Tersalur dari pagu",
            counts.credited_share,
            period and links.payments(user, code, period, dana="masuk"),
        ),
        against(
            "belum_transaksi",
            "Belum transaksi",
            counts.unspent_share,
            period and links.payments(user, code, period, belanja="belum"),
            less_is_better=True,
        ),
        against(
            "kualitas",
            "Kualitas data",
            quality.score(area.total),
            links.region(code),
            is_score=True,
        ),
    )
    return period, [comparison for comparison in offered if comparison]
