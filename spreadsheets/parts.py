"""What the rows of a sheet do not tell: errors, formulas without a value, hidden, merged."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from spreadsheets.errors import SheetRefused

# Stands in the row for a formula whose result the file does not hold.
UNCACHED = "=…"
ERROR_TEXTS = ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!")
# Binary formats store an error as a number.
ERROR_NUMBERS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
# Each costs about 100 bytes; a sheet with more of them is no list of persons.
MAX_MARKS = 400_000

Ranges = list[tuple[int, int]]


class Part(NamedTuple):
    """Rows and columns count from 1, ranges include both ends.

    `marks`: row -> (column, text) of cells that would otherwise arrive empty.
    `merged`: (first row, column, last row) of cells merged downwards. `extent`: rows and columns of
    the rectangle around all cells, (0, 0) where that was not looked at.
    """

    marks: dict[int, list[tuple[int, str]]]
    hidden_rows: Ranges
    hidden_columns: Ranges
    merged: list[tuple[int, int, int]]
    extent: tuple[int, int] = (0, 0)

    @classmethod
    def empty(cls) -> "Part":
        return cls({}, [], [], [])


class Marks:
    """Collects marks up to a limit, beyond which the file is refused rather than misread."""

    def __init__(self) -> None:
        self.by_row: dict[int, list[tuple[int, str]]] = {}
        self.count = 0

    def add(self, row: int, column: int, text: str) -> None:
        self.count += 1
        if self.count > MAX_MARKS:
            raise SheetRefused(
                "RUMUS_TERLALU_BANYAK",
                "Lembar berisi lebih dari 400.000 sel galat atau rumus yang belum dihitung; buka "
                "dengan Excel, salin lalu tempel sebagai nilai, dan unggah kembali.",
            )
        self.by_row.setdefault(row, []).append((column, text))


class Extent:
    """The rectangle around all cells, for each place of which the reading library takes memory."""

    def __init__(self) -> None:
        self.top = self.left = 2**32
        self.bottom = self.right = -1

    def add(self, row: int, column: int) -> None:
        self.top, self.bottom = min(self.top, row), max(self.bottom, row)
        self.left, self.right = min(self.left, column), max(self.right, column)

    @property
    def size(self) -> tuple[int, int]:
        """(rows, columns)"""
        if self.bottom < 0:
            return 0, 0
        return self.bottom - self.top + 1, self.right - self.left + 1


def joined(numbers: Iterable[int]) -> Ranges:
    """
    >>> joined([5, 6, 7, 12])
    [(5, 7), (12, 12)]
    """
    ranges: Ranges = []
    for number in numbers:
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], number)
        else:
            ranges.append((number, number))
    return ranges


def column_number(letters: bytes) -> int:
    """
    >>> column_number(b"A"), column_number(b"AA")
    (1, 27)
    """
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def column_letters(number: int) -> str:
    """
    >>> column_letters(1), column_letters(26), column_letters(27), column_letters(703)
    ('A', 'Z', 'AA', 'AAA')
    """
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


_HIDES = (b'hidden="1"', b'hidden="true"')
_HIDDEN = re.compile(rb"<(row|col)\s([^>]*)>")
_ATTRIBUTE = re.compile(rb'\b(r|min|max)="(\d{1,7})"')
_CELL = rb'<c\s(?=[^>]*\br="([A-Z]{1,3})(\d{1,7})")'
_FORMULA = rb"<f(?:\s[^>]*)?(?:/>|>[^<]*</f>)\s*"
_ERROR_CELL = re.compile(_CELL + rb"[^>]*>\s*(?:" + _FORMULA + rb")?(?:<v>([^<]*)</v>)?")
_FORMULA_CELL = re.compile(
    _CELL + rb"([^>]*)>\s*" + _FORMULA + rb"(?:(<v>[^<])|(<v\s*/>|<v></v>)?)"
)


def is_telling(xml: bytes) -> bool:
    """Whether this piece of the XML of an xlsx sheet makes a closer look worth its time.

    The single letters stand in no plain cell, and finding that out costs next to nothing.
    """
    return (
        (b"f" in xml and b"<f" in xml)
        or b't="e"' in xml
        or (b"h" in xml and b'hidden="' in xml and any(sign in xml for sign in _HIDES))
    )


def from_xml(chunks: Iterable[bytes]) -> Part:
    """A look at the XML of an xlsx sheet, given in pieces that end between two rows."""
    marks = Marks()
    hidden_rows: list[int] = []
    hidden_columns: Ranges = []
    for chunk in chunks:
        for start in (start for sign in _HIDES for start in _starts(chunk, sign)):
            if found := _HIDDEN.match(chunk, start):
                told = {name: int(number) for name, number in _ATTRIBUTE.findall(found[2])}
                if b"r" in told:
                    hidden_rows.append(told[b"r"])
                elif b"min" in told:
                    hidden_columns.append((told[b"min"], told.get(b"max", told[b"min"])))
        for start in _starts(chunk, b't="e"'):
            if found := _ERROR_CELL.match(chunk, start):
                text = (found[3] or b"").decode("ascii", "replace")
                text = text if text in ERROR_TEXTS else ERROR_TEXTS[0]
                marks.add(int(found[2]), column_number(found[1]), text)
        if b"<f" in chunk:
            for found in _FORMULA_CELL.finditer(chunk):
                # An empty text is a value too: =IF(A1="";"";A1).
                if not found[4] and not (found[5] and b't="str"' in found[3]):
                    marks.add(int(found[2]), column_number(found[1]), UNCACHED)
    return Part(marks.by_row, joined(sorted(hidden_rows)), hidden_columns, [])


def _starts(chunk: bytes, attribute: bytes) -> Iterator[int]:
    """Where the elements begin that have this attribute; only those cost time."""
    at = chunk.find(attribute)
    while at >= 0:
        yield chunk.rfind(b"<", 0, at)
        at = chunk.find(attribute, at + 1)
