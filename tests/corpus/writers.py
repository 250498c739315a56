"""Files as the programs of the senders write them, the same at every run."""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import canonicalize

import openpyxl
import xlsxwriter
import xlwt
from odf import opendocument
from odf import table as ods
from odf.text import P
from openpyxl.worksheet.worksheet import Worksheet

MADE_ON = datetime(2021, 11, 23, 7, 0)
_ZIP_TIME = (2021, 11, 23, 7, 0, 0)
Lines = Sequence[Sequence[Any]]


def by_xlsxwriter(path: Path, lines: Lines, *, sheet: str = "BNBA", finish: Callable | None = None):
    """`finish(book, sheet)` may add to the sheet what lines cannot say."""
    with xlsxwriter.Workbook(
        path, {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}
    ) as book:
        book.set_properties({"created": MADE_ON})
        page = book.add_worksheet(sheet)
        for number, line in enumerate(lines):
            for at, value in enumerate(line):
                if isinstance(value, str):
                    page.write_string(number, at, value)
                elif value is not None:
                    page.write(number, at, value)
        if finish:
            finish(book, page)


def by_openpyxl(
    path: Path, sheets: dict[str, Lines], *, finish: Callable[[openpyxl.Workbook], None] | None
):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, lines in sheets.items():
        page: Worksheet = book.create_sheet(name)
        for line in lines:
            page.append(list(line))
    if finish:
        finish(book)
    book.properties.created = MADE_ON
    book.save(path)
    _settle(path)


def by_xlwt(path: Path, lines: Lines, *, finish: Callable | None = None):
    book = xlwt.Workbook()
    page = book.add_sheet("BNBA")
    day = xlwt.easyxf(num_format_str="DD/MM/YYYY")
    for number, line in enumerate(lines):
        for at, value in enumerate(line):
            if isinstance(value, date):
                page.write(number, at, value, day)
            elif value != "":
                page.write(number, at, value)
    if finish:
        finish(book, page)
    book.save(str(path))


def by_odfpy(path: Path, lines: Lines, *, spans: dict[tuple[int, int], int] | None = None):
    """`spans`: (row, column) from 0 -> how many rows the cell covers."""
    spans = spans or {}
    covered = {(r + n, c) for (r, c), rows in spans.items() for n in range(1, rows)}
    document = opendocument.OpenDocumentSpreadsheet()
    page = ods.Table(name="BNBA")
    for number, line in enumerate(lines):
        row = ods.TableRow()
        for at, value in enumerate(line):
            row.addElement(_ods_cell(value, spans.get((number, at)), (number, at) in covered))
        page.addElement(row)
    document.spreadsheet.addElement(page)
    document.save(str(path))
    _settle(path)


def _ods_cell(value, span, is_covered):
    if is_covered:
        return ods.CoveredTableCell()
    more = {"numberrowsspanned": span, "numbercolumnsspanned": 1} if span else {}
    if isinstance(value, date):
        cell = ods.TableCell(valuetype="date", datevalue=value.isoformat(), **more)
        shown = f"{value:%d/%m/%Y}"
    elif isinstance(value, int | float):
        cell = ods.TableCell(valuetype="float", value=value, **more)
        shown = str(value)
    else:
        cell = ods.TableCell(valuetype="string", **more)
        shown = value
    if shown:
        cell.addElement(P(text=shown))
    return cell


def as_text(path: Path, lines: Lines, *, delimiter: str, encoding: str):
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(lines)
    path.write_bytes(out.getvalue().encode(encoding))


# odfpy declares namespaces in the order of a set; the canonical form has one of its own.
_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'
_SAVED_AT = re.compile(rb"(<dcterms:modified[^>]*>|<dc:date>)[^<]*")


def _settle(path: Path) -> None:
    """Write the archive again with the times of the day it pretends to be from."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            if path.suffix == ".ods" and name.endswith(".xml"):
                content = _DECLARATION + canonicalize(content.decode()).encode()  # noqa: PLW2901
            info = zipfile.ZipInfo(name, _ZIP_TIME)
            info.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(info, _SAVED_AT.sub(rb"\g<1>2021-11-23T07:00:00Z", content))
