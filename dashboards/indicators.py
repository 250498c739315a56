"""The figures a meeting speaks of and a follow-up is to move: declared once, measured by region.

Layers above add their own with `register` when they start.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Count, Q
from django.db.models.functions import Left

from beneficiaries.models import Person
from dashboards import payouts
from dashboards.figures import CHILD_LENGTH, Area, Counts, area, current_round, share
from dashboards.figures import province_counts as counts_of_province
from distribution.models import PayoutPeriod
from spreadsheets.words import thousands
from verification.models import MatchResult, Round


@dataclass(frozen=True)
class Value:
    """A share in per cent with what it is a part of, or (`whole` None) a count."""

    number: Decimal | int | None
    part: int = 0
    whole: int | None = None


def share_of(part: int, whole: int) -> Value:
    return Value(share(part, whole), part, whole)


def count_of(number: int) -> Value:
    return Value(number, number)


NOTHING = Value(None)


@dataclass(frozen=True)
class Indicator:
    """`values(user, area)` gives a value for the area and for each place below it, by code.

    `better` is 1 where more is better, -1 where less is, 0 where neither; `noun` is what is
    counted. Figures are those the user may see, for an area inside the user's scope.

    `of` is what a figure is of where it is not of the day: a round, which the area is counted with,
    or a period, which `values` takes as a third argument; without one it takes the newest.
    """

    code: str
    title: str
    noun: str
    better: int
    meaning: str
    values: Callable[..., Mapping[str, Value]]
    is_share: bool = False
    of: type[Round] | type[PayoutPeriod] | None = None

    def text(self, number: Decimal | int | None) -> str:
        """93,4% or 1.234, as everywhere in the portal."""
        if number is None:
            return "–"
        if not self.is_share:
            return thousands(int(number))
        return f"{Decimal(number).quantize(Decimal('0.1'), ROUND_HALF_UP)}%".replace(".", ",")

    def has_improved(self, then: Decimal | None, now: Decimal | None) -> bool | None:
        """None where nothing can be said: no value, no direction, or no change."""
        if then is None or now is None or not self.better or then == now:
            return None
        return (now > then) == (self.better > 0)


_registered: dict[str, Indicator] = {}


def register(indicator: Indicator) -> None:
    """Raises ValueError for a code that is taken."""
    if indicator.code in _registered:
        raise ValueError(f"indicator {indicator.code} is registered twice")
    _registered[indicator.code] = indicator


def all_indicators() -> list[Indicator]:
    return list(_registered.values())


def get(code: str) -> Indicator | None:
    """None for a code of an indicator that is no longer declared."""
    return _registered.get(code)


def area_of(user, code: str) -> Area:
    """The area that indicators measure, with the round the start page speaks of."""
    return area(user, code, current_round(user))


def newest_of(user, indicator: Indicator) -> Round | PayoutPeriod | None:
    """The round or period the pages speak of now; None where the figure is of the day."""
    if indicator.of is Round:
        return current_round(user)
    return payouts.latest_period(user) if indicator.of is PayoutPeriod else None


def value_of(user, code: str, region_code: str, of: Round | PayoutPeriod | None = None) -> Value:
    """One indicator of one region now; `NOTHING` where the indicator is not known.

    Of the newest round or period, unless `of` names one.
    """
    indicator = get(code)
    if indicator is None:
        return NOTHING
    if isinstance(of, Round):
        values = indicator.values(user, area(user, region_code, of))
    elif isinstance(of, PayoutPeriod):
        values = indicator.values(user, area_of(user, region_code), of)
    else:
        values = indicator.values(user, area_of(user, region_code))
    return values.get(region_code, NOTHING)


def province_values(province: str, round) -> dict[str, Value]:
    """What a district may compare itself with: sums over the province, by indicator."""
    counts = counts_of_province(province, round)
    return {
        "terverifikasi": share_of(counts.approved, counts.cases),
        "nik_tidak_sah": share_of(counts.invalid_nik, counts.persons),
    }


def _counted(of: Callable[[Counts], Value]) -> Callable[[object, Area], dict[str, Value]]:
    def values(user, area: Area) -> dict[str, Value]:
        own = {place.code: of(place.counts) for place in area.places}
        return {**own, area.region.code: of(area.total)}

    return values


def _by_place(rows, area: Area) -> dict[str, tuple[int, int]]:
    """(part, whole) of each place below and of the area itself, from rows by village length."""
    found = {row["place"]: (row["part"], row["whole"]) for row in rows}
    total = (sum(part for part, _ in found.values()), sum(whole for _, whole in found.values()))
    return {**found, area.region.code: total}


def grouped_shares(queryset, area: Area, *, place: str, part: Q) -> dict[str, Value]:
    """Share of the rows of `queryset` that fulfil `part`, by the places of the area.

    `queryset` is scoped already; `place` is its region column.
    """
    rows = (
        queryset.filter(**{f"{place}__code__startswith": area.region.code})
        .order_by()
        .values(place=Left(f"{place}_id", CHILD_LENGTH[len(area.region.code)]))
        .annotate(part=Count("pk", filter=part), whole=Count("pk"))
    )
    return {code: share_of(*pair) for code, pair in _by_place(rows, area).items()}


def grouped_counts(queryset, area: Area, *, place: str) -> dict[str, Value]:
    """Number of rows of `queryset` by the places of the area; nought where there are none."""
    rows = (
        queryset.filter(**{f"{place}__code__startswith": area.region.code})
        .order_by()
        .values(place=Left(f"{place}_id", CHILD_LENGTH[len(area.region.code)]))
        .annotate(part=Count("pk"), whole=Count("pk"))
    )
    found = _by_place(rows, area)
    codes = [area.region.code, *(place.code for place in area.places)]
    return {code: count_of(found.get(code, (0, 0))[0]) for code in codes}


def _matched(user, area: Area) -> dict[str, Value]:
    persons = Person.objects.visible_to(user).active()
    return grouped_shares(persons, area, place="village", part=Q(nik_confirmed_on__isnull=False))


def _waiting(user, area: Area) -> dict[str, Value]:
    return grouped_counts(
        MatchResult.objects.visible_to(user).in_queue(), area, place=MatchResult.PLACE
    )


for _indicator in (
    Indicator(
        "kpm",
        "KPM aktif",
        "KPM",
        0,
        "Keluarga dengan kepesertaan Program Sembako yang masih berjalan.",
        _counted(lambda counts: count_of(counts.kpm)),
    ),
    Indicator(
        "terverifikasi",
        "KPM terverifikasi",
        "KPM",
        1,
        "Bagian KPM dalam putaran yang hasil verifikasinya sudah disetujui.",
        _counted(lambda counts: share_of(counts.approved, counts.cases)),
        is_share=True,
        of=Round,
    ),
    Indicator(
        "belum_diverifikasi",
        "KPM belum diverifikasi",
        "KPM",
        -1,
        "KPM dalam putaran yang belum dikirim hasilnya, atau dikembalikan.",
        _counted(lambda counts: count_of(counts.to_do)),
        of=Round,
    ),
    Indicator(
        "padan",
        "NIK padan dengan Dukcapil",
        "orang",
        1,
        "Bagian orang yang NIK-nya dibenarkan Dukcapil.",
        _matched,
        is_share=True,
    ),
    Indicator(
        "antrean_padan",
        "Antrean pemadanan",
        "hasil",
        -1,
        "Hasil pemadanan yang menunggu putusan petugas.",
        _waiting,
    ),
    Indicator(
        "nik_tidak_sah",
        "NIK tidak sah",
        "orang",
        -1,
        "Bagian orang yang bentuk NIK-nya salah atau kosong.",
        _counted(lambda counts: share_of(counts.invalid_nik, counts.persons)),
        is_share=True,
    ),
):
    register(_indicator)
