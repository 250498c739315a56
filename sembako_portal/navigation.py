"""The navigation in the words of the work, and what the frame shows around every page.

An entry is there when its model has a list in the portal and the user may see that list; the
permission of the entry is the permission of the list. Counts are what waits for this user.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from django.apps import apps
from django.contrib import admin
from django.db import models
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject, lazy

from accounts.models import Notification
from coordination.models import Complaint, FollowUp
from distribution.models import ReconciliationFinding
from uploads.models import Upload
from verification.actions.proposals import DECIDE
from verification.models import MatchResult, Objection, PayeeChange, Proposal, Replacement


@dataclass(frozen=True)
class Count:
    """A number beside an entry; `due` when this user must act."""

    number: int
    meaning: str
    due: bool = False


@dataclass(frozen=True)
class Waiting:
    """What a `Count` beside an entry counts; `more` are rows of further models."""

    rows: models.QuerySet
    meaning: str
    due: bool = False
    more: tuple[models.QuerySet, ...] = ()


def _uploads_waiting(user) -> Waiting | None:
    """What a reviewer can decide, and what an officer must repair."""
    uploads = Upload.objects.visible_to(user)
    if user.has_perm("uploads.review_upload"):
        return Waiting(uploads.reviewable_by(user), "menunggu tinjauan Anda")
    if user.has_perm("uploads.submit_upload"):
        return Waiting(uploads.to_repair(), "perlu perbaikan", due=True)
    return None


def _matches_waiting(user) -> Waiting | None:
    return Waiting(
        MatchResult.objects.visible_to(user).waiting_for(user), "menunggu keputusan Anda"
    )


def _proposals_waiting(user) -> Waiting | None:
    if not all(user.has_perm(permission) for permission in DECIDE.values()):
        return None
    return _decidable(user, Proposal, Objection, meaning="menunggu jawaban Anda")


def _replacements_waiting(user) -> Waiting | None:
    if not user.has_perm("verification.decide_replacement"):
        return None
    return _decidable(user, Replacement, PayeeChange, meaning="menunggu keputusan Anda")


def _decidable(user, *models, meaning: str) -> Waiting:
    """What others have entered and this user can decide."""
    first, *others = (model.objects.visible_to(user).decidable_by(user) for model in models)
    return Waiting(first, meaning, more=tuple(others))


def _follow_ups_late(user) -> Waiting | None:
    return Waiting(FollowUp.objects.visible_to(user).overdue(), "lewat tenggat", due=True)


def _complaints_late(user) -> Waiting | None:
    return Waiting(Complaint.objects.visible_to(user).overdue(), "lewat tenggat", due=True)


def _findings_waiting(user) -> Waiting | None:
    """What a bank was asked for; the answers of banks that nobody has looked at yet."""
    findings = ReconciliationFinding.objects.visible_to(user).open()
    if user.has_perm("distribution.answer_reconciliationfinding"):
        return Waiting(findings.waiting_for_bank(), "menunggu jawaban bank Anda", due=True)
    if user.has_perm("distribution.handle_reconciliationfinding"):
        return Waiting(findings.answered(), "dijawab bank, menunggu Anda")
    return None


@dataclass(frozen=True)
class Entry:
    """A list of a model, or with `view` a page of its own and the permission it asks for.

    `province`: only for those who see the whole of it.
    """

    label: str
    icon: str = ""
    model: str = ""
    waiting: Callable[[object], Waiting | None] | None = None
    view: str = ""
    permission: str = ""
    province: bool = False
    siblings: tuple[str, ...] = ()
    """Names of further pages that are reached from this one and count as it."""
    children: tuple["Entry", ...] = ()


ENTRIES = (
    Entry(
        "Penerima manfaat",
        "users",
        children=(
            Entry("Keluarga (KPM)", model="beneficiaries.Household"),
            Entry("Orang", model="beneficiaries.Person"),
            Entry("Kartu dan rekening", model="beneficiaries.Card"),
            Entry("Kepesertaan program", model="beneficiaries.Enrollment"),
        ),
    ),
    Entry(
        "Verifikasi",
        "shield",
        children=(
            Entry(
                "Kunjungan",
                view="verification:visits",
                permission="verification.visit_case",
            ),
            Entry("Putaran verifikasi", model="verification.Round"),
            Entry("Unggahan", model="uploads.Upload", waiting=_uploads_waiting),
            Entry("Kasus", model="verification.Case"),
            Entry("Pengesahan", model="verification.Endorsement"),
            Entry("Penetapan", model="verification.Decree"),
            Entry(
                "Ringkasan verifikasi",
                view="verification:summary",
                permission="verification.view_round",
            ),
            Entry("Musyawarah desa", model="verification.VillageMeeting"),
            Entry(
                "Usulan dan sanggah",
                model="verification.Proposal",
                waiting=_proposals_waiting,
                siblings=("admin:verification_objection_changelist",),
            ),
            Entry(
                "Penggantian dan daftar tunggu",
                view="verification:waiting",
                permission="verification.view_replacement",
                waiting=_replacements_waiting,
                siblings=(
                    "admin:verification_replacement_changelist",
                    "admin:verification_payeechange_changelist",
                    "verification:movements",
                ),
            ),
            Entry("Kuota", model="beneficiaries.Quota"),
        ),
    ),
    Entry(
        "Pemadanan",
        "match",
        children=(
            Entry(
                "Ringkasan pemadanan",
                view="dashboards:matching",
                permission="verification.view_matchresult",
            ),
            Entry(
                "Antrean pemadanan",
                view="verification:queue",
                permission="verification.decide_matchresult",
                waiting=_matches_waiting,
            ),
            Entry("Permintaan ke Dukcapil", model="verification.MatchBatch"),
            Entry("Hasil pemadanan", model="verification.MatchResult"),
            Entry("Data ganda", model="verification.DuplicateGroup"),
            Entry("Perjanjian (PKS)", model="verification.Agreement"),
        ),
    ),
    Entry(
        "Penyaluran",
        "wallet",
        children=(
            Entry("Kasir", view="distribution:till", permission="distribution.enter_purchase"),
            Entry("Periode salur", model="distribution.PayoutPeriod"),
            Entry("Daftar bayar", model="distribution.Payment"),
            Entry("KPM tidak dibayar", model="distribution.LeftOut"),
            Entry("Transaksi", model="distribution.Purchase"),
            Entry(
                "Rekonsiliasi",
                view="distribution:reconciliation",
                permission="distribution.view_reconciliationfinding",
                waiting=_findings_waiting,
            ),
            Entry(
                "Gizi dan harga",
                view="distribution:nutrition",
                permission="distribution.view_agentprice",
            ),
            Entry("Nilai bantuan", model="distribution.BenefitRate"),
            Entry(
                "Anggaran dan realisasi",
                view="distribution:plan",
                permission="distribution.view_budget",
            ),
            Entry("Burekol", model="distribution.AccountOpening"),
            Entry("Agen dan e-Warung", model="distribution.Agent"),
            Entry("Temuan agen", model="distribution.AgentFinding"),
            Entry(
                "Jangkauan agen",
                view="distribution:reach",
                permission="distribution.view_agentvillage",
            ),
            Entry("Tumpang tindih program", model="distribution.OverlapFinding"),
        ),
    ),
    Entry(
        "Koordinasi",
        "calendar",
        children=(
            Entry("Rakor", model="coordination.Meeting"),
            Entry("Tindak lanjut", model="coordination.FollowUp", waiting=_follow_ups_late),
            Entry("Pengaduan", model="coordination.Complaint", waiting=_complaints_late),
            Entry("Instansi", model="coordination.Agency"),
        ),
    ),
    Entry(
        "Laporan",
        "chart",
        children=(
            Entry(
                "Buat laporan",
                view="coordination:reports",
                permission="coordination.make_report",
            ),
            Entry(
                "Angka publik",
                view="coordination:publishing",
                permission="coordination.publish_figures",
            ),
        ),
    ),
    Entry(
        "Pengaturan",
        "sliders",
        children=(
            Entry("Pengguna", model="accounts.User"),
            Entry("Wilayah", model="regions.Region"),
            Entry("Program", model="beneficiaries.Programme"),
            Entry("Bank penyalur", model="beneficiaries.Bank"),
            Entry("Anggaran", model="distribution.Budget"),
            Entry("Kasir agen", model="distribution.Cashier"),
            Entry("Komoditas", model="distribution.Commodity"),
            Entry("Kelompok gizi", model="distribution.FoodGroup"),
            Entry("Indikator wilayah", model="distribution.RegionIndicator"),
            Entry("Aturan pasangan program", model="distribution.ProgrammePair"),
            Entry("Golongan terlarang", model="distribution.BarredGroup"),
            Entry("Orang dari golongan terlarang", model="distribution.BarredPerson"),
            Entry("Catatan akses data", model="accounts.AccessLog"),
            Entry(
                "Kesehatan data",
                view="dashboards:health",
                permission="dashboards.view_healthresult",
                province=True,
            ),
        ),
    ),
)


@dataclass
class Item:
    """An entry as one user sees it on one page."""

    label: str
    url: str
    icon: str = ""
    is_current: bool = False
    waiting: Waiting | None = None
    count: Count | None = None
    children: list["Item"] = field(default_factory=list)


def _child(entry: Entry, request) -> Item | None:
    if entry.view:
        if not request.user.has_perm(entry.permission):
            return None
        if entry.province and not request.user.scope.is_province:
            return None
        return _item(entry, reverse(entry.view), request)
    model = apps.get_model(entry.model)
    if not admin.site.is_registered(model):
        return None
    if not admin.site.get_model_admin(model).has_view_permission(request):
        return None
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return _item(entry, url, request)


def _item(entry: Entry, url: str, request) -> Item:
    return Item(
        entry.label,
        url,
        is_current=any(
            request.path.startswith(address)
            for address in (url, *(reverse(name) for name in entry.siblings))
        ),
        waiting=entry.waiting(request.user) if entry.waiting else None,
    )


def _count(items: list[Item]) -> None:
    """Put the counts beside the items that have something waiting: one query for all of them."""
    waiting = [item for item in items if item.waiting]
    if not waiting:
        return
    first, *others = (
        rows.order_by().values(item=models.Value(number)).annotate(number=models.Count("pk"))
        for number, item in enumerate(waiting)
        for rows in (item.waiting.rows, *item.waiting.more)
    )
    counted = Counter()
    for row in first.union(*others, all=True):
        counted[row["item"]] += row["number"]
    for number, item in enumerate(waiting):
        if counted[number]:
            item.count = Count(counted[number], item.waiting.meaning, item.waiting.due)


@dataclass
class Frame:
    """What stands around a page for one user."""

    items: list[Item]
    unread: int


def navigation(request) -> list[Item]:
    """What the user of this request may open, in the order of the work."""
    return frame(request).items


def frame(request) -> Frame:
    """The navigation and the bell; what waits is counted for both in one query."""
    home = reverse("admin:index")
    items = [Item("Beranda", home, "home", is_current=request.path == home)]
    groups = [
        (entry, [item for child in entry.children if (item := _child(child, request))])
        for entry in ENTRIES
    ]
    unread = Notification.objects.of(request.user).unread()
    bell = Item("Pemberitahuan", "", waiting=Waiting(unread, "belum dibaca"))
    _count([bell, *(child for _, children in groups for child in children)])
    for entry, children in groups:
        if children:
            items.append(
                Item(
                    entry.label,
                    children[0].url,
                    entry.icon,
                    is_current=any(child.is_current for child in children),
                    count=next((child.count for child in children if child.count), None),
                    children=children,
                )
            )
    return Frame(items, bell.count.number if bell.count else 0)


def here(items: list[Item]) -> list[Item]:
    """The way from the navigation to the current list: its heading and the list itself."""
    for item in items:
        for child in item.children:
            if child.is_current:
                return [item, child]
    return []


SHORT = {" kab/kota": "", "Kabupaten ": "Kab. ", "Kecamatan ": "Kec. "}


def short_place_of(user) -> str:
    """Role and place in the width of the sidebar: `Petugas · Kab. Kapuas`."""
    text = place_of(user)
    for long, short in SHORT.items():
        text = text.replace(long, short)
    return text


def place_of(user) -> str:
    """Role and place in full: `Petugas kab/kota · Kabupaten Kapuas`."""
    if not user.scope.codes:
        return f"{user.get_role_display()} · tanpa wilayah tugas"
    if user.scope.is_province:
        return user.get_role_display()
    return f"{user.get_role_display()} · {user.home_region.full_name}"


def _search_url() -> str:
    try:
        return reverse("search")
    except NoReverseMatch:
        return ""


def context(request) -> dict:
    """Context processor: lazily, so that a page without the frame asks the database nothing."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    made = SimpleLazyObject(lambda: frame(request))
    return {
        "navigation": SimpleLazyObject(lambda: made.items),
        "here": SimpleLazyObject(lambda: here(made.items)),
        "user_place": lazy(place_of, str)(user),
        "user_place_short": lazy(short_place_of, str)(user),
        "search_url": _search_url(),
        "unread_notifications": lambda: made.unread,
    }
