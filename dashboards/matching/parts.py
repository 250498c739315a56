"""The parts of the summary, each figure with the list that it counts."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby

from django.db.models import Count, Max, Q

from accounts.scope import Scope
from beneficiaries.figures import Mark
from dashboards import links
from dashboards.figures import share
from uploads import kinds
from uploads.models import Upload
from verification.figures.matching import OUTCOME_LOOKS, RULE_TITLES
from verification.matching_intake import ANSWERS
from verification.models import MatchBatch, MatchDecision, MatchResult

State = MatchResult.State
Outcome = MatchResult.Outcome
Verdict = MatchDecision.Verdict
Consequence = MatchResult.Consequence

_ANSWERED = [state for state in State.values if state != State.MENUNGGU]


@dataclass(frozen=True)
class Cause:
    """Persons with one outcome by one rule; `rule` is empty for the outcome as a whole."""

    mark: Mark
    rule: str
    title: str
    count: int
    share: Decimal
    url: str | None


def causes(user, code: str, by_rule: list[dict], by_hand: list[dict]) -> list[Cause]:
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


def paces(by_hand: list[dict]) -> dict[str, Pace]:
    """By the places directly below the region."""
    found: dict[str, Counter] = {}
    for row in by_hand:
        if row["days"] is not None:
            found.setdefault(row["place"], Counter())[int(row["days"])] += row["n"]
    return {place: Pace(days) for place, days in found.items()}


@dataclass(frozen=True)
class Work:
    """Something that waits, and whose turn it is."""

    what: str
    who: str
    count: int
    unit: str
    url: str | None


def work_waiting(user, code: str, by_hand: list[dict], counts: dict) -> list[Work]:
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


def officers(user, code: str, inside: Scope) -> list[Officer]:
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


def last_batch(user, code: str, last: dict, by_rule: list[dict], by_hand: list[dict]) -> LastBatch:
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
