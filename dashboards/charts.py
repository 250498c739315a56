"""Geometry of the charts: numbers in, places in per cent or in units of a drawing out.

Drawn as inline SVG by `templates/charts/` without script and without inline styles; every chart but
the sparkline has its table beside it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from spreadsheets.words import thousands

SPARK_WIDTH, SPARK_HEIGHT, MARGIN = 88, 34, 4


@dataclass(frozen=True)
class Mark:
    """One value of a chart, in per cent of its width and height; `y` is its upper end."""

    label: str
    count: int
    x: float
    y: float
    height: float
    labelled: bool

    @property
    def text(self) -> str:
        return thousands(self.count)


def sparkline(values: Sequence[float]) -> list[tuple[float, float]]:
    """A line from left to right of a drawing of SPARK_WIDTH x SPARK_HEIGHT, from the least value
    to the most, since a line without an axis tells the way and not the size; level if all are one.

    >>> sparkline([10, 15, 20])
    [(4.0, 30.0), (44.0, 17.0), (84.0, 4.0)]
    >>> sparkline([7, 7])
    [(4.0, 17.0), (84.0, 17.0)]
    """
    step = (SPARK_WIDTH - 2 * MARGIN) / max(len(values) - 1, 1)
    least, room = min(values), SPARK_HEIGHT - 2 * MARGIN
    span = max(values) - least

    def height(value: float) -> float:
        return room * (value - least) / span if span else room / 2

    return [
        (round(MARGIN + index * step, 1), round(SPARK_HEIGHT - MARGIN - height(value), 1))
        for index, value in enumerate(values)
    ]


def columns(rows: Sequence[tuple[str, int]]) -> list[Mark]:
    """A column for each row, from nought; the largest and the last carry their figure.

    >>> [(mark.x, mark.height, mark.labelled) for mark in columns([("1", 4), ("2", 8), ("3", 2)])]
    [(0.0, 50.0, False), (33.33, 100.0, True), (66.67, 25.0, True)]
    """
    most = max((count for _, count in rows), default=0)
    largest = next((index for index, (_, count) in enumerate(rows) if count == most), None)
    return [
        Mark(
            label=label,
            count=count,
            x=round(index * 100 / len(rows), 2),
            y=round(100 - 100 * count / max(most, 1), 2),
            height=round(100 * count / max(most, 1), 2),
            labelled=index in (largest, len(rows) - 1),
        )
        for index, (label, count) in enumerate(rows)
    ]


def line(rows: Sequence[tuple[str, int]]) -> list[Mark]:
    """Points of a line from edge to edge, from nought; the first and the last carry their figure.

    >>> [(mark.x, mark.y, mark.labelled) for mark in line([("1", 5), ("2", 5), ("3", 10)])]
    [(0.0, 50.0, True), (50.0, 50.0, False), (100.0, 0.0, True)]
    """
    most = max((count for _, count in rows), default=0)
    return [
        Mark(
            label=label,
            count=count,
            x=round(index * 100 / max(len(rows) - 1, 1), 2),
            y=round(100 - 100 * count / max(most, 1), 2),
            height=0,
            labelled=index in (0, len(rows) - 1),
        )
        for index, (label, count) in enumerate(rows)
    ]


@dataclass(frozen=True)
class Stack:
    """A whole with its part, in rupiah; `label` stands below, `title` in the table.

    `until` is the second half of a label that a narrow screen breaks in two.
    """

    label: str
    title: str
    whole: int
    part: int
    planned: int
    until: str = ""
    note: str = ""
    url: str | None = None

    @property
    def rest(self) -> int:
        return self.whole - self.part


@dataclass(frozen=True)
class StackMark:
    """A stack in per cent of the drawing; `y` are upper ends. `on_phone`: its label has room on a
    narrow screen."""

    stack: Stack
    x: float
    width: float
    whole_y: float
    whole_height: float
    part_y: float
    part_height: float
    text: str
    on_phone: bool


@dataclass(frozen=True)
class Stacked:
    """`unit` is what the figures at the drawing are counted in."""

    marks: tuple[StackMark, ...]
    ticks: tuple[tuple[float, str], ...]
    unit: str


PHONE_LABELS = 10  # as many labels of a month stand beside each other at 360 px
_UNITS = ((10**9, "Miliar rupiah"), (10**6, "Juta rupiah"), (1, "Rupiah"))


def stacked(stacks: Sequence[Stack]) -> Stacked:
    """Columns from nought with their part below; the last and the largest carry their figure.

    >>> chart = stacked([Stack("Okt", "", 10**9, 5 * 10**8, 0), Stack("Nov", "", 2 * 10**9, 0, 0)])
    >>> [(mark.whole_height, mark.part_height, mark.text) for mark in chart.marks], chart.unit
    ([(50.0, 25.0, ''), (100.0, 0.0, '2,0')], 'Miliar rupiah')
    >>> chart.ticks[:2]
    ((100.0, '0'), (75.0, '0,5'))
    >>> year = stacked([Stack(str(n), "", n, 0, 0) for n in range(12)])
    >>> [mark.stack.label for mark in year.marks if mark.on_phone]
    ['1', '3', '5', '7', '9', '11']
    """
    most = max((stack.whole for stack in stacks), default=0)
    size, unit = next((size, unit) for size, unit in _UNITS if most >= size or size == 1)
    top, step = _scale(most / size)
    width = 100 / max(len(stacks), 1)
    largest = next(index for index, stack in enumerate(stacks) if stack.whole == most)
    each = -(-len(stacks) // PHONE_LABELS)
    marks = []
    for index, stack in enumerate(stacks):
        whole, part = (100 * value / size / top for value in (stack.whole, stack.part))
        written = index in (largest, len(stacks) - 1)
        text = f"{stack.whole / size:.1f}".replace(".", ",") if written else ""
        marks.append(
            StackMark(
                stack=stack,
                x=round(index * width, 2),
                width=round(width, 2),
                whole_y=round(100 - whole, 2),
                whole_height=round(whole, 2),
                part_y=round(100 - part, 2),
                part_height=round(part, 2),
                text=text,
                on_phone=(len(stacks) - 1 - index) % each == 0,
            )
        )
    steps = range(round(top / step) + 1)
    ticks = tuple(
        (round(100 - 100 * n * step / top, 2), f"{n * step:g}".replace(".", ",")) for n in steps
    )
    return Stacked(tuple(marks), ticks, unit)


def _scale(most: float) -> tuple[float, float]:
    """A round upper end at or over `most`, and the step of its two to five marks.

    >>> _scale(15.9), _scale(2), _scale(0.4), _scale(730)
    ((20.0, 5.0), (2.0, 0.5), (0.4, 0.1), (800, 200))
    """
    exponent = math.floor(math.log10(most)) if most > 0 else 0
    for factor in (0.1, 0.2, 0.5, 1, 2, 5):
        step = round(factor * 10**exponent, 9)
        if most <= 5 * step:
            count = max(math.ceil(round(most / step, 9)), 2)
            return round(count * step, 9), step
    raise AssertionError("five steps of five times the largest power of ten hold every number")


@dataclass(frozen=True)
class Bar:
    label: str
    text: str
    url: str
    width: float


def ranking(rows: Sequence[tuple[str, int, str]]) -> list[Bar]:
    """Bars from nought for (label, count, address), in the order given.

    >>> [(bar.text, bar.width) for bar in ranking([("Kapuas", 1200, ""), ("Katingan", 300, "")])]
    [('1.200', 100.0), ('300', 25.0)]
    """
    most = max((count for _, count, _ in rows), default=0)
    return [
        Bar(label, thousands(count), url, round(100 * count / max(most, 1), 2))
        for label, count, url in rows
    ]
