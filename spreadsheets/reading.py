"""Rows out of any accepted file, one sheet at a time, rows numbered as Excel counts them."""

import csv
import io
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from spreadsheets import guard
from spreadsheets.errors import SheetRefused

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
    """`rows()` starts at row 1 each time it is called; `first_column` counts from 1."""

    name: str
    hidden: bool
    first_column: int
    width: int
    rows: Callable[[], Iterator[list]]
    part: guard.Part | None
    is_text: bool = False


class Book:
    """An opened file. Sheets are loaded when asked for."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.kind, self._parts = guard.inspect(path)
        self._kept: dict[str, Sheet] = {}
        self._kept_cells = 0
        if self.kind == "text":
            self._text = _open_text(self.path)
            self.names = [(TEXT_SHEET, False)]
            return
        self._workbook = _calamine(CalamineWorkbook.from_path, str(path))
        self.names = [
            (sheet.name, sheet.visible != SheetVisibleEnum.Visible)
            for sheet in self._workbook.sheets_metadata
        ]

    def sheet(self, name: str) -> Sheet:
        if name in self._kept:
            return self._kept[name]
        if self._kept_cells > _KEPT_CELLS:
            self._kept.clear()
            self._kept_cells = 0
        hidden = dict(self.names)[name]
        if self.kind == "text":
            return Sheet(name, False, 1, self._text.width, self._text.rows, None, True)
        loaded = _calamine(self._workbook.get_sheet_by_name, name)
        start = loaded.start or (0, 0)
        if loaded.width > guard.MAX_COLUMNS:
            raise guard.refuse_many_columns()
        sheet = Sheet(
            name, hidden, start[1] + 1, loaded.width, loaded.iter_rows, self._parts.get(name)
        )
        self._kept[name] = sheet
        self._kept_cells += loaded.width * loaded.height
        return sheet

    def identity(self) -> dict[str, str]:
        """Keys and values of the hidden identity sheet; {} when there is none."""
        if IDENTITY_SHEET not in dict(self.names):
            return {}
        rows = islice(self.sheet(IDENTITY_SHEET).rows(), 100)
        return {str(row[0]): str(row[1]) for row in rows if len(row) > 1 and row[0] != ""}


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
    width: int

    def rows(self) -> Iterator[list]:
        with self.path.open(encoding=self.encoding, newline="") as file:
            reader = csv.reader(file, delimiter=self.delimiter, quoting=self.quoting)
            width = self.width
            try:
                for row in reader:
                    if len(row) != width:
                        if len(row) > guard.MAX_COLUMNS:
                            raise guard.refuse_many_columns()
                        yield row + [""] * (width - len(row))
                    else:
                        yield row
            except csv.Error as error:
                raise _refuse_text() from error


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
    sample = "".join(lines)
    # An unpaired quote would swallow every row below it.
    quoting = csv.QUOTE_NONE if quotes % 2 else csv.QUOTE_MINIMAL
    best = (0, 1, ",")
    for delimiter in ";|\t,":
        try:
            reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
            widths = [len(row) for row in reader if len(row) > 1]
        except csv.Error:
            continue
        if widths:
            usual = max(set(widths), key=lambda width: (widths.count(width), width))
            best = max(best, (widths.count(usual) * usual, max(widths), delimiter))
    width = best[1]
    if width > guard.MAX_COLUMNS:
        raise guard.refuse_many_columns()
    return _Text(path, encoding, best[2], quoting, width)
