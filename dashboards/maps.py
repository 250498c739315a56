"""The map and the ranking of the places inside a region: one card, one choice of figure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter
from urllib.parse import urlencode

from dashboards import links
from dashboards.figures import Area, Place
from regions import maps
from regions.maps import Class, Map, shade_of

CLASSES = 5
NICE_STEPS = (1, 2, 5, 10, 20, 25, 50)


@dataclass(frozen=True)
class Measure:
    """A figure to choose; `floors` are where its five classes begin, None: by the largest count.

    `figure` and `basis` name attributes of what is shown of a place, through dots.
    """

    key: str
    label: str
    subject: str
    figure: str
    basis: str
    basis_label: str
    floors: tuple[int, ...] | None = None
    lowest_first: bool = False
    alarm: str = ""
    better: int = 0
    unit: str = "persen"

    @property
    def is_share(self) -> bool:
        return self.floors is not None

    @property
    def is_percent(self) -> bool:
        return self.is_share and self.unit == "persen"

    def of(self, shown) -> Decimal | int | None:
        return attrgetter(self.figure)(shown)

    def basis_of(self, shown) -> int:
        return attrgetter(self.basis)(shown)

    def alarming(self, value: Decimal | int | None) -> bool:
        if not self.alarm or value is None:
            return False
        return value < self.floors[1] if self.lowest_first else value >= self.floors[-1]


VERIFIED = Measure(
    key="terverifikasi",
    label="Terverifikasi",
    subject="KPM terverifikasi",
    figure="counts.verified_share",
    basis="counts.cases",
    basis_label="KPM",
    floors=(0, 50, 65, 80, 90),
    lowest_first=True,
    alarm="Di bawah 50%",
    better=1,
)
MATCHED = Measure(
    key="padan",
    label="Padan Dukcapil",
    subject="orang yang padan dengan data Dukcapil",
    figure="counts.matched_share",
    basis="counts.persons",
    basis_label="Orang",
    floors=(0, 70, 80, 90, 95),
    lowest_first=True,
    alarm="Di bawah 70%",
    better=1,
)
CREDITED = Measure(
    key="tersalur",
    label="Tersalur",
    subject="rupiah yang tersalur dari daftar bayar",
    figure="payout.credited_share",
    basis="payout.payments",
    basis_label="KPM dibayar",
    floors=(0, 80, 90, 95, 98),
    lowest_first=True,
    alarm="Di bawah 80%",
    better=1,
)
UNSPENT = Measure(
    key="belum",
    label="Belum transaksi",
    subject="KPM tersalur yang belum bertransaksi",
    figure="payout.unspent_share",
    basis="payout.credited",
    basis_label="KPM tersalur",
    floors=(0, 5, 10, 20, 40),
    alarm="40% ke atas",
    better=-1,
)
QUALITY = Measure(
    key="kualitas",
    label="Kualitas data",
    subject="nilai kualitas data, 0 sampai 100",
    figure="quality",
    basis="counts.persons",
    basis_label="Orang",
    floors=(0, 50, 65, 80, 90),
    lowest_first=True,
    alarm="Di bawah 50",
    better=1,
    unit="nilai",
)
KPM = Measure(
    key="kpm",
    label="KPM aktif",
    subject="KPM aktif",
    figure="counts.kpm",
    basis="counts.households",
    basis_label="Keluarga",
    unit="jumlah",
)
MEASURES = (VERIFIED, MATCHED, CREDITED, UNSPENT, QUALITY, KPM)
PAYOUT = (CREDITED, UNSPENT)


@dataclass(frozen=True)
class Choice:
    label: str
    url: str
    current: bool


@dataclass(frozen=True)
class Lists:
    """The rows behind a figure of a place: those it is of, and those among them that it counts."""

    basis: str | None = None
    counted: str | None = None


@dataclass(frozen=True)
class Row:
    place: Place
    url: str
    value: Decimal | int | None
    basis: int
    bar: float
    alarming: bool
    shade: int
    change: Decimal | int | None = None
    lists: Lists = Lists()

    @property
    def name(self) -> str:
        return self.place.region.name

    @property
    def digits(self) -> int:
        return len("–" if self.value is None else f"{self.value:,}")


@dataclass(frozen=True)
class Card:
    measure: Measure
    choices: tuple[Choice, ...]
    map: Map[Row]
    classes: tuple[Class, ...]
    rows: tuple[Row, ...]
    total: Decimal | int | None
    total_basis: int
    total_bar: float
    average: Decimal | int | None
    tick: float
    noun: str
    heading: str
    total_change: Decimal | int | None = None
    total_lists: Lists = Lists()

    @property
    def has_changes(self) -> bool:
        return any(row.change is not None for row in self.rows)


HEADINGS = {2: "Kabupaten/kota", 5: "Kecamatan", 8: "Desa/kelurahan"}
SHORT_HEADINGS = {2: "kab/kota", 5: "kecamatan", 8: "desa/kel."}


def floors_of(measure: Measure, largest: int) -> tuple[int, ...]:
    """Where the classes begin.

    Counts have no fixed limits, since kecamatan and kabupaten differ tenfold: five equal steps of a
    round number.

    >>> floors_of(KPM, 13948)
    (0, 5000, 10000, 15000, 20000)
    >>> floors_of(VERIFIED, 0)
    (0, 50, 65, 80, 90)
    """
    if measure.floors:
        return measure.floors
    wanted = max(-(-(largest + 1) // CLASSES), 1)
    scale = 10 ** max(len(str(wanted)) - 2, 0)
    step = next(nice * scale for nice in (*NICE_STEPS, 100) if nice * scale >= wanted)
    return tuple(step * index for index in range(CLASSES))


@dataclass(frozen=True)
class Shown:
    """What the card shows: each place now and before, by its code, and their sum."""

    now: Mapping[str, object]
    total: object
    before: Mapping[str, object]
    total_before: object


def _change(measure: Measure, now, before) -> Decimal | int | None:
    """Points, or a number; None where nothing was before."""
    if before is None or not measure.basis_of(before):
        return None
    value, then = measure.of(now), measure.of(before)
    return None if value is None or then is None else value - then


def card(
    area: Area,
    chosen: str,
    shown: Shown,
    *,
    offered: tuple[Measure, ...] = MEASURES,
    query: Callable[..., str] = lambda **figure: f"?{urlencode(figure)}",
    lists_of: Callable[[Measure, str], Lists] = lambda measure, code: Lists(),
) -> Card | None:
    """The card of a region by the figure `chosen` of those `offered`; None for a village, which
    holds no places. `query` makes the address of the page with another figure, `lists_of` those of
    the lists behind the figure of a place."""
    if not area.places:
        return None
    measure = next((measure for measure in offered if measure.key == chosen), offered[0])
    values = [measure.of(shown.now[place.code]) for place in area.places]
    known = [value for value in values if value is not None]
    largest = max(known, default=0)
    floors = floors_of(measure, largest)
    full = 100 if measure.lowest_first else max(largest, 1)

    def bar(value) -> float:
        return round(min(float(value or 0) / float(full), 1) * 100, 1)

    rows = [
        Row(
            place=place,
            url=links.region(place.region) + query(wilayah="", angka=measure.key),
            value=value,
            basis=measure.basis_of(shown.now[place.code]),
            bar=bar(value),
            alarming=measure.alarming(value),
            shade=shade_of(value, floors),
            change=_change(measure, shown.now[place.code], shown.before.get(place.code)),
            lists=lists_of(measure, place.code),
        )
        for place, value in zip(area.places, values, strict=True)
    ]
    sign = 1 if measure.lowest_first else -1
    rows.sort(key=lambda row: (row.value is None, sign * (row.value or 0), row.place.code))
    total = measure.of(shown.total)
    average = total if measure.is_share else round((total or 0) / len(rows))
    return Card(
        measure=measure,
        choices=tuple(
            Choice(other.label, f"{query(angka=other.key)}#wilayah", other is measure)
            for other in offered
        ),
        map=maps.draw(area.region.code, {row.place.code: row for row in rows}),
        classes=maps.classes(floors, rows, smallest=Decimal("0.1") if measure.is_share else 1),
        rows=tuple(rows),
        total=total,
        total_basis=measure.basis_of(shown.total),
        total_bar=bar(total) if measure.is_share else 0,
        average=average,
        tick=bar(average),
        noun=SHORT_HEADINGS[len(area.region.code)],
        heading=HEADINGS[len(area.region.code)],
        total_change=_change(measure, shown.total, shown.total_before),
        total_lists=lists_of(measure, area.region.code),
    )
