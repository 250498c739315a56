"""Old workbooks (.xls), record by record: what the reading library does not tell of them."""

import struct
from collections.abc import Iterator
from pathlib import Path

import olefile

from spreadsheets.parts import ERROR_NUMBERS, ERROR_TEXTS, Extent, Marks, Part, joined

# Record numbers of [MS-XLS] 2.3.
_FORMULA, _END, _DATE_MODE, _COLUMN, _SHEET, _ERROR, _ROW = (
    0x006,
    0x00A,
    0x022,
    0x07D,
    0x085,
    0x205,
    0x208,
)
# Numbers, texts, flags and formulas: what the reading library makes a cell of.
_MANY = 0x0BD
_CELLS = frozenset({_FORMULA, _ERROR, _MANY, 0x0D6, 0x0FD, 0x203, 0x204, 0x27E})
_MAX_STREAM = 200 * 2**20


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Records from `at` to the end of that part of the stream."""
    end = len(stream) - 4
    while at <= end:
        kind, size = struct.unpack_from("<HH", stream, at)
        if kind == _END:
            return
        yield kind, stream[at + 4 : at + 4 + size]
        at += 4 + size


def _name(body: bytes) -> str:
    """The name of a sheet: its length, then whether each letter takes two bytes."""
    if body[7] & 1:
        return body[8 : 8 + 2 * body[6]].decode("utf-16-le")
    return body[8 : 8 + body[6]].decode("latin-1")


def look(path: str | Path) -> tuple[dict[str, Part], bool]:
    """(what each sheet holds besides its values, whether dates count from 1904).

    Raises ValueError, struct.error, LookupError or OSError for a damaged file.
    """
    with olefile.OleFileIO(str(path)) as ole:
        has_names = ole.exists("Workbook")  # Excel 5.0 and older write them otherwise
        name = "Workbook" if has_names else "Book"
        if not ole.exists(name) or ole.get_size(name) > _MAX_STREAM:
            raise ValueError("no workbook in it, or one larger than files can be")
        stream = ole.openstream(name).read()
    starts = {}
    epoch_1904 = False
    for kind, body in _records(stream, 0):
        if kind == _DATE_MODE:
            epoch_1904 = bool(body[0] & 1)
        elif kind == _SHEET and body[5] == 0:
            start = struct.unpack_from("<I", body)[0]
            starts[start] = _name(body) if has_names else f"sheet at {start}"
    return {name: _sheet(stream, start) for start, name in starts.items()}, epoch_1904


def _sheet(stream: bytes, at: int) -> Part:
    marks = Marks()
    hidden_rows: list[int] = []
    hidden_columns = []
    extent = Extent()
    for kind, body in _records(stream, at):
        if kind in _CELLS:
            row, column = struct.unpack_from("<HH", body)
            extent.add(row, column)
            if kind == _MANY:
                extent.add(row, struct.unpack_from("<H", body, len(body) - 2)[0])
        if kind == _ROW:
            if body[12] & 0x20:
                hidden_rows.append(struct.unpack_from("<H", body)[0] + 1)
        elif kind == _COLUMN:
            first, last, _, _, flags = struct.unpack_from("<HHHHH", body)
            if flags & 1:
                hidden_columns.append((first + 1, last + 1))
        elif (kind == _ERROR and body[7] == 1) or (
            # A formula whose result is no number says so in the last two bytes of the result.
            kind == _FORMULA and body[6] == 2 and body[12:14] == b"\xff\xff"
        ):
            row, column = struct.unpack_from("<HH", body)
            number = body[6] if kind == _ERROR else body[8]
            marks.add(row + 1, column + 1, ERROR_NUMBERS.get(number, ERROR_TEXTS[0]))
    return Part(marks.by_row, joined(sorted(set(hidden_rows))), hidden_columns, [], extent.size)
