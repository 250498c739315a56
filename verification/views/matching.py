"""Requests to the civil registry: asking, downloading the request, following its answer."""

import csv
import io
from pathlib import Path
from tempfile import NamedTemporaryFile
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import slugify

from accounts.actions import log_export
from accounts.admin import regions_inside
from regions.models import Region
from spreadsheets import writing
from verification import tasks
from verification.actions import matching as actions
from verification.figures import matching as figures
from verification.models import MatchBatch, MatchResult, Round

# What the civil registry needs to find a person; the answer comes back by NIK or by ID.
REQUEST_COLUMNS = (
    ("ID PERMINTAAN", "batch_id"),
    ("ID ORANG", "person_id"),
    ("NIK", "asked_nik"),
    ("NO_KK", "person__household__kk_number"),
    ("NAMA_LGKP", "person__name"),
    ("TMPT_LHR", "person__birth_place"),
    ("TGL_LHR", "person__birth_date"),
    ("JENIS_KLMIN", "person__sex"),
    ("NAMA_LGKP_IBU", "person__mother_name"),
    ("KAB_NAME", "village__parent__parent__name"),
    ("KEC_NAME", "village__parent__name"),
    ("KEL_NAME", "village__name"),
)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class RequestForm(forms.Form):
    region = forms.ModelChoiceField(
        Region.objects.none(),
        label="Wilayah",
        empty_label=None,
        error_messages={"invalid_choice": "Wilayah ini di luar wilayah tugas Anda."},
    )
    choice = forms.ChoiceField(
        label="Siapa yang diminta",
        choices=MatchBatch.Choice,
        initial=MatchBatch.Choice.BELUM_PADAN,
        widget=forms.RadioSelect,
    )
    round = forms.ModelChoiceField(
        Round.objects.none(),
        label="Hanya keluarga dalam putaran",
        required=False,
        empty_label="Semua keluarga",
    )
    form = forms.ChoiceField(
        label="Bentuk jawaban",
        choices=MatchBatch.Form,
        initial=MatchBatch.Form.JAWABAN,
        widget=forms.RadioSelect,
    )
    purpose = forms.CharField(
        label="Keperluan",
        max_length=200,
        min_length=10,
        widget=forms.TextInput(attrs={"class": "input"}),
        error_messages={
            "required": "Keperluan belum diisi. Sebutkan untuk apa data ini dipadankan.",
            "min_length": "Keperluan terlalu singkat. Tulis sekurangnya 10 huruf.",
        },
        help_text="Dicatat bersama permintaan, misalnya: Pemadanan triwulan IV 2021.",
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        levels = [Region.Level.REGENCY, Region.Level.DISTRICT]
        own = regions_inside(user.scope).filter(level__in=levels).order_by("code")
        self.fields["region"].queryset = own
        self.fields["region"].label_from_instance = lambda region: (
            region.full_name
            if region.level == Region.Level.REGENCY
            else f"\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}{region.full_name}"
        )
        self.fields["round"].queryset = Round.objects.visible_to(user)


def add_request(request: HttpRequest) -> HttpResponse:
    form = RequestForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            batch = actions.request_match(by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, "Permintaan dibuat. Unduh lembarnya untuk Dukcapil.")
            return redirect("admin:verification_matchbatch_change", batch.pk)
    context = {
        **admin.site.each_context(request),
        "title": "Buat permintaan pemadanan",
        "form": form,
    }
    return render(request, "verification/request_add.html", context)


def request_page(request: HttpRequest, batch: MatchBatch) -> HttpResponse:
    """What was asked for, what came back; the caller has checked the scope."""
    user = request.user
    results = MatchResult.objects.visible_to(user).filter(batch=batch)
    results_url = reverse("admin:verification_matchresult_changelist")
    counted = figures.of_results(results)
    is_waiting = batch.status == MatchBatch.Status.DIMINTA
    context = {
        **admin.site.each_context(request),
        "title": f"Permintaan {batch.pk}",
        "batch": batch,
        "look": figures.BATCH_LOOKS[batch.status],
        "figures": counted,
        "rows": [
            (
                count,
                f"{results_url}?"
                + urlencode({"batch__id__exact": batch.pk, "outcome__exact": count.outcome}),
            )
            for count in counted.outcomes
            if count.outcome
        ],
        "all_url": f"{results_url}?{urlencode({'batch__id__exact': batch.pk})}",
        "queue_url": f"{results_url}?"
        + urlencode({"batch__id__exact": batch.pk, "state__exact": MatchResult.State.ANTRE}),
        "may_download": is_waiting
        and (
            user.has_perm("verification.answer_matchbatch")
            or user.has_perm("verification.add_matchbatch")
        ),
        "may_match": batch.status == MatchBatch.Status.GAGAL
        and user.has_perm("verification.add_matchbatch"),
        "may_cancel": is_waiting and user.has_perm("verification.add_matchbatch"),
        "may_see_results": user.has_perm("verification.view_matchresult"),
    }
    return render(request, "verification/request.html", context)


def match_again(request: HttpRequest, batch: MatchBatch) -> HttpResponse:
    if not request.user.has_perm("verification.add_matchbatch"):
        raise PermissionDenied
    if request.method == "POST":
        try:
            actions.match_again(batch, by=request.user)
        except ValidationError as refused:
            messages.error(request, " ".join(refused.messages))
        else:
            tasks.match.enqueue(batch.pk)
            messages.info(request, "Pemadanan dimulai lagi. Hasilnya muncul di halaman ini.")
    return redirect("admin:verification_matchbatch_change", batch.pk)


def cancel_request(request: HttpRequest, batch: MatchBatch) -> HttpResponse:
    if not request.user.has_perm("verification.add_matchbatch"):
        raise PermissionDenied
    url = reverse("admin:verification_matchbatch_change", args=[batch.pk])
    if request.method == "POST":
        try:
            actions.cancel_batch(batch, by=request.user)
        except ValidationError as refused:
            messages.error(request, " ".join(refused.messages))
        else:
            messages.success(request, "Permintaan dibatalkan. Orangnya dapat diminta lagi.")
        return redirect(url)
    context = {
        **admin.site.each_context(request),
        "title": "Batalkan permintaan ini?",
        "text": "Lembar yang sudah diunduh tidak berlaku lagi dan jawabannya tidak diterima.",
        "action_text": "Batalkan permintaan",
        "back_url": url,
    }
    return render(request, "portal/confirm_page.html", context)


def download_request(request: HttpRequest, pk: int, ending: str) -> HttpResponse:
    """The request as a sheet (xlsx or csv) with numbers in full; every download is logged."""
    user = request.user
    batch = get_object_or_404(MatchBatch.objects.visible_to(user).select_related("region"), pk=pk)
    may = user.has_perm("verification.answer_matchbatch") or user.has_perm(
        "verification.add_matchbatch"
    )
    if not may:
        raise PermissionDenied
    url = redirect("admin:verification_matchbatch_change", batch.pk)
    try:
        actions.valid_agreement(batch.region)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
        return url
    if batch.status != MatchBatch.Status.DIMINTA:
        messages.warning(request, "Permintaan ini tidak lagi menunggu jawaban.")
        return url
    rows = (
        MatchResult.objects.visible_to(user)
        .filter(batch=batch)
        .order_by("village", "person__household_id", "person_id")
        .values_list(*(path for _, path in REQUEST_COLUMNS))
    )
    headings = [heading for heading, _ in REQUEST_COLUMNS]
    name = slugify(f"permintaan {batch.pk} {batch.region.name}")
    with transaction.atomic():
        written = map(_texts, rows.iterator(chunk_size=2000))
        content = _xlsx(headings, written) if ending == "xlsx" else _csv(headings, written)
        log_export(
            by=user,
            region=batch.region,
            subject=f"Permintaan pemadanan {batch.pk}",
            purpose=batch.purpose,
            row_count=batch.people,
        )
    return HttpResponse(
        content,
        content_type=XLSX if ending == "xlsx" else "text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.{ending}"'},
    )


def _texts(row) -> list[str]:
    return [
        "" if value is None else f"{value:%d-%m-%Y}" if hasattr(value, "year") else str(value)
        for value in row
    ]


def _xlsx(headings, rows) -> bytes:
    with NamedTemporaryFile(suffix=".xlsx") as file:
        writing.export(file.name, headings, rows)
        return Path(file.name).read_bytes()


def _csv(headings, rows) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow(headings)
    writer.writerows([writing.safe_text(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")
