"""How many places of a quota are taken, and who waits for one."""

from collections.abc import Iterable

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from beneficiaries.models import Enrollment, Quota
from verification.models import Answerable, Case, CaseQuerySet, Proposal, Replacement
from verification.waiting import Places, Waiting, ranked

_ENROLLED = Enrollment.objects.active().sembako().filter(household=OuterRef("household"))


def newest_approved(cases: CaseQuerySet) -> CaseQuerySet:
    """Approved cases that no newer approved case of the same family has overtaken."""
    newer = Case.objects.approved().filter(
        Q(round__starts_on__gt=OuterRef("round__starts_on"))
        | Q(round__starts_on=OuterRef("round__starts_on"), pk__gt=OuterRef("pk")),
        household=OuterRef("household"),
    )
    return cases.approved().exclude(Exists(newer))


def leaving(cases: CaseQuerySet) -> CaseQuerySet:
    """Families found to leave that still take part; their place comes free."""
    return newest_approved(cases.filter(result=Case.Result.KELUAR)).filter(Exists(_ENROLLED))


def entering() -> QuerySet[Replacement]:
    """Places asked for or granted, of families that do not take part yet."""
    return Replacement.objects.standing().filter(~Exists(_ENROLLED), case__result=Case.Result.MASUK)


def vacant(cases: CaseQuerySet) -> CaseQuerySet:
    """Families that leave, whose place nobody has been asked or granted for."""
    taken = Replacement.objects.standing().filter(leaving=OuterRef("pk"))
    left = cases.filter(result=Case.Result.KELUAR)
    return newest_approved(left).exclude(Exists(taken))


def waiting_cases(cases: CaseQuerySet) -> CaseQuerySet:
    """Verified eligible families without aid and without a place."""
    placed = Replacement.objects.standing().filter(case=OuterRef("pk"))
    found = newest_approved(cases.filter(result=Case.Result.MASUK, household__is_active=True))
    return found.exclude(Exists(_ENROLLED)).exclude(Exists(placed))


def waiting_list(regency: str) -> list[Waiting]:
    """The waiting list of a regency in its declared order."""
    cases = waiting_cases(Case.objects.filter(regency_code=regency))
    points = dict(
        Proposal.objects.filter(
            status=Answerable.Status.DISETUJUI, household__in=cases.values("household")
        )
        .order_by()
        .values("household")
        .annotate(most=Max("points"))
        .values_list("household", "most")
    )
    return ranked(
        Waiting(
            household_id=household,
            village=village,
            decile=decile,
            points=points.get(household, 0),
            since=timezone.localdate(decided_at),
        )
        for household, village, decile, decided_at in cases.values_list(
            "household_id", "village_id", "household__decile", "decided_at"
        )
    )


def places_of(quotas: Iterable[Quota]) -> dict[int, Places]:
    """Places taken and left by the id of each quota, in a fixed number of queries."""
    quotas = list(quotas)
    regencies = {quota.region_id[:5] for quota in quotas}
    villages = {quota.region_id for quota in quotas if len(quota.region_id) > 5}
    enrolled = Enrollment.objects.active().sembako().filter(household__is_active=True)
    kpm = _counted(enrolled, regencies, villages)
    gone = _counted(leaving(Case.objects.all()), regencies, villages)
    promised = _counted(entering(), regencies, villages)
    return {
        quota.pk: Places(
            quota=quota.families,
            kpm=kpm.get(quota.region_id, 0),
            leaving=gone.get(quota.region_id, 0),
            entering=promised.get(quota.region_id, 0),
        )
        for quota in quotas
    }


def _counted(rows: QuerySet, regencies: set[str], villages: set[str]) -> dict[str, int]:
    families = Count("household", distinct=True)
    counts = dict(
        rows.order_by()
        .filter(regency_code__in=regencies)
        .values("regency_code")
        .annotate(n=families)
        .values_list("regency_code", "n")
    )
    if villages:
        inside = rows.order_by().filter(village__in=villages)
        counts |= dict(
            inside.annotate(place=F("village_id"))
            .values("place")
            .annotate(n=families)
            .values_list("place", "n")
        )
    return counts


def quotas_over(village: str, year: int) -> QuerySet[Quota]:
    """The quotas of the Sembako programme that a family of this village counts in."""
    return Quota.objects.filter(
        Q(region=village) | Q(region=village[:5]), year=year, programme__is_sembako=True
    ).order_by("region")


def full_villages(regency: str, year: int) -> set[str]:
    """Villages whose own quota has no place left."""
    own = list(
        Quota.objects.filter(
            regency_code=regency, year=year, programme__is_sembako=True, region__level="VILLAGE"
        )
    )
    places = places_of(own)
    return {quota.region_id for quota in own if places[quota.pk].is_full}
