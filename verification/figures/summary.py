"""What the page "Ringkasan verifikasi" shows of one round: numbers, each with the list behind it.

Numbers of cases are sums of `CaseCount`, which triggers keep exact; whether a family receives is
asked of the register at once.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from urllib.parse import urlencode

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, QuerySet, Sum
from django.db.models.functions import Left
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from beneficiaries.models import Enrollment, ExitReason
from regions.models import Region
from verification.models import Case, CaseCount, Round

Status = Case.Status
OPEN = tuple(status for status in Status if status not in Case.CLOSED)
# Days without a change, from and to (None: and more), with the key of the filter of the list.
AGES = ((0, 7, "0-7"), (8, 14, "8-14"), (15, 30, "15-30"), (31, None, "31-"))


def compact(round: Round | None = None) -> int:
    """Add up the rows of each kind; tells how many rows there are now. The sums stay the same."""
    kind = "round_id, village_id, officer_id, status, result, reason, origin, was_kpm, since"
    where = "WHERE round_id = %(round)s" if round else ""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"WITH gone AS (DELETE FROM verification_casecount {where} RETURNING *)"
            f" INSERT INTO verification_casecount ({kind}, number)"
            f" SELECT {kind}, sum(number) FROM gone GROUP BY {kind} HAVING sum(number) <> 0",
            {"round": round and round.pk},
        )
        return cursor.rowcount


def kinds_differ(round: Round) -> int:
    """How many cases the sums of a round are off by: 0, as the triggers keep it."""
    kind = "village_id, officer_id, status, result, reason, origin, was_kpm"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(abs(number)), 0) FROM ("
            f" SELECT sum(number) AS number FROM (SELECT {kind}, number"
            "  FROM verification_casecount WHERE round_id = %(round)s"
            f"  UNION ALL SELECT {kind}, -1 FROM verification_case WHERE round_id = %(round)s) x"
            f" GROUP BY {kind}) y",
            {"round": round.pk},
        )
        return cursor.fetchone()[0]


@dataclass(frozen=True)
class Kind:
    """One kind of case; `place` is the regency, or the kecamatan within one."""

    place: str
    officer: int | None
    status: str
    result: str
    reason: str
    origin: str
    was_kpm: bool
    since: date | None
    number: int


def kinds(user, round: Round, regency: str = "") -> list[Kind]:
    """All cases of the round that the user may see, or those of one regency, by kind."""
    counts = CaseCount.objects.visible_to(user).filter(round=round)
    if regency:
        counts = counts.filter(regency_code=regency)
    place = Left("village_id", 8) if regency else F("regency_code")
    fields = ("officer", "status", "result", "reason", "origin", "was_kpm", "since")
    summed = (
        counts.order_by()
        .annotate(place=place)
        .values_list("place", *fields)
        .annotate(cases=Sum("number"))
        .filter(cases__gt=0)
    )
    return [Kind(*row) for row in summed]


def share(part: int, whole: int) -> float:
    """Per cent, 0 to 100."""
    return 100 * part / whole if whole else 0.0


@dataclass(frozen=True)
class Bar:
    """One line of a bar chart and of the table behind it; `width` is per cent of the longest."""

    label: str
    count: int
    width: float
    share: float
    url: str


@dataclass(frozen=True)
class Place:
    code: str
    name: str
    url: str
    cases: int
    closed: int
    open: int
    entered: int
    left: int
    urls: dict[str, str]

    @property
    def closed_share(self) -> float:
        return share(self.closed, self.cases)


@dataclass(frozen=True)
class Officer:
    name: str
    is_nobody: bool
    to_visit: int
    visited: int
    returned: int
    approved: int
    urls: dict[str, str]

    @property
    def open(self) -> int:
        return self.to_visit + self.visited + self.returned


class Summary:
    """Everything the page shows of one round, in one regency or in all that the user sees."""

    def __init__(self, user, round: Round, regency: Region | None = None):
        self.user, self.round, self.regency = user, round, regency
        self.kinds = kinds(user, round, regency.code if regency else "")

    def count(self, **wanted) -> int:
        """Cases whose kind is as wanted; a tuple means any of its values."""
        return sum(
            kind.number
            for kind in self.kinds
            if all(
                getattr(kind, name) in value
                if isinstance(value, tuple)
                else getattr(kind, name) == value
                for name, value in wanted.items()
            )
        )

    def url(self, place: str = "", **filters) -> str:
        """The list of cases that a number counts."""
        where = {"round__id__exact": self.round.pk}
        place = place or (self.regency.code if self.regency else "")
        if place:
            where["kabupaten"] = place[:5]
        if len(place) > len("62.03"):
            where["kecamatan"] = place
        address = reverse("admin:verification_case_changelist")
        return f"{address}?{urlencode({**where, **filters}, safe=',')}"

    @cached_property
    def cases(self) -> int:
        return sum(kind.number for kind in self.kinds)

    # start + joined + entered - left = end

    @cached_property
    def start(self) -> int:
        return self.count(was_kpm=True, origin=(Case.Origin.AWAL, Case.Origin.BAWAAN))

    @cached_property
    def joined(self) -> int:
        """Recipients who came into the round later, by an objection."""
        return self.count(was_kpm=True) - self.start

    @cached_property
    def entered(self) -> int:
        return self.count(result="MASUK")

    @cached_property
    def left(self) -> int:
        return self.count(result="KELUAR")

    @property
    def entered_url(self) -> str:
        return self.url(result__exact="MASUK")

    @property
    def left_url(self) -> str:
        return self.url(result__exact="KELUAR")

    @cached_property
    def end(self) -> int:
        return self.start + self.joined + self.entered - self.left

    @cached_property
    def closed(self) -> int:
        return self.count(status=tuple(Case.CLOSED))

    @cached_property
    def open(self) -> int:
        return self.cases - self.closed

    @property
    def closed_share(self) -> float:
        return share(self.closed, self.cases)

    @cached_property
    def places(self) -> list[Place]:
        """The place with most open work first."""
        by_place: dict[str, Counter] = {}
        for kind in self.kinds:
            counted = by_place.setdefault(kind.place, Counter())
            counted["cases"] += kind.number
            counted["closed" if kind.status in Case.CLOSED else "open"] += kind.number
            if kind.result:
                counted[kind.result] += kind.number
        names = Region.objects.in_bulk(list(by_place))
        found = [
            Place(
                code=code,
                name=names[code].name if self.regency else names[code].full_name,
                url=self.url(code) if self.regency else f"?{self._query(wilayah=code)}",
                cases=counted["cases"],
                closed=counted["closed"],
                open=counted["open"],
                entered=counted["MASUK"],
                left=counted["KELUAR"],
                urls={
                    "cases": self.url(code),
                    "open": self.url(code, status__in=",".join(OPEN)),
                    "entered": self.url(code, result__exact="MASUK"),
                    "left": self.url(code, result__exact="KELUAR"),
                },
            )
            for code, counted in by_place.items()
        ]
        return sorted(found, key=lambda place: (-place.open, place.name))

    def _query(self, **parameters) -> str:
        return urlencode({"putaran": self.round.pk, **parameters})

    def _bars(self, counted: list[tuple[str, int, str]], whole: int) -> list[Bar]:
        longest = max((count for _, count, _ in counted), default=0)
        return [
            Bar(label, count, share(count, longest), share(count, whole), url)
            for label, count, url in counted
        ]

    @cached_property
    def reasons(self) -> list[Bar]:
        """Why families leave, the most frequent reason first."""
        counted = Counter()
        for kind in self.kinds:
            if kind.result == "KELUAR":
                counted[kind.reason] += kind.number
        told = [
            (
                ExitReason(reason).label if reason else "Tanpa alasan",
                number,
                self.url(result__exact="KELUAR", hasil=f"alasan-{reason}"),
            )
            for reason, number in counted.most_common()
        ]
        return self._bars(told, self.left)

    @cached_property
    def origins(self) -> list[Bar]:
        """How those who enter came into the round."""
        counted = Counter()
        for kind in self.kinds:
            if kind.result == "MASUK":
                counted[kind.origin] += kind.number
        told = [
            (
                Case.Origin(origin).label,
                number,
                self.url(result__exact="MASUK", origin__exact=origin),
            )
            for origin, number in counted.most_common()
        ]
        return self._bars(told, self.entered)

    @cached_property
    def ages(self) -> list[Bar]:
        """Open work by days without a change."""
        today = timezone.localdate()
        told = []
        for least, most, key in AGES:
            number = sum(
                kind.number
                for kind in self.kinds
                if kind.since
                and (today - kind.since).days >= least
                and (most is None or (today - kind.since).days <= most)
            )
            label = f"{least}–{most} hari" if most is not None else f"Lebih dari {least - 1} hari"
            told.append((label, number, self.url(umur=key)))
        return self._bars(told, self.open)

    @cached_property
    def officers(self) -> list[Officer]:
        """Open work and approved cases of each officer, most open work first."""
        by_officer: dict[int | None, Counter] = {}
        for kind in self.kinds:
            by_officer.setdefault(kind.officer, Counter())[kind.status] += kind.number
        names = dict(
            User.objects.filter(pk__in=[pk for pk in by_officer if pk]).values_list(
                "pk", "full_name"
            )
        )
        found = []
        for officer, counted in by_officer.items():
            whose = {"petugas": officer or "tanpa"}
            found.append(
                Officer(
                    name=names.get(officer, "Belum ditugaskan"),
                    is_nobody=officer is None,
                    to_visit=counted[Status.BELUM],
                    visited=counted[Status.DIKUNJUNGI] + counted[Status.DIAJUKAN],
                    returned=counted[Status.DIKEMBALIKAN],
                    approved=counted[Status.DISETUJUI],
                    urls={
                        "to_visit": self.url(status__exact=Status.BELUM, **whose),
                        "visited": self.url(
                            status__in=f"{Status.DIKUNJUNGI},{Status.DIAJUKAN}", **whose
                        ),
                        "returned": self.url(status__exact=Status.DIKEMBALIKAN, **whose),
                        "approved": self.url(status__exact=Status.DISETUJUI, **whose),
                    },
                )
            )
        return sorted(found, key=lambda one: (-one.open, one.name))

    # Against the register

    @cached_property
    def visible(self) -> QuerySet:
        cases = Case.objects.visible_to(self.user).filter(round=self.round)
        return cases.filter(regency_code=self.regency.code) if self.regency else cases

    @cached_property
    def findings(self) -> list[Bar]:
        told = [
            (label, FINDINGS[key](self.visible).count(), self.url(temuan=key))
            for key, label in FINDING_LABELS
        ]
        return self._bars(told, self.count(status=Status.DISETUJUI))


def _receiving() -> Exists:
    active = Enrollment.objects.active().sembako()
    return Exists(active.filter(household=OuterRef("household_id")))


def still_receiving(cases: QuerySet) -> QuerySet:
    """Not eligible but receiving: an inclusion error until the decree is applied."""
    return cases.filter(_receiving(), result="KELUAR")


def not_yet_receiving(cases: QuerySet) -> QuerySet:
    """Found eligible, coming in, and not receiving: an exclusion error until the decree."""
    return cases.filter(~_receiving(), result="MASUK")


def no_longer_receiving(cases: QuerySet) -> QuerySet:
    """Found eligible to stay, but the enrolment has ended meanwhile.

    Asked from the few enrolments that have ended: to look up all that stay would take a second.
    """
    ended = Enrollment.objects.sembako().filter(ended_on__isnull=False).values("household_id")
    return cases.filter(~_receiving(), result="TETAP", household_id__in=ended)


FINDINGS = {
    "inklusi": still_receiving,
    "eksklusi": not_yet_receiving,
    "terhenti": no_longer_receiving,
}
FINDING_LABELS = (
    ("inklusi", "Tidak layak tetapi masih menerima"),
    ("eksklusi", "Layak tetapi belum menerima"),
    ("terhenti", "Layak tetap, tetapi kepesertaannya sudah berakhir"),
)


def of_age(cases: QuerySet, key: str) -> QuerySet:
    """Open cases without a change for so many days; `key` is one of `AGES`."""
    today = timezone.localdate()
    for least, most, own in AGES:
        if own == key:
            cases = cases.open().filter(changed_at__date__lte=today - timedelta(days=least))
            if most is not None:
                cases = cases.filter(changed_at__date__gte=today - timedelta(days=most))
            return cases
    return cases
