"""How far a round is, and what verification adds to the story of a family.

`progress` takes the counts of cases (`CaseCount`) that its reader may see: triggers keep them equal
to the cases, and a page over 300,000 cases does not count while somebody waits.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Left
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from beneficiaries.figures import Mark, TimelineEntry
from beneficiaries.models import Household
from regions.models import Region
from verification.models import Case, CaseQuerySet, Round

Status = Case.Status


@dataclass(frozen=True)
class Progress:
    """Cases of one place by status; `code` is "" for several places together."""

    code: str
    name: str
    to_visit: int
    sent: int
    returned: int
    approved: int
    visited: int = 0
    ended: int = 0

    @property
    def total(self) -> int:
        return self.to_visit + self.visited + self.sent + self.returned + self.approved + self.ended

    @property
    def open(self) -> int:
        """What the district still has to do: not yet sent, or sent back."""
        return self.to_visit + self.returned

    def _share(self, cases: int) -> float:
        """Per cent, 0 to 100."""
        return 100 * cases / self.total if self.total else 0.0

    @property
    def approved_share(self) -> float:
        return self._share(self.approved)

    @property
    def sent_share(self) -> float:
        return self._share(self.sent)

    @property
    def visited_share(self) -> float:
        return self._share(self.visited)

    @property
    def ended_share(self) -> float:
        return self._share(self.ended)

    @property
    def returned_share(self) -> float:
        return self._share(self.returned)

    @property
    def to_visit_share(self) -> float:
        return self._share(self.to_visit)

    @property
    def sent_from(self) -> float:
        """Where the part of the bar for sent cases begins; the next ones follow it."""
        return self.approved_share

    @property
    def visited_from(self) -> float:
        return self.sent_from + self.sent_share

    @property
    def returned_from(self) -> float:
        return self.visited_from + self.visited_share


_PART_OF = {
    Status.BELUM: "to_visit",
    Status.DIKUNJUNGI: "visited",
    Status.DIAJUKAN: "sent",
    Status.DIKEMBALIKAN: "returned",
    Status.DISETUJUI: "approved",
    Status.BERAKHIR: "ended",
}


def _counted(counts: QuerySet, key) -> dict:
    """Cases of every value of `key` by the names of `Progress`."""
    counted: dict = {}
    kinds = counts.order_by().annotate(key=key).values_list("key", "status")
    for value, status, number in kinds.annotate(n=Sum("number")).filter(n__gt=0):
        found = counted.setdefault(value, dict.fromkeys(_PART_OF.values(), 0))
        found[_PART_OF[status]] = number
    return counted


_PLACES = {"regency": F("regency_code"), "district": Left("village", 8), "village": F("village_id")}


def progress(counts: QuerySet, *, by: Literal["regency", "district", "village"]) -> list[Progress]:
    """Cases counted per place, the place with most still to visit first."""
    counted = _counted(counts, _PLACES[by])
    names = Region.objects.in_bulk(list(counted))
    places = [
        Progress(
            code=code,
            name=names[code].full_name if by == "regency" else names[code].name,
            **found,
        )
        for code, found in counted.items()
    ]
    return sorted(places, key=lambda place: (-place.to_visit, -place.returned, place.name))


def total_of(places: Iterable[Progress], code: str = "") -> Progress:
    """The sum of several places; `code` says of which place they are the parts."""
    places = list(places)
    return Progress(
        code=code,
        name="",
        **{count: sum(getattr(place, count) for place in places) for count in _PART_OF.values()},
    )


def progress_of_rounds(counts: QuerySet) -> dict[int, Progress]:
    """Cases counted per round, for the list of rounds."""
    return {
        pk: Progress(code="", name="", **found)
        for pk, found in _counted(counts, F("round_id")).items()
    }


@dataclass(frozen=True)
class TargetProgress:
    """What a regency is to reach, in families, and how far it is."""

    families: int
    approved: int
    due_on: date

    @property
    def is_reached(self) -> bool:
        return self.approved >= self.families


def targets(round: Round, places: dict[str, Progress]) -> dict[str, TargetProgress]:
    """Of the regencies among `places` that have a target or a due date of their own."""
    told = {}
    for part in round.round_regions.filter(region__in=list(places)):
        if not (part.target_share or part.target_count or part.due_on):
            continue
        place = places[part.region_id]
        share = part.target_share or 100
        told[part.region_id] = TargetProgress(
            families=min(part.target_count or -(-place.total * share // 100), place.total),
            approved=place.approved,
            due_on=part.due_on or round.due_on,
        )
    return told


@dataclass(frozen=True)
class OfficerProgress:
    """Open and finished cases given to one officer; `officer` is None for those of nobody."""

    officer: User | None
    cases: Progress


def progress_by_officer(counts: QuerySet) -> list[OfficerProgress]:
    """Cases counted per officer, the one with most still to do first, nobody's last."""
    counted = _counted(counts, F("officer_id"))
    officers = User.objects.in_bulk([pk for pk in counted if pk])
    told = [
        OfficerProgress(officers.get(pk), Progress(code="", name="", **found))
        for pk, found in counted.items()
    ]
    return sorted(told, key=lambda one: (one.officer is None, -one.cases.open, str(one.officer)))


@dataclass(frozen=True)
class Balance:
    """Families of a regency in a round: those at the start, who enters, who leaves, the end.

    `end` is counted by itself, family by family. `joined` were KPM already when they came into the
    round by a proposal or an objection, as a round of a sample allows.
    """

    regency: str
    start: int
    joined: int
    entered: int
    left: int
    end: int

    @property
    def agrees(self) -> bool:
        return self.start + self.joined + self.entered - self.left == self.end


def balance(cases: CaseQuerySet) -> list[Balance]:
    """The sum of every regency, by code."""
    at_start = Q(was_kpm=True, origin__in=[Case.Origin.AWAL, Case.Origin.BAWAAN])
    stays = Q(was_kpm=True) & ~Q(result=Case.Result.KELUAR)
    counted = (
        cases.order_by("regency_code")
        .values("regency_code")
        .annotate(
            start=Count("pk", filter=at_start),
            joined=Count("pk", filter=Q(was_kpm=True) & ~at_start),
            entered=Count("pk", filter=Q(result=Case.Result.MASUK)),
            left=Count("pk", filter=Q(result=Case.Result.KELUAR)),
            end=Count("pk", filter=stays | Q(result=Case.Result.MASUK)),
        )
    )
    return [Balance(regency=row.pop("regency_code"), **row) for row in counted]


STATUS_LOOKS = {
    Status.BELUM: ("idle", "minus"),
    Status.DIKUNJUNGI: ("info", "pin"),
    Status.BERAKHIR: ("idle", "lock"),
    Status.DIAJUKAN: ("info", "send"),
    Status.DIKEMBALIKAN: ("warn", "undo"),
    Status.DISETUJUI: ("ok", "ok"),
}


def in_a_sentence(reason: str) -> str:
    """A reason within a sentence; names of services keep their capitals: ASN, TNI, Polri."""
    return reason if reason[:2].isupper() else reason.lower()


def outcome_of(case: Case) -> Mark:
    if case.is_found is None:
        return Mark("idle", "minus", "Belum ada hasil")
    if case.is_eligible:
        return Mark("ok", "ok", "Layak")
    return Mark("warn", "flag", f"Tidak layak: {in_a_sentence(case.get_reason_display())}")


_LOOK_OF_STATUS = {
    Case.Status.BELUM: ("idle", "minus"),
    Case.Status.DIKUNJUNGI: ("info", "pin"),
    Case.Status.BERAKHIR: ("idle", "lock"),
    Case.Status.DIAJUKAN: ("info", "send"),
    Case.Status.DIKEMBALIKAN: ("warn", "undo"),
    Case.Status.DISETUJUI: ("ok", "shield"),
}


def household_marks(ids: list[int]) -> dict[int, Mark]:
    """Where each family stands in the newest running round it takes part in."""
    cases = (
        Case.objects.filter(household__in=ids, round__status=Round.Status.BERJALAN)
        .order_by("household_id", "-round__starts_on", "-round_id")
        .distinct("household_id")
    )
    return {
        case.household_id: Mark(*_LOOK_OF_STATUS[case.status], case.get_status_display())
        for case in cases
    }


def household_timeline(household: Household) -> list[TimelineEntry]:
    """Visits of the family in verification rounds, for the timeline on its page."""
    cases = Case.objects.approved().filter(household=household)
    entries = []
    for case in cases.select_related("round", "decided_by"):
        outcome = outcome_of(case)
        found = "Keluarga ditemukan." if case.is_found else "Keluarga tidak ditemukan."
        entries.append(
            TimelineEntry(
                case.visited_on,
                "Verifikasi",
                f"Dikunjungi: {outcome.text[0].lower()}{outcome.text[1:]}",
                " ".join(filter(None, [found, case.note])),
                source=f"{case.round}, disetujui {case.decided_by}",
                url=reverse("admin:verification_case_change", args=[case.pk]),
                tone=outcome.tone,
                icon=outcome.icon,
            )
        )
    return entries


CHECKED_DAYS = 365


def not_checked_lately() -> Q:
    """Families without an approved case decided during the last year (days of WIB)."""
    since = timezone.localdate() - timedelta(days=CHECKED_DAYS)
    checked = Case.objects.approved().filter(household=OuterRef("pk"), decided_at__date__gt=since)
    return ~Q(Exists(checked))
