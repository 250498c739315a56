"""Long work on an upload. A task can be run again at any time: it looks where the upload stands."""

import logging
from collections.abc import Generator, Iterable
from contextlib import closing

import pghistory
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.utils import InterfaceError, OperationalError
from django_tasks import task

from accounts import scope
from spreadsheets.checking import Batch
from spreadsheets.errors import SheetRefused
from spreadsheets.layout import Issue
from spreadsheets.limited import check_in_child
from spreadsheets.looking import FileRead
from spreadsheets.packing import PackedBatch
from spreadsheets.words import thousands
from uploads import kinds, staging, steps
from uploads.models import Upload

logger = logging.getLogger("portal.uploads")

MEMORY_MB = 640  # address space of the reading process; it uses about a third of that
SECONDS = 900
TOLD_LEFT_OUT = 6
UNEXPECTED = (
    "Terjadi kesalahan pada portal saat {what}. Data terdaftar tidak berubah."
    " Hubungi Administrator dan sebutkan nomor unggahan {number}."
)


@task()
def check(upload_id: int) -> None:
    """Read, clean and stage the file; compare it with the register within the sender's scope."""
    upload = Upload.objects.get(pk=upload_id)
    try:
        with scope.applied(upload.sent_by.scope), pghistory.context(user=upload.sent_by_id):
            try:
                _check(upload)
            finally:
                staging.discard()
    except SheetRefused as refused:
        steps.fail(upload, reason=refused.message, code=refused.code)
    except (OperationalError, InterfaceError):
        raise  # the database was away: the worker runs the task again
    except Exception:
        logger.exception("check of upload %s failed", upload_id)
        steps.fail(upload, reason=UNEXPECTED.format(what="memeriksa berkas", number=upload_id))


def _check(upload: Upload) -> None:
    upload = steps.begin_check(upload)
    if upload is None:
        return
    own = [kinds.get(upload.kind)]
    try:
        # Of two that fit equally well, the one the sender has called it.
        among = sorted(kinds.all_kinds(), key=lambda kind: kind.key != upload.kind)
        read, batches = _open(upload, own if upload.columns else among)
    except SheetRefused:
        # No kind fits by its headings alone: what the sender has called it may fit by its contents,
        # and the sentence is to speak of it.
        read, batches = _open(upload, own)
    with closing(batches):
        _recognise(upload, read)
        if admit := kinds.get(upload.kind).admit:
            admit(upload, read.identity)
        upload.reading = {
            "sheets": [list(sheet) for sheet in read.sheets],
            "left_out": [list(left) for left in read.left_out],
            "mapping": read.mapping,
            "unknown": read.unknown,
            "identity": read.identity,
            "hidden": list(read.hidden),
            "header_row": 0 if _is_headless(read) else read.header_row,
            # Their samples are cells of persons and stay in the file.
            "columns": [column._replace(samples=[])._asdict() for column in read.columns],
        }
        upload.save(update_fields=["kind", "reading", "reference"])
        steps.enter_stage(upload, Upload.Stage.MEMERIKSA, total=read.row_count or 0)
        kind, done = kinds.get(upload.kind), 0
        for batch in batches:
            with connection.cursor() as cursor:
                steps.take(cursor, kind, batch)
            done = batch.done
            if steps.cancelled(upload, done=done, total=batch.total):
                return
        with connection.cursor() as cursor:
            staging.store(cursor, kind.layout, against_cover(upload, read, done))
    steps.enter_stage(upload, Upload.Stage.MEMBANDINGKAN, done=done, total=done)
    steps.finish_check(upload, rows=done)
    staging.analyze(done)


def _open(
    upload: Upload, among: Iterable[kinds.SheetKind]
) -> tuple[FileRead, Generator[PackedBatch, None, None]]:
    """What the file is, and its rows to come. Raises SheetRefused."""
    events = check_in_child(
        upload.file.path,
        [kind.layout_path for kind in among],
        steps.context_of(upload, columns=steps.columns_said(upload)),
        memory_mb=MEMORY_MB,
        seconds=SECONDS,
    )
    return next(events), events


def against_cover(upload: Upload, read: FileRead, done: int) -> Batch:
    """No rows, and what is to be said where the cover letter speaks of another number of them."""
    expected = upload.expected_rows
    if expected in (None, done):
        return Batch([], [], done, done)
    left_out = [f"{what} ({why})" for what, _, why in read.left_out]
    if len(left_out) > TOLD_LEFT_OUT:
        left_out[TOLD_LEFT_OUT:] = [f"dan {len(left_out) - TOLD_LEFT_OUT} hal lain"]
    message = (
        f"Surat pengantar menyebut {thousands(expected)} baris, sedangkan {thousands(done)} baris"
        f" terbaca. Yang tidak diambil: {'; '.join(left_out) or 'tidak ada'}."
        " Cocokkan dengan pengirim berkas."
    )
    issue = Issue(0, "", "JUMLAH_BEDA_PENGANTAR", "warning", message, str(expected), "")
    return Batch([], [issue], done, done)


def _is_headless(read: FileRead) -> bool:
    return not any(column.heading for column in read.columns)


def _recognise(upload: Upload, read: FileRead) -> None:
    """A workbook made by the portal says itself what it is and what it answers to.

    Any other file must be what its sender has called it, and none may be what its sender does not
    send.
    """
    identity = read.identity
    found, called = kinds.get(read.layout_key), kinds.get(upload.kind)
    is_theirs = found.may_be_sent_by(upload.sent_by)
    upload.reference = upload.reference or identity.get("round", "")
    if identity.get("layout") == found.key and is_theirs:
        upload.kind = found.key
    if found.key != upload.kind:
        what_to_do = (
            f"Unggahlah kembali dan pilih jenis lembar {found.title}."
            if is_theirs
            else f"Lembar itu tidak dikirim oleh {upload.sent_by.get_role_display()}."
        )
        raise SheetRefused(
            "LEMBAR_LAIN",
            f"Judul kolom berkas ini milik lembar {found.title}, bukan {called.title}."
            f" {what_to_do}",
        )


@task()
def apply(upload_id: int) -> None:
    """Write an approved upload to the register within the approver's scope."""
    upload = Upload.objects.get(pk=upload_id)
    if upload.status != Upload.Status.DISETUJUI:
        return
    try:
        with scope.applied(upload.reviewed_by.scope):
            steps.enter_stage(upload, Upload.Stage.MENERAPKAN, total=upload.rows_to_submit)
            steps.apply(upload)
        staging.analyze_changed(upload.rows_to_apply)
    except (OperationalError, InterfaceError):
        raise  # the database was away: the worker runs the task again
    except ValidationError as refused:
        steps.fail(upload, reason=" ".join(refused.messages))
    except Exception:
        logger.exception("applying upload %s failed", upload_id)
        steps.fail(upload, reason=UNEXPECTED.format(what="menerapkan unggahan", number=upload_id))
