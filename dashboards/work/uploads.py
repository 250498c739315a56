"""Sheets on their way that come back to whoever has sent them."""

from collections.abc import Iterable, Iterator

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator

from dashboards import links
from dashboards.work.tasks import NO_DUE_DATE, Task, due
from spreadsheets.words import thousands
from uploads import kinds
from uploads.models import Upload
from verification.models import Round

REASON_LENGTH = 140


def tasks(user, uploads: Iterable[Upload], round: Round | None) -> Iterator[Task]:
    """What to repair, to answer and to submit; `uploads` as `figures.open_uploads` gives them.

    Uploads for the running round are due with it; others have no due date.
    """
    may_submit = user.has_perm("uploads.submit_upload")
    for upload in uploads:
        words = _words(upload)
        if words is None:
            continue
        count, title, text, button = words
        yield Task(
            count=count,
            unit="baris",
            title=title,
            text=text,
            button=button if may_submit else "Lihat unggahan",
            url=links.upload(user, upload),
            due=due(round.due_on) if round and upload.reference == str(round.pk) else NO_DUE_DATE,
        )


def _words(upload: Upload) -> tuple[int, str, str, str] | None:
    if upload.status == Upload.Status.DIKEMBALIKAN:
        day = date_format(timezone.localdate(upload.reviewed_at), "j F")
        reason = Truncator(upload.reason or "").chars(REASON_LENGTH)
        return (
            upload.rows_total,
            f"Jawab unggahan yang dikembalikan: {upload}",
            f"Dikembalikan {day}: {reason}" if reason else f"Dikembalikan {day}.",
            "Lihat alasannya",
        )
    if upload.status == Upload.Status.PERLU_PERBAIKAN:
        return (
            upload.rows_held_back,
            f"Perbaiki unggahan {upload}",
            f"{thousands(upload.rows_problem)} baris bermasalah,"
            f" {thousands(upload.rows_review)} baris perlu diperiksa."
            f" {thousands(upload.rows_to_submit)} baris lain siap diajukan.",
            "Lanjutkan perbaikan",
        )
    if upload.status == Upload.Status.SIAP and not kinds.get(upload.kind).is_preview:
        return (
            upload.rows_to_submit,
            f"Ajukan unggahan {upload}",
            f"Semua baris sudah diperiksa: {thousands(upload.rows_to_apply)} perubahan,"
            f" {thousands(upload.rows_same)} tanpa perubahan.",
            f"Ajukan {thousands(upload.rows_to_submit)} baris",
        )
    return None
