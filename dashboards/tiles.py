"""A tile of a start page: a level, what it is of, its change in words, its line over time.

Layers above add their own, findings and buttons, with `register`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from dashboards.figures import Area
from dashboards.work import Finding
from spreadsheets.words import thousands


@dataclass(frozen=True)
class Change:
    """In words: `arrow` up, down or none; `good` None where neither way is better."""

    arrow: str
    text: str
    good: bool | None
    rest: str = ""

    @property
    def tone(self) -> str:
        return {True: "t-ok", False: "t-bad", None: "t-idle"}[self.good]


def change(
    now: Decimal | int, then: Decimal | int, words: Callable, *, better: int, rest: str
) -> Change:
    """How `now` differs from `then`; `better` is 1 where more is, -1 where less is, 0 neither.

    >>> change(7, 5, str, better=-1, rest="dari Oktober")
    Change(arrow='aup', text='naik 2', good=False, rest='dari Oktober')
    """
    if now == then:
        return Change("", "tetap", None, rest)
    verb, arrow = ("naik", "aup") if now > then else ("turun", "adown")
    good = (now > then) == (better > 0) if better else None
    return Change(arrow, f"{verb} {words(abs(now - then))}", good, rest)


def points(value: Decimal) -> str:
    """0,7 poin."""
    return f"{value:.1f} poin".replace(".", ",")


def rupiah(value: int) -> str:
    return f"Rp{thousands(value)}"


def short_rupiah(value: int) -> str:
    """For narrow places, with its unit.

    >>> short_rupiah(15_924_400_000), short_rupiah(950_000_000), short_rupiah(200_000)
    ('Rp15,92 miliar', 'Rp950 juta', 'Rp200.000')
    """
    for unit, size in (("triliun", 10**12), ("miliar", 10**9), ("juta", 10**6)):
        if value >= size:
            number = f"{value / size:.2f}".rstrip("0").rstrip(".").replace(".", ",")
            return f"Rp{number} {unit}"
    return rupiah(value)


@dataclass(frozen=True)
class Tile:
    """`missing` says why there is no change to tell."""

    label: str
    value: str
    of: str
    url: str | None = None
    unit: str = ""
    short: str = ""
    change: Change | None = None
    missing: str = ""
    line: Sequence[float] = ()


@dataclass(frozen=True)
class Button:
    """At the head of the page of the province."""

    label: str
    icon: str
    url: str
    is_main: bool = False


@dataclass(frozen=True)
class Added:
    """What an app above puts on the page: a tile, findings, buttons."""

    tile: Tile | None = None
    findings: Sequence[Finding] = ()
    buttons: Sequence[Button] = ()


sources: list[Callable[[object, Area], Added]] = []


def register(source: Callable[[object, Area], Added]) -> None:
    sources.append(source)
