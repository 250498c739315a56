"""Papers of an endorsement: taken out for a stated purpose, and a file held against the list."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import slugify

from accounts.actions import log_export
from beneficiaries.exports import PurposeForm
from spreadsheets.errors import SheetRefused
from spreadsheets.words import thousands
from verification import documents, endorsed
from verification.models import Endorsement
from verification.views.endorsement import page_url, render_form
from verification.views.forms import file_field

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHOWN = 50
NAMES = {
    "position": "Nomor urut",
    "case_id": "ID kasus",
    "village_code": "Kode wilayah",
    "dtks_id": "ID DTKS",
    "kk_number": "Nomor KK",
    "nik": "NIK",
    "name": "Nama",
    "address": "Alamat",
    "rt": "RT",
    "rw": "RW",
    "result": "Hasil",
    "reason": "Alasan",
}
IDENTITY = frozenset({"nik", "kk_number"})


def sent_file(content: bytes, name: str, content_type: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type=content_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Content-Type-Options": "nosniff",
        },
    )


def _file_name(endorsement: Endorsement, what: str, ending: str) -> str:
    return f"{slugify(f'{what} {endorsement.region.name} {endorsement.round.name}')}.{ending}"


def download_minutes(request: HttpRequest, endorsement: Endorsement) -> HttpResponse:
    """The berita acara holds numbers and no family, so no purpose is asked."""
    content = documents.minutes(endorsed.paper_of(endorsement))
    return sent_file(content, _file_name(endorsement, "berita acara", "docx"), DOCX)


@dataclass(frozen=True)
class _Paper:
    title: str
    text: str
    button: str


_PAPERS = {
    "daftar": _Paper(
        "Unduh daftar pengesahan",
        "{families} keluarga dengan NIK dan nomor KK lengkap. Nama Anda, keperluan, dan jumlah"
        " baris dicatat.",
        "Unduh daftar",
    ),
    "paket": _Paper(
        "Unduh paket penerusan",
        "BNBA {families} keluarga dengan nomor lengkap, berita acara, dan ringkasan. Nama Anda dan"
        " keperluan dicatat.",
        "Unduh paket",
    ),
}


def download(request: HttpRequest, endorsement: Endorsement, what: str) -> HttpResponse:
    """Ask for the purpose; with one, write it down and send the file."""
    user = request.user
    paper = _PAPERS.get(what)
    if paper is None or (what == "paket" and not endorsement.package):
        raise Http404
    if not user.has_perm("verification.download_endorsement"):
        raise PermissionDenied
    form = PurposeForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return render_form(
            request,
            form,
            title=paper.title,
            text=paper.text.format(families=thousands(endorsement.families)),
            button=paper.button,
            back_url=page_url(endorsement),
            trail=[
                ("Pengesahan", reverse("admin:verification_endorsement_changelist")),
                (str(endorsement.region), page_url(endorsement)),
            ],
        )
    with transaction.atomic():
        log_export(
            by=user,
            region=endorsement.region,
            subject=f"{paper.title.removeprefix('Unduh ').capitalize()}: {endorsement}"[:200],
            purpose=form.cleaned_data["purpose"],
            row_count=endorsement.families,
        )
        if what == "paket":
            name = _file_name(endorsement, "penerusan", "zip")
            response = FileResponse(
                endorsement.package.open("rb"), as_attachment=True, filename=name
            )
            response["X-Content-Type-Options"] = "nosniff"
            return response
        with TemporaryDirectory() as place:
            path = Path(place) / "daftar.xlsx"
            endorsed.write_list(endorsement, path)
            content = path.read_bytes()
    return sent_file(content, _file_name(endorsement, "daftar pengesahan", "xlsx"), XLSX)


class CheckForm(forms.Form):
    file = file_field(
        "Berkas daftar pengesahan",
        "Berkas Excel yang dibuat portal. Isinya hanya dibandingkan dan tidak disimpan.",
        ".xlsx",
        "Berkas belum dipilih.",
    )


def check_file(request: HttpRequest, endorsement: Endorsement) -> HttpResponse:
    """Is this file the endorsed list? Where it is not, the page says where."""
    form = CheckForm(request.POST if request.method == "POST" else None, request.FILES or None)
    result = None
    if request.method == "POST" and form.is_valid():
        with NamedTemporaryFile(suffix=".xlsx") as copy:
            for chunk in form.cleaned_data["file"].chunks():
                copy.write(chunk)
            copy.flush()
            try:
                result = endorsed.check_file(endorsement, copy.name)
            except SheetRefused as refused:
                form.add_error("file", refused.message)
    stored = endorsed.hash_of(endorsement)
    comparison = result.comparison if result else None
    context = {
        **admin.site.each_context(request),
        "title": "Periksa kesesuaian berkas",
        "endorsement": endorsement,
        "endorsement_url": page_url(endorsement),
        "form": form,
        "result": result,
        "is_intact": stored == endorsement.list_hash,
        "changes": [
            (change, NAMES[change.field], change.field in IDENTITY)
            for change in comparison.changes[:SHOWN]
        ]
        if comparison
        else [],
        "missing": comparison.missing[:SHOWN] if comparison else [],
        "added": comparison.added[:SHOWN] if comparison else [],
        "shown": SHOWN,
    }
    return render(request, "verification/endorsement_check.html", context)
