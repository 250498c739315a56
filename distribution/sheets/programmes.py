"""Families of other programmes (PKH, PBI-JK, BST, BLT-DD), as their administrators list them."""

from beneficiaries.row_rules import is_empty, judge_nik
from spreadsheets import cells
from spreadsheets.layout import CheckContext, Column, Layout, RowView

PROGRAMMES = {
    "PKH": "PKH",
    "PBI-JK": "PBI_JK",
    "BST": "BST",
    "BLT-DD": "BLT_DD",
    "BPNT-PPKM": "BPNT_PPKM",
}
_SPELLINGS = PROGRAMMES | {
    "PROGRAM KELUARGA HARAPAN": "PKH",
    "PBI": "PBI_JK",
    "PBI JK": "PBI_JK",
    "PBI JKN": "PBI_JK",
    "PBI_JK": "PBI_JK",
    "BANTUAN SOSIAL TUNAI": "BST",
    "BLT DD": "BLT_DD",
    "BLT_DD": "BLT_DD",
    "BLT DANA DESA": "BLT_DD",
    "BPNT PPKM": "BPNT_PPKM",
}
REASONS = {
    "GRADUASI": "GRADUASI",
    "SUDAH MAMPU": "SUDAH_MAMPU",
    "MENINGGAL": "MENINGGAL",
    "PINDAH": "PINDAH",
    "GANDA": "GANDA",
    "TIDAK DITEMUKAN": "TIDAK_DITEMUKAN",
    "MENOLAK": "MENOLAK",
}


def judge_member(row: RowView, context: CheckContext) -> None:
    if is_empty(row, "nik") and is_empty(row, "kk_number"):
        row.note(
            "nik",
            "KELUARGA_TIDAK_DISEBUT",
            "error",
            "NIK dan nomor KK kosong, jadi keluarganya tidak diketahui; isi salah satunya.",
        )
    for field, code, what in (
        ("programme", "PROGRAM_KOSONG", "Program kosong; pilih programnya."),
        ("started_on", "MULAI_KOSONG", "Tanggal mulai kosong; isi sejak kapan menjadi peserta."),
    ):
        if is_empty(row, field):
            row.note(field, code, "error", what)
    begins, ends = row["started_on"], row["ended_on"]
    if begins and ends and ends < begins:
        row.note(
            "ended_on",
            "BERAKHIR_SEBELUM_MULAI",
            "error",
            "Kepesertaan berakhir sebelum dimulai; perbaiki salah satu tanggalnya.",
        )
    if ends and not row["end_reason"] and is_empty(row, "end_reason"):
        row.note(
            "end_reason",
            "BERAKHIR_TANPA_ALASAN",
            "error",
            "Kepesertaan ditulis berakhir tanpa alasan; pilih alasannya.",
        )
    judge_nik(row, "nik")


KEPESERTAAN = Layout(
    key="kepesertaan_program",
    title="Kepesertaan program lain",
    description=(
        "Keluarga yang menjadi peserta program bantuan lain, satu baris satu keluarga dan program."
        " Sembako tidak dicatat di sini."
    ),
    columns=(
        Column(
            "nik",
            "NIK",
            cells.digits16,
            ("NOMOR NIK", "NO NIK", "NIK PENERIMA", "NIK PENGURUS"),
            help="NIK seorang anggota keluarga.",
            width=20,
            content="nik",
        ),
        Column(
            "kk_number",
            "NO KK",
            cells.digits16,
            ("NOKK", "NOMOR KK"),
            help="Dipakai bila NIK kosong.",
            width=20,
            content="kk",
        ),
        Column(
            "name",
            "NAMA",
            cells.name,
            ("NAMA PENERIMA", "NAMA PENGURUS", "NAMA PESERTA"),
            width=28,
            content="name",
        ),
        Column(
            "programme",
            "PROGRAM",
            cells.choice(_SPELLINGS),
            ("NAMA PROGRAM", "PROGRAM BANSOS", "JENIS BANTUAN"),
            required=True,
            choices=tuple(PROGRAMMES),
            width=14,
        ),
        Column(
            "started_on",
            "MULAI PESERTA",
            cells.date,
            ("TANGGAL MULAI PESERTA", "TMT PESERTA", "SEJAK"),
            required=True,
            help="Hari-bulan-tahun.",
            content="date",
        ),
        Column(
            "ended_on",
            "AKHIR PESERTA",
            cells.date,
            ("TANGGAL AKHIR PESERTA", "SAMPAI DENGAN"),
            help="Hari-bulan-tahun; kosong bila masih menjadi peserta.",
            content="date",
        ),
        Column(
            "end_reason",
            "ALASAN BERAKHIR",
            cells.choice(REASONS),
            ("ALASAN KELUAR",),
            choices=tuple(REASONS),
            help="Wajib bila sudah berakhir.",
            width=18,
        ),
    ),
    checks=(
        "Keluarga dikenali dari NIK anggotanya, atau dari nomor KK.",
        "Program dan tanggal mulai harus terisi; yang berakhir harus beralasan.",
        "Program yang tidak boleh bersama Sembako menjadi temuan setelah diterapkan.",
    ),
    row_rules=(judge_member,),
    example_rows=(
        {
            "nik": "6203085205839017",
            "name": "SITI RAHMAH",
            "programme": "PKH",
            "started_on": "01-07-2020",
        },
        {
            "kk_number": "6203081501159001",
            "name": "MUHAMMAD YUSUF",
            "programme": "BLT-DD",
            "started_on": "01-05-2021",
            "ended_on": "31-07-2021",
            "end_reason": "GRADUASI",
        },
    ),
)
