"""Agreements, requests and results of matching; what changes them are the actions of matching."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter

from accounts.admin import DistrictFilter, RegencyFilter, ScopedAdmin, VillageFilter
from accounts.models import User
from accounts.standing import RECENT_DAYS, recently
from beneficiaries.admin import badges, masked
from beneficiaries.figures import Mark
from verification.figures import matching as figures
from verification.models import Agreement, MatchBatch, MatchDecision, MatchResult
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
        again = path(
            "<int:pk>/padankan/",
            self.admin_site.admin_view(self.match_view),
            name="verification_matchbatch_match",
        )
        return [cancel, again, *super().get_urls()]

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

    def match_view(self, request, pk):
        return views.match_again(request, self._batch(request, pk))

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


class FollowUpFilter(DropdownFilter):
    """Consequences that still wait for somebody, as `MatchResult.to_follow_up` tells them."""

    title, parameter_name = "usulan tindak lanjut", "tindak"

    def lookups(self, request, model_admin):
        return [
            ("terbuka", "Semua yang terbuka"),
            ("perbaiki", "Tidak padan, data perlu diperbaiki"),
            *((key, MatchResult.Consequence(key).label) for key in MatchResult.FOLLOW_UPS),
        ]

    def queryset(self, request, queryset):
        if not self.value():
            return queryset
        if self.value() == "perbaiki":
            return queryset.to_repair()
        if self.value() != "terbuka":
            queryset = queryset.filter(consequence=self.value())
        return queryset.to_follow_up()


class VoteFilter(DropdownFilter):
    """By how many decided, or by one officer whom the figures name."""

    title, parameter_name = "putusan", "putusan"
    BY = {"oleh": "Diputus oleh", "lewat": "Dilewati oleh", "suara": "Suara pertama oleh"}

    def lookups(self, request, model_admin):
        offered = [
            ("saya", "Menunggu saya"),
            ("belum", "Belum diputus siapa pun"),
            ("satu", "Menunggu petugas kedua"),
            ("baru", f"Diputus petugas dalam {RECENT_DAYS} hari terakhir"),
        ]
        kind, officer = self._officer()
        if officer:
            name = User.objects.filter(pk=officer).values_list("full_name", flat=True).first()
            offered.append((self.value(), f"{self.BY[kind]} {name}"))
        return offered

    def _officer(self) -> tuple[str, str]:
        kind, _, officer = (self.value() or "").partition("-")
        return (kind, officer) if kind in self.BY and officer.isdecimal() else ("", "")

    def queryset(self, request, queryset):
        whole = {
            "saya": lambda: queryset.waiting_for(request.user),
            "belum": queryset.undecided,
            "satu": queryset.once_decided,
            "baru": lambda: queryset.decided().filter(decided_at__gte=recently()),
        }.get(self.value())
        if whole:
            return whole()
        kind, officer = self._officer()
        if not officer:
            return queryset
        own = MatchDecision.objects.filter(result=OuterRef("pk"), undone_at=None, by=officer)
        skipped = own.filter(verdict=MatchDecision.Verdict.LEWATI)
        if kind == "lewat":
            return queryset.in_queue().filter(Exists(skipped))
        queryset = queryset.in_queue() if kind == "suara" else queryset.decided()
        return queryset.filter(Exists(own.exclude(verdict=MatchDecision.Verdict.LEWATI)))


class RuleFilter(DropdownFilter):
    title, parameter_name = "aturan", "aturan"

    def lookups(self, request, model_admin):
        return [(code, f"{code}: {title}") for code, title in figures.RULE_TITLES.items()]

    def queryset(self, request, queryset):
        return queryset.filter(rule=self.value()) if self.value() else queryset


class LatestFilter(DropdownFilter):
    title, parameter_name = "jawaban terbaru", "terbaru"

    def lookups(self, request, model_admin):
        return [("ya", "Yang terbaru tiap orang")]

    def queryset(self, request, queryset):
        return queryset.latest() if self.value() == "ya" else queryset


class NikChangedFilter(DropdownFilter):
    title, parameter_name = "perbaikan NIK", "nik"

    def lookups(self, request, model_admin):
        return [("diperbaiki", "Diperbaiki")]

    def queryset(self, request, queryset):
        return queryset.filter(nik_changed=True) if self.value() == "diperbaiki" else queryset


@admin.register(MatchResult)
class MatchResultAdmin(ScopedAdmin):
    list_display = ["name", "nik", "place", "result", "follow_up", "rule_column", "asked"]
    list_display_links = None
    list_select_related = ["person", "village__parent", "batch__region"]
    list_before_template = "verification/list_follow_up.html"
    list_filter = [
        "batch",
        ("outcome", ChoicesDropdownFilter),
        ("state", ChoicesDropdownFilter),
        FollowUpFilter,
        VoteFilter,
        RuleFilter,
        NikChangedFilter,
        LatestFilter,
        RegencyFilter,
        DistrictFilter,
        VillageFilter,
    ]

    class Media:
        css = {"all": ["portal/verification.css"]}

    def get_list_display(self, request):
        """Names lead to the family for those who may see it."""
        shown = list(super().get_list_display(request))
        if request.user.has_perm("beneficiaries.view_household"):
            shown[0] = "family"
        return shown

    @admin.display(description="orang")
    def name(self, result):
        return result.person.name

    @admin.display(description="orang")
    def family(self, result):
        url = reverse("admin:beneficiaries_household_change", args=[result.person.household_id])
        return format_html(
            '<a class="rowlink" href="{}#orang-{}">{}</a>', url, result.person_id, result.person
        )

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

    @admin.display(description="usulan tindak lanjut")
    def follow_up(self, result):
        if result.state not in MatchResult.SETTLED or not result.consequence:
            return "–"
        if result.consequence in MatchResult.FOLLOW_UPS and not result.person.is_active:
            return format_html(
                '{}<span class="sub">selesai: orang dinonaktifkan</span>',
                result.get_consequence_display(),
            )
        return result.get_consequence_display()

    @admin.display(description="aturan")
    def rule_column(self, result):
        title = figures.RULE_TITLES.get(result.rule, "")
        return format_html('{}<span class="sub">{}</span>', result.rule or "–", title)

    @admin.display(description="permintaan")
    def asked(self, result):
        url = reverse("admin:verification_matchbatch_change", args=[result.batch_id])
        when = timezone.localtime(result.matched_at) if result.matched_at else None
        return format_html(
            '<a href="{}">Permintaan {}</a><span class="sub">{}</span>',
            url,
            result.batch_id,
            f"dipadankan {when:%d-%m-%Y}" if when else "menunggu jawaban",
        )
