"""Changes in the life of an upload. Each is atomic, locks the upload and writes its event.
Those of its columns are in uploads/column_actions.py.

What cannot be done raises `ValidationError` with a sentence for the user, or `PermissionDenied`.
"""

import hashlib
import os
from collections.abc import Mapping
from typing import BinaryIO

import pghistory
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files import File
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from accounts.permissions import require_role
from accounts.roles import OUTSIDE
from regions.models import Region
from spreadsheets.recheck import check_values
from spreadsheets.swaps import ROW_CODES
from uploads import kinds, staging, tasks
from uploads.models import Upload, UploadEvent, UploadIssue, UploadRow
from uploads.steps import compare, context_of, locked, move
from uploads.wording import decision_note

Status = Upload.Status
Decision = UploadIssue.Decision
# The one error that is decided, not repaired: which of two rows with one NIK is to be used.
CHOOSABLE = ("NIK_DUA_KALI", "KASUS_DUA_KALI")


class ColumnsUnconfirmed(ValidationError):
    """Columns were recognised by their content, and nobody has confirmed them."""

    def __init__(self) -> None:
        super().__init__(
            "Ada kolom yang dikenali dari isinya, bukan dari judulnya."
            " Pastikan kolomnya pada halaman Periksa kolom, lalu ajukan."
        )


class AlreadySent(ValidationError):
    """The same file was sent before; `earlier` is the upload to look at."""

    def __init__(self, earlier: Upload) -> None:
        self.earlier = earlier
        sent = timezone.localtime(earlier.sent_at)
        super().__init__(
            f"Berkas ini pernah dikirim pada {sent:%d-%m-%Y pukul %H.%M}"
            f" dan berstatus {earlier.get_status_display().lower()}. Bukalah unggahan itu."
        )


def require(user: User, permission: str, upload: Upload | None = None) -> None:
    """Raise `PermissionDenied` unless the role, the region and the sender allow it."""
    require_role(user, permission)
    if upload is not None and not user.scope.contains(upload.region_id):
        raise PermissionDenied(f"Unggahan ini milik {upload.region}, di luar wilayah tugas Anda.")
    if upload is not None and user.role in OUTSIDE and upload.sent_by_id != user.pk:
        raise PermissionDenied("Unggahan ini dikirim pengguna lain.")


def hash_of(file: BinaryIO) -> str:
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    return digest


@transaction.atomic
def receive(
    *,
    by: User,
    kind: str,
    region: Region,
    file: BinaryIO,
    name: str,
    reference: str = "",
    repairs: Upload | None = None,
    expected_rows: int | None = None,
) -> Upload:
    """Keep a file as sent and queue its check.

    `expected_rows` is how many rows the cover letter speaks of.
    Raises `AlreadySent` for a file that was sent before and is not cancelled or failed, and
    `PermissionDenied` for a kind of sheet or a region that is not the sender's.
    """
    require(by, "uploads.add_upload")
    sheet = kinds.get(kind)
    if not sheet.may_be_sent_by(by):
        raise PermissionDenied(
            f"Lembar {sheet.title} tidak dikirim oleh {by.get_role_display()}."
            " Tidak ada baris yang disimpan."
        )
    if not by.scope.contains(region.code):
        raise PermissionDenied(
            f"{region} di luar wilayah tugas Anda. Tidak ada baris yang disimpan."
        )
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    if size > settings.UPLOAD_MAX_BYTES:
        raise ValidationError(
            f"Ukuran berkas {size / 2**20:.0f} MB."
            f" Paling besar {settings.UPLOAD_MAX_BYTES // 2**20} MB."
            " Bagilah per kecamatan, lalu kirim satu per satu."
        )
    sha256 = hash_of(file)
    earlier = (
        Upload.objects.visible_to(by)
        .filter(sha256=sha256, kind=kind, reference=reference)
        .exclude(status__in=[Status.DIBATALKAN, Status.GAGAL])
        .first()
    )
    if earlier:
        raise AlreadySent(earlier)
    upload = Upload(
        kind=sheet.key,
        region=region,
        reference=reference,
        repairs=repairs,
        expected_rows=expected_rows,
        original_name=os.path.basename(name)[:255],
        size=size,
        sha256=sha256,
        sent_by=by,
    )
    upload.file.save(name, File(file), save=False)
    upload.save()
    UploadEvent.objects.create(upload=upload, region=region, by=by, status=Status.DITERIMA)
    tasks.check.enqueue(upload.pk)
    return upload


@transaction.atomic
def cancel(upload: Upload, *, by: User) -> Upload:
    """Drop an upload that is not handed in. A running check stops at its next batch."""
    require(by, "uploads.submit_upload", upload)
    upload = locked(upload)
    upload.cancel_requested = True
    move(upload, Status.DIBATALKAN, by=by)
    return upload


def editable(upload: Upload, by: User) -> Upload:
    """The upload, locked, where this user may still change it."""
    require(by, "uploads.submit_upload", upload)
    upload = locked(upload)
    if not upload.is_editable:
        raise ValidationError(
            f"Unggahan ini {upload.get_status_display().lower()} dan tidak dapat diubah lagi."
        )
    return upload


def _after_repair(upload: Upload, by: User, *, values_changed: bool = True) -> Upload:
    if values_changed:
        compare(upload)
    else:
        staging.judge_again(upload)
    status = Status.PERLU_PERBAIKAN if upload.rows_held_back else Status.SIAP
    if upload.status not in (status, Status.DIKEMBALIKAN):
        move(upload, status, by=by)
    else:
        upload.save()
    return upload


def _record_decision(upload: Upload, decision: str, code: str, rows: int, by: User) -> None:
    """Who has decided a whole cause, and when."""
    if rows:
        UploadEvent.objects.create(
            upload=upload,
            region_id=upload.region_id,
            by=by,
            status=Status.PERLU_PERBAIKAN,
            note=decision_note(decision, code, rows),
        )


def _issues(upload: Upload, code: str, row_ids: list[int] | None):
    issues = upload.issues.filter(code=code, row_number__gt=0)
    if row_ids is not None:
        rows = upload.rows.filter(pk__in=row_ids).values_list("sheet", "row_number")
        chosen = Q(pk__in=[])
        for sheet, number in rows:
            chosen |= Q(sheet=sheet, row_number=number)
        issues = issues.filter(chosen)
    return issues


def _set_cells(upload: Upload, issue_ids: list[int], *, accept: bool) -> None:
    """Set the cells of these issues to the suggestion, or back to what they held before it."""
    position = {name: n for n, name in enumerate(kinds.get(upload.kind).layout.fields, start=1)}
    issues = UploadIssue.objects.filter(pk__in=issue_ids).exclude(field="").order_by()
    with connection.cursor() as cursor:
        for field in issues.values_list("field", flat=True).distinct():
            same_row = (
                "i.id = ANY (%s) AND i.field = %s AND r.upload_id = i.upload_id"
                " AND r.sheet = i.sheet AND r.row_number = i.row_number"
            )
            source = "suggestion" if accept else "value"
            if accept:
                cursor.execute(
                    "UPDATE uploads_uploadissue i SET value = r.values[%s]"
                    f" FROM uploads_uploadrow r WHERE {same_row}",
                    [position[field], issue_ids, field],
                )
            cursor.execute(
                f"UPDATE uploads_uploadrow r SET values[%s] = i.{source}"
                f" FROM uploads_uploadissue i WHERE {same_row}",
                [position[field], issue_ids, field],
            )


@transaction.atomic
def accept_suggestions(
    upload: Upload, *, code: str, by: User, row_ids: list[int] | None = None
) -> int:
    """Take the portal's suggestion for every row of one cause (or for some); tells how many."""
    upload = editable(upload, by)
    issues = _issues(upload, code, row_ids).filter(decision=Decision.OPEN)
    if code not in ROW_CODES:
        issues = issues.exclude(suggestion="")
    ids = list(issues.values_list("pk", flat=True))
    _set_cells(upload, ids, accept=True)
    UploadIssue.objects.filter(pk__in=ids).update(decision=Decision.ACCEPTED)
    if row_ids is None:
        _record_decision(upload, Decision.ACCEPTED, code, len(ids), by)
    _after_repair(upload, by)
    return len(ids)


@transaction.atomic
def keep_values(upload: Upload, *, code: str, by: User, row_ids: list[int] | None = None) -> int:
    """Confirm that the sheet is right where the portal doubted; tells how many rows."""
    upload = editable(upload, by)
    issues = _issues(upload, code, row_ids).filter(decision=Decision.OPEN)
    if code not in CHOOSABLE:
        issues = issues.filter(level=UploadIssue.Level.WARNING)
    kept = issues.update(decision=Decision.KEPT)
    if row_ids is None:
        _record_decision(upload, Decision.KEPT, code, kept, by)
    # Which row of two is chosen is the comparison's business, a mere confirmation is not.
    _after_repair(upload, by, values_changed=code in CHOOSABLE)
    return kept


@transaction.atomic
def undo_decision(upload: Upload, *, code: str, by: User, row_ids: list[int] | None = None) -> int:
    """Open the issues of one cause again; an accepted suggestion gives way to what was sent."""
    upload = editable(upload, by)
    issues = _issues(upload, code, row_ids).filter(decision__in=[Decision.ACCEPTED, Decision.KEPT])
    accepted = list(issues.filter(decision=Decision.ACCEPTED).values_list("pk", flat=True))
    _set_cells(upload, accepted, accept=False)
    reopened = issues.update(decision=Decision.OPEN)
    if row_ids is None:
        _record_decision(upload, Decision.OPEN, code, reopened, by)
    _after_repair(upload, by, values_changed=bool(accepted) or code in CHOOSABLE)
    return reopened


@transaction.atomic
def edit_row(upload: Upload, row: UploadRow, *, values: Mapping[str, str], by: User) -> UploadRow:
    """Write a row anew as the officer typed it, checked like a row of a sheet.

    `values` holds the fields that were shown for editing; decisions on other cells stay.
    """
    upload = editable(upload, by)
    layout = kinds.get(upload.kind).layout
    row = upload.rows.select_for_update().get(pk=row.pk)
    held = dict(zip(layout.fields, row.values, strict=True))
    typed = {name: text for name, text in values.items() if text.strip() != held[name]}
    if not typed:
        return row
    own = upload.issues.filter(sheet=row.sheet, row_number=row.row_number)
    # What could not be read has no value; it is read again, so that its problem is not forgotten.
    unread = {
        issue.field: issue.before
        for issue in own.filter(decision=Decision.OPEN, from_register=False).exclude(before="")
        if issue.field in held and not held[issue.field]
    }
    own.filter(field__in=typed).delete()
    own.filter(decision=Decision.OPEN).delete()
    decided = {(issue.field, issue.code): issue for issue in own}
    checked, issues = check_values(
        layout, held | unread | typed, context_of(upload), sheet=row.sheet, number=row.row_number
    )
    for issue in decided.values():
        if issue.decision == Decision.ACCEPTED and issue.field:
            checked[layout.fields.index(issue.field)] = issue.suggestion
    headings = {column.field: column.heading for column in layout.columns}
    UploadIssue.objects.bulk_create(
        UploadIssue(
            upload=upload,
            region_id=upload.region_id,
            sheet=row.sheet,
            row_number=row.row_number,
            **new,
        )
        for new in (
            *(
                {
                    "field": name,
                    "code": "DIPERBAIKI_DI_PORTAL",
                    "level": UploadIssue.Level.INFO,
                    "message": f"{headings.get(name, name)} diperbaiki di portal oleh {by}.",
                    "before": held[name],
                }
                for name in typed
            ),
            *(
                {
                    "field": issue.field,
                    "code": issue.code,
                    "level": issue.level,
                    "message": issue.message,
                    "before": issue.before,
                    "suggestion": issue.suggestion,
                }
                for issue in issues
                if (issue.field, issue.code) not in decided
            ),
        )
    )
    row.values = checked
    row.save(update_fields=["values"])
    _after_repair(upload, by)
    row.refresh_from_db()
    return row


@transaction.atomic
def submit(upload: Upload, *, by: User) -> Upload:
    """Hand the valid rows to the approver; refused rows stay behind."""
    upload = editable(upload, by)
    if kinds.get(upload.kind).is_preview:
        raise ValidationError(kinds.PREVIEW_ONLY)
    if upload.columns_are_unconfirmed:
        raise ColumnsUnconfirmed
    compare(upload)
    if not upload.rows_to_submit:
        raise ValidationError(
            "Belum ada baris yang dapat diajukan. Perbaiki temuan pada daftar di bawah."
        )
    upload.submitted_by = by
    upload.submitted_at = timezone.now()
    upload.reviewed_by = upload.reviewed_at = None
    move(upload, Status.DIAJUKAN, by=by)
    return upload


def _reviewed(upload: Upload, by: User) -> Upload:
    require(by, "uploads.review_upload", upload)
    upload = locked(upload)
    upload.reviewed_by = by
    upload.reviewed_at = timezone.now()
    try:
        upload.validate_constraints()
    except ValidationError as refused:
        raise ValidationError(refused.messages) from refused
    return upload


@transaction.atomic
def approve(upload: Upload, *, by: User) -> Upload:
    """Accept what was submitted and queue its way into the register."""
    upload = _reviewed(upload, by)
    upload.stage = Upload.Stage.ANTRE
    move(upload, Status.DISETUJUI, by=by)
    tasks.apply.enqueue(upload.pk)
    return upload


@transaction.atomic
def return_to_sender(upload: Upload, *, reason: str, by: User) -> Upload:
    """Give an upload back; the sender repairs it and submits again."""
    if not reason.strip():
        raise ValidationError("Sebutkan alasan pengembalian agar petugas tahu apa yang diperbaiki.")
    upload = _reviewed(upload, by)
    move(upload, Status.DIKEMBALIKAN, by=by, note=reason.strip())
    return upload


@transaction.atomic
def revert(upload: Upload, *, by: User) -> Upload:
    """Take an applied upload back as far as nothing newer has touched its rows."""
    require(by, "uploads.revert_upload", upload)
    upload = locked(upload)
    if upload.status != Status.DITERAPKAN:
        raise ValidationError("Hanya unggahan yang sudah diterapkan yang dapat dibatalkan.")
    with pghistory.context(user=by.pk, upload=upload.pk), connection.cursor() as cursor:
        kinds.get(upload.kind).revert(upload, cursor)
        staging.clear_away(cursor)
    move(upload, Status.DIBATALKAN, by=by)
    return upload


@transaction.atomic
def try_again(upload: Upload, *, by: User) -> Upload:
    """Process a failed upload once more: its check, or its way into the register once approved."""
    require(by, "uploads.view_upload", upload)
    upload = locked(upload)
    if upload.status != Status.GAGAL:
        raise ValidationError("Hanya unggahan yang gagal yang dapat diproses lagi.")
    upload.failure, upload.failure_code, upload.cancel_requested = "", "", False
    if upload.reviewed_by_id is None:
        require(by, "uploads.submit_upload", upload)
        upload.stage = Upload.Stage.ANTRE
        move(upload, Status.DIPERIKSA, by=by)
        tasks.check.enqueue(upload.pk)
    else:
        return approve(upload, by=by)
    return upload
