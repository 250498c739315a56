"""The order of the waiting list and the arithmetic of a quota. Pure.

Declared rule: the lower decile first (an unknown one last), then more poverty criteria met, then
who was verified first, then the smaller number of the family, so that nothing is left to chance.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

RULE = (
    "desil terendah lebih dahulu (desil tidak diketahui di belakang), lalu kriteria kemiskinan"
    " terbanyak, lalu yang lebih dahulu terverifikasi"
)
NO_DECILE = 11


@dataclass(frozen=True)
class Waiting:
    """What the place of a family in the waiting list depends on."""

    household_id: int
    village: str
    decile: int | None
    points: int
    since: date

    @property
    def key(self) -> tuple:
        return (self.decile or NO_DECILE, -self.points, self.since, self.household_id)

    @property
    def why(self) -> str:
        decile = f"desil {self.decile}" if self.decile else "desil tidak diketahui"
        return f"{decile}, {self.points} kriteria"


def ranked(families: Iterable[Waiting]) -> list[Waiting]:
    """The waiting list in its order; the place in it is the rank."""
    return sorted(families, key=lambda family: family.key)


def passed_over(order: Sequence[Waiting], chosen: int, full_villages: set[str]) -> list[Waiting]:
    """Who stands before the chosen family and could have been taken as well.

    Families of a village whose own quota is used up cannot be taken, so nobody passes over them.
    """
    before = []
    for family in order:
        if family.household_id == chosen:
            return before
        if family.village not in full_villages:
            before.append(family)
    raise ValueError("the chosen family does not wait")


@dataclass(frozen=True)
class Places:
    """Places of a quota: taken by KPM, left by those who leave, promised to those who enter."""

    quota: int
    kpm: int
    leaving: int
    entering: int

    @property
    def taken(self) -> int:
        return self.kpm - self.leaving + self.entering

    @property
    def left(self) -> int:
        """Below zero when more families take part than the quota allows."""
        return self.quota - self.taken

    @property
    def is_full(self) -> bool:
        return self.left <= 0
