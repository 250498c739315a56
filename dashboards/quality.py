"""How good the data of a place are: a score of 0 to 100 from parts that are shown with it."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from dashboards.figures import Counts, share


@dataclass(frozen=True)
class Part:
    """`of` counts what is good, `whole` all; the weights of all parts are a hundred."""

    key: str
    label: str
    of: str
    whole: str
    weight: int


# Agreed for the start, and easy to find here: whom the aid reaches counts most.
PARTS = (
    Part("nik", "NIK sah", "valid_nik", "persons", 25),
    Part("padan", "Padan Dukcapil", "matched", "persons", 30),
    Part("kk", "Nomor KK sah", "valid_kk", "households", 15),
    Part("alamat", "Alamat terisi", "addressed", "households", 10),
    Part("periksa", "Diperiksa dalam setahun", "checked", "households", 20),
)


def shares(counts: Counts) -> list[tuple[Part, Decimal | None]]:
    """Each part in per cent; None where nobody is registered."""
    return [(part, share(getattr(counts, part.of), getattr(counts, part.whole))) for part in PARTS]


def score(counts: Counts) -> Decimal | None:
    """The parts by their weights; None where nobody is registered.

    >>> score(Counts(households=2, persons=4, matched=2, valid_kk=2, addressed=2, checked=1))
    Decimal('75.0')
    """
    parts = [(part.weight, getattr(counts, part.of), getattr(counts, part.whole)) for part in PARTS]
    weights = sum(weight for weight, _, whole in parts if whole)
    if not weights:
        return None
    points = sum(Decimal(weight * good) / whole for weight, good, whole in parts if whole)
    return (100 * points / weights).quantize(Decimal("0.1"), ROUND_HALF_UP)
