"""What the aid buys: shares of the food groups, and prices of agents against their district's.

Read from `AgentPrice`, counted with the reconciliation: some thousand rows for each period.
"""

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from django.db import connection
from django.db.models import Sum

from accounts.models import User
from distribution.models import AgentPrice, FoodGroup, PayoutPeriod, RegionIndicator
from regions.models import Region

# A price is told when it is this much above the median of the agents of its kabupaten/kota.
DEAR_PERCENT = 20
DEAR_SHOWN = 25
NOT_ALLOWED, UNKNOWN = "TERLARANG", "TIDAK_DIKENAL"


@dataclass(frozen=True)
class Group:
    code: str
    name: str


@dataclass
class Basket:
    """Rupiah by food group that were spent in one place, with the figures of that place."""

    code: str
    name: str
    amounts: dict[str, int] = field(default_factory=dict)
    indicators: dict[str, Decimal] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.amounts.values())

    def share(self, group: str) -> Decimal:
        if not self.total:
            return Decimal(0)
        percent = Decimal(100 * self.amounts.get(group, 0)) / self.total
        return percent.quantize(Decimal("0.1"), ROUND_HALF_UP)


def groups() -> list[Group]:
    """The food groups in their order; then goods that are not allowed, and unknown ones."""
    known = [Group(group.code, group.name) for group in FoodGroup.objects.all()]
    return [
        *known,
        Group(NOT_ALLOWED, "Barang yang tidak boleh dibeli"),
        Group(UNKNOWN, "Barang tidak dikenal"),
    ]


def baskets(user: User, period: PayoutPeriod) -> tuple[list[Basket], Basket]:
    """Of every kabupaten/kota of the user, and of all together."""
    rows = (
        AgentPrice.objects.visible_to(user)
        .filter(period=period)
        .order_by()
        .values_list("regency_code", "commodity", "commodity__group", "commodity__is_allowed")
        .annotate(sum=Sum("amount"))
    )
    total = Basket("", "Jumlah")
    places: dict[str, Basket] = {}
    for regency, commodity, group, is_allowed, amount in rows:
        code = UNKNOWN if commodity is None else group if is_allowed else NOT_ALLOWED
        for basket in (places.setdefault(regency, Basket(regency, "")), total):
            basket.amounts[code] = basket.amounts.get(code, 0) + amount
    names = dict(Region.objects.filter(pk__in=places).values_list("pk", "name"))
    for code, basket in places.items():
        basket.name = names[code]
    for code, kind, value in _indicators(period.last_month.year):
        if code in places:
            places[code].indicators[kind] = value
        elif len(code) == 2:
            total.indicators[kind] = value
    return sorted(places.values(), key=lambda basket: basket.name), total


def _indicators(year: int):
    """The newest figures that were published up to a year."""
    rows = RegionIndicator.objects.filter(year__lte=year).order_by("year")
    return rows.values_list("region_id", "kind", "value")


_OWN = """
SELECT p.commodity_id, p.agent_id, p.village_id, p.regency_code, p.price, p.lines
FROM distribution_agentprice p
WHERE p.period_id = %(period)s AND p.commodity_id IS NOT NULL
    AND (%(everywhere)s OR p.regency_code = ANY (%(regencies)s))
"""
_PRICES = f"""
SELECT k.name, k.unit, g.name, count(DISTINCT o.agent_id), min(o.price),
    percentile_disc(0.5) WITHIN GROUP (ORDER BY o.price), max(o.price)
FROM ({_OWN}) o JOIN distribution_commodity k ON k.id = o.commodity_id
LEFT JOIN distribution_foodgroup g ON g.code = k.group_id
WHERE k.is_allowed
GROUP BY k.id, k.name, k.unit, g.name, g.position ORDER BY g.position, k.name
"""
_DEAR = f"""
WITH own AS ({_OWN}), medians AS (
    SELECT regency_code, commodity_id, count(*) AS agents,
        percentile_disc(0.5) WITHIN GROUP (ORDER BY price) AS median
    FROM own GROUP BY 1, 2
)
SELECT a.id, a.name, v.name, r.name, k.name, k.unit, o.price, m.median,
    round(100.0 * o.price / m.median - 100) AS above, m.agents, count(*) OVER ()
FROM own o JOIN medians m USING (regency_code, commodity_id)
JOIN distribution_agent a ON a.id = o.agent_id
JOIN distribution_commodity k ON k.id = o.commodity_id AND k.is_allowed
JOIN regions_region v ON v.code = o.village_id
JOIN regions_region r ON r.code = o.regency_code
WHERE o.price * 100 > m.median * (100 + %(percent)s) AND m.agents >= 3
ORDER BY above DESC, a.id LIMIT %(limit)s
"""


@dataclass(frozen=True)
class Price:
    """A commodity as the agents of a place sell it: rupiah per unit."""

    name: str
    unit: str
    group: str
    agents: int
    lowest: int
    median: int
    highest: int


@dataclass(frozen=True)
class Dear:
    """An agent that sells a commodity well above the median of its kabupaten/kota."""

    agent_id: int
    agent: str
    village: str
    regency: str
    commodity: str
    unit: str
    price: int
    median: int
    above: int
    agents: int
    of: int


def _values(user: User, period: PayoutPeriod, region: str) -> dict:
    inside = AgentPrice.objects.visible_to(user).filter(period=period)
    codes = set(inside.order_by().values_list("regency_code", flat=True).distinct())
    return {
        "period": period.pk,
        "everywhere": user.scope.is_province and not region,
        "regencies": sorted(codes & {region} if region else codes),
        "percent": DEAR_PERCENT,
        "limit": DEAR_SHOWN,
    }


def prices(user: User, period: PayoutPeriod, region: str = "") -> list[Price]:
    with connection.cursor() as cursor:
        cursor.execute(_PRICES, _values(user, period, region))
        return [Price(*row) for row in cursor.fetchall()]


def dear(user: User, period: PayoutPeriod, region: str = "") -> list[Dear]:
    """The dearest first; told only where at least three agents make a median."""
    with connection.cursor() as cursor:
        cursor.execute(_DEAR, _values(user, period, region))
        return [Dear(*row) for row in cursor.fetchall()]
