"""The steps of an upload's life that people do not take themselves, and what all steps share."""

from collections.abc import Callable

import pghistory
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from regions.index import region_index
from spreadsheets.checking import Batch
from spreadsheets.layout import CheckContext
from spreadsheets.packing import PackedBatch
from uploads import kinds, staging
from uploads.kinds import SheetKind
from uploads.models import ColumnMapping, Upload, UploadEvent

Status = Upload.Status
APPLYING = 0x53454D42  # advisory lock, "SEMB"

# Upper layers that keep figures of uploads append a function here when they start.
listeners: list[Callable[[Upload], None]] = []


def locked(upload: Upload) -> Upload:
    return Upload.objects.select_for_update().get(pk=upload.pk)


def move(upload: Upload, status: str, *, by: User | None, note: str = "") -> None:
    """The only place where a status changes: checks the way, saves, writes the event."""
    if status not in Upload.TRANSITIONS[upload.status]:
        raise ValidationError(
            f"Unggahan berstatus {upload.get_status_display().lower()}"
            f" tidak dapat menjadi {Status(status).label.lower()}. Muat ulang halaman ini."
        )
    upload.status = status
    upload.save()
    UploadEvent.objects.create(
        upload=upload, region_id=upload.region_id, by=by, status=status, note=note
    )
    if follow := kinds.get(upload.kind).follow:
        follow(upload)
    for listener in listeners:
        listener(upload)


def context_of(upload: Upload, *, columns: dict | None = None) -> CheckContext:
    """What the layout's rules may know of the world; `columns` is what has been said of them."""
    options = {"region": upload.region_id}
    if columns:
        options["columns"] = columns
    return CheckContext(today=timezone.localdate(), regions=region_index(), options=options)


def columns_said(upload: Upload) -> dict | None:
    """What has been said of the columns: of this file, else of an earlier one by its sender."""
    if upload.columns is not None:
        return upload.columns | {"layout": upload.kind}
    remembered = ColumnMapping.objects.filter(user=upload.sent_by_id, kind=upload.kind).first()
    if remembered is None:
        return None
    return {"columns": remembered.columns, "layout": upload.kind, "remembered": True}


def compare(upload: Upload, *, arrived: bool = False) -> None:
    """Judge every row against the register; the caller holds the lock on the upload.

    `arrived`: rows and issues are those that `staging` has just taken from the file.
    """
    kind = kinds.get(upload.kind)
    with connection.cursor() as cursor:
        if not arrived:
            staging.stage(cursor, upload, kind.layout)
            gather(cursor, kind, "staged")
        staging.begin_comparison(cursor, upload, arrived=arrived)
        kind.compare(upload, cursor)
        staging.judge(cursor, upload, kind.layout, arrived=arrived)
        staging.clear_away(cursor)
    staging.count(upload)


def take(cursor, kind: SheetKind, batch: Batch | PackedBatch) -> None:
    """Copy a batch in and look its rows up, while the reading process is at the next one."""
    gather(cursor, kind, staging.store(cursor, kind.layout, batch))


def gather(cursor, kind: SheetKind, table: str) -> None:
    if kind.gather:
        kind.gather(cursor, table)


@transaction.atomic
def begin_check(upload: Upload) -> Upload | None:
    """Start checking, or start over what a killed worker left; None when there is nothing to do."""
    upload = locked(upload)
    if upload.status == Status.DITERIMA:
        move(upload, Status.DIPERIKSA, by=None)
    elif upload.status != Status.DIPERIKSA:
        return None
    staging.clear(upload)
    enter_stage(upload, Upload.Stage.MEMBACA)
    return upload


def enter_stage(upload: Upload, stage: str, *, done: int = 0, total: int = 0) -> None:
    upload.stage, upload.done, upload.total = stage, done, total
    upload.stage_started_at = timezone.now()
    upload.save(update_fields=["stage", "done", "total", "stage_started_at"])


def cancelled(upload: Upload, *, done: int, total: int) -> bool:
    """Report progress; True when somebody has asked to stop."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE uploads_upload SET done = %s, total = %s WHERE id = %s"
            " RETURNING cancel_requested",
            [done, total, upload.pk],
        )
        return cursor.fetchone()[0]


@transaction.atomic
def finish_check(upload: Upload, *, rows: int) -> Upload:
    """Compare the staged rows with the register and say what the upload is: ready or to repair.

    `rows` is what the reader has counted. Raises RuntimeError when not exactly so many are kept.
    """
    upload = locked(upload)
    if upload.status != Status.DIPERIKSA:
        return upload
    compare(upload, arrived=True)
    if upload.rows_total != rows:
        raise RuntimeError(f"{rows} rows were read and {upload.rows_total} kept")
    upload.stage = Upload.Stage.SELESAI
    move(upload, Status.PERLU_PERBAIKAN if upload.rows_held_back else Status.SIAP, by=None)
    return upload


@transaction.atomic
def fail(upload: Upload, *, reason: str, code: str = "") -> Upload:
    """Give up with a plain reason; nothing of the upload reaches the register."""
    upload = locked(upload)
    upload.failure, upload.failure_code = reason, code
    upload.stage = Upload.Stage.SELESAI
    move(upload, Status.GAGAL, by=None, note=reason)
    return upload


@transaction.atomic
def apply(upload: Upload) -> Upload:
    """Write the approved rows to the register: one transaction, harmless when run again.

    Rows whose register entry changed since the check are not written but marked, and counted as
    such. The caller has put the approver's scope in force.
    """
    upload = locked(upload)
    if upload.status != Status.DISETUJUI:
        return upload
    kind = kinds.get(upload.kind)
    with (
        pghistory.context(user=upload.reviewed_by_id, upload=upload.pk),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT now()")
        upload.applied_at = cursor.fetchone()[0]
        # One apply at a time: two sheets may bring the same new family.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [APPLYING])
        kind.lock(upload, cursor)
        staging.stage(cursor, upload, kind.layout)
        gather(cursor, kind, "staged")
        staging.begin_comparison(cursor, upload, arrived=False)
        kind.compare(upload, cursor)
        staging.mark_writable(cursor)
        kind.apply(upload, cursor)
        upload.rows_applied, upload.rows_conflict = staging.record_outcome(cursor, upload)
        staging.clear_away(cursor)
    upload.stage = Upload.Stage.SELESAI
    move(upload, Status.DITERAPKAN, by=upload.reviewed_by)
    return upload
