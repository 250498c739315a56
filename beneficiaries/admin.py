"""Lists of the register, read-only: rows change through uploads, not through forms."""

from functools import cache

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.shortcuts import redirect
from django.template import engines
from django.urls import path, reverse
from import_export import fields
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter

from accounts.admin import (
    DistrictFilter,
    ReferenceDataAdmin,
    RegencyFilter,
    ScopedAdmin,
    ScopedChangeList,
    VillageFilter,
)
from accounts.exchange import Day, Sheet, YesNo
from beneficiaries import exports, figures, views
from beneficiaries.models import Bank, Enrollment, Household, Person, Programme
from beneficiaries.search import AT_MOST, find_households, find_persons
from spreadsheets.words import thousands


@cache
def _template(source: str):
    return engines["django"].from_string(source)


def masked(number: str) -> str:
    return _template("{{ number|samar }}").render({"number": number})


def badges(marks: list[figures.Mark]) -> str:
    source = (
        "{% for mark in marks %}{% badge kind=mark.tone icon=mark.icon text=mark.text %} "
        "{% endfor %}"
    )
    return _template(source).render({"marks": marks})


class _YesNoFilter(DropdownFilter):
    """Two choices that are a condition and its opposite."""

    yes, no = "Ya", "Tidak"

    def lookups(self, request, model_admin):
        return [("ya", self.yes), ("tidak", self.no)]

    def condition(self):
        raise NotImplementedError

    def queryset(self, request, queryset):
        if self.value() == "ya":
            return queryset.filter(self.condition())
        if self.value() == "tidak":
            return queryset.exclude(self.condition())
        return queryset


class KpmFilter(_YesNoFilter):
    title, parameter_name = "KPM", "kpm"
    yes, no = "KPM aktif", "Bukan KPM"

    def condition(self):
        return Exists(Enrollment.objects.active().sembako().filter(household=OuterRef("pk")))

    def queryset(self, request, queryset):
        queryset = super().queryset(request, queryset)
        return queryset.active() if self.value() == "ya" else queryset


class InvalidNikFilter(_YesNoFilter):
    title, parameter_name = "NIK anggota", "nik"
    yes, no = "Ada yang tidak sah", "Semua sah"

    def condition(self):
        return Exists(Person.objects.active().with_invalid_nik().filter(household=OuterRef("pk")))


class LackFilter(DropdownFilter):
    title, parameter_name = "data yang kurang", "kurang"

    def lookups(self, request, model_admin):
        return [(key, label) for key, (label, _) in figures.HOUSEHOLD_LACKS.items()]

    def queryset(self, request, queryset):
        _, condition = figures.HOUSEHOLD_LACKS.get(self.value() or "", ("", None))
        return queryset.filter(condition()) if condition else queryset


class PersonNikFilter(DropdownFilter):
    title, parameter_name = "NIK", "nik"

    def lookups(self, request, model_admin):
        return [("sah", "Sah"), ("tidak", "Tidak sah")]

    def queryset(self, request, queryset):
        if self.value() in ("sah", "tidak"):
            return queryset.filter(nik_valid=self.value() == "sah")
        return queryset


class PersonMatchedFilter(DropdownFilter):
    title, parameter_name = "pemadanan", "padan"

    def lookups(self, request, model_admin):
        return [("ya", "Padan"), ("tidak", "Belum padan")]

    def queryset(self, request, queryset):
        if self.value() == "ya":
            return queryset.matched()
        return queryset.unmatched() if self.value() == "tidak" else queryset


class ActiveFilter(DropdownFilter):
    title, parameter_name = "keadaan", "aktif"

    def lookups(self, request, model_admin):
        return [("ya", "Aktif"), ("tidak", "Nonaktif")]

    def queryset(self, request, queryset):
        if self.value() in ("ya", "tidak"):
            return queryset.filter(is_active=self.value() == "ya")
        return queryset


class RegisterFilter(DropdownFilter):
    """By the register of the family, for rows that belong to one."""

    title, parameter_name = "register", "register"

    def lookups(self, request, model_admin):
        return Household.Register.choices

    def queryset(self, request, queryset):
        if self.value() in Household.Register.values:
            return queryset.filter(household__register=self.value())
        return queryset


class DecileFilter(DropdownFilter):
    title, parameter_name = "desil", "desil"

    def lookups(self, request, model_admin):
        return [(str(decile), f"Desil {decile}") for decile in range(1, 11)]

    def queryset(self, request, queryset):
        value = self.value()
        if value and value.isdigit():
            return queryset.filter(decile=int(value))
        return queryset


class ProgrammeFilter(DropdownFilter):
    """Families enrolled now; for enrolments the programme itself."""

    title, parameter_name = "program", "program"

    def lookups(self, request, model_admin):
        return list(Programme.objects.values_list("code", "name"))

    def queryset(self, request, queryset):
        if not self.value():
            return queryset
        if queryset.model is Enrollment:
            return queryset.filter(programme=self.value())
        enrolled = Enrollment.objects.active().filter(programme=self.value())
        return queryset.filter(Exists(enrolled.filter(household=OuterRef("pk"))))


class RunningFilter(DropdownFilter):
    title, parameter_name = "keadaan", "berjalan"

    def lookups(self, request, model_admin):
        return [("ya", "Masih menjadi peserta"), ("tidak", "Sudah berakhir")]

    def queryset(self, request, queryset):
        if self.value() in ("ya", "tidak"):
            return queryset.filter(ended_on__isnull=self.value() == "ya")
        return queryset


class RegisterChangeList(ScopedChangeList):
    """Fetches what the rows of one page show besides their columns, for all rows at once."""

    def get_results(self, request):
        super().get_results(request)
        self.result_list = list(self.result_list)
        self.model_admin.complete(self.result_list)


class RegisterAdmin(ScopedAdmin):
    """A list of the register that is searched by name or number."""

    search_fields = ["pk"]
    search_help_text = "Nama, NIK, nomor KK, nomor KKS, atau ID DTKS"
    list_filter = [RegencyFilter, DistrictFilter, VillageFilter]

    def get_changelist(self, request, **kwargs):
        return RegisterChangeList

    def complete(self, rows: list) -> None:
        """Attach to the rows of a page what their columns show."""

    def found(self, request, queryset, text):
        """The searched part of `queryset`, and whether more was found than is looked at."""
        found = find_households(request.user, text, within=self._within(request))
        return queryset.filter(household__in=found.ids), found.is_capped

    def get_search_results(self, request, queryset, search_term):
        if not search_term.strip():
            return queryset, False
        queryset, is_capped = self.found(request, queryset, search_term)
        if is_capped:
            self.message_user(
                request,
                f"Lebih dari {thousands(AT_MOST)} data cocok dengan “{search_term}”; yang pertama"
                " saja diperlihatkan. Tambahkan kata atau pilih wilayah.",
                messages.INFO,
            )
        return queryset, False

    def _within(self, request) -> str:
        parameters = (filter_.parameter_name for filter_ in (DistrictFilter, RegencyFilter))
        codes = (request.GET.get(parameter, "") for parameter in parameters)
        return next((code for code in codes if _is_region_code(code)), "")

    @admin.display(description="desa/kelurahan")
    def village_column(self, row):
        return f"{row.village.name}, Kec. {row.village.parent.name}"


def _is_region_code(code: str) -> bool:
    return len(code) in (5, 8) and code.replace(".", "").isdigit()


@admin.register(Household)
class HouseholdAdmin(RegisterAdmin):
    list_display = ["name", "payee_nik", "kk", "village_column", "decile", "marks"]
    list_display_links = ["name"]
    list_select_related = ["village__parent", "payee"]
    list_filter = [
        *RegisterAdmin.list_filter,
        KpmFilter,
        ActiveFilter,
        InvalidNikFilter,
        LackFilter,
        ("register", ChoicesDropdownFilter),
        DecileFilter,
        ProgrammeFilter,
    ]
    actions = ["export"]

    def get_urls(self):
        return [
            path(
                "<int:pk>/tampilkan/",
                self.admin_site.admin_view(self.reveal_view),
                name="beneficiaries_household_reveal",
            ),
            *super().get_urls(),
        ]

    def found(self, request, queryset, text):
        found = find_households(request.user, text, within=self._within(request))
        return queryset.filter(pk__in=found.ids), found.is_capped

    def complete(self, rows):
        marks = figures.marks_of([row.pk for row in rows])
        for row in rows:
            row.marks_of_row = marks[row.pk]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        return views.household_page(request, self._household(request, object_id))

    def reveal_view(self, request, pk):
        return views.reveal(request, self._household(request, str(pk)))

    def _household(self, request, object_id) -> Household:
        household = self.get_object(request, object_id)
        if not self.has_view_permission(request, household):
            raise PermissionDenied
        return views.with_family(self.get_queryset(request), request.user).get(pk=household.pk)

    @admin.display(description="keluarga")
    def name(self, household):
        return household.payee.name if household.payee else household.dtks_id

    @admin.display(description="NIK pengurus")
    def payee_nik(self, household):
        return masked(household.payee.nik) if household.payee else "–"

    @admin.display(description="nomor KK")
    def kk(self, household):
        return masked(household.kk_number)

    @admin.display(description="status")
    def marks(self, household):
        return badges(household.marks_of_row)

    @admin.action(description="Unduh daftar terpilih")
    def export(self, request, queryset):
        return exports.export(self, request, queryset, exports.HOUSEHOLDS)


@admin.register(Person)
class PersonAdmin(RegisterAdmin):
    list_display = [
        "name",
        "nik_column",
        "relation",
        "sex",
        "birth_date",
        "village_column",
        "state",
    ]
    list_display_links = ["name"]
    list_select_related = ["village__parent"]
    list_filter = [
        *RegisterAdmin.list_filter,
        PersonNikFilter,
        PersonMatchedFilter,
        ActiveFilter,
        RegisterFilter,
        ("relation", ChoicesDropdownFilter),
        ("sex", ChoicesDropdownFilter),
    ]
    actions = ["export"]

    def found(self, request, queryset, text):
        found = find_persons(request.user, text, within=self._within(request))
        return queryset.filter(pk__in=found.ids), found.is_capped

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """A person is shown among the family."""
        person = self.get_object(request, object_id)
        if not self.has_view_permission(request, person):
            raise PermissionDenied
        url = reverse("admin:beneficiaries_household_change", args=[person.household_id])
        return redirect(f"{url}#orang-{person.pk}")

    @admin.display(description="NIK")
    def nik_column(self, person):
        return masked(person.nik)

    @admin.display(description="status")
    def state(self, person):
        if not person.is_active:
            reason = person.get_inactive_reason_display().lower()
            return badges([figures.Mark("idle", "flag", f"Nonaktif: {reason}")])
        if person.nik_valid:
            return badges([figures.Mark("ok", "ok", "NIK sah")])
        return badges([figures.Mark("warn", "warn", "NIK tidak sah")])

    @admin.action(description="Unduh daftar terpilih")
    def export(self, request, queryset):
        return exports.export(self, request, queryset, exports.PERSONS)


class OfHouseholdAdmin(RegisterAdmin):
    """Rows that are shown on the page of their household."""

    def change_view(self, request, object_id, form_url="", extra_context=None):
        row = self.get_object(request, object_id)
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        return redirect("admin:beneficiaries_household_change", row.household_id)

    @admin.display(description="keluarga")
    def household_column(self, row):
        household = row.household
        return household.payee.name if household.payee else household.dtks_id


@admin.register(Enrollment)
class EnrollmentAdmin(OfHouseholdAdmin):
    list_display = [
        "household_column",
        "programme",
        "started_on",
        "ended_on",
        "end_reason",
        "village_column",
    ]
    list_select_related = ["village__parent", "household__payee", "programme"]
    list_filter = [*RegisterAdmin.list_filter, ProgrammeFilter, RunningFilter]


class ProgrammeResource(Sheet):
    code = fields.Field("code", "kode")
    name = fields.Field("name", "nama")
    is_sembako = fields.Field("is_sembako", "sembako", YesNo())
    started_on = fields.Field("started_on", "berlaku_sejak", Day())
    ended_on = fields.Field("ended_on", "berlaku_sampai", Day())
    legal_basis = fields.Field("legal_basis", "dasar_hukum")

    class Meta:
        model = Programme
        fields = ["code", "name", "is_sembako", "started_on", "ended_on", "legal_basis"]
        import_id_fields = ["code"]
        clean_model_instances = True
        skip_unchanged = True


@admin.register(Programme)
class ProgrammeAdmin(ReferenceDataAdmin):
    resource_classes = [ProgrammeResource]
    list_display = ["name", "code", "is_sembako", "started_on", "ended_on", "legal_basis"]
    search_fields = ["name", "code"]
    search_help_text = "Nama atau kode program"

    def get_readonly_fields(self, request, obj=None):
        # The code is the key that enrolments point at.
        return ["code"] if obj else []


class BankResource(Sheet):
    code = fields.Field("code", "kode")
    name = fields.Field("name", "nama")
    short_name = fields.Field("short_name", "nama_singkat")
    is_active = fields.Field("is_active", "aktif", YesNo())

    class Meta:
        model = Bank
        fields = ["code", "name", "short_name", "is_active"]
        import_id_fields = ["code"]
        clean_model_instances = True
        skip_unchanged = True


@admin.register(Bank)
class BankAdmin(ReferenceDataAdmin):
    resource_classes = [BankResource]
    list_display = ["short_name", "name", "code", "is_active"]
    search_fields = ["name", "short_name", "code"]
    search_help_text = "Nama atau kode bank"

    def get_readonly_fields(self, request, obj=None):
        return ["code"] if obj else []
