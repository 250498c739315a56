"""What the page "Ringkasan verifikasi" shows of one round: numbers, each with the list behind it.

All of them are sums of `CaseCount`, which triggers keep exact.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from itertools import chain
from urllib.parse import urlencode

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Left
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from beneficiaries.models import ExitReason
from regions.models import Region
from verification.figures.findings import place_filters
from verification.models import Case, CaseCount, Round

Status = Case.Status
OPEN = tuple(status for status in Status if status not in Case.CLOSED)
# Days without a change, from and to (None: and more), with the key of the filter of the list.
AGES = ((0, 7, "0-7"), (8, 14, "8-14"), (15, 30, "15-30"), (31, None, "31-"))


_KIND = "round_id, village_id, officer_id, status, result, reason, origin, was_kpm, since, finding"
# Every case with its kind, as migration 0012 counts them.
_KINDS = """
SELECT c.*,
    CASE WHEN c.status NOT IN ('DISETUJUI', 'BERAKHIR')
        THEN (c.changed_at AT TIME ZONE 'Asia/Jakarta')::date END AS since,
    verification_finding(c.result, c.household_id IN (
        SELECT e.household_id FROM beneficiaries_enrollment e
        JOIN beneficiaries_programme p ON p.code = e.programme_id AND p.is_sembako
        WHERE e.ended_on IS NULL)) AS finding
FROM verification_case c WHERE %(round)s IS NULL OR c.round_id = %(round)s
"""


def compact(round: Round | None = None) -> int:
    """Count anew: one row of each kind; tells how many rows there are now.

    In one statement, hence of one moment: what others change meanwhile is appended to it.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        # One at a time: two would each put their rows in the place of the same ones.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('verification.compact'))")
        cursor.execute(
            "WITH gone AS (DELETE FROM verification_casecount"
            " WHERE %(round)s IS NULL OR round_id = %(round)s)"
            f" INSERT INTO verification_casecount ({_KIND}, number)"
            f" SELECT {_KIND}, count(*) FROM ({_KINDS}) k GROUP BY {_KIND}",
            {"round": round and round.pk},
        )
        return cursor.rowcount


def kinds_differ(round: Round) -> int:
    """How many cases the sums of a round are off by: 0, as the triggers keep it."""
    kind = _KIND.replace(" since,", "")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(abs(number)), 0) FROM ("
            f" SELECT sum(number) AS number FROM (SELECT {kind}, number"
            "  FROM verification_casecount WHERE round_id = %(round)s"
            f"  UNION ALL SELECT {kind}, -1 FROM ({_KINDS}) k) x"
            f" GROUP BY {kind}) y",
            {"round": round.pk},
        )
        return cursor.fetchone()[0]


# What the page counts, by which columns of `CaseCount`: one statement counts them all.
_GROUPINGS = {
    "place": ("place", "status", "result"),
    "flow": ("origin", "was_kpm", "result"),
    "reason": ("result", "reason"),
    "since": ("since",),
    "officer": ("officer_id", "status"),
    "finding": ("finding",),
}
_COLUMNS = tuple(dict.fromkeys(chain.from_iterable(_GROUPINGS.values())))
# GROUPING tells by a bit for each column, the last one lowest, that a row is not grouped by it.
_MASKS = {
    sum(1 << n for n, column in enumerate(reversed(_COLUMNS)) if column not in columns): name
    for name, columns in _GROUPINGS.items()
}


def counted(user, round: Round, regency: str = "") -> dict[str, Counter]:
    """Cases of the round that the user may see, by each of `_GROUPINGS`.

    `place` is the regency, or the kecamatan within `regency`.
    """
    counts = CaseCount.objects.visible_to(user).filter(round=round)
    if regency:
        counts = counts.filter(regency_code=regency)
    place = Left("village_id", 8) if regency else F("regency_code")
    columns = [column for column in _COLUMNS if column != "place"]
    rows = counts.order_by().annotate(place=place).values("place", "number", *columns)
    try:
        inner, parameters = rows.query.sql_with_params()
    except EmptyResultSet:  # a user without a region
        return {name: Counter() for name in _GROUPINGS}
    told = {name: Counter() for name in _GROUPINGS}
    listed = ", ".join(_COLUMNS)
    sets = ", ".join(f"({', '.join(columns)})" for columns in _GROUPINGS.values())
    with connection.cursor() as cursor:
        cursor.execute(
            # Villages are added up before anything is grouped in six ways.
            f"SELECT grouping({listed}), sum(number)::bigint, {listed} FROM ("
            f" SELECT {listed}, sum(number) AS number FROM ({inner}) c GROUP BY {listed}) c"
            f" GROUP BY GROUPING SETS ({sets}) HAVING sum(number) > 0",
            parameters,
        )
        for mask, number, *values in cursor.fetchall():
            name = _MASKS[mask]
            row = dict(zip(_COLUMNS, values, strict=True))
            told[name][tuple(row[column] for column in _GROUPINGS[name])] = number
    return told


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
        self._counted = counted(user, round, regency.code if regency else "")

    def _count(self, grouping: str, **wanted) -> int:
        """Cases whose columns are as wanted; a tuple means any of its values."""
        columns = _GROUPINGS[grouping]
        at = {columns.index(name): value for name, value in wanted.items()}
        return sum(
            number
            for row, number in self._counted[grouping].items()
            if all(
                row[n] in value if isinstance(value, tuple) else row[n] == value
                for n, value in at.items()
            )
        )

    def url(self, place: str = "", **filters) -> str:
        """The list of cases that a number counts."""
        place = place or (self.regency.code if self.regency else "")
        where = {"round__id__exact": self.round.pk, **place_filters(place)}
        address = reverse("admin:verification_case_changelist")
        return f"{address}?{urlencode({**where, **filters}, safe=',')}"

    @cached_property
    def cases(self) -> int:
        return self._count("place")

    # start + joined + entered - left = end

    @cached_property
    def start(self) -> int:
        return self._count("flow", was_kpm=True, origin=(Case.Origin.AWAL, Case.Origin.BAWAAN))

    @cached_property
    def joined(self) -> int:
        """Recipients who came into the round later, by an objection."""
        return self._count("flow", was_kpm=True) - self.start

    @cached_property
    def entered(self) -> int:
        return self._count("flow", result="MASUK")

    @cached_property
    def left(self) -> int:
        return self._count("flow", result="KELUAR")

    @cached_property
    def end(self) -> int:
        return self.start + self.joined + self.entered - self.left

    @cached_property
    def closed(self) -> int:
        return self._count("place", status=tuple(Case.CLOSED))

    @cached_property
    def open(self) -> int:
        return self.cases - self.closed

    @property
    def closed_share(self) -> float:
        return share(self.closed, self.cases)

    @cached_property
    def urls(self) -> dict[str, str]:
        """The lists of the numbers that stand for everything shown, by their names."""
        return {
            "cases": self.url(),
            "closed": self.url(status__in=",".join(Case.CLOSED)),
            "open": self.url(status__in=",".join(OPEN)),
            "start": self.url(hitungan="awal"),
            "joined": self.url(hitungan="bergabung"),
            "entered": self.url(result__exact="MASUK"),
            "left": self.url(result__exact="KELUAR"),
            "end": self.url(hitungan="akhir"),
        }

    @cached_property
    def places(self) -> list[Place]:
        """The place with most open work first."""
        by_place: dict[str, Counter] = {}
        for (place, status, result), number in self._counted["place"].items():
            counts = by_place.setdefault(place, Counter())
            counts["cases"] += number
            counts["closed" if status in Case.CLOSED else "open"] += number
            if result:
                counts[result] += number
        names = Region.objects.in_bulk(list(by_place))
        found = [
            Place(
                code=code,
                name=names[code].name,
                url=self.url(code) if self.regency else f"?{self._query(wilayah=code)}",
                cases=counts["cases"],
                closed=counts["closed"],
                open=counts["open"],
                entered=counts["MASUK"],
                left=counts["KELUAR"],
                urls={
                    "cases": self.url(code),
                    "open": self.url(code, status__in=",".join(OPEN)),
                    "entered": self.url(code, result__exact="MASUK"),
                    "left": self.url(code, result__exact="KELUAR"),
                },
            )
            for code, counts in by_place.items()
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
        counts = Counter()
        for (result, reason), number in self._counted["reason"].items():
            if result == "KELUAR":
                counts[reason] += number
        told = [
            (
                ExitReason(reason).label if reason else "Tanpa alasan",
                number,
                self.url(result__exact="KELUAR", hasil=f"alasan-{reason}"),
            )
            for reason, number in counts.most_common()
        ]
        return self._bars(told, self.left)

    @cached_property
    def origins(self) -> list[Bar]:
        """How those who enter came into the round."""
        counts = Counter()
        for (origin, _, result), number in self._counted["flow"].items():
            if result == "MASUK":
                counts[origin] += number
        told = [
            (
                Case.Origin(origin).label,
                number,
                self.url(result__exact="MASUK", origin__exact=origin),
            )
            for origin, number in counts.most_common()
        ]
        return self._bars(told, self.entered)

    @cached_property
    def ages(self) -> list[Bar]:
        """Open work by days without a change."""
        today = timezone.localdate()
        told = []
        for least, most, key in AGES:
            number = sum(
                number
                for (since,), number in self._counted["since"].items()
                if since
                and (today - since).days >= least
                and (most is None or (today - since).days <= most)
            )
            label = f"{least}–{most} hari" if most is not None else f"Lebih dari {least - 1} hari"
            told.append((label, number, self.url(umur=key)))
        return self._bars(told, self.open)

    @cached_property
    def officers(self) -> list[Officer]:
        """Open work and approved cases of each officer, most open work first."""
        by_officer: dict[int | None, Counter] = {}
        for (officer, status), number in self._counted["officer"].items():
            by_officer.setdefault(officer, Counter())[status] += number
        names = dict(
            User.objects.filter(pk__in=[pk for pk in by_officer if pk]).values_list(
                "pk", "full_name"
            )
        )
        found = []
        for officer, counts in by_officer.items():
            whose = {"petugas": officer or "tanpa"}
            found.append(
                Officer(
                    name=names.get(officer, "Belum ditugaskan"),
                    is_nobody=officer is None,
                    to_visit=counts[Status.BELUM],
                    visited=counts[Status.DIKUNJUNGI] + counts[Status.DIAJUKAN],
                    returned=counts[Status.DIKEMBALIKAN],
                    approved=counts[Status.DISETUJUI],
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

    @cached_property
    def findings(self) -> list[Bar]:
        """The results held against the register."""
        told = [
            (
                finding.label,
                self._count("finding", finding=finding),
                self.url(temuan=finding.lower()),
            )
            for finding in CaseCount.Finding
        ]
        return self._bars(told, self._count("place", status=Status.DISETUJUI))


# The parts of start + joined + entered - left = end that are no result, by the filter of the list.
_AT_START = Q(was_kpm=True, origin__in=[Case.Origin.AWAL, Case.Origin.BAWAAN])
BALANCE = {
    "awal": _AT_START,
    "bergabung": Q(was_kpm=True) & ~_AT_START,
    "akhir": Q(was_kpm=True) & ~Q(result=Case.Result.KELUAR) | Q(result=Case.Result.MASUK),
}
BALANCE_LABELS = (
    ("awal", "Penerima pada awal"),
    ("bergabung", "Bergabung sesudah awal"),
    ("akhir", "Penerima pada akhir"),
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
