"""Filters of the list of cases, by which a number of the summary is its list."""

from unfold.contrib.filters.admin import DropdownFilter

from verification.figures import summary
from verification.figures.findings import FINDINGS, Finding
from verification.figures.quotas import vacant


class AgeFilter(DropdownFilter):
    """Open cases by days without a change."""

    title, parameter_name = "terbuka tanpa perubahan", "umur"

    def lookups(self, request, model_admin):
        return [
            (key, f"{least}–{most} hari" if most is not None else f"lebih dari {least - 1} hari")
            for least, most, key in summary.AGES
        ]

    def queryset(self, request, queryset):
        return summary.of_age(queryset, self.value()) if self.value() else queryset


class ForMeFilter(DropdownFilter):
    """What others have entered and the user decides."""

    title, parameter_name = "menunggu", "menunggu"

    def lookups(self, request, model_admin):
        return [("saya", "Menunggu putusan saya")]

    def queryset(self, request, queryset):
        return queryset.decidable_by(request.user) if self.value() else queryset


class FindingFilter(DropdownFilter):
    """Outcome against the register: who receives wrongly, and who wrongly does not."""

    title, parameter_name = "temuan kepesertaan", "temuan"

    def lookups(self, request, model_admin):
        return [(value.lower(), label) for value, label in Finding.choices]

    def queryset(self, request, queryset):
        found = FINDINGS.get(self.value() or "")
        return found(queryset) if found else queryset


class BalanceFilter(DropdownFilter):
    """Recipients at the start and at the end of a round, and the places that come free."""

    title, parameter_name = "hitungan penerima", "hitungan"

    def lookups(self, request, model_admin):
        return [*summary.BALANCE_LABELS, ("kosong", "Keluar, belum digantikan")]

    def queryset(self, request, queryset):
        if self.value() == "kosong":
            return vacant(queryset)
        wanted = summary.BALANCE.get(self.value() or "")
        return queryset.filter(wanted) if wanted else queryset
