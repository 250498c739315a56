"""Two values side by side, and the weight of their evidence, ready to be drawn. Pure."""

from dataclasses import dataclass
from difflib import SequenceMatcher
from math import log2

# From this score on a rule may decide by itself; below the lower one nobody is asked.
QUEUE_FROM, AUTOMATIC_FROM = 0.60, 0.90
_MARGIN = 0.06


def marked(text: str, other: str) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether it differs from the other text.

    >>> marked("SITI RAKMAH", "SITI RAHMAH")
    [('SITI RA', False), ('K', True), ('MAH', False)]
    >>> marked("SITI", ""), marked("", "SITI")
    ([('SITI', False)], [])
    """
    if not text or not other:
        return [(text, False)] if text else []
    pieces = []
    for tag, start, end, _, _ in SequenceMatcher(None, text, other, autojunk=False).get_opcodes():
        if end > start:
            pieces.append((text[start:end], tag != "equal"))
    return pieces


def log_odds(probability: float) -> float:
    """Bits of evidence; held within what can be drawn.

    >>> log_odds(0.5), round(log_odds(0.9), 2)
    (0.0, 3.17)
    """
    held = min(max(probability, 1e-9), 1 - 1e-9)
    return log2(held / (1 - held))


@dataclass(frozen=True)
class Bar:
    """One field of the chart; places in per cent of its width, `weight` in bits."""

    field: str
    weight: float
    label: str
    before: float
    after: float

    @property
    def left(self) -> float:
        return min(self.before, self.after)

    @property
    def width(self) -> float:
        return abs(self.after - self.before)

    @property
    def right(self) -> float:
        return max(self.before, self.after)


@dataclass(frozen=True)
class Waterfall:
    """From the odds before any evidence to the sum of all of it."""

    start: float
    total: float
    bars: list[Bar]
    zone: tuple[float, float]
    end: float

    @property
    def zone_width(self) -> float:
        return self.zone[1] - self.zone[0]

    @property
    def has_room(self) -> bool:
        """For the names of the zones, side by side."""
        return self.zone_width >= 8 and self.zone[0] >= 18

    @property
    def zone_middle(self) -> float:
        return (self.zone[0] + self.zone[1]) / 2


def waterfall(start: float, weights: list[tuple[str, float, str]]) -> Waterfall:
    """The chart of `weights` (field, bits, what was found), beginning at `start` bits.

    >>> chart = waterfall(-13.0, [("nik", 7.0, "Sama"), ("name", 9.0, "Sama")])
    >>> chart.total, [bar.weight for bar in chart.bars], chart.zone[0] < chart.zone[1] <= 100
    (3.0, [7.0, 9.0], True)
    """
    sums = [start]
    for _, weight, _ in weights:
        sums.append(sums[-1] + weight)
    low, high = log_odds(QUEUE_FROM), log_odds(AUTOMATIC_FROM)
    least, most = min(*sums, low), max(*sums, high)
    room = (most - least) * _MARGIN or 1.0

    def place(bits: float) -> float:
        return round(100 * (bits - least + room) / (most - least + 4 * room), 2)

    bars = [
        Bar(field, weight, label, place(before), place(after))
        for (field, weight, label), before, after in zip(weights, sums, sums[1:], strict=False)
    ]
    return Waterfall(start, sums[-1], bars, (place(low), place(high)), place(sums[-1]))
