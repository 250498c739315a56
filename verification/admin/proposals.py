"""Proposals and objections: two lists side by side, and their pages."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter

from accounts.admin import DistrictFilter, RegencyFilter, VillageFilter
from beneficiaries import exports
from beneficiaries.admin import badges
from beneficiaries.figures import Mark
from verification.admin.filters import ForMeFilter
from verification.admin.meetings import SteppedAdmin
from verification.models import Objection, Proposal
from verification.views import proposals as views
from verification.views.siblings import PROPOSALS, tabs

_PLACE = (
    exports.Column("KABUPATEN/KOTA", lambda row: row.village.parent.parent.full_name),
    exports.Column("KECAMATAN", lambda row: row.village.parent.name),
    exports.Column("DESA/KELURAHAN", lambda row: row.village.name),
)
_ANSWER = (
    exports.Column("SUMBER", lambda row: row.get_source_display()),
    exports.Column("DITERIMA", lambda row: row.received_on),
    exports.Column("TENGGAT", lambda row: row.due_on),
    exports.Column("STATUS", lambda row: row.get_status_display()),
    exports.Column("JAWABAN", lambda row: row.answer),
)
PROPOSAL_EXPORT = exports.Export(
    "usulan",
    "verification.view_proposal",
    ("village__parent__parent", "household__payee"),
    (
        exports.Column("NOMOR USULAN", lambda row: row.pk),
        exports.Column("NAMA", lambda row: row.head_name),
        exports.Column(
            "NOKK",
            lambda row: row.household.kk_number if row.household else row.kk_number,
            is_identity=True,
        ),
        *_PLACE,
        exports.Column("KRITERIA", lambda row: row.points),
        *_ANSWER,
    ),
)
# Who objects is never in the list that is taken out.
OBJECTION_EXPORT = exports.Export(
    "sanggah",
    "verification.view_objection",
    ("village__parent__parent", "household__payee"),
    (
        exports.Column("NOMOR SANGGAH", lambda row: row.pk),
        exports.Column("KELUARGA", lambda row: str(row.household)),
        *_PLACE,
        exports.Column("ISI", lambda row: row.get_kind_display()),
        *_ANSWER,
    ),
)


class AgeFilter(DropdownFilter):
    title, parameter_name = "tenggat", "tenggat"

    def lookups(self, request, model_admin):
        return [("terbuka", "Belum dijawab"), ("lewat", "Lewat tenggat")]

    def queryset(self, request, queryset):
        if self.value() == "terbuka":
            return queryset.open()
        if self.value() == "lewat":
            return queryset.open().filter(due_on__lt=timezone.localdate())
        return queryset


class AnswerableAdmin(SteppedAdmin):
    may_add = True
    list_before_template = "verification/list_tabs.html"
    list_display_links = ["name"]
    list_filter = [
        AgeFilter,
        ForMeFilter,
        ("status", ChoicesDropdownFilter),
        ("source", ChoicesDropdownFilter),
        RegencyFilter,
        DistrictFilter,
        VillageFilter,
    ]
    steps = {
        "check": ("periksa", views.check),
        "accept": ("setujui", views.accept),
        "refuse": ("tolak", views.refuse),
        "withdraw": ("tarik", views.withdraw),
    }
    related = (
        *("village__parent__parent", "household__payee", "case__round"),
        *("made_by", "checked_by", "decided_by", "withdrawn_by"),
    )
    actions = ["export"]

    @property
    def tabs(self):
        return tabs(PROPOSALS, self.model._meta.model_name)

    @admin.display(description="tenggat jawaban")
    def due(self, row):
        text, tone = views.due_text(row)
        day = date_format(row.due_on, "j M Y")
        if not text:
            return day
        return format_html('{}<span class="sub t-{}">{}</span>', day, tone, text)

    @admin.display(description="status")
    def state(self, row):
        return badges([Mark(*views.LOOKS[row.status], row.get_status_display())])


@admin.register(Proposal)
class ProposalAdmin(AnswerableAdmin):
    list_display = ["name", "place", "source", "points", "due", "state"]
    list_select_related = ["village__parent", "household__payee"]
    steps = {**AnswerableAdmin.steps, "correct": ("betulkan", views.correct)}
    empty_text = "Usulan berasal dari musyawarah desa, warga yang melapor, atau SP4N-LAPOR!."

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("members")

    def add_view(self, request, form_url="", extra_context=None):
        if not self.has_add_permission(request):
            raise PermissionDenied
        return views.add_proposal(request)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        return views.proposal_page(request, self.page_object(request, object_id))

    @admin.display(description="keluarga")
    def name(self, proposal):
        return proposal.head_name or str(proposal)

    @admin.action(description="Unduh daftar terpilih")
    def export(self, request, queryset):
        return exports.export(self, request, queryset, PROPOSAL_EXPORT)


@admin.register(Objection)
class ObjectionAdmin(AnswerableAdmin):
    list_display = ["name", "place", "kind", "source", "due", "state"]
    list_select_related = ["village__parent", "household__payee"]
    empty_text = "Sanggah dicatat untuk keluarga yang terdaftar."
    steps = {**AnswerableAdmin.steps, "objector": ("penyanggah", views.show_objector)}

    def add_view(self, request, form_url="", extra_context=None):
        if not self.has_add_permission(request):
            raise PermissionDenied
        return views.add_objection(request)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        return views.objection_page(request, self.page_object(request, object_id))

    @admin.display(description="keluarga")
    def name(self, objection):
        return str(objection.household)

    @admin.action(description="Unduh daftar terpilih")
    def export(self, request, queryset):
        return exports.export(self, request, queryset, OBJECTION_EXPORT)
