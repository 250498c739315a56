"""Finding header and rows in sheets as they come, in this process and in the child."""

import logging
import os
import time
import zipfile
from dataclasses import replace
from datetime import date

import pytest
import xlsxwriter
from openpyxl import Workbook

from spreadsheets import cells, checking, limited, reading
from spreadsheets.checking import Batch, check_file
from spreadsheets.errors import SheetRefused
from spreadsheets.layout import CheckContext, Column, Layout
from spreadsheets.limited import check_in_child
from spreadsheets.looking import FileRead
from tests.spreadsheets.layouts import BNBA, MERGED
from tests.spreadsheets.makers import CONTEXT, GOOD_ROWS, SHEET_XML, checked, part, rezip, xlsx

HEAD = ["NIK", "NAMA", "KECAMATAN", "NILAI"]
ROW = ["6271015508809001", "SITI", "PAHANDUT", "200000"]
DOTTED = ["tests.spreadsheets.layouts:MERGED"]


def explode(row, context):
    raise KeyError(row["nik"])


def die(row, context):
    os.abort()


def devour(row, context):
    context.options["hoard"] = bytearray(2**31)


def dawdle(row, context):
    time.sleep(60)


EXPLODING = replace(MERGED, row_rules=(explode,))
DYING = replace(MERGED, row_rules=(die,))
DEVOURING = replace(MERGED, row_rules=(devour,))
DAWDLING = replace(MERGED, row_rules=(dawdle,))


def test_values_come_in_the_order_of_the_fields_wherever_the_columns_stand(tmp_path):
    path = xlsx(
        tmp_path / "a.xlsx",
        [["NILAI", "Nama ", "catatan", "NIK"], ["Rp200.000", "siti", "x", "6271015508809001"]],
    )
    read, rows, issues = checked(path, MERGED)
    assert rows == [("Data", 2, ["", "SITI", "6271015508809001", "200000"])]
    assert read.mapping == {"paid": "NILAI", "name": "Nama", "nik": "NIK"}
    assert read.unknown == ["catatan"] and issues == []


def test_rows_are_numbered_as_excel_counts_them(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Kec")
        sheet.write_row(6, 3, HEAD)
        sheet.write_row(9, 3, ROW)
        sheet.write_row(12, 3, ["-", *ROW[1:]])
    read, rows, _ = checked(path, MERGED)
    assert [number for _, number, _ in rows] == [10, 13]
    assert read.header_row == 7
    assert read.sheets[0].columns == {"nik": 4, "name": 5, "district": 6, "paid": 7}


def test_titles_number_row_totals_signatures_and_repeated_heads_are_left_out(tmp_path):
    rows = [
        ["DAFTAR PENERIMA", "", "", ""],
        ["Kecamatan Pahandut", "", "", ""],
        [],
        HEAD,
        ["1", "2", "3", "4"],
        ROW,
        ["SUB JUMLAH", "", "", "200000"],
        HEAD,
        ROW,
        ["JUMLAH", "", "", "400000"],
        [],
        ["", "", "Palangka Raya, 12 November 2021", ""],
        ["", "", "Kepala Dinas Sosial", ""],
        ["", "", "SRI WAHYUNI", ""],
        ["", "", "NIP. 19700101", ""],
    ]
    read, found, _ = checked(xlsx(tmp_path / "a.xlsx", rows), MERGED)
    assert [number for _, number, _ in found] == [6, 9]
    assert sorted(read.left_out) == [
        ("baris 12, 13, 14, 15", 4, "baris tanda tangan atau keterangan"),
        ("baris 5", 1, "baris nomor kolom"),
        ("baris 7, 10", 2, "baris jumlah"),
        ("baris 8", 1, "judul kolom berulang"),
    ]
    assert read.row_count == 2


def test_a_sparse_row_of_data_is_not_taken_for_a_footer(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", [HEAD, ROW, ["", "TOTOK", "", ""], ["", "", "", " "]])
    read, rows, _ = checked(path, MERGED)
    assert [row[2][1] for row in rows] == ["SITI", "TOTOK"] and read.row_count == 2


def test_header_of_two_merged_rows(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Data")
        for column, heading in enumerate(("ID DTKS", "NIK", "NAMA")):
            sheet.merge_range(1, column, 2, column, heading)
        sheet.write_column(1, 3, ["JENIS", "KELAMIN"])
        sheet.merge_range(1, 4, 1, 5, "BANSOS")
        sheet.write_row(2, 4, ["BPNT", "PKH"])
        sheet.write_row(3, 0, ["62A", "6271015508809001", "SITI", "PR", "YA", "TDK"])
    read, rows, issues = checked(path, BNBA)
    values = dict(zip(BNBA.fields, rows[0][2], strict=True))
    assert (values["sex"], values["bpnt"], values["pkh"]) == ("P", "YA", "TIDAK")
    assert read.mapping["sex"] == "JENIS KELAMIN" and read.header_row == 3 and issues == []


def test_sheets_that_agree_are_joined_and_others_told(tmp_path):
    path = xlsx(
        tmp_path / "a.xlsx",
        [HEAD, ROW],
        name="Pahandut",
        more=[
            ("Sebangau", [["JUDUL"], [], HEAD[:3], ROW[:3]], False),
            ("Kosong", [HEAD], False),
            ("Catatan", [["Yth."]], False),
            ("Tanpa NIK", [HEAD[1:], ROW[1:]], False),
            ("Sheet3", [], False),
            ("Daftar pilihan", [["L"], ["P"]], True),
        ],
    )
    read, rows, _ = checked(path, MERGED)
    assert [(sheet, number) for sheet, number, _ in rows] == [("Pahandut", 2), ("Sebangau", 4)]
    assert {(what, why) for what, _, why in read.left_out} == {
        ("lembar Kosong", "tidak berisi baris data"),
        ("lembar Catatan", "judul kolomnya berbeda"),
        ("lembar Tanpa NIK", "tanpa kolom NIK"),
        ("lembar Sheet3", "kosong"),
        ("lembar Daftar pilihan", "judul kolomnya berbeda, lembar tersembunyi"),
    }


def test_the_layout_that_fits_best_is_chosen(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", [HEAD, ROW])
    assert checked(path, BNBA, MERGED)[0].layout_key == MERGED.key
    wide = [column.heading for column in BNBA.columns]
    path = xlsx(tmp_path / "b.xlsx", [wide, ["x"] * len(wide)])
    assert checked(path, MERGED, BNBA)[0].layout_key == BNBA.key


def test_merged_cells_are_filled_down_and_told(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", [HEAD, ROW, [ROW[0], "BUDI", "", "1"]])
    _, rows, issues = checked(path, MERGED)
    assert [row[2][0] for row in rows] == ["PAHANDUT", "PAHANDUT"]
    assert [(issue.row, issue.field, issue.code) for issue in issues] == [
        (3, "district", "DIISI_DARI_ATAS")
    ]


def test_formulas_give_their_cached_value_and_are_told_without_one(tmp_path):
    path = tmp_path / "a.xlsx"
    book = Workbook()
    book.active.append(HEAD)
    book.active.append(["=A1", "SITI", "PAHANDUT", "=1+1"])
    book.save(path)
    _, rows, issues = checked(path, MERGED)
    assert rows[0][2] == ["PAHANDUT", "SITI", "", ""]
    assert {(issue.field, issue.code) for issue in issues} == {
        ("nik", "RUMUS_TANPA_NILAI"),
        ("paid", "RUMUS_TANPA_NILAI"),
    }
    with xlsxwriter.Workbook(str(path)) as cached:
        sheet = cached.add_worksheet()
        sheet.write_row(0, 0, HEAD)
        sheet.write_row(1, 0, ROW)
        sheet.write_formula(1, 3, "=100000*2", None, 200000)
    _, rows, issues = checked(path, MERGED)
    assert rows[0][2][3] == "200000" and issues == []


def test_error_values_of_excel_are_told(tmp_path):
    _, rows, issues = checked(xlsx(tmp_path / "a.xlsx", [HEAD, ["#N/A", *ROW[1:]]]), MERGED)
    assert rows[0][2][2] == "" and issues[0].code == "SEL_GALAT" and issues[0].before == "#N/A"


def test_a_column_of_damaged_numbers_is_told_once_for_the_file(tmp_path):
    damaged = [[6271015508800000.0 + 9010 + 10 * i, "SITI", "A", 1] for i in range(30)]
    _, _, issues = checked(xlsx(tmp_path / "a.xlsx", [HEAD, *damaged]), MERGED)
    of_file = [issue for issue in issues if issue.row == 0]
    assert [(issue.field, issue.code) for issue in of_file] == [("nik", "KOLOM_ANGKA_RUSAK")]
    assert "30 dari 30" in of_file[0].message
    sound = [[6271015508809000.0 + i, "SITI", "A", 1] for i in range(1, 40)]
    _, _, issues = checked(xlsx(tmp_path / "b.xlsx", [HEAD, *sound]), MERGED)
    assert {issue.code for issue in issues} == {"SEL_ANGKA", "SEL_ANGKA_BERAKHIR_0"}


def test_numbers_damaged_before_they_became_text_are_told_once_for_the_file(tmp_path):
    damaged = [[f"62710155088{9010 + 10 * i:05}", "SITI", "A", 1] for i in range(30)]
    _, _, issues = checked(xlsx(tmp_path / "a.xlsx", [HEAD, *damaged]), MERGED)
    assert [(issue.row, issue.field, issue.code) for issue in issues] == [
        (0, "nik", "KOLOM_ANGKA_RUSAK")
    ]
    assert "30 dari 30" in issues[0].message
    sound = [[f"62710155088{9001 + i:05}", "SITI", "A", 1] for i in range(60)]
    _, _, issues = checked(xlsx(tmp_path / "b.xlsx", [HEAD, *sound]), MERGED)
    assert issues == []


def test_row_rules_see_the_context_and_can_set_derived_fields(tmp_path):
    wide = {
        "ID DTKS": "1",
        "NIK": "6271015508809001",
        "NAMA": "SITI",
        "DESA": "PAHANDUT",
        "KECAMATAN": "PAHANDUT",
        "TGL LAHIR": date(2022, 1, 1),
    }
    path = xlsx(tmp_path / "a.xlsx", [list(wide), list(wide.values())])
    _, rows, issues = checked(path, BNBA)
    assert rows[0][2][-1] == "PAHANDUT, PAHANDUT"
    assert [(i.row, i.field, i.code, i.before) for i in issues] == [
        (2, "birth_date", "TANGGAL_DEPAN", "01-01-2022")
    ]


def test_equal_keys_of_other_types_are_not_confused(tmp_path):
    layout = Layout("t", "T", (Column("a", "A1", cells.text), Column("b", "B1", cells.text)))
    path = xlsx(tmp_path / "a.xlsx", [["A1", "B1"], ["x", 1.0], ["x", True], ["x", "1"]])
    _, rows, _ = checked(path, layout)
    assert [row[2][1] for row in rows] == ["1", "YA", "1"]


def test_batches_and_forgetting_change_nothing(tmp_path, monkeypatch):
    rows = [[f"62710155088{i:05d}", f"NAMA {'ABC'[i % 3]}", "", i] for i in range(9001, 9101)]
    path = xlsx(tmp_path / "a.xlsx", [HEAD, *rows])
    at_once = checked(path, MERGED)
    monkeypatch.setattr(checking, "BATCH_ROWS", 7)
    monkeypatch.setattr(checking, "_MEMO_CELLS", 3)
    assert checked(path, MERGED) == at_once
    assert len(at_once[1]) == 100


ENCODINGS = {
    "utf-8": ("utf-8", ";"),
    "utf-8 with bom": ("utf-8-sig", ","),
    "utf-16": ("utf-16", "\t"),
    "cp1252": ("cp1252", ";"),
    "pipes": ("utf-8", "|"),
    "utf-16 without bom": ("utf-16-le", "|"),
}


@pytest.mark.parametrize("case", ENCODINGS)
def test_text_files(tmp_path, case):
    encoding, delimiter = ENCODINGS[case]
    path = tmp_path / "daftar.xls"
    lines = [HEAD, ["6271015508809001", "RENÉ", "PAHANDUT", "200000"], ROW]
    text = "\r\n".join(delimiter.join(line) for line in lines) + "\r\n\r\n"
    path.write_bytes(text.encode(encoding))
    read, rows, issues = checked(path, MERGED)
    assert [row[2][1] for row in rows] == ["RENÉ", "SITI"]
    assert [row[1] for row in rows] == [2, 3] and issues == []
    assert read.sheets[0].name == "Teks"


def test_a_stray_quote_swallows_no_rows_and_a_surplus_cell_is_told(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text('NIK|NAMA|KECAMATAN|NILAI\n6|"SITI|A|1\n6|B|A|1|9\n6|C|A\n')
    _, rows, issues = checked(path, MERGED)
    assert [row[2][1] for row in rows] == ['"SITI', "B", "C"]
    assert [(i.row, i.before) for i in issues if i.code == "KOLOM_BERLEBIH"] == [(3, "9")]


def test_data_without_a_heading_are_told(tmp_path):
    rows = [[*HEAD, "", ""], [*ROW, "", "x"], [*ROW, "", ""]]
    _, _, issues = checked(xlsx(tmp_path / "a.xlsx", rows), MERGED)
    assert [(issue.row, issue.code) for issue in issues] == [(0, "KOLOM_TANPA_JUDUL")]
    assert issues[0].message.startswith("Kolom F ")


def test_workbooks_of_the_1904_system(tmp_path):
    path = tmp_path / "a.xlsx"
    options = {"date_1904": True, "default_date_format": "dd/mm/yyyy"}
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["ID DTKS", "NIK", "NAMA", "TGL LAHIR"])
        sheet.write_row(1, 0, ["1", ROW[0], "SITI"])
        sheet.write_datetime(1, 3, date(1973, 7, 1))
    _, rows, _ = checked(path, BNBA)
    assert rows[0][2][12] == "1973-07-01"


ODS = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body>'
    '<office:spreadsheet><table:table table:name="Data">{rows}'
    '<table:table-row table:number-rows-repeated="1048000">'
    '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    "</table:table></office:spreadsheet></office:body></office:document-content>"
)


def test_ods_with_a_million_repeated_blank_rows(tmp_path):
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    rows = "".join(
        "<table:table-row>" + "".join(map(cell.format, row)) + "</table:table-row>"
        for row in (HEAD, ROW)
    )
    path = tmp_path / "a.ods"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", '<?xml version="1.0"?>' + ODS.format(rows=rows))
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    events = list(check_in_child(path, DOTTED, CONTEXT))
    assert events[1].rows == [("Data", 2, ["PAHANDUT", "SITI", ROW[0], "200000"])]


def test_xls(tmp_path):
    xlwt = pytest.importorskip("xlwt")
    book = xlwt.Workbook()
    sheet = book.add_sheet("Data")
    for number, row in enumerate([HEAD, ROW]):
        for at, cell in enumerate(row):
            sheet.write(number, at, cell)
    book.save(str(tmp_path / "a.xls"))
    assert checked(tmp_path / "a.xls", MERGED)[1][0][2][1] == "SITI"


def test_the_child_tells_the_same(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", [*GOOD_ROWS, ["", "BUDI 2", "6,2E+15", "x"]])
    read, *batches = check_in_child(path, DOTTED, CONTEXT)
    packed = [(batch.rows, batch.issues, batch.done, batch.total) for batch in batches]
    assert [read, *packed] == list(check_file(path, [MERGED], CONTEXT))


def test_the_child_passes_refusals_on(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"%PDF-1.4")
    with pytest.raises(SheetRefused) as caught:
        list(check_in_child(path, DOTTED, CONTEXT))
    assert caught.value.code == "JENIS_BERKAS" and "PDF" in caught.value.message


ENDS = {"DYING": "TERLALU_BESAR", "DEVOURING": "TERLALU_BESAR", "DAWDLING": "TERLALU_LAMA"}


@pytest.mark.parametrize("name", ENDS)
def test_a_child_that_ends_early_costs_one_sentence(tmp_path, name):
    path = xlsx(tmp_path / "a.xlsx", GOOD_ROWS)
    context = CheckContext(date(2021, 11, 23))
    layouts = [f"tests.spreadsheets.test_checking:{name}"]
    seconds = 0.9 if name == "DAWDLING" else 60
    with pytest.raises(SheetRefused) as caught:
        list(check_in_child(path, layouts, context, seconds=seconds))
    assert caught.value.code == ENDS[name]


def test_a_mistake_in_a_rule_is_the_portals_and_logs_no_cell(tmp_path, caplog):
    path = xlsx(tmp_path / "a.xlsx", GOOD_ROWS)
    layouts = ["tests.spreadsheets.test_checking:EXPLODING"]
    with caplog.at_level(logging.ERROR), pytest.raises(SheetRefused) as caught:
        list(check_in_child(path, layouts, CONTEXT))
    assert caught.value.code == "GALAT_PORTAL"
    assert "explode" in caplog.text and "KeyError" in caplog.text
    assert "6271015508809001" not in caplog.text


def test_the_child_ends_with_its_consumer(tmp_path, monkeypatch):
    started = []
    popen = limited.subprocess.Popen
    monkeypatch.setattr(
        limited.subprocess, "Popen", lambda *a, **k: started.append(popen(*a, **k)) or started[0]
    )
    path = xlsx(tmp_path / "a.xlsx", GOOD_ROWS)
    events = check_in_child(path, ["tests.spreadsheets.test_checking:DAWDLING"], CONTEXT)
    assert isinstance(next(events), FileRead)
    events.close()
    assert started[0].poll() is not None


def test_a_cell_at_the_end_of_the_world_costs_no_memory(tmp_path):
    """The row says 2, its cell says 1,048,576: only the limit of the child can stop this."""
    good = xlsx(tmp_path / "good.xlsx", GOOD_ROWS)
    xml = part(good, SHEET_XML).replace(b'r="D2"', b'r="XFD1048576"')
    path = rezip(good, tmp_path / "far.xlsx", {SHEET_XML: xml})
    with pytest.raises(SheetRefused) as caught:
        list(check_in_child(path, DOTTED, CONTEXT))
    assert caught.value.code in ("TERLALU_BESAR", "BERKAS_RUSAK")


def test_a_large_workbook_read_sheet_by_sheet_gives_the_same(tmp_path, monkeypatch):
    path = xlsx(tmp_path / "a.xlsx", [HEAD, ROW], more=[("B", [HEAD, ROW], False)])
    at_once = checked(path, MERGED)
    monkeypatch.setattr(reading, "_KEPT_CELLS", 1)
    assert checked(path, MERGED) == at_once and len(at_once[1]) == 2


def test_progress_reaches_the_total(tmp_path, monkeypatch):
    monkeypatch.setattr(checking, "BATCH_ROWS", 1)
    path = xlsx(tmp_path / "a.xlsx", GOOD_ROWS)
    batches = [event for event in check_file(path, [MERGED], CONTEXT) if isinstance(event, Batch)]
    assert [(batch.done, batch.total) for batch in batches] == [(1, 2), (2, 2)]
