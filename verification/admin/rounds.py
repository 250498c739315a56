"""Rounds and cases, read-only: what changes them are the actions of rounds and uploads."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.template.loader import render_to_string
from django.urls import path
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter

from accounts.admin import (
    DistrictFilter,
    RegencyFilter,
    ScopedAdmin,
    ScopedChangeList,
    VillageFilter,
)
from beneficiaries import exports
from beneficiaries.admin import RegisterFilter, badges, masked
from beneficiaries.figures import Mark
from beneficiaries.models import ExitReason
from verification.admin.filters import AgeFilter, BalanceFilter, FindingFilter, ForMeFilter
from verification.figures import rounds as figures
from verification.models import Case, CaseCount, Round
from verification.risks import RISKS
from verification.views import cases as case_views
from verification.views import rounds as views


class RoundChangeList(ScopedChangeList):
    """Counts the cases of the rounds on one page together."""

    def get_results(self, request):
        super().get_results(request)
        self.result_list = list(self.result_list)
        counts = CaseCount.objects.visible_to(request.user).filter(round__in=self.result_list)
        counted = figures.progress_of_rounds(counts)
        for round in self.result_list:
            round.progress = counted.get(round.pk)


@admin.register(Round)
class RoundAdmin(ScopedAdmin):
    may_add = True
    list_display = ["name", "state", "period", "due", "progress"]
    list_filter = [("status", ChoicesDropdownFilter)]

    class Media:
        css = {"all": ["portal/verification.css"]}

    def get_changelist(self, request, **kwargs):
        return RoundChangeList

    def get_urls(self):
        steps = [
            path(
                f"<int:pk>/{key}/",
                self.admin_site.admin_view(self.step_view),
                {"key": key},
                name=f"verification_round_{key}",
            )
            for key in ("buka", "tutup", "buka-kembali")
        ]
        edit = path(
            "<int:pk>/ubah/",
            self.admin_site.admin_view(self.edit_view),
            name="verification_round_ubah",
        )
        return [*steps, edit, *super().get_urls()]

    def edit_view(self, request, pk):
        return views.edit_round(request, self._round(request, pk))

    def _round(self, request, object_id) -> Round:
        round = self.get_object(request, str(object_id))
        if not self.has_view_permission(request, round):
            raise PermissionDenied
        return round

    def add_view(self, request, form_url="", extra_context=None):
        if not self.has_add_permission(request):
            raise PermissionDenied
        return views.add_round(request)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        return views.round_page(request, self._round(request, object_id))

    def step_view(self, request, pk, key):
        return views.change_status(request, self._round(request, pk), key)

    @admin.display(description="status")
    def state(self, round):
        kind, icon = views.ROUND_LOOKS[round.status]
        return badges([Mark(kind, icon, round.get_status_display())])

    @admin.display(description="masa")
    def period(self, round):
        return render_to_string("verification/list_period.html", {"round": round})

    @admin.display(description="tenggat")
    def due(self, round):
        text, tone = views.due_of(round)
        context = {"round": round, "text": text, "tone": tone}
        return render_to_string("verification/list_due.html", context)

    @admin.display(description="kemajuan")
    def progress(self, round):
        context = {"place": round.progress}
        return render_to_string("verification/list_progress.html", context)


class OutcomeFilter(DropdownFilter):
    title, parameter_name = "hasil", "hasil"

    def lookups(self, request, model_admin):
        return [
            ("layak", "Layak"),
            ("tidak-layak", "Tidak layak"),
            ("tidak-ditemukan", "Tidak ditemukan"),
            *((f"alasan-{code}", f"Tidak layak: {label}") for code, label in ExitReason.choices),
        ]

    def queryset(self, request, queryset):
        value = self.value() or ""
        if value == "layak":
            return queryset.filter(is_eligible=True)
        if value == "tidak-layak":
            return queryset.filter(is_eligible=False)
        if value == "tidak-ditemukan":
            return queryset.filter(is_found=False)
        if value.startswith("alasan-"):
            return queryset.filter(reason=value.removeprefix("alasan-"))
        return queryset


class OfficerFilter(DropdownFilter):
    title, parameter_name = "petugas", "petugas"

    def lookups(self, request, model_admin):
        officers = case_views.officers_for(request.user)
        return [("tanpa", "Tanpa petugas"), *((str(one.pk), one.full_name) for one in officers)]

    def queryset(self, request, queryset):
        value = self.value() or ""
        if value == "tanpa":
            return queryset.filter(officer=None)
        return queryset.filter(officer=value) if value.isdecimal() else queryset


class RiskFilter(DropdownFilter):
    title, parameter_name = "sebab dikunjungi", "sebab"

    def lookups(self, request, model_admin):
        return [(risk.code, risk.badge) for risk in RISKS.values()]

    def queryset(self, request, queryset):
        return queryset.filter(risks__contains=[self.value()]) if self.value() else queryset


EXPORT = exports.Export(
    "kasus",
    "verification.view_case",
    ("round", "village__parent__parent", "household__payee", "officer"),
    (
        exports.Column("ID KASUS", lambda row: row.pk),
        exports.Column("PUTARAN", lambda row: row.round.name),
        exports.Column("ID DTKS", lambda row: row.household.dtks_id),
        exports.Column("NOKK", lambda row: row.household.kk_number, is_identity=True),
        exports.Column(
            "NAMA PENGURUS",
            lambda row: row.household.payee.name if row.household.payee else "",
        ),
        exports.Column(
            "NIK PENGURUS",
            lambda row: row.household.payee.nik if row.household.payee else "",
            is_identity=True,
        ),
        exports.Column("KABUPATEN/KOTA", lambda row: row.village.parent.parent.full_name),
        exports.Column("KECAMATAN", lambda row: row.village.parent.name),
        exports.Column("DESA/KELURAHAN", lambda row: row.village.name),
        exports.Column("ASAL", lambda row: row.get_origin_display()),
        exports.Column("SUDAH KPM", lambda row: "ya" if row.was_kpm else "tidak"),
        exports.Column("STATUS", lambda row: row.get_status_display()),
        exports.Column("HASIL", lambda row: figures.outcome_of(row).text),
        exports.Column("AKIBAT", lambda row: Case.Result(row.result).label if row.result else ""),
        exports.Column("TANGGAL KUNJUNGAN", lambda row: row.visited_on),
        exports.Column("PETUGAS", lambda row: str(row.officer or "")),
        exports.Column("CATATAN", lambda row: row.note),
    ),
)


@admin.register(Case)
class CaseAdmin(ScopedAdmin):
    list_display = [
        "family",
        "place",
        "state",
        "outcome",
        "officer",
        "visited",
    ]
    list_display_links = ["family"]
    list_select_related = ["round", "household__payee", "village__parent", "officer"]
    actions = ["assign", "check_visits", "export"]
    list_filter = [
        "round",
        ("status", ChoicesDropdownFilter),
        ForMeFilter,
        OfficerFilter,
        RiskFilter,
        ("origin", ChoicesDropdownFilter),
        ("result", ChoicesDropdownFilter),
        RegencyFilter,
        DistrictFilter,
        VillageFilter,
        OutcomeFilter,
        AgeFilter,
        FindingFilter,
        BalanceFilter,
        RegisterFilter,
    ]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        case = self.get_object(request, object_id)
        if not self.has_view_permission(request, case):
            raise PermissionDenied
        return case_views.case_page(request, self._with_family(request).get(pk=case.pk))

    def _with_family(self, request):
        return self.get_queryset(request).select_related(
            "round__opened_by",
            "household__payee",
            "village__parent__parent",
            "upload__sent_by",
            "decided_by",
            "visited_by",
            "officer",
        )

    def get_urls(self):
        decisions = [
            path(
                f"<int:pk>/{key}/",
                self.admin_site.admin_view(self.decide_view),
                {"key": key},
                name=f"verification_case_{key}",
            )
            for key in ("setujui", "kembalikan", "akhiri")
        ]
        return [*decisions, *super().get_urls()]

    def decide_view(self, request, pk, key):
        case = self.get_object(request, str(pk))
        if not self.has_view_permission(request, case):
            raise PermissionDenied
        return case_views.decide(request, self._with_family(request).get(pk=case.pk), key)

    def has_assign_permission(self, request):
        return request.user.has_perm("verification.assign_case")

    def has_check_permission(self, request):
        return request.user.has_perm("verification.check_case")

    @admin.action(description="Tugaskan", permissions=["assign"])
    def assign(self, request, queryset):
        return case_views.assign_many(request, queryset)

    @admin.action(description="Setujui kunjungan", permissions=["check"])
    def check_visits(self, request, queryset):
        return case_views.check_many(request, queryset)

    @admin.action(description="Unduh daftar terpilih")
    def export(self, request, queryset):
        return exports.export(self, request, queryset, EXPORT)

    @admin.display(description="keluarga")
    def family(self, case):
        payee = case.household.payee
        if payee is None:
            return case.household.dtks_id or f"Kasus {case.pk}"
        return format_html('{}<span class="sub">NIK {}</span>', payee.name, masked(payee.nik))

    @admin.display(description="desa/kelurahan")
    def place(self, case):
        return format_html(
            '{}<span class="sub">Kec. {}</span>', case.village.name, case.village.parent.name
        )

    @admin.display(description="dikunjungi", ordering="visited_on")
    def visited(self, case):
        return case.visited_on

    @admin.display(description="status")
    def state(self, case):
        kind, icon = figures.STATUS_LOOKS[case.status]
        return badges([Mark(kind, icon, case.get_status_display())])

    @admin.display(description="hasil")
    def outcome(self, case):
        if case.is_found is None:
            return "–"
        return badges([figures.outcome_of(case)])
