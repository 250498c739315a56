"""The page of a round, its sheets, and the page of a case."""

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify

from accounts.actions import log_export
from accounts.admin import regions_inside
from accounts.scope import Scope
from regions.models import Region
from spreadsheets.words import thousands
from spreadsheets.writing import prefilled
from uploads.models import Upload
from uploads.wording import STATUS_LOOKS as UPLOAD_LOOKS
from verification.actions import rounds as actions
from verification.choosing import preview
from verification.figures import rounds as figures
from verification.figures.findings import place_filters
from verification.models import Case, CaseCount, Round
from verification.risks import of as risks_of
from verification.round_form import RoundForm
from verification.sheets import HASIL_VERIFIKASI

KIND = HASIL_VERIFIKASI.key
ROUND_LOOKS = {
    Round.Status.DISIAPKAN: ("idle", "edit"),
    Round.Status.BERJALAN: ("info", "clock"),
    Round.Status.DITUTUP: ("idle", "lock"),
}
UPLOADS_SHOWN = 8
SOON_DAYS = 7


def due_of(round: Round) -> tuple[str, str]:
    """How the time left is said, and its tone."""
    if round.status == Round.Status.DITUTUP:
        return "", "idle"
    days = (round.due_on - timezone.localdate()).days
    if days < 0:
        return f"lewat {-days} hari", "bad"
    if days == 0:
        return "hari ini", "warn"
    return f"{days} hari lagi", "warn" if days <= SOON_DAYS else "idle"


# Sheets to fill in

_SHEET_COLUMNS = (
    "pk",
    "village__parent__name",
    "village__name",
    "household__address",
    "household__kk_number",
    "household__payee__nik",
    "household__payee__name",
    "household__payee__birth_date",
)
_FILLED = (
    "case_id",
    "district",
    "village_name",
    "address",
    "kk_number",
    "nik",
    "name",
    "birth_date",
)


def _as_text(value) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)


def sheet(request: HttpRequest, round_id: int, code: str) -> HttpResponse:
    """The pre-filled sheet of a kabupaten/kota or kecamatan: cases to do, all with ?isi=semua.

    It holds identity numbers in full, since the officer compares them with the KTP-el at the door;
    every download is written down.
    """
    user = request.user
    if not user.has_perm("verification.download_sheet"):
        raise PermissionDenied
    round = get_object_or_404(Round.objects.visible_to(user), pk=round_id)
    levels = [Region.Level.REGENCY, Region.Level.DISTRICT]
    region = get_object_or_404(regions_inside(user.scope).filter(level__in=levels), pk=code)
    if not round.round_regions.filter(region=code[:5]).exists():
        raise Http404
    back = redirect("admin:verification_round_change", round.pk)
    if round.status != Round.Status.BERJALAN:
        messages.warning(
            request,
            f"Putaran ini {round.get_status_display().lower()}; lembarnya tidak dapat diunduh.",
        )
        return back
    cases = Case.objects.visible_to(user).filter(Scope((code,)).condition(Case.PLACE), round=round)
    if request.GET.get("isi") != "semua":
        cases = cases.to_do()
    handle, path = tempfile.mkstemp(suffix=".xlsx")
    os.close(handle)
    try:
        with transaction.atomic():
            row_count = _write_sheet(cases, path, round, region)
            if not row_count:
                messages.info(request, f"Tidak ada kasus yang harus diverifikasi lagi di {region}.")
                return back
            log_export(
                by=user,
                region=region,
                subject=f"Lembar verifikasi {region}",
                purpose=f"Verifikasi {round}",
                row_count=row_count,
            )
        name = slugify(f"verifikasi {round.name} {region.name}")
        return FileResponse(open(path, "rb"), as_attachment=True, filename=f"{name}.xlsx")
    finally:
        os.unlink(path)


def _write_sheet(cases, path: str, round: Round, region: Region) -> int:
    ordered = cases.order_by("village", "household__rw", "household__rt", "pk")
    rows = (
        dict(zip(_FILLED, map(_as_text, values), strict=True))
        for values in ordered.values_list(*_SHEET_COLUMNS).iterator(chunk_size=2000)
    )
    return prefilled(
        HASIL_VERIFIKASI,
        rows,
        path,
        identity={
            "layout": KIND,
            "round": str(round.pk),
            "region": region.code,
            "made_at": timezone.localtime().isoformat(timespec="seconds"),
        },
        title=f"{HASIL_VERIFIKASI.title} {round.name}, {region}",
        filled=_FILLED,
    )


# Rounds


def _initial_of(round: Round) -> dict:
    initial = actions.settings_of(round)
    for part in round.round_regions.all():
        initial.setdefault("regions", []).append(part.region_id)
        initial[f"share_{part.region_id}"] = part.target_share
        initial[f"count_{part.region_id}"] = part.target_count
    return initial


def add_round(request: HttpRequest) -> HttpResponse:
    """A new round; with ?salin=<number> it begins with the settings and targets of that one."""
    copied = None
    if request.GET.get("salin", "").isdecimal():
        copied = get_object_or_404(Round.objects.visible_to(request.user), pk=request.GET["salin"])
    initial = _initial_of(copied) if copied else {}
    form = RoundForm(request.POST or None, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            round = actions.create_round(by=request.user, copied_from=copied, **form.arguments())
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, f"{round} disimpan. Periksa daftar awalnya, lalu buka.")
            return redirect("admin:verification_round_change", round.pk)
    title = f"Salin {copied}" if copied else "Siapkan putaran verifikasi"
    return _round_form(request, form, title, reverse("admin:verification_round_changelist"))


def edit_round(request: HttpRequest, round: Round) -> HttpResponse:
    """The settings of a round that has not been opened."""
    if not request.user.has_perm("verification.change_round"):
        raise PermissionDenied
    url = reverse("admin:verification_round_change", args=[round.pk])
    if round.status != Round.Status.DISIAPKAN:
        messages.warning(request, "Putaran ini sudah dibuka, jadi pengaturannya tidak berubah.")
        return redirect(url)
    initial = _initial_of(round) | {
        "name": round.name,
        "starts_on": round.starts_on,
        "due_on": round.due_on,
        "sample_seed": round.sample_seed,
    }
    for part in round.round_regions.all():
        initial[f"due_{part.region_id}"] = part.due_on
    form = RoundForm(request.POST or None, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_round(round, by=request.user, **form.arguments())
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, "Pengaturan putaran disimpan.")
            return redirect(url)
    return _round_form(request, form, f"Ubah {round}", url)


def _round_form(request: HttpRequest, form: RoundForm, title: str, back: str) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": title,
        "dates": [form["starts_on"], form["due_on"]],
        "registers": [form["frequency"], form["register"], form["register_date"]],
        "sample": [form["stratum"], form["sample_share"], form["sample_seed"]],
        "form": form,
        "back_url": back,
    }
    return render(request, "verification/round_add.html", context)


@dataclass(frozen=True)
class Step:
    """What can be done next with a round: opening, closing, opening again.

    `key` names its address; `done` tells what happened, with {name} and {count}.
    """

    key: str
    run: Callable
    title: str
    text: str
    button: str
    done: str
    icon: str
    fields: str = ""

    def url(self, round: Round) -> str:
        return reverse(f"admin:verification_round_{self.key}", args=[round.pk])


def next_step(round: Round) -> Step:
    """The one change of status that is possible now, with what it will do in figures."""
    if round.status == Round.Status.DISIAPKAN:
        regions = round.round_regions.count()
        return Step(
            "buka",
            run=actions.open_round,
            title=f"Buka {round}?",
            text=f"Setiap keluarga yang terpilih di {regions} kabupaten/kota menjadi satu kasus."
            " Daftar awal ditetapkan pada saat putaran dibuka dan tidak berubah lagi.",
            button="Buka putaran",
            done="{name} dibuka dengan {count} kasus.",
            icon="check",
        )
    if round.status == Round.Status.BERJALAN:
        return Step(
            "tutup",
            run=actions.close_round,
            title=f"Tutup {round}?",
            text="Kunjungan dan unggahan baru tidak diterima lagi. Putaran dapat dibuka kembali.",
            button="Tutup putaran",
            done="{name} ditutup.",
            icon="lock",
            fields="verification/fields_close.html",
        )
    return Step(
        "buka-kembali",
        run=actions.reopen_round,
        title=f"Buka kembali {round}?",
        text="Lembar dapat diunduh dan diunggah lagi. Daftar kasus tidak berubah.",
        button="Buka kembali putaran",
        done="{name} dibuka kembali.",
        icon="undo",
    )


@dataclass(frozen=True)
class Left:
    """Work that a closing round leaves behind, and what becomes of it."""

    number: int
    url: str
    text: str


def left_open(round: Round) -> list[Left]:
    """Asked for the whole round: closing closes it everywhere."""
    counted = figures.progress_of_rounds(CaseCount.objects.filter(round=round)).get(round.pk)
    urls = _lists(round)
    waiting = Upload.objects.waiting().filter(kind=KIND, reference=str(round.pk))
    told = [
        Left(
            waiting.count(),
            _address("uploads_upload", {"jenis": KIND, "acuan": round.pk}),
            "unggahan menunggu persetujuan dan masih dapat diputus",
        )
    ]
    if counted:
        told = [
            Left(counted.open, urls["open"], "kasus belum dikunjungi atau dikembalikan"),
            Left(counted.visited, urls["visited"], "kunjungan masih dapat disetujui"),
            *told,
        ]
    return [one for one in told if one.number]


def change_status(request: HttpRequest, round: Round, key: str) -> HttpResponse:
    """Ask, then do it; the page of the round shows the same question as a dialog."""
    if not request.user.has_perm("verification.change_round"):
        raise PermissionDenied
    url = reverse("admin:verification_round_change", args=[round.pk])
    step = next_step(round)
    if step.key != key:
        messages.warning(request, f"Putaran ini sudah {round.get_status_display().lower()}.")
        return redirect(url)
    if request.method == "POST":
        try:
            done = step.run(round, by=request.user, **_asked_at_closing(request, key))
        except ValidationError as refused:
            messages.error(request, " ".join(refused.messages))
        else:
            count = thousands(done) if isinstance(done, int) else ""
            text = step.done.format(name=round, count=count)
            messages.success(request, f"{text} {_closed_text(done)}".strip())
        return redirect(url)
    context = {
        **admin.site.each_context(request),
        "title": step.title,
        "text": step.text,
        "action_text": step.button,
        "fields": step.fields,
        "left_open": left_open(round) if key == "tutup" else [],
        "carry_rounds": carry_rounds(request.user, round),
        "back_url": url,
    }
    return render(request, "portal/confirm_page.html", context)


def carry_rounds(user, round: Round):
    """Rounds that may take over what stays open."""
    others = Round.objects.visible_to(user).exclude(status=Round.Status.DITUTUP)
    return others.exclude(pk=round.pk)


def _asked_at_closing(request: HttpRequest, key: str) -> dict:
    chosen = request.POST.get("carry_to", "")
    if key != "tutup" or not chosen:
        return {}
    others = carry_rounds(request.user, Round(pk=0))
    target = others.filter(pk=chosen).first() if chosen.isdecimal() else None
    if target is None:
        raise ValidationError("Putaran tujuan tidak ada lagi. Pilih kembali.")
    return {"carry_to": target}


def _closed_text(done) -> str:
    if not isinstance(done, actions.Closed):
        return ""
    told = []
    if done.carried:
        told.append(f"{thousands(done.carried)} kasus dibawa ke putaran berikutnya.")
    if done.ended:
        told.append(f"{thousands(done.ended)} kasus berakhir tanpa hasil.")
    if done.waiting:
        told.append(f"{thousands(done.waiting)} kasus masih menunggu persetujuan.")
    return " ".join(told)


def round_page(request: HttpRequest, round: Round) -> HttpResponse:
    """Progress place by place, sheets to download, uploads; the caller has checked the scope."""
    user = request.user
    url = reverse("admin:verification_round_change", args=[round.pk])
    regencies = list(
        Region.objects.filter(pk__in=round.round_regions.values("region_id")).order_by("code")
    )
    if not user.scope.is_province:
        regencies = [region for region in regencies if region.code in user.scope.regencies]
    wanted = request.GET.get("wilayah", "")
    regency = next((region for region in regencies if region.code == wanted), None)
    if len(regencies) == 1:
        regency = regencies[0]
    counts = CaseCount.objects.visible_to(user).filter(round=round)
    if regency:
        counts = counts.filter(regency_code=regency.code)
    places = figures.progress(counts, by="district" if regency else "regency")
    total = figures.total_of(places, regency.code if regency else "")
    targets = figures.targets(round, {place.code: place for place in places})
    is_running = round.status == Round.Status.BERJALAN
    can_download = is_running and user.has_perm("verification.download_sheet")
    can_send = is_running and user.has_perm("uploads.add_upload")
    uploads = (
        Upload.objects.visible_to(user)
        .filter(kind=KIND, reference=str(round.pk))
        .select_related("region", "sent_by")
    )
    if regency:
        uploads = uploads.filter(regency_code=regency.code)
    due_text, due_tone = due_of(round)
    step = next_step(round) if user.has_perm("verification.change_round") else None
    context = {
        **admin.site.each_context(request),
        "title": round.name,
        "round": round,
        "look": ROUND_LOOKS[round.status],
        "due_text": due_text,
        "due_tone": due_tone,
        "regencies": regencies,
        "regency": regency,
        "is_one_regency": len(regencies) == 1,
        "total": total,
        "total_urls": _lists(round, total.code),
        "rows": [
            _place_row(user, round, place, can_download, can_send, targets.get(place.code))
            for place in places
        ],
        "has_targets": any(targets.values()),
        "whole": _place_row(user, round, total, can_download, can_send) if regency else None,
        "uploads": [(upload, UPLOAD_LOOKS[upload.status]) for upload in uploads[:UPLOADS_SHOWN]],
        "uploads_url": _address(
            "uploads_upload",
            {"jenis": KIND, "acuan": round.pk} | ({"kabupaten": regency.code} if regency else {}),
        ),
        "can_view_uploads": user.has_perm("uploads.view_upload"),
        "step": step,
        "step_url": step and step.url(round),
        "left_open": left_open(round) if step and step.fields else [],
        "carry_rounds": carry_rounds(user, round) if step and step.fields else [],
        "preview": preview(round) if round.status == Round.Status.DISIAPKAN else [],
        "officers": [
            (one, _lists(round, regency.code, petugas=one.officer.pk))
            for one in figures.progress_by_officer(counts.exclude(officer=None))
        ]
        if regency
        else [],
        "can_edit": round.status == Round.Status.DISIAPKAN
        and user.has_perm("verification.change_round"),
        "can_copy": user.has_perm("verification.add_round"),
        "risk_titles": [risk.title for risk in risks_of(round.risks)],
        "url": url,
    }
    return render(request, "verification/round.html", context)


# The parts of `figures.Progress` and the filter of the list of cases that means each.
_PARTS = {
    "total": {},
    "to_visit": {"status__exact": Case.Status.BELUM},
    "visited": {"status__exact": Case.Status.DIKUNJUNGI},
    "sent": {"status__exact": Case.Status.DIAJUKAN},
    "returned": {"status__exact": Case.Status.DIKEMBALIKAN},
    "approved": {"status__exact": Case.Status.DISETUJUI},
    "ended": {"status__exact": Case.Status.BERAKHIR},
    "open": {"status__in": ",".join(Case.OPEN_TO_VISIT)},
}


def _lists(round: Round, place: str = "", **filters) -> dict[str, str]:
    """The list of cases behind each part of a progress."""
    where = {"round__id__exact": round.pk, **place_filters(place), **filters}
    return {name: _address("verification_case", where | filter) for name, filter in _PARTS.items()}


def _address(model: str, parameters: dict) -> str:
    return f"{reverse(f'admin:{model}_changelist')}?{urlencode(parameters)}"


def _place_row(
    user, round: Round, place: figures.Progress, can_download, can_send, target=None
) -> dict:
    """A place with the addresses of its lists and of what can be done for it."""
    urls = _lists(round, place.code)
    is_regency = len(place.code) == 5
    inside = user.scope.contains(place.code)
    return {
        "place": place,
        "url": f"?{urlencode({'wilayah': place.code})}" if is_regency else urls["total"],
        "urls": urls,
        "target": target,
        "sheet_url": reverse("verification:sheet", args=[round.pk, place.code])
        if can_download and inside and place.open
        else "",
        "send_url": reverse("admin:uploads_upload_add")
        + "?"
        + urlencode({"jenis": KIND, "wilayah": place.code, "acuan": round.pk})
        if can_send and inside
        else "",
    }
