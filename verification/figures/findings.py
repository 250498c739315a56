"""Who receives wrongly and who wrongly does not: verified results held against the register.

`inside` and `total` add up what triggers have counted (`CaseCount.finding`), so they may stand on a
start page; `FINDINGS` are the lists of the same cases.
"""

from dataclasses import dataclass, fields

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Left
from django.urls import reverse
from django.utils.http import urlencode

from beneficiaries.models import Enrollment
from verification.models import Case, CaseCount, Round

Finding = CaseCount.Finding


def _receiving() -> Exists:
    active = Enrollment.objects.active().sembako()
    return Exists(active.filter(household=OuterRef("household_id")))


def still_receiving(cases: QuerySet) -> QuerySet:
    """Not eligible but receiving: an inclusion error until the decree is applied."""
    return cases.filter(_receiving(), result=Case.Result.KELUAR)


def not_yet_receiving(cases: QuerySet) -> QuerySet:
    """Found eligible, coming in, and not receiving: an exclusion error until the decree."""
    return cases.filter(~_receiving(), result=Case.Result.MASUK)


def no_longer_receiving(cases: QuerySet) -> QuerySet:
    """Found eligible to stay, but the enrolment has ended meanwhile."""
    return cases.filter(~_receiving(), result=Case.Result.TETAP)


# By the value of `temuan` in the address of a list of cases.
FINDINGS = {
    Finding.INKLUSI.lower(): still_receiving,
    Finding.EKSKLUSI.lower(): not_yet_receiving,
    Finding.TERHENTI.lower(): no_longer_receiving,
}


@dataclass(frozen=True)
class FindingCounts:
    """Cases of one place in one round; they add up."""

    verified: int = 0
    receiving_not_eligible: int = 0
    eligible_not_receiving: int = 0
    stopped: int = 0

    def __add__(self, other: "FindingCounts") -> "FindingCounts":
        return FindingCounts(
            *(getattr(self, f.name) + getattr(other, f.name) for f in fields(self))
        )

    @property
    def wrong(self) -> int:
        """Inclusion and exclusion findings together."""
        return self.receiving_not_eligible + self.eligible_not_receiving + self.stopped


def findings_inside(user, code: str, round: Round, *, length: int) -> dict[str, FindingCounts]:
    """Of every place inside `code` that the user may see, by its code of `length` characters.

    `code` is a province, regency, district or village. Places without a case are left out.
    """
    counts = CaseCount.objects.visible_to(user).filter(round=round)
    if len(code) > len("62"):
        counts = counts.alias(inside=Left("village_id", len(code))).filter(
            regency_code=code[:5], inside=code
        )
    summed = (
        counts.order_by()
        .values_list(Left("village_id", length))
        .annotate(
            verified=_sum(status=Case.Status.DISETUJUI),
            receiving_not_eligible=_sum(finding=Finding.INKLUSI),
            eligible_not_receiving=_sum(finding=Finding.EKSKLUSI),
            stopped=_sum(finding=Finding.TERHENTI),
        )
    )
    return {place: FindingCounts(*numbers) for place, *numbers in summed}


def _sum(**kind) -> Sum:
    return Sum("number", filter=Q(**kind), default=0)


def findings_total(user, code: str, round: Round) -> FindingCounts:
    """The sum of everything inside `code` that the user may see."""
    return sum(findings_inside(user, code, round, length=len("62")).values(), start=FindingCounts())


def findings_url(round: Round, code: str, finding: str = "") -> str:
    """The list of cases that a number counts, of all places (`code` of the province) or of one.

    `finding` is one of `Finding`; without it the verified cases.
    """
    filters = {"round__id__exact": round.pk, **place_filters(code)}
    filters |= {"temuan": finding.lower()} if finding else {"status__exact": Case.Status.DISETUJUI}
    return f"{reverse('admin:verification_case_changelist')}?{urlencode(filters)}"


def place_filters(code: str) -> dict[str, str]:
    """The filters of a list of cases that mean a regency, district or village."""
    levels = (("kabupaten", 5), ("kecamatan", 8), ("desa", 13))
    return {name: code[:length] for name, length in levels if len(code) >= length}
