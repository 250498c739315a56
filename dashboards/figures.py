"""Figures of the start pages: counted ahead by village, read as sums, returned as dataclasses.

Nothing here looks at single persons or families while somebody waits: `refresh` counts them when
data change, everything else adds up at most 1,571 rows.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import (
    DateTimeField,
    Exists,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Cast, Left
from django.utils import timezone

from accounts import scope
from dashboards.models import (
    ProvinceFigures,
    ProvinceRound,
    RegisterFigures,
    RoundDay,
    RoundFigures,
    VillageFigures,
)
from dashboards.summed import Summed
from regions.models import Region
from uploads.models import Upload, UploadEvent
from verification.models import Round

TREE_KEPT = 300  # seconds
REGENCY_LENGTH = 5
# Length of the codes one level below: regencies of a province, districts of a regency, villages.
CHILD_LENGTH = {2: 5, 5: 8, 8: 13, 13: 13}

ROUND_COUNTS = ("cases", "sent", "returned", "approved")
REGISTER_COUNTS = (
    "kpm",
    "households",
    "persons",
    "invalid_nik",
    "matched",
    "valid_kk",
    "addressed",
    "checked",
)
_COUNTED = (*REGISTER_COUNTS, *ROUND_COUNTS)
_SUMMED = ", ".join(f"sum({name})" for name in REGISTER_COUNTS)
_NAMES = ", ".join(REGISTER_COUNTS)
_EXCLUDED = ", ".join(f"{name} = excluded.{name}" for name in REGISTER_COUNTS)
# By register first, in one pass over each table; a village is the sum of its registers.
REGISTER = f"""
DELETE FROM dashboards_registerfigures WHERE {{inside}};
INSERT INTO dashboards_registerfigures
    (village_id, register, {_NAMES}, checked_on, counted_at)
SELECT village_id, register, {_SUMMED}, max(last_on), now()
FROM (
    SELECT h.village_id, h.register, count(k.household_id) AS kpm, count(*) AS households,
        0 AS persons, 0 AS invalid_nik, 0 AS matched,
        count(*) FILTER (WHERE kk_number ~ '^[1-9][0-9]{{{{15}}}}$') AS valid_kk,
        count(*) FILTER (WHERE address <> '') AS addressed,
        count(*) FILTER (WHERE last_on > current_date - 365) AS checked, max(last_on) AS last_on
    FROM (SELECT * FROM beneficiaries_household WHERE is_active AND {{inside}}) h
    LEFT JOIN (
        SELECT DISTINCT household_id FROM beneficiaries_enrollment
        JOIN beneficiaries_programme ON code = programme_id AND is_sembako
        WHERE beneficiaries_enrollment.ended_on IS NULL AND {{inside}}
    ) k ON k.household_id = h.id
    LEFT JOIN (
        SELECT household_id, max(decided_at AT TIME ZONE 'Asia/Jakarta')::date AS last_on
        FROM verification_case WHERE status = 'DISETUJUI' AND {{inside}} GROUP BY 1
    ) c ON c.household_id = h.id
    GROUP BY 1, 2
    UNION ALL
    SELECT p.village_id, h.register, 0, 0, count(*), count(*) FILTER (WHERE NOT nik_valid),
        count(nik_confirmed_on), 0, 0, 0, NULL
    FROM (SELECT * FROM beneficiaries_person WHERE is_active AND {{inside}}) p
    JOIN beneficiaries_household h ON h.id = p.household_id
    GROUP BY 1, 2
) counted
GROUP BY 1, 2;
INSERT INTO dashboards_villagefigures (village_id, {_NAMES}, checked_on, counted_at)
SELECT region.code, {", ".join(f"coalesce(sum({name}), 0)" for name in REGISTER_COUNTS)},
    max(checked_on), now()
FROM regions_region region
LEFT JOIN dashboards_registerfigures f ON f.village_id = region.code
WHERE region.level = 'VILLAGE' AND {{region_inside}}
GROUP BY 1
ON CONFLICT (village_id) DO UPDATE SET {_EXCLUDED}, checked_on = excluded.checked_on,
    counted_at = excluded.counted_at
"""
# Where, as columns of the register and of the tree.
IN_REGENCIES = {
    "inside": "(%(everywhere)s OR regency_code = ANY (%(regencies)s))",
    "region_inside": "(%(everywhere)s OR region.regency_code = ANY (%(regencies)s))",
}
IN_VILLAGES = {
    "inside": "village_id = ANY (%(villages)s)",
    "region_inside": "region.code = ANY (%(villages)s)",
}
FORGET_ROUNDS = """
DELETE FROM dashboards_roundfigures
WHERE round_id = ANY (%(rounds)s) AND (%(everywhere)s OR regency_code = ANY (%(regencies)s));
DELETE FROM dashboards_roundday
WHERE round_id = ANY (%(rounds)s) AND (%(everywhere)s OR regency_code = ANY (%(regencies)s))
"""
ROUNDS = """
INSERT INTO dashboards_roundfigures
    (round_id, village_id, register, cases, sent, returned, approved)
SELECT round_id, c.village_id, h.register, count(*),
    count(*) FILTER (WHERE status IN ('DIAJUKAN', 'DIKUNJUNGI')),
    count(*) FILTER (WHERE status = 'DIKEMBALIKAN'), count(*) FILTER (WHERE status = 'DISETUJUI')
FROM verification_case c JOIN beneficiaries_household h ON h.id = household_id
WHERE round_id = ANY (%(rounds)s) AND (%(everywhere)s OR c.regency_code = ANY (%(regencies)s))
    AND status <> 'BERAKHIR'
GROUP BY 1, 2, 3
"""
ROUND_DAYS = """
INSERT INTO dashboards_roundday (round_id, regency_id, day, approved)
SELECT round_id, regency_code, (decided_at AT TIME ZONE %(zone)s)::date, count(*)
FROM verification_case
WHERE round_id = ANY (%(rounds)s) AND (%(everywhere)s OR regency_code = ANY (%(regencies)s))
    AND status = 'DISETUJUI'
GROUP BY 1, 2, 3
"""


@transaction.atomic
def refresh(regencies: list[str] | None = None, *, all_rounds: bool = False) -> None:
    """Count again: the register and the running rounds, in these regencies or in all of them.

    `all_rounds`: those that are closed too, whose last sheets may be decided afterwards.

    To be called after everything that changes what is counted (a sheet applied, submitted,
    returned or taken back; a round opened), once the change is committed. Within a region-limited
    scope only its own regencies are counted.
    """
    limits = scope.current()
    if limits is not None and not limits.is_province:
        regencies = [code for code in limits.regencies if regencies is None or code in regencies]
    rounds = Round.objects.all() if all_rounds else Round.objects.running()
    with connection.cursor() as cursor:
        # One at a time: who waited here counts with a snapshot taken after the other's commit, so
        # the older count can never overwrite the newer one.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('dashboards.refresh'))")
        values = {
            "everywhere": regencies is None,
            "regencies": regencies or [],
            "rounds": list(rounds.values_list("pk", flat=True)),
            "zone": str(timezone.get_default_timezone()),
        }
        statements = (REGISTER.format(**IN_REGENCIES), FORGET_ROUNDS, ROUNDS, ROUND_DAYS)
        for statement in statements:
            cursor.execute(statement, values)


@transaction.atomic
def refresh_villages(villages: Collection[str]) -> None:
    """Count the register again in a few villages, after a decision on single persons.

    Waits while everything is counted; two decisions in one village count one after the other, each
    with a snapshot of its own.
    """
    values = {"villages": sorted(villages)}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(hashtext('dashboards.refresh'))")
        cursor.execute(
            "SELECT FROM dashboards_villagefigures WHERE village_id = ANY (%(villages)s)"
            " ORDER BY village_id FOR UPDATE",
            values,
        )
        cursor.execute(REGISTER.format(**IN_VILLAGES), values)


def share(part: int, whole: int) -> Decimal | None:
    """Per cent with one digit, as it is shown; None where there is nothing to be a part of."""
    if not whole:
        return None
    return (Decimal(100 * part) / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)


@dataclass(frozen=True)
class Counts(Summed):
    """Of one place, the running round included."""

    kpm: int = 0
    households: int = 0
    persons: int = 0
    invalid_nik: int = 0
    matched: int = 0
    valid_kk: int = 0
    addressed: int = 0
    checked: int = 0
    cases: int = 0
    sent: int = 0
    returned: int = 0
    approved: int = 0

    @property
    def to_do(self) -> int:
        """Families of the round that nobody has sent yet, or whose sheet came back."""
        return self.cases - self.sent - self.approved

    @property
    def verified_share(self) -> Decimal | None:
        return share(self.approved, self.cases)

    @property
    def sent_share(self) -> Decimal | None:
        return share(self.sent, self.cases)

    @property
    def to_do_share(self) -> Decimal | None:
        """What the two others leave of a hundred, so that the three parts add up."""
        return Decimal(100) - self.verified_share - self.sent_share if self.cases else None

    @property
    def unmatched(self) -> int:
        return self.persons - self.matched

    @property
    def valid_nik(self) -> int:
        return self.persons - self.invalid_nik

    @property
    def matched_share(self) -> Decimal | None:
        return share(self.matched, self.persons)

    @property
    def invalid_share(self) -> Decimal | None:
        return share(self.invalid_nik, self.persons)


@dataclass(frozen=True)
class Place:
    region: Region
    counts: Counts

    @property
    def code(self) -> str:
        return self.region.code


@dataclass(frozen=True)
class Area:
    """A region with the places directly below it; `counted_at` is None before the first count."""

    region: Region
    ancestors: tuple[Region, ...]
    places: tuple[Place, ...]
    total: Counts
    counted_at: datetime | None


def current_round(user) -> Round | None:
    """The running round the start page speaks of: the newest one of the user's regions."""
    return Round.objects.visible_to(user).running().first()


def _sums(
    user, code: str, round: Round | None, *, length: int, register: str | None = None
) -> dict[str, dict]:
    """Sums of the villages inside `code` by the first `length` characters, with the last count."""
    only = {"village__code__startswith": code} | ({"register": register} if register else {})
    model = RegisterFigures if register else VillageFigures
    rows = _grouped(model, user, only, length, REGISTER_COUNTS, Max("counted_at"))
    if round:
        never = Max(Cast(Value(None), DateTimeField()))
        of_round = only | {"round": round}
        rows = rows.union(
            _grouped(RoundFigures, user, of_round, length, ROUND_COUNTS, never), all=True
        )
    found: dict[str, dict] = {}
    for row in rows:
        place = found.setdefault(row["place"], dict.fromkeys(_COUNTED, 0) | {"last": None})
        place["last"] = place["last"] or row["last"]
        for name in _COUNTED:
            place[name] += row[f"n_{name}"]
    return found


def _grouped(model, user, only: dict, length: int, counted: Collection[str], last: Max) -> QuerySet:
    """Sums of `counted` by place, and noughts for the rest: so that two tables are one query."""
    sums = {name: Sum(name) if name in counted else Sum(Value(0)) for name in _COUNTED}
    rows = model.objects.visible_to(user).filter(**only).order_by()
    return rows.values(place=Left("village_id", length)).annotate(
        last=last, **{f"n_{name}": value for name, value in sums.items()}
    )


def counts_inside(
    user, code: str, round: Round | None, *, length: int, register: str | None = None
) -> dict[str, Counts]:
    """Figures of all places inside `code` whose codes have this length, within the scope."""
    sums = _sums(user, code, round, length=length, register=register)
    return {
        place: Counts(**{name: value for name, value in row.items() if name != "last"})
        for place, row in sorted(sums.items())
    }


def are_regencies_enough(user, length: int) -> bool:
    """Whether sums by kabupaten/kota can stand for those of villages: nothing smaller is shown, and
    the user sees whole ones (docs/adr/0023)."""
    return length <= REGENCY_LENGTH and user.scope.is_of_whole_regencies


def _above(code: str) -> list[str]:
    return [code[:length] for length in (2, 5, 8) if length < len(code)]


def _around(code: str) -> list[Region]:
    """The region, those above it and those directly below; remembered for some minutes, since the
    tree changes by law only."""
    above = _above(code)
    regions = Region.objects.filter(Q(pk__in=[*above, code]) | Q(parent=code))
    key = f"dashboards.around.{code}"
    found = cache.get(key)
    if found is None and (found := list(regions)):
        cache.set(key, found, TREE_KEPT)
    return found


def regions_below(code: str) -> list[Region]:
    """Directly below the region, whoever asks: names of places are no secret."""
    return [region for region in _around(code) if region.parent_id == code]


def area(user, code: str, round: Round | None, *, register: str | None = None) -> Area:
    """Figures of the region `code` and of each place directly below it, within the user's scope.

    Of the families of one register only, if it is named.

    Raises Region.DoesNotExist for a code that is not in the tree.
    """
    above = _above(code)
    by_code = {region.code: region for region in _around(code)}
    if code not in by_code:
        raise Region.DoesNotExist(code)
    sums = _sums(user, code, round, length=CHILD_LENGTH[len(code)], register=register)
    counted_at = max(filter(None, (row.pop("last") for row in sums.values())), default=None)
    counts = {place: Counts(**row) for place, row in sums.items()}
    return Area(
        region=by_code[code],
        ancestors=tuple(by_code[code] for code in above if code in by_code),
        places=tuple(
            Place(region, counts.get(region.code, Counts()))
            for region in by_code.values()
            if region.parent_id == code and user.scope.contains(region.code)
        ),
        total=sum(counts.values(), Counts()),
        counted_at=counted_at,
    )


def province_counts(province: str, round: Round | None) -> Counts:
    """Sums over the whole province, for users of one district too; nothing below that."""
    progress = ProvinceRound.objects.filter(pk=round and round.pk)
    found = (
        ProvinceFigures.objects.filter(pk=province)
        .annotate(
            cases=Subquery(progress.values("cases")), approved=Subquery(progress.values("approved"))
        )
        .values(*REGISTER_COUNTS, "cases", "approved")
        .first()
    )
    return Counts(**{name: value or 0 for name, value in (found or {}).items()})


@dataclass(frozen=True)
class Trend:
    """Families verified up to the end of each day of a round until today, idle days included."""

    days: tuple[tuple[date, int], ...]
    total: int

    @property
    def sums(self) -> list[int]:
        return [count for _, count in self.days]

    @property
    def gain(self) -> Decimal | None:
        """Points won during the last seven days."""
        if len(self.days) <= 7:
            return None
        return share(self.days[-1][1], self.total) - share(self.days[-8][1], self.total)

    COLUMNS = 14

    @property
    def daily(self) -> list[tuple[date, int]]:
        """Families verified on each day."""
        before = [0, *(n for _, n in self.days)]
        return [(day, n - before[index]) for index, (day, n) in enumerate(self.days)]

    @property
    def latest(self) -> list[tuple[date, int]]:
        """The last two weeks, day by day."""
        return self.daily[-self.COLUMNS :]

    @property
    def columns(self) -> list[tuple[str, int]]:
        """The same for a chart, by day of the month."""
        return [(str(day.day), count) for day, count in self.latest]

    @property
    def week(self) -> int:
        """Families verified during the last seven days."""
        return sum(count for _, count in self.daily[-7:])

    def needed_per_day(self, days_left: int) -> int:
        """What each day until the due date must bring, today included; rounded up."""
        return -(-(self.total - self.days[-1][1]) // (max(days_left, 0) + 1))


def trend(user, code: str, round: Round, cases: int) -> Trend | None:
    """Up to today; None until something was verified and there are two days to draw a line."""
    days = dict(
        RoundDay.objects.visible_to(user)
        .filter(round=round, regency__code__startswith=code)
        .order_by()
        .values_list("day")
        .annotate(Sum("approved"))
    )
    today = timezone.localdate()
    first = min([round.starts_on, *days])
    if not cases or not days or today <= first:
        return None
    sums, so_far = [], 0
    for offset in range((today - first).days + 1):
        day = first + timedelta(days=offset)
        so_far += days.get(day, 0)
        sums.append((day, so_far))
    return Trend(tuple(sums), cases)


def open_uploads(user, *, latest: int = 0) -> list[Upload]:
    """Uploads on their way, newest first, and the `latest` ones whatever became of them.

    Each carries `for_me` (waits for a decision of this user), `to_repair`, and, when it came back,
    the `reason` written with it. They are few, so they are read as they are at this moment.
    """
    visible = Upload.objects.visible_to(user)
    itself = {"pk": OuterRef("pk")}
    wanted = Q(status__in=set(Upload.Status.values) - set(Upload.CLOSED))
    if latest:
        wanted |= Q(pk__in=visible.order_by("-sent_at", "-id").values("pk")[:latest])
    returned = UploadEvent.objects.filter(
        upload=OuterRef("pk"), status=Upload.Status.DIKEMBALIKAN
    ).order_by("-at", "-id")
    return list(
        visible.filter(wanted)
        .select_related("region")
        .annotate(
            for_me=Exists(Upload.objects.reviewable_by(user).filter(**itself)),
            to_repair=Exists(Upload.objects.to_repair().filter(**itself)),
            reason=Subquery(returned.values("note")[:1]),
        )
    )
