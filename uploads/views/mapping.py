"""The columns of an upload: what each is read as, shown on the first rows, to confirm or change."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render

from spreadsheets.errors import SheetRefused
from spreadsheets.headings import SEARCHED_ROWS
from spreadsheets.limited import preview_in_child
from spreadsheets.looking import ColumnRead, Preview
from uploads import column_actions, kinds, steps
from uploads.forms import ColumnsForm
from uploads.models import Upload
from uploads.views.running import told_of
from uploads.views.shared import page_url, rights, sentences, title_of
from uploads.wording import Texts, is_identity


@dataclass(frozen=True)
class ColumnShown:
    """One column of the file with what it is, or would be, read as."""

    column: ColumnRead
    selected: str
    told: str
    samples: list[tuple[str, bool]]
    """Cells, and whether each is an identity number."""


@dataclass(frozen=True)
class Line:
    """One of the first rows of the sheet."""

    number: int
    cells: list[tuple[str, bool]]
    is_header: bool
    is_above: bool


def columns_page(request, upload: Upload) -> HttpResponse:
    if not request.user.has_perm("uploads.submit_upload"):
        raise PermissionDenied("Peran Anda tidak mencakup tindakan ini.")
    if request.method != "POST":
        return _shown(request, upload, ColumnsForm(request.GET))
    form = ColumnsForm(request.POST)
    try:
        if "lupakan" in request.POST:
            column_actions.forget_columns(kind=upload.kind, by=request.user)
            messages.success(
                request,
                "Pemetaan Anda dilupakan. Berkas berikutnya dibaca menurut judul dan isinya;"
                " pembacaan berkas ini tidak berubah.",
            )
            return redirect(request.path)
        if "benar" in request.POST:
            column_actions.confirm_columns(upload, columns=form.columns, by=request.user)
            messages.success(request, "Pembacaan kolom dipastikan.")
        else:
            column_actions.choose_columns(
                upload, columns=form.columns, header_row=form.header_row, by=request.user
            )
            messages.success(request, "Kolom disimpan. Berkas diperiksa lagi dari awal.")
    except (ValidationError, PermissionDenied) as refused:
        return _shown(request, upload, form, errors=sentences(refused))
    return redirect(page_url(upload))


def _shown(request, upload: Upload, form: ColumnsForm, *, errors=()) -> HttpResponse:
    if not rights(upload, request.user).columns:
        status = upload.get_status_display().lower()
        told = f"Unggahan ini {status}; kolomnya tidak dapat diubah lagi."
        messages.error(request, " ".join(errors) or told)
        return redirect(page_url(upload))
    said = form.said or steps.columns_said(upload)
    kind = kinds.get(upload.kind)
    try:
        preview = preview_in_child(
            upload.file.path, [kind.layout_path], steps.context_of(upload, columns=said)
        )
    except SheetRefused as refused:
        messages.error(request, f"Kolom berkas ini tidak dapat ditampilkan. {refused.message}")
        return redirect(page_url(upload))
    texts = Texts(kind.layout)
    decided = upload.issues.exclude(decision="").filter(row_number__gt=0)
    repaired = upload.issues.filter(code="DIPERBAIKI_DI_PORTAL")
    columns = [_column(column, texts, form.columns) for column in preview.columns]
    return render(
        request,
        "uploads/mapping_page.html",
        {
            "title": "Periksa kolom",
            "upload": upload,
            "upload_title": title_of(upload),
            "errors": errors,
            "preview": preview,
            "columns": columns,
            "labels": [
                texts.label(column.selected) if column.selected else "" for column in columns
            ],
            "fields": [
                (column.field, texts.label(column.field), column.required)
                for column in kind.layout.columns
            ],
            "lines": _lines(preview),
            "header_rows": _header_rows(preview),
            "header_row": _header_row(preview, form),
            "is_remembered": upload.columns is None
            and form.said is None
            and any(column.how == "pilihan" for column in preview.columns)
            and upload.sent_by_id == request.user.pk,
            "may_confirm": upload.is_editable and form.said is None,
            "decisions": decided.count() + repaired.count(),
            "back_url": page_url(upload),
        },
    )


def _column(column: ColumnRead, texts: Texts, posted: dict[str, str]) -> ColumnShown:
    """A guess is chosen beforehand only where the sheet cannot be read without that field."""
    told = told_of(column.how, column.confidence) if column.field else ""
    guess = column.guess
    if guess:
        told = f"{texts.label(guess)}? {told_of('', column.confidence)}"
    needed = column.guess if guess and texts.columns[guess].required else ""
    return ColumnShown(
        column,
        posted.get(column.key, column.field or needed),
        told,
        [(text, is_identity(text)) for text in column.samples],
    )


def _lines(preview: Preview) -> list[Line]:
    return [
        Line(
            number,
            [(text, is_identity(text)) for text in cells],
            number == preview.header_row,
            number < preview.header_row,
        )
        for number, cells in preview.rows
    ]


def _header_rows(preview: Preview) -> list[tuple[int, str]]:
    """Rows that may hold the headings, each with its first words."""
    return [
        (number, ", ".join([text for text in cells if text and not is_identity(text)][:3]))
        for number, cells in preview.rows
        if number <= SEARCHED_ROWS
    ]


def _header_row(preview: Preview, form: ColumnsForm) -> int | None:
    """What is sent with the columns: a row that the portal would not find by itself."""
    found_by_itself = any(column.how == "judul" for column in preview.columns)
    if form.header_row is not None or not found_by_itself:
        return preview.header_row
    return None
