"""The map and the ranking of the places inside a region: one card, one choice of figure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from dashboards import links
from dashboards.figures import Area, Counts, Place
from regions import geometry
from regions.codes import SHORT_NAMES

# Left, top, right and bottom of a label in units of the map.
Box = tuple[float, float, float, float]

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
    """A place on the map; shade 0 has no value. `short` is empty where no name fits.

    `labelled`: its figure can be written without covering another one; `labelled_small`: on a
    phone, where the letters are larger and the names are left out.
    """

    row: Row
    path: str
    x: float
    y: float
    short: str
    labelled: bool = True
    labelled_small: bool = True

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

    @property
    def is_tall(self) -> bool:
        """Twice as high as wide: drawn larger than others, so with smaller letters."""
        _, _, width, height = map(float, self.view_box.split())
        return height > 1.5 * width

    @property
    def hides_labels(self) -> bool:
        return not all(drawn.labelled for drawn in self.map)


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
    return Card(
        measure=measure,
        choices=tuple(
            Choice(other.label, f"?angka={other.key}#wilayah", other is measure)
            for other in offered
        ),
        view_box=drawing.view_box,
        map=_labelled(
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
        noun=SHORT_HEADINGS[len(area.region.code)],
        heading=HEADINGS[len(area.region.code)],
    )


def _short(place: Place, fits: bool) -> str:
    if place.code in SHORT_NAMES:
        return SHORT_NAMES[place.code][0]
    # The map of the regencies has room for every name in use; below, only where it fits.
    return place.region.name if fits or len(place.code) == 5 else ""


def _labelled(areas: Iterable[Drawn]) -> tuple[Drawn, ...]:
    """Decide which figures can be written; places with room for their name come first."""
    areas = list(areas)
    desktop: list[Box] = []
    phone: list[Box] = []
    decided = {}
    for drawn in sorted(areas, key=lambda drawn: not drawn.short):
        decided[drawn.row.place.code] = replace(
            drawn,
            labelled=_take(desktop, _box(drawn, letter=6.6, line=12, named=True)),
            labelled_small=_take(phone, _box(drawn, letter=9.4, line=17, named=False)),
        )
    return tuple(decided[drawn.row.place.code] for drawn in areas)


def _box(drawn: Drawn, *, letter: float, line: float, named: bool) -> Box:
    value = drawn.row.value
    digits = len("–" if value is None else f"{value:,}")
    name = drawn.short if named else ""
    half = max(digits, len(name)) * letter / 2
    bottom = drawn.value_y
    top = bottom - line - (14 if name else 0)
    return drawn.x - half, top, drawn.x + half, bottom


def _take(taken: list[Box], box: Box) -> bool:
    """Whether `box` lies free of all that are taken; if so it is taken too."""
    left, top, right, bottom = box
    free = all(
        right <= other[0] or left >= other[2] or bottom <= other[1] or top >= other[3]
        for other in taken
    )
    if free:
        taken.append(box)
    return free
