"""Colours and notes in the XML of a workbook (ECMA-376, SpreadsheetML)."""

import mmap
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple
from xml.parsers import expat

from spreadsheets.commenting import write_comments
from spreadsheets.package import (
    TAG,
    Edit,
    Element,
    Package,
    column_number,
    edited,
    elements,
    letters,
    local_name,
    prefix_of,
    row_number,
    text,
    with_attribute,
)

COLOURS = {"info": "DCEBF7", "warning": "FFEFC2", "error": "F9D3CF"}
NOTE_WIDTH = 60
_CHUNK = 2**20


class Styles:
    """The cell formats of a workbook, with a coloured twin of each as it is asked for."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.part = package.related("xl/workbook.xml", "styles")
        if self.part is None:
            package.add("xl/workbook.xml", "styles", "xl/styles.xml", _PLAIN_STYLES)
            self.part = package.related("xl/workbook.xml", "styles")
        self.xml = package.part(self.part)
        listed = elements(self.xml)
        self.fills, self.fill_list = _list_of(listed, "fills")
        self.formats, format_list = _list_of(listed, "cellXfs")
        self.fonts, self.font_list = _list_of(listed, "fonts")
        self.known = [self.xml[one.start : one.end] for one in format_list]
        self.fill_of = [int(one.attributes.get("fillId", 0)) for one in format_list]
        self.prefix = prefix_of(listed[0].name)
        own = {colour.encode() for colour in COLOURS.values()}
        self.own_fills = {
            index
            for index, one in enumerate(self.fill_list)
            if own & set(_COLOUR.findall(self.xml, one.start, one.end))
        }
        self.added: list[bytes] = []
        self.made: dict[tuple, int] = {}

    def coloured(self, style: int, level: str) -> int:
        """The format with the colour of the level in place of its own."""
        return self._twin(style, len(self.fill_list) + list(COLOURS).index(level))

    def without_colour(self, style: int) -> int:
        """The format without a colour that an earlier check has given it."""
        return self._twin(style, 0) if self.fill_of[style] in self.own_fills else style

    def _twin(self, style: int, fill: int) -> int:
        key = style, fill
        if key not in self.made:
            whole = self.known[style]
            tag = TAG.match(whole).group()
            twin = with_attribute(with_attribute(tag, b"fillId", fill), b"applyFill", 1)
            self.made[key] = self._add(twin + whole[len(tag) :])
        return self.made[key]

    def note(self, level: str) -> int:
        """Wrapped text at the top of the cell, in the colour of the level."""
        key = "note", level
        if key not in self.made:
            fill = len(self.fill_list) + list(COLOURS).index(level)
            self.made[key] = self._add(
                f'<{self.prefix}xf numFmtId="0" fontId="0" fillId="{fill}" borderId="0" xfId="0"'
                f' applyFill="1" applyAlignment="1"><{self.prefix}alignment vertical="top"'
                f' wrapText="1"/></{self.prefix}xf>'.encode()
            )
        return self.made[key]

    def title(self) -> int:
        """Bold and larger."""
        if "title" not in self.made:
            self.made["title"] = self._add(
                f'<{self.prefix}xf numFmtId="0" fontId="{len(self.font_list)}" fillId="0"'
                ' borderId="0" xfId="0" applyFont="1"/>'.encode()
            )
        return self.made["title"]

    def _add(self, xf: bytes) -> int:
        self.added.append(xf)
        return len(self.known) + len(self.added) - 1

    def save(self) -> None:
        p = self.prefix
        fills = [
            f'<{p}fill><{p}patternFill patternType="solid"><{p}fgColor rgb="FF{colour}"/>'
            f'<{p}bgColor indexed="64"/></{p}patternFill></{p}fill>'.encode()
            for colour in COLOURS.values()
        ]
        fonts = [f'<{p}font><{p}b/><{p}sz val="14"/><{p}name val="Calibri"/></{p}font>'.encode()]
        edits = []
        for parent, children, before in (
            (self.fonts, fonts, len(self.font_list)),
            (self.fills, fills, len(self.fill_list)),
            (self.formats, self.added, len(self.known)),
        ):
            tag = self.xml[parent.start : parent.inner]
            counted = with_attribute(tag, b"count", before + len(children))
            edits += [
                (parent.start, parent.inner, counted),
                (parent.close, parent.close, b"".join(children)),
            ]
        self.package.change(self.part, edits)


_COLOUR = re.compile(rb'fgColor\s[^>]*?rgb="[0-9A-Fa-f]{2}([0-9A-F]{6})"')
_PLAIN_STYLES = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    b'<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    b'<fills count="2"><fill><patternFill patternType="none"/></fill>'
    b'<fill><patternFill patternType="gray125"/></fill></fills>'
    b'<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    b'<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>'
    b'<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    b"</styleSheet>"
)


def _list_of(listed: list[Element], name: str) -> tuple[Element, list[Element]]:
    parent = next(one for one in listed if one.local == name and one.depth == 1)
    inside = [one for one in listed if parent.start < one.start < parent.close and one.depth == 2]
    if not inside:
        raise ValueError(f"no {name}")
    return parent, inside


class Marks(NamedTuple):
    """What is to be written into one sheet; rows and columns from 1, head 0 where there is none.

    `forget`: colours and notes of an earlier check give way, but in the rows of `kept_notes`.
    """

    head: int
    note_column: int
    heading: str
    notes: Mapping[int, tuple[str, str]]
    cells: Mapping[tuple[int, int], str]
    forget: bool
    kept_notes: Collection[int]


class Merges:
    """Cells that lie under a merged cell and are not its corner."""

    def __init__(self, source) -> None:
        self.rows: dict[int, list[tuple[int, int]]] = defaultdict(list)
        after = max(source.rfind(b"sheetData>"), 0)
        for found in _MERGE.finditer(source, after):
            first, last = (found[1].decode(), found[2].decode())
            top, bottom = row_number(first), row_number(last)
            left, right = column_number(first), column_number(last)
            for column in range(left, min(right, left + 500) + 1):
                start = top + 1 if column == left else top
                if start <= bottom:
                    self.rows[column].append((start, bottom))
        for spans in self.rows.values():
            spans.sort()

    def covers(self, row: int, column: int) -> bool:
        spans = self.rows.get(column, [])
        at = bisect_right(spans, (row, 2**31)) - 1
        return at >= 0 and spans[at][0] <= row <= spans[at][1]


_MERGE = re.compile(rb"mergeCell\s[^>]*?ref=[\"']([A-Z]+\d+):([A-Z]+\d+)[\"']")
# What follows the place of <legacyDrawing> in a worksheet.
_AFTER_LEGACY = (
    "legacyDrawingHF",
    "drawingHF",
    "picture",
    "oleObjects",
    "controls",
    "webPublishItems",
    "tableParts",
    "extLst",
    "AlternateContent",
)


class SheetWriter:
    """Finds the places to change in the XML of one sheet, in one pass."""

    def __init__(self, source, marks: Marks, styles: Styles, legacy: str) -> None:
        self.source = source
        self.relation_types = styles.package.relation_types
        self.marks = marks
        self.styles = styles
        self.legacy = legacy
        self.locals: dict[str, str] = {}
        self.edits: list[Edit] = []
        self.lost_formula = False
        self.by_row: dict[int, list[tuple[int, str]]] = defaultdict(list)
        for (row, column), level in marks.cells.items():
            self.by_row[row].append((column, level))
        for row in filter(None, (marks.head, *marks.notes)):
            self.by_row[row].append((marks.note_column, ""))
        self.row = 0
        self.column = 0
        self.in_row = False
        self.pending: list[tuple[int, str]] = []
        self.row_style = ""
        self.head_style = 0
        self.replaced: tuple[int, bytes] | None = None
        self.columns: list[Element] = []
        self.depth = 0
        self.is_past_data = False
        self.has_legacy = False

    def write(self, target: Path) -> None:
        self.parser = parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        source = self.source
        for at in range(0, len(source), _CHUNK):
            parser.Parse(source[at : at + _CHUNK], False)
        parser.Parse(b"", True)
        self.edits.sort(key=lambda edit: edit[:2])
        with target.open("wb") as file:
            for piece in edited(source, self.edits):
                file.write(piece)

    def _learn(self, name: str) -> str:
        return self.locals.setdefault(name, local_name(name))

    def _tag(self, at: int) -> bytes:
        return TAG.match(self.source, at).group()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = self.locals.get(name) or self._learn(name)
        if local == "c":
            if self.in_row:
                self._cell(attributes)
        elif local == "row":
            self._begin_row(attributes)
        elif local == "f":
            self.lost_formula = self.lost_formula or self.replaced is not None
        elif not self.in_row and local not in ("v", "is", "t"):
            self._outside(name, local, attributes)
        self.depth += 1

    def _end(self, name: str) -> None:
        self.depth -= 1
        local = self.locals[name]
        if local == "c":
            if self.replaced is not None:
                start, new = self.replaced
                at = self.parser.CurrentByteIndex
                self.edits.append((start, TAG.match(self.source, at).end(), new))
                self.replaced = None
        elif local == "row":
            self._end_row()
        elif self.depth == 0:
            self._write_legacy(self.parser.CurrentByteIndex)
        elif local == "sheetData":
            self.is_past_data = True
        elif local == "col":
            at = self.parser.CurrentByteIndex
            if self.columns[-1].inner != at:
                end = TAG.match(self.source, at).end()
                self.columns[-1] = self.columns[-1]._replace(close=at, end=end)

    def _begin_row(self, attributes) -> None:
        self.row = int(attributes["r"]) if "r" in attributes else self.row + 1
        self.column = 0
        self.pending = sorted(self.by_row.get(self.row, ()))
        forget = self.marks.forget and self.row > self.marks.head
        self.in_row = bool(self.pending or forget)
        if not self.pending:
            return
        styled = attributes.get("customFormat", "0") not in ("0", "false")
        self.row_style = attributes.get("s", "") if styled else ""
        at = self.parser.CurrentByteIndex
        tag = self._tag(at)
        # How far the row reaches is only a hint for readers, and no longer true.
        told = with_attribute(tag, b"spans", None)
        if tag.endswith(b"/>"):
            cells = b"".join(self._new_cell(*one) for one in self.pending)
            self.pending = []
            name = TAG.match(told).group()[1:].split(None, 1)[0].rstrip(b"/>")
            told = told[:-2].rstrip() + b">" + cells + b"</" + name + b">"
        if told != tag:
            self.edits.append((at, at + len(tag), told))

    def _end_row(self) -> None:
        if self.pending:
            at = self.parser.CurrentByteIndex
            self.edits.append((at, at, b"".join(self._new_cell(*one) for one in self.pending)))
            self.pending = []
        self.in_row = False

    def _cell(self, attributes) -> None:
        marks = self.marks
        column = column_number(attributes["r"]) if "r" in attributes else self.column + 1
        self.column = column
        at = self.parser.CurrentByteIndex
        style = int(attributes.get("s", 0))
        if self.row == marks.head and column == marks.note_column - 1:
            self.head_style = style
        while self.pending and self.pending[0][0] < column:
            self.edits.append((at, at, self._new_cell(*self.pending.pop(0))))
        forget = marks.forget and self.row > marks.head
        if column == marks.note_column:
            wanted = bool(self.pending) and self.pending[0][0] == column
            if wanted:
                self.pending.pop(0)
            if not wanted and (not forget or self.row in marks.kept_notes):
                return
            tag = self._tag(at)
            new = self._new_cell(column, "") if wanted else b""
            if tag.endswith(b"/>"):
                self.edits.append((at, at + len(tag), new))
            else:
                self.replaced = (at, new)
            return
        look = self.styles.without_colour(style) if forget else style
        while self.pending and self.pending[0][0] == column:
            look = self.styles.coloured(style, self.pending.pop(0)[1])
        if look != style:
            tag = self._tag(at)
            self.edits.append((at, at + len(tag), with_attribute(tag, b"s", look)))

    def _new_cell(self, column: int, level: str) -> bytes:
        reference = f"{letters(column)}{self.row}"
        if column != self.marks.note_column:
            style = self.styles.coloured(self._empty_style(column), level)
            return f'<{self.prefix}c r="{reference}" s="{style}"/>'.encode()
        if self.row == self.marks.head:
            return text_cell(self.prefix, reference, self.marks.heading, self.head_style)
        level, told = self.marks.notes[self.row]
        return text_cell(self.prefix, reference, told, self.styles.note(level))

    def _empty_style(self, column: int) -> int:
        """How a cell looks that is not written: as its row or its column says."""
        if self.row_style:
            return int(self.row_style)
        for one in self.columns:
            if int(one.attributes["min"]) <= column <= int(one.attributes["max"]):
                return int(one.attributes.get("style", 0))
        return 0

    def _outside(self, name: str, local: str, attributes) -> None:
        at = self.parser.CurrentByteIndex
        if self.depth == 0:
            self.prefix = prefix_of(name)
        elif local == "dimension":
            tag = self._tag(at)
            reference = attributes.get("ref", "A1").replace("$", "")
            first, _, last = reference.partition(":")
            last = last or first
            column = max(column_number(last), self.marks.note_column)
            wider = f"{first}:{letters(column)}{row_number(last)}"
            self.edits.append((at, at + len(tag), with_attribute(tag, b"ref", wider)))
        elif local == "col":
            end = at + len(self._tag(at))
            self.columns.append(Element(name, attributes, self.depth, at, end, end, end))
        elif local == "sheetData":
            self._write_columns(at)
        elif local == "legacyDrawing" and self.depth == 1:
            self.has_legacy = True
        elif local in _AFTER_LEGACY and self.depth == 1 and self.is_past_data:
            self._write_legacy(at)

    def _write_legacy(self, at: int) -> None:
        if self.has_legacy or not self.legacy:
            return
        self.has_legacy = True
        new = f'<{self.prefix}legacyDrawing xmlns:r="{self.relation_types}" r:id="{self.legacy}"/>'
        self.edits.append((at, at, new.encode()))

    def _write_columns(self, before_data: int) -> None:
        """The column of notes is wide and visible, whatever range of columns it lies in."""
        column = self.marks.note_column
        own = (
            f'<{self.prefix}col min="{column}" max="{column}" width="{NOTE_WIDTH}"'
            ' customWidth="1"/>'.encode()
        )
        if not self.columns:
            whole = f"<{self.prefix}cols>".encode() + own + f"</{self.prefix}cols>".encode()
            self.edits.append((before_data, before_data, whole))
            return
        for one in self.columns:
            first, last = int(one.attributes["min"]), int(one.attributes["max"])
            if column < first:
                self.edits.append((one.start, one.start, own))
                return
            if first <= column <= last:
                tag = self.source[one.start : one.inner].rstrip(b"/>") + b"/>"
                pieces = [own]
                if first < column:
                    pieces.insert(0, with_attribute(tag, b"max", column - 1))
                if column < last:
                    pieces.append(with_attribute(tag, b"min", column + 1))
                self.edits.append((one.start, one.end, b"".join(pieces)))
                return
        self.edits.append((self.columns[-1].end, self.columns[-1].end, own))


def text_cell(prefix: str, reference: str, value: str, style: int) -> bytes:
    """A cell of text, whatever the text begins with."""
    return (
        f'<{prefix}c r="{reference}" s="{style}" t="inlineStr"><{prefix}is><{prefix}t'
        ' xml:space="preserve">'.encode()
        + text(value)
        + f"</{prefix}t></{prefix}is></{prefix}c>".encode()
    )


def mark_sheet(
    package: Package,
    part: str,
    marks: Marks,
    styles: Styles,
    comments: Mapping[tuple[int, int], str],
    folder: str | Path,
) -> None:
    """Write the marks and comments into the sheet of that part."""
    path = package.extract(part, folder)
    target = path.with_name(f"{len(package.new)}-marked.xml")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as source:
        merges = Merges(source)
        visible = {at: level for at, level in marks.cells.items() if not merges.covers(*at)}
        told = {at: message for at, message in comments.items() if at in visible}
        drawn = _LEGACY.search(source, max(source.rfind(b"sheetData>"), 0))
        drawing = package.related(part, "vmlDrawing", drawn[1].decode()) if drawn else None
        relation = write_comments(package, part, told, drawing)
        writer = SheetWriter(source, marks._replace(cells=visible), styles, relation)
        writer.write(target)
    package.new[part] = target
    if writer.lost_formula:
        package.drop_calculation_chain()


_LEGACY = re.compile(rb"legacyDrawing\s[^>]*?\bid=[\"']([^\"']+)[\"']")


def plain_sheet(rows: Iterable[tuple], package: Package, styles: Styles) -> bytes:
    """A small sheet of two columns under a title; texts stay texts."""
    lines = [
        f'<worksheet xmlns="{package.namespace}"><cols>'
        '<col min="1" max="1" width="60" customWidth="1"/>'
        '<col min="2" max="2" width="40" customWidth="1"/></cols><sheetData>'.encode()
    ]
    for number, cells in enumerate(rows, start=1):
        lines.append(f'<row r="{number}">'.encode())
        for column, value in enumerate(cells, start=1):
            reference = f"{letters(column)}{number}"
            if isinstance(value, int):
                lines.append(f'<c r="{reference}"><v>{value}</v></c>'.encode())
            elif value:
                style = styles.title() if number == 1 else 0
                lines.append(text_cell("", reference, str(value), style))
        lines.append(b"</row>")
    lines.append(b"</sheetData></worksheet>")
    return b"".join(lines)
