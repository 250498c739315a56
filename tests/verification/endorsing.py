"""Checked cases, people and papers for the tests of endorsement and decree."""

from datetime import date

from django.utils import timezone

from accounts.roles import Role
from tests.factories import (
    KAPUAS,
    AttachmentFactory,
    CaseFactory,
    HouseholdFactory,
    ReplacementFactory,
    UserFactory,
)
from verification.actions import endorsement as actions
from verification.models import Case, Endorsement, Replacement

REFUSED = {"is_found": True, "is_eligible": False}
OUTCOMES = {
    "TETAP": {"was_kpm": True, "is_found": True, "is_eligible": True},
    "MASUK": {"was_kpm": False, "is_found": True, "is_eligible": True, "origin": "USULAN"},
    "KELUAR": {"was_kpm": True, **REFUSED, "reason": "PINDAH"},
    "": {"was_kpm": False, **REFUSED, "reason": "SUDAH_MAMPU", "origin": "USULAN"},
}
LETTER = {
    "number": "460/123/DINSOS/2021",
    "official_name": "Ir. H. Contoh Uji",
    "official_office": "Bupati Kapuas",
}


def checked_case(round, result="TETAP", *, place=True, **household) -> Case:
    """A case with its outcome; whoever was a recipient has the enrolment of one, and whoever
    enters a granted place."""
    household.setdefault("kpm", result in ("TETAP", "KELUAR"))
    case = CaseFactory(
        round=round,
        household=HouseholdFactory(**household),
        status=Case.Status.DISETUJUI,
        visited_on=date(2021, 10, 4),
        decided_by=UserFactory(),
        decided_at=timezone.now(),
        **OUTCOMES[result],
    )
    if place and result == "MASUK":
        grant_place(case)
    return case


def grant_place(case: Case) -> Replacement:
    return ReplacementFactory(
        case=case,
        status=Replacement.Status.DISETUJUI,
        decided_by=UserFactory(),
        decided_at=timezone.now(),
    )


def scan(region=KAPUAS):
    return AttachmentFactory(
        case=None, region_id=region, added_by=UserFactory(), original_name="ba.pdf"
    )


def supervisor(region=KAPUAS):
    return UserFactory(role=Role.SUPERVISOR, regions=[region])


def coordinator():
    return UserFactory(role=Role.KOORDINATOR, regions=["62"])


def endorsed(round, region, *, by=None, with_waiting=False) -> Endorsement:
    """A signed list of what is checked by now."""
    by = by or supervisor(region.pk)
    made = actions.make_endorsement(round, region, by=by, with_open=True, with_waiting=with_waiting)
    return actions.endorse(
        made, **LETTER, signed_on=timezone.localdate(), scan=scan(region.pk), by=by
    )


def forwarded(round, region, **kwargs) -> Endorsement:
    return actions.forward(endorsed(round, region, **kwargs), by=coordinator())
