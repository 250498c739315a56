"""Families in programmes that do not go together; decisions are the actions of overlap."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import redirect
from django.urls import path
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter

from accounts.admin import DistrictFilter, RegencyFilter, ScopedAdmin, VillageFilter
from beneficiaries import exports
from beneficiaries.exports import Column, Export
from distribution.actions import overlap as actions
from distribution.admin.sheets import OfSheet
from distribution.looks import state
from distribution.models import OverlapFinding
from distribution.views.agents import page

Status = OverlapFinding.Status
LOOKS = {
    Status.TERBUKA: "warn",
    Status.DIBENARKAN: "ok",
    Status.DIUSULKAN: "info",
    Status.HILANG: "idle",
}
DECISIONS = {
    "benarkan": (Status.DIBENARKAN, "Dibenarkan."),
    "usulkan": (Status.DIUSULKAN, "Dicatat sebagai usulan berakhir."),
    "buka": (Status.TERBUKA, "Dibuka kembali."),
}
OVERLAPS = Export(
    "tumpang tindih program",
    "distribution.view_overlapfinding",
    ("village__parent__parent", "household__payee", "pair__first", "pair__second"),
    (
        Column("ID DTKS", lambda row: row.household.dtks_id),
        Column("NOKK", lambda row: row.household.kk_number, is_identity=True),
        Column("NAMA PENGURUS", lambda row: row.household.payee and row.household.payee.name),
        Column("KABUPATEN/KOTA", lambda row: row.village.parent.parent.full_name),
        Column("KECAMATAN", lambda row: row.village.parent.name),
        Column("DESA/KELURAHAN", lambda row: row.village.name),
        Column("PROGRAM", lambda row: f"{row.pair.first} dan {row.pair.second}"),
        Column("ATURAN", lambda row: row.pair.get_rule_display()),
        Column("BERSAMA SEJAK", lambda row: row.since),
        Column("STATUS", OverlapFinding.get_status_display),
        Column("ALASAN", lambda row: row.reason),
    ),
)


class ReasonForm(forms.Form):
    reason = forms.CharField(required=False, max_length=250)


class OwnerFilter(DropdownFilter):
    title, parameter_name = "penanggung jawab", "pj"

    def lookups(self, request, model_admin):
        return [("saya", "Saya"), ("belum", "Belum ada")]

    def queryset(self, request, queryset):
        if self.value() == "saya":
            return queryset.filter(owner=request.user)
        if self.value() == "belum":
            return queryset.filter(owner=None)
        return queryset


@admin.register(OverlapFinding)
class OverlapFindingAdmin(OfSheet, ScopedAdmin):
    sheet = "kepesertaan_program"
    empty_text = (
        "Tumpang tindih dihitung dari kepesertaan program; unggah kepesertaan program lain untuk"
        " melengkapinya."
    )
    list_display = ["family", "programmes", "rule", "place", "since", "owner", "state_column"]
    list_select_related = [
        "household__payee",
        "pair__first",
        "pair__second",
        "village__parent",
        "owner",
    ]
    list_filter = [
        RegencyFilter,
        DistrictFilter,
        VillageFilter,
        ("status", ChoicesDropdownFilter),
        ("pair__rule", ChoicesDropdownFilter),
        OwnerFilter,
    ]
    actions = ["export"]

    def get_urls(self):
        decide = path(
            "<int:pk>/putuskan/<str:key>/",
            self.admin_site.admin_view(self.decide_view),
            name="distribution_overlapfinding_decide",
        )
        return [decide, *super().get_urls()]

    def _finding(self, request, object_id) -> OverlapFinding:
        finding = self.get_object(request, str(object_id))
        if not self.has_view_permission(request, finding):
            raise PermissionDenied
        return finding

    def change_view(self, request, object_id, form_url="", extra_context=None):
        finding = self._finding(request, object_id)
        finding = OverlapFinding.objects.select_related(
            "household__payee", "pair__first", "pair__second", "village__parent__parent", "owner"
        ).get(pk=finding.pk)
        enrolled = finding.household.enrollments.filter(
            programme__in=[finding.pair.first_id, finding.pair.second_id]
        )
        return page(
            request,
            "distribution/overlap.html",
            title=self.family(finding),
            finding=finding,
            tone=LOOKS[finding.status],
            enrollments=enrolled.select_related("programme").order_by("-started_on"),
            may_decide=request.user.has_perm("distribution.decide_overlapfinding"),
        )

    def decide_view(self, request, pk, key):
        finding = self._finding(request, pk)
        if request.method != "POST":
            raise PermissionDenied
        form = ReasonForm(request.POST)
        reason = form.cleaned_data["reason"] if form.is_valid() else ""
        try:
            if key in DECISIONS:
                status, done = DECISIONS[key]
                actions.decide_overlap(finding, status=status, reason=reason, by=request.user)
            else:
                actions.take_overlap(finding, by=request.user)
                done = "Anda menjadi penanggung jawabnya."
            messages.success(request, done)
        except ValidationError as refused:
            messages.error(request, " ".join(refused.messages))
        return redirect("admin:distribution_overlapfinding_change", pk)

    @admin.display(description="keluarga")
    def family(self, finding):
        payee = finding.household.payee
        return payee.name if payee else finding.household.dtks_id

    @admin.display(description="program")
    def programmes(self, finding):
        codes = (finding.pair.first_id, finding.pair.second_id)
        return " dan ".join(code.replace("_", "-") for code in codes)

    @admin.display(description="aturan")
    def rule(self, finding):
        return finding.pair.get_rule_display()

    @admin.display(description="desa/kelurahan")
    def place(self, finding):
        return f"{finding.village.name}, Kec. {finding.village.parent.name}"

    @admin.display(description="status")
    def state_column(self, finding):
        return state(LOOKS[finding.status], finding.get_status_display())

    @admin.action(description="Unduh daftar terpilih")
    def export(self, request, queryset):
        return exports.export(self, request, queryset, OVERLAPS)
