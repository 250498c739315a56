"""Decisions on rows and their repair, in place for scripts and as plain pages."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, render

from accounts.models import AccessLog
from spreadsheets.words import thousands
from uploads import actions, kinds, review
from uploads.forms import RowForm
from uploads.models import Upload, UploadIssue, UploadRow
from uploads.views.shared import (
    back_to,
    page_url,
    rights,
    sentences,
    title_of,
    wants_fragment,
)
from uploads.wording import CAUSE_TITLES, Texts, is_identity


def _row(upload: Upload, row_id: int) -> UploadRow:
    return get_object_or_404(upload.rows, pk=row_id)


def row_fragment(request, upload: Upload, row: UploadRow, *, notice: str = "") -> HttpResponse:
    texts = Texts(kinds.get(upload.kind).layout)
    code = (request.POST or request.GET).get("temuan", "")[:40]
    shown = review.show(upload, [row], texts, code=code)[0]
    return render(
        request,
        "uploads/row.html",
        {
            "upload": upload,
            "shown": shown,
            "many_sheets": len(upload.reading.get("sheets", [])) > 1,
            "may": rights(upload, request.user),
            "code": code,
            "back": (request.POST or request.GET).get("kembali", ""),
            "notice": notice,
        },
    )


DECISIONS = {
    "terima": (actions.accept_suggestions, "Saran diterima untuk {n} baris."),
    "biarkan": (actions.keep_values, "{n} baris dibiarkan sesuai berkas."),
    "urungkan": (actions.undo_decision, "Putusan atas {n} baris diurungkan."),
}


def decide(request, upload: Upload, decision: str) -> HttpResponse:
    """One decision on a cause: for one row, the chosen rows, or all rows it was found in.

    Asked for with GET, suggestions are first shown with what they make of a few rows.
    """
    if decision not in DECISIONS:
        raise Http404
    if request.method == "GET" and decision == "terima":
        return _sample(request, upload)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    action, told = DECISIONS[decision]
    codes = [code[:40] for code in request.POST.getlist("kode")][:20]
    row_ids = [int(pk) for pk in request.POST.getlist("baris") if pk.isdecimal()][:1_000]
    for_all = "semua" in request.POST
    try:
        if not row_ids and not for_all:
            raise ValidationError("Pilih paling sedikit satu baris.")
        if row_ids and not codes:
            codes = _codes_of(upload, row_ids, decision)
        with transaction.atomic():
            counts = [
                action(upload, code=code, by=request.user, row_ids=None if for_all else row_ids)
                for code in codes
            ]
    except (ValidationError, PermissionDenied) as refused:
        return _refused(request, upload, refused)
    upload.refresh_from_db()
    if wants_fragment(request) and len(row_ids) == 1:
        return row_fragment(request, upload, _row(upload, row_ids[0]))
    count = max(counts, default=0)
    if count:
        messages.success(request, told.format(n=thousands(count)))
    else:
        messages.warning(request, "Tidak ada baris yang berubah; putusan itu sudah berlaku.")
    return back_to(request, upload)


def _sample(request, upload: Upload) -> HttpResponse:
    if not rights(upload, request.user).edit:
        return _refused(request, upload, PermissionDenied("Unggahan ini tidak dapat Anda ubah."))
    code = request.GET.get("kode", "")[:40]
    found = review.sample(upload, code, Texts(kinds.get(upload.kind).layout))
    if not found.total:
        return _refused(request, upload, ValidationError("Tidak ada lagi saran untuk temuan ini."))
    back = request.GET.get("kembali", "")
    context = {
        "title": CAUSE_TITLES.get(code, "Terima saran"),
        "upload": upload,
        "upload_title": title_of(upload),
        "code": code,
        "sample": found,
        "many_sheets": len(upload.reading.get("sheets", [])) > 1,
        "is_narrow": "kecamatan=" in back or "q=" in back,
        "back": back,
        "back_url": page_url(upload) + (back if back.startswith("?") else ""),
        "in_dialog": wants_fragment(request),
    }
    name = "cause_sample" if wants_fragment(request) else "cause_sample_page"
    return render(request, f"uploads/{name}.html", context)


def _codes_of(upload: Upload, row_ids: list[int], decision: str) -> list[str]:
    texts = Texts(kinds.get(upload.kind).layout)
    shown = review.show(upload, list(upload.rows.filter(pk__in=row_ids)), texts)
    attribute = {
        "terima": "suggested_codes",
        "biarkan": "keepable_codes",
        "urungkan": "decided_codes",
    }[decision]
    return list(dict.fromkeys(code for row in shown for code in getattr(row, attribute)))


def _refused(request, upload: Upload, refused: Exception) -> HttpResponse:
    text = " ".join(sentences(refused))
    if wants_fragment(request):
        return HttpResponse(text, status=409, content_type="text/plain; charset=utf-8")
    messages.error(request, text)
    return back_to(request, upload)


def edit_row(request, upload: Upload, row_id: int) -> HttpResponse:
    """The editor of a row, in place for scripts or as a page of its own."""
    row = _row(upload, row_id)
    if request.method != "POST" and "lihat" in request.GET and wants_fragment(request):
        return row_fragment(request, upload, row)
    may = rights(upload, request.user)
    if not may.edit:
        if not request.user.has_perm("uploads.submit_upload"):
            raise PermissionDenied("Peran Anda tidak mencakup tindakan ini.")
        return _refused(
            request,
            upload,
            ValidationError(
                f"Unggahan ini {upload.get_status_display().lower()} dan tidak dapat diubah lagi."
            ),
        )
    texts = Texts(kinds.get(upload.kind).layout)
    texts.learn(row.values)
    issues = list(
        upload.issues.filter(
            sheet=row.sheet,
            row_number=row.row_number,
            decision=UploadIssue.Decision.OPEN,
        ).exclude(level=UploadIssue.Level.INFO)
    )
    texts.learn(issue.suggestion for issue in issues)
    reveal = request.POST.get("tampilkan", "")
    if reveal:
        _reveal(request, upload, row, texts, reveal)
    form = RowForm(
        request.POST if request.method == "POST" and not reveal else None,
        row=row,
        texts=texts,
        issues=issues,
        reveal=reveal or request.POST.get("ditampilkan", ""),
    )
    if form.is_bound and form.is_valid():
        try:
            row = actions.edit_row(upload, row, values=form.typed, by=request.user)
        except (ValidationError, PermissionDenied) as refused:
            return _refused(request, upload, refused)
        upload.refresh_from_db()
        if wants_fragment(request):
            return row_fragment(request, upload, row, notice="Disimpan")
        messages.success(request, f"Baris {row.row_number} disimpan dan diperiksa lagi.")
        return back_to(request, upload)
    shown = review.show(upload, [row], texts)[0]
    context = {
        "upload": upload,
        "row": row,
        "shown": shown,
        "form": form,
        "may": may,
        "revealed": reveal,
        "back": (request.POST or request.GET).get("kembali", ""),
        "code": (request.POST or request.GET).get("temuan", ""),
        "title": f"Ubah baris {row.row_number}",
    }
    template = "uploads/row_edit.html" if wants_fragment(request) else "uploads/row_page.html"
    return render(request, template, context)


def _reveal(request, upload: Upload, row: UploadRow, texts: Texts, field: str) -> None:
    """Showing one number is a permission of its own and is logged before it is shown."""
    if not request.user.has_perm("accounts.reveal_identity"):
        raise PermissionDenied("Peran Anda tidak mencakup menampilkan nomor identitas.")
    if field not in texts.columns or not is_identity(row.values[texts.position[field]]):
        return
    AccessLog.objects.create(
        kind=AccessLog.Kind.REVEAL,
        user=request.user,
        region_id=upload.region_id,
        subject=f"{texts.label(field)}, unggahan {upload.pk} baris {row.row_number}",
        purpose="Memperbaiki baris unggahan",
    )
