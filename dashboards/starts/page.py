"""What a start page of one role is made of: work first, then what there is to know beside it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from accounts.models import User
from dashboards.work import Task
from uploads.wording import Look


@dataclass(frozen=True)
class Row:
    """One line of a card: a name, what there is to say of it, and where it leads."""

    label: str
    note: str = ""
    value: str = ""
    url: str | None = None
    look: Look | None = None


@dataclass(frozen=True)
class Card:
    """`empty` says what will stand here, and is all that does while there are no rows."""

    title: str
    rows: list[Row]
    empty: str
    note: str = ""
    more: str | None = None


@dataclass(frozen=True)
class Action:
    """A button at the head of the page; shown to whoever has the permission."""

    text: str
    icon: str
    view: str
    permission: str
    is_primary: bool = False


@dataclass(frozen=True)
class Start:
    """`nothing` says what will appear in the list of work when there is none."""

    nothing: str
    tasks: Callable[[User], list[Task]]
    cards: Callable[[User], list[Card]]
    actions: tuple[Action, ...] = field(default=())
