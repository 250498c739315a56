"""Small master data of the payout, exchanged as sheets with a preview of what will change."""

from django.contrib import admin
from django.utils import timezone
from django.utils.formats import number_format
from import_export import fields
from unfold.contrib.filters.admin import (
    BooleanRadioFilter,
    ChoicesDropdownFilter,
    DropdownFilter,
)

from accounts.admin import ReferenceDataAdmin, RegencyFilter
from accounts.exchange import Choice, Day, Known, Share, Sheet, Whole, Words, YesNo
from beneficiaries.admin import masked
from beneficiaries.models import Programme
from distribution.looks import state
from distribution.models import (
    BarredGroup,
    BarredPerson,
    BenefitRate,
    Budget,
    Commodity,
    FoodGroup,
    ProgrammePair,
    RegionIndicator,
)
from regions.models import Region
from spreadsheets.words import thousands


class BenefitRateResource(Sheet):
    """One row a rate; a row with the programme and first day of an existing rate replaces it."""

    programme = fields.Field("programme", "program", Known(Programme, "code"))
    amount = fields.Field("amount", "nilai_per_bulan", Whole())
    valid_from = fields.Field("valid_from", "berlaku_sejak", Day())
    valid_until = fields.Field("valid_until", "berlaku_sampai", Day())
    legal_basis = fields.Field("legal_basis", "dasar_hukum")

    class Meta:
        model = BenefitRate
        fields = ["programme", "amount", "valid_from", "valid_until", "legal_basis"]
        import_id_fields = ["programme", "valid_from"]
        clean_model_instances = True
        skip_unchanged = True


class BudgetResource(Sheet):
    """One row a programme, regency and year; a row that exists is replaced."""

    programme = fields.Field("programme", "program", Known(Programme, "code"))
    region = fields.Field("region", "kode_wilayah", Known(Region, "code"))
    year = fields.Field("year", "tahun", Whole())
    amount = fields.Field("amount", "pagu_rupiah", Whole())
    legal_basis = fields.Field("legal_basis", "dasar_penetapan")

    class Meta:
        model = Budget
        fields = ["programme", "region", "year", "amount", "legal_basis"]
        import_id_fields = ["programme", "region", "year"]
        clean_model_instances = True
        skip_unchanged = True


class FoodGroupResource(Sheet):
    code = fields.Field("code", "kode")
    name = fields.Field("name", "nama")
    position = fields.Field("position", "urutan", Whole())

    class Meta:
        model = FoodGroup
        fields = ["code", "name", "position"]
        import_id_fields = ["code"]
        clean_model_instances = True
        skip_unchanged = True


class CommodityResource(Sheet):
    name = fields.Field("name", "nama")
    group = fields.Field("group", "kelompok_gizi", Known(FoodGroup, "code"))
    unit = fields.Field("unit", "satuan")
    is_allowed = fields.Field("is_allowed", "boleh_dibeli", YesNo())
    note = fields.Field("note", "keterangan")

    class Meta:
        model = Commodity
        fields = ["name", "group", "unit", "is_allowed", "note"]
        import_id_fields = ["name"]
        clean_model_instances = True
        skip_unchanged = True


class RegionIndicatorResource(Sheet):
    region = fields.Field("region", "kode_wilayah", Known(Region, "code"))
    year = fields.Field("year", "tahun", Whole())
    kind = fields.Field("kind", "indikator", Choice(RegionIndicator.Kind.choices))
    value = fields.Field("value", "nilai", Share())
    source = fields.Field("source", "sumber")

    class Meta:
        model = RegionIndicator
        fields = ["region", "year", "kind", "value", "source"]
        import_id_fields = ["region", "year", "kind"]
        clean_model_instances = True
        skip_unchanged = True


class ProgrammePairResource(Sheet):
    first = fields.Field("first", "program_pertama", Known(Programme, "code"))
    second = fields.Field("second", "program_kedua", Known(Programme, "code"))
    rule = fields.Field("rule", "aturan", Choice(ProgrammePair.Rule.choices))
    legal_basis = fields.Field("legal_basis", "dasar_hukum")
    valid_from = fields.Field("valid_from", "berlaku_sejak", Day())
    valid_until = fields.Field("valid_until", "berlaku_sampai", Day())

    class Meta:
        model = ProgrammePair
        fields = ["first", "second", "rule", "legal_basis", "valid_from", "valid_until"]
        import_id_fields = ["first", "second", "valid_from"]
        clean_model_instances = True
        skip_unchanged = True


class BarredGroupResource(Sheet):
    code = fields.Field("code", "kode")
    name = fields.Field("name", "nama")
    words = fields.Field("words", "kata", Words())
    is_refused = fields.Field("is_refused", "ditolak", YesNo())
    legal_basis = fields.Field("legal_basis", "dasar_hukum")

    class Meta:
        model = BarredGroup
        fields = ["code", "name", "words", "is_refused", "legal_basis"]
        import_id_fields = ["code"]
        clean_model_instances = True
        skip_unchanged = True


class BarredPersonResource(Sheet):
    nik = fields.Field("nik", "nik")
    name = fields.Field("name", "nama")
    group = fields.Field("group", "golongan", Known(BarredGroup, "code"))
    note = fields.Field("note", "keterangan")

    class Meta:
        model = BarredPerson
        fields = ["nik", "name", "group", "note"]
        import_id_fields = ["nik", "group"]
        clean_model_instances = True
        skip_unchanged = True


def _in_force(row) -> bool:
    today = timezone.localdate()
    return row.valid_from <= today and (row.valid_until is None or today <= row.valid_until)


@admin.register(BenefitRate)
class BenefitRateAdmin(ReferenceDataAdmin):
    resource_classes = [BenefitRateResource]
    list_display = [
        "programme",
        "amount_column",
        "valid_from",
        "valid_until",
        "in_force",
        "legal_basis",
    ]
    list_filter = ["programme"]
    list_select_related = ["programme"]

    @admin.display(description="nilai per bulan")
    def amount_column(self, rate):
        return f"Rp{thousands(rate.amount)}"

    amount_column.is_number = True

    @admin.display(description="keadaan")
    def in_force(self, rate):
        if _in_force(rate):
            return state("ok", "Berlaku")
        if rate.valid_from > timezone.localdate():
            return state("info", "Belum berlaku")
        return state("idle", "Sudah berakhir")


class YearFilter(DropdownFilter):
    title, parameter_name = "tahun anggaran", "tahun"

    def lookups(self, request, model_admin):
        years = Budget.objects.visible_to(request.user).order_by("-year")
        return [(str(year), str(year)) for year in years.values_list("year", flat=True).distinct()]

    def queryset(self, request, queryset):
        value = self.value() or ""
        return queryset.filter(year=value) if value.isdecimal() else queryset


@admin.register(Budget)
class BudgetAdmin(ReferenceDataAdmin):
    """The regencies see their own; who sets them works for the province."""

    resource_classes = [BudgetResource]
    list_display = ["region", "programme", "year", "amount_column", "legal_basis"]
    list_filter = ["programme", YearFilter, RegencyFilter]
    list_select_related = ["programme", "region"]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "region":
            kwargs["queryset"] = Region.objects.regencies()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_add_permission(self, request):
        return super().has_add_permission(request) and request.user.scope.is_province

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and request.user.scope.is_province

    @admin.display(description="pagu")
    def amount_column(self, budget):
        return f"Rp{thousands(budget.amount)}"

    amount_column.is_number = True


@admin.register(FoodGroup)
class FoodGroupAdmin(ReferenceDataAdmin):
    resource_classes = [FoodGroupResource]
    list_display = ["name", "code", "position"]

    def get_readonly_fields(self, request, obj=None):
        return ["code"] if obj else []


@admin.register(Commodity)
class CommodityAdmin(ReferenceDataAdmin):
    resource_classes = [CommodityResource]
    list_display = ["name", "group", "unit", "allowed", "note"]
    list_filter = ["group", ("is_allowed", BooleanRadioFilter)]
    list_select_related = ["group"]
    search_fields = ["name"]
    search_help_text = "Nama barang"

    @admin.display(description="boleh dibeli")
    def allowed(self, commodity):
        return state("ok", "Boleh") if commodity.is_allowed else state("bad", "Tidak boleh")


@admin.register(RegionIndicator)
class RegionIndicatorAdmin(ReferenceDataAdmin):
    resource_classes = [RegionIndicatorResource]
    list_display = ["region", "kind", "year", "figure", "source"]
    list_filter = [("kind", ChoicesDropdownFilter)]
    list_select_related = ["region"]

    @admin.display(description="nilai", ordering="value")
    def figure(self, indicator):
        digits = 0 if indicator.kind == RegionIndicator.Kind.PENDUDUK_MISKIN else 2
        return number_format(indicator.value, digits, force_grouping=True)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "region":
            kwargs["queryset"] = Region.objects.filter(level__in=["PROVINCE", "REGENCY"])
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


RULE_LOOKS = {
    ProgrammePair.Rule.BOLEH: "ok",
    ProgrammePair.Rule.DICATAT: "warn",
    ProgrammePair.Rule.DILARANG: "bad",
}


@admin.register(ProgrammePair)
class ProgrammePairAdmin(ReferenceDataAdmin):
    resource_classes = [ProgrammePairResource]
    list_display = ["pair", "effect", "valid_from", "valid_until", "legal_basis"]
    list_filter = [("rule", ChoicesDropdownFilter)]
    list_select_related = ["first", "second"]

    @admin.display(description="program")
    def pair(self, pair):
        return f"{pair.first} dan {pair.second}"

    @admin.display(description="aturan")
    def effect(self, pair):
        return state(RULE_LOOKS[pair.rule], pair.get_rule_display())


@admin.register(BarredGroup)
class BarredGroupAdmin(ReferenceDataAdmin):
    resource_classes = [BarredGroupResource]
    list_display = ["name", "words_column", "effect", "legal_basis"]

    def get_readonly_fields(self, request, obj=None):
        return ["code"] if obj else []

    @admin.display(description="kata pada pekerjaan")
    def words_column(self, group):
        return ", ".join(group.words)

    @admin.display(description="akibat")
    def effect(self, group):
        return state("bad", "Ditolak") if group.is_refused else state("warn", "Menjadi temuan")


@admin.register(BarredPerson)
class BarredPersonAdmin(ReferenceDataAdmin):
    resource_classes = [BarredPersonResource]
    empty_text = "Daftar dari instansi diunggah sebagai lembar; pemilik agen diperiksa terhadapnya."
    list_display = ["name", "nik_column", "group", "note"]
    list_filter = ["group"]
    list_select_related = ["group"]
    search_fields = ["name"]
    search_help_text = "Nama orang"

    @admin.display(description="NIK")
    def nik_column(self, person):
        return masked(person.nik)
