"""Who receives wrongly and who wrongly does not: verified results held against the register.

Triggers count them (`CaseCount.finding`), so they may stand on a start page; `FINDINGS` are the
lists of the same cases.
"""

from django.db.models import Exists, OuterRef, QuerySet
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
