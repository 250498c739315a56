"""Binary workbooks (.xlsb), record by record: what the reading library does not tell of them."""

import io
import struct
import zipfile
from collections.abc import Iterator
from typing import BinaryIO

from spreadsheets.parts import ERROR_NUMBERS, ERROR_TEXTS, Extent, Marks, Part, joined

# Record numbers of [MS-XLSB] 2.3.1.
_ROW, _CELL_ERROR, _FORMULA_ERROR = 0, 3, 11
_COLUMN, _WORKBOOK, _SHEET, _MERGED = 60, 153, 156, 176
# Cells that leave out their column because it is the next one; some programs write them, the
# reading library passes them over.
_SHORT_TO_LONG = {12: 1, 13: 2, 14: 3, 15: 4, 16: 5, 17: 6, 18: 7}
_CELLS = frozenset(range(1, 12)) | {62}
_LOOKED_AT = frozenset({_ROW, _COLUMN, _MERGED}) | _CELLS | _SHORT_TO_LONG.keys()


def _records(content: bytes) -> Iterator[tuple[int, bytes]]:
    at, end = 0, len(content)
    while at < end:
        kind = content[at]
        at += 1
        if kind & 0x80:
            kind = (kind & 0x7F) | (content[at] & 0x7F) << 7
            at += 1
        size = shift = 0
        while True:
            byte = content[at]
            at += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80 or shift > 21:
                break
        yield kind, content[at : at + size]
        at += size


def _record(kind: int, body: bytes) -> bytes:
    head = bytearray([kind] if kind < 0x80 else [kind & 0x7F | 0x80, kind >> 7])
    size = len(body)
    while size > 0x7F:
        head.append(size & 0x7F | 0x80)
        size >>= 7
    head.append(size)
    return bytes(head) + body


def _text(body: bytes, at: int) -> tuple[str, int]:
    (length,) = struct.unpack_from("<I", body, at)
    end = at + 4 + 2 * length
    return body[at + 4 : end].decode("utf-16-le"), end


def workbook(content: bytes) -> tuple[dict[str, str], bool]:
    """(relation -> sheet name, whether dates count from 1904), of xl/workbook.bin."""
    names = {}
    epoch_1904 = False
    for kind, body in _records(content):
        if kind == _WORKBOOK:
            epoch_1904 = bool(body[0] & 1)
        elif kind == _SHEET:
            relation, at = _text(body, 8)
            names[relation] = _text(body, at)[0]
    return names, epoch_1904


def sheet(content: bytes) -> tuple[Part, bool]:
    """What a sheet holds besides its values, and whether it has cells of the short kind."""
    marks = Marks()
    hidden_rows: list[int] = []
    part = Part(marks.by_row, [], [], [])
    row = column = 0
    has_short = False
    extent = Extent()
    for kind, body in _records(content):
        if kind not in _LOOKED_AT:
            continue
        if kind == _ROW:
            (row,) = struct.unpack_from("<I", body)
            row, column = row + 1, 0
            if body[11] & 0x10:
                hidden_rows.append(row)
        elif kind in _CELLS:
            (column,) = struct.unpack_from("<I", body)
            column += 1
            extent.add(row, column)
            if kind in (_CELL_ERROR, _FORMULA_ERROR):
                marks.add(row, column, ERROR_NUMBERS.get(body[8], ERROR_TEXTS[0]))
        elif kind in _SHORT_TO_LONG:
            has_short = True
            column += 1
            extent.add(row, column)
            if _SHORT_TO_LONG[kind] == _CELL_ERROR:
                marks.add(row, column, ERROR_NUMBERS.get(body[4], ERROR_TEXTS[0]))
        elif kind == _COLUMN:
            first, last, _, _, flags = struct.unpack_from("<IIIIH", body)
            if flags & 1:
                part.hidden_columns.append((first + 1, last + 1))
        else:
            top, bottom, left, _ = struct.unpack_from("<IIII", body)
            if bottom > top:
                part.merged.append((top + 1, left + 1, bottom + 1))
    return part._replace(hidden_rows=joined(hidden_rows), extent=extent.size), has_short


def _with_long_cells(content: bytes) -> bytearray:
    out = bytearray()
    column = -1
    for kind, body in _records(content):
        if kind == _ROW:
            column = -1
        elif kind in _CELLS:
            (column,) = struct.unpack_from("<I", body)
        elif kind in _SHORT_TO_LONG:
            column += 1
            out += _record(_SHORT_TO_LONG[kind], struct.pack("<I", column) + body)
            continue
        out += _record(kind, body)
    return out


def rewritten(archive: zipfile.ZipFile, names: set[str]) -> BinaryIO:
    """The workbook with every cell naming its column, in the sheets `names`."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
        for member in archive.infolist():
            content = archive.read(member)
            new.writestr(
                member.filename, _with_long_cells(content) if member.filename in names else content
            )
    target.seek(0)
    return target
