"""Berita acara rekonsiliasi of one bank and kabupaten/kota, as Word and Excel files. Pure."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt
from xlsxwriter import Workbook

from spreadsheets.words import thousands

LIST_HEADINGS = (
    "NO", "JENIS TEMUAN", "NAMA PENGURUS", "NIK PENGURUS", "KECAMATAN", "DESA/KELURAHAN",
    "NOMINAL", "SEBAB", "SEJAK", "PENANGANAN", "CATATAN",
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One row of a table of the minutes: families and rupiah."""

    title: str
    count: int
    amount: int


@dataclass(frozen=True)
class Minutes:
    """What both files say. `findings` are the rows of the list, in the order of LIST_HEADINGS."""

    period: str
    bank: str
    region: str
    made_on: str
    counted_at: str
    lists: tuple[Line, ...]
    differences: tuple[Line, ...]
    rules: tuple[Line, ...]
    findings: tuple[tuple, ...]

    @property
    def title(self) -> str:
        return f"Berita acara rekonsiliasi penyaluran {self.period}"

    @property
    def digest(self) -> str:
        return list_hash(self.findings)

    @property
    def amount(self) -> int:
        return sum(row[6] for row in self.findings)


def list_hash(rows: Iterable[Sequence]) -> str:
    """SHA-256 over the rows as text, one line for each, cells parted by the unit separator."""
    lines = ("\x1f".join("" if cell is None else str(cell) for cell in row) for row in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def rupiah(amount: int) -> str:
    return f"{'−' if amount < 0 else ''}Rp{thousands(abs(amount))}"


def _table(document, headings: Sequence[str], lines: Iterable[Line]) -> None:
    table = document.add_table(rows=1, cols=3, style="Table Grid")
    for cell, heading in zip(table.rows[0].cells, headings, strict=True):
        cell.paragraphs[0].add_run(heading).bold = True
    for line in lines:
        texts = (line.title, thousands(line.count), rupiah(line.amount))
        cells = table.add_row().cells
        for position, (cell, text) in enumerate(zip(cells, texts, strict=True)):
            cell.text = text
            if position:
                cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT


def docx(minutes: Minutes) -> bytes:
    """The minutes to be signed on paper."""
    document = Document()
    document.styles["Normal"].font.name, document.styles["Normal"].font.size = "Arial", Pt(10)
    document.core_properties.title = minutes.title
    document.core_properties.author = "Portal Sembako"
    heading = document.add_heading(minutes.title, level=1)
    heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_paragraph(
        f"{minutes.bank} · {minutes.region}"
    ).alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_paragraph(
        f"Pada {minutes.made_on} kedua pihak mencocokkan register, daftar bayar, top up, dan"
        f" transaksi agen {minutes.period}, menurut data yang dibandingkan {minutes.counted_at},"
        " dengan hasil sebagai berikut."
    )
    document.add_heading("1. Keempat daftar", level=2)
    _table(document, ("Daftar", "KPM", "Rupiah"), minutes.lists)
    document.add_heading("2. Selisih", level=2)
    _table(document, ("Selisih", "KPM", "Rupiah"), minutes.differences)
    document.add_heading("3. Temuan", level=2)
    total = Line("Jumlah", len(minutes.findings), minutes.amount)
    _table(document, ("Jenis temuan", "Jumlah", "Rupiah"), (*minutes.rules, total))
    document.add_paragraph()
    document.add_paragraph(
        f"Daftar temuan terlampir sebagai berkas Excel, {thousands(len(minutes.findings))} baris,"
        f" dengan sidik SHA-256 {minutes.digest}."
    )
    document.add_paragraph("Demikian berita acara ini dibuat untuk dipergunakan semestinya.")
    signatures = document.add_table(rows=2, cols=2)
    for cell, party in zip(
        signatures.rows[0].cells, (f"Dinas Sosial {minutes.region}", minutes.bank), strict=True
    ):
        cell.text = f"{party},"
        cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
    for cell in signatures.rows[1].cells:
        cell.text = "\n\n\n\n(................................................)\nNama, jabatan, NIP"
        cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
    content = BytesIO()
    document.save(content)
    return content.getvalue()


def xlsx(minutes: Minutes) -> bytes:
    """The same figures, and the list of the findings behind them."""
    content = BytesIO()
    with Workbook(content, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": minutes.title, "author": "Portal Sembako"})
        bold = book.add_format({"bold": True})
        money = book.add_format({"num_format": "#,##0"})
        sheet = book.add_worksheet("Berita acara")
        sheet.set_column(0, 0, 46)
        sheet.set_column(1, 2, 18, money)
        sheet.write_string(0, 0, minutes.title, bold)
        sheet.write_string(1, 0, f"{minutes.bank} · {minutes.region}")
        sheet.write_string(2, 0, f"Dibandingkan {minutes.counted_at}; dibuat {minutes.made_on}")
        row = 4
        total = Line("Jumlah temuan", len(minutes.findings), minutes.amount)
        for heading, lines in (
            ("Daftar", minutes.lists),
            ("Selisih", minutes.differences),
            ("Jenis temuan", (*minutes.rules, total)),
        ):
            for column, text in enumerate((heading, "KPM", "Rupiah")):
                sheet.write_string(row, column, text, bold)
            for line in lines:
                row += 1
                sheet.write_string(row, 0, line.title)
                sheet.write_number(row, 1, line.count)
                sheet.write_number(row, 2, line.amount)
            row += 2
        sheet.write_string(row, 0, f"Sidik SHA-256 daftar temuan: {minutes.digest}")
        row += 2
        for column, party in ((0, f"Dinas Sosial {minutes.region},"), (1, f"{minutes.bank},")):
            sheet.write_string(row, column, party)
            sheet.write_string(row + 5, column, "(................................)")
        listed = book.add_worksheet("Daftar temuan")
        listed.freeze_panes(1, 0)
        listed.set_column(0, 0, 6)
        listed.set_column(1, len(LIST_HEADINGS) - 1, 22)
        for column, heading in enumerate(LIST_HEADINGS):
            listed.write_string(0, column, heading, bold)
        for number, cells in enumerate(minutes.findings, start=1):
            for column, cell in enumerate(cells):
                if isinstance(cell, int):
                    listed.write_number(number, column, cell)
                elif isinstance(cell, date):
                    listed.write_string(number, column, cell.isoformat())
                elif cell:
                    listed.write_string(number, column, cell)
    return content.getvalue()
