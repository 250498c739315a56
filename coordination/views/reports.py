"""Laporan: choosing a report, waiting for it, fetching it."""

from dataclasses import dataclass

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import slugify

from accounts.admin import regions_inside
from coordination import report_files, reports, tasks
from coordination.forms.shared import place_choices
from coordination.models import ReportFile
from dashboards.figures import REGENCY_LENGTH
from regions.models import Region
from spreadsheets.words import thousands
from uploads.views.attachments import as_download

LOOKS = {
    ReportFile.Status.ANTRE: ("info", "clock"),
    ReportFile.Status.BERJALAN: ("info", "spin"),
    ReportFile.Status.SIAP: ("ok", "ok"),
    ReportFile.Status.GAGAL: ("bad", "bad"),
}
PER_PAGE = 20


def _region_choices(user, deepest: int) -> list:
    """Places of the user: down to the village, for the province down to the kecamatan."""
    if deepest == REGENCY_LENGTH:
        levels = [Region.Level.PROVINCE, Region.Level.REGENCY]
        regions = regions_inside(user.scope).filter(level__in=levels).order_by("code")
        return [(region.code, region.full_name) for region in regions]
    if not user.scope.is_province:
        groups = [place_choices(user, code[:5])[1:] for code in user.scope.codes]
        return [choice for group in groups for choice in group]
    choices: list = []
    levels = [Region.Level.PROVINCE, Region.Level.REGENCY, Region.Level.DISTRICT]
    for region in regions_inside(user.scope).filter(level__in=levels).order_by("code"):
        choice = (region.code, region.full_name)
        if region.level == Region.Level.PROVINCE:
            choices.append(choice)
        elif region.level == Region.Level.REGENCY:
            choices.append((region.full_name, [(region.code, f"Seluruh {region.full_name}")]))
        else:
            choices[-1][1].append(choice)
    return choices


class ReportForm(forms.Form):
    """Region, the filters of the report, the form of the file, and the purpose where needed."""

    def __init__(self, *args, user, report: reports.Report, **kwargs):
        super().__init__(*args, **kwargs)
        self.report = report
        self.fields["region"] = forms.ChoiceField(
            label="Wilayah", choices=_region_choices(user, report.deepest)
        )
        for filter_ in report.filters:
            empty = [] if filter_.required else [("", filter_.everything)]
            self.fields[filter_.name] = forms.ChoiceField(
                label=filter_.label,
                choices=[*empty, *filter_.choices_for(user).items()],
                required=filter_.required,
            )
        formats = [
            choice
            for choice in ReportFile.Format.choices
            if choice[0] != ReportFile.Format.DOCX or report.is_signed
        ]
        self.fields["format"] = forms.ChoiceField(label="Bentuk berkas", choices=formats)
        if report.is_personal:
            self.fields["purpose"] = forms.CharField(
                label="Keperluan",
                min_length=10,
                max_length=200,
                help_text="Contoh: bahan rapat koordinasi triwulan IV. Dicatat bersama nama Anda"
                " dan jumlah barisnya.",
                error_messages={
                    "required": "Keperluan belum diisi. Sebutkan untuk apa data ini diunduh.",
                    "min_length": "Keperluan terlalu singkat. Tulis sekurangnya 10 huruf.",
                },
            )

    def asked(self) -> dict:
        cleaned = self.cleaned_data
        return {
            "region": Region.objects.get(pk=cleaned["region"]),
            "options": {
                filter_.name: cleaned[filter_.name]
                for filter_ in self.report.filters
                if cleaned[filter_.name]
            },
            "format": cleaned["format"],
            "purpose": cleaned.get("purpose", ""),
        }


@dataclass(frozen=True)
class Line:
    file: ReportFile
    title: str
    look: tuple[str, str]
    options: str


def _line(found: ReportFile) -> Line:
    report = reports.get(found.report)
    chosen = [
        f"{filter_.label.lower()}: {filter_.choices_for(found.user)[found.options[filter_.name]]}"
        for filter_ in (report.filters if report else ())
        if found.options.get(filter_.name) in filter_.choices_for(found.user)
    ]
    title = report.title if report else found.report
    return Line(found, title, LOOKS[found.status], "; ".join(chosen))


def _require(request: HttpRequest) -> None:
    if not request.user.has_perm("coordination.make_report"):
        raise PermissionDenied


def overview(request: HttpRequest) -> HttpResponse:
    """The reports this user may make, and what was asked for during the last day."""
    _require(request)
    kept = ReportFile.objects.of(request.user).kept().select_related("region")
    shown = Paginator(kept, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        **admin.site.each_context(request),
        "title": "Laporan",
        "reports": reports.offered_to(request.user),
        "page_obj": shown,
        "lines": [_line(found) for found in shown],
    }
    page = render(request, "coordination/reports.html", context)
    if any(found.is_running for found in shown):
        page.headers["Refresh"] = "5"
    return page


def make(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for one report: written at once when it is small, else in the background."""
    _require(request)
    user = request.user
    report = reports.get(code)
    if report is None:
        raise Http404
    if not user.has_perm(report.permission):
        raise PermissionDenied
    form = ReportForm(request.POST or None, user=user, report=report)
    if request.method == "POST" and form.is_valid():
        try:
            found = report_files.ask(report=report, by=user, **form.asked())
        except ValidationError as refused:
            form.add_error(None, ValidationError(refused.messages))
        else:
            return _begin(request, found)
    context = {
        **admin.site.each_context(request),
        "title": report.title,
        "report": report,
        "form": form,
        "is_masked": report.is_personal and not user.has_perm("accounts.reveal_identity"),
    }
    return render(request, "coordination/report.html", context)


def _begin(request: HttpRequest, found: ReportFile) -> HttpResponse:
    if found.total <= report_files.AT_ONCE:
        tasks.make_report.call(found.pk, tell=False)
        found.refresh_from_db()
        if found.status == ReportFile.Status.SIAP:
            messages.success(request, f"Laporan siap: {thousands(found.total)} baris.")
        else:
            messages.error(request, "Laporan gagal dibuat. Coba lagi, atau hubungi Administrator.")
    else:
        tasks.make_report.enqueue(found.pk)
        messages.info(request, "Laporan sedang dibuat. Halaman ini boleh ditutup.")
    return redirect("coordination:reports")


EXPIRED = "Berkas laporan ini sudah dihapus: berkas disimpan 24 jam. Buat kembali laporannya."


def download(request: HttpRequest, pk: int) -> HttpResponse:
    """The file, to the user who asked for it, while it is kept and the user may make the report."""
    _require(request)
    found = get_object_or_404(
        ReportFile.objects.of(request.user).select_related("region"),
        pk=pk,
        status=ReportFile.Status.SIAP,
    )
    if not found.is_kept:
        messages.error(request, EXPIRED)
        return redirect("coordination:reports")
    report = reports.get(found.report)
    may_have = report and request.user.has_perm(report.permission)
    if not may_have or not request.user.scope.contains(found.region_id):
        raise Http404
    title = report.title
    day = timezone.localtime(found.created_at)
    name = slugify(f"{title} {found.region.full_name} {day:%Y-%m-%d}")
    return as_download(found.file, f"{name}.{found.format}")
