"""What waits for a user, as the numbers beside the entries say it."""

from dataclasses import dataclass

from django.db import models

from coordination.models import Complaint, FollowUp
from distribution.models import ReconciliationFinding
from uploads.models import Upload
from verification.actions.proposals import DECIDE
from verification.models import MatchResult, Objection, PayeeChange, Proposal, Replacement


@dataclass(frozen=True)
class Count:
    """A number beside an entry; `due` when this user must act."""

    number: int
    meaning: str
    due: bool = False


@dataclass(frozen=True)
class Waiting:
    """What a `Count` beside an entry counts; `more` are rows of further models."""

    rows: models.QuerySet
    meaning: str
    due: bool = False
    more: tuple[models.QuerySet, ...] = ()


def uploads_waiting(user) -> Waiting | None:
    """What a reviewer can decide, and what an officer must repair."""
    uploads = Upload.objects.visible_to(user)
    if user.has_perm("uploads.review_upload"):
        return Waiting(uploads.reviewable_by(user), "menunggu tinjauan Anda")
    if user.has_perm("uploads.submit_upload"):
        return Waiting(uploads.to_repair(), "perlu perbaikan", due=True)
    return None


def matches_waiting(user) -> Waiting | None:
    return Waiting(
        MatchResult.objects.visible_to(user).waiting_for(user), "menunggu keputusan Anda"
    )


def proposals_waiting(user) -> Waiting | None:
    if not all(user.has_perm(permission) for permission in DECIDE.values()):
        return None
    return _decidable(user, Proposal, Objection, meaning="menunggu jawaban Anda")


def replacements_waiting(user) -> Waiting | None:
    if not user.has_perm("verification.decide_replacement"):
        return None
    return _decidable(user, Replacement, PayeeChange, meaning="menunggu keputusan Anda")


def _decidable(user, *models, meaning: str) -> Waiting:
    """What others have entered and this user can decide."""
    first, *others = (model.objects.visible_to(user).decidable_by(user) for model in models)
    return Waiting(first, meaning, more=tuple(others))


def follow_ups_late(user) -> Waiting | None:
    return Waiting(FollowUp.objects.visible_to(user).overdue(), "lewat tenggat", due=True)


def complaints_late(user) -> Waiting | None:
    return Waiting(Complaint.objects.visible_to(user).overdue(), "lewat tenggat", due=True)


def findings_waiting(user) -> Waiting | None:
    """What a bank was asked for; the answers of banks that nobody has looked at yet."""
    findings = ReconciliationFinding.objects.visible_to(user).open()
    if user.has_perm("distribution.answer_reconciliationfinding"):
        return Waiting(findings.waiting_for_bank(), "menunggu jawaban bank Anda", due=True)
    if user.has_perm("distribution.handle_reconciliationfinding"):
        return Waiting(findings.answered(), "dijawab bank, menunggu Anda")
    return None
