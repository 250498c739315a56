"""How good the data of a place are: a score of 0 to 100 from parts that are shown with it."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Max, Sum
from django.db.models.functions import Left

from dashboards.figures import REGISTER_COUNTS, Counts, share
from dashboards.models import VillageFigures


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


@dataclass(frozen=True)
class QualityCounts:
    """The counts of a place as quality; `checked_on` is the latest check of a family there."""

    counts: Counts
    checked_on: date | None = None

    @property
    def parts(self) -> list[tuple[Part, Decimal | None]]:
        return [
            (part, share(getattr(self.counts, part.of), getattr(self.counts, part.whole)))
            for part in PARTS
        ]

    @property
    def score(self) -> Decimal | None:
        return score(self.counts)


def score(counts) -> Decimal | None:
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


def quality_inside(user, code: str, *, length: int) -> dict[str, QualityCounts]:
    """By place inside `code` whose codes have this length, within the user's scope."""
    rows = (
        VillageFigures.objects.visible_to(user)
        .filter(village__code__startswith=code)
        .order_by()
        .values(place=Left("village_id", length))
        .annotate(last=Max("checked_on"), **{name: Sum(name) for name in REGISTER_COUNTS})
    )
    return {
        row["place"]: QualityCounts(
            Counts(**{name: row[name] for name in REGISTER_COUNTS}), row["last"]
        )
        for row in rows
    }
