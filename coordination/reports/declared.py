"""How a report is declared, and what all of them need."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from accounts.scope import Scope
from dashboards import payouts
from dashboards.figures import CHILD_LENGTH, share
from distribution.models import PayoutPeriod
from regions.models import Region
from verification.models import Round

LEVELS = {"5": "Kabupaten/kota", "8": "Kecamatan", "13": "Desa/kelurahan"}
YES_NO = {"ya": "Ya", "tidak": "Tidak"}


@dataclass(frozen=True)
class Column:
    """`share`: a percentage, with the headings of the part and the whole it is of."""

    heading: str
    is_number: bool = False
    share: tuple[str, str] | None = None


@dataclass(frozen=True)
class Filter:
    """One choice beside the region; an empty value means no limit, unless `required`.

    `choices` are codes with their words, or a function of the user that gives them; `everything` is
    the word for no limit.
    """

    name: str
    label: str
    choices: Mapping[str, str] | Callable[[object], Mapping[str, str]]
    required: bool = False
    everything: str = "Semua"

    def choices_for(self, user) -> Mapping[str, str]:
        return self.choices(user) if callable(self.choices) else self.choices


@dataclass(frozen=True)
class Wanted:
    """What a user has asked for; `region` lies inside the user's scope."""

    user: object
    region: Region
    options: dict[str, str] = field(default_factory=dict)

    def option(self, name: str) -> str:
        return self.options.get(name, "")

    def inside(self, queryset):
        """The rows of a scoped queryset that lie in the region."""
        place = queryset.model.PLACE
        return queryset.visible_to(self.user).filter(Scope((self.region.code,)).condition(place))

    @property
    def length(self) -> int:
        """Of the codes that an aggregate is grouped by; never wider than the region itself."""
        return max(int(self.option("tingkat") or 5), CHILD_LENGTH[len(self.region.code)])

    @property
    def period(self) -> PayoutPeriod | None:
        """The payout period that was chosen, else the one that meetings speak of."""
        if chosen := self.option("periode"):
            return PayoutPeriod.objects.visible_to(self.user).filter(pk=chosen).first()
        return payouts.latest_period(self.user)

    @property
    def round(self) -> Round | None:
        """The verification round that was chosen, else the running one, else the newest."""
        rounds = Round.objects.visible_to(self.user)
        if chosen := self.option("putaran"):
            return rounds.filter(pk=chosen).first()
        return rounds.running().first() or rounds.first()


@dataclass(frozen=True)
class Report:
    """`rows` streams; `count` says how many there will be, for the progress and the question
    whether the user waits. Dates and shares stay dates and numbers: each form of file writes them
    in its own way. `is_summed`: its numbers may be added up. `is_personal`: a purpose is asked for
    and the export is logged. `deepest`: the length of the code of the smallest region it can be
    made for. `definitions` are shown on the page and under the signed table; `topic` is the heading
    it is listed under.
    """

    code: str
    title: str
    text: str
    permission: str
    columns: tuple[Column, ...]
    count: Callable[[Wanted], int]
    rows: Callable[[Wanted], Iterable[Sequence]]
    filters: tuple[Filter, ...] = ()
    is_personal: bool = False
    is_signed: bool = False
    is_summed: bool = False
    deepest: int = 13
    definitions: tuple[tuple[str, str], ...] = ()
    topic: str = "Koordinasi"

    def shown(self, wanted: Wanted) -> list[int]:
        """The columns that can hold something: none of a level below the one that is wanted."""
        levels = LEVELS.items() if LEVEL in self.filters else ()
        hidden = {name for length, name in levels if int(length) > wanted.length}
        return [n for n, column in enumerate(self.columns) if column.heading not in hidden]

    def described(self, wanted: Wanted) -> list[tuple[str, str]]:
        """What was asked for, in words: the region, and every filter that narrows it."""
        told = [("Wilayah", wanted.region.full_name)]
        for filter_ in self.filters:
            choices = filter_.choices_for(wanted.user)
            chosen = wanted.option(filter_.name)
            if filter_ is LEVEL:
                chosen = str(wanted.length)
            elif filter_.required and not chosen:
                chosen = next(iter(choices), "")
            if chosen in choices:
                told.append((filter_.label, choices[chosen]))
        return told

    def total(self, sums: Sequence[int]) -> list:
        """The last row of a report that is summed, from the sums of its columns."""
        place = {column.heading: n for n, column in enumerate(self.columns)}
        row: list = ["Jumlah"]
        for n, column in enumerate(self.columns[1:], start=1):
            if column.share:
                row.append(share(*(sums[place[heading]] for heading in column.share)))
            else:
                row.append(sums[n] if column.is_number else "")
        return row


_LEVEL_OF = {5: Region.Level.REGENCY, 8: Region.Level.DISTRICT, 13: Region.Level.VILLAGE}


def places_of(wanted: Wanted) -> int:
    """How many places of the level that is wanted lie in the region: what a sum by place has at
    most, told without counting what is summed."""
    inside = Region.objects.filter(pk__startswith=wanted.region.code)
    return inside.filter(level=_LEVEL_OF[wanted.length]).count()


def names_of(codes: Iterable[str]) -> dict[str, Region]:
    """The regions of these codes and those above them."""
    wanted = {code[:length] for code in codes for length in (2, 5, 8, 13) if length <= len(code)}
    return {region.code: region for region in Region.objects.filter(pk__in=wanted)}


def place_cells(code: str, names: Mapping[str, Region]) -> list[str]:
    """Kabupaten/kota, kecamatan and village of a code; empty below its level."""
    return [names[code[:n]].full_name if len(code) >= n else "" for n in (5, 8, 13)]


def _periods(user) -> dict[str, str]:
    """That of the meetings first, since it is what is mostly wanted."""
    first = payouts.latest_period(user)
    periods = [first] if first else []
    periods += [row for row in PayoutPeriod.objects.visible_to(user) if row != first]
    return {str(period.pk): period.name for period in periods}


def _rounds(user) -> dict[str, str]:
    """Running ones first."""
    rounds = Round.objects.visible_to(user)
    return {str(round.pk): round.name for round in (*rounds.running(), *rounds)}


PLACES = tuple(Column(name) for name in LEVELS.values())
LEVEL = Filter("tingkat", "Dirinci per", LEVELS, required=True)
PERIOD = Filter("periode", "Periode salur", _periods, required=True)
ROUND = Filter("putaran", "Putaran verifikasi", _rounds, required=True)
