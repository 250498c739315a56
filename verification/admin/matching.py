"""Agreements, requests and results of matching; what changes them are the actions of matching."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.urls import path
from django.utils import timezone
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from accounts.admin import DistrictFilter, RegencyFilter, ScopedAdmin, VillageFilter
from beneficiaries.admin import badges, masked
from beneficiaries.figures import Mark
from verification.figures import matching as figures
from verification.models import Agreement, MatchBatch, MatchResult
from verification.views import matching as views


@admin.register(Agreement)
class AgreementAdmin(ScopedAdmin):
    may_add = may_change = True
    list_display = ["number", "region", "valid_from", "valid_until", "in_force"]
    list_select_related = ["region"]
    autocomplete_fields = ["region"]

    @admin.display(description="keadaan")
    def in_force(self, agreement):
        today = timezone.localdate()
        last = agreement.ended_on or agreement.valid_until
        if last < today:
            return badges([Mark("bad", "lock", "Berakhir")])
        if agreement.valid_from > today:
            return badges([Mark("idle", "clock", "Belum berlaku")])
        if (last - today).days <= 30:
            return badges([Mark("warn", "warn", f"Berakhir {(last - today).days} hari lagi")])
        return badges([Mark("ok", "ok", "Berlaku")])


@admin.register(MatchBatch)
class MatchBatchAdmin(ScopedAdmin):
    may_add = True
    list_display = ["number", "place", "choice", "people", "state", "asked"]
    list_display_links = ["number"]
    list_select_related = ["region", "requested_by"]
    list_filter = [("status", ChoicesDropdownFilter), RegencyFilter]

    class Media:
        css = {"all": ["portal/verification.css"]}

    def get_urls(self):
        cancel = path(
            "<int:pk>/batalkan/",
            self.admin_site.admin_view(self.cancel_view),
            name="verification_matchbatch_cancel",
        )
        return [cancel, *super().get_urls()]

    def _batch(self, request, object_id) -> MatchBatch:
        batch = self.get_object(request, str(object_id))
        if not self.has_view_permission(request, batch):
            raise PermissionDenied
        return batch

    def add_view(self, request, form_url="", extra_context=None):
        if not self.has_add_permission(request):
            raise PermissionDenied
        return views.add_request(request)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        return views.request_page(request, self._batch(request, object_id))

    def cancel_view(self, request, pk):
        return views.cancel_request(request, self._batch(request, pk))

    @admin.display(description="permintaan")
    def number(self, batch):
        return f"Permintaan {batch.pk}"

    @admin.display(description="wilayah")
    def place(self, batch):
        return batch.region.full_name

    @admin.display(description="status")
    def state(self, batch):
        kind, icon = figures.BATCH_LOOKS[batch.status]
        return badges([Mark(kind, icon, batch.get_status_display())])

    @admin.display(description="diminta")
    def asked(self, batch):
        when = timezone.localtime(batch.requested_at)
        return format_html(
            '{}<span class="sub">{}</span>', f"{when:%d-%m-%Y %H.%M}", batch.requested_by
        )


@admin.register(MatchResult)
class MatchResultAdmin(ScopedAdmin):
    list_display = ["name", "nik", "place", "result", "rule_column", "matched"]
    list_display_links = None
    list_select_related = ["person", "village__parent", "batch"]
    list_filter = [
        "batch",
        ("outcome", ChoicesDropdownFilter),
        ("state", ChoicesDropdownFilter),
        RegencyFilter,
        DistrictFilter,
        VillageFilter,
    ]

    @admin.display(description="orang")
    def name(self, result):
        return result.person.name

    @admin.display(description="NIK")
    def nik(self, result):
        return masked(result.person.nik)

    @admin.display(description="desa/kelurahan")
    def place(self, result):
        return format_html(
            '{}<span class="sub">Kec. {}</span>', result.village.name, result.village.parent.name
        )

    @admin.display(description="hasil")
    def result(self, result):
        if result.state == MatchResult.State.ANTRE:
            return badges([Mark("warn", "clock", "Menunggu keputusan")])
        kind, icon = figures.OUTCOME_LOOKS[result.outcome]
        return badges([Mark(kind, icon, result.get_outcome_display())])

    @admin.display(description="aturan")
    def rule_column(self, result):
        return result.rule or "–"

    @admin.display(description="dipadankan")
    def matched(self, result):
        return timezone.localtime(result.matched_at).date() if result.matched_at else "–"
