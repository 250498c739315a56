"""Contents in the wrong place: proposals for columns, suggestions for rows."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beneficiaries.sheets import DTKS_BNBA
from regions.codes import RegionIndex, load_regions
from spreadsheets.checking import check_file
from spreadsheets.layout import CheckContext
from spreadsheets.looking import FileRead
from spreadsheets.recheck import check_values
from spreadsheets.swaps import ROW_CODES
from tests.sheets import person
from tests.spreadsheets.makers import families, xlsx

INDEX = RegionIndex(load_regions())
CONTEXT = CheckContext(date(2021, 11, 23), INDEX)
SAMPLES = Path(__file__).resolve().parents[2] / "samples"
COLUMNS = {
    "DESA": "village_name",
    "NOKK": "kk_number",
    "NIK": "nik",
    "NAMA": "name",
    "TANGGAL LAHIR": "birth_date",
    "JENIS KELAMIN": "sex",
    "HUB KELUARGA": "relation",
}
PEOPLE = families(30)


def read(tmp_path, headings=tuple(COLUMNS), people=PEOPLE, *, before=(), after=()) -> FileRead:
    """The sheet with these cells put before (or after) the third cell of each row of data."""
    rows = [[one[COLUMNS[heading]] for heading in COLUMNS] for one in people]
    rows = [[*row[:2], *before, *row[2:]] for row in rows]
    return next(
        check_file(xlsx(tmp_path / "a.xlsx", [list(headings), *rows]), [DTKS_BNBA], CONTEXT)
    )


def swapped(one: str, other: str) -> tuple[str, ...]:
    return tuple({one: other, other: one}.get(heading, heading) for heading in COLUMNS)


def test_a_good_sheet_has_no_proposal(tmp_path):
    assert not read(tmp_path).proposals


def test_nik_and_kk_columns_exchanged_are_told_by_the_birth_dates(tmp_path):
    told = read(tmp_path, swapped("NIK", "NOKK"))
    (proposal,) = told.proposals
    assert proposal.share == 1.0
    assert proposal.message == (
        "Pada 100% baris, tanggal lahir cocok dengan nomor di kolom NOKK, bukan dengan nomor di"
        " kolom NIK: kedua kolom tampak tertukar."
    )
    assert proposal.columns["NOKK"] == "nik" and proposal.columns["NIK"] == "kk_number"
    assert proposal.columns["NAMA"] == "name"
    read_as = {column.heading: column for column in told.columns}
    assert read_as["NIK"].field == "nik", "nothing is swapped before somebody agrees"
    assert read_as["NIK"].confidence < 0.5 < read_as["NAMA"].confidence


def test_without_birth_dates_by_the_repeated_numbers(tmp_path):
    headings = [heading.replace("TANGGAL LAHIR", "X") for heading in swapped("NIK", "NOKK")]
    people = [one | {"birth_date": ""} for one in PEOPLE]
    (proposal,) = read(tmp_path, headings, people).proposals
    assert proposal.share == 0.67 and "berulang seperti nomor KK" in proposal.message


def test_name_and_nik_columns_exchanged(tmp_path):
    (proposal,) = read(tmp_path, swapped("NIK", "NAMA")).proposals
    assert "Kolom NAMA berisi nomor 16 angka dan kolom NIK berisi nama" in proposal.message
    assert (proposal.columns["NAMA"], proposal.columns["NIK"]) == ("nik", "name")


def test_contents_one_column_to_the_right_of_their_headings(tmp_path):
    told = read(tmp_path, before=[""])
    (proposal,) = told.proposals
    assert proposal.message.startswith("Mulai kolom NIK, isi tampak bergeser satu kolom ke kanan")
    assert proposal.columns == {
        "DESA": "village_name",
        "NOKK": "kk_number",
        "NIK": "",
        "NAMA": "nik",
        "TANGGALLAHIR": "name",
        "JENISKELAMIN": "birth_date",
        "HUBKELUARGA": "sex",
        "@H": "relation",
    }


def test_contents_one_column_to_the_left_of_their_headings(tmp_path):
    headings = [*list(COLUMNS)[:2], "ALAMAT", *list(COLUMNS)[2:]]
    (proposal,) = read(tmp_path, headings).proposals
    assert "bergeser satu kolom ke kiri" in proposal.message
    assert proposal.columns["ALAMAT"] == "nik" and proposal.columns["NIK"] == "name"
    assert proposal.columns["HUBKELUARGA"] == ""


def test_the_mapping_of_a_proposal_reads_the_sheet_right(tmp_path):
    proposal = read(tmp_path, before=[""]).proposals[0]
    options = {"columns": {"header_row": 1, "columns": proposal.columns}}
    context = CheckContext(CONTEXT.today, INDEX, options)
    told, *batches = check_file(tmp_path / "a.xlsx", [DTKS_BNBA], context)
    assert not told.proposals
    assert not [issue for batch in batches for issue in batch.issues]


def fix(values: dict[str, str]) -> tuple[dict[str, str], list]:
    """A row with every suggestion of a swap taken."""
    held, issues = check_values(DTKS_BNBA, values, CONTEXT)
    repaired = dict(zip(DTKS_BNBA.fields, held, strict=True))
    for issue in issues:
        if issue.code in ROW_CODES:
            repaired[issue.field] = issue.suggestion
    return repaired, issues


GOOD = person()
RIGHT = dict(zip(DTKS_BNBA.fields, check_values(DTKS_BNBA, GOOD, CONTEXT)[0], strict=True))
ORDER = [column.field for column in DTKS_BNBA.columns]


def shifted(step: int, start: str) -> dict[str, str]:
    cells = [GOOD.get(field, "") for field in ORDER]
    at = ORDER.index(start)
    cells = [*cells[:at], "", *cells[at:-1]] if step == 1 else [*cells[:at], *cells[at + 1 :], ""]
    return dict(zip(ORDER, cells, strict=True))


@pytest.mark.parametrize(
    ("row", "code", "fields"),
    [
        (
            GOOD | {"nik": GOOD["kk_number"], "kk_number": GOOD["nik"]},
            "NIK_KK_TERTUKAR",
            {"nik", "kk_number"},
        ),
        (
            GOOD | {"nik": GOOD["name"], "name": GOOD["nik"]},
            "NAMA_NIK_TERTUKAR",
            {"nik", "name"},
        ),
        (shifted(1, "kk_number"), "BARIS_TERGESER", None),
        (shifted(1, "nik"), "BARIS_TERGESER", None),
        (shifted(1, "rt"), "BARIS_TERGESER", None),
        (shifted(-1, "kk_number"), "BARIS_TERGESER", None),
        (shifted(-1, "rw"), "BARIS_TERGESER", None),
    ],
)
def test_a_row_gets_one_finding_for_each_field_that_would_change(row, code, fields):
    repaired, issues = fix(row)
    found = [issue for issue in issues if issue.level != "info"]
    assert {(issue.code, issue.level) for issue in found} == {(code, "error")}
    assert len({issue.field for issue in found}) == len(found)
    if fields:
        assert {issue.field for issue in found} == fields
    same = {name for name in DTKS_BNBA.fields if repaired[name] == RIGHT[name]}
    assert same >= {"nik", "name", "birth_date", "sex", "village", "occupation"}


@pytest.mark.parametrize(
    "row",
    [
        GOOD,
        GOOD | {"birth_date": ""},
        # The KK says nothing of the birth date: the NIK is merely wrong.
        GOOD | {"birth_date": "01/02/1990"},
        # Exchanged, but the sex speaks against it.
        GOOD | {"nik": GOOD["kk_number"], "kk_number": GOOD["nik"], "sex": "L"},
        # A name with a number in it, and no NIK that would agree.
        GOOD | {"name": "6203085205839017", "nik": "SITI 2"},
        GOOD | {"nik": "SITI RAHMAH", "name": "6203085205839017", "birth_date": "01/02/1990"},
        {},
    ],
)
def test_where_the_nik_would_not_agree_nothing_is_suggested(row):
    _, issues = fix(row)
    assert not {issue.code for issue in issues} & set(ROW_CODES)


@given(
    st.lists(
        st.one_of(
            st.sampled_from([*GOOD.values(), "", "²" * 16, "٦" * 16, "6203085205839017"]),
            st.text(max_size=20),
            st.floats(),
            st.dates(),
        ),
        min_size=len(ORDER),
        max_size=len(ORDER),
    )
)
def test_no_row_whatever_stops_the_rule(cells):
    repaired, issues = fix(dict(zip(ORDER, cells, strict=True)))
    for issue in issues:
        if issue.code in ROW_CODES:
            assert repaired["nik"] and repaired["birth_date"]


def test_the_sample_with_swaps_in_single_rows():
    told, *batches = check_file(SAMPLES / "salah-kolom-tertukar.xlsx", [DTKS_BNBA], CONTEXT)
    rows = {
        code: len({issue.row for batch in batches for issue in batch.issues if issue.code == code})
        for code in ROW_CODES
    }
    assert rows == {"NIK_KK_TERTUKAR": 20, "NAMA_NIK_TERTUKAR": 5, "BARIS_TERGESER": 5}
    others = Counter(issue.code for batch in batches for issue in batch.issues)
    assert others.keys() == set(ROW_CODES), "their consequences are not told as well"
    assert not told.proposals, "half of the rows are no whole column"
