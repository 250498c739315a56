"""The schematic map of villages without an agent: which share of each place has none."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from distribution.figures import share
from regions import maps
from regions.codes import PROVINCE_CODE

# Where the five classes begin, in per cent of the villages.
FLOORS = (0, 5, 10, 25, 50)


@dataclass(frozen=True)
class Place:
    """What is known of a place; `url` leads to its villages."""

    name: str
    villages: int
    without: int
    url: str

    @property
    def share(self) -> Decimal | None:
        return share(self.without, self.villages)

    @property
    def percent(self) -> Decimal | None:
        """The share as the map writes and classes it."""
        return self.share if self.share is None else self.share.quantize(Decimal(1), ROUND_HALF_UP)

    @property
    def shade(self) -> int:
        return maps.shade_of(self.percent, FLOORS)

    @property
    def digits(self) -> int:
        """One more than there are: without a comma among them, digits take more room."""
        return len(str(self.percent or 0)) + 1


@dataclass(frozen=True)
class ReachMap:
    drawing: maps.Map[Place]
    classes: tuple[maps.Class, ...]
    noun: str


def draw(parent: str, places: Mapping[str, Place]) -> ReachMap | None:
    """The map of a region with its places by code; None where not even two of them are on it."""
    drawing = maps.draw(parent, places)
    if len(drawing.areas) < 2:
        return None
    return ReachMap(
        drawing,
        maps.classes(FLOORS, [drawn.mark for drawn in drawing.areas]),
        noun="kab/kota" if parent == PROVINCE_CODE else "kecamatan",
    )
