"""Figures of budgets and agents: set-based, inside the scope of the queryset that is passed."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.db import connection

from beneficiaries.models import Quota
from distribution.models import AgentVillage, Budget
from distribution.sums import realised_by_regency
from regions.models import Region


def share(part: int, whole: int) -> Decimal | None:
    """Per cent with one digit; None where there is nothing to be a part of.

    >>> share(1, 3), share(1, 0)
    (Decimal('33.3'), None)
    """
    if not whole:
        return None
    return (Decimal(part) * 100 / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)


@dataclass(frozen=True)
class Reach:
    """A village with what serves it; `km` is the straight way to the nearest active agent."""

    code: str
    name: str
    district: str
    families: int
    agents: int
    nearest: str
    nearest_id: int | None
    km: Decimal | None


# Haversine on a sphere of 6.371 km: the straight way, which a river or a road makes longer.
_KM = """
2 * 6371 * asin(least(1, sqrt(
    power(sin(radians(a.latitude - v.latitude) / 2), 2)
    + cos(radians(v.latitude)) * cos(radians(a.latitude))
    * power(sin(radians(a.longitude - v.longitude) / 2), 2))))
"""
# Distinct rows are hashed; `count(DISTINCT ...)` would sort them by text.
_FAMILIES = """
SELECT village_id, count(*) AS families FROM (
    SELECT DISTINCT e.village_id, e.household_id FROM beneficiaries_enrollment e
    JOIN beneficiaries_programme g ON g.code = e.programme_id AND g.is_sembako
    WHERE e.ended_on IS NULL AND {inside}
) enrolled GROUP BY 1
"""
# An agent serves while it is active and its contract runs.
_SERVING = """
SELECT w.village_id, count(*) AS agents FROM distribution_agentvillage w
JOIN distribution_agent a ON a.id = w.agent_id
WHERE {inside} AND a.status = 'AKTIF'
    AND (a.contract_until IS NULL OR a.contract_until >= %(day)s)
GROUP BY 1
"""
_REACH = f"""
SELECT v.code, v.name, d.name, coalesce(k.families, 0), coalesce(s.agents, 0),
    coalesce(n.name, ''), n.id, round(n.km::numeric, 1)
FROM regions_region v
JOIN regions_region d ON d.code = v.parent_id
LEFT JOIN ({_FAMILIES.format(inside="e.regency_code = %(regency)s")}) k ON k.village_id = v.code
LEFT JOIN ({_SERVING.format(inside="w.regency_code = %(regency)s")}) s ON s.village_id = v.code
LEFT JOIN LATERAL (
    SELECT a.id, a.name, {_KM} AS km FROM distribution_agent a
    WHERE a.status = 'AKTIF' AND a.latitude IS NOT NULL AND v.latitude IS NOT NULL
        AND (a.contract_until IS NULL OR a.contract_until >= %(day)s)
    ORDER BY km, a.id LIMIT 1
) n ON true
WHERE v.level = 'VILLAGE' AND v.regency_code = %(regency)s
ORDER BY v.code
"""


def reach_of(regency: str, day: date) -> list[Reach]:
    """The villages of a regency with their agents, in the order of their codes.

    The caller has checked the scope. For a region-limited user only agents of the own regencies
    are looked at, those beyond the border are not known to them.
    """
    with connection.cursor() as cursor:
        cursor.execute(_REACH, {"regency": regency, "day": day})
        return [Reach(*row) for row in cursor.fetchall()]


@dataclass(frozen=True)
class RegencyReach:
    code: str
    name: str
    families: int
    agents: int
    villages: int
    without_agent: int
    families_without: int

    @property
    def families_per_agent(self) -> int | None:
        return round(self.families / self.agents) if self.agents else None


# Villages are added up before they meet their regency: so the planner knows how many there are.
_REGENCIES = f"""
SELECT r.code, r.name, t.families,
    (SELECT count(*) FROM distribution_agent a WHERE a.regency_code = r.code
        AND a.status = 'AKTIF' AND (a.contract_until IS NULL OR a.contract_until >= %(day)s)),
    t.villages, t.without_agent, t.families_without
FROM regions_region r JOIN (
    SELECT v.regency_code, sum(coalesce(k.families, 0))::int AS families, count(*) AS villages,
        count(*) FILTER (WHERE s.agents IS NULL) AS without_agent,
        coalesce(sum(k.families) FILTER (WHERE s.agents IS NULL), 0)::int AS families_without
    FROM regions_region v
    LEFT JOIN ({_FAMILIES.format(inside="e.regency_code = ANY (%(regencies)s)")}) k
        ON k.village_id = v.code
    LEFT JOIN ({_SERVING.format(inside="w.regency_code = ANY (%(regencies)s)")}) s
        ON s.village_id = v.code
    WHERE v.level = 'VILLAGE' AND v.regency_code = ANY (%(regencies)s)
    GROUP BY 1
) t ON t.regency_code = r.code
ORDER BY r.code
"""


def reach_by_regency(regencies: list[str], day: date) -> list[RegencyReach]:
    with connection.cursor() as cursor:
        cursor.execute(_REGENCIES, {"regencies": regencies, "day": day})
        return [RegencyReach(*row) for row in cursor.fetchall()]


def families_by_village(codes: list[str]) -> dict[str, int]:
    """KPM of each of these villages; the caller has checked the scope."""
    with connection.cursor() as cursor:
        cursor.execute(_FAMILIES.format(inside="e.village_id = ANY (%s)"), [codes])
        return dict(cursor.fetchall())


def families_of_agents(agents: list[int]) -> dict[int, int]:
    """KPM in the villages that each of these agents serves; the caller has checked the scope."""
    served = AgentVillage.objects.filter(agent__in=agents).values_list("agent", "village")
    families = families_by_village([village for _, village in served])
    total = dict.fromkeys(agents, 0)
    for agent, village in served:
        total[agent] += families.get(village, 0)
    return total


@dataclass(frozen=True)
class BudgetLine:
    """Plan, register and payments of one regency; money in rupiah."""

    region: Region | None
    amount: int
    quota: int
    families: int
    credited: int
    spent: int

    @property
    def realised(self) -> Decimal | None:
        return share(self.credited, self.amount)

    @property
    def filled(self) -> Decimal | None:
        return share(self.families, self.quota)

    @property
    def over(self) -> int:
        return max(0, self.families - self.quota) if self.quota else 0


def families_by_regency(programme: str, regencies: list[str]) -> dict[str, int]:
    """Families enrolled in the programme now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT regency_code, count(*) FROM beneficiaries_enrollment"
            " WHERE programme_id = %s AND ended_on IS NULL AND regency_code = ANY (%s) GROUP BY 1",
            [programme, regencies],
        )
        return dict(cursor.fetchall())


def budget_lines(user, programme: str, year: int, regencies: list[Region]) -> list[BudgetLine]:
    """One line for every regency, also for those without a budget or a quota."""
    own = {"programme": programme, "year": year, "region__in": regencies}
    amounts = dict(Budget.objects.visible_to(user).filter(**own).values_list("region_id", "amount"))
    quotas = dict(Quota.objects.visible_to(user).filter(**own).values_list("region_id", "families"))
    families = families_by_regency(programme, [region.code for region in regencies])
    realised = realised_by_regency(user, programme, year)
    return [
        BudgetLine(
            region=region,
            amount=amounts.get(region.pk, 0),
            quota=quotas.get(region.pk, 0),
            families=families.get(region.code, 0),
            credited=realised.get(region.code, (0, 0))[0],
            spent=realised.get(region.code, (0, 0))[1],
        )
        for region in regencies
    ]
