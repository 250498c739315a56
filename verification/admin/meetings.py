"""Village meetings: the list, and the pages of one."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.urls import path
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from accounts.admin import DistrictFilter, RegencyFilter, ScopedAdmin, VillageFilter
from beneficiaries import exports
from beneficiaries.admin import badges
from beneficiaries.figures import Mark
from uploads.views.attachments import with_limited_files
from verification.models import VillageMeeting
from verification.views import meetings as views

STEPS = {
    "edit": ("isi", views.edit_meeting),
    "decide": ("putusan", views.decide),
    "drop": ("hapus-putusan", views.drop),
    "scan": ("pindaian", views.scan),
    "finish": ("selesai", views.finish),
    "reopen": ("buka-kembali", views.reopen),
}


class PlaceColumn:
    """The village of a row with its kecamatan below."""

    @admin.display(description="desa/kelurahan")
    def place(self, row):
        return format_html(
            '{}<span class="sub">Kec. {}</span>', row.village.name, row.village.parent.name
        )


class SteppedAdmin(PlaceColumn, ScopedAdmin):
    """A list whose rows have a page of their own with steps: {name: (address, view)}.

    The views get the object, within the user's scope, and judge themselves who may take the step.
    """

    steps: dict = {}
    steps_with_files: tuple[str, ...] = ()
    related = ("village__parent__parent",)

    class Media:
        css = {"all": ["portal/verification.css"]}

    def get_urls(self):
        model = self.model._meta.model_name
        return [
            path(
                f"<int:pk>/{address}/",
                with_limited_files(self.step_view)
                if name in self.steps_with_files
                else self.admin_site.admin_view(self.step_view),
                {"name": name},
                name=f"verification_{model}_{name}",
            )
            for name, (address, _) in self.steps.items()
        ] + super().get_urls()

    def page_object(self, request, object_id):
        """The object with what its page shows, if the user may see it."""
        found = self.get_object(request, str(object_id))
        if not self.has_view_permission(request, found):
            raise PermissionDenied
        return self.get_queryset(request).select_related(*self.related).get(pk=found.pk)

    def step_view(self, request, pk, name):
        return self.steps[name][1](request, self.page_object(request, pk))


def print_meeting(request, meeting):
    return views.meeting_page(request, meeting, template="meeting_print")


EXPORT = exports.Export(
    "musyawarah",
    "verification.view_villagemeeting",
    ("round", "village__parent__parent"),
    (
        exports.Column("PUTARAN", lambda row: row.round.name),
        exports.Column("KABUPATEN/KOTA", lambda row: row.village.parent.parent.full_name),
        exports.Column("KECAMATAN", lambda row: row.village.parent.name),
        exports.Column("DESA/KELURAHAN", lambda row: row.village.name),
        exports.Column("TANGGAL", lambda row: row.held_on),
        exports.Column("TEMPAT", lambda row: row.venue),
        exports.Column("PEMIMPIN", lambda row: row.leader),
        exports.Column("HADIR", lambda row: row.attendance),
        exports.Column("NOMOR BERITA ACARA", lambda row: row.minutes_number),
        exports.Column("KELUARGA DIPUTUS", lambda row: row.family_count),
        exports.Column("STATUS", lambda row: row.get_status_display()),
    ),
)


@admin.register(VillageMeeting)
class VillageMeetingAdmin(SteppedAdmin):
    may_add = True
    steps = {**STEPS, "print": ("cetak", print_meeting)}
    steps_with_files = ("scan",)
    related = ("village__parent__parent", "round", "made_by", "finished_by", "scan")
    list_display = ["name", "place", "round", "held_on", "minutes_number", "families", "state"]
    list_display_links = ["name"]
    list_select_related = ["round", "village__parent"]
    list_filter = [
        "round",
        ("status", ChoicesDropdownFilter),
        RegencyFilter,
        DistrictFilter,
        VillageFilter,
    ]
    actions = ["export"]
    empty_text = "Musyawarah dicatat per desa dan putaran, lalu berita acaranya diselesaikan."

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(family_count=Count("decisions"))

    def add_view(self, request, form_url="", extra_context=None):
        if not self.has_add_permission(request):
            raise PermissionDenied
        return views.add_meeting(request)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        return views.meeting_page(request, self.page_object(request, object_id))

    @admin.action(description="Unduh daftar terpilih")
    def export(self, request, queryset):
        return exports.export(self, request, queryset, EXPORT)

    @admin.display(description="musyawarah")
    def name(self, meeting):
        return f"{meeting.form} {meeting.village.name}"

    @admin.display(description="keluarga")
    def families(self, meeting):
        return meeting.family_count

    families.is_number = True

    @admin.display(description="status")
    def state(self, meeting):
        kind, icon = views.LOOKS[meeting.status]
        return badges([Mark(kind, icon, meeting.get_status_display())])
