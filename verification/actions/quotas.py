"""Holding quotas: whoever takes places, or counts on them, locks their rows first.

Families and places are counted one after the other; without the lock a family that becomes a KPM
between the two would be counted in neither.
"""

from collections.abc import Iterable

from django.core.exceptions import ValidationError

from beneficiaries.models import Quota
from spreadsheets.words import thousands
from verification.figures.quotas import places_of, quotas_of, quotas_over


def locked_quotas(village: str, year: int) -> list[Quota]:
    """The quotas a family of this village counts in, held until the transaction ends."""
    return list(quotas_over(village, year).select_for_update(of=("self",)))


def locked_quotas_of(regency: str, year: int) -> list[Quota]:
    """The quotas of a regency and of its villages, held until the transaction ends."""
    return list(quotas_of(regency, year).select_for_update(of=("self",)))


def require_within(quotas: Iterable[Quota], *, advice: str) -> None:
    """Raises ValidationError where more families take part than a quota allows."""
    quotas = list(quotas)
    places = places_of(quotas)
    over = [quota for quota in quotas if places[quota.pk].left < 0]
    if over:
        told = [
            f"{quota} sebanyak {thousands(quota.families)} keluarga terlampaui"
            f" {thousands(-places[quota.pk].left)}"
            for quota in over[:3]
        ]
        more = f", dan {len(over) - 3} kuota lain" if len(over) > 3 else ""
        raise ValidationError(f"{'; '.join(told)}{more}. {advice}")
