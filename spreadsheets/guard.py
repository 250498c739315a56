"""What kind of file this is, by its content, and whether it is safe to open.

Nothing is unpacked into memory as a whole; a hostile or foreign file costs one sentence.
"""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple
from xml.etree import ElementTree

from spreadsheets import biff, opendocument, xlsb
from spreadsheets.errors import SheetRefused
from spreadsheets.parts import Part, column_number, from_xml, is_telling

MAX_ROWS = 200_000
MAX_COLUMNS = 200
# The reading library takes up to 64 bytes for each place of a sheet: 450 MB.
MAX_PLACES = 7_000_000
MAX_FILE_BYTES = 100 * 2**20
# A sheet of 200,000 rows and 40 columns unpacks to about 250 MB.
MAX_UNPACKED_BYTES = 500 * 2**20
# Real workbooks unpack to 5-30 times their size; deflate itself cannot exceed 1032.
MAX_RATIO = 150
RATIO_FREE_BYTES = 20 * 2**20
MAX_PARTS = 5_000
MAX_INDEX_BYTES = 4 * 2**20

_CHUNK = 2**18
_RESEND = "simpan sebagai .xlsx lalu unggah kembali."

_FOREIGN = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "gambar PNG"),
    (b"\xff\xd8\xff", "gambar JPEG"),
    (b"GIF8", "gambar GIF"),
    (b"Rar!", "arsip RAR"),
    (b"7z\xbc\xaf\x27\x1c", "arsip 7z"),
    (b"\x1f\x8b", "arsip gzip"),
    (b"{\\rtf", "dokumen RTF"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
)


class Inspected(NamedTuple):
    """`kind` is xlsx, xlsb, ods, xls or text; `parts` by sheet name.

    `epoch_1904`: dates of this workbook count from 1904, not from 1900. `rewritten`: the file as
    it must be read where the reading library knows less of its format than the program that
    wrote it.
    """

    kind: str
    parts: dict[str, Part]
    epoch_1904: bool = False
    rewritten: BinaryIO | None = None


def refuse_wrong_type(what: str) -> SheetRefused:
    return SheetRefused(
        "JENIS_BERKAS",
        f"Berkas ini {what}, bukan lembar kerja; unggah berkas Excel (.xlsx, .xls, .xlsb), "
        ".ods, atau .csv.",
    )


def refuse_broken() -> SheetRefused:
    return SheetRefused(
        "BERKAS_RUSAK",
        "Berkas rusak atau terpotong sehingga tidak dapat dibuka; buka berkas aslinya, " + _RESEND,
    )


def refuse_password() -> SheetRefused:
    return SheetRefused(
        "BERSANDI",
        "Berkas dilindungi kata sandi sehingga tidak dapat dibaca; hapus kata sandinya, " + _RESEND,
    )


def refuse_too_large() -> SheetRefused:
    return SheetRefused(
        "TERLALU_BESAR",
        "Isi berkas terlalu besar untuk diperiksa sekaligus; bagi menjadi beberapa berkas, "
        "misalnya satu berkas untuk setiap kecamatan.",
    )


def refuse_many_rows() -> SheetRefused:
    return SheetRefused(
        "TERLALU_BANYAK_BARIS",
        "Lembar berisi lebih dari 200.000 baris data; bagi menjadi beberapa berkas, "
        "misalnya satu berkas untuk setiap kecamatan.",
    )


def refuse_many_columns() -> SheetRefused:
    return SheetRefused(
        "TERLALU_BANYAK_KOLOM",
        "Lembar berisi lebih dari 200 kolom; hapus kolom yang tidak diperlukan lalu unggah "
        "kembali.",
    )


def _refuse_hostile() -> SheetRefused:
    return SheetRefused(
        "ISI_BERBAHAYA",
        "Berkas berisi bagian yang tidak lazim dan dapat merusak sistem (DTD atau entitas XML); "
        "salin datanya ke lembar kerja baru lalu unggah kembali.",
    )


def _refuse_bomb() -> SheetRefused:
    return SheetRefused(
        "BOM_ZIP",
        "Isi berkas mengembang jauh melebihi ukuran wajar saat dibuka; salin datanya ke lembar "
        "kerja baru lalu unggah kembali.",
    )


def inspect(path: str | Path) -> Inspected:
    """The kind of the file by its content; raises SheetRefused for anything else."""
    path = Path(path)
    size = path.stat().st_size
    if size == 0:
        raise SheetRefused(
            "BERKAS_KOSONG",
            "Berkas kosong (0 bita); periksa berkas di komputer Anda lalu unggah kembali.",
        )
    if size > MAX_FILE_BYTES:
        raise refuse_too_large()
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith(b"PK"):
        return _inspect_zip(path)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _inspect_ole(path)
    for magic, what in _FOREIGN:
        if head.startswith(magic):
            raise refuse_wrong_type(what)
    return _inspect_text(head)


def _inspect_text(head: bytes) -> Inspected:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or _looks_like_utf16(head):
        return Inspected("text", {})
    if b"\0" in head:
        raise refuse_wrong_type("berkas biner yang tidak dikenal")
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<meta", b"<style")):
        raise SheetRefused(
            "HTML",
            "Berkas ini halaman web (HTML) yang diberi nama lembar kerja; buka dengan Excel, "
            + _RESEND,
        )
    if start.startswith((b"<?xml", b"<workbook")):
        raise SheetRefused(
            "XML",
            "Berkas ini berformat XML, bukan lembar kerja; buka dengan Excel, " + _RESEND,
        )
    return Inspected("text", {})


def _looks_like_utf16(head: bytes) -> bool:
    pairs = head[: len(head) // 2 * 2]
    return len(pairs) >= 8 and (
        pairs[1::2].count(0) > 0.4 * len(pairs) or pairs[0::2].count(0) > 0.4 * len(pairs)
    )


def _inspect_ole(path: Path) -> Inspected:
    """An OLE container: old Excel, an encrypted workbook, or something of another program."""
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise refuse_password()
    if any(name.encode("utf-16-le") in content for name in ("Workbook", "Book")):
        try:
            parts, epoch_1904 = biff.look(path)
        except (OSError, ValueError, LookupError, struct.error) as error:
            raise refuse_broken() from error
        _refuse_stretched(parts.values())
        return Inspected("xls", parts, epoch_1904)
    if "WordDocument".encode("utf-16-le") in content:
        raise refuse_wrong_type("dokumen Word")
    if "PowerPoint Document".encode("utf-16-le") in content:
        raise refuse_wrong_type("berkas PowerPoint")
    raise refuse_broken()


def _inspect_zip(path: Path) -> Inspected:
    try:
        with zipfile.ZipFile(path) as archive:
            return _inspect_archive(archive, path.stat().st_size)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise refuse_broken() from error
    except (ElementTree.ParseError, ValueError, LookupError, RuntimeError, OverflowError) as error:
        raise refuse_broken() from error
    except struct.error as error:
        raise refuse_broken() from error


def _inspect_archive(archive: zipfile.ZipFile, size: int) -> Inspected:
    members = archive.infolist()
    names = {member.filename for member in members}
    kind = _kind_of_archive(archive, names)
    unpacked = sum(member.file_size for member in members)
    if (
        len(members) > MAX_PARTS
        or unpacked > MAX_UNPACKED_BYTES
        or (unpacked > RATIO_FREE_BYTES and unpacked > MAX_RATIO * size)
    ):
        raise _refuse_bomb()
    if len(names) != len(members):
        # Two parts of one name: readers disagree which one counts.
        raise refuse_broken()
    if any(member.flag_bits & 1 for member in members):
        raise refuse_password()
    sheet_paths, epoch_1904 = _sheet_paths(archive, names) if kind == "xlsx" else ({}, False)
    by_path = {sheet_path: name for name, sheet_path in sheet_paths.items()}
    parts = {}
    for member in members:
        part = _scan(archive, member, is_sheet=member.filename in by_path)
        if member.filename in by_path:
            parts[by_path[member.filename]] = part
    if kind == "xlsb":
        return _inspect_xlsb(archive, names)
    if kind == "ods":
        return _inspect_ods(archive, names)
    return Inspected(kind, parts, epoch_1904)


def _inspect_xlsb(archive: zipfile.ZipFile, names: set[str]) -> Inspected:
    sheets, epoch_1904 = xlsb.workbook(_small(archive, "xl/workbook.bin", names))
    paths = _targets(archive, "xl/_rels/workbook.bin.rels", names)
    parts = {}
    short = set()
    for relation, name in sheets.items():
        path = paths.pop(relation, None)
        if path in names:
            parts[name], has_short = xlsb.sheet(archive.read(path))
            if has_short:
                short.add(path)
    _refuse_stretched(parts.values())
    return Inspected("xlsb", parts, epoch_1904, xlsb.rewritten(archive, short) if short else None)


def _inspect_ods(archive: zipfile.ZipFile, names: set[str]) -> Inspected:
    if b"encryption-data" in _small(archive, "META-INF/manifest.xml", names):
        raise refuse_password()
    rows = _chunks(archive, opendocument.CONTENT, until=b"</table:table-row>")
    if opendocument.repeated_places(rows) > MAX_PLACES:
        raise refuse_too_large()
    telling = epoch_1904 = indented = False
    for chunk in _chunks(archive, opendocument.CONTENT, until=b">"):
        telling = telling or any(sign in chunk for sign in opendocument.TELLING)
        epoch_1904 = epoch_1904 or opendocument.EPOCH_1904 in chunk
        indented = indented or bool(opendocument.INDENTED.search(chunk))
    parts = opendocument.walk(_chunks(archive, opendocument.CONTENT, until=b">")) if telling else {}
    if not indented:
        return Inspected("ods", parts, epoch_1904)
    rows = _chunks(archive, opendocument.CONTENT, until=b"</table:table-row>")
    return Inspected("ods", parts, epoch_1904, opendocument.rewritten(archive, rows))


def _refuse_stretched(parts: Iterable[Part]) -> None:
    """A single cell far away makes a sheet as large as one that is full up to there."""
    for rows, columns in (part.extent for part in parts):
        if columns > MAX_COLUMNS:
            raise refuse_many_columns()
        if rows * columns > MAX_PLACES:
            raise refuse_too_large()


def _kind_of_archive(archive: zipfile.ZipFile, names: set[str]) -> str:
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "mimetype" in names:
        mimetype = _small(archive, "mimetype", names)
        if b"opendocument.spreadsheet" in mimetype:
            return "ods"
        raise refuse_wrong_type("dokumen lain")
    if "[Content_Types].xml" in names:
        if any(name.startswith("word/") for name in names):
            raise refuse_wrong_type("dokumen Word")
        if any(name.startswith("ppt/") for name in names):
            raise refuse_wrong_type("berkas PowerPoint")
        raise refuse_broken()
    raise refuse_wrong_type("arsip zip")


def _small(archive: zipfile.ZipFile, name: str, names: set[str]) -> bytes:
    """The content of an index part, which no honest workbook has larger than a few kilobytes."""
    if name not in names:
        return b""
    with archive.open(name) as file:
        content = file.read(MAX_INDEX_BYTES + 1)
    if len(content) > MAX_INDEX_BYTES:
        raise _refuse_bomb()
    return content


def _parse(content: bytes) -> ElementTree.Element:
    if b"<!" in content and (b"<!DOCTYPE" in content or b"<!ENTITY" in content):
        raise _refuse_hostile()
    return ElementTree.fromstring(content)


def _targets(archive: zipfile.ZipFile, name: str, names: set[str]) -> dict[str, str]:
    """Relation -> path of the part it means, for a part in the folder xl."""
    relations = _small(archive, name, names)
    paths = {}
    for relation in _parse(relations) if relations else ():
        target = relation.get("Target", "")
        path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        paths[relation.get("Id", "")] = path
    return paths


def _sheet_paths(archive: zipfile.ZipFile, names: set[str]) -> tuple[dict[str, str], bool]:
    """(sheet name -> path of its XML, whether dates count from 1904)."""
    targets = _targets(archive, "xl/_rels/workbook.xml.rels", names)
    paths = {}
    epoch_1904 = False
    for element in _parse(_small(archive, "xl/workbook.xml", names)).iter():
        if element.tag.endswith("}workbookPr"):
            epoch_1904 = element.get("date1904") in ("1", "true")
        if not element.tag.endswith("}sheet"):
            continue
        identifier = next((v for k, v in element.attrib.items() if k.endswith("}id")), "")
        path = targets.get(identifier)
        if path in names:
            paths[element.get("name", "")] = path
    return paths, epoch_1904


_PROLOG = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_DIMENSION = re.compile(rb'<dimension ref="(?:[A-Z]{1,3}\d+:)?([A-Z]{1,3})(\d+)"')
_ROW_NUMBER = re.compile(rb'<row [^>]*?\br="(\d+)"')
_CELL_AT = re.compile(rb'<c [^>]*?\br="([A-Z]{1,3})(\d{1,7})"')


def _chunks(archive: zipfile.ZipFile, name: str, *, until: bytes) -> Iterator[bytes]:
    """The part in pieces that each end with `until` (the last one as it is)."""
    rest = b""
    with archive.open(name) as file:
        while chunk := file.read(_CHUNK):
            chunk = rest + chunk
            cut = chunk.rfind(until) + 1
            end = cut + len(until) - 1 if cut else 0
            rest = chunk[end:]
            if len(rest) > 2**23:
                raise _refuse_bomb()
            if end:
                yield chunk[:end]
    if rest:
        yield rest


def _scan(archive: zipfile.ZipFile, member: zipfile.ZipInfo, *, is_sheet: bool) -> Part:
    """Unpacks one part piece by piece, so that a directory that lies about sizes is found out.

    zipfile stops at the declared size and then compares the checksum.
    """
    last_row = 0
    telling = False
    suspicious = False
    is_xml = member.filename.endswith((".xml", ".rels", ".vml"))
    with archive.open(member) as file:
        chunk = file.read(_CHUNK)
        if is_xml:
            _refuse_doctype(chunk)
        if is_sheet:
            declared = _DIMENSION.search(chunk)
            suspicious = not declared or (
                column_number(declared[1]) > MAX_COLUMNS or int(declared[2]) > MAX_ROWS
            )
        tail = b""
        while chunk:
            if is_sheet:
                window = tail + chunk
                telling = telling or is_telling(window)
                at = window.rfind(b"<row ")
                if at >= 0 and (found := _ROW_NUMBER.match(window, at)):
                    last_row = max(last_row, int(found[1]))
                tail = chunk[-200:]
            chunk = file.read(_CHUNK)
    if is_sheet and (suspicious or last_row > MAX_ROWS):
        _refuse_oversized(archive, member.filename)
    if not telling:
        return Part.empty()
    return from_xml(_chunks(archive, member.filename, until=b"</row>"))


def _refuse_doctype(start: bytes) -> None:
    """A document type can only stand before the root element."""
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in start[:64]:
        # No spreadsheet program writes its XML in UTF-16; it would hide a DTD from this check.
        raise _refuse_hostile()
    if start[_PROLOG.match(start).end() :].startswith(b"<!"):
        raise _refuse_hostile()


def _refuse_oversized(archive: zipfile.ZipFile, name: str) -> None:
    """Counts where cells with content really are; empty formatted cells cost a reader nothing."""
    last_row = last_column = 0
    for chunk in _chunks(archive, name, until=b"</c>"):
        for found in _CELL_AT.finditer(chunk):
            end = chunk.find(b">", found.end())
            if end > 0 and chunk[end - 1 : end] != b"/":
                last_column = max(last_column, column_number(found[1]))
                last_row = max(last_row, int(found[2]))
    if last_column > MAX_COLUMNS:
        raise refuse_many_columns()
    # Titles, totals and signatures around the data do not count as data.
    if last_row > MAX_ROWS + 1_000:
        raise refuse_many_rows()
