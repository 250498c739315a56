"""The sheet of a verification round. Pure: the check runs in a process that knows no Django.

One row is one family (KPM), shown by its pengurus. The grey columns come from the register and tell
the officer whom to visit; what the visit found stands in the white ones.
"""

from beneficiaries.birth_dates import tell_differences
from beneficiaries.row_rules import is_empty, is_unreadable, judge_kk, judge_nik
from regions.codes import Resolved, Unresolved
from spreadsheets import cells
from spreadsheets.layout import CheckContext, Cleaned, Column, Layout, RowView

YES, NO = "YA", "TIDAK"
NOT_FOUND = "TIDAK DITEMUKAN"
# The words of the sheet and the stored reason (DOMAIN section 4).
REASONS = {
    "MENINGGAL (ANGGOTA TUNGGAL)": "MENINGGAL",
    "PINDAH": "PINDAH",
    NOT_FOUND: "TIDAK_DITEMUKAN",
    "GANDA": "GANDA",
    "SUDAH MAMPU": "SUDAH_MAMPU",
    "ASN/TNI/POLRI/PENSIUNAN": "ASN_TNI_POLRI",
    "PERANGKAT DESA": "PERANGKAT_DESA",
    "MENOLAK": "MENOLAK",
    "GRADUASI": "GRADUASI",
}
_REASON_SPELLINGS = {word: word for word in REASONS} | {
    "MENINGGAL": "MENINGGAL (ANGGOTA TUNGGAL)",
    "MENINGGAL DUNIA": "MENINGGAL (ANGGOTA TUNGGAL)",
    "PINDAH ALAMAT": "PINDAH",
    "TIDAK DIKETAHUI": NOT_FOUND,
    "DOBEL": "GANDA",
    "MAMPU": "SUDAH MAMPU",
    "ASN": "ASN/TNI/POLRI/PENSIUNAN",
    "PNS": "ASN/TNI/POLRI/PENSIUNAN",
    "TNI": "ASN/TNI/POLRI/PENSIUNAN",
    "POLRI": "ASN/TNI/POLRI/PENSIUNAN",
    "PENSIUNAN": "ASN/TNI/POLRI/PENSIUNAN",
}
# Why a family was not at its address.
REASONS_WHEN_ABSENT = ("MENINGGAL (ANGGOTA TUNGGAL)", "PINDAH", NOT_FOUND)

CORRECTIONS = (
    "new_nik",
    "new_kk_number",
    "new_name",
    "new_birth_date",
    "new_address",
    "new_village_name",
)
_OFFICERS = ("is_found", "is_eligible", "reason", "visited_on", "note", *CORRECTIONS)


def case_number(raw) -> str | Cleaned:
    """
    >>> case_number("1.204"), case_number(1204.0), case_number("KASUS-7")[:3]
    ('1204', '1204', ('', 'ID_KASUS_TIDAK_TERBACA', 'error'))
    """
    value = cells.text(raw)
    shown = value if type(value) is str else value.value
    digits = shown.replace(".", "").replace(" ", "")
    if not digits or (digits.isascii() and digits.isdigit() and len(digits) <= 18):
        return digits
    return Cleaned(
        "",
        "ID_KASUS_TIDAK_TERBACA",
        "error",
        "ID KASUS bukan angka; salin kembali dari lembar yang diunduh.",
    )


def register_date(raw) -> str:
    """A locked date: what cannot be read is told by the comparison with the register."""
    value = cells.date(raw)
    return value if type(value) is str else value.value


def leave_untouched_rows(row: RowView, context: CheckContext) -> None:
    if is_empty(row, "case_id"):
        row.note(
            "case_id",
            "ID_KASUS_KOSONG",
            "error",
            "ID KASUS kosong, jadi keluarganya tidak diketahui; salin dari lembar yang diunduh.",
        )
    if not is_filled(row):
        row.note(
            "",
            "BELUM_DIISI",
            "info",
            "Hasil kunjungan belum diisi; kasus ini tetap belum diverifikasi.",
        )


def is_filled(row: RowView) -> bool:
    """Whether the officer wrote anything, be it unreadable."""
    return any(row[name] or is_unreadable(row, name) for name in _OFFICERS)


def judge_outcome(row: RowView, context: CheckContext) -> None:
    """Found, eligible and reason must tell one story; what follows of itself is filled in."""
    if not is_filled(row):
        return
    if is_empty(row, "is_found"):
        row.note(
            "is_found",
            "DITEMUKAN_KOSONG",
            "error",
            "DITEMUKAN kosong padahal kolom lain terisi; pilih YA atau TIDAK.",
        )
    elif row["is_found"] == NO:
        _judge_absent(row)
    elif row["is_found"] == YES and is_empty(row, "is_eligible"):
        row.note(
            "is_eligible",
            "LAYAK_KOSONG",
            "error",
            "LAYAK kosong; pilih YA atau TIDAK untuk keluarga yang ditemukan.",
        )
    elif row["is_eligible"] == YES and row["reason"]:
        row.note(
            "reason",
            "LAYAK_DENGAN_ALASAN",
            "error",
            "Keluarga ditulis layak tetapi ada alasan tidak layak; kosongkan salah satunya.",
        )
    elif row["is_eligible"] == NO and row["reason"] == NOT_FOUND:
        row.note(
            "reason",
            "ALASAN_TIDAK_COCOK",
            "error",
            "Keluarga ditulis ditemukan; alasan TIDAK DITEMUKAN hanya untuk DITEMUKAN = TIDAK.",
        )
    elif row["is_eligible"] == NO and is_empty(row, "reason"):
        row.note(
            "reason",
            "ALASAN_KOSONG",
            "error",
            "Keluarga ditulis tidak layak tanpa alasan; pilih alasannya.",
        )


def _judge_absent(row: RowView) -> None:
    if row["is_eligible"] == YES:
        row.note(
            "is_eligible",
            "LAYAK_TANPA_DITEMUKAN",
            "error",
            "Keluarga yang tidak ditemukan tidak dapat ditulis layak; perbaiki salah satunya.",
        )
        return
    if row["reason"] and row["reason"] not in REASONS_WHEN_ABSENT:
        row.note(
            "reason",
            "ALASAN_TIDAK_COCOK",
            "error",
            "Untuk keluarga yang tidak ditemukan, alasannya "
            + ", ".join(REASONS_WHEN_ABSENT[:-1])
            + f", atau {REASONS_WHEN_ABSENT[-1]}.",
        )
        return
    if is_empty(row, "reason"):
        row.set("reason", NOT_FOUND)
        row.note(
            "reason",
            "ALASAN_DIISI_PORTAL",
            "info",
            "Keluarga tidak ditemukan; alasan diisi TIDAK DITEMUKAN.",
        )
    row.set("is_eligible", NO)
    if any(row[name] for name in CORRECTIONS):
        row.note(
            "",
            "PERBAIKAN_TANPA_BERTEMU",
            "warning",
            "Ada perbaikan data padahal keluarga tidak ditemukan; pastikan sumber perbaikannya.",
        )


def judge_visit(row: RowView, context: CheckContext) -> None:
    visited = row["visited_on"]
    if not is_filled(row):
        return
    if is_empty(row, "visited_on"):
        row.note(
            "visited_on",
            "KUNJUNGAN_KOSONG",
            "error",
            "TANGGAL KUNJUNGAN kosong; isi tanggal keluarga dikunjungi.",
        )
    elif visited > context.today.isoformat():
        row.note(
            "visited_on",
            "KUNJUNGAN_SETELAH_HARI_INI",
            "error",
            "TANGGAL KUNJUNGAN setelah hari ini; perbaiki tanggalnya.",
        )


def judge_corrections(row: RowView, context: CheckContext) -> None:
    """Corrected numbers must be possible and agree with the birth date, corrected or registered."""
    judge_kk(row, "new_kk_number")
    if not judge_nik(row, "new_nik"):
        return
    if row["new_birth_date"] > context.today.isoformat():
        row.note(
            "new_birth_date",
            "LAHIR_SETELAH_HARI_INI",
            "error",
            "Tanggal lahir setelah hari ini; cocokkan dengan KTP-el atau KK.",
        )
        return
    nik, born = row["new_nik"] or row["nik"], row["new_birth_date"] or row["birth_date"]
    if (row["new_nik"] or row["new_birth_date"]) and len(nik) == 16 and born:
        tell_differences(row, context, nik, born, date_field="new_birth_date")


def find_new_village(row: RowView, context: CheckContext) -> None:
    """Set `new_village` to the code of the corrected village, which lies in the same regency."""
    written = row["new_village_name"]
    if not written:
        return
    regency = context.options["region"][:5]
    found = _village_within(written, regency, row["district"], context.regions)
    if isinstance(found, Resolved) and found.level == "VILLAGE" and found.code[:5] == regency:
        row.set("new_village", found.code)
        if found.note:
            row.note("new_village_name", f"WILAYAH_{found.note_code}", "info", found.note)
        return
    suggestion = ""
    if isinstance(found, Unresolved):
        message = found.message
        inside = [code for code in found.candidates if len(code) == 13 and code[:5] == regency]
        if len(inside) == 1:
            suggestion = context.regions.name(inside[0])
    else:
        message = f"“{written}” bukan desa/kelurahan di {context.regions.full_name(regency)}."
    row.note(
        "new_village_name",
        "DESA_TIDAK_DIKENAL",
        "error",
        f"{message} Untuk pindah kabupaten/kota pilih alasan PINDAH.",
        suggestion,
    )


def _village_within(written: str, regency: str, district: str, regions) -> Resolved | Unresolved:
    """The village in the family's own kecamatan, else in the one written before a slash, else
    anywhere in the regency."""
    inside = regions.name(regency)
    other, _, name = written.rpartition("/")
    if other.strip():
        return regions.resolve(regency=inside, district=other.strip(), village=name.strip())
    if name.replace(".", "").strip().isdigit():
        return regions.resolve(code=name.strip())
    near = regions.resolve(regency=inside, district=district, village=name.strip())
    if isinstance(near, Resolved):
        return near
    wide = regions.resolve(regency=inside, village=name.strip())
    return wide if isinstance(wide, Resolved) or wide.reason == "AMBIGUOUS" else near


HASIL_VERIFIKASI = Layout(
    key="hasil_verifikasi",
    title="Hasil verifikasi",
    description=(
        "Hasil kunjungan, satu baris satu keluarga (KPM). Unduh lembar dari halaman putaran, isi"
        " kolom putih, lalu unggah kembali. Baris yang belum diisi boleh tetap kosong."
    ),
    columns=(
        Column(
            "case_id",
            "ID KASUS",
            case_number,
            aliases=("NOMOR KASUS", "NO KASUS", "ID KASUS VERIFIKASI"),
            required=True,
            locked=True,
            example="1204",
            help="Nomor keluarga dalam putaran ini. Jangan diubah.",
            width=11,
        ),
        Column("district", "KECAMATAN", cells.text, locked=True, example="BASARANG", width=18),
        Column(
            "village_name",
            "DESA/KELURAHAN",
            cells.text,
            aliases=("DESA", "KELURAHAN"),
            locked=True,
            example="BATUAH",
            width=20,
        ),
        Column("address", "ALAMAT", cells.text, locked=True, example="JL. MELATI 12", width=28),
        Column(
            "kk_number",
            "NOMOR KK",
            cells.text,
            aliases=("NOKK", "NO KK"),
            locked=True,
            example="6203081501159001",
            width=19,
            content="kk",
        ),
        Column(
            "nik",
            "NIK PENGURUS",
            cells.text,
            aliases=("NIK",),
            locked=True,
            example="6203085205839017",
            width=19,
            content="nik",
        ),
        Column(
            "name",
            "NAMA PENGURUS",
            cells.text,
            aliases=("NAMA", "NAMA KPM"),
            locked=True,
            example="SITI RAHMAH",
            width=26,
            content="name",
        ),
        Column(
            "birth_date",
            "TANGGAL LAHIR",
            register_date,
            aliases=("TGL LAHIR",),
            locked=True,
            example="12-05-1983",
            width=14,
            kind="date",
            content="birth",
        ),
        Column(
            "is_found",
            "DITEMUKAN",
            cells.yes_no,
            example="YA",
            help="YA bila keluarga ditemukan pada alamatnya.",
            choices=(YES, NO),
            required=True,
            width=12,
        ),
        Column(
            "is_eligible",
            "LAYAK",
            cells.yes_no,
            example="YA",
            help="YA bila keluarga masih layak menerima bantuan.",
            choices=(YES, NO),
            required=True,
            width=10,
        ),
        Column(
            "reason",
            "ALASAN TIDAK LAYAK",
            cells.choice(_REASON_SPELLINGS),
            aliases=("ALASAN",),
            help="Wajib bila LAYAK = TIDAK, selain itu kosong.",
            choices=tuple(REASONS),
            width=28,
        ),
        Column(
            "new_nik",
            "PERBAIKAN NIK",
            cells.digits16,
            help="NIK pengurus menurut KTP-el, hanya bila yang terdaftar salah.",
            width=19,
        ),
        Column(
            "new_kk_number",
            "PERBAIKAN NOMOR KK",
            cells.digits16,
            aliases=("PERBAIKAN KK", "PERBAIKAN NO KK"),
            help="Nomor KK menurut kartu keluarga, hanya bila yang terdaftar salah.",
            width=19,
        ),
        Column("new_name", "PERBAIKAN NAMA", cells.name, width=26),
        Column(
            "new_birth_date",
            "PERBAIKAN TANGGAL LAHIR",
            cells.date,
            aliases=("PERBAIKAN TGL LAHIR",),
            help="Hari-bulan-tahun.",
            width=16,
        ),
        Column("new_address", "PERBAIKAN ALAMAT", cells.text, width=28),
        Column(
            "new_village_name",
            "PERBAIKAN DESA/KELURAHAN",
            cells.text,
            aliases=("PERBAIKAN DESA", "PERBAIKAN KELURAHAN"),
            help=(
                "Desa/kelurahan lain di kabupaten/kota yang sama. Di kecamatan lain tulis"
                " kecamatan / desa."
            ),
            width=24,
        ),
        Column(
            "visited_on",
            "TANGGAL KUNJUNGAN",
            cells.date,
            aliases=("TGL KUNJUNGAN",),
            required=True,
            example="04-10-2021",
            help="Hari-bulan-tahun keluarga dikunjungi.",
            width=16,
            content="date",
        ),
        Column("note", "CATATAN", cells.text, aliases=("KETERANGAN",), width=32),
    ),
    checks=(
        "ID KASUS harus terisi; baris tanpa hasil kunjungan tetap belum diverifikasi.",
        "DITEMUKAN, LAYAK, dan alasannya harus menceritakan hal yang sama.",
        "Tanggal kunjungan harus terisi dan tidak setelah hari ini.",
        "NIK perbaikan harus mungkin dan sesuai tanggal lahirnya.",
        "Desa perbaikan harus berada di kabupaten/kota yang sama.",
    ),
    derived=("new_village",),
    row_rules=(
        leave_untouched_rows,
        judge_outcome,
        judge_visit,
        judge_corrections,
        find_new_village,
    ),
    example_rows=(
        {
            "case_id": "1204",
            "district": "BASARANG",
            "village_name": "BATUAH",
            "address": "JL. MELATI 12",
            "kk_number": "6203081501159001",
            "nik": "6203085205839017",
            "name": "SITI RAHMAH",
            "birth_date": "1983-05-12",
            "is_found": "YA",
            "is_eligible": "YA",
            "visited_on": "2021-10-04",
            "note": "Atap rumah bocor",
        },
    ),
)
