"""What the pages of an upload share: who may do what, and the way back."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header

from uploads import kinds
from uploads.models import Upload

Status = Upload.Status


RUNNING = (Status.DITERIMA, Status.DIPERIKSA, Status.DISETUJUI)


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLSM = "application/vnd.ms-excel.sheet.macroEnabled.12"


def wants_fragment(request) -> bool:
    """A script of the page asks for a piece of it, not for the page."""
    return request.headers.get("X-Requested-With") == "fetch"


def sentences(error: Exception) -> list[str]:
    if isinstance(error, ValidationError):
        return error.messages
    return [str(error)]


def page_url(upload: Upload) -> str:
    return reverse("admin:uploads_upload_change", args=[upload.pk])


def columns_url(upload: Upload) -> str:
    return reverse("admin:uploads_upload_columns", args=[upload.pk])


def title_of(upload: Upload) -> str:
    return f"{upload.region.name}, {kinds.get(upload.kind).title}"


def back_to(request, upload: Upload) -> HttpResponseRedirect:
    """To where the form was, so that filter and page stay."""
    target = request.POST.get("kembali", "")
    if target.startswith("?"):
        return redirect(page_url(upload) + target)
    return redirect(page_url(upload))


def workbook_type(name: str) -> str:
    return XLSM if name.endswith(".xlsm") else XLSX


def attachment(name: str) -> str:
    return content_disposition_header(as_attachment=True, filename=name)


@dataclass(frozen=True)
class Rights:
    """What this user may do with this upload now; the actions ask again."""

    edit: bool
    submit: bool
    cancel: bool
    review: bool
    revert: bool
    check_again: bool
    is_maker: bool
    reveal: bool
    columns: bool


def rights(upload: Upload, user) -> Rights:
    submits = user.has_perm("uploads.submit_upload")
    is_maker = user.pk in (upload.sent_by_id, upload.submitted_by_id)
    waiting = upload.status == Status.DIAJUKAN and user.has_perm("uploads.review_upload")
    failed = upload.status == Status.GAGAL
    return Rights(
        edit=submits and upload.is_editable,
        submit=submits
        and upload.is_editable
        and upload.rows_to_submit > 0
        and not kinds.get(upload.kind).is_preview,
        cancel=submits
        and Status.DIBATALKAN in Upload.TRANSITIONS[upload.status]
        and upload.status != Status.DITERAPKAN,
        review=waiting and not is_maker,
        revert=upload.status == Status.DITERAPKAN and user.has_perm("uploads.revert_upload"),
        check_again=failed
        and user.has_perm(
            "uploads.review_upload" if upload.reviewed_by_id else "uploads.submit_upload"
        )
        and not (upload.reviewed_by_id and is_maker),
        is_maker=is_maker and waiting,
        reveal=user.has_perm("accounts.reveal_identity"),
        columns=submits and upload.is_rereadable,
    )
