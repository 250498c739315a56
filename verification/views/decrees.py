"""Recording a decree, the page of its comparison, applying and undoing it, taking it out."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import slugify

from accounts.actions import log_export
from beneficiaries.exports import PurposeForm
from beneficiaries.identity import mask
from regions.models import Region
from spreadsheets import writing
from spreadsheets.errors import SheetRefused
from spreadsheets.words import thousands
from verification.actions import decrees as actions
from verification.figures import endorsement as figures
from verification.models import Decree, Endorsement
from verification.views.endorsement import ConfirmForm, ReasonForm, page_url, render_form
from verification.views.forms import DateInput, TextInput, file_field, kept_scan, scan_field
from verification.views.papers import XLSX, sent_file

Status = Decree.Status


def decree_url(decree: Decree) -> str:
    return reverse("admin:verification_decree_change", args=[decree.pk])


class DecreeForm(forms.Form):
    number = forms.CharField(
        label="Nomor penetapan",
        max_length=100,
        widget=TextInput,
        error_messages={"required": "Nomor penetapan belum diisi."},
    )
    signed_on = forms.DateField(
        label="Tanggal penetapan",
        widget=DateInput,
        error_messages={"required": "Tanggal penetapan belum diisi."},
    )
    official_name = forms.CharField(
        label="Nama pejabat",
        max_length=150,
        widget=TextInput,
        error_messages={"required": "Nama pejabat belum diisi."},
    )
    official_office = forms.CharField(
        label="Jabatan",
        max_length=150,
        widget=TextInput,
        initial="Menteri Sosial",
        error_messages={"required": "Jabatan pejabat belum diisi."},
    )
    effective_on = forms.DateField(
        label="Berlaku mulai",
        widget=DateInput,
        help_text="Kepesertaan dimulai dan diakhiri pada tanggal ini.",
        error_messages={"required": "Tanggal mulai berlaku belum diisi."},
    )
    scan = scan_field("Pindaian surat keputusan")
    list_file = file_field(
        "Daftar penerima dalam penetapan",
        "Satu baris satu keluarga atau satu orang, dengan NIK dan nama; ID DTKS dan nomor KK"
        " bila ada. Excel, ODS, atau CSV.",
        ".xlsx,.xlsm,.xls,.xlsb,.ods,.csv,.txt",
        "Daftar penerima belum dipilih.",
    )


def record(request: HttpRequest, endorsement: Endorsement) -> HttpResponse:
    """The form of a decree; the caller has checked the scope."""
    user = request.user
    if not user.has_perm("verification.add_decree"):
        raise PermissionDenied
    form = DecreeForm(request.POST if request.method == "POST" else None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            with transaction.atomic():
                scan = kept_scan(
                    values.pop("scan"), endorsement.region, caption="Surat keputusan", by=user
                )
                decree = actions.record_decree(endorsement, by=user, scan=scan, **values)
        except SheetRefused as refused:
            form.add_error("list_file", refused.message)
        except ValidationError as refused:
            form.add_error(None, ValidationError(refused.messages))
        else:
            messages.success(
                request,
                f"Penetapan dicatat dan {thousands(decree.rows_read)} baris daftarnya dibandingkan."
                " Petugas lain menerapkannya.",
            )
            return redirect(decree_url(decree))
    return render_form(
        request,
        form,
        title="Catat penetapan",
        text=f"Untuk {thousands(endorsement.receiving)} penerima dan"
        f" {thousands(endorsement.left)} keluarga keluar dari {endorsement.region.full_name} yang"
        f" diteruskan pada {endorsement.round}.",
        button="Catat dan bandingkan",
        back_url=page_url(endorsement),
        trail=[
            ("Pengesahan", reverse("admin:verification_endorsement_changelist")),
            (str(endorsement.region), page_url(endorsement)),
        ],
    )


@dataclass(frozen=True)
class Step:
    """One thing that can be done with a decree now; `key` names its address."""

    key: str
    title: str
    button: str
    text: Callable[[Decree], str]
    run: Callable
    done: Callable[[Decree], str]
    permission: str
    after: str
    form: type[forms.Form]
    icon: str
    danger: bool = False


STEPS = {
    step.key: step
    for step in (
        Step(
            "terapkan",
            title="Terapkan penetapan",
            button="Terapkan penetapan",
            text=lambda one: (
                "Kepesertaan keluarga yang diteruskan masuk dan ditetapkan dimulai, yang diteruskan"
                " keluar dan tidak ditetapkan diakhiri dengan alasannya, mulai"
                f" {one.effective_on:%d-%m-%Y}. Perbedaan lain tidak mengubah data. Penerapan dapat"
                " diurungkan selama kepesertaan itu belum diubah lagi."
            ),
            run=actions.apply_decree,
            done=lambda one: (
                f"Penetapan diterapkan: {thousands(one.started)} kepesertaan dimulai,"
                f" {thousands(one.ended)} diakhiri."
            ),
            permission="verification.apply_decree",
            after=Status.DICATAT,
            form=ConfirmForm,
            icon="check",
        ),
        Step(
            "urungkan",
            title="Urungkan penerapan",
            button="Urungkan penerapan",
            text=lambda one: (
                f"{thousands(one.started)} kepesertaan yang dimulai dan {thousands(one.ended)} yang"
                " diakhiri kembali seperti semula. Semua atau tidak sama sekali."
            ),
            run=actions.undo_decree,
            done=lambda one: "Penerapan diurungkan. Kepesertaan kembali seperti semula.",
            permission="verification.apply_decree",
            after=Status.DITERAPKAN,
            form=ReasonForm,
            icon="undo",
            danger=True,
        ),
        Step(
            "batalkan",
            title="Batalkan penetapan ini",
            button="Batalkan penetapan",
            text=lambda one: (
                "Catatan dan perbandingan ini tidak dipakai lagi, tetapi tetap dapat dibaca."
                " Penetapan yang benar dapat dicatat sesudahnya."
            ),
            run=actions.cancel_decree,
            done=lambda one: "Penetapan dibatalkan.",
            permission="verification.add_decree",
            after=Status.DICATAT,
            form=ReasonForm,
            icon="x",
            danger=True,
        ),
    )
}


def _may(user, decree: Decree, step: Step) -> bool:
    if step.key == "terapkan" and user.pk == decree.recorded_by_id:
        return False
    return decree.status == step.after and user.has_perm(step.permission)


def take_step(request: HttpRequest, decree: Decree, key: str) -> HttpResponse:
    step = STEPS.get(key)
    if step is None:
        raise Http404
    if not request.user.has_perm(step.permission):
        raise PermissionDenied
    if decree.status != step.after:
        messages.warning(request, f"Penetapan ini {decree.get_status_display().lower()}.")
        return redirect(decree_url(decree))
    form = step.form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            changed = step.run(decree, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            form.add_error(None, ValidationError(refused.messages))
        else:
            messages.success(request, step.done(changed))
            return redirect(decree_url(decree))
    return render_form(
        request,
        form,
        title=step.title,
        text=step.text(decree),
        button=step.button,
        danger=step.danger,
        back_url=decree_url(decree),
        trail=[
            ("Penetapan", reverse("admin:verification_decree_changelist")),
            (decree.number, decree_url(decree)),
        ],
    )


def decree_page(request: HttpRequest, decree: Decree) -> HttpResponse:
    user = request.user
    context = {
        **admin.site.each_context(request),
        "title": str(decree),
        "decree": decree,
        "endorsement": decree.endorsement,
        "endorsement_url": page_url(decree.endorsement),
        "look": figures.DECREE_LOOKS[decree.status],
        "kinds": [
            (kind, count, url, figures.KIND_LOOKS[kind])
            for kind, count, url in figures.kinds_of(decree)
        ],
        "actions": [
            (step, reverse("admin:verification_decree_step", args=[decree.pk, step.key]))
            for step in STEPS.values()
            if _may(user, decree, step)
        ],
        "must_be_another": decree.status == Status.DICATAT
        and user.pk == decree.recorded_by_id
        and user.has_perm("verification.apply_decree"),
        "may_download": user.has_perm("verification.download_endorsement"),
    }
    return render(request, "verification/decree.html", context)


_HEADINGS = (
    *("PERBANDINGAN", "BARIS DAFTAR PENETAPAN", "KECAMATAN", "DESA/KELURAHAN", "ID DTKS"),
    *("NOMOR KK", "NIK", "NAMA", "HASIL YANG DITERUSKAN", "PERBEDAAN"),
)


def download(request: HttpRequest, decree: Decree) -> HttpResponse:
    """The comparison as a workbook, for a stated purpose, written down."""
    user = request.user
    if not user.has_perm("verification.download_endorsement"):
        raise PermissionDenied
    form = PurposeForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return render_form(
            request,
            form,
            title="Unduh perbandingan penetapan",
            text="Semua baris perbandingan dengan nomor identitas. Nama Anda, keperluan, dan"
            " jumlah baris dicatat.",
            button="Unduh perbandingan",
            back_url=decree_url(decree),
            trail=[
                ("Penetapan", reverse("admin:verification_decree_changelist")),
                (decree.number, decree_url(decree)),
            ],
        )
    in_full = user.has_perm("accounts.reveal_identity")
    names = dict(
        Region.objects.filter(code__startswith=decree.region_id).values_list("code", "name")
    )
    count = 0

    def rows():
        nonlocal count
        for line in decree.items.select_related("item").iterator(chunk_size=2_000):
            count += 1
            yield (
                line.get_kind_display(),
                line.row_number,
                names.get(line.village_id[:8], "") if len(line.village_id) > 5 else "",
                names.get(line.village_id, "") if len(line.village_id) > 5 else "",
                line.dtks_id,
                line.kk_number if in_full else mask(line.kk_number),
                line.nik if in_full else mask(line.nik),
                line.name,
                line.item.get_result_display() if line.item else "",
                "; ".join(
                    f"{label}: {_told(label, old, in_full)} → {_told(label, new, in_full)}"
                    for label, old, new in line.differences
                ),
            )

    with TemporaryDirectory() as place, transaction.atomic():
        path = Path(place) / "perbandingan.xlsx"
        writing.export(path, _HEADINGS, rows())
        log_export(
            by=user,
            region=decree.region,
            subject=f"Perbandingan {decree}"[:200],
            purpose=form.cleaned_data["purpose"],
            row_count=count,
        )
        content = path.read_bytes()
    name = slugify(f"perbandingan penetapan {decree.region.name} {decree.number}")
    return sent_file(content, f"{name}.xlsx", XLSX)


def _told(label: str, value: str, in_full: bool) -> str:
    return value if in_full or label not in ("NIK", "Nomor KK") else mask(value)
