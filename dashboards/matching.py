"""Figures of matching with the civil registry, each with the list that it counts.

What rules have decided is counted ahead by kecamatan (`refresh`). What persons decide, some per
cent of the register, is counted while somebody waits, over indexes of its own.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection, transaction
from django.db.models import (
    BooleanField,
    Case,
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    When,
)
from django.db.models.functions import Cast, Coalesce, ExtractDay, JSONObject, Left
from django.utils import timezone

from accounts import scope
from accounts.scope import Scope
from beneficiaries.figures import Mark
from dashboards import figures, links
from dashboards.figures import CHILD_LENGTH, Area, share
from dashboards.models import MatchDay, MatchFigures
from regions.models import Region
from uploads import kinds
from uploads.models import Upload
from verification.figures.matching import OUTCOME_LOOKS, RULE_TITLES
from verification.matching_intake import ANSWERS
from verification.models import DuplicateGroup, MatchBatch, MatchDecision, MatchResult

State = MatchResult.State
Outcome = MatchResult.Outcome
Verdict = MatchDecision.Verdict
Consequence = MatchResult.Consequence

WEEKS = 12

_COUNT = """
DELETE FROM dashboards_matchfigures WHERE {inside};
INSERT INTO dashboards_matchfigures
    (batch_id, district_id, outcome, rule, people, latest, nik_changed)
SELECT batch_id, left(village_id, 8), outcome, rule, count(*), count(*) FILTER (WHERE is_latest),
    count(*) FILTER (WHERE nik_changed)
FROM verification_matchresult WHERE state = 'OTOMATIS' AND {inside} GROUP BY 1, 2, 3, 4;
INSERT INTO dashboards_matchday (regency_id, day, persons, matched)
SELECT regency_code, %(today)s, sum(persons), sum(matched) FROM dashboards_villagefigures
WHERE {inside} GROUP BY 1
ON CONFLICT (regency_id, day) DO UPDATE SET persons = excluded.persons, matched = excluded.matched
"""


@transaction.atomic
def refresh(regencies: list[str] | None = None) -> None:
    """Count again what rules have decided, and keep the share of today.

    To be called after `figures.refresh`, whose counts it keeps, once a matching is committed.
    """
    limits = scope.current()
    if limits is not None and not limits.is_province:
        regencies = [code for code in limits.regencies if regencies is None or code in regencies]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('dashboards.refresh'))")
        cursor.execute(
            _COUNT.format(inside=figures.IN_REGENCIES["inside"]),
            {
                "everywhere": regencies is None,
                "regencies": regencies or [],
                "today": timezone.localdate(),
            },
        )


def recount(region_codes: Collection[str]) -> None:
    """After decisions in these villages, or a matching in these wider regions."""
    if all(len(code) == 13 for code in region_codes):
        figures.refresh_villages(region_codes)
        return
    everywhere = any(len(code) == 2 for code in region_codes)
    regencies = None if everywhere else sorted({code[:5] for code in region_codes})
    figures.refresh(regencies)
    refresh(regencies)


@dataclass(frozen=True)
class Point:
    """The share at the end of a week, or today."""

    day: date
    persons: int
    matched: int

    @property
    def share(self) -> Decimal:
        return share(self.matched, self.persons) or Decimal(0)


@dataclass(frozen=True)
class Column:
    """A point of the chart, in per cent of its width and height."""

    point: Point
    x: float
    y: float
    labelled: bool


@dataclass(frozen=True)
class History:
    points: tuple[Point, ...]

    @property
    def columns(self) -> list[Column]:
        """The first, the last and the lowest carry their figure."""
        lowest = min(self.points, key=lambda point: point.share)
        told = {self.points[0].day, self.points[-1].day, lowest.day}
        return [
            Column(
                point,
                x=round(index * 100 / len(self.points), 2),
                y=float(100 - point.share),
                labelled=point.day in told,
            )
            for index, point in enumerate(self.points)
        ]

    @property
    def gain(self) -> Decimal:
        return self.points[-1].share - self.points[0].share


@dataclass(frozen=True)
class Cause:
    """Persons with one outcome by one rule; `rule` is empty for the outcome as a whole."""

    mark: Mark
    rule: str
    title: str
    count: int
    share: Decimal
    url: str | None


@dataclass(frozen=True)
class Work:
    """Something that waits, and whose turn it is."""

    what: str
    who: str
    count: int
    unit: str
    url: str | None


@dataclass(frozen=True)
class Officer:
    name: str
    decided: int
    decided_url: str | None
    skipped: int
    skipped_url: str | None
    waiting: int
    waiting_url: str | None
    last_at: datetime


@dataclass(frozen=True)
class Change:
    what: str
    count: int
    url: str | None


@dataclass(frozen=True)
class LastBatch:
    """The newest matching of the region. `before` and `after`: persons padan in its own region."""

    number: int
    region: str
    finished_at: datetime
    before: int | None
    after: int | None
    url: str | None
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Pace:
    """Days from the finding to the decision, of all that were decided."""

    days: Counter

    @property
    def decided(self) -> int:
        return self.days.total()

    @property
    def median(self) -> int | None:
        """Whole days; of an even number of decisions the lower of the two in the middle."""
        half, so_far = (self.decided + 1) // 2, 0
        for day in sorted(self.days):
            so_far += self.days[day]
            if so_far >= half:
                return day
        return None


@dataclass(frozen=True)
class Summary:
    area: Area
    history: History | None
    causes: list[Cause]
    answered: int
    queue: int
    follow_ups: int
    pace: Pace
    paces: dict[str, Pace]
    work: list[Work]
    officers: list[Officer]
    last: LastBatch | None


def summary(user, code: str) -> Summary:
    """Of the region `code`, within the user's scope. Raises Region.DoesNotExist."""
    area = figures.area(user, code, None)
    inside = Scope((code,))
    standing = _standing(user, code, inside)
    last = standing["last"]
    by_rule = list(_by_rule(user, code, last))
    by_hand = list(_by_hand(user, code, inside, last))
    paces = _paces(by_hand)
    causes = _causes(user, code, by_rule, by_hand)
    return Summary(
        area=area,
        history=_history(standing["days"], area),
        causes=causes,
        answered=sum(cause.count for cause in causes if not cause.rule),
        queue=sum(row["n"] for row in by_hand if row["state"] == State.ANTRE),
        follow_ups=sum(told["n"] for told in standing["follow_ups"]),
        pace=Pace(sum((pace.days for pace in paces.values()), Counter())),
        paces=paces,
        work=_work(user, code, by_hand, standing),
        officers=_officers(user, code, inside),
        last=last and _changes(user, code, last, by_rule, by_hand),
    )


def _number(queryset: QuerySet) -> Coalesce:
    """The count of a queryset as a part of one query."""
    counted = queryset.order_by().annotate(one=Cast(1, IntegerField())).values("one")
    return Coalesce(Subquery(counted.annotate(n=Count("pk")).values("n")), 0)


def _standing(user, code: str, inside: Scope) -> dict:
    """In one query: what is open, the last batch and the days of the last weeks."""
    batches = MatchBatch.objects.visible_to(user)
    here = batches.filter(region__code__startswith=code)
    above = [code[:length] for length in (2, 5, 8) if length < len(code)]
    last = batches.filter(
        Q(region__code__startswith=code) | Q(region__in=above),
        status=MatchBatch.Status.SELESAI,
        finished_at__isnull=False,
    ).order_by("-finished_at")
    uploads = Upload.objects.visible_to(user).filter(region__code__startswith=code).to_review()
    follow_ups = (
        _results(user, inside)
        .to_follow_up()
        .order_by()
        .values("consequence")
        .annotate(told=JSONObject(consequence="consequence", n=Count("pk")))
        .values("told")
    )
    today = timezone.localdate()
    days = (
        MatchDay.objects.visible_to(user)
        .filter(regency__code__startswith=code)
        .filter(day__gt=today - timedelta(weeks=WEEKS), day__lt=today)
        .order_by()
        .values("day")
        .annotate(
            told=JSONObject(
                day="day",
                persons=Sum("persons"),
                matched=Sum("matched"),
                regencies=Count("pk"),
            )
        )
        .order_by("day")
        .values("told")
    )
    told = JSONObject(
        number="pk",
        finished_at="finished_at",
        region="region__name",
        before="matched_before",
        after="matched_after",
    )
    return (
        Region.objects.filter(pk=code)
        .values(
            last=Subquery(last.values(told=told)[:1]),
            days=ArraySubquery(days),
            asked=_number(here.waiting()),
            failed=_number(here.filter(status=MatchBatch.Status.GAGAL)),
            follow_ups=ArraySubquery(follow_ups),
            doubles=_number(DuplicateGroup.objects.visible_to(user).open()),
            **{kind: _number(uploads.filter(kind=kind)) for kind in ANSWERS},
        )
        .get()
    )


def _by_rule(user, code: str, last: dict | None) -> QuerySet:
    of_last = Q(batch=last and last["number"])
    return (
        MatchFigures.objects.visible_to(user)
        .filter(district__code__startswith=code[:8])
        .order_by()
        .values("outcome", "rule")
        .annotate(
            n=Sum("latest"),
            in_last=Coalesce(Sum("people", filter=of_last), 0),
            nik_in_last=Coalesce(Sum("nik_changed", filter=of_last), 0),
        )
    )


def _by_hand(user, code: str, inside: Scope, last: dict | None) -> QuerySet:
    """By state, outcome and rule, by the places below, and by days until the decision."""
    votes = MatchDecision.objects.filter(result=OuterRef("pk"), undone_at=None)
    taken = ExpressionWrapper(F("decided_at") - F("matched_at"), output_field=DurationField())
    of_last = Q(batch=last and last["number"])
    return (
        _results(user, inside)
        .filter(state__in=[State.ANTRE, State.DITERIMA, State.DITOLAK])
        .order_by()
        .values(
            "state",
            "outcome",
            "rule",
            place=Left("village_id", CHILD_LENGTH[len(code)]),
            days=ExtractDay(taken),
        )
        .annotate(
            once=Case(
                When(state=State.ANTRE, then=Exists(votes.exclude(verdict=Verdict.LEWATI))),
                default=False,
                output_field=BooleanField(),
            ),
            n=Count("pk"),
            latest=Count("pk", filter=Q(is_latest=True)),
            in_last=Count("pk", filter=of_last),
            nik_in_last=Count("pk", filter=of_last & Q(nik_changed=True)),
        )
    )


def _results(user, inside: Scope) -> QuerySet[MatchResult]:
    return MatchResult.objects.visible_to(user).filter(inside.condition(MatchResult.PLACE))


def _causes(user, code: str, by_rule: list[dict], by_hand: list[dict]) -> list[Cause]:
    """Outcomes by their number, under each its rules; persons who wait stand as such."""
    found: Counter = Counter()
    for row in by_rule:
        found[(row["outcome"], False, row["rule"])] += row["n"]
    for row in by_hand:
        found[(row["outcome"], row["state"] == State.ANTRE, row["rule"])] += row["latest"]
    found = +found
    answered = found.total()
    totals: Counter = Counter()
    for (outcome, waits, _), count in found.items():
        totals[(outcome, waits)] += count

    def cause(outcome: str, waits: bool, rule: str, count: int) -> Cause:
        label = "Menunggu keputusan" if waits else Outcome(outcome).label
        look = ("warn", "clock") if waits else OUTCOME_LOOKS[outcome]
        filters = {"terbaru": "ya", **({"aturan": rule} if rule else {})}
        filters |= {"state__exact": State.ANTRE} if waits else {"outcome__exact": outcome}
        return Cause(
            Mark(*look, label),
            rule,
            RULE_TITLES.get(rule, rule),
            count,
            share(count, answered),
            links.match_results(user, code, **filters),
        )

    listed = []
    order = sorted(found.items(), key=lambda item: (-totals[item[0][:2]], item[0][:2], -item[1]))
    for (outcome, waits), group in groupby(order, key=lambda item: item[0][:2]):
        listed.append(cause(outcome, waits, "", totals[(outcome, waits)]))
        listed += [cause(outcome, waits, rule, count) for (_, _, rule), count in group]
    return listed


def _paces(by_hand: list[dict]) -> dict[str, Pace]:
    """By the places directly below the region."""
    found: dict[str, Counter] = {}
    for row in by_hand:
        if row["days"] is not None:
            found.setdefault(row["place"], Counter())[int(row["days"])] += row["n"]
    return {place: Pace(days) for place, days in found.items()}


def _history(days: list[dict], area: Area) -> History | None:
    """The last day of each week and today; None before there is a second day.

    Days are kept by regency: below one there are none. A day on which not every regency had been
    counted yet would look like a fall.
    """
    today = timezone.localdate()
    complete = max((told["regencies"] for told in days), default=0)
    weeks: dict[int, Point] = {}
    for told in days:
        if told["regencies"] == complete:
            day = date.fromisoformat(told["day"])
            weeks[(today - day).days // 7] = Point(day, told["persons"], told["matched"])
    points = [weeks[week] for week in sorted(weeks, reverse=True)]
    if not points or not area.total.persons:
        return None
    return History((*points, Point(today, area.total.persons, area.total.matched)))


def _work(user, code: str, by_hand: list[dict], counts: dict) -> list[Work]:
    proposed = {told["consequence"]: told["n"] for told in counts["follow_ups"]}
    waiting = [row for row in by_hand if row["state"] == State.ANTRE]
    offered = [
        Work(
            "Belum diputus siapa pun",
            "Petugas Dukcapil atau Koordinator",
            sum(row["n"] for row in waiting if not row["once"]),
            "orang",
            links.match_results(user, code, putusan="belum"),
        ),
        Work(
            "Sudah diputus satu petugas, perlu petugas kedua",
            "Petugas Dukcapil atau Koordinator yang lain",
            sum(row["n"] for row in waiting if row["once"]),
            "orang",
            links.match_results(user, code, putusan="satu"),
        ),
        Work(
            "Meninggal menurut Dukcapil: ganti pengurus atau akhiri kepesertaan",
            "Petugas kab/kota",
            proposed.get(Consequence.GANTI_PENGURUS, 0),
            "orang",
            links.match_results(user, code, tindak=Consequence.GANTI_PENGURUS),
        ),
        Work(
            "Pindah menurut Dukcapil: mutakhirkan alamat atau akhiri kepesertaan",
            "Petugas kab/kota",
            proposed.get(Consequence.ALAMAT, 0),
            "orang",
            links.match_results(user, code, tindak=Consequence.ALAMAT),
        ),
    ]
    # Requests, sheets and groups have lists by regency, groups by what the user may see at all.
    if len(code) <= 5:
        offered += [
            Work(
                "Permintaan menunggu jawaban",
                "Petugas Dukcapil",
                counts["asked"],
                "permintaan",
                links.match_batches(user, code, status__exact=MatchBatch.Status.DIMINTA),
            ),
            *(
                Work(
                    f"{kinds.get(kind).title} menunggu persetujuan",
                    "Koordinator provinsi",
                    counts[kind],
                    "unggahan",
                    links.uploads_of(user, code, kind, Upload.Status.DIAJUKAN),
                )
                for kind in ANSWERS
            ),
            Work(
                "Permintaan gagal dipadankan",
                "Administrator",
                counts["failed"],
                "permintaan",
                links.match_batches(user, code, status__exact=MatchBatch.Status.GAGAL),
            ),
        ]
    if code in user.scope.codes:
        offered.append(
            Work(
                "Data ganda belum diputus",
                "Petugas kab/kota; yang lintas kab/kota: Koordinator",
                counts["doubles"],
                "kelompok",
                links.doubles(user),
            )
        )
    return [work for work in offered if work.count]


def _officers(user, code: str, inside: Scope) -> list[Officer]:
    """Who has decided here, the busiest first."""
    voted = ~Q(verdict=Verdict.LEWATI)
    waits = Q(result__state=State.ANTRE)
    rows = (
        MatchDecision.objects.visible_to(user)
        .filter(inside.condition(MatchDecision.PLACE), undone_at=None)
        .order_by()
        .values("by", "by__full_name")
        .annotate(
            decided=Count("pk", filter=voted & ~waits),
            waiting=Count("pk", filter=voted & waits),
            skipped=Count("pk", filter=~voted & waits),
            last_at=Max("at"),
        )
        .order_by("-decided", "by__full_name")
    )
    return [
        Officer(
            name=row["by__full_name"],
            decided=row["decided"],
            decided_url=links.match_results(user, code, putusan=f"oleh-{row['by']}"),
            skipped=row["skipped"],
            skipped_url=links.match_results(user, code, putusan=f"lewat-{row['by']}"),
            waiting=row["waiting"],
            waiting_url=links.match_results(user, code, putusan=f"suara-{row['by']}"),
            last_at=row["last_at"],
        )
        for row in rows
    ]


def _changes(user, code: str, last: dict, by_rule: list[dict], by_hand: list[dict]) -> LastBatch:
    """Of the part of the request that lies in the region of the page."""
    rows = by_rule + [row for row in by_hand if row["state"] != State.ANTRE]

    def count(*outcomes: Outcome) -> int:
        return sum(row["in_last"] for row in rows if row["outcome"] in outcomes)

    def results(**filters) -> str | None:
        return links.match_results(user, code, batch__id__exact=last["number"], **filters)

    people = sum(row["in_last"] for row in (*by_rule, *by_hand))
    changes = (
        Change("orang dijawab", people, results(state__in=",".join(_ANSWERED))),
        Change("padan", count(Outcome.PADAN), results(outcome__exact=Outcome.PADAN)),
        Change(
            "NIK diperbaiki",
            sum(row["nik_in_last"] for row in (*by_rule, *by_hand)),
            results(nik="diperbaiki"),
        ),
        Change(
            "ditemukan meninggal", count(Outcome.MENINGGAL), results(outcome__exact="MENINGGAL")
        ),
        Change("ditemukan pindah", count(Outcome.PINDAH), results(outcome__exact="PINDAH")),
        Change(
            "tidak ditemukan",
            count(Outcome.TIDAK_DITEMUKAN),
            results(outcome__exact=Outcome.TIDAK_DITEMUKAN),
        ),
        Change("data berbeda", count(Outcome.DATA_BERBEDA), results(outcome__exact="DATA_BERBEDA")),
        Change(
            "masih menunggu keputusan",
            sum(row["in_last"] for row in by_hand if row["state"] == State.ANTRE),
            results(state__exact=State.ANTRE),
        ),
    )
    return LastBatch(
        number=last["number"],
        region=last["region"],
        finished_at=datetime.fromisoformat(last["finished_at"]),
        before=last["before"],
        after=last["after"],
        url=links.match_batch(user, last["number"]),
        changes=tuple(change for change in changes if change.count),
    )


_ANSWERED = [state for state in State.values if state != State.MENUNGGU]
