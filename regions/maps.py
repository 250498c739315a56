"""The schematic map with a figure in every place: classes, shades, and labels that fit.

What a place shows (its `Mark`) is of whoever draws the map; `templates/portal/map.html` draws it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Generic, Protocol, TypeVar

from regions import geometry
from regions.codes import SHORT_NAMES

# Left, top, right and bottom of a label in units of the map.
Box = tuple[float, float, float, float]


class Mark(Protocol):
    """What is shown of a place. `shade` is the number of its class, 0: it has no figure; `digits`
    how many characters the figure has that is written on the map."""

    name: str
    url: str
    shade: int
    digits: int


M = TypeVar("M", bound=Mark)


@dataclass(frozen=True)
class Class:
    """From `low` to `high` (None: no upper limit), with its number of places."""

    number: int
    low: Decimal | int
    high: Decimal | int | None
    places: int


def shade_of(value: Decimal | int | None, floors: Sequence[int]) -> int:
    """The number of the class, from 1; 0 where there is no figure.

    >>> [shade_of(value, (0, 50, 65)) for value in (None, 0, 50, 99)]
    [0, 1, 2, 3]
    """
    return 0 if value is None else sum(value >= floor for floor in floors)


def classes(
    floors: Sequence[int], marks: Iterable[Mark], *, smallest: Decimal | int = 1
) -> tuple[Class, ...]:
    """The legend; `smallest` is what lies between the end of a class and the next one."""
    shades = [mark.shade for mark in marks]
    return tuple(
        Class(number, low, following and following - smallest, shades.count(number))
        for number, (low, following) in enumerate(
            zip(floors, (*floors[1:], None), strict=True), start=1
        )
    )


@dataclass(frozen=True)
class Drawn(Generic[M]):
    """A place on the map. `short` is empty where no name fits.

    `labelled`: its figure can be written without covering another one; `labelled_small`: on a
    phone, where the letters are larger and the names are left out.
    """

    mark: M
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
class Map(Generic[M]):
    view_box: str
    areas: tuple[Drawn[M], ...]

    @property
    def is_tall(self) -> bool:
        """Twice as high as wide: drawn larger than others, so with smaller letters."""
        _, _, width, height = map(float, self.view_box.split())
        return height > 1.5 * width

    @property
    def hides_labels(self) -> bool:
        return not all(drawn.labelled for drawn in self.areas)


def draw(parent: str, marks: Mapping[str, M]) -> Map[M]:
    """The map of a region with its places by code; without areas where none of them is on it, as
    of a region founded after the map was drawn."""
    try:
        drawing = geometry.shapes(parent)
    except KeyError:
        drawing = geometry.Map("0 0 1 1", ())
    return Map(
        drawing.view_box,
        _labelled(
            Drawn(
                mark=marks[area.code],
                path=area.path,
                x=area.label_x,
                y=area.label_y,
                short=_short(area, marks[area.code]),
            )
            for area in drawing.areas
            if area.code in marks
        ),
    )


def _short(area: geometry.Area, mark: Mark) -> str:
    if area.code in SHORT_NAMES:
        return SHORT_NAMES[area.code][0]
    # The map of the regencies has room for every name in use; below, only where it fits.
    return mark.name if area.wide or len(area.code) == 5 else ""


def _labelled(areas: Iterable[Drawn[M]]) -> tuple[Drawn[M], ...]:
    """Decide which figures can be written; places with room for their name come first."""
    areas = list(areas)
    desktop: list[Box] = []
    phone: list[Box] = []
    decided = {}
    for index, drawn in sorted(enumerate(areas), key=lambda each: not each[1].short):
        decided[index] = replace(
            drawn,
            labelled=_take(desktop, _box(drawn, letter=6.6, line=12, named=True)),
            labelled_small=_take(phone, _box(drawn, letter=9.4, line=17, named=False)),
        )
    return tuple(decided[index] for index in range(len(areas)))


def _box(drawn: Drawn, *, letter: float, line: float, named: bool) -> Box:
    name = drawn.short if named else ""
    half = max(drawn.mark.digits, len(name)) * letter / 2
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
