"""What a file is: which of its sheets hold data, under which header, in which rows."""

from collections.abc import Iterable, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from spreadsheets import contents, guard, swaps
from spreadsheets.errors import SheetRefused
from spreadsheets.headings import (
    BY_CONTENT,
    SEARCHED_ROWS,
    Header,
    find_header,
    refuse_doubled,
    refuse_missing,
    refuse_no_header,
    unknown_header,
    without_header,
)
from spreadsheets.hidden import hidden_parts
from spreadsheets.layout import CheckContext, Issue, Layout, as_written
from spreadsheets.parts import column_letters
from spreadsheets.reading import OWN_SHEETS, Book, Sheet, unmerged_rows
from spreadsheets.survey import Survey, survey
from spreadsheets.swaps import Proposal
from spreadsheets.titles import told_once

PREVIEW_ROWS = 12
_SHOWN_CHARACTERS = 60


class SheetRead(NamedTuple):
    """Where the data of one sheet are. `columns`: field -> column from 1, as Excel counts."""

    name: str
    header_row: int
    columns: dict[str, int]
    last_column: int
    rows: int


class ColumnRead(NamedTuple):
    """One column of a sheet and what it is read as.

    `field` is '' where it is not read, `how` is "judul", "isi", "pilihan" or ''. `guess` is a field
    that the content of an unread column hints at. `confidence` (0 to 1) is of the field or guess.
    """

    key: str
    letter: str
    heading: str
    field: str
    how: str
    confidence: float
    samples: list[str]
    guess: str = ""


class FileRead(NamedTuple):
    """What the file is, told before its rows.

    `left_out` lists (what, how many, why) of everything that is not taken as data, `hidden` what
    is hidden in the file and read all the same ("baris 5-9 pada lembar Data"). `columns` and
    `proposals` are those of the first sheet, and the columns of further sheets that are read by
    their content.
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
    columns: Sequence[ColumnRead] = ()
    proposals: Sequence[Proposal] = ()


class Preview(NamedTuple):
    """The first rows of a sheet, and what its columns would be read as.

    `rows` are (row as in Excel, texts of the cells of `columns`); `missing` and `doubled` are
    official headings of required columns that nothing is read as, and of those that two columns
    claim to be.
    """

    layout_key: str
    sheet: str
    header_row: int
    columns: list[ColumnRead]
    proposals: list[Proposal]
    missing: list[str]
    doubled: list[str]
    rows: list[tuple[int, list[str]]]


class Found(NamedTuple):
    """A sheet whose rows will be read.

    `filled`: index -> rows whose cell has got the value of a merged cell above it.
    """

    read: SheetRead
    header: Header
    survey: Survey
    filled: dict[int, set[int]]


class _Looked(NamedTuple):
    """A header with what the contents below it have told; `shown` are the indexes of `columns`."""

    header: Header
    shown: list[int]
    columns: list[ColumnRead]
    proposals: list[Proposal]


def _rank(header: Header, is_hidden: bool) -> tuple:
    """What is in sight says what the file is; a hidden sheet does only where nothing else can."""
    return not header.missing, not is_hidden, header.score


def look(
    book: Book, layouts: Sequence[Layout], context: CheckContext
) -> tuple[FileRead, list[Found]]:
    """Chooses layout, sheets and rows; refuses when nothing fits.

    The contents complete what headings do not tell. They decide on a required column, or on a sheet
    without any header, only where it is certain which layout the sheet has: among several, the
    wrong one might be completed.
    """
    left_out: list[tuple[str, int, str]] = []
    headers = _headers(book, layouts, context)
    is_certain = len(layouts) == 1
    if is_certain and not any(headers.values()):
        headers = _headless(book, headers, layouts[0], context)
    hidden = dict(book.names)
    best_of = partial(max, key=lambda name: _rank(headers[name], hidden[name]))
    known = [name for name, header in headers.items() if header]
    if not known:
        raise refuse_no_header(layouts)
    layout = headers[best_of(known)].layout
    looked: dict[str, _Looked] = {}
    for name in known:
        header = headers[name]
        if header.layout is layout and (is_certain or not header.missing):
            looked[name] = _looked_into(book.sheet(name), header, context)
            headers[name] = looked[name].header
    best = headers[best_of(looked or known)]
    if best.missing:
        raise refuse_no_header(layouts) if best.is_headless else refuse_missing(best)
    is_one_of_many = len(headers.keys() - set(OWN_SHEETS)) > 1
    found = []
    for name, header in headers.items():
        if name in looked and not header.missing:
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
    unknown: dict[str, None] = {}
    for one in found:
        filled = {one.header.name_of(at) for at in looked[one.read.name].shown}
        unknown |= dict.fromkeys(name for name in one.header.unknown if name in filled)
    first = looked[found[0].read.name]
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
        [*first.columns, *_further([looked[one.read.name].columns for one in found])],
        first.proposals,
    )
    return read, found


def _further(columns: list[list[ColumnRead]]) -> list[ColumnRead]:
    seen = {(column.key, column.field) for column in columns[0]}
    further = {}
    for one in columns[1:]:
        for column in one:
            if column.how == BY_CONTENT and (column.key, column.field) not in seen:
                further.setdefault((column.key, column.field), column)
    return list(further.values())


def preview(path: str | Path, layouts: Sequence[Layout], context: CheckContext) -> Preview:
    """The first sheet that is complete, else the best one, as it would be read, also where `look`
    would refuse it for its columns.

    Raises SheetRefused for a file that cannot be opened or holds nothing.
    """
    book = Book(path)
    headers = _headers(book, layouts, context)
    if not any(headers.values()):
        headers = _headless(book, headers, layouts[0], context)
    looked = {
        name: _looked_into(book.sheet(name), header, context)
        for name, header in headers.items()
        if header
    }
    if not looked:
        raise refuse_no_header(layouts)
    hidden = dict(book.names)
    complete = [name for name, one in looked.items() if one.columns and not one.header.missing]
    complete.sort(key=hidden.get)
    ranked = sorted(looked, key=lambda one: _rank(looked[one].header, hidden[one]), reverse=True)
    name = (complete or ranked)[0]
    sheet, header = book.sheet(name), looked[name].header
    # What stands above the header is shown with it: it may be the wrong row.
    start = max(0, header.row - 3)
    rows = [
        (number, [_short(as_written(row[at])) for at in looked[name].shown])
        for number, row in enumerate(islice(sheet.rows(), SEARCHED_ROWS * 4), start=1)
        if number > start and any(map(as_written, row))
    ][: PREVIEW_ROWS + header.row - start]
    return Preview(
        header.layout.key,
        name,
        0 if header.is_headless else header.row,
        looked[name].columns,
        looked[name].proposals,
        header.missing,
        [heading for heading, _, _ in header.doubled],
        rows,
    )


def column_issues(read: FileRead, layout: Layout) -> list[Issue]:
    """What a person should decide about the columns before the rows are handed in."""
    headings = {column.field: column.heading for column in layout.columns}
    told = [("KOLOM_TERTUKAR", proposal.message) for proposal in read.proposals]
    listed = ", ".join(
        f"{column.heading or f'kolom {column.letter}'} sebagai {headings[column.field]} "
        f"({column.confidence * 100:.0f}%)"
        for column in read.columns
        if column.how == BY_CONTENT
    )
    if listed:
        told.append(
            (
                "KOLOM_DARI_ISI",
                f"Dikenali dari isinya, bukan dari judulnya: {listed}; pastikan kolomnya sebelum "
                "diajukan.",
            )
        )
    sheet = read.sheets[0].name
    return [Issue(0, "", code, "warning", message, "", "", sheet) for code, message in told]


def _headers(book: Book, layouts, context: CheckContext) -> dict[str, Header | None]:
    """The header of every sheet but the portal's own hidden ones."""
    headers: dict[str, Header | None] = {}
    for name, hidden in book.names:
        if not (hidden and name in OWN_SHEETS):
            sheet = book.sheet(name)
            told = partial(told_once, name, context=context)
            headers[name] = find_header(
                _top_of(sheet), layouts, told, context.options, sheet.first_column
            )
    return headers


def _top_of(sheet: Sheet) -> list[list]:
    return list(islice(sheet.rows(), SEARCHED_ROWS))


def _headless(
    book: Book, headers, layout: Layout, context: CheckContext
) -> dict[str, Header | None]:
    """The same sheets, read without a heading that the layout knows."""
    found: dict[str, Header | None] = {}
    for name in headers:
        sheet = book.sheet(name)
        top, first_column = _top_of(sheet), sheet.first_column
        told = partial(told_once, name, context=context)
        found[name] = unknown_header(top, layout, told, first_column) or without_header(
            top, layout, None, told, first_column
        )
    return found


def _looked_into(sheet: Sheet, header: Header, context: CheckContext) -> _Looked:
    """The header with the columns that the contents below it make clear."""
    sample = contents.sample(sheet.rows(), header.row)
    columns = contents.columns_of(sample, len(header.written))
    matched = contents.match(header, columns, context.regions)
    header = header.claiming(matched.claims)
    found = swaps.proposals(header, columns)
    doubted = {field: one.share for one in found for field in one.fields}
    shown = [
        index
        for index, cells in enumerate(columns)
        if index != header.note_index and (header.written[index] or cells.texts)
    ]
    read = []
    for index in shown:
        claim = header.claims.get(index)
        guess = matched.guesses.get(index)
        sure = guess.confidence if guess else 0.0
        if claim:
            sure = matched.confidence.get(index, claim.confidence)
            sure *= 1 - 0.7 * doubted.get(claim.field, 0)
        read.append(
            ColumnRead(
                header.keys[index],
                column_letters(header.first_column + index),
                header.written[index],
                claim.field if claim else "",
                claim.how if claim else "",
                round(sure, 2),
                [_short(text) for text in list(dict.fromkeys(columns[index].texts))[:3]],
                guess.field if guess else "",
            )
        )
    return _Looked(header, shown, read, found)


def _short(text: str) -> str:
    one_line = " ".join(text.split())
    return one_line[:_SHOWN_CHARACTERS] + "…" * (len(one_line) > _SHOWN_CHARACTERS)


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
