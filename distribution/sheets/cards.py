"""What the banks tell of the cards (KKS): opened, handed over, lost, blocked, replaced."""

from beneficiaries.row_rules import is_empty, judge_day, judge_nik
from beneficiaries.villages import find_village
from distribution.sheets.cleaners import card_number
from distribution.sheets.common import (
    card_columns,
    judge_account,
    person_columns,
    place_columns,
)
from spreadsheets import cells
from spreadsheets.layout import CheckContext, Column, Layout, RowView

STATUSES = {
    "BUREKOL": "DIBUKA",
    "BUREKOL GAGAL": "GAGAL",
    "DISERAHKAN": "DISERAHKAN",
    "HILANG": "HILANG",
    "DIBLOKIR": "DIBLOKIR",
    "DIGANTI": "DIGANTI",
}
_SPELLINGS = STATUSES | {
    "DIBUKA": "DIBUKA",
    "REKENING DIBUKA": "DIBUKA",
    "BUREKOL SUKSES": "DIBUKA",
    "GAGAL": "GAGAL",
    "GAGAL BUREKOL": "GAGAL",
    "SUDAH DISERAHKAN": "DISERAHKAN",
    "TERDISTRIBUSI": "DISERAHKAN",
    "SUDAH DISTRIBUSI": "DISERAHKAN",
    "DISTRIBUSI": "DISERAHKAN",
    "SERAH TERIMA": "DISERAHKAN",
    "KARTU HILANG": "HILANG",
    "BLOKIR": "DIBLOKIR",
    "TERBLOKIR": "DIBLOKIR",
    "GANTI KARTU": "DIGANTI",
    "PENGGANTIAN": "DIGANTI",
}
DATED = frozenset({"DISERAHKAN", "HILANG", "DIBLOKIR", "DIGANTI"})


def judge_card(row: RowView, context: CheckContext) -> None:
    status = row["status"]
    if is_empty(row, "status"):
        row.note("status", "STATUS_KOSONG", "error", "Status kosong; pilih keadaan kartunya.")
    if status == "GAGAL":
        _judge_failure(row)
    elif is_empty(row, "card_number") and (status != "DIBUKA" or is_empty(row, "account_number")):
        row.note(
            "card_number",
            "KKS_KOSONG",
            "error",
            "Nomor KKS kosong; isi 16 angka pada kartu. Hanya rekening burekol boleh tanpa kartu.",
        )
    if status in DATED and is_empty(row, "status_date"):
        row.note(
            "status_date",
            "TANGGAL_STATUS_KOSONG",
            "error",
            f"Kartu ditulis {status.lower()} tanpa tanggal; isi tanggal kejadiannya.",
        )
    if is_empty(row, "nik") and not row["name"]:
        row.note(
            "nik",
            "PEMEGANG_TIDAK_DIKENAL",
            "error",
            "NIK dan nama kosong, jadi pemegang kartunya tidak diketahui; isi salah satunya.",
        )
    judge_nik(row, "nik")
    judge_day(row, context, "status_date", "Tanggal status")


def _judge_failure(row: RowView) -> None:
    if row["card_number"]:
        row.note(
            "card_number",
            "BUREKOL_GAGAL_BERKARTU",
            "error",
            "Burekol ditulis gagal tetapi ada nomor KKS; kosongkan salah satunya.",
        )
    if not row["note"]:
        row.note(
            "note",
            "GAGAL_TANPA_ALASAN",
            "error",
            "Burekol ditulis gagal tanpa alasan; isi alasannya pada KETERANGAN.",
        )


def judge_replacement(row: RowView, context: CheckContext) -> None:
    if row["status"] == "DIGANTI" and is_empty(row, "new_card_number"):
        row.note(
            "new_card_number",
            "KARTU_PENGGANTI_KOSONG",
            "warning",
            "Kartu ditulis diganti tanpa nomor KKS baru; isi nomor kartu penggantinya.",
        )
    elif row["new_card_number"] and row["new_card_number"] == row["card_number"]:
        row.note(
            "new_card_number",
            "KARTU_PENGGANTI_SAMA",
            "error",
            "Nomor KKS baru sama dengan yang diganti; perbaiki salah satunya.",
        )


KARTU = Layout(
    key="kartu",
    title="Kartu (KKS)",
    description=(
        "Keadaan kartu KKS menurut bank, satu baris satu kartu: rekening dibuka bersama (burekol),"
        " diserahkan, hilang, diblokir, atau diganti."
    ),
    columns=(
        *card_columns(card_required=True),
        *person_columns(required=True),
        *place_columns(),
        Column(
            "status",
            "STATUS KARTU",
            cells.choice(_SPELLINGS),
            ("STATUS", "STATUS KKS", "STATUS DISTRIBUSI", "KEADAAN KARTU"),
            required=True,
            choices=tuple(STATUSES),
            width=16,
        ),
        Column(
            "status_date",
            "TANGGAL STATUS",
            cells.date,
            ("TANGGAL", "TANGGAL SERAH", "TGL SERAH TERIMA", "TANGGAL DISTRIBUSI", "TGL STATUS"),
            help="Hari-bulan-tahun; wajib kecuali untuk burekol.",
            content="date",
        ),
        Column(
            "new_card_number",
            "NO KKS BARU",
            card_number,
            ("NOMOR KKS BARU", "KARTU PENGGANTI", "NO KARTU BARU"),
            help="Hanya untuk kartu yang diganti.",
            width=20,
        ),
        Column("note", "KETERANGAN", cells.text, ("CATATAN",), width=32),
    ),
    checks=(
        "Nomor KKS harus 16 angka; hanya rekening burekol boleh tanpa kartu.",
        "Kartu yang diserahkan, hilang, diblokir, atau diganti harus bertanggal.",
        "Tanggal status tidak boleh setelah hari ini.",
        "Kartu yang diganti tanpa nomor baru ditanyakan.",
        "Panjang rekening yang tidak lazim untuk banknya ditanyakan.",
        "Nomor KKS pada lebih dari satu baris ditanyakan.",
    ),
    derived=("village",),
    row_rules=(judge_account, judge_card, judge_replacement, find_village),
    example_rows=(
        {
            "card_number": "6032980000009001",
            "account_number": "001201000123509",
            "bank": "BRI",
            "nik": "6203085205839017",
            "name": "SITI RAHMAH",
            "regency": "KAPUAS",
            "district": "BASARANG",
            "village_name": "BATUAH",
            "status": "DISERAHKAN",
            "status_date": "12-03-2019",
        },
        {
            "card_number": "6013010000009002",
            "account_number": "1590001234509",
            "bank": "Mandiri",
            "nik": "6203081207709018",
            "name": "MUHAMMAD YUSUF",
            "regency": "KAPUAS",
            "district": "BASARANG",
            "village_name": "BASARANG",
            "status": "DIGANTI",
            "status_date": "04-10-2021",
            "new_card_number": "6013010000009003",
        },
    ),
)
