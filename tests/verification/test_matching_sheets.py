"""The rules of Dukcapil's answer and of the NIK repair sheet."""

from datetime import date

import pytest

from regions.codes import RegionIndex, load_regions
from spreadsheets.layout import CheckContext
from spreadsheets.recheck import check_values
from verification.sheets import JAWABAN_DUKCAPIL, PERBAIKAN_NIK


@pytest.fixture(scope="module")
def context():
    return CheckContext(today=date(2021, 11, 23), regions=RegionIndex(load_regions()))


def check(layout, context, cells):
    values, issues = check_values(layout, {**layout.example_rows[0], **cells}, context)
    found = [(issue.field, issue.code, issue.level) for issue in issues]
    return dict(zip(layout.fields, values, strict=True)), found


OUTCOMES = {
    "Data Ditemukan": "PADAN",
    "PADAN": "PADAN",
    "NIK dan nama sesuai": "PADAN",
    "Padan; tidak ganda": "PADAN",
    "NIK tidak ditemukan": "TIDAK_DITEMUKAN",
    "Data Tidak Ditemukan": "TIDAK_DITEMUKAN",
    "belum terdaftar": "TIDAK_DITEMUKAN",
    "TIDAK PADAN": "DATA_BERBEDA",
    "NIK ada, nama berbeda": "DATA_BERBEDA",
    "Data tidak sesuai": "DATA_BERBEDA",
    "NIK Ganda": "NIK_GANDA",
    "Data ditemukan, Meninggal Dunia": "MENINGGAL",
    "Pindah ke luar provinsi": "PINDAH",
}


@pytest.mark.parametrize("written", OUTCOMES)
def test_an_answer_keeps_its_words_and_gets_an_outcome(context, written):
    values, issues = check(JAWABAN_DUKCAPIL, context, {"response": written})
    assert (values["response"], values["outcome"]) == (written, OUTCOMES[written])
    assert not issues


@pytest.mark.parametrize("written", ["13", "proses", "NIK ganda atau tidak ditemukan"])
def test_an_answer_of_no_one_meaning_is_a_question(context, written):
    values, issues = check(JAWABAN_DUKCAPIL, context, {"response": written})
    assert values["outcome"] == ""
    assert issues == [("response", "RESPON_TIDAK_DIKENAL", "warning")]


LEVELS = ("province", "regency", "district", "village")
NO_PLACE = {f"{level}_number": "" for level in LEVELS} | {
    "province": "",
    "regency": "",
    "district": "",
    "village_name": "",
}
ANSWERS = {
    "no answer": ({"response": ""}, [("response", "RESPON_KOSONG", "error")]),
    "about nobody": ({"nik": ""}, [("nik", "NIK_KOSONG", "error")]),
    "an impossible NIK that was found": (
        {"nik": "6203083905839017"},
        [("nik", "NIK_MUSTAHIL", "error")],
    ),
    "an impossible NIK that was not found": (
        {"nik": "6203083905839017", "response": "NIK tidak ditemukan"},
        [],
    ),
    "turned day and month": (
        {"birth_date": "05-12-1983"},
        [("birth_date", "HARI_BULAN_TERTUKAR", "warning")],
    ),
    "a corrected birth date": ({"birth_date": "13-06-1983"}, []),
    "born tomorrow": (
        {"birth_date": "24-11-2021"},
        [("birth_date", "SETELAH_HARI_INI", "error")],
    ),
    "numbers without names": (
        NO_PLACE
        | {
            "province_number": 62.0,
            "regency_number": 3.0,
            "district_number": 8.0,
            "village_number": 2002.0,
        },
        [("village_name", "DESA_DARI_KODE", "info")],
    ),
    "numbers of another village": (
        {"village_number": "2005"},
        [("village", "KODE_WILAYAH_BEDA_NAMA", "warning")],
    ),
    "numbers of no village": (
        {"village_number": "2999"},
        [("village", "KODE_WILAYAH_TIDAK_DIKENAL", "warning")],
    ),
    "names without numbers": (
        NO_PLACE | {"regency": "KAPUAS", "district": "BASARANG", "village_name": "BATUAH"},
        [],
    ),
    "no place": (NO_PLACE, []),
    "numbers that are none": (
        {"district_number": "delapan"},
        [("district_number", "KODE_WILAYAH_TIDAK_TERBACA", "warning")],
    ),
    "living in another province": (
        {"province_number": "63", "province": "KALIMANTAN SELATAN"},
        [("province", "ALAMAT_LUAR_PROVINSI", "warning")],
    ),
    "living in another province, by name": (
        {"province_number": "", "province": "Jawa Timur"},
        [("province", "ALAMAT_LUAR_PROVINSI", "warning")],
    ),
    "an unknown village": (
        {"village_name": "ANTAH BERANTAH", "village_number": ""},
        [("village", "DESA_TIDAK_DIKENAL", "error")],
    ),
}


@pytest.mark.parametrize(("cells", "expected"), ANSWERS.values(), ids=ANSWERS)
def test_answers(context, cells, expected):
    assert check(JAWABAN_DUKCAPIL, context, cells)[1] == expected


@pytest.mark.parametrize("case", ["numbers without names", "names without numbers"])
def test_the_village_is_found_by_numbers_or_names(context, case):
    values, _ = check(JAWABAN_DUKCAPIL, context, ANSWERS[case][0])
    assert values["village"] == "62.03.08.2002"


OLD, NEW = "6203085205839170", "6203085205839017"
REPAIRS = {
    "an example": ({}, []),
    "the name alone": ({"new_nik": ""}, []),
    "nothing repaired": (
        {"new_nik": "", "new_name": "-"},
        [("new_nik", "TANPA_PERBAIKAN", "error")],
    ),
    "an unreadable repair is told once": (
        {"new_nik": "62030852058390", "new_name": ""},
        [("new_nik", "BUKAN_16_ANGKA", "error")],
    ),
    "an impossible repair": (
        {"new_nik": "6203083905839017"},
        [("new_nik", "NIK_MUSTAHIL", "error")],
    ),
    "the old number again": (
        {"new_nik": OLD},
        [("new_nik", "PERBAIKAN_SAMA", "warning")],
    ),
    "the old name again": (
        {"new_name": "siti rahma"},
        [("new_name", "PERBAIKAN_SAMA", "warning")],
    ),
    "an old number that is none": (
        {"nik": "6203-0852-0583"},
        [("nik", "NIK_LAMA_RUSAK", "info")],
    ),
    "nobody is meant": (
        {"member_id": "", "nik": "", "dtks_id": ""},
        [("", "ANGGOTA_TIDAK_DIKENAL", "error")],
    ),
    "known by family and name": ({"member_id": "", "nik": ""}, []),
}


@pytest.mark.parametrize(("cells", "expected"), REPAIRS.values(), ids=REPAIRS)
def test_repairs(context, cells, expected):
    values, issues = check(PERBAIKAN_NIK, context, cells)
    assert issues == expected
    if cells == {}:
        assert (values["nik"], values["new_nik"]) == (OLD, NEW)
