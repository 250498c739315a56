"""The page where the four lists meet, the lists behind its numbers, and what is done about them."""

from dataclasses import dataclass
from tempfile import NamedTemporaryFile
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Q, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import slugify
from django.views.decorators.http import require_POST

from accounts.actions import log_export
from accounts.roles import Role
from beneficiaries.exports import AT_MOST, PurposeForm
from beneficiaries.identity import mask
from beneficiaries.models import Bank
from distribution import documents
from distribution.actions import reconciliation as actions
from distribution.models import PayoutPeriod, ReconciliationFinding
from distribution.models.reconciliation import FindingStatus
from distribution.reconciliation import figures
from distribution.reconciliation.rules import (
    BY_CODE,
    NOT_CREDITED,
    NOT_LISTED,
    NOT_REGISTERED,
    NOT_SPENT,
)
from regions.models import Region
from spreadsheets import writing
from spreadsheets.words import thousands

PER_PAGE = 25
CAUSES_SHOWN = 8
SEEN = "distribution.view_reconciliationfinding"
LOOKS = {
    FindingStatus.BELUM: ("idle", "minus"),
    FindingStatus.DIMINTA: ("info", "clock"),
    FindingStatus.DIJAWAB: ("warn", "chat"),
    FindingStatus.SELESAI: ("ok", "ok"),
}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True)
class Choice:
    label: str
    url: str
    current: bool
    count: int | None = None


@dataclass(frozen=True)
class Asked:
    """What the address asks for; every link of the page is this with one thing changed."""

    period: PayoutPeriod
    unit: str
    region: str
    kind: str
    cause: str
    status: str
    query: str
    order: str

    def url(self, **changes) -> str:
        values = {
            "periode": self.period.pk,
            "satuan": self.unit if self.unit != "kpm" else "",
            "wilayah": self.region,
            "jenis": self.kind,
            "sebab": self.cause,
            "keadaan": self.status,
            "q": self.query,
            "urut": self.order,
        } | changes
        address = reverse("distribution:reconciliation")
        return f"{address}?{urlencode({key: value for key, value in values.items() if value})}"

    def list_url(self, kind: str, region: str = "") -> str:
        return self.url(jenis=kind, wilayah=region, sebab="", keadaan="", q="") + "#daftar"

    def rows(self, user) -> QuerySet[ReconciliationFinding]:
        rows = figures.findings(user, self.period, region=self.region, kind=self.kind or "SEMUA")
        if self.cause:
            rows = rows.filter(cause=self.cause)
        if self.status:
            rows = rows.filter(status=self.status)
        if self.query:
            rows = rows.filter(
                Q(payee_name__icontains=self.query)
                | Q(payee_nik=self.query.replace(" ", ""))
                | Q(village__name__icontains=self.query)
            )
        return rows


def _asked(request: HttpRequest, values) -> Asked | None:
    """None before the first period that has a payment list."""
    periods = PayoutPeriod.objects.visible_to(request.user)
    chosen = values.get("periode", "")
    period = (
        get_object_or_404(periods, pk=chosen)
        if chosen.isdecimal()
        else periods.filter(reconciled__isnull=False)
        .order_by("is_rapel", "-first_month", "-pk")
        .first()
        or periods.exclude(status=PayoutPeriod.Status.DISIAPKAN).first()
    )
    if period is None:
        return None
    kind, status = values.get("jenis", ""), values.get("keadaan", "")
    return Asked(
        period,
        unit="rupiah" if values.get("satuan") == "rupiah" else "kpm",
        region=values.get("wilayah", "")[:5],
        kind=kind if kind in figures.KINDS else "",
        cause=values.get("sebab", ""),
        status=status if status in FindingStatus.values else "",
        query=values.get("q", "").strip(),
        order="nama" if values.get("urut") == "nama" else "",
    )


def _require(request: HttpRequest, permission: str = SEEN) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


def index(request: HttpRequest) -> HttpResponse:
    """The flow of the four lists, the rules, the table by kabupaten/kota and the chosen list."""
    _require(request)
    user = request.user
    asked = _asked(request, request.GET)
    context = {**admin.site.each_context(request), "title": "Rekonsiliasi penyaluran"}
    if asked is None:
        return render(request, "distribution/reconciliation.html", context)
    overview = figures.overview(user, asked.period)
    places = overview.places
    if asked.order == "nama":
        places = sorted(places, key=lambda place: place.name)
    whole = next((place for place in overview.places if place.code == asked.region), None)
    shown = whole or overview.total
    rules = (
        overview.rules()
        if not whole
        else [
            (rule, whole.found[rule.code], whole.due[rule.code]) for rule, _, _ in overview.rules()
        ]
    )
    periods = PayoutPeriod.objects.visible_to(user).exclude(status=PayoutPeriod.Status.DISIAPKAN)
    context |= {
        "asked": asked,
        "period": asked.period,
        "periods": [
            Choice(str(period), asked.url(periode=period.pk, jenis=""), period == asked.period)
            for period in periods
        ],
        "overview": overview,
        "place": whole,
        "flow": _flow(asked, shown),
        "rules": [
            {
                "rule": rule,
                "count": due if rule.code == "BELUM_TRANSAKSI" else found,
                "title": "Belum transaksi 30+ hari"
                if rule.code == "BELUM_TRANSAKSI"
                else rule.title,
                "url": asked.list_url(rule.code, asked.region),
            }
            for rule, found, due in sorted(rules, key=lambda row: -row[1])
            if found
        ],
        "unfound": [rule.title for rule, found, _ in rules if not found],
        "rows": [_row(asked, place) for place in places],
        "total": _row(asked, overview.total),
        "units": [
            Choice("KPM", asked.url(satuan=""), asked.unit == "kpm"),
            Choice("Rupiah", asked.url(satuan="rupiah"), asked.unit == "rupiah"),
        ],
        "by_name": asked.url(urut="nama"),
        "by_open": asked.url(urut=""),
        "can_reconcile": user.has_perm("distribution.reconcile") and user.scope.is_province,
        "everywhere_url": asked.url(wilayah=""),
        "minutes_url": f"{reverse('distribution:minutes')}?"
        + urlencode({"periode": asked.period.pk, "wilayah": asked.region}),
        "all_url": asked.list_url("SEMUA", asked.region),
    }
    if asked.kind:
        context["drill"] = _drill(request, asked)
    return render(request, "distribution/reconciliation.html", context)


def _flow(asked: Asked, place: figures.Place) -> list[dict]:
    """The four boxes and, between them, both directions of each difference."""
    unit, other = asked.unit, "kpm" if asked.unit == "rupiah" else "rupiah"

    def box(name: str, title: str, icon: str, what: str) -> dict:
        whole = place.size("register", "kpm") or 1
        return {
            "title": title,
            "icon": icon,
            "what": what,
            "size": place.size(name, unit),
            "other": place.size(name, other),
            "share": min(100, round(100 * place.size(name, "kpm") / whole, 1)),
        }

    def gap(sign: str, kind: str, rules: tuple, words: str, tone: str) -> dict:
        return {
            "sign": sign,
            "size": place.of(rules, unit),
            "words": words,
            "tone": tone,
            "url": asked.list_url(kind, asked.region),
        }

    return [
        {"box": box("register", "Register", "users", "KPM terdaftar")},
        {
            "gaps": [
                gap("−", "TIDAK_DIBAYAR", NOT_LISTED, "tidak dibayar", "b"),
                gap("+", "LUAR_REGISTER", NOT_REGISTERED, "di luar register", "w"),
            ],
            "rest": place.rest("listed", unit),
            "rest_words": "beda nilai",
        },
        {"box": box("listed", "Daftar bayar", "doc", "KPM di daftar")},
        {
            "gaps": [gap("−", "BELUM_MASUK", NOT_CREDITED, "gagal atau belum top up", "b")],
            "rest": place.rest("credited", unit),
            "rest_words": "beda nilai top up",
        },
        {"box": box("credited", "Top up bank", "card", "KPM tersalur")},
        {
            "gaps": [gap("−", "BELUM_BELANJA", NOT_SPENT, "belum transaksi", "w")],
            "rest": place.rest("spent", unit),
            "rest_words": "sisa saldo dan pengembalian",
        },
        {"box": box("spent", "Transaksi agen", "store", "KPM berbelanja")},
    ]


def _row(asked: Asked, place: figures.Place) -> dict:
    unit = asked.unit

    def cell(kind: str, rules: tuple, sign: str = "") -> dict:
        return {
            "size": place.of(rules, unit),
            "sign": sign,
            "url": asked.list_url(kind, place.code),
            "current": asked.kind == kind and asked.region == place.code,
        }

    tone, state = place.state
    return {
        "place": place,
        "url": asked.url(wilayah=place.code, jenis="", sebab="", keadaan="", q=""),
        "register": place.size("register", unit),
        "listed": place.size("listed", unit),
        "credited": place.size("credited", unit),
        "spent": place.size("spent", unit),
        "not_listed": cell("TIDAK_DIBAYAR", NOT_LISTED, "−"),
        "not_registered": cell("LUAR_REGISTER", NOT_REGISTERED, "+"),
        "not_credited": cell("BELUM_MASUK", NOT_CREDITED),
        "not_spent": cell("BELUM_BELANJA", NOT_SPENT),
        "open_url": asked.list_url("TERBUKA", place.code),
        "open_current": asked.kind == "TERBUKA" and asked.region == place.code,
        "tone": tone,
        "state": state,
    }


def _drill(request: HttpRequest, asked: Asked) -> dict:
    user = request.user
    everything = figures.findings(user, asked.period, region=asked.region, kind=asked.kind)
    causes = list(
        everything.order_by()
        .values("cause")
        .annotate(count=Count("pk"))
        .order_by("-count", "cause")
    )
    statuses = everything.order_by().values_list("status").annotate(count=Count("pk"))
    rows = asked.rows(user)
    ordered = rows.select_related("village__parent", "bank").order_by("regency_code", "id")
    page = Paginator(ordered, PER_PAGE).get_page(request.GET.get("page"))
    sums = rows.order_by().aggregate(amount=Sum("amount"))
    title, rules = figures.KINDS[asked.kind]
    several = len(rules) > 1
    region = Region.objects.filter(pk=asked.region).first() if asked.region else None
    return {
        "title": title if title[:3].isupper() else title[:1].lower() + title[1:],
        "region": region,
        "advice": "" if several else BY_CODE[rules[0]].advice,
        "several": several,
        "amount": sums["amount"] or 0,
        "page": page,
        "rows": [(row, *LOOKS[row.status], row.get_status_display()) for row in page],
        "count": page.paginator.count,
        "chips": [
            Choice("Semua", asked.url(sebab="") + "#daftar", not asked.cause, everything.count()),
            *(
                Choice(
                    row["cause"],
                    asked.url(sebab=row["cause"]) + "#daftar",
                    row["cause"] == asked.cause,
                    row["count"],
                )
                for row in causes[:CAUSES_SHOWN]
            ),
        ],
        "statuses": [
            Choice("Semua keadaan", asked.url(keadaan="") + "#daftar", not asked.status),
            *(
                Choice(
                    f"{FindingStatus(status).label} ({thousands(count)})",
                    asked.url(keadaan=status) + "#daftar",
                    status == asked.status,
                )
                for status, count in sorted(statuses)
            ),
        ],
        "close_url": asked.url(jenis="", sebab="", keadaan="", q=""),
        "export_url": f"{reverse('distribution:reconciliation_export')}?"
        + asked.url().partition("?")[2],
        "deeds": _deeds(user),
        "hidden": [
            (name, value)
            for name, value in (
                ("periode", asked.period.pk),
                ("satuan", asked.unit),
                ("wilayah", asked.region),
                ("jenis", asked.kind),
                ("sebab", asked.cause),
                ("keadaan", asked.status),
                ("urut", asked.order),
            )
            if value
        ],
    }


# Handling


@dataclass(frozen=True)
class Deed:
    """What can be done about findings that are chosen; and the state it leads to."""

    key: str
    status: str
    button: str
    icon: str
    permission: str
    question: str
    hint: str
    done: str
    is_main: bool = False


HANDLE = "distribution.handle_reconciliationfinding"
ANSWER = "distribution.answer_reconciliationfinding"
DEEDS = (
    Deed(
        "selesai",
        FindingStatus.SELESAI,
        "Catat selesai",
        "check",
        HANDLE,
        "Catat {count} temuan selesai?",
        "Apa yang dilakukan dan hasilnya, misalnya: top up diulang bank pada 2 Desember 2021.",
        "{count} temuan dicatat selesai.",
    ),
    Deed(
        "minta",
        FindingStatus.DIMINTA,
        "Minta penjelasan bank",
        "send",
        HANDLE,
        "Minta penjelasan bank tentang {count} temuan?",
        "Yang ditanyakan kepada bank; boleh kosong.",
        "{count} temuan diminta ke bank.",
        is_main=True,
    ),
    Deed(
        "buka",
        FindingStatus.BELUM,
        "Buka kembali",
        "undo",
        HANDLE,
        "Buka kembali {count} temuan?",
        "Alasan dibuka kembali; boleh kosong.",
        "{count} temuan dibuka kembali.",
    ),
    Deed(
        "jawab",
        FindingStatus.DIJAWAB,
        "Jawab",
        "chat",
        ANSWER,
        "Jawab {count} temuan?",
        "Sebab menurut bank, dan kapan diselesaikan.",
        "{count} temuan dijawab.",
        is_main=True,
    ),
)


def _deeds(user) -> list[Deed]:
    return [deed for deed in DEEDS if user.has_perm(deed.permission)]


@require_POST
def handle(request: HttpRequest) -> HttpResponse:
    """Ask for the words, then do it to all that is chosen, or to everything that is listed."""
    _require(request)
    deed = next((d for d in _deeds(request.user) if d.key == request.POST.get("tindakan")), None)
    if deed is None:
        raise PermissionDenied
    back = request.POST.get("kembali", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = reverse("distribution:reconciliation")
    ids = [int(pk) for pk in request.POST.getlist("temuan") if pk.isdecimal()]
    if request.POST.get("semua") == "1" and (asked := _asked(request, request.POST)):
        allowed = [
            status
            for status, following in ReconciliationFinding.TRANSITIONS.items()
            if deed.status in following
        ]
        ids = list(asked.rows(request.user).filter(status__in=allowed).values_list("pk", flat=True))
    if not ids:
        messages.warning(request, "Belum ada temuan yang dipilih. Centang sekurangnya satu baris.")
        return redirect(back)
    error = ""
    if request.POST.get("yakin"):
        try:
            count = _do(deed, ids, request)
        except ValidationError as refused:
            error = " ".join(refused.messages)
        else:
            messages.success(request, deed.done.format(count=thousands(count)))
            return redirect(back)
    context = {
        **admin.site.each_context(request),
        "title": deed.question.format(count=thousands(len(ids))),
        "deed": deed,
        "ids": ids,
        "error": error,
        "note": request.POST.get("catatan", ""),
        "evidence": request.POST.get("bukti", ""),
        "back_url": back,
    }
    return render(request, "distribution/reconciliation_handle.html", context)


def _do(deed: Deed, ids: list[int], request: HttpRequest) -> int:
    note, by = request.POST.get("catatan", "")[:500], request.user
    if deed.key == "selesai":
        evidence = request.POST.get("bukti", "")[:200]
        return actions.settle(ids, note=note, evidence=evidence, by=by)
    deeds = {"minta": actions.ask_bank, "jawab": actions.answer, "buka": actions.reopen}
    return deeds[deed.key](ids, note=note, by=by)


@require_POST
def recompute(request: HttpRequest, period_id: int) -> HttpResponse:
    period = get_object_or_404(PayoutPeriod.objects.visible_to(request.user), pk=period_id)
    result = actions.reconcile(period, by=request.user)
    messages.success(
        request,
        f"Keempat daftar {period} dibandingkan: {thousands(result.added)} temuan baru,"
        f" {thousands(result.gone)} tidak ditemukan lagi dan ditutup.",
    )
    return redirect(f"{reverse('distribution:reconciliation')}?periode={period.pk}")


def finding_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One finding: what the lists say, what to do, who did what."""
    _require(request)
    own = ReconciliationFinding.objects.visible_to(request.user)
    finding = get_object_or_404(
        own.select_related(
            "village__parent__parent", "bank", "owner", "period", "payment__bank", "purchase__agent"
        ),
        pk=pk,
    )
    user = request.user
    household_url = (
        reverse("admin:beneficiaries_household_change", args=[finding.household_id])
        if finding.household_id and user.has_perm("beneficiaries.view_household")
        else ""
    )
    tone, icon = LOOKS[finding.status]
    context = {
        **admin.site.each_context(request),
        "title": finding.get_rule_display(),
        "finding": finding,
        "rule": BY_CODE[finding.rule],
        "tone": tone,
        "icon": icon,
        "steps": [
            (*LOOKS[step.status], step)
            for step in finding.steps.select_related("by").order_by("pk")
        ],
        "household_url": household_url,
        "deeds": [
            deed
            for deed in _deeds(user)
            if not finding.gone_at
            and deed.status in ReconciliationFinding.TRANSITIONS[finding.status]
            and (deed.key != "minta" or finding.bank_id)
        ],
        "list_url": f"{reverse('distribution:reconciliation')}?"
        + urlencode(
            {
                "periode": finding.period_id,
                "wilayah": finding.regency_code,
                "jenis": finding.rule,
            }
        )
        + "#daftar",
    }
    return render(request, "distribution/finding.html", context)


# Files

HEADINGS = (
    "PERIODE", "JENIS TEMUAN", "NAMA PENGURUS", "NIK PENGURUS", "KABUPATEN/KOTA", "KECAMATAN",
    "DESA/KELURAHAN", "BANK", "NOMINAL", "SEBAB", "PERBANDINGAN", "SEJAK", "PENANGANAN", "CATATAN",
)  # fmt: skip


def export(request: HttpRequest) -> HttpResponse:
    """The list as a sheet, after its purpose is told and written down."""
    _require(request)
    user = request.user
    asked = _asked(request, request.GET)
    if asked is None or user.home_region is None:
        raise Http404
    rows = asked.rows(user)
    count = rows.order_by()[: AT_MOST + 1].count()
    form = PurposeForm(request.POST or None)
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
        for row in rows.select_related("village__parent__parent", "bank").iterator(2000):
            yield (
                asked.period.name, row.get_rule_display(), row.payee_name,
                row.payee_nik if in_full else mask(row.payee_nik), row.village.parent.parent.name,
                row.village.parent.name, row.village.name, str(row.bank or ""), row.amount,
                row.cause, row.detail, row.since, row.get_status_display(), row.note,
            )  # fmt: skip

    with NamedTemporaryFile(suffix=".xlsx") as file, transaction.atomic():
        writing.export(file.name, list(HEADINGS), cells())
        log_export(
            by=user,
            region=user.home_region,
            subject=f"Temuan rekonsiliasi {asked.period}",
            purpose=form.cleaned_data["purpose"],
            row_count=count,
        )
        return _file(file.read(), XLSX, f"temuan rekonsiliasi {asked.period.name}", "xlsx")


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
    _require(request)
    user = request.user
    asked = _asked(request, request.GET)
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
