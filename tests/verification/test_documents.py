"""The papers are opened again and their numbers held against what went in."""

import io
from datetime import date

import docx
import openpyxl
import pytest

from tests.verification.test_lists import PLACE, ROWS
from verification.documents import (
    HEAD_ROW,
    LIST_COLUMNS,
    Paper,
    Totals,
    minutes,
    package_summary,
    write_list,
)
from verification.lists import list_hash

DIGEST = list_hash(ROWS, **PLACE)
DISTRICTS = (Totals("Basarang", 1200, 34, 56), Totals("Selat", 8000, 0, 99, refused=3))
PAPER = Paper(
    regency="Kabupaten Kapuas",
    round="Putaran II 2026",
    districts=DISTRICTS,
    villages=(Totals("Batuah", 1, 1, 1, above="Basarang"),),
    reasons=(("Pindah", 100), ("Meninggal", 55)),
    list_hash=DIGEST,
    identity={"pengesahan": "4", "round": "7", "region": "62.03"},
    number="460/123/DINSOS/2026",
    official_name="Ir. H. Contoh Uji",
    official_office="Bupati Kapuas",
    official_nip="196501011990031001",
    signed_on=date(2026, 11, 23),
)


def texts(content: bytes) -> str:
    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in document.paragraphs), *cells])


def test_the_berita_acara_tells_what_was_endorsed():
    text = texts(minutes(PAPER))
    for words in (
        "PEMERINTAH KABUPATEN KAPUAS",
        "Nomor: 460/123/DINSOS/2026",
        "Pada hari Senin tanggal 23 November 2026",
        "sebanyak 9.392 keluarga",
        "Bupati Kapuas",
        "Ir. H. Contoh Uji",
        "NIP 196501011990031001",
        PAPER.grouped_hash,
    ):
        assert words in text


def test_its_tables_add_up():
    document = docx.Document(io.BytesIO(minutes(PAPER)))
    rows = {
        row.cells[0].text: [cell.text for cell in row.cells[1:]]
        for table in document.tables[:3]
        for row in table.rows
    }
    assert rows["Jumlah penerima (tetap dan masuk)"] == ["9.234"]
    assert rows["Jumlah dalam daftar"] == ["9.392"]
    assert rows["Jumlah keluar"] == ["155"]
    assert rows["Basarang"] == ["1.200", "34", "1.234", "56"]
    assert rows["Jumlah"] == ["9.200", "34", "9.234", "155"]
    footer = document.sections[0].footer.paragraphs[0].text
    assert DIGEST in footer


def test_a_draft_leaves_room_for_pen_and_ink():
    draft = Paper(
        **{**vars(PAPER), "number": "", "official_name": "", "official_nip": "", "signed_on": None}
    )
    text = texts(minutes(draft))
    assert "Nomor: ....." in text and "tanggal ....." in text
    assert "NIP" not in text


@pytest.fixture
def book(tmp_path):
    path = tmp_path / "daftar.xlsx"
    rows = ((row, "Basarang", "Batuah") for row in ROWS)
    assert write_list(PAPER, rows, path) == 3
    return openpyxl.load_workbook(path)


def test_the_list_holds_every_family(book):
    sheet = book["Daftar"]
    assert [cell.value for cell in sheet[HEAD_ROW + 1]] == [name for name, _, _ in LIST_COLUMNS]
    first, second, third = sheet.iter_rows(min_row=HEAD_ROW + 2, values_only=True)
    assert first[:5] == (1, 1001, "62.03.08.2001", "Basarang", "Batuah")
    assert first[7] == ROWS[0].nik
    assert second[12:] == ("KELUAR", "PINDAH") and third[12] == "MASUK"
    assert DIGEST in sheet["A4"].value


def test_its_summary_has_totals_and_the_hash(book):
    sheet = book["Rekapitulasi"]
    rows = list(sheet.iter_rows(min_row=HEAD_ROW + 2, values_only=True))
    assert rows[0] == ("Basarang", "Batuah", 1, 1, 2, 1, 0, 3)
    assert rows[1][:1] + rows[1][2:] == ("Jumlah", 1, 1, 2, 1, 0, 3)
    assert ("Pindah", 100) in {(row[0], row[2]) for row in rows}
    assert DIGEST in sheet["A4"].value


def test_a_name_is_no_formula(tmp_path):
    from dataclasses import replace

    path = tmp_path / "daftar.xlsx"
    write_list(PAPER, [(replace(ROWS[0], name="=1+1"), "", "")], path)
    cell = openpyxl.load_workbook(path)["Daftar"].cell(HEAD_ROW + 2, 9)
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_the_summary_of_a_package_names_every_file():
    text = package_summary(PAPER, [("bnba.xlsx", "ab" * 32, 60_123), ("ba.docx", "cd" * 32, None)])
    assert "bnba.xlsx (60.123 baris)" in text
    assert "cd" * 32 in text and DIGEST in text
    assert "9.234" in text
