"""Lists of endorsement and decree, read-only: what changes them are their actions."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter

from accounts.admin import DistrictFilter, RegencyFilter, ScopedAdmin, VillageFilter
from beneficiaries.admin import badges, masked
from beneficiaries.figures import Mark
from spreadsheets.words import thousands
from verification.figures import endorsement as figures
from verification.figures.rounds import in_a_sentence
from verification.models import (
    Decree,
    DecreeItem,
    Endorsement,
    EndorsementItem,
    SecondLook,
)
from verification.views import decrees, papers
from verification.views import endorsement as views


class _Behind(ScopedAdmin):
    """A list that is reached from a page, not from the navigation: its crumb is its own name."""

    def changelist_view(self, request, extra_context=None):
        title = self.opts.verbose_name_plural.capitalize()
        return super().changelist_view(request, {"title": title, **(extra_context or {})})


class _Pages(ScopedAdmin):
    """Pages of one object under its own address, each within the scope."""

    def door(self, route: str, view, name: str):
        info = self.opts.app_label, self.opts.model_name
        return path(route, self.admin_site.admin_view(view), name="_".join((*info, name)))

    def one(self, request, pk):
        found = self.get_object(request, str(pk))
        if not self.has_view_permission(request, found):
            raise PermissionDenied
        return found


@admin.register(Endorsement)
class EndorsementAdmin(_Pages):
    may_add = True
    empty_text = "Daftar yang disusun untuk disahkan bupati atau wali kota muncul di sini."
    list_display = ["place", "round", "state", "receiving_column", "moves", "letter"]
    list_select_related = ["region", "round"]
    list_filter = [("status", ChoicesDropdownFilter), "round", RegencyFilter]

    class Media:
        css = {"all": ["portal/verification.css"]}

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("region", "round")

    def get_urls(self):
        own = [
            self.door("<int:pk>/berita-acara/", self.minutes_view, "minutes"),
            self.door("<int:pk>/periksa/", self.check_view, "check"),
            self.door("<int:pk>/penetapan/", self.decree_view, "decree"),
            self.door("<int:pk>/unduh/<str:what>/", self.download_view, "download"),
            self.door("<int:pk>/langkah/<str:key>/", self.step_view, "step"),
        ]
        return [*own, *super().get_urls()]

    def add_view(self, request, form_url="", extra_context=None):
        if not self.has_add_permission(request):
            raise PermissionDenied
        return views.add_endorsement(request)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        return views.endorsement_page(request, self.one(request, object_id))

    def step_view(self, request, pk, key):
        return views.take_step(request, self.one(request, pk), key)

    def minutes_view(self, request, pk):
        return papers.download_minutes(request, self.one(request, pk))

    def check_view(self, request, pk):
        return papers.check_file(request, self.one(request, pk))

    def download_view(self, request, pk, what):
        return papers.download(request, self.one(request, pk), what)

    def decree_view(self, request, pk):
        return decrees.record(request, self.one(request, pk))

    @admin.display(description="kabupaten/kota")
    def place(self, endorsement):
        return endorsement.region.full_name

    @admin.display(description="status")
    def state(self, endorsement):
        kind, icon = figures.LOOKS[endorsement.status]
        return badges([Mark(kind, icon, endorsement.get_status_display())])

    @admin.display(description="penerima")
    def receiving_column(self, endorsement):
        return thousands(endorsement.receiving)

    receiving_column.is_number = True

    @admin.display(description="masuk / keluar")
    def moves(self, endorsement):
        return f"+{thousands(endorsement.entered)} / −{thousands(endorsement.left)}"

    @admin.display(description="surat")
    def letter(self, endorsement):
        if not endorsement.number:
            return "–"
        day = date_format(endorsement.signed_on, "j M Y")
        return format_html('{}<span class="sub">{}</span>', endorsement.number, day)


class ComparedFilter(DropdownFilter):
    """Against the list of the round before, as the page of the endorsement counts."""

    title, parameter_name = "dibanding daftar sebelumnya", "banding"

    def lookups(self, request, model_admin):
        return [("masuk", "Masuk"), ("keluar", "Keluar"), ("berubah", "Data berubah")]

    def queryset(self, request, queryset):
        compared = figures.COMPARED.get(self.value() or "")
        wanted = request.GET.get("endorsement__id__exact", "")
        if compared is None or not wanted.isdecimal():
            return queryset
        endorsement = Endorsement.objects.visible_to(request.user).filter(pk=wanted).first()
        previous = endorsement and figures.previous_of(endorsement)
        if previous is None:
            return queryset.none()
        return queryset.filter(pk__in=compared(endorsement, previous).values("pk"))


class RefusedFilter(DropdownFilter):
    title, parameter_name = "usulan", "usulan"

    def lookups(self, request, model_admin):
        return [("tidak-diterima", "Tidak diterima")]

    def queryset(self, request, queryset):
        return queryset.filter(result="") if self.value() == "tidak-diterima" else queryset


class GoneFilter(DropdownFilter):
    """Families of a list of which a later list says nothing."""

    title, parameter_name = "hilang dari daftar", "hilang"

    def lookups(self, request, model_admin):
        wanted = request.GET.get("endorsement__id__exact", "")
        if not wanted.isdecimal():
            return []
        own = Endorsement.objects.visible_to(request.user).filter(pk=wanted).first()
        if own is None:
            return []
        later = Endorsement.objects.visible_to(request.user).filter(
            region=own.region_id, round__starts_on__gt=own.round.starts_on
        )
        return [(str(one.pk), str(one.round)) for one in later.select_related("round")]

    def queryset(self, request, queryset):
        wanted = self.value() or ""
        if not wanted.isdecimal():
            return queryset
        later = Endorsement.objects.visible_to(request.user).filter(pk=wanted).first()
        if later is None:
            return queryset.none()
        previous = figures.previous_of(later)
        if previous is None:
            return queryset.none()
        return queryset.filter(pk__in=figures.gone_without_case(later, previous).values("pk"))


def _household_link(name: str, household_id: int | None):
    if household_id is None:
        return name
    url = reverse("admin:beneficiaries_household_change", args=[household_id])
    return format_html('<a class="rowlink" href="{}">{}</a>', url, name)


@admin.register(EndorsementItem)
class EndorsementItemAdmin(_Behind):
    list_display = ["family", "masked_nik", "place", "outcome", "endorsement"]
    list_display_links = None
    list_select_related = ["village__parent", "endorsement__round", "endorsement__region"]
    list_filter = [
        "endorsement",
        ("result", ChoicesDropdownFilter),
        RefusedFilter,
        ("reason", ChoicesDropdownFilter),
        RegencyFilter,
        DistrictFilter,
        VillageFilter,
        ComparedFilter,
        GoneFilter,
    ]
    ordering = ["endorsement", "position"]

    @admin.display(description="keluarga")
    def family(self, item):
        return _household_link(str(item), item.household_id)

    @admin.display(description="NIK pengurus")
    def masked_nik(self, item):
        return masked(item.nik)

    @admin.display(description="desa/kelurahan")
    def place(self, item):
        return format_html(
            '{}<span class="sub">Kec. {}</span>', item.village.name, item.village.parent.name
        )

    @admin.display(description="hasil")
    def outcome(self, item):
        kind, icon = figures.RESULT_LOOKS[item.result]
        reason = f": {in_a_sentence(item.get_reason_display())}" if item.reason else ""
        return badges([Mark(kind, icon, f"{item.get_result_display()}{reason}")])


class LookedFilter(DropdownFilter):
    title, parameter_name = "keadaan", "keadaan"

    def lookups(self, request, model_admin):
        return [
            ("belum", "Belum dilihat"),
            ("sesuai", "Sesuai"),
            ("tidak-sesuai", "Tidak sesuai atau tidak ditemukan"),
        ]

    def queryset(self, request, queryset):
        value = self.value()
        if value == "belum":
            return queryset.filter(outcome="")
        if value == "sesuai":
            return queryset.filter(outcome="SESUAI")
        if value == "tidak-sesuai":
            return queryset.exclude(outcome__in=["", "SESUAI"])
        return queryset


@admin.register(SecondLook)
class SecondLookAdmin(_Behind, _Pages):
    list_display = ["family", "place", "why", "state", "looked_on"]
    list_select_related = ["item", "village__parent"]
    list_filter = [
        "endorsement",
        LookedFilter,
        ("method", ChoicesDropdownFilter),
        RegencyFilter,
        DistrictFilter,
    ]

    class Media:
        css = {"all": ["portal/verification.css"]}

    def change_view(self, request, object_id, form_url="", extra_context=None):
        look = self.one(request, object_id)
        with_item = self.get_queryset(request).select_related(
            "item__village__parent", "endorsement__region", "endorsement__round", "recorded_by"
        )
        return views.look_page(request, with_item.get(pk=look.pk))

    @admin.display(description="keluarga")
    def family(self, look):
        return str(look.item)

    @admin.display(description="desa/kelurahan")
    def place(self, look):
        return format_html(
            '{}<span class="sub">Kec. {}</span>', look.village.name, look.village.parent.name
        )

    @admin.display(description="hasil")
    def state(self, look):
        kind, icon = figures.LOOKED_LOOKS[look.outcome]
        return badges([Mark(kind, icon, look.get_outcome_display())])


@admin.register(Decree)
class DecreeAdmin(_Pages):
    empty_text = "Penetapan dicatat pada halaman pengesahan yang sudah diteruskan ke pusat."
    list_display = ["number_column", "place", "round_column", "state", "effective_on", "changes"]
    list_select_related = ["region", "endorsement__round"]
    list_filter = [("status", ChoicesDropdownFilter), RegencyFilter]

    class Media:
        css = {"all": ["portal/verification.css"]}

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .select_related("region", "endorsement__region", "endorsement__round", "recorded_by")
        )

    def get_urls(self):
        own = [
            self.door("<int:pk>/unduh/", self.download_view, "download"),
            self.door("<int:pk>/langkah/<str:key>/", self.step_view, "step"),
        ]
        return [*own, *super().get_urls()]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        return decrees.decree_page(request, self.one(request, object_id))

    def step_view(self, request, pk, key):
        return decrees.take_step(request, self.one(request, pk), key)

    def download_view(self, request, pk):
        return decrees.download(request, self.one(request, pk))

    @admin.display(description="nomor")
    def number_column(self, decree):
        return decree.number

    @admin.display(description="kabupaten/kota")
    def place(self, decree):
        return decree.region.full_name

    @admin.display(description="putaran")
    def round_column(self, decree):
        return decree.endorsement.round.name

    @admin.display(description="status")
    def state(self, decree):
        kind, icon = figures.DECREE_LOOKS[decree.status]
        return badges([Mark(kind, icon, decree.get_status_display())])

    @admin.display(description="dimulai / diakhiri")
    def changes(self, decree):
        if decree.status != Decree.Status.DITERAPKAN:
            return "–"
        return f"+{thousands(decree.started)} / −{thousands(decree.ended)}"


@admin.register(DecreeItem)
class DecreeItemAdmin(_Behind):
    list_display = ["family", "masked_nik", "place", "kind_column", "differing", "decree"]
    list_display_links = None
    list_select_related = ["village__parent", "decree__region"]
    list_filter = [
        "decree",
        ("kind", ChoicesDropdownFilter),
        RegencyFilter,
        DistrictFilter,
        VillageFilter,
    ]

    @admin.display(description="keluarga")
    def family(self, line):
        return _household_link(str(line), line.household_id)

    @admin.display(description="NIK")
    def masked_nik(self, line):
        return masked(line.nik)

    @admin.display(description="desa/kelurahan")
    def place(self, line):
        if len(line.village_id) <= len("62.03"):
            return "tidak diketahui"
        return format_html(
            '{}<span class="sub">Kec. {}</span>', line.village.name, line.village.parent.name
        )

    @admin.display(description="perbandingan")
    def kind_column(self, line):
        kind, icon = figures.KIND_LOOKS[line.kind]
        return badges([Mark(kind, icon, line.get_kind_display())])

    @admin.display(description="yang berbeda")
    def differing(self, line):
        return ", ".join(label for label, _, _ in line.differences) or "–"
