"""Changes of rounds and cases: the only place where their status changes.

What cannot be done raises `ValidationError` with a sentence for the user, or `PermissionDenied`.
"""

from collections.abc import Callable, Iterable
from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from regions.models import Region
from uploads.models import Upload, UploadRow
from verification.models import Case, Round, RoundRegion

Status = Round.Status

# Upper layers that keep figures of rounds append a function here when they start; it runs in the
# transaction of the change.
listeners: list[Callable[[Round], None]] = []


def _require(user: User, permission: str, round: Round | None = None) -> None:
    if user is None or not user.has_perm(permission):
        raise PermissionDenied("Peran Anda tidak mencakup tindakan ini.")
    if round is None:
        return
    for part in round.round_regions.select_related("region"):
        if not user.scope.contains(part.region_id):
            raise PermissionDenied(
                f"Putaran ini mencakup {part.region}, di luar wilayah tugas Anda."
            )


def _move(round: Round, status: str, *, after: str) -> None:
    if round.status != after or status not in Round.TRANSITIONS[after]:
        raise ValidationError(
            f"Putaran berstatus {round.get_status_display().lower()}"
            f" tidak dapat menjadi {Status(status).label.lower()}. Muat ulang halaman ini."
        )
    round.status = status
    round.save()


def _tell(round: Round) -> None:
    for listener in listeners:
        listener(round)


def _locked(round: Round) -> Round:
    return Round.objects.select_for_update().get(pk=round.pk)


@transaction.atomic
def create_round(
    *, name: str, starts_on: date, due_on: date, regions: Iterable[Region], by: User
) -> Round:
    """Prepare a round for these regencies; it has no cases until it is opened."""
    _require(by, "verification.add_round")
    regions = list(regions)
    if not regions:
        raise ValidationError("Pilih paling sedikit satu kabupaten/kota.")
    for region in regions:
        if region.level != Region.Level.REGENCY:
            raise ValidationError(f"{region} bukan kabupaten/kota.")
        if not by.scope.contains(region.code):
            raise PermissionDenied(f"{region} di luar wilayah tugas Anda.")
    round = Round(name=name, starts_on=starts_on, due_on=due_on)
    round.full_clean()
    round.save()
    RoundRegion.objects.bulk_create(RoundRegion(round=round, region=region) for region in regions)
    return round


@transaction.atomic
def open_round(round: Round, *, by: User) -> int:
    """Start the round with one case for each KPM of its regencies; tells how many.

    The list is that of this moment: a family that becomes a KPM later waits for the next round.
    """
    _require(by, "verification.change_round", round)
    round = _locked(round)
    round.opened_by, round.opened_at = by, timezone.now()
    _move(round, Status.BERJALAN, after=Status.DISIAPKAN)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO verification_case (round_id, household_id, village_id, status, reason, note)
            SELECT %s, h.id, h.village_id, 'BELUM', '', ''
            FROM beneficiaries_household h
            WHERE h.is_active
              AND h.regency_code IN (
                  SELECT region_id FROM verification_roundregion WHERE round_id = %s)
              AND EXISTS (
                  SELECT FROM beneficiaries_enrollment e
                  JOIN beneficiaries_programme p ON p.code = e.programme_id AND p.is_sembako
                  WHERE e.household_id = h.id AND e.ended_on IS NULL)
            ON CONFLICT (round_id, household_id) DO NOTHING
            """,
            [round.pk, round.pk],
        )
        opened = cursor.rowcount
    if not opened:
        raise ValidationError(
            "Tidak ada KPM aktif di wilayah putaran ini, jadi tidak ada yang dapat diverifikasi."
        )
    _tell(round)
    return opened


@transaction.atomic
def close_round(round: Round, *, by: User) -> int:
    """End the round; tells how many cases stay unverified.

    Uploads handed in before may still be approved; nothing more can be handed in.
    """
    _require(by, "verification.change_round", round)
    round = _locked(round)
    round.closed_by, round.closed_at = by, timezone.now()
    _move(round, Status.DITUTUP, after=Status.BERJALAN)
    _tell(round)
    return round.cases.to_do().count()


@transaction.atomic
def reopen_round(round: Round, *, by: User) -> Round:
    """Go on with a closed round, with the cases it had."""
    _require(by, "verification.change_round", round)
    round = _locked(round)
    round.closed_by = round.closed_at = None
    _move(round, Status.BERJALAN, after=Status.DITUTUP)
    _tell(round)
    return round


# Cases follow their upload. These run in the transaction of the upload's own change, whose action
# has checked who may do it.


def claim_cases(upload: Upload) -> int:
    """The cases that the upload changes are handed in with it; who came first keeps them."""
    targets = upload.rows.filter(verdict=UploadRow.Verdict.BERUBAH).values("target_id")
    return (
        Case.objects.to_do()
        .filter(pk__in=targets)
        .update(status=Case.Status.DIAJUKAN, upload=upload, changed_at=Now())
    )


def return_cases(upload: Upload) -> int:
    return (
        Case.objects.sent()
        .filter(upload=upload)
        .update(status=Case.Status.DIKEMBALIKAN, changed_at=Now())
    )


def release_cases(upload: Upload) -> int:
    """Cases that the upload claimed and did not decide are to do again."""
    return (
        Case.objects.exclude(status=Case.Status.DISETUJUI)
        .filter(upload=upload)
        .update(status=Case.Status.BELUM, upload=None, changed_at=Now())
    )


def decide_cases(upload: Upload, cursor) -> int:
    """Record the outcomes of the table `decided` (see verification/intake.py)."""
    cursor.execute(
        """
        UPDATE verification_case c
        SET status = 'DISETUJUI', is_found = d.is_found = 'YA', is_eligible = d.is_eligible = 'YA',
            reason = d.reason_code, visited_on = d.visited_on::date, note = d.note,
            upload_id = %s, decided_by_id = %s, decided_at = now(), changed_at = now()
        FROM decided d WHERE c.id = d.target_id
        """,
        [upload.pk, upload.reviewed_by_id],
    )
    return cursor.rowcount


def undo_cases(cursor) -> int:
    """Cases of the table `undone` (see verification/intake.py) are to do again."""
    cursor.execute(
        """
        UPDATE verification_case c
        SET status = 'BELUM', is_found = NULL, is_eligible = NULL, reason = '', visited_on = NULL,
            note = '', upload_id = NULL, decided_by_id = NULL, decided_at = NULL,
            changed_at = now()
        FROM undone u WHERE c.id = u.target_id
        """
    )
    return cursor.rowcount
