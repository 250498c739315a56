"""Sheets with titles, merged and hidden parts, errors: what is read, and what is told of it."""

from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.style import Style, TableProperties
from odf.table import (
    CalculationSettings,
    CoveredTableCell,
    NullDate,
    Table,
    TableCell,
    TableColumn,
    TableRow,
)
from odf.text import P
from openpyxl import Workbook

from spreadsheets import cells
from spreadsheets.layout import Column, Layout
from tests.spreadsheets.makers import SHEET_XML, checked, part, rezip, xlsx

FILES = Path(__file__).parent.parent / "data" / "reading"
KNOWN = ("BASARANG", "SELAT")


def kecamatan_in(title, context):
    name = title.upper().replace("KECAMATAN", "").replace("KEC.", "").strip()
    return name if name in KNOWN else ""


PLACED = Layout(
    key="uji_letak",
    title="Daftar uji",
    columns=(
        Column("regency", "KABUPATEN", cells.name, ("KABUPATEN/KOTA",), fill_down=True),
        Column(
            "district",
            "KECAMATAN",
            cells.name,
            aliases=("KEC",),
            fill_down=True,
            sheet_name=kecamatan_in,
        ),
        Column("village", "DESA", cells.name, required=True, titled=True),
        Column("name", "NAMA", cells.name, required=True),
        Column("nik", "NIK", cells.digits16, required=True),
        Column("kk", "NOKK", cells.digits16),
        Column("born", "TANGGAL LAHIR", cells.date),
        Column("note", "KETERANGAN PADAN", cells.text, aliases=("PADAN",)),
    ),
)
HEAD = ["NAMA", "NIK", "NOKK"]
NIKS = [f"62030852058390{n:02d}" for n in range(10, 60)]
KK = "6203081501159001"


def persons(count):
    return [[f"SITI {chr(65 + n)}", NIKS[n], ""] for n in range(count)]


def values(rows, layout=PLACED):
    return [dict(zip(layout.fields, row, strict=True)) for _, _, row in rows]


def told(issues):
    return [(issue.row, issue.field, issue.code) for issue in issues]


# A place told once for the whole sheet


TITLES = {
    "in one cell": [["KECAMATAN : BASARANG"], ["Desa: Batuah"]],
    "value beside": [["", "KECAMATAN", "BASARANG"], ["", "DESA", ": BATUAH"]],
    "colon of its own": [["KECAMATAN", ":", "BASARANG"], ["DESA", ":", "BATUAH"]],
    "two in one cell": [["KECAMATAN : BASARANG        DESA : BATUAH"]],
    "without a colon": [["DAFTAR KPM KECAMATAN"], ["Kecamatan Basarang"], ["DESA = BATUAH"]],
}


@pytest.mark.parametrize("case", TITLES)
def test_a_title_gives_the_place_and_satisfies_a_required_column(tmp_path, case):
    path = xlsx(tmp_path / "a.xlsx", [*TITLES[case], [], HEAD, *persons(2)])
    read, rows, issues = checked(path, PLACED)
    assert [(row["district"], row["village"]) for row in values(rows)] == [
        ("BASARANG", "BATUAH"),
        ("BASARANG", "BATUAH"),
    ]
    first = rows[0][1]
    assert sorted(told(issues)) == [
        (row, field, "DARI_JUDUL_LEMBAR")
        for row in (first, first + 1)
        for field in ("district", "village")
    ]
    assert {issue.level for issue in issues} == {"info"}
    assert read.row_count == 2 and "district" not in read.mapping


def test_a_title_is_not_believed_against_the_column(tmp_path):
    head, row = ["KECAMATAN", "DESA", *HEAD], ["SELAT", "MURUNG", *persons(1)[0]]
    path = xlsx(tmp_path / "a.xlsx", [["KECAMATAN : BASARANG"], ["DESA: BATUAH"], head, row])
    _, rows, issues = checked(path, PLACED)
    assert (values(rows)[0]["district"], values(rows)[0]["village"]) == ("SELAT", "MURUNG")
    assert issues == []


def test_a_title_without_a_value_gives_none(tmp_path):
    titles = [["KECAMATAN : ...................."], ["KABUPATEN", "DESA"], ["DESA : BATUAH"]]
    _, rows, issues = checked(xlsx(tmp_path / "a.xlsx", [*titles, HEAD, *persons(1)]), PLACED)
    assert values(rows)[0]["district"] == values(rows)[0]["regency"] == ""
    assert told(issues) == [(5, "village", "DARI_JUDUL_LEMBAR")]


def test_the_name_of_the_sheet_gives_the_place_where_the_column_is_missing_or_empty(tmp_path):
    head = ["KECAMATAN", "DESA", *HEAD]
    rows = [["", "BATUAH", *row] for row in persons(2)]
    path = xlsx(
        tmp_path / "a.xlsx",
        [head[1:], rows[0][1:]],
        name="Kec. Basarang",
        more=[
            ("SELAT", [head, *rows, ["", "", "Mengetahui,"]], False),
            ("Data", [head, ["KAHAYAN", *rows[0][1:]]], False),
            ("Sheet4", [head, rows[1]], False),
        ],
    )
    _, found, issues = checked(path, PLACED)
    assert [
        (sheet, row["district"]) for (sheet, _, _), row in zip(found, values(found), strict=True)
    ] == [
        ("Kec. Basarang", "BASARANG"),
        ("SELAT", "SELAT"),
        ("SELAT", "SELAT"),
        ("Data", "KAHAYAN"),
        ("Sheet4", ""),
    ]
    assert [(i.sheet, i.row, i.field, i.code) for i in issues] == [
        ("Kec. Basarang", 2, "district", "DARI_NAMA_LEMBAR"),
        ("SELAT", 2, "district", "DARI_NAMA_LEMBAR"),
        ("SELAT", 3, "district", "DARI_NAMA_LEMBAR"),
    ]


# The header, and what is no data


def test_a_row_of_data_is_not_taken_for_the_header(tmp_path):
    head = ["Desa", "Nama", "NIK", "Padan"]
    data = [["BATUAH", f"SITI {n}", NIKS[n], "PADAN"] for n in range(3)]
    names = Layout("t", "T", (Column("a", "PADAN", cells.text), Column("b", "BATUAH", cells.text)))
    assert checked(xlsx(tmp_path / "a.xlsx", [head, *data]), PLACED)[0].header_row == 1
    # Words of the data that are headings of some layout: below each other, or beside a NIK.
    repeated = [["BATUAH", "PADAN"]] * 3
    path = xlsx(tmp_path / "b.xlsx", [head, *repeated, data[0]])
    assert checked(path, PLACED, names)[0].header_row == 1


def test_a_header_printed_on_every_page_is_left_out_with_its_titles(tmp_path):
    upper = ["NO", "NAMA", "NIK", "TANGGAL", "KETERANGAN", "DESA", "NOKK"]
    lower = ["", "", "", "LAHIR", "PADAN", "", ""]
    page = [["DAFTAR PENERIMA"], ["KECAMATAN : SELAT"], upper, lower]
    row = ["1", "SITI", NIKS[0], "01-02-1980", "PADAN", "MURUNG", KK]
    path = xlsx(tmp_path / "a.xlsx", [*page, row, ["Halaman 1 dari 2"], *page, row])
    read, rows, _ = checked(path, PLACED)
    assert [number for _, number, _ in rows] == [5, 11]
    assert sorted(read.left_out) == [
        ("baris 6, 7, 8", 3, "judul atau nomor halaman"),
        ("baris 9, 10", 2, "judul kolom berulang"),
    ]


def test_subtotals_recapitulation_and_signatures_are_left_out(tmp_path):
    head = ["KECAMATAN", "DESA", "NAMA", "NIK", "NOKK", "TANGGAL LAHIR", "PADAN", "KABUPATEN"]
    row = ["SELAT", "MURUNG", "JUMIATI", NIKS[0], KK, "01-02-1980", "PADAN", "KAPUAS"]
    rows = [
        head,
        row,
        ["JUMLAH KEC. SELAT", "1", "1", "", "1", "1", "1", "1"],
        ["TOTAL", "", "", "", "", "", "", "1"],
        [],
        ["REKAPITULASI PER KECAMATAN"],
        ["Selat", "1"],
        ["Basarang", "0"],
        [],
        ["", "", "", "", "", "Kuala Kapuas, 12 November 2021"],
        ["", "Mengetahui,", "", "", "", "Petugas,"],
        ["", "H. ABDUL", "", "", "", "RINA"],
        ["", "NIP. 197001011990031001", "", "", "", ""],
    ]
    read, found, _ = checked(xlsx(tmp_path / "a.xlsx", rows), PLACED)
    assert [number for _, number, _ in found] == [2]
    assert read.left_out == [
        ("baris 3, 4", 2, "baris jumlah"),
        ("baris 6, 7, 8", 3, "baris rekapitulasi"),
        ("baris 10, 11, 12, 13", 4, "baris tanda tangan atau keterangan"),
    ]


# Merged cells


FAMILIES = [
    ["KECAMATAN", "DESA", "NOKK", "NAMA", "NIK"],
    ["SELAT", "MURUNG", KK, "SITI", NIKS[0]],
    ["", "", "", "BUDI", NIKS[1]],
    ["", "", "", "", ""],
    ["", "", "", "ANI", NIKS[2]],
    ["", "", "", "TOTOK", NIKS[3]],
]
MERGES = [(1, 0, 5), (1, 1, 3), (1, 2, 4)]  # first row, column, last row, all from 0


def merged_xlsx(path):
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Data")
        for number, row in enumerate(FAMILIES):
            sheet.write_row(number, 0, row)
        for top, column, bottom in MERGES:
            sheet.merge_range(top, column, bottom, column, FAMILIES[top][column])
        sheet.merge_range(8, 0, 11, 4, "Mengetahui")


def merged_xls(path):
    book = xlwt.Workbook()
    sheet = book.add_sheet("Data")
    tops = {(top, column): bottom for top, column, bottom in MERGES}
    for number, row in enumerate(FAMILIES):
        for column, cell in enumerate(row):
            bottom = tops.get((number, column))
            if bottom:
                sheet.write_merge(number, bottom, column, column, cell)
            elif cell:
                sheet.write(number, column, cell)
    book.save(str(path))


def merged_ods(path):
    tops = {(top, column): bottom for top, column, bottom in MERGES}
    covered = {(row, c) for top, c, bottom in MERGES for row in range(top + 1, bottom + 1)}
    book = OpenDocumentSpreadsheet()
    table = Table(name="Data")
    for number, row in enumerate(FAMILIES):
        line = TableRow()
        for column, cell in enumerate(row):
            if (number, column) in covered:
                line.addElement(CoveredTableCell())
                continue
            spans = tops.get((number, column), number) - number + 1
            spanned = {"numberrowsspanned": spans, "numbercolumnsspanned": 1} if spans > 1 else {}
            one = TableCell(valuetype="string", **spanned) if cell else TableCell()
            if cell:
                one.addElement(P(text=cell))
            line.addElement(one)
        table.addElement(line)
    book.spreadsheet.addElement(table)
    book.save(str(path))


@pytest.mark.parametrize("ending", ["xlsx", "xls", "ods"])
def test_cells_merged_downwards_hold_for_all_their_rows(tmp_path, ending):
    path = tmp_path / f"a.{ending}"
    {"xlsx": merged_xlsx, "xls": merged_xls, "ods": merged_ods}[ending](path)
    _, rows, issues = checked(path, PLACED)
    assert [
        (number, row["district"], row["village"], row["kk"])
        for (_, number, _), row in zip(rows, values(rows), strict=True)
    ] == [
        (2, "SELAT", "MURUNG", KK),
        (3, "SELAT", "MURUNG", KK),
        (5, "SELAT", "", KK),
        (6, "SELAT", "", ""),
    ]
    assert sorted(told(issues)) == [
        (3, "district", "DIISI_DARI_ATAS"),
        (3, "kk", "DIISI_DARI_ATAS"),
        (3, "village", "DIISI_DARI_ATAS"),
        (5, "district", "DIISI_DARI_ATAS"),
        (5, "kk", "DIISI_DARI_ATAS"),
        (6, "district", "DIISI_DARI_ATAS"),
    ]
    assert {issue.message for issue in issues if issue.field == "kk"} == {
        "NOKK diisi dari sel gabungan di atasnya."
    }


# Hidden parts


def hidden_xlsx(path):
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Data")
        older = book.add_worksheet("Arsip")
        older.hide()
        for number, row in enumerate([["DESA", *HEAD], *(["MURUNG", *p] for p in persons(7))]):
            sheet.write_row(number, 0, row)
            older.write_row(number, 0, row)
        for number in (2, 3, 5, 9):
            sheet.set_row(number, None, None, {"hidden": True})
        sheet.set_column(2, 2, None, None, {"hidden": True})
        sheet.set_column(7, 9, None, None, {"hidden": True})


def hidden_xls(path):
    book = xlwt.Workbook()
    sheet, older = book.add_sheet("Data"), book.add_sheet("Arsip")
    older.visibility = 1
    for number, row in enumerate([["DESA", *HEAD], *(["MURUNG", *p] for p in persons(7))]):
        for column, cell in enumerate(row):
            sheet.write(number, column, cell)
            older.write(number, column, cell)
    for number in (2, 3, 5, 9):
        sheet.row(number).hidden = True
    sheet.col(2).hidden = True
    book.save(str(path))


def hidden_ods(path):
    book = OpenDocumentSpreadsheet()
    unseen = Style(name="unseen", family="table")
    unseen.addElement(TableProperties(display="false"))
    book.automaticstyles.addElement(unseen)
    for name, style in (("Data", None), ("Arsip", unseen)):
        table = Table(name=name, **({"stylename": style} if style else {}))
        for column in range(4):
            hides = name == "Data" and column == 2
            table.addElement(TableColumn(**({"visibility": "collapse"} if hides else {})))
        for number, row in enumerate([["DESA", *HEAD], *(["MURUNG", *p] for p in persons(7))]):
            hides = name == "Data" and number in (2, 3, 5)
            line = TableRow(**({"visibility": "filter"} if hides else {}))
            for cell in row:
                one = TableCell(valuetype="string")
                one.addElement(P(text=cell))
                line.addElement(one)
            table.addElement(line)
        book.spreadsheet.addElement(table)
    book.save(str(path))


@pytest.mark.parametrize("ending", ["xlsx", "xls", "ods"])
def test_hidden_rows_columns_and_sheets_are_read_and_told(tmp_path, ending):
    path = tmp_path / f"a.{ending}"
    {"xlsx": hidden_xlsx, "xls": hidden_xls, "ods": hidden_ods}[ending](path)
    read, rows, issues = checked(path, PLACED)
    assert [row["nik"] for row in values(rows)] == NIKS[:7] * 2
    assert read.hidden == [
        "baris 3-4 dan 6 pada lembar Data",
        "kolom C (NIK) pada lembar Data",
        "lembar Arsip (7 baris)",
    ]
    assert [(issue.row, issue.level) for issue in issues] == [(0, "info")] * 3
    assert {issue.code for issue in issues} == {"TERSEMBUNYI_DIBACA"}
    assert issues[2].message.startswith("Lembar Arsip (7 baris) tersembunyi")
    assert read.left_out == []


# Errors and formulas


def errors_xlsx(path):
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Data")
        sheet.write_row(0, 0, ["DESA", *HEAD])
        sheet.write_row(1, 0, ["MURUNG", *persons(1)[0]])
        sheet.write_formula(1, 3, "=1/0", None, "#DIV/0!")
        sheet.write_formula(2, 2, "=VLOOKUP(1;2;3)", None, "#N/A")


def errors_xls(path):
    book = xlwt.Workbook()
    sheet = book.add_sheet("Data")
    for column, cell in enumerate(["DESA", *HEAD]):
        sheet.write(0, column, cell)
    for column, cell in enumerate(["MURUNG", *persons(1)[0]][:3]):
        sheet.write(1, column, cell)
    sheet.row(1).set_cell_error(3, "#DIV/0!")
    sheet.row(2).set_cell_error(2, "#N/A!")
    book.save(str(path))


def errors_ods(path):
    book = OpenDocumentSpreadsheet()
    table = Table(name="Data")
    for row in (
        ["DESA", *HEAD],
        ["MURUNG", *persons(1)[0][:2], "#DIV/0!"],
        ["", "", "#N/A", ""],
    ):
        line = TableRow()
        for cell in row:
            one = TableCell(valuetype="string") if cell else TableCell()
            if cell.startswith("#"):
                one = TableCell(valuetype="string", stringvalue="", formula="of:=1/0")
            if cell:
                one.addElement(P(text=cell))
            line.addElement(one)
        table.addElement(line)
    book.spreadsheet.addElement(table)
    book.save(str(path))
    # As LibreOffice marks them, in a namespace that the writer does not know.
    xml = part(path, "content.xml").replace(
        b'office:string-value=""', b'office:string-value="" calcext:value-type="error"'
    )
    space = b'<office:document-content xmlns:calcext="urn:org:documentfoundation:names:x" '
    xml = xml.replace(b"<office:document-content ", space)
    rezip(path, path.with_name("marked.ods"), {"content.xml": xml}).replace(path)


@pytest.mark.parametrize("ending", ["xlsx", "xls", "ods"])
def test_error_cells_are_told_even_alone_in_their_row(tmp_path, ending):
    path = tmp_path / f"a.{ending}"
    {"xlsx": errors_xlsx, "xls": errors_xls, "ods": errors_ods}[ending](path)
    read, rows, issues = checked(path, PLACED)
    assert [(i.row, i.field, i.code, i.before) for i in issues if i.code == "SEL_GALAT"] == [
        (2, "kk", "SEL_GALAT", "#DIV/0!"),
        (3, "nik", "SEL_GALAT", "#N/A"),
    ]
    assert read.row_count == len(rows) == 2


def test_rows_of_nothing_but_uncached_formulas_are_not_lost(tmp_path):
    book = Workbook()
    sheet = book.active
    sheet.append(["DESA", *HEAD])
    sheet.append(["MURUNG", *persons(1)[0]])
    for row in (3, 4):
        sheet.append([f"=Lain!{letter}{row}" for letter in "ABCD"])
    book.save(tmp_path / "a.xlsx")
    read, rows, issues = checked(tmp_path / "a.xlsx", PLACED)
    assert read.row_count == len(rows) == 3
    assert [row["nik"] for row in values(rows)] == [NIKS[0], "", ""]
    assert sorted(told(issues)) == sorted(
        (row, field, "RUMUS_TANPA_NILAI")
        for row in (3, 4)
        for field in ("village", "name", "nik", "kk")
    )


def test_a_formula_whose_result_is_an_empty_text_has_a_value(tmp_path):
    good = xlsx(tmp_path / "good.xlsx", [["DESA", *HEAD], ["MURUNG", *persons(1)[0]]])
    cell = b'<c r="D2" t="str"><f>IF(A2="","",B1)</f><v></v></c></row></sheetData>'
    xml = part(good, SHEET_XML).replace(b"</row></sheetData>", cell)
    _, rows, issues = checked(rezip(good, tmp_path / "a.xlsx", {SHEET_XML: xml}), PLACED)
    assert values(rows)[0]["kk"] == "" and issues == []


# Formats


# This writer hides rows only in the first three, and neither hides nor errs in .ods.
HIDDEN = ["baris 4 pada lembar Data", "kolom C (NOKK) pada lembar Data"]
OTHERS = {
    "1904.xlsx": HIDDEN,
    "1900.xlsb": HIDDEN,
    "1904.xlsb": HIDDEN,
    "1904.xls": HIDDEN[1:],
    "1900.ods": [],
}


@pytest.mark.parametrize("name", OTHERS)
def test_workbooks_of_another_writer(name):
    """Made by SheetJS: short cells in .xlsb, blanks between the elements of .ods."""
    read, rows, issues = checked(FILES / name, PLACED)
    assert [(row["name"], row["nik"], row["kk"]) for row in values(rows)] == [
        ("SITI", NIKS[0], KK),
        ("BUDI", NIKS[1], KK),
        ("ANI", NIKS[2], ""),
    ]
    assert [row["born"] for row in values(rows)] == ["1973-07-01", "1980-02-29", "1999-12-31"]
    serial = "TANGGAL_SISTEM_1904" if "1904" in name else "TANGGAL_SERIAL"
    of_rows = [one for one in told(issues) if one[0] and one[1] != "born"]
    errors = [] if name.endswith("ods") else [(4, "note", "SEL_GALAT")]
    assert of_rows == [(3, "kk", "DIISI_DARI_ATAS"), *errors]
    assert (3, "born", serial) in told(issues)
    assert read.hidden == OTHERS[name]


@pytest.mark.parametrize("epoch", [False, True])
def test_dates_of_an_old_workbook_count_from_its_own_epoch(tmp_path, epoch):
    book = xlwt.Workbook()
    book.dates_1904 = epoch
    sheet = book.add_sheet("Data")
    for column, cell in enumerate(["DESA", *HEAD, "TANGGAL LAHIR"]):
        sheet.write(0, column, cell)
    for number in (1, 2):
        for column, cell in enumerate(["MURUNG", *persons(2)[number - 1]]):
            sheet.write(number, column, cell)
    dated = xlwt.easyxf(num_format_str="dd/mm/yyyy")
    sheet.write(1, 4, date(1973, 7, 1), dated)
    sheet.write(2, 4, 26846 - 1462 if epoch else 26846)
    book.save(str(tmp_path / "a.xls"))
    _, rows, issues = checked(tmp_path / "a.xls", PLACED)
    assert [row["born"] for row in values(rows)] == ["1973-07-01"] * 2
    code = "TANGGAL_SISTEM_1904" if epoch else "TANGGAL_SERIAL"
    assert told(issues) == [(3, "born", code)]


def test_an_ods_of_the_1904_system(tmp_path):
    book = OpenDocumentSpreadsheet()
    settings = CalculationSettings()
    settings.addElement(NullDate(datevalue="1904-01-01"))
    book.spreadsheet.addElement(settings)
    table = Table(name="Data")
    for row in (["DESA", "NAMA", "NIK", "TANGGAL LAHIR"], ["MURUNG", "SITI", NIKS[0], 25384]):
        line = TableRow()
        for cell in row:
            number = {"valuetype": "float", "value": cell}
            one = TableCell(**(number if cell == 25384 else {"valuetype": "string"}))
            one.addElement(P(text=str(cell)))
            line.addElement(one)
        table.addElement(line)
    book.spreadsheet.addElement(table)
    book.save(str(tmp_path / "a.ods"))
    _, rows, issues = checked(tmp_path / "a.ods", PLACED)
    assert values(rows)[0]["born"] == "1973-07-01"
    assert told(issues) == [(2, "born", "TANGGAL_SISTEM_1904")]


# Text


def test_a_first_line_that_names_the_delimiter_is_obeyed_and_not_counted(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('sep=;\r\nDESA;NAMA;NIK\r\n"A, B, C, D";"SITI, S.PD, M.PD";' + NIKS[0])
    _, rows, issues = checked(path, PLACED)
    assert rows[0][1] == 2 and values(rows)[0]["village"] == "A, B, C, D" and issues == []


def test_a_line_break_inside_quotes_belongs_to_the_cell(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(f'DESA,NAMA,NIK,PADAN\nMURUNG,"SITI\nAMINAH",{NIKS[0]},"a\r\nb, c"\n')
    _, rows, issues = checked(path, PLACED)
    assert values(rows)[0]["name"] == "SITI AMINAH" and len(rows) == 1
    assert values(rows)[0]["note"] == "a b, c" and issues == []


def test_two_stray_quotes_swallow_no_rows(tmp_path):
    path = tmp_path / "a.txt"
    lines = [f"MURUNG|{mark}SITI|{NIKS[n]}|x" for n, mark in enumerate(['"', "", '"', ""])]
    path.write_text("\n".join(["DESA|NAMA|NIK|PADAN", *lines]) + "\n")
    _, rows, _ = checked(path, PLACED)
    assert [row["name"] for row in values(rows)] == ['"SITI', "SITI", '"SITI', "SITI"]


def test_a_row_with_too_few_cells_is_told(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text(f"DESA|NAMA|NIK|PADAN\nA|SITI|{NIKS[0]}\nA|BUDI\nA|ANI|{NIKS[1]}|x\n")
    _, rows, issues = checked(path, PLACED)
    short = [issue for issue in issues if issue.code == "KOLOM_TIDAK_LENGKAP"]
    assert [(issue.row, issue.level) for issue in short] == [(2, "info"), (3, "warning")]
    assert "2 dari 4 kolom" in short[1].message and len(rows) == 3
