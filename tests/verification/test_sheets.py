from datetime import date

import pytest

from regions.codes import RegionIndex, load_regions
from spreadsheets.layout import CheckContext
from spreadsheets.recheck import check_values
from tests.factories import nik
from tests.verification.outcomes import FOUND, GONE
from verification.sheets import HASIL_VERIFIKASI, REASONS

FIELDS = HASIL_VERIFIKASI.fields
REGISTERED = {
    "case_id": "1204",
    "district": "Basarang",
    "village_name": "Batuah",
    "nik": nik(17),
    "name": "SITI RAHMAH",
    "birth_date": "1983-05-12",
}
ABSENT = {"is_found": "TIDAK", "visited_on": "2021-10-04"}


@pytest.fixture(scope="module")
def context():
    return CheckContext(
        today=date(2021, 11, 23),
        regions=RegionIndex(load_regions()),
        options={"region": "62.03"},
    )


def check(context, **cells):
    values, issues = check_values(HASIL_VERIFIKASI, {**REGISTERED, **cells}, context)
    return dict(zip(FIELDS, values, strict=True)), [(i.field, i.code, i.level) for i in issues]


RULES = {
    "nothing filled in": ({}, [("", "BELUM_DIISI", "info")]),
    "found and eligible": (FOUND, []),
    "found and not eligible": (GONE, []),
    "no case number": (
        {**FOUND, "case_id": ""},
        [("case_id", "ID_KASUS_KOSONG", "error")],
    ),
    "a case number that is none": (
        {**FOUND, "case_id": "KASUS"},
        [("case_id", "ID_KASUS_TIDAK_TERBACA", "error")],
    ),
    "a note alone": (
        {"note": "Pintu terkunci"},
        [
            ("is_found", "DITEMUKAN_KOSONG", "error"),
            ("visited_on", "KUNJUNGAN_KOSONG", "error"),
        ],
    ),
    "found without a word on eligibility": (
        {**FOUND, "is_eligible": ""},
        [("is_eligible", "LAYAK_KOSONG", "error")],
    ),
    "an unreadable answer is told once": (
        {**FOUND, "is_found": "mungkin"},
        [("is_found", "BUKAN_YA_TIDAK", "error")],
    ),
    "an unreadable answer alone is not an untouched row": (
        {"is_found": "mungkin"},
        [
            ("is_found", "BUKAN_YA_TIDAK", "error"),
            ("visited_on", "KUNJUNGAN_KOSONG", "error"),
        ],
    ),
    "eligible with a reason against it": (
        {**FOUND, "reason": "GANDA"},
        [("reason", "LAYAK_DENGAN_ALASAN", "error")],
    ),
    "not eligible without a reason": (
        {**GONE, "reason": ""},
        [("reason", "ALASAN_KOSONG", "error")],
    ),
    "not eligible for an unknown reason": (
        {**GONE, "reason": "lain-lain"},
        [("reason", "PILIHAN_TIDAK_DIKENAL", "error")],
    ),
    "found, because not found": (
        {**GONE, "reason": "TIDAK DITEMUKAN"},
        [("reason", "ALASAN_TIDAK_COCOK", "error")],
    ),
    "absent": (ABSENT, [("reason", "ALASAN_DIISI_PORTAL", "info")]),
    "absent by death": ({**ABSENT, "reason": "MENINGGAL"}, []),
    "absent by move": ({**ABSENT, "reason": "PINDAH"}, []),
    "absent and rich": (
        {**ABSENT, "reason": "SUDAH MAMPU"},
        [("reason", "ALASAN_TIDAK_COCOK", "error")],
    ),
    "absent and eligible": (
        {**ABSENT, "is_eligible": "YA"},
        [("is_eligible", "LAYAK_TANPA_DITEMUKAN", "error")],
    ),
    "absent and corrected": (
        {**ABSENT, "reason": "PINDAH", "new_name": "SITI RAHMA"},
        [("", "PERBAIKAN_TANPA_BERTEMU", "warning")],
    ),
    "no visit": ({**FOUND, "visited_on": ""}, [("visited_on", "KUNJUNGAN_KOSONG", "error")]),
    "a visit that Excel has cleared to 0": (
        {**FOUND, "visited_on": "0"},
        [("visited_on", "KUNJUNGAN_KOSONG", "error")],
    ),
    "visited today": ({**FOUND, "visited_on": "2021-11-23"}, []),
    "visited tomorrow": (
        {**FOUND, "visited_on": "2021-11-24"},
        [("visited_on", "KUNJUNGAN_SETELAH_HARI_INI", "error")],
    ),
    "a NIK of another birth date": (
        {**FOUND, "new_nik": nik(18, born=date(1979, 1, 30))},
        [("new_birth_date", "TANGGAL_LAHIR_BEDA_NIK", "warning")],
    ),
    "a NIK and its birth date": (
        {**FOUND, "new_nik": nik(18, born=date(1979, 1, 30)), "new_birth_date": "30-01-1979"},
        [],
    ),
    "a birth date with day and month swapped": (
        {**FOUND, "new_birth_date": "05-12-1983"},
        [("new_birth_date", "HARI_BULAN_TERTUKAR", "warning")],
    ),
    "a birth date to come": (
        {**FOUND, "new_birth_date": "01-01-2022"},
        [("new_birth_date", "LAHIR_SETELAH_HARI_INI", "error")],
    ),
    "a NIK of no province": (
        {**FOUND, "new_nik": "0003081205839017"},
        [("new_nik", "NIK_MUSTAHIL", "error")],
    ),
    "a NIK of no province and an odd KK number": (
        {**FOUND, "new_nik": "0003081205839017", "new_kk_number": "0003081205839017"},
        [("new_kk_number", "KK_TIDAK_WAJAR", "warning"), ("new_nik", "NIK_MUSTAHIL", "error")],
    ),
    "a damaged NIK": (
        {**FOUND, "new_nik": "6203081205830000"},
        [("new_nik", "NOMOR_URUT_0000", "error")],
    ),
    "an odd KK number": (
        {**FOUND, "new_kk_number": "0003081205839017"},
        [("new_kk_number", "KK_TIDAK_WAJAR", "warning")],
    ),
    "a village of the kecamatan": ({**FOUND, "new_village_name": "Maluen"}, []),
    "a village of another kecamatan": ({**FOUND, "new_village_name": "Selat Hilir"}, []),
    "a village after its kecamatan": ({**FOUND, "new_village_name": "Selat / Selat Hilir"}, []),
    "a village of another regency": (
        {**FOUND, "new_village_name": "62.11.01.2001"},
        [("new_village_name", "DESA_TIDAK_DIKENAL", "error")],
    ),
    "no village": (
        {**FOUND, "new_village_name": "Negeri Awan"},
        [("new_village_name", "DESA_TIDAK_DIKENAL", "error")],
    ),
    "a registered NIK that is damaged does not hinder": ({**FOUND, "nik": "62030812058"}, []),
}


@pytest.mark.parametrize("name", RULES)
def test_rules_of_a_row(context, name):
    cells, expected = RULES[name]
    assert check(context, **cells)[1] == expected


def test_an_absent_family_is_not_eligible(context):
    values, _ = check(context, **ABSENT)
    assert (values["is_eligible"], values["reason"]) == ("TIDAK", "TIDAK DITEMUKAN")


def test_a_reason_given_for_absence_stays(context):
    values, _ = check(context, **ABSENT, reason="pindah")
    assert (values["is_eligible"], values["reason"]) == ("TIDAK", "PINDAH")


def test_the_birth_date_in_the_nik_is_suggested(context):
    _, issues = check_values(
        HASIL_VERIFIKASI, {**REGISTERED, **FOUND, "new_birth_date": "1983-12-05"}, context
    )
    assert [issue.suggestion for issue in issues] == ["1983-05-12"]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Maluen", "62.03.08.2005"),
        ("Selat Hilir", "62.03.01.1007"),
        ("Selat / Selat Hilir", "62.03.01.1007"),
        ("62.03.01.1007", "62.03.01.1007"),
    ],
)
def test_a_corrected_village_is_found_within_the_regency(context, written, code):
    values, _ = check(context, **FOUND, new_village_name=written)
    assert values["new_village"] == code


def test_a_move_to_another_regency_is_told_what_to_choose(context):
    _, issues = check_values(
        HASIL_VERIFIKASI,
        {**REGISTERED, **FOUND, "new_village_name": "62.11.01.2001"},
        context,
    )
    assert "Untuk pindah kabupaten/kota pilih alasan PINDAH." in issues[0].message


@pytest.mark.parametrize("reason", REASONS)
def test_every_choice_of_the_drop_down_is_understood(context, reason):
    clean = next(column.clean for column in HASIL_VERIFIKASI.columns if column.field == "reason")
    assert clean(reason) == reason


def test_the_reasons_of_the_sheet_are_those_of_the_register():
    from beneficiaries.models import ExitReason

    assert set(REASONS.values()) == set(ExitReason.values) - {ExitReason.BATAL}


def test_the_example_passes_its_own_rules(context):
    for row in HASIL_VERIFIKASI.example_rows:
        assert check_values(HASIL_VERIFIKASI, row, context)[1] == []
