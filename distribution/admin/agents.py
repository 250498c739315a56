"""Agents and their findings; what changes them are the actions of agents and uploads."""

from datetime import timedelta

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter

from accounts.admin import (
    DistrictFilter,
    RegencyFilter,
    ScopedAdmin,
    ScopedChangeList,
    ScopedInline,
    VillageFilter,
)
from beneficiaries import exports
from beneficiaries.admin import badges
from beneficiaries.exports import Column, Export
from beneficiaries.figures import Mark
from beneficiaries.identity import mask
from distribution.actions import agents as actions
from distribution.admin.payments import place_of
from distribution.admin.sheets import OfSheet
from distribution.agent_work import OPEN_DAYS
from distribution.bank_work import CONTRACT_DAYS
from distribution.figures import families_of_agents
from distribution.looks import state
from distribution.models import Agent, AgentFinding, AgentVillage
from distribution.views import agents as views
from regions.models import Region
from spreadsheets.words import thousands

AGENTS = Export(
    "agen",
    "distribution.view_agent",
    ("village__parent__parent", "bank"),
    (
        Column("ID AGEN", lambda agent: agent.agent_id),
        Column("NAMA AGEN", lambda agent: agent.name),
        Column("JENIS AGEN", Agent.get_kind_display),
        Column("BANK", lambda agent: agent.bank.short_name),
        Column("NAMA PEMILIK", lambda agent: agent.owner_name),
        Column("NIK PEMILIK", lambda agent: agent.owner_nik, is_identity=True),
        Column("KABUPATEN/KOTA", lambda agent: agent.village.parent.parent.full_name),
        Column("KECAMATAN", lambda agent: agent.village.parent.name),
        Column("DESA/KELURAHAN", lambda agent: agent.village.name),
        Column("ALAMAT", lambda agent: agent.address),
        Column("AKHIR KONTRAK", lambda agent: agent.contract_until),
        Column("STATUS AGEN", Agent.get_status_display),
        Column("ALASAN STATUS", lambda agent: agent.status_reason),
    ),
)


AGENT_FINDINGS = Export(
    "temuan agen",
    "distribution.view_agentfinding",
    ("village__parent__parent", "agent__bank", "closed_by"),
    (
        Column("ID AGEN", lambda row: row.agent.agent_id),
        Column("NAMA AGEN", lambda row: row.agent.name),
        Column("BANK", lambda row: row.agent.bank.short_name),
        Column("KABUPATEN/KOTA", lambda row: row.village.parent.parent.full_name),
        Column("KECAMATAN", lambda row: row.village.parent.name),
        Column("DESA/KELURAHAN", lambda row: row.village.name),
        Column("TEMUAN", AgentFinding.get_kind_display),
        Column("KETERANGAN", lambda row: row.detail),
        Column("DITEMUKAN", lambda row: row.found_on),
        Column("TENGGAT", lambda row: row.due_on),
        Column("STATUS", AgentFinding.get_status_display),
        Column("TINDAK LANJUT", lambda row: row.follow_up),
    ),
)


class ContractFilter(DropdownFilter):
    title, parameter_name = "kontrak", "kontrak"

    def lookups(self, request, model_admin):
        return [
            ("jalan", "Aktif, boleh melayani hari ini"),
            ("lewat", "Aktif, kontrak lewat"),
            ("berakhir", f"Lewat atau berakhir dalam {CONTRACT_DAYS} hari"),
            ("berlaku", "Berlaku"),
            ("tanpa", "Tanpa batas"),
        ]

    def queryset(self, request, queryset):
        today = timezone.localdate()
        if self.value() == "jalan":
            return queryset.active().exclude(contract_until__lt=today)
        if self.value() == "lewat":
            return queryset.with_expired_contract(today)
        if self.value() == "berakhir":
            return queryset.contract_ends_by(today + timedelta(days=CONTRACT_DAYS))
        if self.value() == "berlaku":
            return queryset.filter(contract_until__gte=today)
        if self.value() == "tanpa":
            return queryset.filter(contract_until=None)
        return queryset


class ServedFilter(DropdownFilter):
    """Agents that serve a village; reached from the page of the reach."""

    title, parameter_name = "melayani desa", "layanan"

    def lookups(self, request, model_admin):
        chosen = Region.objects.filter(pk=self.value() or "", level=Region.Level.VILLAGE)
        return [(region.code, region.name) for region in chosen]

    def has_output(self):
        return bool(self.value())

    def queryset(self, request, queryset):
        if not self.value():
            return queryset
        return queryset.filter(service_area__village=self.value())


class VillageInline(ScopedInline):
    model = AgentVillage
    autocomplete_fields = ["village"]
    verbose_name_plural = "wilayah layanan"

    def has_add_permission(self, request, obj=None):
        return request.user.has_perm("distribution.change_agent")

    has_change_permission = has_delete_permission = has_view_permission = has_add_permission


class AgentChangeList(ScopedChangeList):
    """Counts the KPM that the agents of one page serve together."""

    def get_results(self, request):
        super().get_results(request)
        self.result_list = list(self.result_list)
        families = families_of_agents([agent.pk for agent in self.result_list])
        for agent in self.result_list:
            agent.families = families[agent.pk]


class AgentForm(forms.ModelForm):
    """The owner's NIK is not on the page: an empty field keeps the one that is known."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if nik := self.instance.owner_nik:
            self.initial["owner_nik"] = ""
            self.fields["owner_nik"].help_text = f"Sekarang {mask(nik)}; isi hanya bila diganti."

    def clean_owner_nik(self):
        return self.cleaned_data["owner_nik"] or self.instance.owner_nik


@admin.register(Agent)
class AgentAdmin(OfSheet, ScopedAdmin):
    sheet = "agen"
    form = AgentForm
    may_add = may_change = True
    empty_text = "Agen masuk melalui unggahan daftar agen dari bank."
    inlines = [VillageInline]
    autocomplete_fields = ["village"]
    list_display = ["agent", "bank", "place", "families", "contract", "state_column"]
    list_select_related = ["bank", "village__parent"]
    list_filter = [
        RegencyFilter,
        DistrictFilter,
        VillageFilter,
        "bank",
        ("kind", ChoicesDropdownFilter),
        ("status", ChoicesDropdownFilter),
        ContractFilter,
        ServedFilter,
    ]
    search_fields = ["name", "agent_id"]
    search_help_text = "Nama atau ID agen"
    actions = ["export"]
    fieldsets = [
        (None, {"fields": ["bank", "agent_id", "name", "kind"]}),
        ("Tempat", {"fields": ["village", "address", "latitude", "longitude", "has_edc", "phone"]}),
        ("Pemilik", {"fields": ["owner_name", "owner_nik", "owner_occupation"]}),
        ("Kontrak", {"fields": ["contract_from", "contract_until"]}),
    ]

    def get_changelist(self, request, **kwargs):
        return AgentChangeList

    def get_search_results(self, request, queryset, search_term):
        words = search_term.split()
        for word in words:
            queryset = queryset.filter(Q(name__icontains=word) | Q(agent_id__icontains=word))
        return queryset, False

    def get_urls(self):
        own = [
            path("<int:pk>/ubah/", self.edit_view, name="distribution_agent_edit"),
            path("<int:pk>/kunjungan/", self.visit_view, name="distribution_agent_visit"),
            path("<int:pk>/status/<str:key>/", self.step_view, name="distribution_agent_step"),
            path("<int:pk>/tampilkan/", self.reveal_view, name="distribution_agent_reveal"),
        ]
        for pattern in own:
            pattern.callback = self.admin_site.admin_view(pattern.callback)
        return [*own, *super().get_urls()]

    def _agent(self, request, object_id) -> Agent:
        agent = self.get_object(request, str(object_id))
        if not self.has_view_permission(request, agent):
            raise PermissionDenied
        return agent

    def change_view(self, request, object_id, form_url="", extra_context=None):
        return views.agent_page(request, self._with_place(request, object_id))

    def _with_place(self, request, object_id) -> Agent:
        agent = self._agent(request, object_id)
        return Agent.objects.select_related("bank", "village__parent__parent").get(pk=agent.pk)

    def edit_view(self, request, pk):
        agent = self._agent(request, pk)
        if not self.has_change_permission(request, agent):
            raise PermissionDenied
        return super().change_view(request, str(pk))

    def visit_view(self, request, pk):
        return views.visit(request, self._agent(request, pk))

    def step_view(self, request, pk, key):
        return views.change_status(request, self._agent(request, pk), key)

    def reveal_view(self, request, pk):
        return views.reveal(request, self._with_place(request, pk))

    def get_readonly_fields(self, request, obj=None):
        return ["bank", "agent_id"] if obj else []

    def save_model(self, request, obj, form, change):
        actions.save_agent(obj, by=request.user)

    def response_post_save_change(self, request, obj):
        return redirect("admin:distribution_agent_change", obj.pk)

    response_post_save_add = response_post_save_change

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except ValidationError as refused:
            self.message_user(request, " ".join(refused.messages), messages.ERROR)
            return redirect(request.path)

    @admin.display(description="agen")
    def agent(self, agent):
        words = f"{agent.agent_id}, {agent.get_kind_display()}"
        return format_html('{}<span class="sub">{}</span>', agent.name, words)

    @admin.display(description="desa/kelurahan")
    def place(self, agent):
        return place_of(agent.village)

    @admin.display(description="KPM dilayani")
    def families(self, agent):
        return thousands(agent.families)

    families.is_number = True

    @admin.display(description="kontrak")
    def contract(self, agent):
        text, tone = views.contract_of(agent)
        return state(tone, text) if tone in ("bad", "warn") else text

    @admin.display(description="status")
    def state_column(self, agent):
        return state(views.STATUS_LOOKS[agent.status], agent.get_status_display())

    @admin.action(description="Unduh daftar terpilih")
    def export(self, request, queryset):
        return exports.export(self, request, queryset, AGENTS)


class OverdueFilter(DropdownFilter):
    title, parameter_name = "tenggat", "tenggat"

    def lookups(self, request, model_admin):
        return [
            ("lewat", "Lewat tenggat"),
            ("lama", f"Terbuka {OPEN_DAYS} hari atau lewat tenggat"),
        ]

    def queryset(self, request, queryset):
        today = timezone.localdate()
        if self.value() == "lama":
            return queryset.open_since(today - timedelta(days=OPEN_DAYS))
        return queryset.overdue(today) if self.value() else queryset


@admin.register(AgentFinding)
class AgentFindingAdmin(ScopedAdmin):
    empty_text = "Temuan berasal dari kunjungan agen dan pemeriksaan pemilik."
    list_display = ["agent", "kind", "place", "found_on", "due", "state_column"]
    list_select_related = ["agent__bank", "village__parent"]
    list_filter = [
        RegencyFilter,
        DistrictFilter,
        ("status", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        OverdueFilter,
    ]
    actions = ["export"]

    @admin.action(description="Unduh daftar terpilih")
    def export(self, request, queryset):
        return exports.export(self, request, queryset, AGENT_FINDINGS)

    def get_urls(self):
        step = path(
            "<int:pk>/langkah/<str:key>/",
            self.admin_site.admin_view(self.step_view),
            name="distribution_agentfinding_step",
        )
        return [step, *super().get_urls()]

    def _finding(self, request, object_id) -> AgentFinding:
        finding = self.get_object(request, str(object_id))
        if not self.has_view_permission(request, finding):
            raise PermissionDenied
        return finding

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """A finding is shown on the page of its agent."""
        finding = self._finding(request, object_id)
        url = reverse("admin:distribution_agent_change", args=[finding.agent_id])
        return redirect(f"{url}#temuan-{finding.pk}")

    def step_view(self, request, pk, key):
        return views.finding_step(request, self._finding(request, pk), key)

    @admin.display(description="desa/kelurahan")
    def place(self, finding):
        return f"{finding.village.name}, Kec. {finding.village.parent.name}"

    @admin.display(description="tenggat")
    def due(self, finding):
        late = (timezone.localdate() - finding.due_on).days
        if finding.status != AgentFinding.Status.SELESAI and late > 0:
            return state("bad", f"Lewat {late} hari")
        return finding.due_on

    @admin.display(description="status")
    def state_column(self, finding):
        tone, icon = views.FINDING_LOOKS[finding.status]
        return badges([Mark(tone, icon, finding.get_status_display())])
