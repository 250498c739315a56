"""A line of "Yang harus dikerjakan", and how the rows behind many lines are counted at once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import (
    Count,
    DateField,
    IntegerField,
    Min,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Cast
from django.utils import timezone

from accounts.models import User
from spreadsheets.words import thousands
from verification.models import Round


@dataclass(frozen=True)
class Due:
    """A due date as the tasks show it: `state` is bad (over), warn (within three days) or idle."""

    on: date | None
    days: int | None

    @property
    def overdue(self) -> int:
        return -self.days if self.days is not None and self.days < 0 else 0

    @property
    def state(self) -> str:
        if self.days is None or self.days > 3:
            return "idle"
        return "bad" if self.days < 0 else "warn"

    @property
    def order(self) -> int:
        return 10_000 if self.days is None else self.days

    @property
    def words(self) -> str:
        """`lewat 3 hari`, `hari ini`, `7 hari lagi`; nothing without a date."""
        if self.days is None:
            return ""
        if self.overdue:
            return f"lewat {self.overdue} hari"
        return "hari ini" if self.days == 0 else f"{self.days} hari lagi"


def due(on: date | None) -> Due:
    return Due(on, on and (on - timezone.localdate()).days)


NO_DUE_DATE = Due(None, None)


@dataclass(frozen=True)
class Task:
    """`count` of `unit` wait, and one way to do it; without `url` others have the list."""

    count: int
    unit: str
    title: str
    text: str
    button: str
    url: str | None
    due: Due = NO_DUE_DATE


@dataclass(frozen=True)
class Waiting:
    """Rows that wait for somebody, in the words of their line; `url` is the list of these rows.

    Due on `due_on`, or, where each row has a date of its own, with the earliest in `due_field`;
    the line then tells how many are late. With `spread` (a field and the word for it) it also
    tells over how many different ones the rows are spread.
    """

    rows: QuerySet
    unit: str
    title: str
    text: str
    button: str
    url: str | None
    due_on: date | None = None
    due_field: str = ""
    spread: tuple[str, str] | None = None

    def task(self, *, count: int, late: int, earliest: date | None, among: int) -> Task:
        told = [f"{thousands(late)} lewat tenggat."] if late else []
        if self.spread:
            told.append(f"Dari {thousands(among)} {self.spread[1]}.")
        return Task(
            count=count,
            unit=self.unit,
            title=self.title,
            text=" ".join([*told, self.text]),
            button=self.button,
            url=self.url,
            due=due(earliest or self.due_on),
        )


# Given the user, the code of the region and the running round; gives what may be waiting there.
Source = Callable[[User, str, Round | None], Iterable[Task | Waiting]]
# Sources of the apps above this one, which add theirs when the portal starts.
registered: list[Source] = []


def register(source: Source) -> None:
    registered.append(source)


def gathered(lines: Iterable[Task | Waiting]) -> list[Task]:
    """The lines that have something to do, the most urgent first; one query counts them all."""
    lines = list(lines)
    waiting = [line for line in lines if isinstance(line, Waiting)]
    found = [line for line in lines if isinstance(line, Task)]
    found += _counted(waiting)
    return sorted(found, key=lambda task: task.due.order)


def _counted(waiting: Sequence[Waiting]) -> list[Task]:
    if not waiting:
        return []
    first, *others = (_count(number, line) for number, line in enumerate(waiting))
    rows = first.union(*others, all=True) if others else first
    return [
        waiting[row.pop("of_line")].task(**row)
        for row in sorted(rows, key=lambda row: row["of_line"])
        if row["count"]
    ]


def _count(number: int, line: Waiting) -> QuerySet:
    rows = (
        line.rows.order_by()
        .values(of_line=Value(number))  # a name that no model has for a field
        .annotate(
            count=Count("pk"),
            among=Count(line.spread[0], distinct=True) if line.spread else Value(0, IntegerField()),
        )
    )
    if not line.due_field:
        never = Min(Cast(Value(None), DateField()))
        return rows.annotate(late=Value(0, IntegerField()), earliest=never)
    past = Q(**{f"{line.due_field}__lt": timezone.localdate()})
    return rows.annotate(late=Count("pk", filter=past), earliest=Min(line.due_field))
