"""An xlsx workbook changed in place: what is not changed stays byte for byte as its sender has it.

A library that loads a workbook and saves it again loses what it does not know: pictures, charts,
shapes, pivot tables, slicers, the values of formulas. Here the XML of a part is searched for the
few places to change, and everything between them is copied.
"""

import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from posixpath import dirname, normpath
from typing import NamedTuple
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile

CONTENT_TYPES = "[Content_Types].xml"
WORKBOOK = "xl/workbook.xml"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml."
TYPES = {
    "worksheet": f"{_TYPE}worksheet+xml",
    "comments": f"{_TYPE}comments+xml",
    "styles": f"{_TYPE}styles+xml",
}
_VML_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
# An attribute may hold a ">".
TAG = re.compile(rb"""<[^"'>]*(?:"[^"]*"[^"'>]*|'[^']*'[^"'>]*)*>""")
_COMPRESSION = 4
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

Edit = tuple[int, int, bytes]
"""Replace the bytes from start to end; edits of one part neither overlap nor change order."""


class Element(NamedTuple):
    """An element and its place: start tag from `start` to `inner`, end tag from `close` to `end`.

    An empty element `<a/>` has no end tag: `inner`, `close` and `end` are equal.
    """

    name: str
    attributes: dict[str, str]
    depth: int
    start: int
    inner: int
    close: int
    end: int

    @property
    def local(self) -> str:
        return local_name(self.name)


def local_name(name: str) -> str:
    return name.rpartition(":")[2]


def prefix_of(name: str) -> str:
    """The prefix with its colon: "x:" of "x:row", nothing of "row"."""
    return name[: -len(local_name(name))]


def elements(xml: bytes) -> list[Element]:
    """The elements of a small part in the order of their start tags, the root first."""
    found: list = []
    open_ones: list[int] = []
    parser = expat.ParserCreate()

    def start(name, attributes):
        at = parser.CurrentByteIndex
        inner = TAG.match(xml, at).end()
        found.append(Element(name, attributes, len(open_ones), at, inner, inner, inner))
        open_ones.append(len(found) - 1)

    def end(name):
        index = open_ones.pop()
        if xml[found[index].inner - 2 : found[index].inner] != b"/>":
            at = parser.CurrentByteIndex
            found[index] = found[index]._replace(close=at, end=TAG.match(xml, at).end())

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.Parse(xml, True)
    return found


def edited(source, edits: Iterable[Edit]) -> Iterator[bytes]:
    """The source (bytes or a memory map) in pieces, with the edits made."""
    at = 0
    for start, end, new in edits:
        yield source[at:start]
        yield new
        at = end
    while at < len(source):
        yield source[at : at + 2**20]
        at += 2**20


def appended(xml: bytes, parent: Element, children: bytes) -> Edit:
    """The edit that adds children at the end of an element."""
    if parent.inner != parent.end:
        return (parent.close, parent.close, children)
    tag = xml[parent.start : parent.inner - 2].rstrip()
    return (parent.start, parent.end, tag + b">" + children + f"</{parent.name}>".encode())


def with_attribute(tag: bytes, name: bytes, value: object) -> bytes:
    """A start tag with one attribute set; None takes it out."""
    new = b"" if value is None else b' %s="%s"' % (name, str(value).encode())
    found = re.search(rb"""\s%s\s*=\s*(?:"[^"]*"|'[^']*')""" % name, tag)
    if found:
        return tag[: found.start()] + new + tag[found.end() :]
    end = len(tag) - (2 if tag.endswith(b"/>") else 1)
    return tag[:end].rstrip() + new + tag[end:]


def legible(value: str) -> str:
    """The text with blanks for the characters that XML cannot hold."""
    return _ILLEGAL.sub(" ", value)


def text(value: str) -> bytes:
    """Text as XML of any encoding."""
    return escape(legible(value)).encode("ascii", "xmlcharrefreplace")


def letters(column: int) -> str:
    """
    >>> letters(1), letters(27), letters(16384)
    ('A', 'AA', 'XFD')
    """
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


_numbers: dict[str, int] = {}


def column_number(reference: str) -> int:
    """The column of a cell, from 1.

    >>> column_number("A1"), column_number("AA10")
    (1, 27)
    """
    name = reference.rstrip("0123456789")
    if name not in _numbers:
        number = 0
        for letter in name:
            number = number * 26 + ord(letter) - 64
        _numbers[name] = number
    return _numbers[name]


def row_number(reference: str) -> int:
    return int(reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))


class Package:
    """The parts of a workbook, and what is to become of them. `save` writes the new one."""

    def __init__(self, path: str | Path) -> None:
        self.archive = ZipFile(path)
        self.names = set(self.archive.namelist())
        self.new: dict[str, bytes | Path] = {}
        self.removed: set[str] = set()
        relations = self._relations(WORKBOOK)
        worksheet = next(type_ for type_, _, _ in relations if type_.endswith("/worksheet"))
        # Also the namespace of r:id; a strict workbook has another one than the usual.
        self.relation_types = worksheet.removesuffix("/worksheet")

    @property
    def namespace(self) -> str:
        """Of the elements of sheets and comments."""
        if "purl.oclc.org" in self.relation_types:
            return "http://purl.oclc.org/ooxml/spreadsheetml/main"
        return "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

    def __enter__(self) -> "Package":
        return self

    def __exit__(self, *error) -> None:
        self.archive.close()

    def part(self, name: str) -> bytes:
        """The part as it will be saved."""
        return self.new[name] if name in self.new else self.archive.read(name)

    def change(self, name: str, edits: list[Edit]) -> None:
        if edits:
            self.new[name] = b"".join(edited(self.part(name), sorted(edits, key=_place)))

    def extract(self, name: str, folder: str | Path) -> Path:
        """The part as a file of its own, for one that is too big for memory."""
        path = Path(folder) / "part.xml"
        with self.archive.open(name) as source, path.open("wb") as target:
            shutil.copyfileobj(source, target, 2**20)
        return path

    def _relations(self, name: str) -> list[tuple[str, str, str]]:
        """(type, id, part) of everything that a part refers to."""
        path = _relations_path(name)
        if not self.has(path):
            return []
        return [
            (one.attributes["Type"], one.attributes["Id"], _target(name, one.attributes["Target"]))
            for one in elements(self.part(path))
            if one.local == "Relationship" and one.attributes.get("TargetMode") != "External"
        ]

    def has(self, name: str) -> bool:
        return name in self.new or name in self.names

    def related(self, name: str, kind: str, relation: str = "") -> str | None:
        """The part of this kind that `name` refers to (by this relation), such as its comments."""
        for type_, identifier, target in self._relations(name):
            if type_.endswith(f"/{kind}") and relation in ("", identifier) and self.has(target):
                return target
        return None

    def sheets(self) -> dict[str, str]:
        """Sheet name -> part."""
        parts = {identifier: target for _, identifier, target in self._relations(WORKBOOK)}
        found = {}
        for one in elements(self.part(WORKBOOK)):
            if one.local == "sheet":
                identifiers = (v for k, v in one.attributes.items() if local_name(k) == "id")
                found[one.attributes["name"]] = parts.get(next(identifiers, ""), "")
        return {name: part for name, part in found.items() if part in self.names}

    def add(self, owner: str, kind: str, path: str, content: bytes) -> str:
        """A new part that `owner` refers to; `path` holds a {} for a number. Gives its relation.

        Kinds are those of TYPES, and vmlDrawing.
        """
        number = next(n for n in range(1, 10_000) if not self.has(path.format(n)))
        name = path.format(number)
        self.new[name] = content
        types = self.part(CONTENT_TYPES)
        listed = elements(types)
        prefix = prefix_of(listed[0].name)
        if kind in TYPES:
            entry = f'<{prefix}Override PartName="/{name}" ContentType="{TYPES[kind]}"/>'
        elif any(one.attributes.get("Extension", "").lower() == "vml" for one in listed):
            entry = ""
        else:
            entry = f'<{prefix}Default Extension="vml" ContentType="{_VML_TYPE}"/>'
        self.change(CONTENT_TYPES, [appended(types, listed[0], entry.encode())])
        return self._relate(owner, kind, name)

    def _relate(self, owner: str, kind: str, name: str) -> str:
        path = _relations_path(owner)
        if not self.has(path):
            self.new[path] = f'<Relationships xmlns="{_PACKAGE}/relationships"/>'.encode()
        listed = elements(self.part(path))
        taken = {one.attributes.get("Id") for one in listed}
        identifier = next(f"rIdPortal{n}" for n in range(1, 10_000) if f"rIdPortal{n}" not in taken)
        entry = (
            f'<{prefix_of(listed[0].name)}Relationship Id="{identifier}"'
            f' Type="{self.relation_types}/{kind}" Target="/{name}"/>'
        )
        self.change(path, [appended(self.part(path), listed[0], entry.encode())])
        return identifier

    def add_sheet(self, name: str, content: bytes) -> None:
        """A worksheet at the end of the workbook."""
        identifier = self.add(WORKBOOK, "worksheet", "xl/worksheets/portal{}.xml", content)
        xml = self.part(WORKBOOK)
        listed = elements(xml)
        sheets = next(one for one in listed if one.local == "sheets")
        numbers = [int(one.attributes["sheetId"]) for one in listed if one.local == "sheet"]
        entry = (
            f'<{prefix_of(sheets.name)}sheet xmlns:r="{self.relation_types}"'
            f' name={quoteattr(name)} sheetId="{max(numbers) + 1}" r:id="{identifier}"/>'
        )
        self.change(WORKBOOK, [appended(xml, sheets, entry.encode())])

    def drop_calculation_chain(self) -> None:
        """Forget in which order formulas are computed; Excel finds it anew.

        A chain that names a cell without a formula makes Excel call the workbook damaged.
        """
        chain = self.related(WORKBOOK, "calcChain")
        if not chain:
            return
        for part, attribute in ((_relations_path(WORKBOOK), "Target"), (CONTENT_TYPES, "PartName")):
            self.change(
                part,
                [
                    (one.start, one.end, b"")
                    for one in elements(self.part(part))
                    if _target(WORKBOOK, one.attributes.get(attribute, "")) == chain
                ],
            )
        self.removed.add(chain)

    def save(self, target: str | Path) -> None:
        with ZipFile(target, "w", ZIP_DEFLATED, compresslevel=_COMPRESSION) as archive:
            for name in self.archive.namelist():
                if name not in self.new and name not in self.removed and not name.endswith("/"):
                    with self.archive.open(name) as old, archive.open(name, "w") as new:
                        shutil.copyfileobj(old, new, 2**20)
            for name, content in self.new.items():
                if isinstance(content, Path):
                    archive.write(content, name)
                else:
                    archive.writestr(name, content)


def _place(edit: Edit) -> tuple[int, int]:
    return edit[:2]


def _relations_path(name: str) -> str:
    folder, _, file = name.rpartition("/")
    return f"{folder}/_rels/{file}.rels"


def _target(owner: str, target: str) -> str:
    return target[1:] if target.startswith("/") else normpath(f"{dirname(owner)}/{target}")
