"""OpenDocument sheets (.ods): what the reading library does not tell of them."""

import io
import re
import zipfile
from collections.abc import Iterable
from typing import BinaryIO
from xml.parsers import expat

from spreadsheets.parts import ERROR_TEXTS, Marks, Part

CONTENT = "content.xml"
# What makes a walk through the XML worth its time.
TELLING = (
    b'table:visibility="collapse"',
    b'table:visibility="filter"',
    b"table:number-rows-spanned",
    b'"error"',
    b"#N/A",
    b"#REF!",
    b"#VALUE!",
    b"#NAME?",
    b"#DIV/0!",
    b"Err:5",
)
EPOCH_1904 = b'table:date-value="1904-01-01"'
# The reading library wants elements without blanks between them, as LibreOffice writes them.
INDENTED = re.compile(rb"<table:table-row[^>]*>\s+<")
_REPEATED_ROW = re.compile(
    rb'<table:table-row[^>]*\bnumber-rows-repeated="(\d{3,})"[^>]*>(.*?)</table:table-row>',
    re.DOTALL,
)
_REPEATED_CELL = re.compile(rb'\bnumber-columns-repeated="(\d{2,})"')
_BLANKS = re.compile(rb"(</?(?:table|office):[^>]*>|</text:p>)\s+(?=<)")
_HIDDEN = ("collapse", "filter")
_MAX_RANGE = 2**20


def _count(attributes: dict[str, str], name: str) -> int:
    count = attributes.get(name, "1")
    return min(int(count), _MAX_RANGE) if count.isdecimal() else 1


def repeated_places(chunks: Iterable[bytes]) -> int:
    """How many cells the rows stand for that have a value and say that they are there many times.

    The chunks end with a row. Below the data every program repeats a row of nothing.
    """
    count = 0
    for chunk in chunks:
        for times, row in _REPEATED_ROW.findall(chunk):
            if b"office:value" in row or b"<text:p" in row:
                cells = row.count(b"<table:") + sum(map(int, _REPEATED_CELL.findall(row)))
                count += int(times) * cells
    return count


class _Walk:
    """Follows rows and columns through the document, repeated ones included."""

    def __init__(self) -> None:
        self.parts: dict[str, Part] = {}
        self.marks = Marks()
        self.part = Part.empty()
        self.row = self.column = 0
        self.repeated = 1
        self.cell: tuple[int, bool] | None = None
        self.text: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "table:table":
            self.marks = Marks()
            self.part = Part(self.marks.by_row, [], [], [])
            self.parts[attributes.get("table:name", "")] = self.part
            self.row = self.column = 0
            self.repeated = 1
        elif tag == "table:table-column":
            count = _count(attributes, "table:number-columns-repeated")
            if attributes.get("table:visibility") in _HIDDEN:
                self.part.hidden_columns.append((self.column + 1, self.column + count))
            self.column += count
        elif tag == "table:table-row":
            self.row += self.repeated
            self.repeated = _count(attributes, "table:number-rows-repeated")
            self.column = 0
            if attributes.get("table:visibility") in _HIDDEN:
                self.part.hidden_rows.append((self.row, self.row + self.repeated - 1))
        elif tag in ("table:table-cell", "table:covered-table-cell"):
            self.start_cell(attributes)

    def start_cell(self, attributes: dict[str, str]) -> None:
        self.cell = (
            self.column + 1,
            "error" in (attributes.get("calcext:value-type"), attributes.get("office:value-type")),
        )
        self.text = []
        rows = _count(attributes, "table:number-rows-spanned")
        if rows > 1:
            self.part.merged.append((self.row, self.column + 1, self.row + rows - 1))
        self.column += _count(attributes, "table:number-columns-repeated")

    def end(self, tag: str) -> None:
        if self.cell and tag in ("table:table-cell", "table:covered-table-cell"):
            column, is_error = self.cell
            shown = "".join(self.text).strip()
            if shown in ERROR_TEXTS or is_error:
                text = shown if shown in ERROR_TEXTS else ERROR_TEXTS[0]
                self.marks.add(self.row, column, text)
            self.cell = None

    def characters(self, text: str) -> None:
        if self.cell:
            self.text.append(text)


def walk(chunks: Iterable[bytes]) -> dict[str, Part]:
    """What the sheets hold besides their values, by name. Raises ValueError for broken XML."""
    found = _Walk()
    parser = expat.ParserCreate()
    parser.StartElementHandler = found.start
    parser.EndElementHandler = found.end
    parser.CharacterDataHandler = found.characters
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise ValueError("broken XML") from error
    return found.parts


def rewritten(archive: zipfile.ZipFile, rows: Iterable[bytes]) -> BinaryIO:
    """The document without blanks between its elements; `rows` is its XML, cut between rows."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
        for member in archive.infolist():
            if member.filename == CONTENT:
                with new.open(CONTENT, "w", force_zip64=True) as file:
                    for chunk in rows:
                        file.write(_BLANKS.sub(rb"\1", chunk.lstrip()))
            else:
                new.writestr(member.filename, archive.read(member))
    target.seek(0)
    return target
