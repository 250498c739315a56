"""The sender's own workbook back, with what was found in it."""

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import xlsxwriter
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from spreadsheets.errors import SheetRefused
from spreadsheets.headings import NOTE_HEADINGS
from spreadsheets.layout import Issue, slug
from spreadsheets.looking import FileRead, SheetRead
from spreadsheets.reading import OWN_SHEETS, SUMMARY_SHEETS, Book

# Comments are drawn one by one by Excel; beyond this many a workbook opens slowly.
MAX_COMMENTS = 2_000
_AUTHOR = "Portal Sembako"
_SUMMARY_TITLE = "Ringkasan pemeriksaan Portal Sembako"
_COLOURS = {"info": "DCEBF7", "warning": "FFEFC2", "error": "F9D3CF"}
_OWN_FILLS = frozenset(f"00{colour}" for colour in _COLOURS.values())
_RANK = {"info": 0, "warning": 1, "error": 2}
_LEVEL_NAMES = {"info": "dirapikan", "warning": "perlu diperiksa", "error": "harus diperbaiki"}
_CELL_LIMIT = 32_000


class _SheetNotes:
    """The issues of one sheet, ready to be written: by row, and by cell."""

    def __init__(self, read: SheetRead, headings: Mapping[str, str]) -> None:
        self.read = read
        self.headings = headings
        self.rows: dict[int, list[str]] = {}
        self.row_levels: dict[int, str] = {}
        self.cells: dict[tuple[int, int], tuple[str, str]] = {}

    def add(self, issue: Issue) -> None:
        message = issue.message
        if issue.suggestion:
            message += f" Usulan: {issue.suggestion}."
        heading = self.headings.get(issue.field, "")
        note = f"{heading}: {message}" if heading else message
        self.rows.setdefault(issue.row, []).append(note)
        self.row_levels[issue.row] = _worse(issue.level, self.row_levels.get(issue.row))
        column = self.read.columns.get(issue.field)
        if column:
            level, text = self.cells.get((issue.row, column), ("info", ""))
            joined = f"{text}\n{message}" if text else message
            self.cells[issue.row, column] = (_worse(issue.level, level), joined)


def _worse(level: str, other: str | None) -> str:
    return level if other is None or _RANK[level] >= _RANK[other] else other


def annotate(
    source_path: str | Path,
    target_path: str | Path,
    issues: Iterable[Issue],
    *,
    summary: Sequence[tuple[str, int]],
    read: FileRead,
) -> None:
    """Writes the workbook of `read` to `target_path` with a column of notes and coloured cells.

    xlsx and xlsm keep their formatting (and macros); other formats become an xlsx of their
    values. Rows and columns stay where they are, so that the result can be repaired and sent
    again; the added column and the sheet "Ringkasan" are then ignored. `summary` are labels with
    counts. Raises SheetRefused when the source cannot be opened.
    """
    book = Book(source_path)
    notes = {sheet.name: _SheetNotes(sheet, read.mapping) for sheet in read.sheets}
    only = read.sheets[0].name
    of_file = []
    for issue in issues:
        if issue.row:
            notes[issue.sheet if issue.sheet in notes else only].add(issue)
        else:
            of_file.append(issue)
    if book.kind == "xlsx":
        _annotate_own(book.path, target_path, notes, list(_summary_rows(of_file, summary, notes)))
    else:
        _annotate_values(book, target_path, notes, list(_summary_rows(of_file, summary, notes)))


def _summary_rows(of_file, summary, notes) -> Iterable[tuple[str, object]]:
    yield _SUMMARY_TITLE, ""
    yield "", ""
    yield from summary
    yield "", ""
    for issue in of_file:
        yield "Seluruh berkas", issue.message
    levels: dict[str, int] = {}
    for sheet in notes.values():
        for level in sheet.row_levels.values():
            levels[level] = levels.get(level, 0) + 1
    for level in ("error", "warning", "info"):
        yield f"Baris dengan temuan: {_LEVEL_NAMES[level]}", levels.get(level, 0)
    yield "", ""
    yield (
        "Perbaiki sel berwarna lalu unggah kembali berkas ini. Kolom "
        f"{NOTE_HEADINGS[0]} dan lembar ini tidak dibaca portal.",
        "",
    )


def _clean(text: str) -> str:
    return ILLEGAL_CHARACTERS_RE.sub(" ", text)[:_CELL_LIMIT]


def _put(cell, text: str) -> None:
    """Writes text that stays text, even when it begins like a formula."""
    cell.value = _clean(text)
    cell.data_type = "s"


def _annotate_own(source_path: Path, target_path, notes, told) -> None:
    macros = "xl/vbaProject.bin" in _part_names(source_path)
    try:
        # By its content: the portal keeps files under their hash, openpyxl wants a known ending.
        with open(source_path, "rb") as source:
            workbook = openpyxl.load_workbook(source, keep_vba=macros)
    except Exception as error:
        # openpyxl raises many kinds of errors on workbooks that other programs read well.
        raise SheetRefused(
            "TIDAK_DAPAT_DITANDAI",
            "Berkas ini dapat dibaca, tetapi tidak dapat ditulisi catatan; unduh daftar temuan "
            "atau simpan ulang berkas dengan Excel.",
        ) from error
    fills = {level: PatternFill("solid", fgColor=colour) for level, colour in _COLOURS.items()}
    budget = MAX_COMMENTS
    for name, sheet_notes in notes.items():
        if name in workbook.sheetnames:
            budget = _annotate_sheet(workbook[name], sheet_notes, fills, budget)
    for name in SUMMARY_SHEETS:
        if name in workbook.sheetnames and workbook[name]["A1"].value == _SUMMARY_TITLE:
            del workbook[name]
    free = next(name for name in SUMMARY_SHEETS if name not in workbook.sheetnames)
    sheet = workbook.create_sheet(free)
    sheet.column_dimensions["A"].width = 60
    sheet.column_dimensions["B"].width = 40
    for row, (label, value) in enumerate(told, start=1):
        _put(sheet.cell(row, 1), label)
        if isinstance(value, str):
            if value:
                _put(sheet.cell(row, 2), value)
        else:
            sheet.cell(row, 2, value)
    sheet["A1"].font = Font(bold=True, size=14)
    workbook.save(target_path)
    if workbook.vba_archive:
        workbook.vba_archive.close()


def _part_names(path) -> set[str]:
    with ZipFile(path) as archive:
        return set(archive.namelist())


def _annotate_sheet(sheet, notes: _SheetNotes, fills, budget: int) -> int:
    head = notes.read.header_row
    column = notes.read.last_column + 1
    if head:  # a sheet that begins with data at once has no room for a heading
        column = _note_column(sheet, head, notes.read.last_column)
        _forget_earlier(sheet, head, column)
        heading = sheet.cell(head, column)
        _put(heading, NOTE_HEADINGS[0])
        neighbour = sheet.cell(head, max(1, column - 1))
        if neighbour.has_style:
            heading.font, heading.border = copy(neighbour.font), copy(neighbour.border)
            heading.fill, heading.alignment = copy(neighbour.fill), copy(neighbour.alignment)
    sheet.column_dimensions[get_column_letter(column)].width = 60
    wrapped = Alignment(wrap_text=True, vertical="top")
    for row, messages in notes.rows.items():
        cell = sheet.cell(row, column)
        _put(cell, " ".join(messages))
        cell.fill = fills[notes.row_levels[row]]
        cell.alignment = wrapped
    by_rank = sorted(notes.cells.items(), key=lambda item: -_RANK[item[1][0]])
    for (row, at), (level, message) in by_rank:
        cell = sheet.cell(row, at)
        if type(cell).__name__ == "MergedCell":
            continue
        cell.fill = fills[level]
        if budget > 0:
            cell.comment = Comment(_clean(message), _AUTHOR, height=110, width=280)
            budget -= 1
    return budget


def _note_column(sheet, head: int, last_column: int) -> int:
    """The portal's own column where the workbook has one already, else the next free one."""
    own = slug(NOTE_HEADINGS[0])
    for cell in sheet[head]:
        if cell.value is not None and slug(cell.value) == own:
            return cell.column
    return max(last_column, sheet.max_column if sheet.max_column < 200 else 0) + 1


def _forget_earlier(sheet, head: int, note_column: int) -> None:
    """Takes back colours, comments and notes of an earlier check."""
    if sheet.cell(head, note_column).value is None:
        return
    for row in sheet.iter_rows(min_row=head + 1):
        for cell in row:
            if cell.column == note_column:
                cell.value = None
                cell.fill = PatternFill()
            elif cell.has_style and cell.fill.fgColor.rgb in _OWN_FILLS:
                cell.fill = PatternFill()
            if cell.comment is not None and cell.comment.author == _AUTHOR:
                cell.comment = None


def _annotate_values(book: Book, target_path, notes, told) -> None:
    """For formats that cannot be written back: the values, at the same rows and columns."""
    with xlsxwriter.Workbook(str(target_path), {"constant_memory": True}) as target:
        styles = {
            (level, number): target.add_format({"num_format": number, **look})
            for number in ("@", "General", "dd-mm-yyyy")
            for level, look in (
                ("", {}),
                *((level, {"bg_color": f"#{colour}"}) for level, colour in _COLOURS.items()),
            )
        }
        budget = MAX_COMMENTS
        for name, hidden in book.names:
            if name in OWN_SHEETS:
                continue
            sheet = target.add_worksheet(_sheet_name(name))
            if hidden:
                sheet.hide()
            budget = _write_values(sheet, book.sheet(name), notes.get(name), styles, budget)
        sheet = target.add_worksheet(
            next(name for name in SUMMARY_SHEETS if name not in target.sheetnames)
        )
        sheet.set_column(0, 0, 60)
        sheet.set_column(1, 1, 40)
        for row, (label, value) in enumerate(told):
            sheet.write_string(row, 0, label)
            if isinstance(value, str):
                sheet.write_string(row, 1, value)
            else:
                sheet.write_number(row, 1, value)


def _sheet_name(name: str) -> str:
    """A name that xlsx allows: 31 characters, seven of them forbidden."""
    allowed = "".join("_" if char in "[]:*?/\\" else char for char in name).strip("'")
    return allowed[:31] or "Data"


def _write_values(sheet, source, notes: _SheetNotes | None, styles, budget: int) -> int:
    offset = source.first_column - 1
    note_column = notes.read.last_column if notes else 0
    own = slug(NOTE_HEADINGS[0])
    for number, row in enumerate(source.rows(), start=1):
        if notes and number == notes.read.header_row:
            written = [index for index, cell in enumerate(row) if slug(cell) == own]
            note_column = offset + written[0] if written else note_column
        marks = notes.cells if notes else {}
        for index, cell in enumerate(row):
            column = offset + index
            mark = marks.get((number, column + 1))
            if mark and budget > 0:
                sheet.write_comment(number - 1, column, mark[1], {"author": _AUTHOR})
                budget -= 1
            if notes and column == note_column and number > notes.read.header_row:
                continue
            _write_value(sheet, (number - 1, column), cell, mark[0] if mark else "", styles)
        if notes and number == notes.read.header_row:
            sheet.write_string(number - 1, note_column, NOTE_HEADINGS[0])
            sheet.set_column(note_column, note_column, 60)
        elif notes and number in notes.rows:
            text = _clean(" ".join(notes.rows[number]))
            sheet.write_string(number - 1, note_column, text, styles[notes.row_levels[number], "@"])
    return budget


def _write_value(sheet, place, cell, level: str, styles) -> None:
    if cell == "" or cell is None:
        if level:
            sheet.write_blank(*place, None, styles[level, "General"])
    elif isinstance(cell, bool):
        sheet.write_boolean(*place, cell, styles[level, "General"])
    elif isinstance(cell, int | float):
        sheet.write_number(*place, cell, styles[level, "General"])
    elif isinstance(cell, date):
        sheet.write_datetime(*place, cell, styles[level, "dd-mm-yyyy"])
    else:
        sheet.write_string(*place, str(cell), styles[level, "@"])
