"""Figures that may be published: no group under five, nor one that the totals would give away.

A published table has columns of counts by place and the total of each column. A cell of one to four
is left out (primary); then, while a reader could compute a cell that was left out more closely than
`THRESHOLD` apart, the next smallest one is left out as well (complementary). A column that is a
part of others, directly or not, is judged with what remains of each, since the reader can subtract.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

THRESHOLD = 5

Cells = list[int | None]


@dataclass(frozen=True)
class Published:
    """None stands for a figure that is left out."""

    columns: dict[str, Cells]
    totals: dict[str, int | None]


def is_small(count: int) -> bool:
    """
    >>> [count for count in range(8) if is_small(count)]
    [1, 2, 3, 4]
    """
    return 0 < count < THRESHOLD


def reach(hidden_sum: int, wholes: Sequence[int | None], index: int) -> tuple[int, int]:
    """The least and the most a left-out cell can be, for who knows the sum of those left out.

    `wholes`: the upper limits of the left-out cells where they are published, None where not.

    >>> reach(10, [None, None], 0), reach(10, [6, 20], 0), reach(10, [6, 5], 0), reach(3, [3], 0)
    ((0, 10), (0, 6), (5, 6), (3, 3))
    """
    most = hidden_sum if wholes[index] is None else min(hidden_sum, wholes[index])
    others = [whole for place, whole in enumerate(wholes) if place != index]
    if any(whole is None for whole in others):
        return 0, most
    return max(0, hidden_sum - sum(others)), most


def _is_safe(
    counts: Sequence[int],
    rests: Sequence[Sequence[int]],
    wholes: Sequence[int | None],
    hidden: set[int],
) -> bool:
    """Every left-out cell could still be any of at least `THRESHOLD` + 1 values, and those left out
    are together no small group, nor are those of a whole who are not of this part."""
    if any(is_small(sum(rest[place] for place in hidden)) for rest in rests):
        return False
    places = sorted(hidden)
    hidden_sum = sum(counts[place] for place in places)
    limits = [wholes[place] for place in places]
    for index in range(len(places)):
        least, most = reach(hidden_sum, limits, index)
        if most - least < THRESHOLD:
            return False
    return True


def suppress(
    columns: Mapping[str, Sequence[int]], part_of: Mapping[str, str] | None = None
) -> Published:
    """What may be published of these columns of counts, in their order.

    `part_of` names for a column the column it is a part of, which comes before it. A place whose
    whole is left out is left out of its parts too, since a part tells at least how large the whole
    is. Where leaving cells out does not help, the total is left out too.
    """
    part_of = part_of or {}
    shown: dict[str, Cells] = {}
    totals: dict[str, int | None] = {}
    for name, counts in columns.items():
        whole = part_of.get(name)
        above = _above(name, part_of)
        limits = _limits([shown[other] for other in above], len(counts))
        rests = [[a - b for a, b in zip(columns[other], counts, strict=True)] for other in above]
        hidden = {
            place
            for group in (counts, *rests)
            for place, count in enumerate(group)
            if is_small(count)
        }
        if whole:
            hidden |= {place for place, cell in enumerate(shown[whole]) if cell is None}
        # A part that is nought or everything stands beside its whole: it is not left out alone.
        left = sorted(
            (place for place in range(len(counts)) if place not in hidden),
            key=lambda place: (counts[place] == 0, counts[place]),
        )
        while hidden and left and not _is_safe(counts, rests, limits, hidden):
            hidden.add(left.pop(0))
        safe = not hidden or _is_safe(counts, rests, limits, hidden)
        small = any(is_small(sum(group)) for group in (counts, *rests))
        shown[name] = [None if place in hidden else n for place, n in enumerate(counts)]
        totals[name] = sum(counts) if safe and not small else None
    return Published(shown, totals)


def _above(name: str, part_of: Mapping[str, str]) -> list[str]:
    """What a column is a part of, directly or through another, the nearest first."""
    found = []
    while name := part_of.get(name, ""):
        found.append(name)
    return found


def _limits(above: Sequence[Cells], size: int) -> list[int | None]:
    """What a cell is at most: the nearest whole of it that is published, None where none is."""
    limits: list[int | None] = [None] * size
    for cells in above:
        limits = [
            cell if limit is None else limit for limit, cell in zip(limits, cells, strict=True)
        ]
    return limits
