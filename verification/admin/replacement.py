"""Replacements, changes of pengurus and quotas."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.utils import timezone
from import_export import fields
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter

from accounts.admin import (
    DistrictFilter,
    ReferenceDataAdmin,
    RegencyFilter,
    ScopedChangeList,
    VillageFilter,
)
from accounts.exchange import Known, Sheet, Whole
from beneficiaries import exports
from beneficiaries.admin import badges
from beneficiaries.figures import Mark
from beneficiaries.models import Programme, Quota
from regions.models import Region
from spreadsheets.words import thousands
from verification.admin.filters import ForMeFilter
from verification.admin.meetings import SteppedAdmin
from verification.figures.quotas import places_of
from verification.models import PayeeChange, Replacement
from verification.views import replacement as views
from verification.views.siblings import REPLACEMENT, tabs

EXPORT = exports.Export(
    "penggantian",
    "verification.view_replacement",
    ("village__parent__parent", "household__payee", "leaving__household__payee", "round"),
    (
        exports.Column("PUTARAN", lambda row: row.round.name),
        exports.Column("MASUK", lambda row: str(row.household)),
        exports.Column("NOKK MASUK", lambda row: row.household.kk_number, is_identity=True),
        exports.Column(
            "MENGGANTIKAN", lambda row: str(row.leaving.household) if row.leaving else ""
        ),
        exports.Column(
            "ALASAN KELUAR", lambda row: row.leaving.get_reason_display() if row.leaving else ""
        ),
        exports.Column("KABUPATEN/KOTA", lambda row: row.village.parent.parent.full_name),
        exports.Column("KECAMATAN", lambda row: row.village.parent.name),
        exports.Column("DESA/KELURAHAN", lambda row: row.village.name),
        exports.Column("PERINGKAT", lambda row: row.rank),
        exports.Column("DARI", lambda row: row.waiting),
        exports.Column("DILEWATI", lambda row: row.skipped),
        exports.Column("ALASAN MELEWATI", lambda row: row.skip_reason),
        exports.Column("STATUS", lambda row: row.get_status_display()),
    ),
)


PAYEE_EXPORT = exports.Export(
    "ganti-pengurus",
    "verification.view_payeechange",
    ("village__parent__parent", "household", "old_payee", "new_payee"),
    (
        exports.Column("ID DTKS", lambda row: row.household.dtks_id),
        exports.Column("NOKK", lambda row: row.household.kk_number, is_identity=True),
        exports.Column("PENGURUS LAMA", lambda row: row.old_payee.name if row.old_payee else ""),
        exports.Column("PENGURUS BARU", lambda row: row.new_payee.name),
        exports.Column("KABUPATEN/KOTA", lambda row: row.village.parent.parent.full_name),
        exports.Column("KECAMATAN", lambda row: row.village.parent.name),
        exports.Column("DESA/KELURAHAN", lambda row: row.village.name),
        exports.Column("ALASAN", lambda row: row.get_reason_display()),
        exports.Column("TANGGAL KEJADIAN", lambda row: row.happened_on),
        exports.Column("STATUS", lambda row: row.get_status_display()),
    ),
)


class DecidedAdmin(SteppedAdmin):
    list_before_template = "verification/list_tabs.html"
    list_display_links = ["name"]
    list_filter = [
        ("status", ChoicesDropdownFilter),
        ForMeFilter,
        RegencyFilter,
        DistrictFilter,
        VillageFilter,
    ]
    steps = {"grant": ("setujui", views.grant), "refuse": ("tolak", views.refuse)}

    @property
    def tabs(self):
        return tabs(REPLACEMENT, self.model._meta.model_name)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        return views.page(request, self.page_object(request, object_id))

    @admin.display(description="keluarga")
    def name(self, row):
        return str(row.household)

    @admin.display(description="status")
    def state(self, row):
        return badges([Mark(*views.LOOKS[row.status], row.get_status_display())])


@admin.register(Replacement)
class ReplacementAdmin(DecidedAdmin):
    list_display = ["name", "place", "replaces", "standing", "round", "state"]
    list_select_related = [
        *("village__parent", "household__payee", "leaving__household__payee", "round"),
    ]
    list_filter = ["round", *DecidedAdmin.list_filter]
    related = (
        *("village__parent__parent", "household__payee", "case", "round"),
        *("leaving__household__payee", "made_by", "decided_by"),
    )
    empty_text = "Penggantian diajukan dari daftar tunggu."
    actions = ["export"]

    @admin.display(description="menggantikan")
    def replaces(self, row):
        return str(row.leaving.household) if row.leaving else "tempat kosong"

    @admin.display(description="peringkat")
    def standing(self, row):
        return f"{row.rank} dari {row.waiting}"

    @admin.action(description="Unduh daftar terpilih")
    def export(self, request, queryset):
        return exports.export(self, request, queryset, EXPORT)


@admin.register(PayeeChange)
class PayeeChangeAdmin(DecidedAdmin):
    may_add = True
    list_display = ["name", "place", "old_payee", "new_payee", "reason", "happened_on", "state"]
    list_select_related = ["village__parent", "household__payee", "old_payee", "new_payee"]
    related = (
        *("village__parent__parent", "household__payee", "old_payee", "new_payee"),
        *("made_by", "decided_by", "file"),
    )
    empty_text = "Ganti pengurus diajukan bila pengurus meninggal, pindah, atau tidak mampu lagi."
    actions = ["export"]

    @admin.action(description="Unduh daftar terpilih")
    def export(self, request, queryset):
        return exports.export(self, request, queryset, PAYEE_EXPORT)

    def add_view(self, request, form_url="", extra_context=None):
        if not self.has_add_permission(request):
            raise PermissionDenied
        return redirect("verification:choose", "pengurus")


class QuotaResource(Sheet):
    """One row a programme, place and year; a row that exists is replaced."""

    programme = fields.Field("programme", "program", Known(Programme, "code"))
    region = fields.Field("region", "kode_wilayah", Known(Region, "code"))
    year = fields.Field("year", "tahun", Whole())
    families = fields.Field("families", "kuota_keluarga", Whole())
    legal_basis = fields.Field("legal_basis", "dasar_penetapan")

    class Meta:
        model = Quota
        fields = ["programme", "region", "year", "families", "legal_basis"]
        import_id_fields = ["programme", "region", "year"]
        clean_model_instances = True
        skip_unchanged = True


class YearFilter(DropdownFilter):
    title, parameter_name = "tahun", "tahun"

    def lookups(self, request, model_admin):
        this_year = timezone.localdate().year
        return [(str(year), str(year)) for year in range(this_year + 1, this_year - 5, -1)]

    def queryset(self, request, queryset):
        value = self.value() or ""
        return queryset.filter(year=int(value)) if value.isdecimal() else queryset


class QuotaChangeList(ScopedChangeList):
    """Counts the places of the quotas on one page together."""

    def get_results(self, request):
        super().get_results(request)
        self.result_list = list(self.result_list)
        places = places_of(self.result_list)
        for quota in self.result_list:
            quota.places = places[quota.pk]


@admin.register(Quota)
class QuotaAdmin(ReferenceDataAdmin):
    resource_classes = [QuotaResource]
    list_display = ["region", "year", "programme", "places", "taken", "left", "legal_basis"]
    list_display_links = ["region"]
    list_select_related = ["region", "programme"]
    list_filter = [YearFilter, RegencyFilter]
    fields = ["region", "year", "programme", "families", "legal_basis"]
    autocomplete_fields = ["region"]
    empty_text = "Tanpa kuota, keluarga hanya dapat masuk menggantikan KPM yang keluar."

    def get_changelist(self, request, **kwargs):
        return QuotaChangeList

    def get_readonly_fields(self, request, obj=None):
        # Whom a quota counts for does not change; another place or year is another quota.
        return ["region", "year", "programme"] if obj else []

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "programme":
            kwargs["queryset"] = db_field.related_model.objects.filter(is_sembako=True)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description="kuota keluarga")
    def places(self, quota):
        return thousands(quota.families)

    @admin.display(description="terpakai")
    def taken(self, quota):
        return thousands(quota.places.taken)

    @admin.display(description="tersisa")
    def left(self, quota):
        left = quota.places.left
        if left < 0:
            return badges([Mark("bad", "warn", f"lewat {-left}")])
        return thousands(left)

    places.is_number = taken.is_number = left.is_number = True
