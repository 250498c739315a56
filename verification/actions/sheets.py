"""Cases follow the upload that carries their outcome.

These run in the transaction of the upload's own change, whose action has checked who may do it.
"""

from django.db.models import Q

from accounts.models import User
from uploads.models import Upload, UploadRow
from verification.actions import steps
from verification.models import Case, CaseStep, Round

Action = CaseStep.Action
Status = Case.Status


def _who(upload: Upload) -> User:
    """Who has moved the upload; the worker's steps go back to the one who approved it."""
    event = upload.events.exclude(by=None).order_by("-at", "-pk").first()
    return event.by if event else upload.sent_by


def claim_cases(upload: Upload) -> int:
    """The cases that the upload changes are handed in with it; who came first keeps them."""
    targets = upload.rows.filter(verdict=UploadRow.Verdict.BERUBAH).values("target_id")
    return steps.change(
        Case.objects.to_do().filter(pk__in=targets),
        "status = 'DIAJUKAN', upload_id = %(upload)s",
        Action.AJUKAN,
        by=_who(upload),
        upload=upload,
    )


def return_cases(upload: Upload, *, reason: str) -> int:
    returned = Case.objects.sent().filter(upload=upload)
    count = steps.change(
        returned,
        "status = 'DIKEMBALIKAN'",
        Action.KEMBALIKAN,
        by=_who(upload),
        note=reason,
        upload=upload,
    )
    _end_late(upload)
    return count


def release_cases(upload: Upload) -> int:
    """Cases that the upload claimed and did not decide are to do again."""
    claimed = Q(status=Status.DIAJUKAN) | Q(status=Status.DIKEMBALIKAN)
    count = steps.change(
        Case.objects.filter(claimed, upload=upload),
        "status = 'BELUM', upload_id = NULL",
        Action.LEPASKAN,
        by=_who(upload),
        upload=upload,
    )
    _end_late(upload)
    return count


def _end_late(upload: Upload) -> None:
    """What comes back to a round that was closed meanwhile ends as the others did at its close."""
    if not upload.reference.isdigit():
        return
    rounds = Round.objects.filter(pk=upload.reference, status=Round.Status.DITUTUP)
    for round in rounds.select_related("closed_by"):
        targets = upload.rows.values("target_id")
        steps.change(
            round.cases.to_do().filter(pk__in=targets),
            "status = 'BERAKHIR', upload_id = NULL, end_reason = 'BELUM_SELESAI',"
            " ended_by_id = %(closed_by)s, ended_at = %(closed_at)s",
            Action.AKHIRI,
            by=_who(upload),
            upload=upload,
            values={"closed_by": round.closed_by_id, "closed_at": round.closed_at},
        )


def decide_cases(upload: Upload, cursor) -> int:
    """Record the outcomes of the table `decided` (see verification/intake/writing.py)."""
    return steps.change_by_table(
        cursor,
        "decided",
        "status = 'DISETUJUI', is_found = t.is_found = 'YA', is_eligible = t.is_eligible = 'YA',"
        " reason = t.reason_code, visited_on = t.visited_on::date, visited_by_id = NULL,"
        " note = t.note, upload_id = %(upload)s, decided_by_id = %(by)s, decided_at = now()",
        Action.SETUJUI,
        by=upload.reviewed_by,
        upload=upload,
    )


UNDECIDED = (
    "status = 'BELUM', is_found = NULL, is_eligible = NULL, reason = '', visited_on = NULL,"
    " visited_by_id = NULL, note = '', upload_id = NULL, decided_by_id = NULL, decided_at = NULL"
)


def undo_cases(upload: Upload) -> int:
    """Cases whose rows the taken back upload could undo are to do again."""
    undone = upload.rows.filter(outcome=UploadRow.Outcome.DIKEMBALIKAN).values("target_id")
    return steps.change(
        Case.objects.approved().filter(upload=upload, pk__in=undone),
        UNDECIDED,
        Action.LEPASKAN,
        by=_who(upload),
        note="Unggahan dibatalkan.",
        upload=upload,
    )
