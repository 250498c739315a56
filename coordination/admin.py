"""Lists of coordination; what changes them are its actions, offered as steps."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Case, Count, OuterRef, Subquery, When
from django.template.loader import render_to_string
from django.urls import path
from django.utils.html import format_html
from import_export import fields
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter

from accounts.admin import (
    DistrictFilter,
    ReferenceDataAdmin,
    RegencyFilter,
    ScopedRelatedFilter,
)
from accounts.exchange import Choice, Sheet, Whole
from beneficiaries.admin import badges
from beneficiaries.figures import Mark
from coordination import complaint_steps, figures, meeting_steps
from coordination.measures import figure_of
from coordination.models import Agency, Complaint, ComplaintTerm, FollowUp, Meeting
from coordination.steps import SteppedAdmin
from coordination.views import complaints as complaint_views
from coordination.views import meetings as meeting_views
from dashboards.work import due
from regions.models import Region


@admin.register(Agency)
class AgencyAdmin(ReferenceDataAdmin):
    list_display = ["name", "short_name", "region", "email", "is_active"]
    list_select_related = ["region"]
    search_fields = ["name", "short_name"]
    search_help_text = "Nama instansi"
    autocomplete_fields = ["region"]


class ComplaintTermResource(Sheet):
    """One row a category; the term that it has is replaced."""

    category = fields.Field("category", "kategori", Choice(Complaint.Category.choices))
    days = fields.Field("days", "hari_kerja", Whole())
    legal_basis = fields.Field("legal_basis", "dasar")

    class Meta:
        model = ComplaintTerm
        fields = ["category", "days", "legal_basis"]
        import_id_fields = ["category"]
        clean_model_instances = True
        skip_unchanged = True


@admin.register(ComplaintTerm)
class ComplaintTermAdmin(ReferenceDataAdmin):
    resource_classes = [ComplaintTermResource]
    list_display = ["category", "days_column", "legal_basis"]

    @admin.display(description="hari kerja sampai dijawab")
    def days_column(self, term):
        return term.days

    days_column.is_number = True


class StateFilter(DropdownFilter):
    title, parameter_name = "keadaan", "keadaan"

    def lookups(self, request, model_admin):
        return [
            ("terbuka", "Belum dijawab"),
            ("lewat", "Lewat tenggat"),
            ("tanpa", "Tanpa penanggung jawab"),
            ("saya", "Tanggung jawab saya"),
        ]

    def queryset(self, request, queryset):
        match self.value():
            case "terbuka":
                return queryset.open()
            case "lewat":
                return queryset.overdue()
            case "tanpa":
                return queryset.filter(owner=None)
            case "saya":
                return queryset.filter(owner=request.user)
        return queryset


@admin.register(Complaint)
class ComplaintAdmin(SteppedAdmin):
    may_add = True
    steps = complaint_steps.STEPS
    list_display = ["subject_column", "category", "place", "state", "due_column", "owner"]
    list_display_links = ["subject_column"]
    list_select_related = ["region", "owner"]
    list_filter = [
        StateFilter,
        ("status", ChoicesDropdownFilter),
        ("category", ChoicesDropdownFilter),
        ("channel", ChoicesDropdownFilter),
        RegencyFilter,
        DistrictFilter,
    ]
    search_fields = ["subject", "sp4n_number"]
    search_help_text = "Nomor pengaduan, nomor SP4N-LAPOR!, atau pokoknya"
    list_before_template = "coordination/complaint_figures.html"
    # What waits for an answer comes first, the most urgent on top.
    ordering = [Case(When(status__in=Complaint.OPEN, then="due_on")), "-received_on", "-id"]
    empty_text = (
        "Pengaduan yang masuk melalui telepon, surat, SP4N-LAPOR!, atau kunjungan dicatat di sini."
    )

    class Media:
        css = {"all": ["portal/dashboard.css", "portal/coordination.css"]}

    def get_queryset(self, request):
        found = super().get_queryset(request).defer("text", "answer")
        if request.user.scope.is_province:
            regency = Region.objects.filter(pk=OuterRef("regency_code"))
            found = found.annotate(regency_name=Subquery(regency.values("name")))
        return found

    def get_urls(self):
        reveal = path(
            "<int:pk>/pelapor/",
            self.admin_site.admin_view(self.reveal_view),
            name="coordination_complaint_reveal",
        )
        return [reveal, *super().get_urls()]

    def get_search_results(self, request, queryset, search_term):
        numbered = queryset.numbered(search_term)
        if numbered.exists():
            return numbered, False
        return super().get_search_results(request, queryset, search_term)

    def changelist_view(self, request, extra_context=None):
        context = {"figures": figures.complaint_figures(request.user)}
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def add_view(self, request, form_url="", extra_context=None):
        if not self.has_add_permission(request):
            raise PermissionDenied
        return complaint_views.add_complaint(request)

    def page(self, request, thing):
        return complaint_views.complaint_page(request, thing, self.buttons(request, thing))

    def reveal_view(self, request, pk):
        complaint = self.thing(request, pk)
        return complaint_views.reveal(request, complaint, self.buttons(request, complaint))

    @admin.display(description="pokok pengaduan")
    def subject_column(self, complaint):
        return render_to_string("coordination/list_complaint.html", {"complaint": complaint})

    @admin.display(description="wilayah")
    def place(self, complaint):
        regency = getattr(complaint, "regency_name", None)
        if regency is None or complaint.region_id == complaint.regency_code:
            return complaint.region.full_name
        return format_html('{}<span class="sub">{}</span>', complaint.region.full_name, regency)

    @admin.display(description="status")
    def state(self, complaint):
        tone, icon = complaint_views.LOOKS[complaint.status]
        return badges([Mark(tone, icon, complaint.get_status_display())])

    @admin.display(description="tenggat")
    def due_column(self, complaint):
        if not complaint.is_open:
            return None
        return render_to_string("dashboards/_due.html", {"due": due(complaint.due_on)})


@admin.register(Meeting)
class MeetingAdmin(SteppedAdmin):
    may_add = True
    steps = meeting_steps.MEETING_STEPS
    list_label = "Rakor"
    list_display = ["title", "when", "region", "state", "decisions_column", "follow_ups_column"]
    list_select_related = ["region"]
    list_filter = [("status", ChoicesDropdownFilter)]
    search_fields = ["title", "place"]
    search_help_text = "Judul atau tempat rapat"
    empty_text = "Siapkan rapat agar bahan, keputusan, dan tindak lanjutnya tersimpan di sini."

    class Media:
        css = {"all": ["portal/dashboard.css", "portal/coordination.css"]}

    def get_queryset(self, request):
        follow_ups = FollowUp.objects.visible_to(request.user).filter(meeting=OuterRef("pk"))
        counted = follow_ups.order_by().values("meeting").annotate(n=Count("pk"))
        open_ones = follow_ups.open().order_by().values("meeting").annotate(n=Count("pk"))
        return (
            super()
            .get_queryset(request)
            .annotate(
                decision_count=Count("decisions"),
                follow_up_count=Subquery(counted.values("n")),
                open_count=Subquery(open_ones.values("n")),
            )
        )

    def get_urls(self):
        view = self.admin_site.admin_view
        own = [
            path("<int:pk>/ubah/", view(self.edit_view), name="coordination_meeting_edit"),
            path("<int:pk>/notulen/", view(self.minutes_view), name="coordination_meeting_minutes"),
            path(
                "<int:pk>/notulen/<int:version>/",
                view(self.minutes_view),
                name="coordination_meeting_minutes",
            ),
            path(
                "<int:pk>/bahan/<int:briefing>.<str:ending>",
                view(self.briefing_view),
                name="coordination_meeting_briefing",
            ),
        ]
        return [*own, *super().get_urls()]

    def add_view(self, request, form_url="", extra_context=None):
        if not self.has_add_permission(request):
            raise PermissionDenied
        return meeting_views.add_meeting(request)

    def edit_view(self, request, pk):
        meeting = self.thing(request, pk)
        user = request.user
        if not user.has_perm("coordination.change_meeting") or not user.scope.contains(
            meeting.region_id
        ):
            raise PermissionDenied
        return meeting_views.change_meeting(request, meeting)

    def minutes_view(self, request, pk, version=None):
        return meeting_views.download_minutes(request, self.thing(request, pk), version)

    def briefing_view(self, request, pk, briefing, ending):
        return meeting_views.download_briefing(request, self.thing(request, pk), briefing, ending)

    def page(self, request, thing):
        return meeting_views.meeting_page(request, thing, self.buttons(request, thing))

    @admin.display(description="waktu")
    def when(self, meeting):
        return meeting.starts_at

    @admin.display(description="status")
    def state(self, meeting):
        tone, icon = meeting_views.MEETING_LOOKS[meeting.status]
        return badges([Mark(tone, icon, meeting.get_status_display())])

    @admin.display(description="keputusan")
    def decisions_column(self, meeting):
        return meeting.decision_count

    decisions_column.is_number = True

    @admin.display(description="tindak lanjut")
    def follow_ups_column(self, meeting):
        total, still_open = meeting.follow_up_count or 0, meeting.open_count or 0
        return f"{total - still_open} dari {total} selesai" if total else None


class FollowUpStateFilter(DropdownFilter):
    title, parameter_name = "keadaan", "keadaan"

    def lookups(self, request, model_admin):
        return [
            ("terbuka", "Belum selesai"),
            ("lewat", "Lewat tenggat"),
            ("selesai", "Selesai"),
            ("saya", "Tanggung jawab saya"),
        ]

    def queryset(self, request, queryset):
        match self.value():
            case "terbuka":
                return queryset.open()
            case "lewat":
                return queryset.overdue()
            case "selesai":
                return queryset.filter(status=FollowUp.Status.SELESAI)
            case "saya":
                return queryset.filter(responsible=request.user)
        return queryset


@admin.register(FollowUp)
class FollowUpAdmin(SteppedAdmin):
    steps = meeting_steps.FOLLOW_UP_STEPS
    list_display = ["text", "agency_column", "region", "state", "due_column", "moved"]
    list_select_related = ["agency", "region", "meeting", "round", "period"]
    list_filter = [FollowUpStateFilter, ("agency", ScopedRelatedFilter), RegencyFilter]
    search_fields = ["text"]
    search_help_text = "Tindak lanjut"
    empty_text = (
        "Tindak lanjut yang diputuskan rapat untuk wilayah atau instansi Anda muncul di sini."
    )
    # What is open comes first, the most urgent on top.
    ordering = [Case(When(status=FollowUp.Status.SELESAI, then=1), default=0), "due_on", "id"]

    class Media:
        css = {"all": ["portal/dashboard.css", "portal/coordination.css"]}

    def get_urls(self):
        evidence = path(
            "<int:pk>/bukti/<int:step>/",
            self.admin_site.admin_view(self.evidence_view),
            name="coordination_followup_evidence",
        )
        return [evidence, *super().get_urls()]

    def page(self, request, thing):
        return meeting_views.follow_up_page(request, thing, self.buttons(request, thing))

    def evidence_view(self, request, pk, step):
        return meeting_views.download_evidence(request, self.thing(request, pk), step)

    @admin.display(description="instansi")
    def agency_column(self, follow_up):
        return follow_up.agency.short_name

    @admin.display(description="keadaan")
    def state(self, follow_up):
        tone, icon = meeting_views.FOLLOW_UP_LOOKS[follow_up.state]
        return badges([Mark(tone, icon, follow_up.state_label)])

    @admin.display(description="tenggat")
    def due_column(self, follow_up):
        if follow_up.status == FollowUp.Status.SELESAI:
            return follow_up.due_on
        return render_to_string("dashboards/_due.html", {"due": due(follow_up.due_on)})

    @admin.display(description="angka dahulu → sekarang")
    def moved(self, follow_up):
        figure = figure_of(follow_up)
        return render_to_string("coordination/moved.html", {"figure": figure}) if figure else None
