"""Every file that cannot be taken costs one clear Indonesian sentence."""

import re
import struct
import zipfile

import pytest
import xlsxwriter
import xlwt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

from spreadsheets import guard
from spreadsheets.checking import check_file
from spreadsheets.errors import SheetRefused
from tests.spreadsheets.layouts import BNBA, MERGED
from tests.spreadsheets.makers import CONTEXT, GOOD_ROWS, SHEET_XML, part, rezip, xlsx


@pytest.fixture
def good(tmp_path):
    return xlsx(tmp_path / "good.xlsx", GOOD_ROWS)


def refusal(path, *layouts) -> SheetRefused:
    with pytest.raises(SheetRefused) as caught:
        list(check_file(path, layouts or (MERGED,), CONTEXT))
    message = caught.value.message
    assert re.fullmatch(r"[A-Z0-9_]{3,30}", caught.value.code)
    # One sentence, without exclamation, that says what to do.
    assert message[0].isupper() and message.endswith(".") and "!" not in message
    assert re.search(
        r"unggah|simpan|bagi|hapus|perbaiki|isi|pakai|tambahkan|salin|laporkan", message
    )
    return caught.value


BYTES = {
    "empty": (b"", "BERKAS_KOSONG"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3", "JENIS_BERKAS"),
    "png": (b"\x89PNG\r\n\x1a\n\0\0", "JENIS_BERKAS"),
    "jpeg": (b"\xff\xd8\xff\xe0\0\x10JFIF", "JENIS_BERKAS"),
    "rar": (b"Rar!\x1a\x07\0", "JENIS_BERKAS"),
    "binary": (b"\x01\x02\0\x03\xfe\x80" * 20, "JENIS_BERKAS"),
    "html as xls": (b"\xef\xbb\xbf\n<html><body><table><tr><td>NIK</td></tr>", "HTML"),
    "table as xls": (b"<TABLE border=1><tr><td>NIK</td></tr></TABLE>", "HTML"),
    "xml 2003": (b'<?xml version="1.0"?><Workbook></Workbook>', "XML"),
    "truncated zip": (b"PK\x03\x04\x14\0\0\0\x08\0", "BERKAS_RUSAK"),
    "encrypted": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500 + "EncryptedPackage".encode("utf-16-le"),
        "BERSANDI",
    ),
    "word 97": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500 + "WordDocument".encode("utf-16-le"),
        "JENIS_BERKAS",
    ),
    "broken xls": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500 + "Workbook".encode("utf-16-le"),
        "BERKAS_RUSAK",
    ),
    "plain text": (b"Kepada Yth. Kepala Dinas\nHal: daftar\n", "TANPA_JUDUL_KOLOM"),
    "csv without rows": (b"NAMA;NIK\n", "TANPA_DATA"),
    "unreadable utf-16": (b"\xff\xfe\x00\xd8\x00\xd8\x41", "TEKS_TIDAK_TERBACA"),
}


@pytest.mark.parametrize("case", BYTES)
def test_bytes_of_another_kind(tmp_path, case):
    content, code = BYTES[case]
    path = tmp_path / "kiriman.xlsx"
    path.write_bytes(content)
    assert refusal(path).code == code


def test_truncated_workbook(good):
    content = good.read_bytes()
    good.write_bytes(content[: len(content) * 2 // 3])
    assert refusal(good).code == "BERKAS_RUSAK"


def test_zip_and_word_renamed(tmp_path):
    path = tmp_path / "foto.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("foto.jpg", b"\xff\xd8\xff")
    assert "arsip zip" in refusal(path).message
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<document/>")
    assert "Word" in refusal(path).message


def test_zip_bomb_that_says_so(good, tmp_path):
    bomb = rezip(good, tmp_path / "bomb.xlsx", {"xl/media/a.xml": b"\0" * (30 * 2**20)})
    assert refusal(bomb).code == "BOM_ZIP"


def test_zip_bomb_whose_directory_lies(good, tmp_path):
    """The directory declares 100 bytes for a part of 30 MB."""
    size = 30 * 2**20
    bomb = rezip(good, tmp_path / "bomb.xlsx", {"xl/worksheets/a.xml": b" " * size})
    content = bomb.read_bytes()
    assert content.count(struct.pack("<I", size)) >= 2
    bomb.write_bytes(content.replace(struct.pack("<I", size), struct.pack("<I", 100)))
    assert refusal(bomb).code == "BERKAS_RUSAK"


def test_entity_bomb_in_any_part(good, tmp_path):
    entities = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    for name in (SHEET_XML, "xl/workbook.xml", "docProps/core.xml", "xl/_rels/workbook.xml.rels"):
        head, _, rest = part(good, name).partition(b"?>")
        hostile = head + b"?><!-- x -->" + entities + rest
        bomb = rezip(good, tmp_path / "bomb.xlsx", {name: hostile})
        assert refusal(bomb).code == "ISI_BERBAHAYA", name
    hidden = b"\xff\xfe" + (entities.decode() + "<worksheet/>").encode("utf-16-le")
    bomb = rezip(good, tmp_path / "bomb.xlsx", {SHEET_XML: hidden})
    assert refusal(bomb).code == "ISI_BERBAHAYA"


def test_too_many_rows(tmp_path):
    path = tmp_path / "long.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, GOOD_ROWS[0])
        sheet.write_row(1_048_575, 0, GOOD_ROWS[1])
    assert refusal(path).code == "TERLALU_BANYAK_BARIS"


def test_too_many_csv_rows(tmp_path, monkeypatch):
    monkeypatch.setattr(guard, "MAX_ROWS", 3)
    path = tmp_path / "long.csv"
    path.write_text("NAMA;NIK\n" + "SITI;6271015508809001\n" * 4)
    assert refusal(path).code == "TERLALU_BANYAK_BARIS"


def test_too_many_columns(tmp_path):
    path = tmp_path / "wide.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, GOOD_ROWS[0])
        sheet.write_row(1, 0, GOOD_ROWS[1])
        sheet.write_string(1, 16_383, "x")
    assert refusal(path).code == "TERLALU_BANYAK_KOLOM"
    text = tmp_path / "wide.csv"
    text.write_text("\n".join(["NAMA;NIK" + ";x" * 250] * 3))
    assert refusal(text).code == "TERLALU_BANYAK_KOLOM"


def test_a_million_blank_rows_are_no_rows(good, tmp_path):
    """Formatted but empty cells down to the last row of Excel, and a dimension that says so."""
    xml = part(good, SHEET_XML)
    blank = b"".join(
        b'<row r="%d"><c r="A%d" s="0"/></row>' % (row, row) for row in range(1_048_000, 1_048_577)
    )
    xml = re.sub(rb'<dimension ref="[^"]+"', b'<dimension ref="A1:XFD1048576"', xml)
    path = rezip(
        good,
        tmp_path / "b.xlsx",
        {SHEET_XML: xml.replace(b"</sheetData>", blank + b"</sheetData>")},
    )
    read, *_ = check_file(path, [MERGED], CONTEXT)
    assert read.row_count == 2


def test_no_header_names_the_expected_headings(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", [["1", "2"], ["SITI", "6271015508809001"]])
    assert "NAMA" in refusal(path).message and "NIK" in refusal(path).message


def test_missing_required_heading_is_named(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", [["KECAMATAN", "NAMA"], ["PAHANDUT", "SITI"]])
    refused = refusal(path)
    assert refused.code == "KOLOM_KURANG" and "NIK" in refused.message


def test_two_columns_claiming_one_field(tmp_path):
    rows = [["ID DTKS", "NAMA", "NIK", "No. KTP"], ["1", "SITI", "6271015508809001", "6"]]
    refused = refusal(xlsx(tmp_path / "a.xlsx", rows), BNBA)
    assert refused.code == "KOLOM_GANDA"
    assert "“NIK”" in refused.message and "“No. KTP”" in refused.message


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_arbitrary_bytes(tmp_path, content):
    path = tmp_path / "any.csv"
    path.write_bytes(content)
    with pytest.raises(SheetRefused):
        list(check_file(path, [MERGED], CONTEXT))


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_flipped_bytes_of_a_workbook(tmp_path, data):
    """A damaged workbook is read or refused; nothing else."""
    path = tmp_path / "good.xlsx"
    if not path.exists():
        xlsx(path, GOOD_ROWS)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(content)
    try:
        read, *_ = check_file(broken, [MERGED], CONTEXT)
    except SheetRefused:
        return
    assert read.layout_key == MERGED.key


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_mutated_sheet_xml(tmp_path, data):
    """The same inside the archive, with a correct checksum."""
    path = tmp_path / "good.xlsx"
    if not path.exists():
        xlsx(path, GOOD_ROWS)
    name = data.draw(st.sampled_from([SHEET_XML, "xl/workbook.xml", "xl/sharedStrings.xml"]))
    xml = bytearray(part(path, name))
    for _ in range(data.draw(st.integers(1, 3))):
        xml[data.draw(st.integers(0, len(xml) - 1))] = data.draw(st.integers(32, 126))
    broken = rezip(path, tmp_path / "broken.xlsx", {name: bytes(xml)})
    try:
        read, *_ = check_file(broken, [MERGED], CONTEXT)
    except SheetRefused:
        return
    assert read.layout_key == MERGED.key


@pytest.mark.parametrize(
    ("row", "column", "code"), [(65_000, 130, "TERLALU_BESAR"), (9, 250, "TERLALU_BANYAK_KOLOM")]
)
def test_a_cell_far_away_in_an_old_workbook(tmp_path, row, column, code):
    """The reading library would take memory for every place up to there."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("Data")
    sheet.write(0, 0, "NIK")
    sheet.write(row, column, 1)
    book.save(str(tmp_path / "far.xls"))
    assert refusal(tmp_path / "far.xls").code == code


def test_a_row_of_opendocument_said_to_be_there_a_million_times(tmp_path):
    document = OpenDocumentSpreadsheet()
    table = Table(name="Data")
    for times in (1, 2**20):
        row = TableRow(numberrowsrepeated=times)
        for text in ("NIK", "NAMA", "NILAI", "KECAMATAN", "ALAMAT", "RT", "RW"):
            cell = TableCell(valuetype="string")
            cell.addElement(P(text=text))
            row.addElement(cell)
        table.addElement(row)
    document.spreadsheet.addElement(table)
    document.save(str(tmp_path / "many.ods"))
    assert refusal(tmp_path / "many.ods").code == "TERLALU_BESAR"
