"""Cards and accounts opened in groups; what changes them are the actions of cards and uploads."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.http import urlencode
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter

from accounts.admin import DistrictFilter, RegencyFilter, ScopedAdmin, VillageFilter
from beneficiaries import exports
from beneficiaries.admin import OfHouseholdAdmin, RegisterAdmin, masked
from beneficiaries.exports import Column, Export
from beneficiaries.models import Card
from distribution.admin.sheets import OfSheet
from distribution.looks import state
from distribution.models import AccountOpening, AccountOpeningMember
from distribution.views import cards as views
from spreadsheets.words import thousands


class HandedOverFilter(DropdownFilter):
    title, parameter_name = "penyerahan", "serah"

    def lookups(self, request, model_admin):
        return [("belum", "Belum diserahkan"), ("sudah", "Sudah diserahkan")]

    def queryset(self, request, queryset):
        if self.value() == "belum":
            return queryset.filter(status=Card.Status.DIBUKA)
        if self.value() == "sudah":
            return queryset.filter(handed_over_on__isnull=False)
        return queryset


CARDS = Export(
    "kartu dan rekening",
    "beneficiaries.view_card",
    ("village__parent__parent", "household__payee", "holder", "bank"),
    (
        Column("NAMA PEMEGANG", lambda row: str(row.holder or row.household.payee or "")),
        Column("NOMOR KKS", lambda row: row.card_number, is_identity=True),
        Column("NOMOR REKENING", lambda row: row.account_number, is_identity=True),
        Column("BANK", lambda row: str(row.bank)),
        Column("KABUPATEN/KOTA", lambda row: row.village.parent.parent.full_name),
        Column("KECAMATAN", lambda row: row.village.parent.name),
        Column("DESA/KELURAHAN", lambda row: row.village.name),
        Column("STATUS", Card.get_status_display),
        Column("DISERAHKAN", lambda row: row.handed_over_on),
    ),
)


# Cards are data of the register; their life is that of the payout, and so is their page.
@admin.register(Card)
class CardAdmin(OfSheet, OfHouseholdAdmin):
    sheet = "kartu"
    list_display = [
        "household_column",
        "card_number_column",
        "account_column",
        "bank",
        "village_column",
        "state_column",
        "handed_over_on",
    ]
    list_select_related = ["village__parent", "household__payee", "bank"]
    list_filter = [
        *RegisterAdmin.list_filter,
        "bank",
        HandedOverFilter,
        ("status", ChoicesDropdownFilter),
    ]
    actions = ["export"]

    @admin.action(description="Unduh daftar terpilih")
    def export(self, request, queryset):
        return exports.export(self, request, queryset, CARDS)

    def get_urls(self):
        own = [
            path("<int:pk>/langkah/<str:key>/", self.step_view, name="beneficiaries_card_step"),
            path("<int:pk>/tampilkan/", self.reveal_view, name="beneficiaries_card_reveal"),
        ]
        for pattern in own:
            pattern.callback = self.admin_site.admin_view(pattern.callback)
        return [*own, *super().get_urls()]

    def _card(self, request, object_id) -> Card:
        card = self.get_object(request, str(object_id))
        if not self.has_view_permission(request, card):
            raise PermissionDenied
        return card

    def _with_holder(self, request, object_id) -> Card:
        card = self._card(request, object_id)
        with_holder = Card.objects.select_related(
            "bank", "holder", "household__payee", "village__parent__parent"
        )
        return with_holder.get(pk=card.pk)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        return views.card_page(request, self._with_holder(request, object_id))

    def reveal_view(self, request, pk):
        return views.reveal(request, self._with_holder(request, pk))

    def step_view(self, request, pk, key):
        return views.step(request, self._card(request, pk), key)

    @admin.display(description="nomor KKS")
    def card_number_column(self, card):
        return masked(card.card_number)

    @admin.display(description="nomor rekening")
    def account_column(self, card):
        return masked(card.account_number)

    @admin.display(description="status")
    def state_column(self, card):
        return state(views.CARD_LOOKS[card.status], card.get_status_display())


@admin.register(AccountOpening)
class AccountOpeningAdmin(ScopedAdmin):
    may_add = True
    empty_text = "Burekol dibuat untuk pengurus KPM yang belum punya kartu."
    list_display = ["name", "bank", "region", "sent_on", "progress", "state_column"]
    list_select_related = ["bank", "region"]
    list_filter = [RegencyFilter, "bank", ("status", ChoicesDropdownFilter)]

    def get_queryset(self, request):
        return super().get_queryset(request).with_progress()

    def add_view(self, request, form_url="", extra_context=None):
        if not self.has_add_permission(request):
            raise PermissionDenied
        return views.open_accounts(request)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """A group is shown as the list of its members."""
        opening = self.get_object(request, object_id)
        if not self.has_view_permission(request, opening):
            raise PermissionDenied
        url = reverse("admin:distribution_accountopeningmember_changelist")
        return redirect(f"{url}?{urlencode({'opening__id__exact': opening.pk})}")

    @admin.display(description="hasil")
    def progress(self, opening):
        return (
            f"{thousands(opening.sukses)} sukses, {thousands(opening.gagal)} gagal,"
            f" {thousands(opening.proses)} diproses"
        )

    @admin.display(description="status")
    def state_column(self, opening):
        done = opening.status == AccountOpening.Status.SELESAI
        return state("ok" if done else "info", opening.get_status_display())


MEMBERS = Export(
    "anggota burekol",
    "distribution.view_accountopeningmember",
    ("village__parent__parent", "person", "opening__bank", "household"),
    (
        Column("BUREKOL", lambda row: row.opening.name),
        Column("BANK", lambda row: row.opening.bank.short_name),
        Column("NIK", lambda row: row.person.nik, is_identity=True),
        Column("NAMA", lambda row: row.person.name),
        Column("NAMA IBU KANDUNG", lambda row: row.person.mother_name),
        Column("TANGGAL LAHIR", lambda row: row.person.birth_date),
        Column("NOKK", lambda row: row.household.kk_number, is_identity=True),
        Column("KABUPATEN/KOTA", lambda row: row.village.parent.parent.full_name),
        Column("KECAMATAN", lambda row: row.village.parent.name),
        Column("DESA/KELURAHAN", lambda row: row.village.name),
        Column("STATUS", AccountOpeningMember.get_status_display),
        Column("ALASAN GAGAL", lambda row: row.reason),
    ),
)


@admin.register(AccountOpeningMember)
class AccountOpeningMemberAdmin(ScopedAdmin):
    empty_text = "Anggota burekol muncul setelah burekol dibuat."
    list_before_template = "distribution/opening.html"
    list_display = ["person", "nik", "opening", "place", "state_column", "reason"]
    list_select_related = ["person", "opening__bank", "village__parent"]
    list_filter = [
        "opening",
        RegencyFilter,
        DistrictFilter,
        VillageFilter,
        ("status", ChoicesDropdownFilter),
    ]
    actions = ["export"]

    def get_list_display(self, request):
        """The burekol stands above the list that holds only its own."""
        is_one = "opening__id__exact" in request.GET
        return [name for name in self.list_display if not (is_one and name == "opening")]

    def changelist_view(self, request, extra_context=None):
        chosen = request.GET.get("opening__id__exact", "")
        openings = AccountOpening.objects.visible_to(request.user).with_progress()
        opening = (
            openings.select_related("bank", "region", "created_by").filter(pk=chosen).first()
            if chosen.isdecimal()
            else None
        )
        context = {"title": "Anggota burekol", "opening": opening, **(extra_context or {})}
        return super().changelist_view(request, context)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        member = self.get_object(request, object_id)
        if not self.has_view_permission(request, member):
            raise PermissionDenied
        return views.member_page(request, member)

    @admin.display(description="NIK")
    def nik(self, member):
        return masked(member.person.nik)

    @admin.display(description="desa/kelurahan")
    def place(self, member):
        return f"{member.village.name}, Kec. {member.village.parent.name}"

    @admin.display(description="status")
    def state_column(self, member):
        return state(views.MEMBER_LOOKS[member.status], member.get_status_display())

    @admin.action(description="Unduh daftar terpilih")
    def export(self, request, queryset):
        return exports.export(self, request, queryset, MEMBERS)
