"""What is written is read back the same, stays text, and may be sent again."""

import csv
import io
import re

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from spreadsheets.errors import SheetRefused
from spreadsheets.layout import Column, Layout
from spreadsheets.reading import IDENTITY_SHEET
from spreadsheets.writing import export, prefilled, safe_text, template
from tests.spreadsheets.layouts import BNBA, MERGED
from tests.spreadsheets.makers import SHEET_XML, checked, part

DANGEROUS = ["=1+1", "+62812", "-", "@SUM(A1)", "\tX", "=cmd|' /C calc'!A0", "{=A1}"]
ROWS = [
    {
        "register_id": "62A",
        "nik": "6271015508809001",
        "name": "SITI",
        "birth_date": "1980-08-15",
        "sex": "P",
        "bpnt": "YA",
        "kk": "6271010101109001",
    },
    {
        "register_id": "62B",
        "nik": "6271010101709002",
        "name": "=1+1",
        "birth_date": "",
        "sex": "L",
        "bpnt": "",
        "kk": "0271010101109001",
    },
]


def test_a_template_is_understood_and_its_example_is_no_data(tmp_path):
    path = tmp_path / "t.xlsx"
    template(BNBA, path)
    with pytest.raises(SheetRefused) as caught:
        checked(path, BNBA)
    assert caught.value.code == "TANPA_DATA"
    book = openpyxl.load_workbook(path)
    sheet = book["Data"]
    headings = [cell.value for cell in sheet[1]]
    assert "NIK *" in headings and "ALAMAT" in headings
    sheet.append(["62A"] + [None] * 9 + ["6271015508809001", "SITI"])
    book.save(path)
    read, rows, _ = checked(path, BNBA)
    assert [row[2][11] for row in rows] == ["SITI"]
    assert ("baris 2", 1, "baris contoh") in read.left_out
    assert not read.unknown
    guide = [row[0] for row in book["Petunjuk"].iter_rows(values_only=True)]
    assert all(column.heading in guide for column in BNBA.columns)
    kinds = {rule.type for rule in sheet.data_validations.dataValidation}
    assert kinds == {"list"}


def filled_in(path, rows=ROWS, layout=BNBA):
    return prefilled(
        layout,
        rows,
        path,
        identity={"round": "2021-4", "region": "62.71"},
        title="Verifikasi Kota Palangka Raya",
        filled={*ROWS[0]},
    )


def test_a_prefilled_sheet_comes_back_the_same_with_its_identity(tmp_path):
    path = tmp_path / "p.xlsx"
    assert filled_in(path) == 2
    read, rows, issues = checked(path, BNBA)
    assert read.identity == {"round": "2021-4", "region": "62.71"}
    assert read.left_out == [] and read.unknown == []
    for (_, _, values), sent in zip(rows, ROWS, strict=True):
        back = dict(zip(BNBA.fields, values, strict=True))
        assert {name: back[name] for name in sent} == sent
    assert [issue.code for issue in issues] == ["NAMA_BERANGKA"]


def test_a_prefilled_sheet_locks_the_identity_only(tmp_path):
    columns = [
        Column(c.field, c.heading, c.clean, required=c.required, locked=c.field == "nik")
        for c in MERGED.columns
    ]
    layout = Layout("k", "Kunci", tuple(columns))
    filled_in(tmp_path / "p.xlsx", layout=layout)
    book = openpyxl.load_workbook(tmp_path / "p.xlsx")
    sheet = book["Data"]
    assert sheet.freeze_panes == "A5"
    assert {cell.protection.locked for cell in sheet["C"][4:6]} == {True}
    assert {cell.protection.locked for cell in sheet["B"][4:6]} == {False}
    assert sheet["C5"].number_format == "@" and sheet["C5"].data_type == "s"
    assert sheet.protection.sheet and not sheet.protection.password
    assert not sheet.protection.autoFilter and not sheet.protection.formatColumns
    assert not sheet.protection.sort
    assert book[IDENTITY_SHEET].sheet_state == "veryHidden"


def test_dates_are_dates_and_choices_are_drop_downs(tmp_path):
    filled_in(tmp_path / "p.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "p.xlsx")["Data"]
    date_cell = sheet.cell(5, 13)
    assert date_cell.is_date and date_cell.number_format == "dd-mm-yyyy"
    ranges = {str(rule.sqref) for rule in sheet.data_validations.dataValidation}
    assert "O5:O6" in ranges


def test_long_choices_stand_on_a_hidden_sheet(tmp_path):
    choices = tuple(f"ALASAN PANJANG NOMOR {number}" for number in range(40))
    name, reason = MERGED.columns[1], Column("reason", "ALASAN", str, choices=choices)
    prefilled(
        Layout("p", "Panjang", (name, reason)),
        [{"name": "A"}],
        tmp_path / "p.xlsx",
        identity={},
        title="P",
        filled={"name"},
    )
    book = openpyxl.load_workbook(tmp_path / "p.xlsx")
    rule = book["Data"].data_validations.dataValidation[0]
    assert rule.formula1 == "_pilihan!$B$1:$B$40"
    assert [row[1] for row in book["_pilihan"].iter_rows(values_only=True)] == list(choices)


TEXT = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Cf", "Cn", "Co")), max_size=20).map(
    lambda text: " ".join(text.split())
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=6))
def test_written_then_read_gives_the_same_rows(tmp_path, rows):
    path = tmp_path / "e.xlsx"
    export(path, ["NAMA", "ALAMAT"], rows)
    sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
    back = [tuple(row) for row in sheet.to_python(skip_empty_area=False)][1:]
    wanted = list(rows)
    while wanted and not any(wanted[-1]):
        wanted.pop()
    padded = [(*row, "", "")[:2] for row in back]
    assert padded[: len(wanted)] == wanted


def test_an_export_holds_no_formula(tmp_path):
    path = tmp_path / "e.xlsx"
    export(path, ["A", "B"], [(text, "0012") for text in DANGEROUS])
    xml = part(path, SHEET_XML)
    assert b"<f" not in xml
    sheet = openpyxl.load_workbook(path).active
    assert [sheet.cell(row, 1).data_type for row in range(2, 9)] == ["s"] * 7
    assert sheet["B2"].value == "0012"


def test_an_export_is_read_without_widening_its_columns(tmp_path):
    path = tmp_path / "e.xlsx"
    export(path, ["Nama", "Rp"], [("E-WARONG BAHALAP KUMAI HILIR", 1_562_350_000)])
    wide = openpyxl.load_workbook(path)["Data"].column_dimensions
    assert wide["A"].width > len("E-WARONG BAHALAP KUMAI HILIR")
    assert wide["B"].width > len("1.562.350.000")


def test_an_export_of_nothing_has_its_headings(tmp_path):
    export(tmp_path / "e.xlsx", ["A", "B"], [])
    assert [cell.value for cell in openpyxl.load_workbook(tmp_path / "e.xlsx").active[1]] == [
        "A",
        "B",
    ]
    with pytest.raises(ValueError):
        export(tmp_path / "e.xlsx", ["A", "A"], [])


@given(st.text(max_size=10) | st.sampled_from(DANGEROUS))
def test_safe_text_begins_like_no_formula_and_keeps_the_text(text):
    safe = safe_text(text)
    assert not re.match(r"[=+\-@\t\r]", safe)
    assert safe.removeprefix("'") == text.removeprefix("'")
    out = io.StringIO()
    csv.writer(out).writerow([safe])
