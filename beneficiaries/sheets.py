"""Sheets of the register. Pure: the check runs in a process that knows no Django."""

from dataclasses import replace
from datetime import date

from beneficiaries import birth_dates
from beneficiaries.identity import nik_agrees, nik_facts
from beneficiaries.row_rules import judge_kk, judge_nik
from beneficiaries.villages import district_named, find_village
from spreadsheets import cells
from spreadsheets.layout import CheckContext, Column, Layout, RowView
from spreadsheets.swaps import RowSwaps

RELATIONS = {
    "Kepala keluarga": "KEPALA_KELUARGA",
    "KRT": "KEPALA_KELUARGA",
    "KK": "KEPALA_KELUARGA",
    "1": "KEPALA_KELUARGA",
    "Istri/suami": "PASANGAN",
    "Istri": "PASANGAN",
    "Suami": "PASANGAN",
    "2": "PASANGAN",
    "Anak": "ANAK",
    "Anak kandung": "ANAK",
    "Anak tiri": "ANAK",
    "3": "ANAK",
    "Menantu": "MENANTU",
    "4": "MENANTU",
    "Cucu": "CUCU",
    "5": "CUCU",
    "Orang tua/mertua": "ORANG_TUA",
    "Orang tua": "ORANG_TUA",
    "Mertua": "ORANG_TUA",
    "6": "ORANG_TUA",
    "Pembantu": "PEMBANTU",
    "Pembantu/sopir": "PEMBANTU",
    "7": "PEMBANTU",
    "Lainnya": "LAINNYA",
    "Famili lain": "LAINNYA",
    "8": "LAINNYA",
}
RELATION_CHOICES = (
    "Kepala keluarga",
    "Istri/suami",
    "Anak",
    "Menantu",
    "Cucu",
    "Orang tua/mertua",
    "Pembantu",
    "Lainnya",
)
YES_NO = ("YA", "TIDAK")


def find_family_village(row: RowView, context: CheckContext) -> None:
    find_village(row, context, code_field="village_code", is_needed=True)


def complete_rt_rw(row: RowView, context: CheckContext) -> None:
    """Where RT and RW stand in one cell, the empty one of the two columns takes its part."""
    if row["rt"] and row["rw"]:
        return
    for own, other, part_of in (("rt", "rw", cells.rw), ("rw", "rt", cells.rt)):
        raw = row.raw(own)
        if type(raw) is str and len(raw) > 2 and not raw.isdigit() and not row[other]:
            part = part_of(raw)
            if type(part) is not str and part.code == "RT_RW_DIPISAH" and part.value:
                row.set(other, part.value)
                row.note(other, part.code, part.level, part.message)


def judge_person(row: RowView, context: CheckContext) -> None:
    """Name, NIK and household as they must be, and what the NIK says of birth date and sex."""
    nik, kk, born, sex = row["nik"], row["kk_number"], row["birth_date"], row["sex"]
    if not row["name"]:
        row.note("name", "NAMA_KOSONG", "error", "Nama kosong; isilah sesuai KTP-el atau KK.")
    if not kk and not row["dtks_id"]:
        row.note(
            "kk_number",
            "TANPA_KELUARGA",
            "error",
            "ID DTKS dan nomor KK kosong, jadi keluarganya tidak diketahui; isi salah satunya.",
        )
    if not nik:
        row.note(
            "nik",
            "NIK_KOSONG",
            "warning",
            "NIK kosong; orang ini dapat dicatat tanpa NIK dan diperbaiki saat verifikasi.",
        )
    judge_nik(row, "nik")
    judge_kk(row, "kk_number")
    if born and born > context.today.isoformat():
        row.note(
            "birth_date",
            "LAHIR_SETELAH_HARI_INI",
            "error",
            "Tanggal lahir setelah hari ini; cocokkan dengan KTP-el atau KK.",
            birth_dates.of_nik(nik, row["relation"], context.today),
        )
    elif len(nik) == 16 and birth_dates.may_differ(nik, born, sex):
        birth_dates.tell_differences(row, context, nik, born, sex)
    if not sex and row.raw("sex") not in ("", None):
        row.suggest("sex", nik_facts(nik, today=context.today).sex)


_BNBA = Layout(
    key="dtks_bnba",
    title="BNBA DTKS (SIKS)",
    description=(
        "Daftar nama dan alamat dari SIKS, satu baris satu orang. Keluarga dikenali dari ID DTKS,"
        " atau dari nomor KK bila ID DTKS kosong. Sel kosong tidak menghapus data terdaftar."
        " Kolom bansos YA menambah kepesertaan; TIDAK tidak mengakhiri kepesertaan."
    ),
    columns=(
        Column(
            "dtks_id",
            "ID DTKS",
            cells.text,
            aliases=("ID BDT", "ID KELUARGA", "ID DTSEN"),
            example="62030800219",
            help="Nomor keluarga dalam register pusat; baris dengan ID sama adalah satu keluarga.",
            width=18,
        ),
        Column(
            "province",
            "PROVINSI",
            cells.text,
            aliases=("PROP_NAME", "NAMA PROVINSI", "PROP"),
            example="KALIMANTAN TENGAH",
            fill_down=True,
            content="province",
        ),
        Column(
            "regency",
            "KABUPATEN/KOTA",
            cells.text,
            aliases=("KABUPATEN", "KOTA", "KAB/KOTA", "KAB_NAME", "NAMA KABUPATEN"),
            example="KAPUAS",
            fill_down=True,
            content="regency",
        ),
        Column(
            "district",
            "KECAMATAN",
            cells.text,
            aliases=("KEC", "KEC_NAME", "NAMA KECAMATAN"),
            example="BASARANG",
            help="Nama desa dicari di dalam kecamatan ini.",
            fill_down=True,
            content="district",
            sheet_name=district_named,
        ),
        Column(
            "village_name",
            "DESA/KELUARAHAN",
            cells.text,
            aliases=(
                "DESA",
                "KELURAHAN",
                "DESA/KELURAHAN",
                "DESA_KEL",
                "KEL_NAME",
                "NAMA DESA",
                "NAMA KELURAHAN",
                "NAMA DESA/KELURAHAN",
            ),
            required=True,
            example="BATUAH",
            width=20,
            content="village",
            titled=True,
        ),
        Column(
            "address",
            "ALAMAT",
            cells.text,
            aliases=("ALAMAT RUMAH",),
            example="JL. MELATI 12",
            width=28,
        ),
        Column("hamlet", "DUSUN", cells.text, aliases=("DUKUH", "LINGKUNGAN")),
        Column("rt", "RT", cells.rt, aliases=("NO_RT", "RT/RW"), example="003", width=6),
        Column("rw", "RW", cells.rw, aliases=("NO_RW",), example="001", width=6),
        Column(
            "kk_number",
            "NOKK",
            cells.digits16,
            aliases=("NO KK", "NOMOR KK", "NOMOR KARTU KELUARGA", "NO. KARTU KELUARGA"),
            required=True,
            example="6203081501159001",
            help="16 angka, disimpan sebagai teks.",
            width=20,
            content="kk",
        ),
        Column(
            "nik",
            "NIK",
            cells.digits16,
            aliases=("NOMOR NIK", "NO NIK", "NO. KTP", "NIK ART", "NIK PENGURUS"),
            required=True,
            example="6203085205839017",
            help="16 angka, disimpan sebagai teks. Wilayah di dalam NIK boleh berbeda dari alamat.",
            width=20,
            content="nik",
        ),
        Column(
            "name",
            "NAMA",
            cells.name,
            aliases=(
                "NAMA LENGKAP",
                "NAMA PENERIMA",
                "NAMA PENGURUS",
                "NAMA KPM",
                "NAMA ART",
                "NAMA_LGKP",
            ),
            required=True,
            example="SITI RAHMAH",
            width=28,
            content="name",
        ),
        Column(
            "birth_date",
            "TANGGAL LAHIR",
            cells.date,
            aliases=(
                "TGL LAHIR",
                "TGL_LHR",
                "TEMPAT/TGL LAHIR",
                "TEMPAT TANGGAL LAHIR",
                "TEMPAT DAN TANGGAL LAHIR",
                "TMP/TGL LAHIR",
                "TTL",
            ),
            example="12/05/1983",
            help="Hari/bulan/tahun. Tempat lahir di depannya dipisahkan bila kolomnya kosong.",
            content="birth",
        ),
        Column(
            "birth_place",
            "TEMPAT LAHIR",
            cells.text,
            aliases=("TMPT_LHR", "TMP LAHIR"),
            example="KUALA KAPUAS",
        ),
        Column(
            "sex",
            "JENIS KELAMIN",
            cells.sex,
            aliases=("JK", "L/P", "KELAMIN", "JENIS_KLMIN", "JNS KELAMIN"),
            example="P",
            choices=("L", "P"),
            width=10,
            content="sex",
        ),
        Column("occupation", "PEKERJAAN", cells.text, aliases=("JENIS_PKRJN",), example="PETANI"),
        Column(
            "mother_name",
            "NAMA IBU KANDUNG",
            cells.relative_name,
            aliases=("IBU KANDUNG", "NAMA GADIS IBU KANDUNG", "NAMA_LGKP_IBU", "NAMA IBU"),
            example="MINARNI",
            width=24,
        ),
        Column(
            "relation",
            "HUB KELUARGA",
            cells.choice(RELATIONS, level="warning"),
            aliases=("HUBUNGAN KELUARGA", "SHDK", "STAT_HBKEL", "HUBUNGAN"),
            example="Kepala keluarga",
            choices=RELATION_CHOICES,
            width=18,
            content="choice",
        ),
        Column(
            "match_note",
            "KETERANGAN PADAN",
            cells.text,
            aliases=("KET PADAN", "PADAN"),
            example="PADAN",
        ),
        Column(
            "bansos_bpnt",
            "BANSOS BPNT",
            cells.yes_no,
            aliases=("BPNT", "SEMBAKO", "BANSOS SEMBAKO"),
            example="YA",
            choices=YES_NO,
        ),
        Column(
            "bansos_pkh",
            "BANSOS PKH",
            cells.yes_no,
            aliases=("PKH",),
            example="TIDAK",
            choices=YES_NO,
        ),
        Column(
            "bansos_bpnt_ppkm",
            "BANSOS BPNT-PPKM",
            cells.yes_no,
            aliases=("BPNT PPKM",),
            example="TIDAK",
            choices=YES_NO,
        ),
        Column(
            "pbi_jkn",
            "PBI JKN",
            cells.yes_no,
            aliases=("PBI", "PBI JK"),
            example="YA",
            choices=YES_NO,
        ),
        Column(
            "village_code",
            "KODE WILAYAH",
            cells.text,
            aliases=("KODE DESA", "KODE KEMENDAGRI", "KODE BPS", "ID DESA", "KODE DESA/KELURAHAN"),
            help="Kode desa/kelurahan menurut Kemendagri atau BPS, untuk dicocokkan dengan nama.",
            in_template=False,
        ),
    ),
    derived=("village",),
    checks=(
        "Nama harus terisi, dan ID DTKS atau nomor KK; NIK kosong ditanyakan.",
        "NIK harus 16 angka dengan kode wilayah dan tanggal lahir yang mungkin.",
        "Tanggal lahir dan jenis kelamin yang berbeda dari NIK ditanyakan.",
        "Desa dikenali dari nama dan kodenya, dan harus berada di wilayah unggahan.",
        "Isi yang tertukar antarkolom atau bergeser satu kolom disarankan kembali ke tempatnya.",
        "NIK yang tertulis dua kali, atau terdaftar di kabupaten/kota lain, harus dibereskan.",
        "NIK atas nama lain dan nomor KK di lebih dari satu desa ditanyakan.",
        "Keluarga tanpa kepala, dengan dua kepala, atau yang anggota satu-satunya meninggal"
        " ditanyakan.",
        "Orang yang menunggu dalam unggahan lain ditanyakan.",
    ),
    row_rules=(find_family_village, complete_rt_rw, birth_dates.decide_birth_date, judge_person),
    example_rows=(
        {
            "dtks_id": "62030800219",
            "province": "KALIMANTAN TENGAH",
            "regency": "KAPUAS",
            "district": "BASARANG",
            "village_name": "BATUAH",
            "address": "JL. MELATI 12",
            "rt": "003",
            "rw": "001",
            "kk_number": "6203081501159001",
            "nik": "6203085205839017",
            "name": "SITI RAHMAH",
            "birth_date": "1983-05-12",
            "birth_place": "KUALA KAPUAS",
            "sex": "P",
            "occupation": "PETANI",
            "mother_name": "MINARNI",
            "relation": "KEPALA_KELUARGA",
            "match_note": "PADAN",
            "bansos_bpnt": "YA",
            "bansos_pkh": "TIDAK",
            "bansos_bpnt_ppkm": "TIDAK",
            "pbi_jkn": "YA",
        },
    ),
)


def nik_fits(nik: str, born: str, sex: str, context: CheckContext) -> bool:
    """Whether a NIK can exist and says the same birth date and sex."""
    known = date.fromisoformat(born) if born else None
    facts = nik_facts(nik, today=context.today, known_birth_date=known)
    return bool(known) and facts.plausible and not nik_agrees(nik, known, sex, today=context.today)


DTKS_BNBA = replace(
    _BNBA,
    row_rules=(
        *_BNBA.row_rules,
        RowSwaps(_BNBA, ("nik", "kk_number", "name", "birth_date", "sex"), nik_fits),
    ),
)
