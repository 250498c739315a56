"""Sorting the rows of a table that is counted when it is asked for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from urllib.parse import urlencode


@dataclass(frozen=True)
class Heading:
    """A column and the attribute of a row that it is sorted by."""

    name: str
    label: str
    is_number: bool = True
    on_phone: bool = True
    url: str = ""
    sorted: str = ""


def in_order(
    rows: Iterable, headings: Sequence[Heading], *, order: str, url: str, asked: dict[str, str]
) -> tuple[list, list[Heading]]:
    """The rows in the order asked for (`kpm`, or `-kpm` from the largest), and the headings with
    the links that sort by them: figures from the largest first. What has no figure comes last.

    `asked` is what the address asks for beside the order; an unknown order is none.
    """
    rows, name, is_down = list(rows), order.removeprefix("-"), order.startswith("-")
    key = attrgetter(name) if name in {heading.name for heading in headings} else None
    if key:
        known = sorted((row for row in rows if key(row) is not None), key=key, reverse=is_down)
        rows = [*known, *(row for row in rows if key(row) is None)]
    linked = []
    for heading in headings:
        is_chosen = key is not None and heading.name == name
        down = not is_down if is_chosen else heading.is_number
        query = urlencode({**asked, "urut": f"{'-' if down else ''}{heading.name}"})
        arrow = ("adown" if is_down else "aup") if is_chosen else ""
        linked.append(replace(heading, url=f"{url}?{query}", sorted=arrow))
    return rows, linked
