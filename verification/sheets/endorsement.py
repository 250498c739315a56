"""Two sheets that are held against an endorsed list: that list itself, and the list of a decree.

Pure: both are read in a process that knows no Django.
"""

from spreadsheets import cells
from spreadsheets.layout import Column, Layout
from verification.documents import LIST_COLUMNS

_FIELD = {"KECAMATAN": "district_name", "DESA/KELURAHAN": "village_name"}

# Every cell as it is written: whatever differs from the endorsed list is to be told.
DAFTAR_PENGESAHAN = Layout(
    key="daftar_pengesahan",
    title="Daftar pengesahan",
    description="Lampiran berita acara pengesahan, seperti yang dibuat portal.",
    columns=tuple(
        Column(name or _FIELD[heading], heading, cells.text, required=name in {"case_id", "nik"})
        for heading, name, _ in LIST_COLUMNS
    ),
)

DAFTAR_PENETAPAN = Layout(
    key="daftar_penetapan",
    title="Daftar penetapan",
    description=(
        "Daftar penerima menurut surat keputusan, satu baris satu keluarga atau satu orang."
        " Keluarga dikenali dari ID DTKS, NIK pengurus, atau nomor KK."
    ),
    columns=(
        Column(
            "dtks_id",
            "ID DTKS",
            cells.text,
            aliases=("ID BDT", "ID KELUARGA", "ID DTSEN"),
            example="62030800219",
            width=18,
        ),
        Column(
            "nik",
            "NIK",
            cells.digits16,
            aliases=("NOMOR NIK", "NO NIK", "NO. KTP", "NIK PENGURUS", "NIK KPM", "NIK PENERIMA"),
            required=True,
            example="6203085205839017",
            width=20,
            content="nik",
        ),
        Column(
            "kk_number",
            "NOMOR KK",
            cells.digits16,
            aliases=("NOKK", "NO KK", "NO_KK", "NO. KK"),
            example="6203081501159001",
            width=20,
            content="kk",
        ),
        Column(
            "name",
            "NAMA",
            cells.name,
            aliases=(
                *("NAMA PENERIMA", "NAMA PENGURUS", "NAMA KPM", "NAMA PENGURUS KPM"),
                "NAMA LENGKAP",
            ),
            required=True,
            example="SITI RAHMAH",
            width=28,
            content="name",
        ),
    ),
)
