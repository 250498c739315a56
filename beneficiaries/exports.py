"""Taking a list out of the portal: for a stated purpose, written down, masked as on the screen."""

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from django import forms
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.actions import log_export
from beneficiaries.identity import mask
from beneficiaries.models import Household, Person
from spreadsheets import writing

AT_MOST = 100_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Column:
    heading: str
    value: Callable
    is_identity: bool = False


@dataclass(frozen=True)
class Export:
    """A list as a file: what it is called and its columns."""

    name: str
    permission: str
    related: tuple[str, ...]
    columns: tuple[Column, ...]


_PLACE = (
    Column("KABUPATEN/KOTA", lambda row: row.village.parent.parent.full_name),
    Column("KECAMATAN", lambda row: row.village.parent.name),
    Column("DESA/KELURAHAN", lambda row: row.village.name),
)
HOUSEHOLDS = Export(
    "keluarga",
    "beneficiaries.view_household",
    ("village__parent__parent", "payee"),
    (
        Column("ID DTKS", lambda row: row.dtks_id),
        Column("NOKK", lambda row: row.kk_number, is_identity=True),
        Column("NAMA PENGURUS", lambda row: row.payee.name if row.payee else ""),
        Column("NIK PENGURUS", lambda row: row.payee.nik if row.payee else "", is_identity=True),
        *_PLACE,
        Column("ALAMAT", lambda row: row.address),
        Column("RT", lambda row: row.rt),
        Column("RW", lambda row: row.rw),
        Column("REGISTER", Household.get_register_display),
        Column("DESIL", lambda row: row.decile),
        Column("AKTIF", lambda row: "ya" if row.is_active else "tidak"),
    ),
)
PERSONS = Export(
    "orang",
    "beneficiaries.view_person",
    ("village__parent__parent", "household"),
    (
        Column("ID DTKS", lambda row: row.household.dtks_id),
        Column("NOKK", lambda row: row.household.kk_number, is_identity=True),
        Column("NIK", lambda row: row.nik, is_identity=True),
        Column("NAMA", lambda row: row.name),
        Column("HUB KELUARGA", Person.get_relation_display),
        Column("JENIS KELAMIN", lambda row: row.sex),
        Column("TEMPAT LAHIR", lambda row: row.birth_place),
        Column("TANGGAL LAHIR", lambda row: row.birth_date),
        *_PLACE,
        Column("AKTIF", lambda row: "ya" if row.is_active else "tidak"),
    ),
)


class PurposeForm(forms.Form):
    purpose = forms.CharField(
        label="Keperluan",
        min_length=10,
        max_length=200,
        widget=forms.TextInput(attrs={"class": "input"}),
        error_messages={
            "required": "Keperluan belum diisi. Sebutkan untuk apa data ini diunduh.",
            "min_length": "Keperluan terlalu singkat. Tulis sekurangnya 10 huruf.",
        },
    )


class ExportForm(PurposeForm):
    """Why the rows are taken out, and as which kind of file."""

    file_format = forms.ChoiceField(
        label="Jenis berkas",
        choices=[("xlsx", "Excel (.xlsx)"), ("csv", "Teks berpemisah (.csv)")],
        initial="xlsx",
        required=False,
        widget=forms.Select(attrs={"class": "input"}),
    )


def as_file(name: str, file_format: str, headings: list[str], rows: Iterable) -> HttpResponse:
    """The rows as a download. A CSV is parted by semicolons, as Excel in Indonesia opens it."""
    if file_format == "csv":
        text = io.StringIO()
        lines = csv.writer(text, delimiter=";")
        lines.writerow(headings)
        lines.writerows([writing.safe_text(cell) for cell in row] for row in rows)
        content, kind = text.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8"
    else:
        with NamedTemporaryFile(suffix=".xlsx") as file:
            writing.export(file.name, headings, rows)
            content, kind = Path(file.name).read_bytes(), XLSX
    ending = "csv" if file_format == "csv" else "xlsx"
    return HttpResponse(
        content,
        content_type=kind,
        headers={"Content-Disposition": f'attachment; filename="{name}.{ending}"'},
    )


def export(model_admin, request, queryset, what: Export) -> HttpResponse:
    """Ask for the purpose; with one, write it down and send the rows as a workbook.

    The rows are those of the action, hence of the user's scope. Identity numbers are masked unless
    the user may see them in full.
    """
    user = request.user
    if not user.has_perm(what.permission) or user.home_region is None:
        raise PermissionDenied
    row_count = queryset.order_by()[: AT_MOST + 1].count()
    form = ExportForm(request.POST if "purpose" in request.POST else None)
    if row_count > AT_MOST or not form.is_valid():
        context = {
            **model_admin.admin_site.each_context(request),
            "title": f"Unduh daftar {what.name}",
            "opts": model_admin.opts,
            "form": form,
            "row_count": row_count,
            "is_too_much": row_count > AT_MOST,
            "at_most": AT_MOST,
            "is_masked": not user.has_perm("accounts.reveal_identity"),
            "action": request.POST.get("action", ""),
            "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "select_across": request.POST.get("select_across", "0"),
            "checkbox_name": ACTION_CHECKBOX_NAME,
        }
        return render(request, "beneficiaries/export_purpose.html", context)
    return _send(user, queryset, what, **form.cleaned_data)


def _send(user, queryset, what: Export, purpose: str, file_format: str) -> HttpResponse:
    in_full = user.has_perm("accounts.reveal_identity")
    row_count = 0

    def rows():
        nonlocal row_count
        for row in queryset.select_related(*what.related).iterator(chunk_size=2000):
            row_count += 1
            yield [
                mask(value) if column.is_identity and not in_full else value
                for column in what.columns
                for value in [column.value(row)]
            ]

    # Written within the request: what is sent later would no longer run inside the user's scope.
    name = f"{what.name}-{timezone.localdate():%Y-%m-%d}"
    with transaction.atomic():
        response = as_file(name, file_format, [column.heading for column in what.columns], rows())
        log_export(
            by=user,
            region=user.home_region,
            subject=f"Daftar {what.name}",
            purpose=purpose,
            row_count=row_count,
        )
    return response
