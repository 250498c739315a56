"""Files of an upload that leave the portal, each for a stated purpose."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks.exceptions import TaskResultDoesNotExist, TaskResultMismatch

from spreadsheets.errors import SheetRefused
from uploads import files
from uploads.forms import PurposeForm
from uploads.models import Upload
from uploads.views.shared import attachment, page_url, title_of, wants_fragment, workbook_type
from uploads.wording import duration


@dataclass(frozen=True)
class Download:
    title: str
    text: str


DOWNLOADS = {
    "beranotasi": Download(
        "Unduh berkas beranotasi",
        "Berkas yang dikirim, dengan kolom catatan, sel berwarna, dan lembar ringkasan.",
    ),
    "bermasalah": Download(
        "Unduh baris yang belum dapat diajukan",
        "Hanya baris yang belum dapat diajukan, dengan susunan kolom yang sama;"
        " perbaiki lalu unggah sebagai perbaikan.",
    ),
    "asal": Download("Unduh berkas asal", "Berkas persis seperti yang dikirim."),
}


def download(request, upload: Upload, what: str) -> HttpResponse:
    """Personal data leave the portal for a stated purpose, and the log says so."""
    chosen = DOWNLOADS.get(what)
    if chosen is None or (what != "asal" and not upload.rows_total):
        raise Http404
    rows = upload.rows_held_back if what == "bermasalah" else upload.rows_total
    form = PurposeForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return render(
            request,
            "uploads/download.html",
            {
                "title": chosen.title,
                "download": chosen,
                "rows": rows,
                "upload": upload,
                "upload_title": title_of(upload),
                "form": form,
                "back_url": page_url(upload),
            },
        )
    files.log_download(
        upload,
        by=request.user,
        what=chosen.title.removeprefix("Unduh ").capitalize(),
        rows=rows,
        purpose=form.cleaned_data["purpose"],
    )
    if what == "asal":
        return FileResponse(
            upload.file.open("rb"), as_attachment=True, filename=upload.original_name
        )
    if what == "beranotasi" and upload.rows_total > files.AT_ONCE_ROWS:
        result = files.annotate.enqueue(upload.pk, request.user.pk)
        return redirect("admin:uploads_upload_annotated", upload.pk, result.id)
    if what == "beranotasi":
        write, name = files.write_annotated, files.annotated_name(upload)
    else:
        write, name = files.write_held_back, f"{Path(upload.original_name).stem}_perbaikan.xlsx"
    with TemporaryDirectory() as folder:
        path = Path(folder) / "berkas.xlsx"
        try:
            write(upload, path)
        except SheetRefused as refused:
            messages.error(request, refused.message)
            return redirect(page_url(upload))
        content = path.read_bytes()
    return HttpResponse(
        content,
        content_type=workbook_type(name),
        headers={"Content-Disposition": attachment(name)},
    )


def annotated(request, upload: Upload, result_id: str) -> HttpResponse:
    """The page that waits for a big annotated workbook, then the workbook itself."""
    try:
        result = files.annotate.get_result(result_id)
    except (TaskResultDoesNotExist, TaskResultMismatch) as missing:
        raise Http404 from missing
    if result.args != [upload.pk, request.user.pk]:
        raise Http404
    path = files.annotated_path(result_id, upload.pk)
    is_ready = result.status == TaskResultStatus.SUCCESSFUL and path.exists()
    if is_ready and "unduh" in request.GET:
        name = files.annotated_name(upload)
        return FileResponse(
            path.open("rb"), as_attachment=True, filename=name, content_type=workbook_type(name)
        )
    expected = upload.rows_total / files.ROWS_A_SECOND
    started = result.started_at or result.enqueued_at
    elapsed = (timezone.now() - started).total_seconds() if started else 0
    context = {
        "title": "Menyusun berkas beranotasi",
        "upload": upload,
        "upload_title": title_of(upload),
        "is_ready": is_ready,
        "is_waiting": result.status == TaskResultStatus.READY,
        "is_failed": result.status == TaskResultStatus.FAILED
        or (result.status == TaskResultStatus.SUCCESSFUL and not path.exists()),
        "percent": min(95, round(100 * elapsed / (elapsed + expected))) if expected else 0,
        "expected": duration(expected),
        "back_url": page_url(upload),
    }
    if wants_fragment(request):
        response = render(request, "uploads/annotating.html", context)
        if is_ready or context["is_failed"]:
            response["X-Done"] = "1"
        return response
    return render(request, "uploads/annotated_page.html", context)
