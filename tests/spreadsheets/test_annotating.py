"""The sender's workbook comes back with notes, else untouched, and may be sent again as it is."""

import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
import xlsxwriter
from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill

from beneficiaries.sheets import DTKS_BNBA
from regions.codes import RegionIndex, load_regions
from spreadsheets.annotating import annotate, annotated_ending
from spreadsheets.errors import SheetRefused
from spreadsheets.layout import Issue
from spreadsheets.writing import prefilled, template
from tests.spreadsheets.layouts import BNBA, MERGED
from tests.spreadsheets.makers import CONTEXT, GOOD_ROWS, SHEET_XML, checked, part, rezip, xlsx

RED = "FFF9D3CF"
# The order that the standard prescribes for the children of a worksheet (ECMA-376, 18.3.1.99).
ORDER = (
    "sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetProtection autoFilter"
    " mergeCells conditionalFormatting dataValidations pageMargins pageSetup drawing legacyDrawing"
    " tableParts extLst"
)


def annotated(source, target, *, read, issues, summary=()):
    """Annotates, and looks whether every part is XML as the standard has it."""
    annotate(source, target, issues, summary=summary, read=read)
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert len(names) == len(set(names))
        for name in names:
            if name.endswith((".xml", ".rels", ".vml")):
                root = ElementTree.fromstring(archive.read(name))
            if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name):
                children = [child.tag.rpartition("}")[2] for child in root]
                places = [ORDER.split().index(child) for child in children]
                assert places == sorted(places), children
                for row in root.iter("{*}row"):
                    columns = [
                        openpyxl.utils.cell.coordinate_from_string(cell.get("r"))[0] for cell in row
                    ]
                    numbers = [openpyxl.utils.column_index_from_string(one) for one in columns]
                    assert numbers == sorted(set(numbers))
        types = archive.read("[Content_Types].xml").decode()
        listed = re.findall(r'PartName="/([^"]+)"', types)
        assert set(listed) <= set(names)
    return openpyxl.load_workbook(target, keep_vba=annotated_ending(target) == ".xlsm")


@pytest.fixture
def formatted(tmp_path):
    """An officer's own workbook: title, colours, widths, a formula, text like a formula."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Pahandut"
    sheet.append(["DAFTAR PENERIMA"])
    sheet["A1"].font = Font(bold=True, size=20)
    sheet.append(GOOD_ROWS[0])
    sheet["B2"].fill = PatternFill("solid", fgColor="00FF00")
    sheet.append(["PAHANDUT", "=1+1", "6271015508809001", "200000"])
    sheet["B3"].data_type = "s"
    sheet.append(["PAHANDUT", "BUDI", "627101550880900", "x"])
    sheet.append(["PAHANDUT", "RINA", "6271015508809003", "200000"])
    sheet.column_dimensions["B"].width = 44
    book.create_sheet("Lain")["A1"] = "catatan kecamatan"
    path = tmp_path / "kiriman.xlsx"
    book.save(path)
    return path


def test_the_senders_workbook_comes_back_annotated_and_can_be_sent_again(formatted, tmp_path):
    read, rows, issues = checked(formatted, MERGED)
    target = tmp_path / "catatan.xlsx"
    of_file = Issue(0, "nik", "X", "warning", "Kolom NIK rusak.", "", "")
    annotate(formatted, target, [*issues, of_file], summary=[("Baris data", 3)], read=read)
    book = openpyxl.load_workbook(target)
    sheet = book["Pahandut"]
    assert sheet["E2"].value == "CATATAN PORTAL"
    assert "NIK: Nomor berisi 15 angka" in sheet["E4"].value
    assert sheet["E5"].value is None
    assert sheet["C4"].fill.fgColor.rgb == RED and "15 angka" in sheet["C4"].comment.text
    assert sheet["A1"].font.size == 20 and sheet.column_dimensions["B"].width == 44
    assert sheet["B2"].fill.fgColor.rgb == "0000FF00"
    assert sheet["B3"].value == "=1+1" and sheet["B3"].data_type == "s"
    summary = [row for row in book["Ringkasan"].iter_rows(values_only=True) if any(row)]
    assert ("Baris data", 3) in summary and ("Seluruh berkas", "Kolom NIK rusak.") in summary
    again, same_rows, same_issues = checked(target, MERGED)
    assert same_rows == rows and same_issues == issues
    assert again.left_out == read.left_out and again.unknown == read.unknown


def test_a_repaired_workbook_loses_the_old_marks(formatted, tmp_path):
    read, _, issues = checked(formatted, MERGED)
    first, second = tmp_path / "1.xlsx", tmp_path / "2.xlsx"
    annotate(formatted, first, issues, summary=[], read=read)
    book = openpyxl.load_workbook(first)
    book["Pahandut"]["C4"] = "6271015508809002"
    book["Pahandut"]["D4"] = "200000"
    book["Pahandut"]["B3"] = "SITI"
    book.save(first)
    read, rows, issues = checked(first, MERGED)
    assert issues == [] and len(rows) == 3
    annotate(first, second, issues, summary=[], read=read)
    sheet = openpyxl.load_workbook(second)["Pahandut"]
    assert sheet["C4"].comment is None and sheet["C4"].fill.fill_type is None
    assert [cell.value for cell in sheet["E"]] == [None, "CATATAN PORTAL", None, None, None]
    assert sheet.max_column == 5
    assert openpyxl.load_workbook(second).sheetnames == ["Pahandut", "Lain", "Ringkasan"]


def test_a_prefilled_sheet_keeps_its_identity_when_annotated(tmp_path):
    source, target = tmp_path / "p.xlsx", tmp_path / "a.xlsx"
    person = {"register_id": "62A", "nik": "6271015508809001", "name": "SITI"}
    prefilled(BNBA, [person], source, identity={"round": "4"}, title="V", filled={*person})
    read, rows, issues = checked(source, BNBA)
    annotate(source, target, issues, summary=[], read=read)
    again, same_rows, _ = checked(target, BNBA)
    assert again.identity == read.identity and same_rows == rows
    assert openpyxl.load_workbook(target)["Data"].protection.sheet


def test_other_formats_come_back_as_xlsx_with_the_same_rows(tmp_path):
    source, target = tmp_path / "a.csv", tmp_path / "a.xlsx"
    source.write_text(
        "Daftar;;;\n\nNIK;NAMA;KECAMATAN;NILAI\n62;=1+1;A;1\n6271015508809001;B;A;1\n"
    )
    read, rows, issues = checked(source, MERGED)
    annotate(source, target, issues, summary=[("Baris data", 2)], read=read)
    again, same_rows, same_issues = checked(target, MERGED)
    assert [(number, values) for _, number, values in same_rows] == [
        (number, values) for _, number, values in rows
    ]
    assert [issue.code for issue in same_issues] == [issue.code for issue in issues]
    assert again.unknown == []
    sheet = openpyxl.load_workbook(target)["Teks"]
    assert sheet["B4"].data_type == "s" and "2 angka" in sheet["E4"].value
    # Sent a second time, it is annotated in place.
    annotate(target, tmp_path / "b.xlsx", same_issues, summary=[], read=again)
    assert openpyxl.load_workbook(tmp_path / "b.xlsx")["Teks"].max_column == 5


def test_comments_are_capped_and_colours_are_not(tmp_path, monkeypatch):
    monkeypatch.setattr("spreadsheets.annotating.MAX_COMMENTS", 3)
    path = xlsx(tmp_path / "a.xlsx", [GOOD_ROWS[0], *[["A", "B", "12", "1"]] * 9])
    read, _, issues = checked(path, MERGED)
    annotate(path, tmp_path / "b.xlsx", issues, summary=[], read=read)
    sheet = openpyxl.load_workbook(tmp_path / "b.xlsx")["Data"]
    assert sum(cell.comment is not None for cell in sheet["C"]) == 3
    assert sum(cell.fill.fill_type == "solid" for cell in sheet["C"]) == 9


def test_a_workbook_with_a_summary_of_its_own_keeps_it(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", GOOD_ROWS, more=[("Ringkasan", [["milik kecamatan"]], False)])
    read, _, issues = checked(path, MERGED)
    annotate(path, tmp_path / "b.xlsx", issues, summary=[], read=read)
    names = openpyxl.load_workbook(tmp_path / "b.xlsx").sheetnames
    assert names == ["Data", "Ringkasan", "Ringkasan Portal"]


def test_macros_are_kept(tmp_path):
    source = xlsx(tmp_path / "a.xlsx", GOOD_ROWS)
    with zipfile.ZipFile(source, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
    read, _, issues = checked(source, MERGED)
    annotate(source, tmp_path / "b.xlsm", issues, summary=[], read=read)
    assert part(tmp_path / "b.xlsm", "xl/vbaProject.bin") == b"macro"


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63606060"
    "f80f00010401005fe5c34b0000000049454e44ae426082"
)


@pytest.fixture
def rich(tmp_path):
    """A workbook as careful officers make it, with whatever Excel offers."""
    path = tmp_path / "lengkap.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        money = book.add_format({"num_format": "#,##0", "border": 1, "bg_color": "#D9EAD3"})
        title = book.add_format({"bold": True, "align": "center"})
        for name, district in (("Pahandut", "PAHANDUT"), ("Sabangau", "SABANGAU")):
            sheet = book.add_worksheet(name)
            sheet.merge_range("A1:D1", "DAFTAR PENERIMA", title)
            sheet.merge_range("A3:A4", "KECAMATAN", title)
            for column, heading in enumerate(("NAMA", "NIK", "NILAI"), start=1):
                sheet.merge_range(2, column, 3, column, heading, title)
            sheet.merge_range("A5:A7", district)
            people = ("SITI", "6271015508809001"), ("BUDI", "627101550880900"), ("RINA", "12")
            for row, (person, nik) in enumerate(people, start=4):
                sheet.write_string(row, 1, person)
                sheet.write_string(row, 2, nik)
                sheet.write_formula(row, 3, f"=200000*{row - 3}", money, 200000 * (row - 3))
            sheet.write_comment("C6", "Tanya Pak Lurah", {"author": "Hendra"})
            sheet.set_row(6, None, None, {"hidden": True})
            sheet.set_column("B:B", 33)
            sheet.set_column("E:XFD", None, None, {"hidden": True})
            sheet.freeze_panes(4, 1)
            sheet.autofilter("A4:D7")
            sheet.data_validation("D5:D99", {"validate": "integer", "criteria": ">", "value": 0})
            sheet.conditional_format(
                "D5:D99", {"type": "cell", "criteria": ">", "value": 5, "format": title}
            )
            sheet.insert_image("F2", "titik.png", {"image_data": io.BytesIO(PIXEL)})
            chart = book.add_chart({"type": "column"})
            chart.add_series({"values": f"={name}!$D$5:$D$7"})
            sheet.insert_chart("F9", chart)
        hidden = book.add_worksheet("Arsip")
        hidden.write_string(0, 0, "lama")
        hidden.hide()
        book.define_name("Tarif", "=Pahandut!$D$5")
    return path


def parts_of(path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_rich_workbook_keeps_everything_and_reads_the_same(rich, tmp_path):
    read, rows, issues = checked(rich, MERGED)
    assert [sheet.name for sheet in read.sheets] == ["Pahandut", "Sabangau"]
    assert {issue.code for issue in issues if issue.level == "error"}
    target = tmp_path / "a.xlsx"
    book = annotated(rich, target, read=read, issues=issues)
    again, same_rows, same_issues = checked(target, MERGED)
    assert (same_rows, same_issues) == (rows, issues)
    assert (again.left_out, again.unknown) == (read.left_out, read.unknown)
    old, new = parts_of(rich), parts_of(target)
    assert old.keys() <= new.keys()
    changed = {name for name in old if old[name] != new[name]}
    sheets = {f"xl/worksheets/sheet{n}.xml" for n in (1, 2)}
    assert sheets <= changed
    assert not {name for name in changed if re.search("media|drawing[0-9]*.xml|chart|theme", name)}
    for name in ("Pahandut", "Sabangau"):
        sheet = book[name]
        assert sheet["E3"].value == "CATATAN PORTAL"
        assert "E" not in sheet.column_dimensions or not sheet.column_dimensions["E"].hidden
        assert sheet.column_dimensions["F"].hidden
        assert sheet.column_dimensions["B"].width == pytest.approx(33.7, abs=0.1)
        assert sheet.row_dimensions[7].hidden
        assert sheet.freeze_panes == "B5" and sheet.auto_filter.ref == "A4:D7"
        assert sheet.data_validations.dataValidation and sheet.conditional_formatting
        assert sheet["D6"].value == "=200000*2" and sheet["D6"].number_format == "#,##0"
        assert sheet["D6"].fill.fgColor.rgb == "FFD9EAD3"
        assert sheet["C6"].fill.fgColor.rgb == sheet["C7"].fill.fgColor.rgb == RED
        assert sheet["C6"].comment.text == "Tanya Pak Lurah"  # the sender's own stays
        assert sheet["C7"].comment.author == "Portal Sembako"
    assert book["Arsip"].sheet_state == "hidden" and "Tarif" in book.defined_names
    assert new[f"xl/worksheets/sheet{1}.xml"].count(b"<v>400000</v>") == 1


def test_a_repaired_rich_workbook_has_the_same_rows_and_no_issue_left(rich, tmp_path):
    read, rows, issues = checked(rich, MERGED)
    first, second = tmp_path / "1.xlsx", tmp_path / "2.xlsx"
    book = annotated(rich, first, read=read, issues=issues)
    serial = 9101
    for sheet in (book["Pahandut"], book["Sabangau"]):
        for number in (6, 7):
            sheet.cell(number, 3).value = f"627101550880{serial}"
            serial += 1
            sheet.cell(number, 4).value = 400000  # openpyxl saves formulas without their values
        sheet["D5"].value = 200000
        sheet["C5"].value = f"627101550880{serial}"
        serial += 1
    book.save(first)
    again, repaired, left = checked(first, MERGED)
    assert [(sheet, number) for sheet, number, _ in repaired] == [
        (sheet, number) for sheet, number, _ in rows
    ]
    assert not [issue for issue in left if issue.level != "info"]
    book = annotated(first, second, read=again, issues=left)
    assert book["Pahandut"]["C7"].comment is None and book["Pahandut"]["C6"].comment is not None
    assert book["Pahandut"]["C7"].fill.fill_type is None
    assert book.sheetnames == ["Pahandut", "Sabangau", "Arsip", "Ringkasan"]


def test_a_second_check_of_the_same_file_writes_the_same_notes_once(rich, tmp_path):
    read, _, issues = checked(rich, MERGED)
    first, second = tmp_path / "1.xlsx", tmp_path / "2.xlsx"
    annotated(rich, first, read=read, issues=issues)
    again, _, same = checked(first, MERGED)
    annotated(first, second, read=again, issues=same)
    one, two = (openpyxl.load_workbook(path)["Sabangau"] for path in (first, second))
    assert [[cell.value for cell in row] for row in one] == [
        [cell.value for cell in row] for row in two
    ]
    assert one["C7"].comment.text == two["C7"].comment.text
    assert part(second, "xl/drawings/vmlDrawing1.vml").count(b"<x:Row>") == 2


def test_what_lies_under_a_merged_cell_is_told_in_the_notes_only(rich, tmp_path):
    read, _, _ = checked(rich, MERGED)
    issue = Issue(6, "district", "X", "error", "Kecamatan tidak dikenal.", "", "", "Pahandut")
    book = annotated(rich, tmp_path / "a.xlsx", read=read, issues=[issue])
    assert "Kecamatan tidak dikenal." in book["Pahandut"]["E6"].value
    assert b'r="A6"' not in part(tmp_path / "a.xlsx", SHEET_XML)


def test_cells_that_were_never_written_are_coloured_where_they_would_stand(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", [GOOD_ROWS[0], ["PAHANDUT", None, "6271015508809001", None]])
    read, rows, _ = checked(path, MERGED)
    issues = [
        Issue(2, name, "X", "warning", "Kosong.", "", "", "Data") for name in ("name", "paid")
    ]
    sheet = annotated(path, tmp_path / "b.xlsx", read=read, issues=issues)["Data"]
    assert [sheet.cell(2, at).fill.fgColor.rgb for at in (2, 4)] == ["FFFFEFC2"] * 2
    assert sheet["B2"].comment.text == "Kosong."
    assert checked(tmp_path / "b.xlsx", MERGED)[1] == rows


def test_the_example_row_of_a_template_stays_an_example(tmp_path):
    path = tmp_path / "t.xlsx"
    template(BNBA, path)
    book = openpyxl.load_workbook(path)
    book["Data"].append(["62A"] + [None] * 9 + ["62", "SITI"])
    book.save(path)
    read, rows, issues = checked(path, BNBA)
    annotated(path, tmp_path / "a.xlsx", read=read, issues=issues)
    again, same_rows, _ = checked(tmp_path / "a.xlsx", BNBA)
    assert (same_rows, again.left_out) == (rows, read.left_out)


def test_a_note_is_text_whatever_it_begins_with_or_holds(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", GOOD_ROWS)
    read, _, _ = checked(path, MERGED)
    issue = Issue(2, "", "X", "error", "=1+1 <b>&\x07\n\N{PILE OF POO}", "", "", "Data")
    sheet = annotated(path, tmp_path / "b.xlsx", read=read, issues=[issue])["Data"]
    assert sheet["E2"].value == "=1+1 <b>& \n\N{PILE OF POO}" and sheet["E2"].data_type == "s"


def test_rows_and_cells_without_addresses_and_with_prefixes_are_found(tmp_path):
    """As some programs write them: positions left to be counted, every element with a prefix."""
    source = xlsx(tmp_path / "a.xlsx", [*GOOD_ROWS, ["PAHANDUT", "RINA", "12", "1"]])
    xml = part(source, SHEET_XML).decode()
    xml = re.sub(r'(<(?:row|c)) r="[^"]*"', r"\1", xml)
    xml = re.sub(r"<(/?)(?=[a-z])", r"<\1x:", xml).replace("xmlns=", "xmlns:x=", 1)
    prefixed = rezip(source, tmp_path / "p.xlsx", {SHEET_XML: xml.encode()})
    read, rows, issues = checked(prefixed, MERGED)
    target = tmp_path / "b.xlsx"
    annotate(prefixed, target, issues, summary=[], read=read)
    assert checked(target, MERGED)[1] == rows
    sheet = openpyxl.load_workbook(target)["Data"]
    assert "angka" in sheet["E4"].value and sheet["C4"].fill.fgColor.rgb == RED


def test_a_formula_in_the_column_of_notes_takes_its_place_in_the_chain_with_it(tmp_path):
    source = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(source)) as book:
        sheet = book.add_worksheet("Data")
        for number, row in enumerate([[*GOOD_ROWS[0], "CATATAN PORTAL"], *GOOD_ROWS[1:]]):
            sheet.write_row(number, 0, row)
        sheet.write_formula("E2", '="x"', None, "x")
    chain = b'<calcChain xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
    types = part(source, "[Content_Types].xml").replace(
        b"</Types>",
        b'<Override PartName="/xl/calcChain.xml" ContentType="application/vnd.openxmlformats-'
        b'officedocument.spreadsheetml.calcChain+xml"/></Types>',
    )
    relations = part(source, "xl/_rels/workbook.xml.rels").replace(
        b"</Relationships>",
        b'<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        b'relationships/calcChain" Target="calcChain.xml"/></Relationships>',
    )
    with_chain = rezip(
        source,
        tmp_path / "c.xlsx",
        {
            "xl/calcChain.xml": chain,
            "[Content_Types].xml": types,
            "xl/_rels/workbook.xml.rels": relations,
        },
    )
    read, _, issues = checked(with_chain, MERGED)
    annotated(with_chain, tmp_path / "b.xlsx", read=read, issues=issues)
    left = parts_of(tmp_path / "b.xlsx")
    assert "xl/calcChain.xml" not in left and b"<f>" not in left[SHEET_XML]
    assert b"calcChain" not in left["xl/_rels/workbook.xml.rels"] + left["[Content_Types].xml"]


def test_a_workbook_without_styles_gets_its_own(tmp_path):
    source = xlsx(tmp_path / "a.xlsx", [*GOOD_ROWS, ["PAHANDUT", "RINA", "12", "1"]])
    relations = part(source, "xl/_rels/workbook.xml.rels")
    bare = rezip(
        source,
        tmp_path / "p.xlsx",
        {
            "xl/styles.xml": None,
            "[Content_Types].xml": re.sub(
                rb'<Override PartName="/xl/styles[^>]*>', b"", part(source, "[Content_Types].xml")
            ),
            "xl/_rels/workbook.xml.rels": re.sub(
                rb"<Relationship [^>]*/styles[^>]*>", b"", relations
            ),
        },
    )
    read, _, issues = checked(bare, MERGED)
    sheet = annotated(bare, tmp_path / "b.xlsx", read=read, issues=issues)["Data"]
    assert sheet["C4"].fill.fgColor.rgb == RED


def test_what_cannot_be_annotated_is_said_in_a_sentence(tmp_path):
    source = xlsx(tmp_path / "a.xlsx", GOOD_ROWS)
    odd = rezip(source, tmp_path / "p.xlsx", {"xl/styles.xml": b"<styleSheet/>"})
    read, _, issues = checked(source, MERGED)
    with pytest.raises(SheetRefused) as caught:
        annotate(odd, tmp_path / "b.xlsx", issues, summary=[], read=read)
    assert caught.value.code == "TIDAK_DAPAT_DITANDAI"


# A sheet without headings is read by its contents, names of villages among them.
IN_KAPUAS = replace(CONTEXT, regions=RegionIndex(load_regions()), options={"region": "62.03"})
SAMPLES = [
    path
    for pattern in ("baik-bnba-*", "ramai-*", "salah-kolom-*", "salah-nik-*", "salah-sel-*")
    for path in sorted((Path(__file__).parents[2] / "samples").glob(pattern))
]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_every_sample_of_a_bnba_comes_back_with_the_same_rows(path, tmp_path):
    layout = replace(DTKS_BNBA, row_rules=())
    read, rows, issues = checked(path, layout, context=IN_KAPUAS)
    annotated(path, tmp_path / "a.xlsx", read=read, issues=issues)
    again = checked(tmp_path / "a.xlsx", layout, context=IN_KAPUAS)[1]
    assert [row[1:] for row in again] == [row[1:] for row in rows]
