"""What leaves the page as a file: the list of findings, the berita acara of a bank and district."""

from urllib.parse import urlencode

from django.contrib import admin
from django.db import transaction
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import slugify

from accounts.actions import log_export
from accounts.roles import Role
from beneficiaries.exports import AT_MOST, XLSX, ExportForm, as_file
from beneficiaries.identity import mask
from beneficiaries.models import Bank
from distribution import documents
from distribution.models import PayoutPeriod
from distribution.reconciliation import figures
from distribution.reconciliation.rules import (
    NOT_CREDITED,
    NOT_LISTED,
    NOT_REGISTERED,
    NOT_SPENT,
)
from distribution.views.reconciliation.asked import asked_by, require
from regions.models import Region

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
HEADINGS = (
    "PERIODE", "JENIS TEMUAN", "NAMA PENGURUS", "NIK PENGURUS", "KABUPATEN/KOTA", "KECAMATAN",
    "DESA/KELURAHAN", "BANK", "NOMINAL", "SEBAB", "PERBANDINGAN", "SEJAK", "PENANGANAN",
    "PENANGGUNG JAWAB", "CATATAN",
)  # fmt: skip


def export(request: HttpRequest) -> HttpResponse:
    """The list as a sheet, after its purpose is told and written down."""
    require(request)
    user = request.user
    asked = asked_by(request, request.GET)
    if asked is None or user.home_region is None:
        raise Http404
    rows = asked.rows(user)
    count = rows.order_by()[: AT_MOST + 1].count()
    form = ExportForm(request.POST or None)
    in_full = user.has_perm("accounts.reveal_identity")
    if count > AT_MOST or not form.is_valid():
        context = {
            **admin.site.each_context(request),
            "title": "Unduh temuan rekonsiliasi",
            "form": form,
            "row_count": count,
            "is_too_much": count > AT_MOST,
            "is_masked": not in_full,
            "back_url": asked.url() + "#daftar",
        }
        return render(request, "distribution/reconciliation_export.html", context)

    def cells():
        for row in rows.select_related("village__parent__parent", "bank", "owner").iterator(2000):
            yield (
                asked.period.name, row.get_rule_display(), row.payee_name,
                row.payee_nik if in_full else mask(row.payee_nik), row.village.parent.parent.name,
                row.village.parent.name, row.village.name, str(row.bank or ""), row.amount,
                row.cause, row.detail, row.since, row.get_status_display(),
                row.responsible, row.note,
            )  # fmt: skip

    name = slugify(f"temuan rekonsiliasi {asked.period.name}")
    with transaction.atomic():
        response = as_file(name, form.cleaned_data["file_format"], list(HEADINGS), cells())
        log_export(
            by=user,
            region=user.home_region,
            subject=f"Temuan rekonsiliasi {asked.period}",
            purpose=form.cleaned_data["purpose"],
            row_count=count,
        )
    return response


def _file(content: bytes, kind: str, name: str, ending: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type=kind,
        headers={"Content-Disposition": f'attachment; filename="{slugify(name)}.{ending}"'},
    )


def minutes_of(user, period: PayoutPeriod, bank: Bank, region: Region) -> documents.Minutes:
    """The berita acara of a bank and kabupaten/kota, with the figures of the page."""
    overview = figures.overview(user, period, bank=bank.pk, region=region.pk)
    place = overview.total

    def line(title: str, rules: tuple[str, ...]) -> documents.Line:
        return documents.Line(title, place.of(rules, "kpm"), place.of(rules, "rupiah"))

    rows = (
        figures.findings(user, period, region=region.pk)
        .filter(bank=bank)
        .select_related("village__parent")
        .order_by("rule", "village_id", "payee_name", "id")
    )
    return documents.Minutes(
        period=period.name,
        bank=bank.name,
        region=region.full_name,
        made_on=date_format(timezone.localdate(), "j F Y"),
        counted_at=date_format(timezone.localtime(overview.counted_at), "j F Y H.i")
        if overview.counted_at
        else "belum pernah",
        lists=tuple(
            documents.Line(title, place.size(name, "kpm"), place.size(name, "rupiah"))
            for name, title in (
                ("register", "Register"),
                ("listed", "Daftar bayar"),
                ("credited", "Top up bank"),
                ("spent", "Transaksi agen"),
            )
        ),
        differences=(
            line("Register, tidak di daftar bayar (−)", NOT_LISTED),
            line("Daftar bayar, tidak di register (+)", NOT_REGISTERED),
            line("Daftar bayar, belum top up (−)", NOT_CREDITED),
            line("Top up, belum transaksi (−)", NOT_SPENT),
        ),
        rules=tuple(
            line(rule.title, (rule.code,)) for rule, found, _ in overview.rules() if found
        ),
        findings=tuple(
            (
                number, row.get_rule_display(), row.payee_name, mask(row.payee_nik),
                row.village.parent.name, row.village.name, row.amount, row.cause, row.since,
                row.get_status_display(), row.note,
            )
            for number, row in enumerate(rows, start=1)
        ),
    )  # fmt: skip


def minutes(request: HttpRequest) -> HttpResponse:
    """Choose bank and kabupaten/kota; with `berkas` the file itself."""
    require(request)
    user = request.user
    asked = asked_by(request, request.GET)
    if asked is None or user.home_region is None:
        raise Http404
    pairs = list(
        asked.period.reconciled.visible_to(user)
        .exclude(bank=None)
        .select_related("bank", "region")
        .order_by("region_id", "bank_id")
    )
    ending = request.GET.get("berkas")
    if ending in ("docx", "xlsx"):
        pair = next(
            (
                pair
                for pair in pairs
                if pair.region_id == asked.region and pair.bank_id == request.GET.get("bank")
            ),
            None,
        )
        if pair is None:
            raise Http404
        with transaction.atomic():
            made = minutes_of(user, asked.period, pair.bank, pair.region)
            if ending == "xlsx":
                log_export(
                    by=user,
                    region=pair.region,
                    subject=f"Berita acara rekonsiliasi {asked.period}, {pair.bank}",
                    purpose="Berita acara rekonsiliasi",
                    row_count=len(made.findings),
                )
        content = documents.docx(made) if ending == "docx" else documents.xlsx(made)
        name = f"berita acara rekonsiliasi {asked.period.name} {pair.bank} {pair.region.name}"
        return _file(content, DOCX if ending == "docx" else XLSX, name, ending)
    counts = {
        (row["regency_code"], row["bank"]): row["count"]
        for row in figures.findings(user, asked.period)
        .order_by()
        .values("regency_code", "bank")
        .annotate(count=Count("pk"))
    }
    address = reverse("distribution:minutes")

    def url(pair, ending: str) -> str:
        values = {"wilayah": pair.region_id, "bank": pair.bank_id, "berkas": ending}
        return f"{address}?{urlencode({'periode': asked.period.pk, **values})}"

    context = {
        **admin.site.each_context(request),
        "title": "Berita acara rekonsiliasi",
        "period": asked.period,
        "rows": [
            {
                "pair": pair,
                "count": counts.get((pair.region_id, pair.bank_id), 0),
                "docx": url(pair, "docx"),
                "xlsx": url(pair, "xlsx"),
            }
            for pair in pairs
            if not asked.region or pair.region_id == asked.region
        ],
        "back_url": asked.url(),
        "is_bank": user.role == Role.BANK,
    }
    return render(request, "distribution/minutes.html", context)
