"""Dukcapil's answer about the persons it was asked for (headings: DOMAIN section 5)."""

import re
from datetime import date

from beneficiaries.identity import nik_agrees
from beneficiaries.row_rules import is_empty, judge_day, judge_kk, judge_nik
from beneficiaries.villages import find_village
from regions.codes import PROVINCE_CODE, PROVINCES
from spreadsheets import cells
from spreadsheets.layout import CheckContext, Cleaned, Column, Layout, RowView

MATCHED, NOT_FOUND = "PADAN", "TIDAK_DITEMUKAN"
# DOMAIN section 4. A word behind TIDAK, BUKAN or BELUM says the opposite.
_NOT = r"(?<!TIDAK )(?<!TDK )(?<!BUKAN )(?<!BELUM )"
_MEANINGS = tuple(
    (outcome, re.compile(pattern))
    for outcome, pattern in (
        (
            NOT_FOUND,
            r"\b(TIDAK|TDK|BELUM) (DITEMUKAN|TERDAFTAR|TERCATAT|DIKENAL|ADA)\b|\bNOT FOUND\b"
            r"|\bNIK (TIDAK|TDK) VALID\b|\bNIHIL\b",
        ),
        (
            "DATA_BERBEDA",
            r"\b(TIDAK|TDK) (PADAN|SESUAI|COCOK|SAMA)\b|\b" + _NOT + r"(BERBEDA|BEDA)\b",
        ),
        ("NIK_GANDA", r"\b" + _NOT + r"(GANDA|DUPLIKAT|DOBEL|DOUBLE)\b"),
        ("MENINGGAL", r"\b" + _NOT + r"(MENINGGAL|WAFAT|MATI)\b"),
        ("PINDAH", r"\b" + _NOT + r"PINDAH\b"),
        (MATCHED, r"\b" + _NOT + r"(PADAN|SESUAI|COCOK|DITEMUKAN|VALID|ADA|SAMA|OK)\b"),
    )
)


def outcomes_in(response: str) -> set[str]:
    """What an answer in words can mean; that a person was found goes without saying for the rest.

    >>> outcomes_in("Data Ditemukan"), outcomes_in("NIK tidak ditemukan")
    ({'PADAN'}, {'TIDAK_DITEMUKAN'})
    >>> outcomes_in("Data ditemukan, status: Meninggal Dunia"), outcomes_in("kode 7")
    ({'MENINGGAL'}, set())
    >>> outcomes_in("Padan, tidak ganda"), outcomes_in("NIK ada, nama berbeda")
    ({'PADAN'}, {'DATA_BERBEDA'})
    """
    words = " ".join(re.findall(r"[A-Z]+", response.upper()))
    found = {outcome for outcome, meaning in _MEANINGS if meaning.search(words)}
    return found - {MATCHED} if len(found) > 1 else found


def number(raw) -> str | Cleaned:
    """A region number of Dukcapil: the digits without zeros in front.

    >>> number(3.0), number("03"), number("1002"), number("-"), number("III")[1:3]
    ('3', '3', '1002', '', ('KODE_WILAYAH_TIDAK_TERBACA', 'warning'))
    """
    cleaned = cells.text(raw)
    shown = cleaned if type(cleaned) is str else cleaned.value
    if shown.isascii() and shown.isdigit():
        return shown.lstrip("0")
    if not shown:
        return ""
    return Cleaned(
        "",
        "KODE_WILAYAH_TIDAK_TERBACA",
        "warning",
        "Nomor wilayah bukan angka, jadi tempatnya dibaca dari namanya; periksa tempatnya.",
    )


def understand_response(row: RowView, context: CheckContext) -> None:
    """Set `outcome`; the answer itself stays as it was written."""
    if not row["response"]:
        row.note(
            "response",
            "RESPON_KOSONG",
            "error",
            "RESPON kosong, jadi hasil pemadanannya tidak diketahui; isi jawaban Dukcapil.",
        )
        return
    found = outcomes_in(row["response"])
    if len(found) == 1:
        row.set("outcome", found.pop())
        return
    row.note(
        "response",
        "RESPON_TIDAK_DIKENAL",
        "warning",
        "Arti RESPON tidak pasti; tulis salah satu: Data ditemukan, Data berbeda, NIK tidak"
        " ditemukan, NIK ganda, Meninggal, atau Pindah.",
    )


def judge_answer(row: RowView, context: CheckContext) -> None:
    if is_empty(row, "nik"):
        row.note(
            "nik",
            "NIK_KOSONG",
            "error",
            "NIK kosong, jadi tidak diketahui siapa yang dijawab; isi NIK yang ditanyakan.",
        )
    elif row["outcome"] != NOT_FOUND:
        judge_nik(row, "nik")
    judge_kk(row, "kk_number")
    judge_day(row, context, "birth_date", "Tanggal lahir")
    nik, born = row["nik"], row["birth_date"]
    if len(nik) != 16 or not born:
        return
    # Dukcapil may have corrected a birth date after the NIK was given; turned days are damage.
    for difference in nik_agrees(nik, date.fromisoformat(born), "", today=context.today):
        if difference.code == "DAY_MONTH_SWAPPED":
            row.note(
                "birth_date",
                "HARI_BULAN_TERTUKAR",
                "warning",
                "Hari dan bulan lahir tertukar menurut NIK.",
                difference.in_nik.isoformat(),
            )


def find_place(row: RowView, context: CheckContext) -> None:
    """Numbers and names together say the village. Who lives elsewhere now is told, not refused."""
    province = row["province_number"]
    if not province and row["province"]:
        names = {name.upper(): code for code, name in PROVINCES.items()}
        province = names.get(row["province"].upper(), "")
    if province and province != PROVINCE_CODE:
        row.note(
            "province",
            "ALAMAT_LUAR_PROVINSI",
            "warning",
            "Alamat menurut Dukcapil di luar Kalimantan Tengah; pastikan orangnya memang pindah.",
        )
        return
    parts = (
        row["province_number"],
        row["regency_number"].zfill(2),
        row["district_number"].zfill(2),
        row["village_number"],
    )
    is_whole = all(part.strip("0") for part in parts) and len(parts[3]) == 4
    find_village(row, context, code=".".join(parts) if is_whole else "")


JAWABAN_DUKCAPIL = Layout(
    key="jawaban_dukcapil",
    title="Jawaban Dukcapil",
    description=(
        "Jawaban Dukcapil atas permintaan pemadanan, satu baris satu NIK yang ditanyakan, dengan"
        " hasilnya pada kolom RESPON."
    ),
    columns=(
        Column(
            "nik",
            "NIK",
            cells.digits16,
            ("NOMOR NIK", "NO NIK", "NO. KTP", "NIK DITANYAKAN"),
            required=True,
            help="NIK yang ditanyakan: 16 angka, disimpan sebagai teks.",
            width=20,
            content="nik",
        ),
        Column(
            "kk_number",
            "NO_KK",
            cells.digits16,
            ("NOKK", "NO KK", "NOMOR KK", "NOMOR KARTU KELUARGA"),
            width=20,
            content="kk",
        ),
        Column(
            "name",
            "NAMA_LGKP",
            cells.name,
            ("NAMA", "NAMA LENGKAP"),
            help="Kosong bila NIK tidak ditemukan.",
            width=28,
            content="name",
        ),
        Column("relation", "STAT_HBKEL", cells.text, ("SHDK", "HUB KELUARGA", "HUBUNGAN KELUARGA")),
        Column(
            "sex",
            "JENIS_KLMIN",
            cells.sex,
            ("JENIS KELAMIN", "JK", "L/P", "KELAMIN"),
            choices=("L", "P"),
            width=10,
            content="sex",
        ),
        Column("birth_place", "TMPT_LHR", cells.text, ("TEMPAT LAHIR", "TMP LAHIR")),
        Column(
            "birth_date",
            "TGL_LHR",
            cells.date,
            ("TANGGAL LAHIR", "TGL LAHIR"),
            help="Hari-bulan-tahun.",
            content="birth",
        ),
        Column("address", "ALAMAT", cells.text, ("ALAMAT RUMAH",), width=28),
        Column("hamlet", "DUSUN", cells.text, ("LINGKUNGAN",)),
        Column("rt", "NO_RT", cells.rt, ("RT",), width=6),
        Column("rw", "NO_RW", cells.rw, ("RW",), width=6),
        Column(
            "province_number",
            "NO_PROP",
            number,
            ("KODE PROVINSI", "NO PROVINSI"),
            help="Nomor wilayah Kemendagri tiap tingkat: 62, 3, 8, 2002.",
            width=9,
        ),
        Column("province", "PROP_NAME", cells.text, ("PROVINSI", "NAMA PROVINSI", "PROP")),
        Column("regency_number", "NO_KAB", number, ("KODE KABUPATEN",), width=9),
        Column(
            "regency",
            "KAB_NAME",
            cells.text,
            ("KABUPATEN", "KABUPATEN/KOTA", "KOTA", "KAB/KOTA", "NAMA KABUPATEN"),
        ),
        Column("district_number", "NO_KEC", number, ("KODE KECAMATAN",), width=9),
        Column("district", "KEC_NAME", cells.text, ("KECAMATAN", "KEC", "NAMA KECAMATAN")),
        Column("village_number", "NO_KEL", number, ("KODE KELURAHAN", "KODE DESA"), width=9),
        Column(
            "village_name",
            "KEL_NAME",
            cells.text,
            (
                "DESA/KELURAHAN",
                "DESA/KELUARAHAN",
                "DESA",
                "KELURAHAN",
                "NAMA DESA",
                "NAMA KELURAHAN",
            ),
            width=20,
        ),
        Column("occupation", "JENIS_PKRJN", cells.text, ("PEKERJAAN",)),
        Column("education", "PDDK_AKH", cells.text, ("PENDIDIKAN", "PENDIDIKAN AKHIR")),
        Column("marital_status", "STATUS_KAWIN", cells.text, ("STAT_KWN", "STATUS PERKAWINAN")),
        Column(
            "mother_name",
            "NAMA_LGKP_IBU",
            cells.name,
            ("NAMA IBU KANDUNG", "IBU KANDUNG", "NAMA IBU"),
            width=24,
        ),
        Column("father_name", "NAMA_LGKP_AYAH", cells.name, ("NAMA AYAH",), width=24),
        Column(
            "response",
            "RESPON",
            cells.text,
            ("RESPONSE", "JAWABAN", "HASIL", "HASIL PADAN", "KETERANGAN PADAN", "STATUS PADAN"),
            required=True,
            help=(
                "Jawaban dalam kata-kata; dikenali: data ditemukan atau padan, data berbeda, NIK"
                " tidak ditemukan, NIK ganda, meninggal, pindah."
            ),
            width=28,
        ),
    ),
    checks=(
        "RESPON harus terisi dan artinya pasti; kata-katanya disimpan seperti tertulis.",
        "NIK boleh keliru hanya bila jawabannya NIK tidak ditemukan.",
        "Nomor dan nama wilayah harus menunjuk tempat yang sama.",
        "Alamat di luar wilayah unggahan atau di luar Kalimantan Tengah ditanyakan.",
        "Hari dan bulan lahir yang tertukar menurut NIK ditanyakan.",
        "NIK yang dijawab pada lebih dari satu baris ditanyakan.",
    ),
    derived=("village", "outcome"),
    row_rules=(understand_response, judge_answer, find_place),
    example_rows=(
        {
            "nik": "6203085205839017",
            "kk_number": "6203081501159001",
            "name": "SITI RAHMAH",
            "relation": "KEPALA KELUARGA",
            "sex": "P",
            "birth_place": "KUALA KAPUAS",
            "birth_date": "12-05-1983",
            "address": "JL. MELATI 12",
            "rt": "003",
            "rw": "001",
            "province_number": "62",
            "province": "KALIMANTAN TENGAH",
            "regency_number": "3",
            "regency": "KAPUAS",
            "district_number": "8",
            "district": "BASARANG",
            "village_number": "2002",
            "village_name": "BATUAH",
            "occupation": "PETANI/PEKEBUN",
            "education": "SLTP/SEDERAJAT",
            "marital_status": "CERAI MATI",
            "mother_name": "MINARNI",
            "father_name": "SAHRANI",
            "response": "Data Ditemukan",
        },
        {"nik": "6203081207709018", "response": "NIK tidak ditemukan"},
        {
            "nik": "6203080101529019",
            "name": "UMAR JAMBI",
            "birth_date": "01-01-1952",
            "response": "Data ditemukan, Meninggal Dunia",
        },
    ),
)

DATA_KEPENDUDUKAN = Layout(
    key="data_kependudukan",
    title="Data kependudukan",
    description=(
        "Data penduduk satu wilayah dari Dukcapil untuk dipadankan dengan data terdaftar, satu"
        " baris satu orang. Disimpan terpisah dan dihapus setelah masa simpan PKS berakhir."
    ),
    columns=tuple(column for column in JAWABAN_DUKCAPIL.columns if column.field != "response"),
    checks=(
        "NIK harus terisi dan mungkin benar.",
        *JAWABAN_DUKCAPIL.checks[2:5],
        "NIK yang tertulis untuk orang yang berbeda ditolak.",
    ),
    derived=("village", "outcome"),
    row_rules=(judge_answer, find_place),
    example_rows=(
        {
            name: value
            for name, value in JAWABAN_DUKCAPIL.example_rows[0].items()
            if name != "response"
        },
    ),
)
