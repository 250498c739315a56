"""Findings of the reconciliation over all periods; what is done about one stands on its page."""

from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter

from accounts.admin import DistrictFilter, RegencyFilter, ScopedAdmin, VillageFilter
from distribution.admin.payments import place_of, rupiah
from distribution.looks import state
from distribution.models import ReconciliationFinding
from distribution.views.reconciliation.asked import LOOKS


class OpenFilter(DropdownFilter):
    title, parameter_name = "keadaan", "keadaan"

    def lookups(self, request, model_admin):
        return [("terbuka", "Masih terbuka"), ("selesai", "Sudah selesai")]

    def queryset(self, request, queryset):
        if self.value() == "terbuka":
            return queryset.open()
        return queryset.closed() if self.value() == "selesai" else queryset


@admin.register(ReconciliationFinding)
class ReconciliationFindingAdmin(ScopedAdmin):
    """Many at once are handled on the page of their period, to which the column leads."""

    empty_text = "Temuan muncul setelah daftar bayar, top up, dan transaksi dibandingkan."
    list_display = ["payee_name", "period_column", "rule_column", "place", "money", "state_column"]
    list_select_related = ["period", "village__parent"]
    list_filter = [
        RegencyFilter,
        DistrictFilter,
        VillageFilter,
        "period",
        ("rule", ChoicesDropdownFilter),
        OpenFilter,
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).present()

    def change_view(self, request, object_id, form_url="", extra_context=None):
        finding = self.get_object(request, object_id)
        if not self.has_view_permission(request, finding):
            raise PermissionDenied
        return redirect("distribution:finding", finding.pk)

    @admin.display(description="periode salur")
    def period_column(self, finding):
        asked = urlencode(
            {"periode": finding.period_id, "wilayah": finding.regency_code, "jenis": finding.rule}
        )
        address = f"{reverse('distribution:reconciliation')}?{asked}#daftar"
        return format_html('<a href="{}">{}</a>', address, finding.period.name)

    @admin.display(description="jenis temuan")
    def rule_column(self, finding):
        return format_html(
            '{}<span class="sub">{}</span>', finding.get_rule_display(), finding.cause
        )

    @admin.display(description="desa/kelurahan")
    def place(self, finding):
        return place_of(finding.village)

    @admin.display(description="nominal")
    def money(self, finding):
        return rupiah(finding.amount)

    money.is_number = True

    @admin.display(description="penanganan")
    def state_column(self, finding):
        return state(LOOKS[finding.status][0], finding.get_status_display())
