"""Workbooks out: templates, pre-filled sheets, plain exports. Every text is written as text."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice, zip_longest
from pathlib import Path
from types import MappingProxyType

import xlsxwriter
from rustpy_xlsxwriter import FastExcel, Format
from xlsxwriter.utility import xl_col_to_name

from spreadsheets import cells
from spreadsheets.headings import EXAMPLE_MARK, NOTE_HEADINGS
from spreadsheets.layout import Column, Layout
from spreadsheets.reading import CHOICES_SHEET, GUIDE_SHEET, IDENTITY_SHEET

ABOUT_SHEET = "Keterangan"
_A4 = 9  # as Excel numbers paper sizes
# Columns of an export, in letters, measured on its first rows.
_MEASURED_ROWS, _NARROWEST, _WIDEST, _FILTER_BUTTON = 500, 10, 60, 3
# Rows below the header of a template that get drop-downs and the text format.
TEMPLATE_ROWS = 2_000
# Excel's limit for a drop-down whose entries stand in the rule itself.
_INLINE_CHOICES = 255

_FONT = {"font_name": "Calibri", "font_size": 11, "valign": "vcenter"}
_HEAD = {**_FONT, "bold": True, "text_wrap": True, "border": 1, "border_color": "#B8C4CE"}
# What was no date for its sender either is written as it came.
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_PROTECTION = {
    "sort": True,
    "autofilter": True,
    "format_columns": True,
    "format_rows": True,
    "select_locked_cells": True,
    "select_unlocked_cells": True,
}
_WRONG_CHOICE = {
    "error_title": "Pilihan tidak dikenal",
    "error_message": "Pilih salah satu isi dari daftar.",
}


def safe_text(value: object) -> str:
    """Text for a CSV cell that no spreadsheet program takes for a formula.

    >>> safe_text("=1+1"), safe_text("-"), safe_text("SITI"), safe_text(None)
    ("'=1+1", "'-", 'SITI', '')
    """
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else text


def _is_date(column: Column) -> bool:
    return (column.kind or ("date" if column.clean is cells.date else "")) == "date"


class _Styles:
    """The cell formats of one workbook, made once each."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.book = book
        self.made: dict[tuple, object] = {}

    def __call__(self, **properties):
        key = tuple(sorted(properties.items()))
        if key not in self.made:
            self.made[key] = self.book.add_format(dict(properties))
        return self.made[key]

    def head(self, *, required: bool = False, locked: bool = False):
        colour = "#D9DEE3" if locked else "#0F4C5C" if required else "#DCEBEE"
        text = "#FFFFFF" if required and not locked else "#12303A"
        return self(**_HEAD, bg_color=colour, font_color=text)

    def cell(self, column: Column, *, locked: bool = False):
        look = {"bg_color": "#F1F3F5"} if locked else {"bg_color": "#FFFFFF"}
        number = "dd-mm-yyyy" if _is_date(column) else "@"
        return self(
            **_FONT, **look, num_format=number, locked=locked, border=1, border_color="#E1E6EA"
        )


def _drop_downs(book, sheet, columns: Sequence[Column], first: int, last: int) -> None:
    """Lists of choices; those that a rule cannot hold stand on a hidden sheet."""
    lists = None
    for index, column in enumerate(columns):
        if not column.choices:
            continue
        source: object = list(column.choices)
        joined = ",".join(column.choices)
        if len(joined) > _INLINE_CHOICES or joined.count(",") >= len(column.choices):
            if lists is None:
                lists = book.add_worksheet(CHOICES_SHEET)
                lists.very_hidden()
                rows = zip_longest(*(one.choices for one in columns))
                for line, row in enumerate(rows):
                    for at, choice in enumerate(row):
                        if choice:
                            lists.write_string(line, at, choice)
            letter = xl_col_to_name(index)
            source = f"={CHOICES_SHEET}!${letter}$1:${letter}${len(column.choices)}"
        sheet.data_validation(
            first, index, last, index, {"validate": "list", "source": source, **_WRONG_CHOICE}
        )


def _guide(book, styles, layout: Layout) -> None:
    """The sheet "Petunjuk": every column, whether it is required, what may stand in it."""
    sheet = book.add_worksheet(GUIDE_SHEET)
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 12)
    sheet.set_column(2, 4, 40)
    sheet.write_string(0, 0, layout.title, styles(**{**_FONT, "bold": True, "font_size": 14}))
    wrapped = styles(**_FONT, text_wrap=True)
    row = 1
    for line in filter(None, (layout.description, *_GUIDE_LINES)):
        sheet.write_string(row, 0, line)
        row += 1
    row += 1
    for at, heading in enumerate(("Kolom", "Wajib", "Keterangan", "Contoh", "Pilihan")):
        sheet.write_string(row, at, heading, styles.head(required=True))
    for column in layout.columns:
        row += 1
        wanted = "ya" if column.required else "tidak"
        told = (column.heading, wanted, column.help, column.example, ", ".join(column.choices))
        for at, text in enumerate(told):
            sheet.write_string(row, at, text, wrapped)


_GUIDE_LINES = (
    "Urutan kolom bebas; judul kolom dikenali dari tulisannya.",
    "Ketik NIK, nomor KK, dan nomor kartu sebagai teks agar angka terakhirnya tidak hilang.",
    "Tulis tanggal sebagai tanggal-bulan-tahun, misalnya 01-07-1973.",
)


def template(layout: Layout, path: str | Path) -> None:
    """An empty sheet to fill in: headings, an example row, drop-downs, and a guide.

    Headings of required columns end in an asterisk, which the reader ignores. The example row is
    marked in a column of the portal's own and left out when the file is sent.
    """
    with xlsxwriter.Workbook(str(path), _OPTIONS) as book:
        styles = _Styles(book)
        sheet = book.add_worksheet("Data")
        columns = [column for column in layout.columns if column.in_template]
        for index, column in enumerate(columns):
            sheet.set_column(index, index, column.width, styles.cell(column))
        sheet.set_column(len(columns), len(columns), 34)
        sheet.set_row(0, 32)
        for index, column in enumerate(columns):
            heading = f"{column.heading} *" if column.required else column.heading
            sheet.write_string(0, index, heading, styles.head(required=column.required))
        sheet.write_string(0, len(columns), NOTE_HEADINGS[0], styles.head())
        example = styles(**_FONT, italic=True, font_color="#6B7780", num_format="@")
        for index, column in enumerate(columns):
            if column.example:
                sheet.write_string(1, index, column.example, example)
        sheet.write_string(1, len(columns), f"{EXAMPLE_MARK}: baris ini tidak dibaca", example)
        sheet.freeze_panes(1, 0)
        _drop_downs(book, sheet, columns, 2, 1 + TEMPLATE_ROWS)
        _guide(book, styles, layout)


def prefilled(
    layout: Layout,
    rows: Iterable[Mapping[str, str]],
    path: str | Path,
    *,
    identity: Mapping[str, str],
    title: str,
    filled: Collection[str],
) -> int:
    """A sheet with the known values in it, to be completed and sent back; returns its row count.

    `rows` map fields to canonical text; only the fields in `filled` are written. Columns declared
    `locked` cannot be edited (protection without password); all can be filtered and widened.
    `identity` is carried by a hidden sheet and comes back as FileRead.identity.
    """
    columns = layout.columns
    head = 3
    count = 0
    with xlsxwriter.Workbook(str(path), _OPTIONS) as book:
        styles = _Styles(book)
        sheet = book.add_worksheet("Data")
        formats = [styles.cell(column, locked=column.locked) for column in columns]
        for index, column in enumerate(columns):
            sheet.set_column(index, index, column.width)
        sheet.write_string(0, 0, title, styles(**{**_FONT, "bold": True, "font_size": 14}))
        sheet.write_string(1, 0, _PREFILLED_LINE, styles(**_FONT, font_color="#4A5660"))
        sheet.set_row(head, 32)
        for index, column in enumerate(columns):
            style = styles.head(required=column.required, locked=column.locked)
            sheet.write_string(head, index, column.heading, style)
        dates = [_is_date(column) for column in columns]
        names = [column.field if column.field in filled else None for column in columns]
        plan = list(zip(range(len(columns)), names, dates, formats, strict=True))
        for count, row in enumerate(rows, start=1):
            line = head + count
            for index, name, is_date, style in plan:
                value = row.get(name, "") if name else ""
                if not value:
                    sheet.write_blank(line, index, None, style)
                elif is_date and _ISO_DATE.fullmatch(value):
                    sheet.write_datetime(line, index, datetime.fromisoformat(value), style)
                else:
                    sheet.write_string(line, index, value, style)
        last = head + max(count, 1)
        sheet.autofilter(head, 0, last, len(columns) - 1)
        sheet.freeze_panes(head + 1, 0)
        sheet.protect("", _PROTECTION)
        _drop_downs(book, sheet, columns, head + 1, last)
        _guide(book, styles, layout)
        hidden = book.add_worksheet(IDENTITY_SHEET)
        hidden.very_hidden()
        for line, (key, value) in enumerate(identity.items()):
            hidden.write_string(line, 0, key)
            hidden.write_string(line, 1, str(value))
    return count


_PREFILLED_LINE = (
    "Isi kolom berwarna putih. Kolom abu-abu adalah data portal dan terkunci. "
    "Jangan menghapus lembar atau kolom."
)


def export(
    path: str | Path,
    headings: Sequence[str],
    rows: Iterable[Sequence],
    *,
    formats: Mapping[str, str] = MappingProxyType({}),
    about: Sequence[tuple[str, str]] = (),
) -> None:
    """A plain list as xlsx, streamed. Texts stay texts, whatever they begin with.

    `formats`: number formats of Excel by heading; `about` stands on a sheet of its own.
    Raises ValueError when two headings are equal.
    """
    if len(set(headings)) != len(headings):
        raise ValueError("headings must differ")
    records = (dict(zip(headings, map(_native, row), strict=True)) for row in rows)
    first = list(islice(records, _MEASURED_ROWS))
    if not first:
        with xlsxwriter.Workbook(str(path), _OPTIONS) as book:
            sheet = book.add_worksheet("Data")
            for index, heading in enumerate(headings):
                sheet.write_string(0, index, heading)
            if about:
                sheet = book.add_worksheet(ABOUT_SHEET)
                for line, texts in enumerate(about):
                    for index, text in enumerate(texts):
                        sheet.write_string(line, index, text)
        return

    writer = FastExcel(str(path), output_format="xlsx").freeze(row=1)
    writer.format(bold_headers=True, datetime_format="dd-mm-yyyy")
    writer.sheet(
        "Data",
        chain(first, records),
        autofilter=True,
        column_widths=[_width(heading, first) for heading in headings],
        column_formats={
            heading: Format().set_num_format(formats[heading])
            for heading in headings
            if heading in formats
        },
        page_setup={"landscape": True, "paper_size": _A4, "fit_to_pages": (1, 0), "repeat_rows": 0},
    )
    if about:
        told = [dict(zip(("Hal", "Keterangan"), line, strict=True)) for line in about]
        writer.sheet(ABOUT_SHEET, told, column_widths=[24, 100])
    writer.save()


def _width(heading: str, records: Iterable[Mapping[str, object]]) -> int:
    """Room for the longest of these cells, and for a heading with its button of the filter.

    >>> _width("Nama", [{"Nama": "WARUNG BAHALAP"}]), _width("KPM", [{"KPM": 1_562_350_000}])
    (16, 15)
    """
    texts = (_shown(record[heading]) for record in records)
    longest = max(len(heading) + _FILTER_BUTTON, *map(len, texts))
    return min(max(longest + 2, _NARROWEST), _WIDEST)


def _shown(value: object) -> str:
    if isinstance(value, int | float):
        return f"{value:,}"
    if isinstance(value, date):
        return f"{value:%d-%m-%Y}"
    return "" if value is None else str(value)[:_WIDEST]


def _native(value: object) -> object:
    """What a cell of Excel can hold: no `Decimal`, and no date before its first year."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date) and value.year <= 1900:
        return f"{value:%d-%m-%Y}"
    return value
