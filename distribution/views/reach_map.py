"""The schematic map of villages without an agent: which share of each place has none."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from distribution.figures import share
from regions import geometry
from regions.codes import PROVINCE_CODE, SHORT_NAMES

# Where the five classes begin, in per cent of the villages.
FLOORS = (0, 5, 10, 25, 50)


@dataclass(frozen=True)
class Place:
    """What is known of a place; `url` leads to its villages."""

    name: str
    villages: int
    without: int
    url: str

    @property
    def share(self) -> Decimal | None:
        return share(self.without, self.villages)

    @property
    def shade(self) -> int:
        return 0 if self.share is None else sum(self.share >= floor for floor in FLOORS)


@dataclass(frozen=True)
class Drawn:
    """A place on the map; `label` is empty where its name does not fit."""

    place: Place
    path: str
    x: float
    y: float
    label: str

    @property
    def value_y(self) -> float:
        return self.y + 14 if self.label else self.y + 4


@dataclass(frozen=True)
class Class:
    number: int
    low: int
    high: int
    places: int


@dataclass(frozen=True)
class Map:
    view_box: str
    areas: tuple[Drawn, ...]
    noun: str

    @property
    def classes(self) -> list[Class]:
        ends = (*(floor - 1 for floor in FLOORS[1:]), 100)
        shades = [drawn.place.shade for drawn in self.areas]
        return [
            Class(number, low, high, shades.count(number))
            for number, (low, high) in enumerate(zip(FLOORS, ends, strict=True), start=1)
        ]


def draw(parent: str, places: Mapping[str, Place]) -> Map | None:
    """The map of a region with its places by code; None where not even two of them are on it."""
    try:
        drawing = geometry.shapes(parent)
    except KeyError:  # a region founded after the map was drawn
        return None
    is_province = parent == PROVINCE_CODE
    areas = tuple(
        Drawn(
            places[area.code],
            area.path,
            area.label_x,
            area.label_y,
            # The map of the regencies has room for every name in use.
            label=_label(area, places[area.code]) if is_province or area.wide else "",
        )
        for area in drawing.areas
        if area.code in places
    )
    noun = "kab/kota" if is_province else "kecamatan"
    return Map(drawing.view_box, areas, noun) if len(areas) > 1 else None


def _label(area: geometry.Area, place: Place) -> str:
    return SHORT_NAMES.get(area.code, (place.name,))[0]
