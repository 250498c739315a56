"""The sender's own workbook back, with what was found in it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.parsers.expat import ExpatError
from zipfile import ZipFile

import xlsxwriter

from spreadsheets import commenting, marking
from spreadsheets.errors import SheetRefused
from spreadsheets.headings import EXAMPLE_MARK, NOTE_HEADINGS
from spreadsheets.layout import Issue, as_written, slug
from spreadsheets.looking import FileRead, SheetRead
from spreadsheets.package import CONTENT_TYPES, Package, legible
from spreadsheets.reading import OWN_SHEETS, SUMMARY_SHEETS, Book
from spreadsheets.words import thousands

# Comments are drawn one by one by Excel; beyond this many a workbook opens slowly.
MAX_COMMENTS = 2_000
_SUMMARY_TITLE = "Ringkasan pemeriksaan Portal Sembako"
_RANK = {"info": 0, "warning": 1, "error": 2}
_LEVEL_NAMES = {"warning": "perlu diperiksa", "error": "harus diperbaiki"}
_CELL_LIMIT = 32_000
_COMMENT_LIMIT = 2_000
_MEASURED_ROWS = 500
_OWN_SLUG = slug(NOTE_HEADINGS[0])


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
            message += f" Saran: {issue.suggestion}."
        heading = self.headings.get(issue.field, "")
        note = f"{heading}: {message}" if heading else message
        self.rows.setdefault(issue.row, []).append(note)
        self.row_levels[issue.row] = _worse(issue.level, self.row_levels.get(issue.row))
        column = self.read.columns.get(issue.field)
        if column:
            level, text = self.cells.get((issue.row, column), ("info", ""))
            joined = f"{text}\n{message}" if text else message
            self.cells[issue.row, column] = (_worse(issue.level, level), joined)

    def note(self, row: int) -> str:
        return legible(" ".join(self.rows[row]))[:_CELL_LIMIT]

    @property
    def by_rank(self) -> list[tuple[tuple[int, int], tuple[str, str]]]:
        """Cells in the order in which they deserve a comment."""
        return sorted(self.cells.items(), key=lambda item: (-_RANK[item[1][0]], item[0]))


def _worse(level: str, other: str | None) -> str:
    return level if other is None or _RANK[level] >= _RANK[other] else other


def annotated_ending(source_path: str | Path) -> str:
    """How the annotated file is to be called: a workbook with macros opens as .xlsm only."""
    try:
        with ZipFile(source_path) as archive:
            macros = b"macroEnabled" in archive.read(CONTENT_TYPES)
    except (OSError, KeyError, ValueError):
        return ".xlsx"
    return ".xlsm" if macros else ".xlsx"


def annotate(
    source_path: str | Path,
    target_path: str | Path,
    issues: Iterable[Issue],
    *,
    summary: Sequence[tuple[str, int | str]],
    read: FileRead,
) -> None:
    """Writes the workbook of `read` to `target_path` with a column of notes and coloured cells.

    Rows and columns stay where they are, so that the result can be repaired and sent again; the
    added column and the sheet "Ringkasan" are then ignored, and give way to those of the next
    check. `summary` are labels with counts. Raises SheetRefused when the source cannot be opened.

    Of an xlsx or xlsm everything else is kept as it is: formats, widths, hidden rows and columns,
    formulas with their values, drop-downs, conditional formats, names, pictures, charts, macros.
    Lost are: the sender's own colour of a cell that is or was marked; a digital signature, which
    holds for the unchanged file only. A cell that its sender has commented keeps that comment and
    is only coloured, as are marked cells beyond MAX_COMMENTS; one that lies under a merged cell is
    told of in the column of notes only.

    Other formats (xls, xlsb, ods, text) cannot be written back: they become an xlsx of their values
    at the same rows and columns, with hidden sheets hidden. Widths are measured, formats are those
    of the values; formulas, colours, hidden rows and columns and drawings are lost.
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
    told = list(_summary_rows(of_file, summary, notes))
    if book.kind != "xlsx":
        _annotate_values(book, target_path, notes, told)
        return
    try:
        _annotate_own(book, target_path, notes, told)
    except (ExpatError, LookupError, ValueError, AttributeError, StopIteration) as error:
        # calamine forgives what is missing or misplaced in the XML; a change needs its place.
        raise SheetRefused(
            "TIDAK_DAPAT_DITANDAI",
            "Berkas ini dapat dibaca, tetapi tidak dapat ditulisi catatan; unduh daftar temuan "
            "atau simpan ulang berkas dengan Excel.",
        ) from error


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
    for level in ("error", "warning"):
        yield f"Baris dengan sel yang {_LEVEL_NAMES[level]}", levels.get(level, 0)
    yield "", ""
    yield (
        "Perbaiki sel berwarna (merah: harus diperbaiki, kuning: perlu diperiksa), lalu unggah "
        f"kembali berkas ini. Kolom {NOTE_HEADINGS[0]} dan lembar ini tidak dibaca portal.",
        "",
    )
    if sum(len(sheet.cells) for sheet in notes.values()) > MAX_COMMENTS:
        yield (
            f"Hanya {thousands(MAX_COMMENTS)} sel diberi komentar, yang harus diperbaiki lebih "
            "dahulu; sel lain hanya diwarnai. Penjelasan setiap baris ada di kolom "
            f"{NOTE_HEADINGS[0]}.",
            "",
        )


def _annotate_own(book: Book, target_path, notes: Mapping[str, _SheetNotes], told) -> None:
    earlier = {name: _earlier(book, sheet) for name, sheet in notes.items()}
    summary, is_new = _summary_sheet(book)
    path = book.path
    del book  # the cells are not needed any more, and there may be many
    with TemporaryDirectory() as folder, Package(path) as package:
        parts = package.sheets()
        styles = marking.Styles(package)
        budget = MAX_COMMENTS
        for name, sheet in notes.items():
            column, kept = earlier[name]
            marks = marking.Marks(
                head=sheet.read.header_row,
                note_column=column or sheet.read.last_column + 1,
                heading=NOTE_HEADINGS[0],
                notes={row: (level, sheet.note(row)) for row, level in sheet.row_levels.items()},
                cells={at: level for at, (level, _) in sheet.cells.items()},
                forget=column is not None,
                kept_notes=kept,
            )
            chosen = islice(sheet.by_rank, budget)
            comments = {at: message[:_COMMENT_LIMIT] for at, (_, message) in chosen}
            budget -= len(comments)
            marking.mark_sheet(package, parts[name], marks, styles, comments, folder)
        content = marking.plain_sheet(told, package, styles)
        if is_new:
            package.add_sheet(summary, content)
        elif summary:
            package.new[parts[summary]] = content
        styles.save()
        package.save(target_path)


def _earlier(book: Book, notes: _SheetNotes) -> tuple[int | None, frozenset[int]]:
    """The portal's own column where the workbook has one, and the rows whose note is no finding.

    Those are the example rows of a template: without their note they would be taken as data.
    """
    if not notes.read.header_row:
        return None, frozenset()  # it begins with data at once
    sheet = book.sheet(notes.read.name)
    head = next(islice(sheet.rows(), notes.read.header_row - 1, None), [])
    found = [index for index, cell in enumerate(head) if slug(cell) == _OWN_SLUG]
    if not found:
        return None, frozenset()
    at = found[0]
    rows = (
        number
        for number, row in enumerate(sheet.rows(), start=1)
        if at < len(row) and str(row[at]).startswith(EXAMPLE_MARK)
    )
    return sheet.first_column + at, frozenset(rows)


def _summary_sheet(book: Book) -> tuple[str, bool]:
    """The sheet for the summary, and whether it is to be added; "" where its sender has all names.

    That of an earlier check is used again. Names of sheets differ in more than letter case.
    """
    written = {name.casefold(): name for name, _ in book.names}
    free = ""
    for wanted in SUMMARY_SHEETS:
        name = written.get(wanted.casefold())
        if name is None:
            free = free or wanted
        elif next(iter(next(book.sheet(name).rows(), [])), "") == _SUMMARY_TITLE:
            return name, False
    return free, bool(free)


def _annotate_values(book: Book, target_path, notes, told) -> None:
    """For formats that cannot be written back: the values, at the same rows and columns."""
    with xlsxwriter.Workbook(str(target_path), {"constant_memory": True}) as target:
        styles = {
            (level, number): target.add_format({"num_format": number, **look})
            for number in ("@", "General", "dd-mm-yyyy")
            for level, look in (
                ("", {}),
                *((level, {"bg_color": f"#{colour}"}) for level, colour in marking.COLOURS.items()),
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
    head = notes.read.header_row if notes else 0
    note_column = notes.read.last_column if notes else -1
    marks = notes.cells if notes else {}
    commented = {at for at, _ in islice(notes.by_rank, budget)} if notes else set()
    widths: dict[int, int] = {}
    for number, row in enumerate(source.rows(), start=1):
        if number == head:
            earlier = [offset + index for index, cell in enumerate(row) if slug(cell) == _OWN_SLUG]
            note_column = earlier[0] if earlier else note_column
        for column, cell in enumerate(row, start=offset):
            level, message = marks.get((number, column + 1), ("", ""))
            if (number, column + 1) in commented:
                sheet.write_comment(
                    number - 1, column, message[:_COMMENT_LIMIT], {"author": commenting.AUTHOR}
                )
            if head <= number <= head + _MEASURED_ROWS:
                widths[column] = max(widths.get(column, 0), len(as_written(cell)))
            is_note = column == note_column and number > head
            if not is_note or str(cell).startswith(EXAMPLE_MARK):
                _write_value(sheet, (number - 1, column), cell, level, styles)
        if notes and number == head:
            sheet.write_string(number - 1, note_column, NOTE_HEADINGS[0])
        elif notes and number in notes.rows:
            style = styles[notes.row_levels[number], "@"]
            sheet.write_string(number - 1, note_column, notes.note(number), style)
    for column, longest in widths.items():
        sheet.set_column(column, column, min(max(longest + 2, 8), 44))
    if notes:
        sheet.set_column(note_column, note_column, marking.NOTE_WIDTH)
    return budget - len(commented)


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
