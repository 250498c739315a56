"""The navigation in the words of the work.

An entry is there when its model has a list in the portal and the user may see that list; the
permission of the entry is the permission of the list.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sembako_portal.navigation import waiting
from sembako_portal.navigation.waiting import Waiting


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
            Entry("Unggahan", model="uploads.Upload", waiting=waiting.uploads_waiting),
            Entry("Kasus", model="verification.Case"),
            Entry(
                "Pengesahan",
                model="verification.Endorsement",
                siblings=(
                    "admin:verification_endorsementitem_changelist",
                    "admin:verification_secondlook_changelist",
                ),
            ),
            Entry(
                "Penetapan",
                model="verification.Decree",
                siblings=("admin:verification_decreeitem_changelist",),
            ),
            Entry(
                "Ringkasan verifikasi",
                view="verification:summary",
                permission="verification.view_round",
            ),
            Entry("Musyawarah desa", model="verification.VillageMeeting"),
            Entry(
                "Usulan dan sanggah",
                model="verification.Proposal",
                waiting=waiting.proposals_waiting,
                siblings=("admin:verification_objection_changelist",),
            ),
            Entry(
                "Penggantian dan daftar tunggu",
                view="verification:waiting",
                permission="verification.view_replacement",
                waiting=waiting.replacements_waiting,
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
                waiting=waiting.matches_waiting,
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
                waiting=waiting.findings_waiting,
            ),
            Entry("Temuan rekonsiliasi", model="distribution.ReconciliationFinding"),
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
            Entry(
                "Burekol",
                model="distribution.AccountOpening",
                siblings=("admin:distribution_accountopeningmember_changelist",),
            ),
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
            Entry("Tindak lanjut", model="coordination.FollowUp", waiting=waiting.follow_ups_late),
            Entry("Pengaduan", model="coordination.Complaint", waiting=waiting.complaints_late),
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
            Entry("Tenggat pengaduan", model="coordination.ComplaintTerm"),
            Entry("Kasir agen", model="distribution.Cashier"),
            Entry("Komoditas", model="distribution.Commodity"),
            Entry("Kelompok gizi", model="distribution.FoodGroup"),
            Entry("Indikator wilayah", model="distribution.RegionIndicator"),
            Entry("Aturan pasangan program", model="distribution.ProgrammePair"),
            Entry("Golongan terlarang", model="distribution.BarredGroup"),
            Entry("Orang dari golongan terlarang", model="distribution.BarredPerson"),
            Entry("Hari libur", model="regions.Holiday"),
            Entry("Tenggat jawaban", model="verification.AnswerTerm"),
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
