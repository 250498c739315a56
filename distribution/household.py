"""What the payout adds to the page of a family."""

from django.utils import timezone

from beneficiaries.figures import Mark, ProgrammeNote
from beneficiaries.models import Household
from distribution.models import ProgrammePair

_ORDER = (ProgrammePair.Rule.DILARANG, ProgrammePair.Rule.DICATAT, ProgrammePair.Rule.BOLEH)
_LOOKS = {
    ProgrammePair.Rule.BOLEH: ("ok", "ok"),
    ProgrammePair.Rule.DICATAT: ("warn", "warn"),
    ProgrammePair.Rule.DILARANG: ("bad", "bad"),
}


def programme_notes(household: Household) -> dict[str, ProgrammeNote]:
    """For each programme beside Sembako, what the strictest rule of a pair says of it."""
    running = [row for row in household.enrollments.all() if row.ended_on is None]
    codes = {row.programme_id for row in running}
    sembako = {row.programme_id for row in running if row.programme.is_sembako}
    pairs = (
        ProgrammePair.objects.on(timezone.localdate())
        .filter(first__in=codes, second__in=codes)
        .select_related("first", "second")
    )
    notes = {}
    for pair in sorted(pairs, key=lambda pair: -_ORDER.index(pair.rule)):
        for own, other in ((pair.first, pair.second), (pair.second, pair.first)):
            if own.pk in sembako:
                continue
            tone, icon = _LOOKS[pair.rule]
            text = "" if pair.rule == ProgrammePair.Rule.BOLEH else pair.legal_basis
            notes[own.pk] = ProgrammeNote(
                Mark(tone, icon, pair.get_rule_display()),
                text and f"Bersama {other.name}: {text[:1].lower()}{text[1:]}",
            )
    return notes
