"""Sheets of the register. Pure: the check runs in a process that knows no Django."""

import re
from datetime import date

from beneficiaries.identity import is_nik_shaped, kk_plausible, nik_agrees
from regions.codes import Resolved, Unresolved
from spreadsheets import cells
from spreadsheets.layout import CheckContext, Column, Issue, Layout, RowView, as_written

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


_NOT_NAME = re.compile(r"^[\s\d.)]+|\b(KECAMATAN|KEC|20\d\d)(?=\W|$)|\(\d+\)")


def district_named(title: str, context: CheckContext) -> str:
    """The kecamatan that a sheet or a title is named after, "" if none.

    "Kec. Basarang", "KEC_SELAT 2021" and "1. Mantangai" are; typing errors are not guessed.
    """
    name = " ".join(_NOT_NAME.sub(" ", title.upper().replace("_", " ")).split()).strip(" .:-")
    if not name or context.regions is None:
        return ""
    region = context.options.get("region", "")
    regency = context.regions.own_name(region[:5]) if len(region) >= 5 else ""
    found = context.regions.resolve(regency=regency, district=name)
    if isinstance(found, Unresolved):
        return name if found.reason == "AMBIGUOUS" and not regency else ""
    is_inside = f"{found.code}.".startswith(f"{region}.") or not region
    return name if found.level == "DISTRICT" and not found.note and is_inside else ""


def find_village(row: RowView, context: CheckContext) -> None:
    """Set `village` to the code of the village that the row's place names mean."""
    found = context.regions.resolve(
        regency=row["regency"], district=row["district"], village=row["village_name"]
    )
    if isinstance(found, Resolved) and found.level == "VILLAGE":
        row.set("village", found.code)
        if found.note:
            row.note("village_name", f"WILAYAH_{found.note_code}", "info", found.note)
        return
    message, suggestion = "Nama desa/kelurahan kosong; isilah sesuai KK.", ""
    if not isinstance(found, Resolved):
        message = found.message
        if len(found.candidates) == 1 and len(found.candidates[0]) == 13:
            suggestion = found.candidates[0]
    written = ", ".join(filter(None, (as_written(row.raw("village_name")), row["district"])))
    row.issues.append(
        Issue(
            row.number,
            "village",
            "DESA_TIDAK_DIKENAL",
            "error",
            message,
            written,
            suggestion,
            row.sheet,
        )
    )


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
    elif len(nik) == 16 and nik[12:] != "0000" and not is_nik_shaped(nik):
        row.note(
            "nik",
            "NIK_MUSTAHIL",
            "error",
            "Kode wilayah atau tanggal lahir di dalam NIK tidak mungkin; cocokkan dengan KTP-el.",
        )
    if len(kk) == 16 and kk[12:] != "0000" and not kk_plausible(kk):
        row.note(
            "kk_number",
            "KK_TIDAK_WAJAR",
            "warning",
            "Susunan nomor KK tidak lazim; cocokkan dengan KK.",
        )
    if born and born > context.today.isoformat():
        row.note(
            "birth_date",
            "LAHIR_SETELAH_HARI_INI",
            "error",
            "Tanggal lahir setelah hari ini; cocokkan dengan KTP-el atau KK.",
        )
    elif len(nik) == 16 and _may_differ(nik, born, sex):
        _tell_differences(row, context, nik, born, sex)


def _may_differ(nik: str, born: str, sex: str) -> bool:
    """A cheap look before the full comparison, since this runs for every row."""
    day = nik[6:8]
    female = day > "40"
    if sex and sex != ("P" if female else "L"):
        return True
    if not born:
        return False
    if female and day.isdigit():
        day = f"{int(day) - 40:02d}"
    return born[8:] != day or born[5:7] != nik[8:10] or born[2:4] != nik[10:12]


def _tell_differences(row: RowView, context: CheckContext, nik: str, born: str, sex: str) -> None:
    known = date.fromisoformat(born) if born else None
    for difference in nik_agrees(nik, known, sex, today=context.today):
        if difference.code == "SEX":
            field, code = "sex", "JENIS_KELAMIN_BEDA_NIK"
            message = f"Tertulis {sex}, sedangkan NIK menunjukkan {difference.in_nik}."
            suggestion = difference.in_nik
        else:
            field, suggestion = "birth_date", difference.in_nik.isoformat()
            if difference.code == "DAY_MONTH_SWAPPED":
                code, message = "HARI_BULAN_TERTUKAR", "Hari dan bulan lahir tertukar menurut NIK."
            else:
                code = "TANGGAL_LAHIR_BEDA_NIK"
                message = (
                    "Tanggal lahir berbeda dari yang tertulis di dalam NIK;"
                    " cocokkan dengan KTP-el atau KK."
                )
        row.note(field, code, "warning", message, suggestion)


DTKS_BNBA = Layout(
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
        ),
        Column(
            "regency",
            "KABUPATEN/KOTA",
            cells.text,
            aliases=("KABUPATEN", "KOTA", "KAB/KOTA", "KAB_NAME", "NAMA KABUPATEN"),
            example="KAPUAS",
            fill_down=True,
        ),
        Column(
            "district",
            "KECAMATAN",
            cells.text,
            aliases=("KEC", "KEC_NAME", "NAMA KECAMATAN"),
            example="BASARANG",
            help="Nama desa dicari di dalam kecamatan ini.",
            fill_down=True,
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
        ),
        Column(
            "birth_date",
            "TANGGAL LAHIR",
            cells.date,
            aliases=("TGL LAHIR", "TGL_LHR"),
            example="12/05/1983",
            help="Hari/bulan/tahun.",
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
        ),
        Column("occupation", "PEKERJAAN", cells.text, aliases=("JENIS_PKRJN",), example="PETANI"),
        Column(
            "mother_name",
            "NAMA IBU KANDUNG",
            cells.name,
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
    ),
    derived=("village",),
    row_rules=(find_village, judge_person),
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
