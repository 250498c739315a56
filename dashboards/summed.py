"""Counts that are added up field by field, some hundred times for a page."""

from dataclasses import fields
from functools import cache
from operator import add, attrgetter
from typing import Self


class Summed:
    """Of a dataclass whose fields are all numbers.

    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Fruit(Summed):
    ...     apples: int = 0
    ...     pears: int = 0
    >>> sum([Fruit(1, 2), Fruit(3, 4)], Fruit())
    Fruit(apples=4, pears=6)
    """

    def __add__(self, other: Self) -> Self:
        values = _values_of(type(self))
        return type(self)(*map(add, values(self), values(other)))


@cache
def _values_of(kind: type):
    return attrgetter(*(field.name for field in fields(kind)))
