"""Whom a round found wrongly in or out, and what serves a place; counted now, in one query."""

from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, QuerySet, Sum, Value
from django.db.models.functions import Left
from django.utils import timezone

from dashboards.models import VillageFigures
from dashboards.summed import Summed
from distribution.models import Agent, AgentFinding, AgentVillage
from verification.models import CaseCount, Round

NOBODY = Value(0)


@dataclass(frozen=True)
class PlaceCounts(Summed):
    """Agents that may sell today; villages that none of them serves, with the KPM who live there;
    findings of visits that are open; families of the round that receive though they should not,
    do not though they should, and whose enrolment has ended though they stay."""

    agents: int = 0
    villages: int = 0
    without_agent: int = 0
    families_beyond: int = 0
    open_findings: int = 0
    receiving_not_eligible: int = 0
    eligible_not_receiving: int = 0
    stopped: int = 0


ROUND_FINDINGS = {
    CaseCount.Finding.INKLUSI: "receiving_not_eligible",
    CaseCount.Finding.EKSKLUSI: "eligible_not_receiving",
    CaseCount.Finding.TERHENTI: "stopped",
}


def place_counts(user, code: str, round: Round | None, *, length: int) -> dict[str, PlaceCounts]:
    """By place inside `code` whose codes have this length, within the user's scope. Without a round
    nobody is found in or out."""
    inside = {"village__code__startswith": code}
    selling = (
        Agent.objects.visible_to(user).active().exclude(contract_until__lt=timezone.localdate())
    )
    served = AgentVillage.objects.visible_to(user).filter(
        agent__in=selling, village=OuterRef("village")
    )
    villages = VillageFigures.objects.visible_to(user)
    visits = AgentFinding.objects.visible_to(user).open()
    counted = [
        _grouped(villages.filter(**inside), Value("villages"), length),
        _grouped(
            villages.filter(~Exists(served), **inside),
            Value("without_agent"),
            length,
            families=Sum("kpm"),
        ),
        _grouped(selling.filter(**inside), Value("agents"), length),
        _grouped(visits.filter(**inside), Value("open_findings"), length),
    ]
    if round:
        cases = CaseCount.objects.visible_to(user).filter(
            round=round, finding__in=ROUND_FINDINGS, **inside
        )
        counted.append(_grouped(cases, F("finding"), length, number=Sum("number")))
    first, *others = counted
    found: dict[str, PlaceCounts] = {}
    for row in first.union(*others, all=True):
        values = {ROUND_FINDINGS.get(row["what"], row["what"]): row["number"]}
        if row["what"] == "without_agent":
            values["families_beyond"] = row["families"]
        found[row["place"]] = found.get(row["place"], PlaceCounts()) + PlaceCounts(**values)
    return found


def _grouped(rows: QuerySet, what, length: int, *, number=None, families=None) -> QuerySet:
    """Each kind in the same columns, so that all kinds are one query."""
    return (
        rows.order_by()
        .values(what=what, place=Left("village_id", length))
        .annotate(number=number or Count("pk"), families=families or Sum(NOBODY))
    )
