"""Geometry of the charts: numbers in, places in per cent or in units of a drawing out.

Drawn as inline SVG by `templates/charts/` without script and without inline styles; every chart but
the sparkline has its table beside it.
"""

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
    """A line from left to right of a drawing of SPARK_WIDTH x SPARK_HEIGHT, from nought up.

    >>> sparkline([0, 5, 10])
    [(4.0, 30.0), (44.0, 17.0), (84.0, 4.0)]
    """
    step = (SPARK_WIDTH - 2 * MARGIN) / max(len(values) - 1, 1)
    top = max([*values, 1])
    room = SPARK_HEIGHT - 2 * MARGIN
    return [
        (round(MARGIN + index * step, 1), round(SPARK_HEIGHT - MARGIN - room * value / top, 1))
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
