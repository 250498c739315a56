"""The papers of an endorsement: berita acara (.docx), its list (.xlsx), summary of a package.

Pure: everything they say comes in dataclasses. The hash of the list stands on every page of the
berita acara and at the head of the list, so that paper and file can be held against each other.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import xlsxwriter
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Cm, Pt

from spreadsheets.reading import IDENTITY_SHEET
from spreadsheets.words import thousands
from verification.lists import ListRow

MONTHS = (
    *("Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus"),
    *("September", "Oktober", "November", "Desember"),
)
DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
RESULTS = {
    "TETAP": "Tetap",
    "MASUK": "Masuk",
    "KELUAR": "Keluar",
    "": "Usulan tidak diterima",
}
_DOTS = "." * 40


def day(value: date) -> str:
    """
    >>> day(date(2026, 11, 23))
    '23 November 2026'
    """
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


@dataclass(frozen=True)
class Totals:
    """Families of one place by result; `place` is "" for the sum."""

    place: str
    stayed: int
    entered: int
    left: int
    refused: int = 0
    above: str = ""

    @property
    def receiving(self) -> int:
        """Who receives from now on: stayed and entered."""
        return self.stayed + self.entered

    @property
    def families(self) -> int:
        return self.stayed + self.entered + self.left + self.refused


def total_of(parts: Iterable[Totals]) -> Totals:
    parts = list(parts)
    return Totals(
        "",
        *(
            sum(getattr(part, name) for part in parts)
            for name in ("stayed", "entered", "left", "refused")
        ),
    )


@dataclass(frozen=True)
class Paper:
    """What berita acara and list say. Number, official and date are left to be filled in by hand
    where they are not known yet."""

    regency: str
    round: str
    districts: Sequence[Totals]
    villages: Sequence[Totals]
    reasons: Sequence[tuple[str, int]]
    """Why families leave, in words, and how many."""
    list_hash: str
    identity: dict[str, str]
    """Travels in the workbook: endorsement, round, region."""
    number: str = ""
    official_name: str = ""
    official_office: str = ""
    official_nip: str = ""
    signed_on: date | None = None

    @property
    def total(self) -> Totals:
        return total_of(self.districts)

    @property
    def grouped_hash(self) -> str:
        """In groups of eight, as it is read out and compared by eye."""
        return " ".join(self.list_hash[at : at + 8] for at in range(0, 64, 8))


# Berita acara


def minutes(paper: Paper) -> bytes:
    """The berita acara as a Word file, A4."""
    document = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.5)
    section.top_margin = section.bottom_margin = Cm(2)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Arial", Pt(11)
    normal.paragraph_format.space_after = Pt(6)
    document.core_properties.title = f"Berita acara pengesahan {paper.regency}"
    document.core_properties.author = "Portal Sembako"

    _centred(document, f"PEMERINTAH {paper.regency.upper()}", size=13)
    _centred(
        document,
        "BERITA ACARA PENGESAHAN\nHASIL VERIFIKASI DAN VALIDASI\n"
        "KELUARGA PENERIMA MANFAAT PROGRAM SEMBAKO",
        size=12,
    )
    _centred(document, f"Nomor: {paper.number or _DOTS}", bold=False)

    total = paper.total
    when = (
        f"Pada hari {DAYS[paper.signed_on.weekday()]} tanggal {day(paper.signed_on)}"
        if paper.signed_on
        else f"Pada hari .............. tanggal {_DOTS}"
    )
    _running(
        document,
        f"{when}, kami yang bertanda tangan di bawah ini mengesahkan hasil verifikasi dan validasi"
        f" keluarga penerima manfaat (KPM) Program Sembako di {paper.regency} pada {paper.round},"
        f" sebanyak {thousands(total.families)} keluarga, sebagaimana daftar terlampir yang menjadi"
        " bagian tidak terpisahkan dari berita acara ini, dengan rincian sebagai berikut.",
    )
    _table(
        document,
        ("Hasil", "Keluarga"),
        [
            ("Tetap menerima", total.stayed),
            ("Masuk sebagai penerima baru", total.entered),
            ("Jumlah penerima (tetap dan masuk)", total.receiving),
            ("Keluar dari kepesertaan", total.left),
            *([("Usulan tidak diterima", total.refused)] if total.refused else ()),
        ],
        ("Jumlah dalam daftar", total.families),
        widths=(11, 5),
    )
    if paper.reasons:
        _running(document, "Alasan keluarga keluar dari kepesertaan:")
        _table(
            document,
            ("Alasan", "Keluarga"),
            paper.reasons,
            ("Jumlah keluar", sum(count for _, count in paper.reasons)),
            widths=(11, 5),
        )
    _running(document, "Rincian menurut kecamatan:")
    _table(
        document,
        ("Kecamatan", "Tetap", "Masuk", "Penerima", "Keluar"),
        [(p.place, p.stayed, p.entered, p.receiving, p.left) for p in paper.districts],
        ("Jumlah", total.stayed, total.entered, total.receiving, total.left),
        widths=(6.4, 2.4, 2.4, 2.4, 2.4),
    )
    _running(
        document,
        "Daftar lengkap menurut nama dan alamat ada pada lampiran berupa berkas Excel. Sidik daftar"
        " (SHA-256) di bawah ini dihitung dari seluruh isi daftar; daftar yang diubah memiliki"
        " sidik yang lain dan tidak disahkan oleh berita acara ini.",
    )
    _centred(document, paper.grouped_hash, size=9, bold=False, font="Courier New")
    _running(document, "Demikian berita acara ini dibuat untuk dipergunakan sebagaimana mestinya.")
    _signature(document, paper)
    footer = section.footer.paragraphs[0]
    footer.text = f"{paper.regency}, {paper.round}. Sidik daftar: {paper.list_hash}"
    footer.runs[0].font.size = Pt(7)

    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _centred(document, text: str, *, size: int = 11, bold: bool = True, font: str = "") -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run(text)
    run.bold, run.font.size = bold, Pt(size)
    if font:
        run.font.name = font


def _running(document, text: str) -> None:
    paragraph = document.add_paragraph(text)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    paragraph.paragraph_format.space_before = Pt(6)


def _cell(cell, value: str | int, *, bold: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(0)
    if isinstance(value, int):
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        value = thousands(value)
    run = paragraph.add_run(value)
    run.bold, run.font.size = bold, Pt(10)


def _table(document, head: Sequence[str], rows, foot, *, widths: Sequence[float]) -> None:
    table = document.add_table(rows=0, cols=len(head))
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    lines = [(head, True), *((row, False) for row in rows), (foot, True)]
    for values, bold in lines:
        cells = table.add_row().cells
        for cell, value, width in zip(cells, values, widths, strict=True):
            cell.width = Cm(width)
            _cell(cell, value, bold=bold)


def _signature(document, paper: Paper) -> None:
    # One cell that is not torn over two pages.
    table = document.add_table(rows=1, cols=2)
    left, right = table.rows[0].cells
    left.width, right.width = Cm(7.5), Cm(8.5)
    right.paragraphs[0].add_run(
        f"{day(paper.signed_on) if paper.signed_on else _DOTS}\n"
        f"{paper.official_office or 'Bupati/Wali Kota'},\n\n\n\n"
    )
    right.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
    name = right.paragraphs[0].add_run(paper.official_name or _DOTS)
    name.bold = True
    if paper.official_nip:
        right.paragraphs[0].add_run(f"\nNIP {paper.official_nip}")


# Lampiran: the list

LIST_SHEET, SUMMARY_SHEET = "Daftar", "Rekapitulasi"
LIST_COLUMNS = (
    ("NO", "position", 6),
    ("ID KASUS", "case_id", 10),
    ("KODE WILAYAH", "village_code", 15),
    ("KECAMATAN", "", 20),
    ("DESA/KELURAHAN", "", 20),
    ("ID DTKS", "dtks_id", 16),
    ("NOMOR KK", "kk_number", 19),
    ("NIK PENGURUS", "nik", 19),
    ("NAMA PENGURUS", "name", 30),
    ("ALAMAT", "address", 34),
    ("RT", "rt", 6),
    ("RW", "rw", 6),
    ("HASIL", "result", 12),
    ("ALASAN KELUAR", "reason", 20),
)
HEAD_ROW = 5  # counted from 0: title, round, letter, hash, an empty line


def write_list(paper: Paper, rows: Iterable[tuple[ListRow, str, str]], path: str | Path) -> int:
    """The BNBA as a workbook with its totals; rows come with their kecamatan and desa. Returns how
    many were written."""
    count = 0
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        title = book.add_format({"bold": True, "font_size": 14})
        small = book.add_format({"font_color": "#4A5660"})
        mono = book.add_format({"font_name": "Consolas"})
        head = book.add_format(
            {"bold": True, "bg_color": "#E4F1EF", "border": 1, "text_wrap": True, "valign": "top"}
        )
        text = book.add_format({"num_format": "@"})
        number = book.add_format({"num_format": "#,##0"})
        strong = book.add_format({"num_format": "#,##0", "bold": True, "top": 1})

        sheet = book.add_worksheet(LIST_SHEET)
        _heading(sheet, "Lampiran berita acara pengesahan", paper, title, small, mono)
        for index, (heading, _, width) in enumerate(LIST_COLUMNS):
            sheet.set_column(index, index, width)
            sheet.write_string(HEAD_ROW, index, heading, head)
        for count, (row, district, village) in enumerate(rows, start=1):
            line = HEAD_ROW + count
            places = iter((district, village))
            for index, (_, name, _) in enumerate(LIST_COLUMNS):
                value = getattr(row, name) if name else next(places)
                if isinstance(value, int):
                    sheet.write_number(line, index, value)
                else:
                    sheet.write_string(line, index, value, text)
        sheet.autofilter(HEAD_ROW, 0, HEAD_ROW + max(count, 1), len(LIST_COLUMNS) - 1)
        sheet.freeze_panes(HEAD_ROW + 1, 0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(HEAD_ROW)
        sheet.set_footer(f"&L&8Sidik daftar: {paper.list_hash}&R&8Halaman &P dari &N")

        _summary(book, paper, title, small, mono, head, number, strong)
        hidden = book.add_worksheet(IDENTITY_SHEET)
        hidden.very_hidden()
        carried = {**paper.identity, "sha256": paper.list_hash}
        for line, (key, value) in enumerate(carried.items()):
            hidden.write_string(line, 0, key)
            hidden.write_string(line, 1, value)
    return count


def _heading(sheet, title_text: str, paper: Paper, title, small, mono) -> None:
    sheet.write_string(0, 0, f"{title_text}, {paper.regency}", title)
    sheet.write_string(1, 0, paper.round, small)
    letter = f"Nomor {paper.number}" if paper.number else "Nomor belum diisi"
    signed = f", tanggal {day(paper.signed_on)}" if paper.signed_on else ""
    sheet.write_string(2, 0, letter + signed, small)
    sheet.write_string(3, 0, f"Sidik daftar (SHA-256): {paper.list_hash}", mono)


def _summary(book, paper: Paper, title, small, mono, head, number, strong) -> None:
    sheet = book.add_worksheet(SUMMARY_SHEET)
    sheet.set_column(0, 1, 26)
    sheet.set_column(2, 7, 13)
    _heading(sheet, "Rekapitulasi hasil verifikasi", paper, title, small, mono)
    headings = (
        *("KECAMATAN", "DESA/KELURAHAN", "TETAP", "MASUK", "PENERIMA", "KELUAR"),
        *("USULAN TIDAK DITERIMA", "JUMLAH"),
    )
    for index, heading in enumerate(headings):
        sheet.write_string(HEAD_ROW, index, heading, head)
    line = HEAD_ROW
    for line, part in enumerate(paper.villages, start=HEAD_ROW + 1):
        sheet.write_string(line, 0, part.above)
        sheet.write_string(line, 1, part.place)
        _numbers(sheet, line, part, number)
    total = total_of(paper.villages)
    sheet.write_string(line + 1, 0, "Jumlah", strong)
    sheet.write_blank(line + 1, 1, None, strong)
    _numbers(sheet, line + 1, total, strong)
    top = line + 3
    sheet.write_string(top, 0, "ALASAN KELUAR", head)
    sheet.write_blank(top, 1, None, head)
    sheet.write_string(top, 2, "KELUARGA", head)
    for below, (reason, count) in enumerate(paper.reasons, start=top + 1):
        sheet.write_string(below, 0, reason)
        sheet.write_number(below, 2, count, number)
    sheet.freeze_panes(HEAD_ROW + 1, 0)


def _numbers(sheet, line: int, part: Totals, style) -> None:
    counts = (
        *(part.stayed, part.entered, part.receiving, part.left),
        *(part.refused, part.families),
    )
    for index, count in enumerate(counts, start=2):
        sheet.write_number(line, index, count, style)


# Package for the province's letter to the centre


def package_summary(paper: Paper, files: Iterable[tuple[str, str, int | None]]) -> str:
    """What the package holds, as a text file: totals; name, sha256 and rows of each file."""
    total = paper.total
    lines = [
        f"PAKET PENERUSAN {paper.regency.upper()}",
        paper.round,
        f"Pengesahan nomor {paper.number}"
        + (f", tanggal {day(paper.signed_on)}" if paper.signed_on else ""),
        f"Disahkan oleh {paper.official_name}, {paper.official_office}",
        "",
        f"Tetap menerima          {thousands(total.stayed):>12}",
        f"Masuk                   {thousands(total.entered):>12}",
        f"Jumlah penerima         {thousands(total.receiving):>12}",
        f"Keluar                  {thousands(total.left):>12}",
        f"Jumlah dalam daftar     {thousands(total.families):>12}",
        "",
        f"Sidik daftar (SHA-256)  {paper.list_hash}",
        "",
        "Isi paket, dengan SHA-256 setiap berkas:",
    ]
    for name, digest, rows in files:
        counted = f" ({thousands(rows)} baris)" if rows is not None else ""
        lines += [f"  {name}{counted}", f"    {digest}"]
    return "\r\n".join([*lines, ""])
