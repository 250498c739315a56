"""What a file is: which of its sheets hold data, under which header, in which rows."""

from collections.abc import Iterable, Sequence
from functools import partial
from itertools import islice
from typing import NamedTuple

from spreadsheets import guard
from spreadsheets.errors import SheetRefused
from spreadsheets.headings import (
    SEARCHED_ROWS,
    Header,
    find_header,
    refuse_doubled,
    refuse_missing,
    refuse_no_header,
)
from spreadsheets.hidden import hidden_parts
from spreadsheets.layout import CheckContext, Layout
from spreadsheets.reading import OWN_SHEETS, Book, Sheet, unmerged_rows
from spreadsheets.survey import Survey, survey
from spreadsheets.titles import told_once


class SheetRead(NamedTuple):
    """Where the data of one sheet are. `columns`: field -> column from 1, as Excel counts."""

    name: str
    header_row: int
    columns: dict[str, int]
    last_column: int
    rows: int


class FileRead(NamedTuple):
    """What the file is, told before its rows.

    `left_out` lists (what, how many, why) of everything that is not taken as data, `hidden` what
    is hidden in the file and read all the same ("baris 5-9 pada lembar Data").
    """

    layout_key: str
    sheets: list[SheetRead]
    left_out: list[tuple[str, int, str]]
    header_row: int
    mapping: dict[str, str]
    unknown: list[str]
    identity: dict[str, str]
    row_count: int | None
    hidden: Sequence[str] = ()


class Found(NamedTuple):
    """A sheet whose rows will be read.

    `filled`: index -> rows whose cell has got the value of a merged cell above it.
    """

    read: SheetRead
    header: Header
    survey: Survey
    filled: dict[int, set[int]]


def look(
    book: Book, layouts: Sequence[Layout], context: CheckContext
) -> tuple[FileRead, list[Found]]:
    """Chooses layout, sheets and rows; refuses when nothing fits."""
    left_out: list[tuple[str, int, str]] = []
    headers = _headers(book, layouts, context)
    # What is in sight says what the file is; a hidden sheet decides only where nothing else does.
    known = [
        (not header.missing, not hidden, header.score, header)
        for name, hidden in book.names
        if (header := headers.get(name))
    ]
    if not known:
        raise refuse_no_header(layouts)
    best = max(known, key=lambda one: one[:3])[-1]
    if best.missing:
        raise refuse_missing(best)
    is_one_of_many = len(headers.keys() - set(OWN_SHEETS)) > 1
    found = []
    for name, header in headers.items():
        if header and header.layout is best.layout and not header.missing:
            if header.doubled:
                raise refuse_doubled(header)
            found.append(_survey(book.sheet(name), header, is_one_of_many, left_out))
        elif name not in OWN_SHEETS:
            left_out.append((f"lembar {name}", 1, _why_left_out(book.sheet(name), header, best)))
    found = [one for one in found if one.survey.count]
    total = sum(one.survey.count for one in found)
    if total > guard.MAX_ROWS:
        raise guard.refuse_many_rows()
    if not total:
        raise SheetRefused(
            "TANPA_DATA",
            f"Di bawah baris judul (baris {best.row}) tidak ada baris data; isi datanya lalu "
            "unggah kembali.",
        )
    mapping = {name: written for one in found for name, written in one.header.headings.items()}
    unknown = dict.fromkeys(heading for one in found for heading in one.header.unknown)
    read = FileRead(
        best.layout.key,
        [one.read for one in found],
        left_out,
        found[0].header.row,
        mapping,
        list(unknown),
        book.identity(),
        total,
        [part for one in found for part in _hidden_parts(book.sheet(one.read.name), one)],
    )
    return read, found


def _headers(book: Book, layouts, context: CheckContext) -> dict[str, Header | None]:
    """The header of every sheet but the portal's own hidden ones."""
    headers: dict[str, Header | None] = {}
    for name, hidden in book.names:
        if not (hidden and name in OWN_SHEETS):
            top_rows = list(islice(book.sheet(name).rows(), SEARCHED_ROWS))
            told = partial(told_once, name, context=context)
            headers[name] = find_header(top_rows, layouts, told)
    return headers


def _why_left_out(sheet: Sheet, header: Header | None, best: Header) -> str:
    if not sheet.width:
        why = "kosong"
    elif header and header.layout is best.layout:
        why = f"tanpa kolom {', '.join(header.missing)}"
    else:
        why = "judul kolomnya berbeda"
    return f"{why}, lembar tersembunyi" if sheet.hidden else why


def _hidden_parts(sheet: Sheet, one: Found) -> Iterable[str]:
    headings = {at: one.header.headings[name] for name, at in one.header.columns.items()}
    return hidden_parts(sheet, headings, one.header.row, one.survey)


def _survey(sheet: Sheet, header: Header, is_one_of_many: bool, left_out) -> Found:
    filled: dict[int, set[int]] = {}
    surveyed = survey(unmerged_rows(sheet, header.row, filled), header)
    prefix = f"{sheet.name}, " if is_one_of_many else ""
    left_out += [(prefix + what, many, why) for what, many, why in surveyed.left_out]
    if not surveyed.count:
        left_out.append((f"lembar {sheet.name}", 1, "tidak berisi baris data"))
    columns = {name: sheet.first_column + at for name, at in header.columns.items()}
    last = sheet.first_column + sheet.width - 1
    read = SheetRead(sheet.name, header.row, columns, last, surveyed.count)
    return Found(read, header, surveyed, filled)
