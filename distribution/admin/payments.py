"""Periods, payments and purchases, read-only: what changes them are actions and uploads."""

from contextlib import suppress
from datetime import date

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter

from accounts.admin import DistrictFilter, RegencyFilter, ScopedAdmin, VillageFilter
from accounts.standing import RECENT_DAYS, recently
from beneficiaries import exports, search
from beneficiaries.admin import RegisterFilter, masked
from beneficiaries.exports import Column, Export
from distribution.admin.sheets import OfSheet
from distribution.looks import state
from distribution.models import Cashier, LeftOut, Payment, PayoutPeriod, Purchase
from distribution.views import payments as payment_views
from distribution.views import periods as views
from distribution.views import till as till_views
from spreadsheets.words import thousands


def rupiah(amount: int) -> str:
    return f"Rp{thousands(amount)}" if amount else "–"


def place_of(village) -> str:
    return format_html('{}<span class="sub">Kec. {}</span>', village.name, village.parent.name)


_PLACE = (
    Column("KABUPATEN/KOTA", lambda row: row.village.parent.parent.full_name),
    Column("KECAMATAN", lambda row: row.village.parent.name),
    Column("DESA/KELURAHAN", lambda row: row.village.name),
)
PAYMENTS = Export(
    "pembayaran",
    "distribution.view_payment",
    ("village__parent__parent", "period", "bank", "order"),
    (
        Column("PERIODE SALUR", lambda row: row.period.name),
        Column("NAMA PENGURUS", lambda row: row.payee_name),
        Column("NIK PENGURUS", lambda row: row.payee_nik, is_identity=True),
        Column("NOMOR KKS", lambda row: row.card_number, is_identity=True),
        Column("NOMOR REKENING", lambda row: row.account_number, is_identity=True),
        Column("BANK", lambda row: str(row.bank or "")),
        *_PLACE,
        Column("BULAN PERTAMA", lambda row: row.first_month),
        Column("JUMLAH BULAN", lambda row: row.months),
        Column("NOMINAL", lambda row: row.amount),
        Column("SP2D", lambda row: str(row.order or "")),
        Column("STATUS", Payment.get_status_display),
        Column("TANGGAL STATUS", lambda row: row.status_on),
        Column("ALASAN", lambda row: row.reason),
        Column("DIKREDITKAN", lambda row: row.topped_up_amount),
        Column("DIBELANJAKAN", lambda row: row.spent_amount),
        Column("DIKEMBALIKAN", lambda row: row.refunded_amount),
        Column("SISA SALDO", lambda row: row.balance),
    ),
)
PURCHASES = Export(
    "transaksi",
    "distribution.view_purchase",
    ("village__parent__parent", "agent", "payment", "period"),
    (
        Column("NOMOR TRANSAKSI", lambda row: row.number),
        Column("WAKTU", lambda row: f"{timezone.localtime(row.purchased_at):%d-%m-%Y %H:%M}"),
        Column("PERIODE SALUR", lambda row: row.period.name),
        Column("ID AGEN", lambda row: row.agent.agent_id),
        Column("NAMA AGEN", lambda row: row.agent.name),
        Column("NAMA PENGURUS", lambda row: row.payment.payee_name),
        Column("NOMOR KKS", lambda row: row.card_number, is_identity=True),
        *_PLACE,
        Column("NOMINAL", lambda row: row.amount),
        Column("DIBATALKAN", lambda row: row.void_reason),
    ),
)
NOT_PAID = Export(
    "KPM tidak dibayar",
    "distribution.view_leftout",
    ("village__parent__parent", "household__payee", "period"),
    (
        Column("PERIODE SALUR", lambda row: row.period.name),
        Column("ID DTKS", lambda row: row.household.dtks_id),
        Column("NAMA PENGURUS", lambda row: str(row.household.payee or "")),
        *_PLACE,
        Column("ALASAN", LeftOut.get_reason_display),
    ),
)


def of_family(queryset, request, text: str, household: str, **exactly):
    """Rows whose number is the text, or of the families that the register finds by it."""
    families, _ = search.find(request.user, text)
    return queryset.filter(Q(**{f"{household}__in": families.ids}) | Q(**exactly))


@admin.register(PayoutPeriod)
class PayoutPeriodAdmin(ScopedAdmin):
    may_add = True
    empty_text = "Periode salur disiapkan oleh koordinator provinsi."
    list_display = ["name", "programme", "months_column", "state_column", "eligible_column"]
    list_select_related = ["programme"]
    list_filter = [("status", ChoicesDropdownFilter)]

    def get_urls(self):
        steps = [
            path(
                f"<int:pk>/{key}/",
                self.admin_site.admin_view(self.step_view),
                {"key": key},
                name=f"distribution_payoutperiod_{key}",
            )
            for key in ("susun", "buka", "tutup", "buka-kembali")
        ]
        return [*steps, *super().get_urls()]

    def _period(self, request, object_id) -> PayoutPeriod:
        period = self.get_object(request, str(object_id))
        if not self.has_view_permission(request, period):
            raise PermissionDenied
        return period

    def add_view(self, request, form_url="", extra_context=None):
        if not self.has_add_permission(request):
            raise PermissionDenied
        return views.add_period(request)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        return views.period_page(request, self._period(request, object_id))

    def step_view(self, request, pk, key):
        return views.change(request, self._period(request, pk), key)

    @admin.display(description="bulan")
    def months_column(self, period):
        first = date_format(period.first_month, "F Y")
        last = date_format(period.last_month, "F Y")
        return first if first == last else f"{first}–{last}"

    @admin.display(description="status")
    def state_column(self, period):
        return state(views.PERIOD_LOOKS[period.status], period.get_status_display())

    @admin.display(description="KPM berhak")
    def eligible_column(self, period):
        return "–" if period.eligible_count is None else thousands(period.eligible_count)

    eligible_column.is_number = True


class CreditFilter(DropdownFilter):
    title, parameter_name = "dana", "dana"

    def lookups(self, request, model_admin):
        return [
            ("masuk", "Sudah dikreditkan"),
            ("belum", "Belum dikreditkan"),
            ("proses", "Menunggu laporan bank"),
        ]

    def queryset(self, request, queryset):
        if self.value() == "proses":
            return queryset.in_progress()
        if self.value() == "masuk":
            return queryset.credited()
        return queryset.filter(topped_up_amount=0) if self.value() == "belum" else queryset


class SpendingFilter(DropdownFilter):
    title, parameter_name = "belanja", "belanja"

    def lookups(self, request, model_admin):
        return [("sudah", "Sudah dibelanjakan"), ("belum", "Dikreditkan, belum dibelanjakan")]

    def queryset(self, request, queryset):
        if self.value() == "sudah":
            return queryset.filter(spent_amount__gt=0)
        return queryset.unspent() if self.value() == "belum" else queryset


class CreditedUntilFilter(DropdownFilter):
    """Credited on a day or before it; reached from figures that name the day."""

    title, parameter_name = "dikreditkan sampai", "sampai"

    @property
    def day(self) -> date | None:
        with suppress(ValueError):
            return date.fromisoformat(self.value() or "")

    def lookups(self, request, model_admin):
        return [(self.value(), date_format(self.day, "j F Y"))] if self.day else []

    def has_output(self):
        return self.day is not None

    def queryset(self, request, queryset):
        return queryset.filter(topped_up_on__lte=self.day) if self.day else queryset


@admin.register(Payment)
class PaymentAdmin(ScopedAdmin):
    empty_text = "Daftar bayar disusun dari register pada halaman periode, atau diunggah."
    list_display = [
        "payee",
        "place",
        "period",
        "amount_column",
        "credited_column",
        "spent_column",
        "state_column",
    ]
    list_select_related = ["period", "village__parent"]
    list_filter = [
        "period",
        ("status", ChoicesDropdownFilter),
        CreditFilter,
        SpendingFilter,
        CreditedUntilFilter,
        RegencyFilter,
        DistrictFilter,
        VillageFilter,
        "bank",
        RegisterFilter,
    ]
    search_fields = ["card_number"]
    search_help_text = "Nama, NIK, atau nomor KKS"
    actions = ["export"]

    def get_search_results(self, request, queryset, search_term):
        text = " ".join(search_term.split())
        if not text:
            return queryset, False
        digits = search.digits_of(text)
        found = of_family(queryset, request, text, "household", card_number=digits or text)
        return found, False

    def get_urls(self):
        reveal = path(
            "<int:pk>/tampilkan/",
            self.admin_site.admin_view(self.reveal_view),
            name="distribution_payment_reveal",
        )
        return [reveal, *super().get_urls()]

    def _payment(self, request, object_id) -> Payment:
        payment = self.get_object(request, str(object_id))
        if not self.has_view_permission(request, payment):
            raise PermissionDenied
        return payment

    def change_view(self, request, object_id, form_url="", extra_context=None):
        return payment_views.payment_page(request, self._payment(request, object_id))

    def reveal_view(self, request, pk):
        return payment_views.reveal(request, self._payment(request, pk))

    @admin.action(description="Unduh daftar terpilih")
    def export(self, request, queryset):
        return exports.export(self, request, queryset, PAYMENTS)

    @admin.display(description="nama pengurus")
    def payee(self, payment):
        card = masked(payment.card_number) if payment.card_number else "Belum ada kartu"
        return format_html('{}<span class="sub">{}</span>', payment.payee_name, card)

    @admin.display(description="desa/kelurahan")
    def place(self, payment):
        return place_of(payment.village)

    @admin.display(description="nominal")
    def amount_column(self, payment):
        return rupiah(payment.amount)

    @admin.display(description="dikreditkan")
    def credited_column(self, payment):
        return rupiah(payment.topped_up_amount)

    @admin.display(description="dibelanjakan")
    def spent_column(self, payment):
        return rupiah(payment.spent_amount)

    amount_column.is_number = credited_column.is_number = spent_column.is_number = True

    @admin.display(description="status")
    def state_column(self, payment):
        return state(views.status_look(payment.status), payment.get_status_display())


@admin.register(LeftOut)
class LeftOutAdmin(ScopedAdmin):
    empty_text = "Tidak ada KPM berhak yang tidak dibayar."
    list_display = ["family", "place", "period", "reason"]
    list_select_related = ["period", "village__parent", "household__payee"]
    ordering = ["-pk"]
    list_filter = [
        "period",
        ("reason", ChoicesDropdownFilter),
        RegencyFilter,
        DistrictFilter,
        VillageFilter,
    ]
    actions = ["export"]

    @admin.action(description="Unduh daftar terpilih")
    def export(self, request, queryset):
        return exports.export(self, request, queryset, NOT_PAID)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        left_out = self.get_object(request, object_id)
        if not self.has_view_permission(request, left_out):
            raise PermissionDenied
        return payment_views.to_household(left_out)

    @admin.display(description="keluarga")
    def family(self, left_out):
        return str(left_out.household)

    @admin.display(description="desa/kelurahan")
    def place(self, left_out):
        return place_of(left_out.village)


class VoidFilter(DropdownFilter):
    title, parameter_name = "pembatalan", "batal"

    def lookups(self, request, model_admin):
        return [
            ("ya", "Dibatalkan"),
            ("baru", f"Dibatalkan dalam {RECENT_DAYS} hari terakhir"),
            ("tidak", "Berlaku"),
        ]

    def queryset(self, request, queryset):
        if self.value() == "ya":
            return queryset.filter(voided_at__isnull=False)
        if self.value() == "baru":
            return queryset.filter(voided_at__gte=recently())
        return queryset.valid() if self.value() == "tidak" else queryset


@admin.register(Purchase)
class PurchaseAdmin(OfSheet, ScopedAdmin):
    sheet = "transaksi"
    empty_text = "Transaksi dicatat di kasir agen, atau diunggah bank."
    list_display = ["number", "when", "agent", "payee", "amount_column", "state_column"]
    list_select_related = ["agent", "payment"]
    list_filter = ["period", VoidFilter, RegencyFilter, DistrictFilter, VillageFilter]
    search_fields = ["number"]
    search_help_text = "Nomor transaksi, nama, NIK, atau nomor KKS"
    actions = ["export"]

    def get_search_results(self, request, queryset, search_term):
        text = " ".join(search_term.split())
        if not text:
            return queryset, False
        return of_family(queryset, request, text, "payment__household", number=text), False

    def get_urls(self):
        void = path(
            "<int:pk>/batalkan/",
            self.admin_site.admin_view(self.void_view),
            name="distribution_purchase_void",
        )
        return [void, *super().get_urls()]

    def _purchase(self, request, object_id) -> Purchase:
        purchase = self.get_object(request, str(object_id))
        if not self.has_view_permission(request, purchase):
            raise PermissionDenied
        return purchase

    def change_view(self, request, object_id, form_url="", extra_context=None):
        return till_views.purchase_page(request, self._purchase(request, object_id))

    @admin.action(description="Unduh daftar terpilih")
    def export(self, request, queryset):
        return exports.export(self, request, queryset, PURCHASES)

    def void_view(self, request, pk):
        return till_views.void(request, self._purchase(request, pk))

    @admin.display(description="waktu")
    def when(self, purchase):
        return purchase.purchased_at

    @admin.display(description="pengurus")
    def payee(self, purchase):
        return purchase.payment.payee_name

    @admin.display(description="nominal")
    def amount_column(self, purchase):
        return rupiah(purchase.amount)

    amount_column.is_number = True

    @admin.display(description="status")
    def state_column(self, purchase):
        return state("idle", "Dibatalkan") if purchase.voided_at else state("ok", "Berlaku")


@admin.register(Cashier)
class CashierAdmin(ScopedAdmin):
    may_add = may_change = True
    empty_text = "Hubungkan pengguna berperan Agen dengan kasirnya."
    list_display = ["user", "agent", "bank"]
    list_select_related = ["user", "agent__bank"]
    autocomplete_fields = ["user", "agent"]

    def has_delete_permission(self, request, obj=None):
        return request.user.has_perm("distribution.delete_cashier")

    @admin.display(description="bank")
    def bank(self, cashier):
        return cashier.agent.bank
