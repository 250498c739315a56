"""The map and the ranking of the places inside a region: one card, one choice of figure."""

from dataclasses import dataclass
from decimal import Decimal

from dashboards import links
from dashboards.figures import Area, Counts, Place
from regions import geometry
from regions.codes import SHORT_NAMES

CLASSES = 5
NICE_STEPS = (1, 2, 5, 10, 20, 25, 50)


@dataclass(frozen=True)
class Measure:
    """A figure to choose; `floors` are where its five classes begin, None: by the largest count."""

    key: str
    label: str
    subject: str
    figure: str
    basis: str
    basis_label: str
    floors: tuple[int, ...] | None = None
    lowest_first: bool = False
    alarm: str = ""

    @property
    def is_share(self) -> bool:
        return self.floors is not None

    def of(self, counts: Counts) -> Decimal | int | None:
        return getattr(counts, self.figure)

    def alarming(self, value: Decimal | int | None) -> bool:
        if not self.alarm or value is None:
            return False
        return value < self.floors[1] if self.lowest_first else value >= self.floors[-1]


VERIFIED = Measure(
    key="terverifikasi",
    label="Terverifikasi",
    subject="KPM terverifikasi",
    figure="verified_share",
    basis="cases",
    basis_label="KPM",
    floors=(0, 50, 65, 80, 90),
    lowest_first=True,
    alarm="Di bawah 50%",
)
INVALID_NIK = Measure(
    key="nik",
    label="NIK tidak sah",
    subject="orang dengan NIK yang tidak sah",
    figure="invalid_share",
    basis="persons",
    basis_label="Orang",
    floors=(0, 5, 10, 15, 20),
    alarm="20% ke atas",
)
KPM = Measure(
    key="kpm",
    label="KPM aktif",
    subject="KPM aktif",
    figure="kpm",
    basis="households",
    basis_label="Keluarga",
)
PERSONS = Measure(
    key="orang",
    label="Orang",
    subject="orang dalam keluarga terdaftar",
    figure="persons",
    basis="households",
    basis_label="Keluarga",
)
MEASURES = (VERIFIED, INVALID_NIK, KPM, PERSONS)


@dataclass(frozen=True)
class Choice:
    label: str
    url: str
    current: bool


@dataclass(frozen=True)
class Class:
    """One of the five: from `low` to `high` (None: no upper limit), with its number of places."""

    number: int
    low: Decimal | int
    high: Decimal | int | None
    places: int


@dataclass(frozen=True)
class Row:
    place: Place
    url: str
    value: Decimal | int | None
    basis: int
    bar: float
    alarming: bool
    shade: int


@dataclass(frozen=True)
class Drawn:
    """A place on the map; shade 0 has no value. `short` is empty where no name fits."""

    row: Row
    path: str
    x: float
    y: float
    short: str

    @property
    def value_y(self) -> float:
        return self.y + 14 if self.short else self.y + 4


@dataclass(frozen=True)
class Card:
    measure: Measure
    choices: tuple[Choice, ...]
    view_box: str
    map: tuple[Drawn, ...]
    classes: tuple[Class, ...]
    rows: tuple[Row, ...]
    total: Decimal | int | None
    total_basis: int
    total_bar: float
    average: Decimal | int | None
    tick: float
    noun: str
    heading: str


NOUNS = {
    2: ("kab/kota", "Kabupaten/kota"),
    5: ("kecamatan", "Kecamatan"),
    8: ("desa/kel.", "Desa/kelurahan"),
}


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


def card(area: Area, chosen: str, *, has_round: bool) -> Card | None:
    """The card of a region by the figure `chosen`; None for a village, which holds no places."""
    if not area.places:
        return None
    offered = MEASURES if has_round else MEASURES[1:]
    measure = next((measure for measure in offered if measure.key == chosen), offered[0])
    values = [measure.of(place.counts) for place in area.places]
    known = [value for value in values if value is not None]
    largest = max(known, default=0)
    floors = floors_of(measure, largest)
    full = 100 if measure is VERIFIED else max(largest, 1)

    def bar(value) -> float:
        return round(min(float(value or 0) / float(full), 1) * 100, 1)

    def shade(value) -> int:
        return 0 if value is None else sum(value >= floor for floor in floors)

    rows = [
        Row(
            place=place,
            url=links.region(place.region),
            value=value,
            basis=getattr(place.counts, measure.basis),
            bar=bar(value),
            alarming=measure.alarming(value),
            shade=shade(value),
        )
        for place, value in zip(area.places, values, strict=True)
    ]
    sign = 1 if measure.lowest_first else -1
    rows.sort(key=lambda row: (row.value is None, sign * (row.value or 0), row.place.code))
    total = measure.of(area.total)
    average = total if measure.is_share else round(total / len(rows))
    by_code = {row.place.code: row for row in rows}
    try:
        drawing = geometry.shapes(area.region.code)
    except KeyError:  # a region founded after the map was drawn: the ranking stands alone
        drawing = geometry.Map("0 0 1 1", ())
    smallest = Decimal("0.1") if measure.is_share else 1
    noun, heading = NOUNS[len(area.region.code)]
    return Card(
        measure=measure,
        choices=tuple(
            Choice(other.label, f"?angka={other.key}#wilayah", other is measure)
            for other in offered
        ),
        view_box=drawing.view_box,
        map=tuple(
            Drawn(
                row=by_code[shape.code],
                path=shape.path,
                x=shape.label_x,
                y=shape.label_y,
                short=_short(by_code[shape.code].place, shape.wide),
            )
            for shape in drawing.areas
            if shape.code in by_code
        ),
        classes=tuple(
            Class(
                number=number,
                low=low,
                high=next_floor and next_floor - smallest,
                places=sum(row.shade == number for row in rows),
            )
            for number, (low, next_floor) in enumerate(
                zip(floors, (*floors[1:], None), strict=True), start=1
            )
        ),
        rows=tuple(rows),
        total=total,
        total_basis=getattr(area.total, measure.basis),
        total_bar=bar(total) if measure.is_share else 0,
        average=average,
        tick=bar(average),
        noun=noun,
        heading=heading,
    )


def _short(place: Place, fits: bool) -> str:
    if place.code in SHORT_NAMES:
        return SHORT_NAMES[place.code][0]
    # The map of the regencies has room for every name in use; below, only where it fits.
    return place.region.name if fits or len(place.code) == 5 else ""
