"""How many places of a quota are taken, who has been given one, and who waits for one."""

from collections.abc import Iterable

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from beneficiaries.models import Enrollment, ExitReason, Quota
from regions.models import Region
from verification.models import (
    Answerable,
    Case,
    CaseQuerySet,
    Decided,
    Decree,
    DecreeItem,
    Endorsement,
    EndorsementItem,
    Proposal,
    Replacement,
    Round,
)
from verification.waiting import Places, Waiting, ranked

_ENROLLED = Enrollment.objects.active().sembako().filter(household=OuterRef("household"))


def _place() -> QuerySet[Replacement]:
    return granted().filter(household=OuterRef("household"))


def newest_approved(cases: CaseQuerySet) -> CaseQuerySet:
    """Approved cases that no newer approved case of the same family has overtaken."""
    newer = Case.objects.approved().filter(
        Q(round__starts_on__gt=OuterRef("round__starts_on"))
        | Q(round__starts_on=OuterRef("round__starts_on"), pk__gt=OuterRef("pk")),
        household=OuterRef("household"),
    )
    return cases.approved().exclude(Exists(newer))


def leaving(cases: CaseQuerySet) -> CaseQuerySet:
    """Families found to leave that still take part; their place comes free.

    Not those that a decree in force keeps all the same.
    """
    kept = DecreeItem.objects.filter(
        decree__status=Decree.Status.DITERAPKAN,
        kind=DecreeItem.Kind.KELUAR_DITETAPKAN,
        item__case=OuterRef("pk"),
    )
    found = newest_approved(cases.filter(result=Case.Result.KELUAR))
    return found.filter(Exists(_ENROLLED)).exclude(Exists(kept))


def entering() -> QuerySet[Replacement]:
    """Places asked for or granted that nobody has taken yet.

    A place is taken when an enrolment has begun after it was asked for; it is lost when the family
    was verified anew and is no longer eligible.
    """
    taken = (
        Enrollment.objects.sembako()
        .filter(household=OuterRef("household"), created_at__gt=OuterRef("made_at"))
        .exclude(end_reason=ExitReason.BATAL)
    )
    lost = (
        Case.objects.approved()
        .filter(household=OuterRef("household"), round__starts_on__gt=OuterRef("from_round"))
        .exclude(result=Case.Result.MASUK)
    )
    return (
        Replacement.objects.standing()
        .filter(case__result=Case.Result.MASUK)
        .annotate(from_round=F("case__round__starts_on"))
        .exclude(Exists(_ENROLLED))
        .exclude(Exists(taken))
        .exclude(Exists(lost))
    )


def granted() -> QuerySet[Replacement]:
    """Places granted that nobody has taken yet."""
    return entering().filter(status=Decided.Status.DISETUJUI)


def unplaced(cases: CaseQuerySet) -> CaseQuerySet:
    """Verified to enter, but neither granted a place nor a KPM by now: they cannot be endorsed."""
    return cases.filter(~Exists(_place()), ~Exists(_ENROLLED), result=Case.Result.MASUK)


def _on_its_way() -> QuerySet[EndorsementItem]:
    """The family as one that enters in a list, by a case of whatever round.

    A list whose decree is applied is no longer on its way: it has left out whom it does not name.
    """
    return (
        EndorsementItem.objects.standing()
        .exclude(endorsement__status=Endorsement.Status.DITETAPKAN)
        .filter(household=OuterRef("household"), result=EndorsementItem.Result.MASUK)
    )


def enterable(cases: CaseQuerySet) -> CaseQuerySet:
    """Verified to enter, and a list may say so: with a place that no list on its way holds, or a
    KPM by now."""
    return cases.filter(
        Exists(_place()) & ~Exists(_on_its_way()) | Exists(_ENROLLED), result=Case.Result.MASUK
    )


def listed_already(cases: CaseQuerySet) -> CaseQuerySet:
    """Verified to enter with a place that a list on its way holds; no other list names them."""
    return cases.filter(
        Exists(_place()), Exists(_on_its_way()), ~Exists(_ENROLLED), result=Case.Result.MASUK
    )


def brought_along(regencies: Iterable[str]) -> CaseQuerySet:
    """Families that the next list of their regency takes in by a case of whatever round."""
    own = Case.objects.filter(regency_code__in=list(regencies)).exclude(Exists(_ENROLLED))
    return newest_approved(enterable(own))


def to_endorse(round: Round, region: Region) -> QuerySet:
    """The ids of the cases that a list of the regency in the round holds when it is made now."""
    own = Case.objects.approved().filter(round=round, regency_code=region.pk)
    stays = own.exclude(result=Case.Result.MASUK)
    earlier = brought_along([region.pk]).filter(round__starts_on__lt=round.starts_on)
    parts = (cases.order_by().values("pk") for cases in (stays, enterable(own), earlier))
    return next(parts).union(*parts)


def vacant(cases: CaseQuerySet) -> CaseQuerySet:
    """Families that leave, whose place nobody has been asked or granted for."""
    taken = Replacement.objects.standing().filter(leaving=OuterRef("pk"))
    left = cases.filter(result=Case.Result.KELUAR)
    return newest_approved(left).exclude(Exists(taken))


def waiting_cases(cases: CaseQuerySet) -> CaseQuerySet:
    """Verified eligible families without aid and without a place."""
    placed = entering().filter(household=OuterRef("household"))
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


def quotas_of(regency: str, year: int) -> QuerySet[Quota]:
    """The quotas of the Sembako programme of a regency and of its villages."""
    return Quota.objects.filter(
        regency_code=regency, year=year, programme__is_sembako=True
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
