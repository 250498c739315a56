"""The sheet by which a district repairs NIK and names of members (headings: DOMAIN section 5)."""

from beneficiaries.row_rules import is_empty, judge_nik
from spreadsheets import cells
from spreadsheets.layout import CheckContext, Cleaned, Column, Layout, RowView


def old_nik(raw) -> str | Cleaned:
    """The NIK that is to be replaced: it only names the person, and is wrong by nature.

    >>> old_nik("6203085205839017"), old_nik("62030852058390")[:3]
    ('6203085205839017', ('62030852058390', 'NIK_LAMA_RUSAK', 'info'))
    """
    cleaned = cells.digits16(raw)
    if type(cleaned) is str or cleaned.level == "info":
        return cleaned
    return Cleaned(
        cleaned.value,
        "NIK_LAMA_RUSAK",
        "info",
        "NIK lama bukan NIK yang utuh; dipakai seperti tertulis untuk mengenali orangnya.",
    )


def judge_member(row: RowView, context: CheckContext) -> None:
    if not row["member_id"] and not row["nik"] and not (row["dtks_id"] and row["name"]):
        row.note(
            "",
            "ANGGOTA_TIDAK_DIKENAL",
            "error",
            "Baris ini tidak menyebut siapa yang diperbaiki; isi ID ART, NIK ART, atau ID DTKS"
            " dengan Nama ART.",
        )


def judge_repairs(row: RowView, context: CheckContext) -> None:
    if is_empty(row, "new_nik") and not row["new_name"]:
        row.note(
            "new_nik",
            "TANPA_PERBAIKAN",
            "error",
            "Perbaikan NIK dan Perbaikan Nama kosong; isi salah satunya atau hapus barisnya.",
        )
    judge_nik(row, "new_nik")
    for old, new, what in (("nik", "new_nik", "NIK"), ("name", "new_name", "Nama")):
        if row[new] and row[new] == row[old]:
            row.note(
                new,
                "PERBAIKAN_SAMA",
                "warning",
                f"{what} yang diperbaiki sama dengan yang lama; pastikan perbaikannya.",
            )


PERBAIKAN_NIK = Layout(
    key="perbaikan_nik",
    title="Perbaikan NIK",
    description=(
        "Perbaikan NIK dan nama anggota keluarga menurut KTP-el, satu baris satu orang. Isi hanya"
        " yang diperbaiki."
    ),
    columns=(
        Column("dtks_id", "ID DTKS", cells.text, ("ID BDT", "ID KELUARGA", "ID DTSEN"), width=18),
        Column(
            "member_id",
            "ID ART",
            cells.text,
            ("ID ANGGOTA", "ID PENGURUS", "IDARTBDT", "ID ART BDT"),
            help="Nomor anggota keluarga dalam register pusat.",
            width=18,
        ),
        Column(
            "head_name",
            "Nama KRT",
            cells.name,
            ("NAMA KEPALA KELUARGA", "KEPALA KELUARGA", "NAMA KK"),
            width=26,
        ),
        Column("address", "Alamat", cells.text, ("ALAMAT RUMAH",), width=28),
        Column(
            "nik",
            "NIK ART",
            old_nik,
            ("NIK", "NIK LAMA", "NIK DTKS"),
            required=True,
            help="NIK yang terdaftar sekarang, walaupun keliru.",
            width=20,
            content="nik",
        ),
        Column(
            "name",
            "Nama ART",
            cells.name,
            ("NAMA", "NAMA LAMA", "NAMA ANGGOTA"),
            required=True,
            width=28,
            content="name",
        ),
        Column(
            "new_nik",
            "Perbaikan NIK",
            cells.digits16,
            ("NIK BARU", "NIK PERBAIKAN", "NIK SEHARUSNYA"),
            required=True,
            help="NIK menurut KTP-el: 16 angka, disimpan sebagai teks. Kosong bila NIK lama benar.",
            width=20,
        ),
        Column(
            "new_name",
            "Perbaikan Nama",
            cells.name,
            ("NAMA BARU", "NAMA PERBAIKAN", "NAMA SEHARUSNYA"),
            help="Nama menurut KTP-el. Kosong bila nama lama benar.",
            width=28,
        ),
    ),
    checks=(
        "Perbaikan NIK atau Perbaikan Nama harus terisi.",
        "Perbaikan NIK harus 16 angka dengan kode wilayah dan tanggal lahir yang mungkin.",
        "Perbaikan yang sama dengan isi lama ditanyakan.",
        "Orangnya harus dapat dikenali dari ID ART, NIK ART, atau ID DTKS dengan Nama ART.",
        "ID ART atau NIK perbaikan pada lebih dari satu baris ditanyakan.",
    ),
    row_rules=(judge_member, judge_repairs),
    example_rows=(
        {
            "dtks_id": "62030800219",
            "member_id": "620308002190001",
            "head_name": "SITI RAHMAH",
            "address": "JL. MELATI 12",
            "nik": "6203085205839170",
            "name": "SITI RAHMA",
            "new_nik": "6203085205839017",
            "new_name": "SITI RAHMAH",
        },
    ),
)
