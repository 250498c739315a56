"""What the row rules of a BNBA make of cells as senders write them."""

import re
from collections import defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beneficiaries import birth_dates, sheets
from beneficiaries.sheets import DTKS_BNBA
from regions.codes import RegionIndex, load_regions
from spreadsheets import cells, checking
from spreadsheets.checking import check_file
from spreadsheets.headings import NOTE_HEADINGS
from spreadsheets.layout import LEVELS, CheckContext, RowView
from spreadsheets.looking import FileRead
from spreadsheets.recheck import check_values
from spreadsheets.writing import template
from tests.sheets import person, workbook
from uploads.wording import CAUSE_TITLES

CONTEXT = CheckContext(date(2021, 11, 23), RegionIndex(load_regions()))


def nik_of(born: date, sex: str = "P") -> str:
    return f"620308{born.day + (40 if sex == 'P' else 0):02}{born:%m%y}9017"


def check(rows: list[dict], path) -> list[tuple[dict, dict]]:
    """For each row its values by field, and its issues as {(field, code): issue}."""
    path.write_bytes(workbook(rows).getvalue())
    values, issues = {}, defaultdict(dict)
    for event in check_file(path, [DTKS_BNBA], CONTEXT):
        if isinstance(event, FileRead):
            continue
        for _, number, row in event.rows:
            values[number] = dict(zip(DTKS_BNBA.fields, row, strict=True))
        for issue in event.issues:
            issues[issue.row][issue.field, issue.code] = issue
    return [(row, issues[number]) for number, row in values.items()]


MAY = date(1983, 5, 12)
FLIPPED = date(1983, 12, 5)
# Cells of one row -> values that must come out, and {(field, code): (level, before, suggestion)}.
CASES = {
    "a text in the American order": (
        {"birth_date": "05/12/1983"},
        {"birth_date": "1983-05-12"},
        {("birth_date", "HARI_BULAN_DIBALIK"): ("info", "05/12/1983", "")},
    ),
    "a date cell that an American locale has flipped": (
        {"birth_date": FLIPPED},
        {"birth_date": "1983-05-12"},
        {("birth_date", "HARI_BULAN_DIBALIK"): ("info", "05-12-1983", "")},
    ),
    "eight digits in the American order": (
        {"birth_date": "05121983"},
        {"birth_date": "1983-05-12"},
        {
            ("birth_date", "TANGGAL_TANPA_PEMISAH"): ("info", "05121983", ""),
            ("birth_date", "HARI_BULAN_DIBALIK"): ("info", "05121983", ""),
        },
    ),
    "a serial that an American locale has flipped": (
        {"birth_date": (FLIPPED - date(1899, 12, 30)).days},
        {"birth_date": "1983-05-12"},
        {
            ("birth_date", "TANGGAL_SERIAL"): ("info", "30655", ""),
            ("birth_date", "HARI_BULAN_DIBALIK"): ("info", "30655", ""),
        },
    ),
    "a worded month has one order": (
        {"birth_date": "5 Desember 1983"},
        {"birth_date": "1983-12-05"},
        {("birth_date", "HARI_BULAN_TERTUKAR"): ("warning", "5 Desember 1983", "1983-05-12")},
    ),
    "an ISO date has one order": (
        {"birth_date": "1983-12-05"},
        {"birth_date": "1983-12-05"},
        {("birth_date", "HARI_BULAN_TERTUKAR"): ("warning", "1983-12-05", "1983-05-12")},
    ),
    "flipped, but of another year: no exact agreement": (
        {"birth_date": "05/12/1984"},
        {"birth_date": "1984-12-05"},
        {("birth_date", "TANGGAL_LAHIR_BEDA_NIK"): ("warning", "05/12/1984", "1983-05-12")},
    ),
    "the month can only be in front": (
        {"birth_date": "05/21/1983", "nik": nik_of(date(1983, 5, 21))},
        {"birth_date": "1983-05-21"},
        {("birth_date", "BULAN_DI_DEPAN"): ("info", "05/21/1983", "")},
    ),
    "a date cell of the 1904 system": (
        {"birth_date": MAY - timedelta(days=1462)},
        {"birth_date": "1983-05-12"},
        {("birth_date", "TANGGAL_SISTEM_1904"): ("info", "11-05-1979", "")},
    ),
    "a serial of the 1904 system": (
        {"birth_date": (MAY - date(1904, 1, 1)).days},
        {"birth_date": "1983-05-12"},
        {
            ("birth_date", "TANGGAL_SERIAL"): ("info", "28986", ""),
            ("birth_date", "TANGGAL_SISTEM_1904"): ("info", "28986", ""),
        },
    ),
    "a text of another year is not shifted": (
        {"birth_date": "11-05-1979"},
        {"birth_date": "1979-05-11"},
        {("birth_date", "TANGGAL_LAHIR_BEDA_NIK"): ("warning", "11-05-1979", "1983-05-12")},
    ),
    "two digits of the year": (
        {"birth_date": "12-5-83"},
        {"birth_date": "1983-05-12"},
        {("birth_date", "TAHUN_DUA_ANGKA"): ("info", "12-5-83", "")},
    ),
    "a year after this one is of the last century": (
        {"birth_date": "12-5-28", "nik": nik_of(date(1928, 5, 12))},
        {"birth_date": "1928-05-12"},
        {("birth_date", "TAHUN_DUA_ANGKA"): ("info", "12-5-28", "")},
    ),
    "a head of family is no child": (
        {"birth_date": "12-5-15", "nik": nik_of(date(1915, 5, 12))},
        {"birth_date": "1915-05-12"},
        {("birth_date", "TAHUN_DUA_ANGKA"): ("info", "12-5-15", "")},
    ),
    "a child is of this century": (
        {"birth_date": "12-5-15", "nik": nik_of(date(2015, 5, 12)), "relation": "ANAK"},
        {"birth_date": "2015-05-12"},
        {("birth_date", "TAHUN_DUA_ANGKA"): ("info", "12-5-15", "")},
    ),
    "of either century": (
        {"birth_date": "12-5-15", "nik": nik_of(date(2015, 5, 12)), "relation": "Famili lain"},
        {"birth_date": "2015-05-12"},
        {
            ("birth_date", "TAHUN_DUA_ANGKA"): ("info", "12-5-15", ""),
            ("birth_date", "ABAD_LAHIR_RAGU"): ("warning", "12-5-15", "1915-05-12"),
        },
    ),
    "place and date in one cell": (
        {"birth_date": "Mantangai, 12-05-1983", "birth_place": ""},
        {"birth_date": "1983-05-12", "birth_place": "Mantangai"},
        {
            ("birth_date", "TEMPAT_BERSAMA_TANGGAL"): ("info", "Mantangai, 12-05-1983", ""),
            ("birth_place", "TEMPAT_LAHIR_DIPISAH"): ("info", "", ""),
        },
    ),
    "place and date in one cell beside the place": (
        {"birth_date": "Mantangai, 12 Mei 1983"},
        {"birth_date": "1983-05-12", "birth_place": "KUALA KAPUAS"},
        {("birth_date", "TEMPAT_BERSAMA_TANGGAL"): ("info", "Mantangai, 12 Mei 1983", "")},
    ),
    "a date that is unknown": (
        {"birth_date": "00/00/0000"},
        {"birth_date": ""},
        {("birth_date", "TANGGAL_NOL"): ("warning", "00/00/0000", "1983-05-12")},
    ),
    "a day that no month has": (
        {"birth_date": "30/02/1983"},
        {"birth_date": ""},
        {("birth_date", "TANGGAL_TIDAK_ADA"): ("error", "30/02/1983", "1983-05-12")},
    ),
    "the year only, without a NIK": (
        {"birth_date": "1983", "nik": ""},
        {"birth_date": ""},
        {
            ("birth_date", "HANYA_TAHUN"): ("error", "1983", ""),
            ("nik", "NIK_KOSONG"): ("warning", "", ""),
        },
    ),
    "after today": (
        {"birth_date": "12/05/2083"},
        {"birth_date": "2083-05-12"},
        {("birth_date", "LAHIR_SETELAH_HARI_INI"): ("error", "12/05/2083", "1983-05-12")},
    ),
    "the same day and month in either order": (
        {"birth_date": date(1983, 7, 7), "nik": nik_of(date(1983, 7, 7))},
        {"birth_date": "1983-07-07"},
        {},
    ),
    "sixteen characters that are no number beside a date cell": (
        {"birth_date": FLIPPED, "nik": "SITI A. ٦٢٠٣ ٠٨."},
        {"birth_date": "1983-12-05"},
        {("nik", "BUKAN_NOMOR"): ("error", "SITI A. ٦٢٠٣ ٠٨.", "")},
    ),
    "a day of the week before the date": (
        {"birth_date": "Kamis, 12 Mei 1983"},
        {"birth_date": "1983-05-12"},
        {},
    ),
    "a date cell with a time": (
        {"birth_date": datetime(1983, 5, 12, 7, 30)},
        {"birth_date": "1983-05-12"},
        {},
    ),
    "a sex that is none": (
        {"sex": "X"},
        {"sex": ""},
        {("sex", "JENIS_KELAMIN_TIDAK_DIKENAL"): ("error", "X", "P")},
    ),
    "RT and RW in the cell of RT": (
        {"rt": "RT 3 RW 1", "rw": ""},
        {"rt": "003", "rw": "001"},
        {
            ("rt", "RT_RW_DIPISAH"): ("info", "RT 3 RW 1", ""),
            ("rw", "RT_RW_DIPISAH"): ("info", "", ""),
        },
    ),
    "RT and RW in the cell of RW": (
        {"rt": "", "rw": "003/001"},
        {"rt": "003", "rw": "001"},
        {
            ("rt", "RT_RW_DIPISAH"): ("info", "", ""),
            ("rw", "RT_RW_DIPISAH"): ("info", "003/001", ""),
        },
    ),
    "perhaps dead": (
        {"name": "Almh. Siti Rahmah"},
        {"name": "ALMH. SITI RAHMAH"},
        {("name", "NAMA_ALMARHUM"): ("warning", "Almh. Siti Rahmah", "SITI RAHMAH")},
    ),
    "a dead mother": (
        {"mother_name": "Almh. Minarni"},
        {"mother_name": "MINARNI"},
        {("mother_name", "SAPAAN_DILEPAS"): ("info", "Almh. Minarni", "")},
    ),
    "a name without letters": (
        {"name": "..."},
        {"name": ""},
        {("name", "NAMA_KOSONG"): ("error", "...", "")},
    ),
    "the code of the village that is named": (
        {"village_code": "62.03.08.2005"},
        {"village": "62.03.08.2005"},
        {},
    ),
    "the same code without dots, as a number": (
        {"village_code": 6203082005},
        {"village": "62.03.08.2005"},
        {},
    ),
    "the number that BPS has for it": (
        {"village_code": "6203080001"},
        {"village": "62.03.08.2005"},
        {("village_code", "WILAYAH_BPS_CODE"): ("info", "6203080001", "")},
    ),
    "the code of the kabupaten as a decimal number": (
        {"regency": "Gunung Mas", "district": "Tewah", "village_name": "Tewah",
         "village_code": 62.1},
        {"village": "62.10.03.1005"},
        {("village_code", "WILAYAH_LOST_ZERO"): ("info", "62.1", "")},
    ),
    "the code of another village": (
        {"village_code": "62.03.08.2002"},
        {"village": "62.03.08.2005"},
        {
            ("village", "KODE_WILAYAH_BEDA_NAMA"): (
                "warning", "MALUEN, BASARANG, 62.03.08.2002", "62.03.08.2002"
            ),
        },
    ),
    "a code that there is not": (
        {"village_code": "62.03.08.2999"},
        {"village": "62.03.08.2005"},
        {
            ("village_code", "KODE_WILAYAH_TIDAK_DIKENAL"): (
                "warning", "62.03.08.2999", "62.03.08.2005"
            ),
        },
    ),
    "a code without a name": (
        {"village_name": "", "village_code": "62.03.08.2005"},
        {"village": "62.03.08.2005"},
        {("village_name", "DESA_DARI_KODE"): ("info", "", "")},
    ),
    "a name that there is not beside a code": (
        {"village_name": "SEBERANG LAUT", "village_code": "62.03.08.2005"},
        {"village": ""},
        {
            ("village", "DESA_TIDAK_DIKENAL"): (
                "error", "SEBERANG LAUT, BASARANG, 62.03.08.2005", "62.03.08.2005"
            ),
        },
    ),
    "a misspelt name": (
        {"village_name": "MALUENN"},
        {"village": "62.03.08.2005"},
        {("village_name", "WILAYAH_SPELLING"): ("info", "MALUENN", "")},
    ),
    "a village name that is there twice in the province": (
        {"village_name": "BATUAH"},
        {"village": "62.03.08.2002"},
        {},
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    rows = [person(**sent) for sent, _, _ in CASES.values()]
    path = tmp_path_factory.mktemp("bnba") / "bnba.xlsx"
    return dict(zip(CASES, check(rows, path), strict=True))


@pytest.mark.parametrize("case", CASES)
def test_a_row(checked, case):
    _, expected, told = CASES[case]
    values, issues = checked[case]
    assert {name: values[name] for name in expected} == expected
    found = {key: (one.level, one.before, one.suggestion) for key, one in issues.items()}
    assert found == told


def test_every_finding_has_a_title_and_a_sentence(checked):
    for _, issues in checked.values():
        for issue in issues.values():
            assert issue.code in CAUSE_TITLES
            assert issue.message.strip("“")[0].isupper() and issue.message.endswith(".")


def test_every_code_of_a_cleaner_or_rule_has_a_title():
    said = re.compile(r"""["']([A-Z][A-Z0-9_]{5,})["'],\s*["'](?:info|warning|error)["']""")
    paths = [*Path(cells.__file__).parent.glob("*.py"), Path(birth_dates.__file__)]
    paths.append(Path(sheets.__file__))
    codes = {code for path in paths for code in said.findall(path.read_text())}
    assert len(codes) > 35
    assert not codes - CAUSE_TITLES.keys()


def test_a_suggestion_taken_leaves_nothing_to_say(checked):
    """Accepting a suggestion of the row rules is the end of the matter."""
    for case, (values, issues) in checked.items():
        for issue in issues.values():
            if issue.suggestion and issue.field in {"birth_date", "sex", "name"}:
                again = check_values(DTKS_BNBA, values | {issue.field: issue.suggestion}, CONTEXT)
                assert not [one for one in again[1] if one.field == issue.field], case


def test_what_is_typed_in_the_portal_keeps_its_order():
    """There the field says day-month-year; an officer can insist on a date that the NIK denies."""
    values, issues = check_values(DTKS_BNBA, person(birth_date="05-12-1983"), CONTEXT)
    assert "1983-12-05" in values
    assert [issue.code for issue in issues] == ["HARI_BULAN_TERTUKAR"]


def test_a_finding_belongs_to_its_row_in_every_batch(tmp_path, monkeypatch):
    """Suggestions are put on issues by row, also in the second batch and behind other findings."""
    monkeypatch.setattr(checking, "BATCH_ROWS", 20)
    days = [MAY + timedelta(days=n) for n in range(50)]
    rows = [person(nik=nik_of(day), birth_date=f"{day:%d/%m/%Y}") for day in days]
    damaged = (3, 19, 21, 49)
    for n in damaged:
        rows[n]["birth_date"] = "31/02/1983"
    found = check(rows, tmp_path / "bnba.xlsx")
    for n, (_, issues) in enumerate(found):
        told = {code: issue.suggestion for (_, code), issue in issues.items()}
        assert told == ({"TANGGAL_TIDAK_ADA": days[n].isoformat()} if n in damaged else {})


@given(st.dates(date(1930, 1, 1), date(2021, 11, 22)), st.sampled_from("LP"))
def test_whatever_the_order_the_date_of_the_nik_comes_out(born, sex):
    """All spellings in figures are read as the date that the NIK has, without a doubt left."""
    spellings = [f"{born:%d/%m/%Y}", f"{born:%m/%d/%Y}", f"{born.day}.{born.month}.{born.year}"]
    for written in spellings:
        values, issues = as_sheet(
            birth_date=written, nik=nik_of(born, sex), sex=sex, relation="ANAK"
        )
        assert values["birth_date"] == born.isoformat()
        assert not [issue for issue in issues if issue.level != "info"]


def as_sheet(**sent):
    """A row read from a text sheet, without the file."""
    layout = DTKS_BNBA
    row = person(**sent)
    view = RowView(
        {name: n for n, name in enumerate(layout.fields)},
        {column.field: n for n, column in enumerate(layout.columns)},
        "",
    )
    view.raws = [row.get(column.field, "") for column in layout.columns]
    for column, raw in zip(layout.columns, view.raws, strict=True):
        cleaned = column.clean(raw)
        if type(cleaned) is not str:
            view.note(column.field, *cleaned[1:])
        view.values.append(cleaned if type(cleaned) is str else cleaned.value)
    view.values += [""] * len(layout.derived)
    for rule in layout.row_rules:
        rule(view, CONTEXT)
    return dict(zip(layout.fields, view.values, strict=True)), view.issues


CELL = st.text(max_size=20) | st.dates() | st.floats() | st.integers() | st.booleans() | st.none()


@given(st.fixed_dictionaries({}, optional={c.field: CELL for c in DTKS_BNBA.columns}))
def test_no_cells_whatever_make_a_rule_raise(sent):
    values, issues = as_sheet(**sent)
    assert all(type(value) is str for value in values.values())
    assert all(issue.level in LEVELS for issue in issues)


def test_the_template_asks_for_the_official_columns_only(tmp_path):
    template(DTKS_BNBA, tmp_path / "bnba.xlsx")
    headings = next(openpyxl.load_workbook(tmp_path / "bnba.xlsx")["Data"].values)
    assert len(set(headings) - {*NOTE_HEADINGS}) == 23
    assert "KODE WILAYAH" not in headings
