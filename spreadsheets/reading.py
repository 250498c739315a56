"""Rows out of any accepted file, one sheet at a time, rows numbered as Excel counts them."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from spreadsheets import guard
from spreadsheets.errors import SheetRefused
from spreadsheets.parts import Part

# The hidden sheet that carries the identity of a pre-filled workbook.
IDENTITY_SHEET = "_portal"
CHOICES_SHEET = "_pilihan"
# A text file is one sheet without a name; its file name is the portal's and says nothing.
TEXT_SHEET = "Teks"
GUIDE_SHEET = "Petunjuk"
# The second name is for workbooks whose sender has a sheet of the first name.
SUMMARY_SHEETS = ("Ringkasan", "Ringkasan Portal")
# Sheets that the portal itself adds; they are not told as left out.
OWN_SHEETS = (IDENTITY_SHEET, CHOICES_SHEET, GUIDE_SHEET, *SUMMARY_SHEETS)

# Sheets stay loaded between finding the header and reading the rows. Beyond this many cells only
# the one in use is kept: a large workbook of many sheets is rather read again than held.
_KEPT_CELLS = 1_500_000


class Sheet(NamedTuple):
    """`rows()` starts at row 1 each time it is called; `first_column` counts from 1.

    `merged`: (first row, index, last row) of cells merged downwards. `epoch_1904`: plain numbers
    in columns of dates count from 1904. `short`: rows of a text file with fewer cells than the
    widest, and how many they have; known once the rows have been read.
    """

    name: str
    hidden: bool
    first_column: int
    width: int
    rows: Callable[[], Iterator[list]]
    part: Part
    merged: list[tuple[int, int, int]]
    epoch_1904: bool = False
    is_text: bool = False
    short: Mapping[int, int] = MappingProxyType({})


class Book:
    """An opened file. Sheets are loaded when asked for."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.kind, self._parts, self._epoch_1904, rewritten = guard.inspect(path)
        self._kept: dict[str, Sheet] = {}
        self._kept_cells = 0
        if self.kind == "text":
            self._text = _open_text(self.path)
            self.names = [(TEXT_SHEET, False)]
            return
        if rewritten is None:
            self._workbook = _calamine(CalamineWorkbook.from_path, str(path))
        else:
            self._workbook = _calamine(CalamineWorkbook.from_filelike, rewritten)
        self.names = [
            (sheet.name, sheet.visible != SheetVisibleEnum.Visible)
            for sheet in self._workbook.sheets_metadata
            if sheet.typ == SheetTypeEnum.WorkSheet
        ]

    def sheet(self, name: str) -> Sheet:
        if name in self._kept:
            return self._kept[name]
        if self._kept_cells > _KEPT_CELLS:
            self._kept.clear()
            self._kept_cells = 0
        hidden = dict(self.names)[name]
        if self.kind == "text":
            text = self._text
            rows, short = text.rows, text.short
            return Sheet(name, hidden, 1, text.width, rows, Part.empty(), [], False, True, short)
        loaded = _calamine(self._workbook.get_sheet_by_name, name)
        if loaded.width > guard.MAX_COLUMNS:
            raise guard.refuse_many_columns()
        first = (loaded.start or (0, 0))[1] + 1
        part = self._parts.get(name, Part.empty())
        merged = [(top, column - first, bottom) for top, column, bottom in part.merged]
        for (top, left), (bottom, _) in loaded.merged_cell_ranges or ():
            if bottom > top:
                merged.append((top + 1, left + 1 - first, bottom + 1))
        merged = [one for one in merged if 0 <= one[1] < loaded.width]
        rows = partial(_marked_rows, loaded, part, first) if part.marks else loaded.iter_rows
        epoch_1904 = self._epoch_1904
        sheet = Sheet(name, hidden, first, loaded.width, rows, part, merged, epoch_1904)
        self._kept[name] = sheet
        self._kept_cells += loaded.width * loaded.height
        return sheet

    def identity(self) -> dict[str, str]:
        """Keys and values of the hidden identity sheet; {} when there is none."""
        if IDENTITY_SHEET not in dict(self.names):
            return {}
        rows = islice(self.sheet(IDENTITY_SHEET).rows(), 100)
        return {str(row[0]): str(row[1]) for row in rows if len(row) > 1 and row[0] != ""}


def _marked_rows(loaded, part: Part, first_column: int) -> Iterator[list]:
    """The rows with what would arrive empty written into its place."""
    marks = part.marks
    number = 0
    for number, row in enumerate(loaded.iter_rows(), start=1):
        if number in marks:
            _mark(row, marks[number], first_column)
        yield row
    # Below the last value there may be nothing but formulas without one.
    for below in range(number + 1, max(marks) + 1):
        row = [""] * loaded.width
        _mark(row, marks.get(below, ()), first_column)
        yield row


def _mark(row: list, marks: Iterable[tuple[int, str]], first_column: int) -> None:
    for column, text in marks:
        if 0 <= column - first_column < len(row):
            row[column - first_column] = text


def unmerged_rows(sheet: Sheet, below: int, filled: dict[int, set[int]]) -> Iterator[list]:
    """The rows with every cell merged downwards given the value of its first cell.

    Only merges that begin below row `below`, and rows that hold something else. `filled` receives
    index -> rows of the cells filled.
    """
    starts: dict[int, list[tuple[int, int]]] = {}
    for top, index, bottom in sheet.merged:
        if top > below:
            starts.setdefault(top, []).append((index, bottom))
    if not starts:
        yield from sheet.rows()
        return
    open_merges: dict[int, tuple[int, object]] = {}
    for number, row in enumerate(sheet.rows(), start=1):
        if open_merges:
            is_blank = row.count("") == len(row)
            for index, (bottom, value) in list(open_merges.items()):
                if number > bottom:
                    del open_merges[index]
                elif not is_blank and row[index] == "":
                    row[index] = value
                    filled.setdefault(index, set()).add(number)
        for index, bottom in starts.get(number, ()):
            if row[index] != "":
                open_merges[index] = (bottom, row[index])
        yield row


def _calamine(call, argument):
    """Calls python-calamine; whatever it cannot read, panics included, is a broken file."""
    try:
        return call(argument)
    except PasswordError as error:
        raise guard.refuse_password() from error
    except (CalamineError, OSError, ValueError, OverflowError) as error:
        raise guard.refuse_broken() from error
    except BaseException as error:
        # A Rust panic derives from BaseException only; its class cannot be imported.
        if type(error).__name__ == "PanicException":
            raise guard.refuse_broken() from error
        raise


class _Text(NamedTuple):
    path: Path
    encoding: str
    delimiter: str
    quoting: int
    skipped_lines: int
    width: int
    short: dict[int, int]

    def rows(self) -> Iterator[list]:
        width, short = self.width, self.short
        for number, row in enumerate(self.records(), start=1):
            if len(row) != width:
                if len(row) > guard.MAX_COLUMNS:
                    raise guard.refuse_many_columns()
                if len(row) < width:
                    short[number] = len(row)
                yield row + [""] * (width - len(row))
            else:
                yield row

    def records(self) -> Iterator[list]:
        with self.path.open(encoding=self.encoding, newline="") as file:
            reader = csv.reader(
                islice(file, self.skipped_lines, None),
                delimiter=self.delimiter,
                quoting=self.quoting,
            )
            try:
                yield from reader
            except csv.Error as error:
                raise _refuse_text() from error


_DECLARED_DELIMITER = re.compile(r'"?sep=([;|\t,])"?\s*', re.IGNORECASE)


def _refuse_text() -> SheetRefused:
    return SheetRefused(
        "TEKS_TIDAK_TERBACA",
        "Berkas teks ini tidak dapat dibaca sebagai tabel; periksa tanda kutip dan pemisah "
        "kolomnya, atau simpan sebagai .xlsx, lalu unggah kembali.",
    )


def _decodes(path: Path, encoding: str) -> bool:
    try:
        with path.open(encoding=encoding, newline="") as file:
            while file.read(2**20):
                pass
    except UnicodeError:
        return False
    return True


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        candidates = ["utf-16"]
    elif b"\0" in head:
        candidates = ["utf-16-le" if head[1:2] == b"\0" else "utf-16-be"]
    else:
        # latin-1 takes every byte, so that five undefined bytes of cp1252 lose nothing.
        candidates = ["utf-8-sig", "cp1252", "latin-1"]
    for encoding in candidates:
        if _decodes(path, encoding):
            return encoding
    raise _refuse_text()


def _open_text(path: Path) -> _Text:
    """Encoding, delimiter and quoting by looking at the file."""
    encoding = _encoding(path)
    lines = []
    quotes = 0
    with path.open(encoding=encoding, newline="") as file:
        while line := file.readline(2**17):
            if len(lines) < 60:
                lines.append(line)
            quotes += line.count('"')
    # Excel obeys this first line, and does not show it.
    declared = _DECLARED_DELIMITER.fullmatch(lines[0]) if lines else None
    skipped_lines = 1 if declared else 0
    sample = "".join(lines[skipped_lines:])
    best = (0, 1, ",")
    for delimiter in declared[1] if declared else ";|\t,":
        try:
            reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
            widths = [len(row) for row in reader if len(row) > 1]
        except csv.Error:
            continue
        if widths:
            usual = max(set(widths), key=lambda width: (widths.count(width), width))
            best = max(best, (widths.count(usual) * usual, max(widths), delimiter))
    width, delimiter = best[1:]
    if width > guard.MAX_COLUMNS:
        raise guard.refuse_many_columns()
    text = _Text(path, encoding, delimiter, csv.QUOTE_MINIMAL, skipped_lines, width, {})
    if quotes and (quotes % 2 or _swallows_rows(text)):
        # A quote without its partner is a character like any other.
        text = text._replace(quoting=csv.QUOTE_NONE)
    return text


def _swallows_rows(text: _Text) -> bool:
    """Whether a quoted cell holds whole rows: two stray quotes that were taken for a pair."""
    return any(
        "\n" in cell and cell.count(text.delimiter) >= text.width - 1
        for row in text.records()
        if row
        for cell in row
        if text.width > 3
    )
