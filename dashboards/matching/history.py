"""The share padan over the last weeks."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils import timezone

from dashboards.figures import Area, share

WEEKS = 12


@dataclass(frozen=True)
class Point:
    """The share at the end of a week, or today."""

    day: date
    persons: int
    matched: int

    @property
    def share(self) -> Decimal:
        return share(self.matched, self.persons) or Decimal(0)


@dataclass(frozen=True)
class Column:
    """A point of the chart, in per cent of its width and height."""

    point: Point
    x: float
    y: float
    labelled: bool


@dataclass(frozen=True)
class History:
    points: tuple[Point, ...]

    @property
    def columns(self) -> list[Column]:
        """The first, the last and the lowest carry their figure."""
        lowest = min(self.points, key=lambda point: point.share)
        told = {self.points[0].day, self.points[-1].day, lowest.day}
        return [
            Column(
                point,
                x=round(index * 100 / len(self.points), 2),
                y=float(100 - point.share),
                labelled=point.day in told,
            )
            for index, point in enumerate(self.points)
        ]

    @property
    def gain(self) -> Decimal:
        return self.points[-1].share - self.points[0].share


def history_of(days: list[dict], area: Area) -> History | None:
    """The last day of each week and today; None before there is a second day.

    Days are kept by regency: below one there are none. A day on which not every regency had been
    counted yet would look like a fall.
    """
    today = timezone.localdate()
    complete = max((told["regencies"] for told in days), default=0)
    weeks: dict[int, Point] = {}
    for told in days:
        if told["regencies"] == complete:
            day = date.fromisoformat(told["day"])
            weeks[(today - day).days // 7] = Point(day, told["persons"], told["matched"])
    points = [weeks[week] for week in sorted(weeks, reverse=True)]
    if not points or not area.total.persons:
        return None
    return History((*points, Point(today, area.total.persons, area.total.matched)))
