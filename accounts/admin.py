"""The admin under which every list, form and file of the portal stays within the user's scope."""

from django.contrib import admin
from django.contrib.admin.views.main import ORDER_VAR
from django.contrib.auth.admin import UserAdmin
from django.core.paginator import Paginator
from django.db import models
from django.db.models import Case, Q, QuerySet, When
from django.http import Http404
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.html import format_html
from import_export import fields, widgets
from import_export.admin import ImportExportModelAdmin
from unfold.admin import ModelAdmin, TabularInline
from unfold.contrib.filters.admin import (
    BooleanRadioFilter,
    ChoicesDropdownFilter,
    DropdownFilter,
)
from unfold.contrib.import_export.forms import ExportForm, ImportForm
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.views import ChangeList
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.exchange import Sheet
from accounts.fields import GroupedIntegerField
from accounts.models import AccessLog, RegionAssignment, User
from accounts.scope import Scope
from accounts.standing import RECENT_DAYS, STANDINGS, recently
from regions.models import Holiday, Region
from spreadsheets.words import thousands


def regions_inside(scope: Scope) -> QuerySet[Region]:
    """The regions a user is assigned to and everything below them."""
    if scope.is_province:
        return Region.objects.all()
    inside = Q(pk__in=[])
    for code in scope.codes:
        inside |= Q(code=code) | Q(code__startswith=f"{code}.")
    return Region.objects.filter(inside)


def visible(queryset: QuerySet, user: User) -> QuerySet:
    """The part of any queryset that the user may see.

    Rows with a place by `visible_to`; regions inside the scope; users and their assignments where
    those assignments lie inside it. What is left is reference data without a place (programmes,
    banks, rates), which everybody sees whose role may.
    """
    if hasattr(queryset, "visible_to"):
        return queryset.visible_to(user)
    if user.scope.is_province:
        return queryset
    if queryset.model is Region:
        return queryset.filter(pk__in=regions_inside(user.scope))
    if queryset.model is User:
        return queryset.filter(
            pk__in=RegionAssignment.objects.filter(region__in=regions_inside(user.scope)).values(
                "user"
            )
        )
    if queryset.model is RegionAssignment:
        return queryset.filter(region__in=regions_inside(user.scope))
    return queryset


class CappedPaginator(Paginator):
    """Counts no further than it has to: a list of a million rows says "lebih dari 10.000"."""

    AT_MOST = 10_000

    @cached_property
    def _counted(self) -> int:
        if isinstance(self.object_list, QuerySet):
            return self.object_list.order_by()[: self.AT_MOST + 1].count()
        return len(self.object_list)

    @property
    def count(self) -> int:
        return min(self._counted, self.AT_MOST)

    @property
    def count_is_capped(self) -> bool:
        return self._counted > self.AT_MOST


class ScopedChangeList(ChangeList):
    def get_ordering(self, request, queryset):
        """Sort only by columns that the admin offers: any other would sort the whole table."""
        wanted = self.params.get(ORDER_VAR, "").replace("-", "").split(".")
        columns = [
            self.list_display[int(index)]
            for index in wanted
            if index.isdigit() and int(index) < len(self.list_display)
        ]
        if self.sortable_by is not None and not set(columns) <= set(self.sortable_by):
            self.params.pop(ORDER_VAR)
        return super().get_ordering(request, queryset)


class ScopedRelatedFilter(admin.RelatedFieldListFilter):
    """Choices of a related model, those inside the scope only."""

    def field_choices(self, field, request, model_admin):
        related = visible(field.remote_field.model._default_manager.all(), request.user)
        return [(row.pk, str(row)) for row in related]


class _PlaceFilter(DropdownFilter):
    def queryset(self, request, queryset):
        code = self.value()
        if not code:
            return queryset
        return queryset.filter(Scope((code,)).condition(queryset.model.PLACE))


class RegencyFilter(_PlaceFilter):
    """Kabupaten/kota within the scope; not offered where there is only one."""

    title = "kabupaten/kota"
    parameter_name = "kabupaten"

    def lookups(self, request, model_admin):
        choices = _place_choices(request)["REGENCY"]
        return choices if len(choices) > 1 else []


class DistrictFilter(_PlaceFilter):
    """Kecamatan of the chosen regency, or of the only one in the scope."""

    title = "kecamatan"
    parameter_name = "kecamatan"

    def lookups(self, request, model_admin):
        return _place_choices(request)["DISTRICT"]

    def queryset(self, request, queryset):
        return super().queryset(request, queryset) if self._is_below(request) else queryset

    def _is_below(self, request) -> bool:
        # A kecamatan left over from another regency would silently empty the list.
        return (self.value() or "").startswith(request.GET.get(RegencyFilter.parameter_name, ""))


class VillageFilter(_PlaceFilter):
    """Desa/kelurahan of the chosen kecamatan."""

    title = "desa/kelurahan"
    parameter_name = "desa"

    def lookups(self, request, model_admin):
        return _place_choices(request)["VILLAGE"]

    def queryset(self, request, queryset):
        return super().queryset(request, queryset) if self._is_below(request) else queryset

    def _is_below(self, request) -> bool:
        above = request.GET.get(DistrictFilter.parameter_name) or request.GET.get(
            RegencyFilter.parameter_name, ""
        )
        return (self.value() or "").startswith(above)


def _place_choices(request) -> dict[str, list[tuple[str, str]]]:
    """Choices of the three place filters by level, read once for a request."""
    if not hasattr(request, "_place_choices"):
        scope = request.user.scope
        village = request.GET.get(VillageFilter.parameter_name, "")
        district = request.GET.get(DistrictFilter.parameter_name) or village[:8]
        regency = request.GET.get(RegencyFilter.parameter_name) or district[:5]
        if not regency and len(scope.regencies) == 1:
            regency = scope.regencies[0]
        offered = Q(level=Region.Level.REGENCY)
        if regency:
            offered |= Q(level=Region.Level.DISTRICT, parent=regency)
        if district:
            offered |= Q(level=Region.Level.VILLAGE, parent=district)
        choices = {level: [] for level in Region.Level.values}
        for region in regions_inside(scope).filter(offered):
            name = region.full_name if region.level == Region.Level.REGENCY else region.name
            choices[region.level].append((region.code, name))
        request._place_choices = choices
    return request._place_choices


class _ScopedForms:
    """Rows and choices within the scope, in forms and inlines alike."""

    def get_queryset(self, request):
        return visible(super().get_queryset(request), request.user)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        kwargs["queryset"] = self._choices(db_field, request, kwargs)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        kwargs["queryset"] = self._choices(db_field, request, kwargs)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def _choices(self, db_field, request, kwargs) -> QuerySet:
        choices = kwargs.get("queryset")
        if choices is None:
            choices = db_field.remote_field.model._default_manager.all()
        return visible(choices, request.user)


class ScopedAdmin(_ScopedForms, ModelAdmin):
    """An admin whose every door shows the user's scope and nothing beside it.

    List, count, detail, choices, autocomplete, filters, actions and inlines; an object outside
    answers as not found. It is read-only: `may_add` and `may_change` open the two doors to those
    whose role has the permission too. Nothing is deleted through it.

    Lists page without counting or sorting the table: columns are not sortable unless `sortable_by`
    names them, and a parameter in the address filters only by what `list_filter` offers (any other
    field would let a masked number be guessed digit by digit).
    """

    may_add = False
    may_change = False

    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 25
    list_max_show_all = 0
    sortable_by = ()
    list_filter_submit = True
    list_filter_sheet = False

    def has_add_permission(self, request):
        return self.may_add and super().has_add_permission(request)

    def has_change_permission(self, request, obj=None):
        return self.may_change and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return False

    def get_object(self, request, object_id, from_field=None):
        found = super().get_object(request, object_id, from_field)
        if found is None:
            raise Http404
        return found

    def get_changelist(self, request, **kwargs):
        return ScopedChangeList

    def get_list_filter(self, request):
        return [
            (entry, ScopedRelatedFilter)
            if isinstance(entry, str)
            and "__" not in entry
            and self.model._meta.get_field(entry).is_relation
            else entry
            for entry in super().get_list_filter(request)
        ]

    def lookup_allowed(self, lookup, value, request=None):
        endings = ("", "__exact", "__in", "__isnull", "__gte", "__gt", "__lte", "__lt")
        allowed = set()
        for entry in self.get_list_filter(request):
            if isinstance(entry, tuple | list):
                path = entry[0]
                target = self.model._meta.get_field(path.split("__")[0])
                if "__" not in path and target.is_relation:
                    path = f"{path}__{target.target_field.name}"
                    allowed.add(f"{entry[0]}__isnull")
                allowed.update(path + ending for ending in (*endings, "_from", "_to"))
            elif isinstance(entry, str):
                allowed.update(entry + ending for ending in endings)
            else:
                allowed.add(entry.parameter_name)
        return lookup in allowed


class ScopedInline(_ScopedForms, TabularInline):
    """Rows of another model inside a form, those of the scope only."""

    extra = 0


class ReferenceDataAdmin(ScopedAdmin, ImportExportModelAdmin):
    """Small master data that are also exchanged as sheets, with a preview of what will change."""

    may_add = may_change = True
    import_form_class = ImportForm
    export_form_class = ExportForm
    formfield_overrides = {
        kind: {"form_class": GroupedIntegerField, "widget": UnfoldAdminTextInputWidget}
        for kind in (models.PositiveIntegerField, models.PositiveBigIntegerField)
    }

    def has_import_permission(self, request):
        return self.has_add_permission(request) and self.has_change_permission(request)

    def has_export_permission(self, request):
        return self.has_view_permission(request)


class RegionAssignmentInline(ScopedInline):
    model = RegionAssignment
    autocomplete_fields = ["region"]
    verbose_name_plural = "wilayah tugas"


class StandingFilter(DropdownFilter):
    """Accounts that cannot work as they should."""

    title, parameter_name = "keadaan", "keadaan"

    def lookups(self, request, model_admin):
        return [(key, label) for key, (label, _) in STANDINGS.items()]

    def queryset(self, request, queryset):
        _, found = STANDINGS.get(self.value() or "", (None, None))
        return queryset.filter(pk__in=found().values("pk")) if found else queryset


@admin.register(User)
class PortalUserAdmin(ScopedAdmin, UserAdmin):
    """Users with one role and their regions; nobody is deleted, who leaves is deactivated."""

    may_add = may_change = True
    form = UserChangeForm
    add_form = UserCreationForm
    add_form_template = None  # Django's own speaks of a second step that does not exist here
    change_password_form = AdminPasswordChangeForm
    inlines = [RegionAssignmentInline]

    list_display = ["full_name", "username", "role", "regions_column", "is_active", "last_login"]
    list_filter = [
        ("role", ChoicesDropdownFilter),
        ("is_active", BooleanRadioFilter),
        StandingFilter,
    ]
    search_fields = ["full_name", "username", "email"]
    search_help_text = "Nama, nama pengguna, atau surel"
    sortable_by = ["full_name", "username", "last_login"]
    ordering = ["full_name"]
    filter_horizontal = ()
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        ("Orang", {"fields": ["full_name", "email", "phone"]}),
        ("Tugas", {"fields": ["role", "bank", "is_active"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["username", "password1", "password2"]}),
        ("Orang", {"fields": ["full_name", "email", "phone"]}),
        ("Tugas", {"fields": ["role", "bank"]}),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("assignments__region")

    def has_add_permission(self, request):
        return super().has_add_permission(request) and request.user.scope.is_province

    def has_change_permission(self, request, obj=None):
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj) and request.user.scope.is_province

    def get_readonly_fields(self, request, obj=None):
        # Nobody takes the own role or account away by mistake, or gives himself another role.
        return ["role", "is_active"] if obj is not None and obj.pk == request.user.pk else []

    @admin.display(description="wilayah tugas")
    def regions_column(self, user):
        return ", ".join(assignment.region.full_name for assignment in user.assignments.all()) or (
            "tanpa wilayah tugas"
        )


class RecentFilter(DropdownFilter):
    title, parameter_name = "waktu", "waktu"

    def lookups(self, request, model_admin):
        return [("baru", f"{RECENT_DAYS} hari terakhir")]

    def queryset(self, request, queryset):
        return queryset.filter(at__gte=recently()) if self.value() else queryset


@admin.register(AccessLog)
class AccessLogAdmin(ScopedAdmin):
    empty_text = "Setiap nomor identitas yang ditampilkan dan setiap unduhan data tercatat di sini."
    list_display = ["at", "user", "kind", "subject", "purpose", "region", "rows_column"]
    list_select_related = ["user", "region"]
    list_filter = [("kind", ChoicesDropdownFilter), RecentFilter, RegencyFilter]
    ordering = ["-id"]

    @admin.display(description="jumlah baris")
    def rows_column(self, log):
        return thousands(log.row_count)

    rows_column.is_number = True


class LevelFilter(DropdownFilter):
    title, parameter_name = "tingkat", "tingkat"

    def lookups(self, request, model_admin):
        return Region.Level.choices

    def queryset(self, request, queryset):
        return queryset.filter(level=self.value()) if self.value() else queryset


class InsideFilter(DropdownFilter):
    """The regions directly below one: how the tree is walked."""

    title, parameter_name = "di dalam", "induk"

    def lookups(self, request, model_admin):
        regencies = regions_inside(request.user.scope).filter(level=Region.Level.REGENCY)
        choices = [(region.code, region.full_name) for region in regencies]
        chosen = self.value()
        if chosen and chosen not in dict(choices):
            choices += [
                (region.code, region.full_name)
                for region in regions_inside(request.user.scope).filter(pk=chosen)
            ]
        return choices

    def queryset(self, request, queryset):
        return queryset.filter(parent=self.value()) if self.value() else queryset


# Regions lie below accounts and cannot know the scope; so their admin stands here.
@admin.register(Region)
class RegionAdmin(ScopedAdmin):
    may_change = True
    list_display = ["full_name", "code", "level", "bps_code", "postcode", "inside"]
    list_filter = [LevelFilter, InsideFilter]
    list_select_related = ["parent"]
    search_fields = ["name", "code__startswith"]
    search_help_text = "Nama atau awal kode Kemendagri"
    fields = [
        "code",
        "name",
        "kind",
        "above",
        "bps_code",
        "postcode",
        "latitude",
        "longitude",
    ]
    readonly_fields = ["code", "kind", "above"]

    @admin.display(description="nama")
    def full_name(self, region):
        return region.full_name

    @admin.display(description="induk")
    def above(self, region):
        """Without a link, since the province above a district lies outside of its scope."""
        return region.parent.full_name if region.parent else "–"

    @admin.display(description="isi")
    def inside(self, region):
        if region.level == Region.Level.VILLAGE:
            return "–"
        return format_html('<a href="?induk={}">Lihat isinya</a>', region.code)


class HolidayResource(Sheet):
    day = fields.Field("day", "tanggal", widgets.DateWidget("%d-%m-%Y"))
    name = fields.Field("name", "nama")
    legal_basis = fields.Field("legal_basis", "dasar")

    class Meta:
        model = Holiday
        fields = ["day", "name", "legal_basis"]
        import_id_fields = ["day"]
        clean_model_instances = True
        skip_unchanged = True


class HolidayYearFilter(DropdownFilter):
    title, parameter_name = "tahun", "tahun"

    def lookups(self, request, model_admin):
        years = Holiday.objects.dates("day", "year", order="DESC")
        return [(str(first.year), str(first.year)) for first in years]

    def queryset(self, request, queryset):
        value = self.value() or ""
        return queryset.filter(day__year=value) if value.isdecimal() else queryset


@admin.register(Holiday)
class HolidayAdmin(ReferenceDataAdmin):
    """Kept by the administrator for each year as it is decreed; deadlines count without them."""

    resource_classes = [HolidayResource]
    empty_text = "Hari libur nasional ditetapkan setiap tahun; unggah daftarnya sebagai lembar."
    list_display = ["day_column", "name", "legal_basis"]
    list_filter = [HolidayYearFilter]
    search_fields = ["name", "legal_basis"]
    search_help_text = "Nama atau dasar hari libur"

    def get_ordering(self, request):
        """This year first, from January on, then the years to come, then those that are over."""
        this = timezone.localdate().year
        turn = Case(When(day__year=this, then=0), When(day__year__gt=this, then=1), default=2)
        return [turn.asc(), "day"]

    @admin.display(description="tanggal")
    def day_column(self, holiday):
        return date_format(holiday.day, "j F Y") + f" ({date_format(holiday.day, 'l')})"

    def get_readonly_fields(self, request, obj=None):
        return ["day"] if obj else []

    def has_delete_permission(self, request, obj=None):
        return request.user.has_perm("regions.delete_holiday")
