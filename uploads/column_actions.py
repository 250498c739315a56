"""What a sender says of the columns of an upload.

As in uploads/actions.py each change is atomic, and what cannot be done raises `ValidationError`
with a sentence for the user, or `PermissionDenied`.
"""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from uploads import kinds, tasks
from uploads.actions import editable, require
from uploads.columns import TO_CONFIRM, objections, to_remember
from uploads.models import ColumnMapping, Upload, UploadEvent, UploadIssue
from uploads.steps import locked, move

_COUNTERS = ("rows_new", "rows_changed", "rows_same", "rows_review", "rows_problem")


def _rereadable(upload: Upload, by: User) -> Upload:
    require(by, "uploads.submit_upload", upload)
    upload = locked(upload)
    if not upload.is_rereadable:
        raise ValidationError(
            f"Unggahan ini {upload.get_status_display().lower()}; kolomnya tidak dapat diubah lagi."
        )
    return upload


def _remember(upload: Upload, columns: Mapping[str, str]) -> None:
    """Keep for the sender's next sheets what has been said of this one; nothing said leaves what is
    kept, unless it was used here and is now contradicted."""
    kept = to_remember(kinds.get(upload.kind).layout, columns)
    own = {"user_id": upload.sent_by_id, "kind": upload.kind}
    if kept:
        ColumnMapping.objects.update_or_create(**own, defaults={"columns": kept})
    elif upload.columns_are_remembered:
        ColumnMapping.objects.filter(**own).delete()


@transaction.atomic
def choose_columns(
    upload: Upload, *, columns: Mapping[str, str], by: User, header_row: int | None = None
) -> Upload:
    """Read the file anew with these columns (key: field, '' for not read) and remember them.

    `header_row`: the last row of the header, 0 for none, None for the row that the portal finds.
    Decisions and repairs of the earlier reading are lost with its rows.
    """
    upload = _rereadable(upload, by)
    said = objections(kinds.get(upload.kind).layout, columns)
    if said:
        raise ValidationError(said)
    _remember(upload, columns)
    upload.columns = {"header_row": header_row, "columns": dict(columns)}
    upload.reading = {}
    upload.failure = upload.failure_code = ""
    upload.cancel_requested = False
    upload.stage = Upload.Stage.ANTRE
    upload.done = upload.total = 0
    upload.submitted_by = upload.submitted_at = upload.reviewed_by = upload.reviewed_at = None
    for counter in _COUNTERS:
        setattr(upload, counter, 0)
    move(upload, Upload.Status.DIPERIKSA, by=by, note="Kolom dipilih oleh pengirim.")
    tasks.check.enqueue(upload.pk)
    return upload


@transaction.atomic
def confirm_columns(upload: Upload, *, columns: Mapping[str, str], by: User) -> Upload:
    """Say that the columns are read rightly, so that the upload may be submitted.

    `columns` (key: field) is what the user has seen; raises `ValidationError` where it is not what
    the file was read as.
    """
    upload = editable(upload, by)
    read = {column["key"]: column["field"] for column in upload.columns_read}
    if not columns or any(read.get(key, "") != field for key, field in columns.items()):
        raise ValidationError(
            "Pilihan kolom berbeda dari yang dibaca portal. Simpan dan periksa lagi agar berlaku."
        )
    _remember(upload, read)
    is_headless = upload.reading["header_row"] == 0
    upload.columns = {"header_row": 0 if is_headless else None, "columns": read}
    upload.save(update_fields=["columns"])
    upload.issues.filter(row_number=0, code__in=TO_CONFIRM).update(
        decision=UploadIssue.Decision.KEPT
    )
    UploadEvent.objects.create(
        upload=upload,
        region_id=upload.region_id,
        by=by,
        status=upload.status,
        note="Pembacaan kolom dipastikan.",
    )
    return upload


@transaction.atomic
def forget_columns(*, kind: str, by: User) -> None:
    """Read this user's next sheets of a kind as the portal finds them."""
    require(by, "uploads.submit_upload")
    ColumnMapping.objects.filter(user=by, kind=kind).delete()
