"""Finding the header row and which column is which field. By heading, never by position."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from spreadsheets.errors import SheetRefused
from spreadsheets.layout import Column, Layout, slug
from spreadsheets.parts import column_letters
from spreadsheets.titles import Told

# Titles above the header of a real sheet fit in this many rows.
SEARCHED_ROWS = 30
# Columns that the portal itself appends to a returned workbook; ignored when it comes back.
NOTE_HEADINGS = ("CATATAN PORTAL",)
# Begins the note of a template's example row, which is no data.
EXAMPLE_MARK = "CONTOH"
_NOTE_SLUGS = frozenset(slug(heading) for heading in NOTE_HEADINGS)

_NO_TITLE: Mapping[str, Told] = MappingProxyType({})

# How a column came to its field.
BY_HEADING, BY_CONTENT, BY_CHOICE = "judul", "isi", "pilihan"


class Chosen(NamedTuple):
    """What somebody has said of the columns of a layout.

    `fields` maps the key of a column to a field, or to '' where it is not to be read.
    `header_row` is the last row of the header, 0 where there is none, None where it is to be found.
    `is_remembered`: said of an earlier file, so it holds only where a sheet has all these keys.
    """

    fields: Mapping[str, str]
    header_row: int | None = None
    is_remembered: bool = False

    @classmethod
    def of(cls, options: Mapping, layout: Layout) -> "Chosen | None":
        """The choice among the options of a check; None when there is none for this layout."""
        said = options.get("columns")
        if not said or said.get("layout", layout.key) != layout.key:
            return None
        known = {"", *(column.field for column in layout.columns)}
        fields = {key: field for key, field in said["columns"].items() if field in known}
        return cls(fields, said.get("header_row"), bool(said.get("remembered")))


class Claim(NamedTuple):
    """Why a column is read as a field, and how sure that is (0 to 1)."""

    field: str
    how: str
    confidence: float = 1.0


class Header(NamedTuple):
    """`row` is the last row of the header, as Excel counts; without a header, the row above the
    first row of data.

    `columns` maps field to index (from 0) in the row lists, `headings` to the heading as written.
    """

    layout: Layout
    row: int
    columns: dict[str, int]
    headings: dict[str, str]
    unknown: tuple[str, ...]
    width: int  # up to the last cell with a heading
    unheaded: tuple[int, ...]  # indexes of columns without a heading
    note_index: int | None  # of the portal's own column of notes
    doubled: tuple[tuple[str, str, str], ...]  # (official heading, first, second as written)
    written: tuple[str, ...]  # the heading of every column, '' where it has none
    keys: tuple[str, ...]  # what every column is called in a `Chosen`
    claims: dict[int, Claim]  # by index
    ignored: frozenset[int]  # indexes of columns that somebody has said not to read
    first_column: int
    told: Mapping[str, Told] = _NO_TITLE  # what the sheet tells once for all its rows

    @property
    def missing(self) -> list[str]:
        """Official headings of required columns that are not there."""
        there = self.columns.keys() | self.told.keys()
        return [column.heading for column in self.layout.required if column.field not in there]

    @property
    def score(self) -> tuple[bool, int, float]:
        found = len(self.columns)
        return (not self.missing, found, found / len(self.layout.columns))

    @property
    def is_headless(self) -> bool:
        return not any(self.written)

    def claiming(self, claims: Mapping[int, Claim]) -> "Header":
        """This header with more columns read."""
        return _made(
            self.layout,
            self.row,
            self.written,
            self.first_column,
            self.claims | claims,
            self.ignored,
            self.doubled,
            self.told,
        )

    def name_of(self, index: int) -> str:
        """The column as its sender knows it: its heading, or its letter."""
        return self.written[index] or f"Kolom {column_letters(self.first_column + index)}"


def column_keys(written: Sequence[str], first_column: int) -> tuple[str, ...]:
    """The slug of each heading; "@C" for column C when it has none or shares it with another.

    >>> column_keys(["No. KK", "", "NIK", "nik"], 2)
    ('NOKK', '@C', '@D', '@E')
    """
    slugs = [slug(heading) for heading in written]
    count = Counter(slugs)
    return tuple(
        name if name and count[name] == 1 else f"@{column_letters(first_column + index)}"
        for index, name in enumerate(slugs)
    )


_LONG_NUMBER = re.compile(r"['\s]*\d[\d .\-]{13,}\d\s*")


def _is_data(row: Sequence) -> bool:
    """A NIK or a birth date in it: no header. The first of a month may head a column."""
    return any(
        cell.day > 1
        if isinstance(cell, date)
        else _LONG_NUMBER.fullmatch(cell)
        if isinstance(cell, str)
        else isinstance(cell, int | float) and abs(cell) >= 1e9
        for cell in row
    )


def _standing(known: list[str], below: Sequence[Sequence[str]]) -> list[str]:
    """Without what repeats down its column: PADAN under PADAN is data, unless all repeats."""
    count = sum(map(bool, known))
    for names in below:
        same = {at for at, pair in enumerate(zip(known, names, strict=False)) if pair[0] == pair[1]}
        same = {at for at in same if known[at]}
        if 2 * len(same) <= count:
            known = ["" if at in same else name for at, name in enumerate(known)]
    return known


def find_header(
    top_rows: Sequence[Sequence],
    layouts: Iterable[Layout],
    told: Callable[[Sequence[Sequence], Layout], Mapping[str, Told]] = lambda above, layout: {},
    options: Mapping | None = None,
    first_column: int = 1,
) -> Header | None:
    """The best header among the first rows; None when no row looks like one of any layout.

    `told` says what the rows above a header tell for the whole sheet. `options` may hold what
    somebody has said of the columns; that wins over the headings.
    """
    best: Header | None = None
    slugged = [
        [] if _is_data(row) else [slug(cell) if cell not in ("", None) else "" for cell in row]
        for row in top_rows
    ]
    for layout in layouts:
        chosen = Chosen.of(options or {}, layout)
        header = _find(top_rows, slugged, layout, chosen, told, first_column)
        if chosen and chosen.is_remembered and header and not _holds(chosen, header):
            header = _find(top_rows, slugged, layout, None, told, first_column)
        if header and (best is None or header.score > best.score):
            best = header
    return best


def _holds(chosen: Chosen, header: Header) -> bool:
    return chosen.fields.keys() <= set(header.keys)


def _find(
    top_rows, slugged, layout: Layout, chosen: Chosen | None, told, first_column
) -> Header | None:
    by_slug = layout.by_slug
    at = None
    if chosen:
        columns = {column.field: column for column in layout.columns}
        by_slug |= {key: columns[field] for key, field in chosen.fields.items() if field}
        at = chosen.header_row if not chosen.is_remembered else None
        at = None if at is not None and at > len(top_rows) else at
    if at == 0:
        return without_header(top_rows, layout, chosen, told, first_column)
    best: Header | None = None
    for index, names in enumerate(slugged):
        single = [name if name in by_slug else "" for name in names or [""] * len(top_rows[index])]
        single = _standing(single, slugged[index + 1 :])
        for known in _readings(single, slugged, index, by_slug):
            last = index if known is single else index + 1
            if at is None and sum(map(bool, known)) < min(2, len(layout.columns)):
                continue
            if at is not None and last + 1 != at:
                continue
            head_rows = top_rows[index : last + 1]
            header = _header(layout, head_rows, last + 1, known, by_slug, chosen, first_column)
            header = header._replace(told=told(top_rows[:index], layout))
            if best is None or header.score > best.score:
                best = header
    return best


def _readings(single, slugged, index, by_slug):
    """The row alone, and joined with the row below it where that explains more columns."""
    yield single
    if index + 1 >= len(slugged) or not any(slugged[index]):
        return
    filled = ""
    joined = []
    for upper, lower in zip(slugged[index], slugged[index + 1], strict=False):
        filled = upper or filled
        options = (upper + lower, filled + lower, lower, upper)
        joined.append(next((name for name in options if name in by_slug), ""))
    below = sum(name in by_slug for name in slugged[index + 1])
    if sum(map(bool, joined)) > max(sum(map(bool, single)), below):
        yield joined


def _header(layout, head_rows, row_number, known, by_slug, chosen, first_column) -> Header:
    written = tuple(
        " ".join(
            " ".join(str(row[index]).split())
            for row in head_rows
            if index < len(row) and row[index] not in ("", None)
        )
        for index in range(len(known))
    )
    claims, ignored = _chosen_claims(chosen, column_keys(written, first_column))
    taken = {claim.field: index for index, claim in claims.items()}
    doubled = []
    for index, name in enumerate(known):
        if not name or index in claims or index in ignored:
            continue
        column: Column = by_slug[name]
        first = taken.setdefault(column.field, index)
        if first == index:
            claims[index] = Claim(column.field, BY_HEADING)
        elif claims[first].how == BY_HEADING:
            doubled.append((column.heading, written[first], written[index]))
    return _made(
        layout, row_number, written, first_column, claims, frozenset(ignored), tuple(doubled)
    )


def _chosen_claims(chosen: Chosen | None, keys) -> tuple[dict[int, Claim], set[int]]:
    claims, ignored = {}, set()
    taken = set()
    for index, key in enumerate(keys):
        field = chosen.fields.get(key) if chosen else None
        if field == "":
            ignored.add(index)
        elif field is not None and field not in taken:
            taken.add(field)
            claims[index] = Claim(field, BY_CHOICE)
    return claims, ignored


def without_header(
    top_rows: Sequence[Sequence], layout: Layout, chosen: Chosen | None, told, first_column: int
) -> Header | None:
    """The columns of a sheet that begins with data at once, or below titles; None of an empty one.

    What a choice says of letters counts; everything else is for the contents to tell.
    """
    filled = [sum(cell not in ("", None) for cell in row) for row in top_rows]
    if not any(filled):
        return None
    start = next(at for at, count in enumerate(filled) if count * 2 >= max(filled))
    written = ("",) * max(map(len, top_rows))
    claims, ignored = _chosen_claims(chosen, column_keys(written, first_column))
    above = told(top_rows[:start], layout)
    return _made(layout, start, written, first_column, claims, frozenset(ignored), (), above)


def unknown_header(
    top_rows: Sequence[Sequence], layout: Layout, told, first_column: int
) -> Header | None:
    """A row of words above rows of numbers, none of which the layout knows as a heading."""
    for at, row in enumerate(top_rows[:-1]):
        words = [cell for cell in row if cell not in ("", None)]
        below = [cell for cell in top_rows[at + 1] if cell not in ("", None)]
        if (
            len(words) >= max(3, 0.6 * len(below))
            and all(isinstance(word, str) and not _has_number(word) for word in words)
            and len(set(map(slug, words))) == len(words)
            and sum(_has_number(cell) for cell in below) >= 2
        ):
            known = [""] * len(row)
            header = _header(layout, [row], at + 1, known, {}, None, first_column)
            return header._replace(told=told(top_rows[:at], layout))
    return None


def _has_number(cell) -> bool:
    return not isinstance(cell, str) or sum(char.isdigit() for char in cell) >= 3


def _made(layout, row, written, first_column, claims, ignored, doubled, told=_NO_TITLE) -> Header:
    claims = dict(sorted(claims.items()))
    note_index = next((at for at, name in enumerate(written) if slug(name) in _NOTE_SLUGS), None)
    headless = not any(written)
    last = max(
        [at + 1 for at, name in enumerate(written) if name] + [at + 1 for at in claims] + [0]
    )
    bare = Header(
        layout,
        row,
        {claim.field: index for index, claim in claims.items()},
        {},
        (),
        len(written) if headless else last,
        (),
        note_index,
        doubled,
        written,
        column_keys(written, first_column),
        claims,
        ignored,
        first_column,
        told,
    )
    unread = [index for index in range(len(written)) if index not in claims and index != note_index]
    return bare._replace(
        headings={claim.field: bare.name_of(index) for index, claim in claims.items()},
        unknown=tuple(bare.name_of(at) for at in unread if (headless or written[at])),
        # Of a sheet without headings each column is told as unknown already.
        unheaded=()
        if headless
        else tuple(at for at in unread if not written[at] and at not in ignored),
    )


def refuse_doubled(header: Header) -> SheetRefused:
    heading, first, second = header.doubled[0]
    both = f"“{first}” dan “{second}”" if first != second else f"“{first}” (dua kali)"
    return SheetRefused(
        "KOLOM_GANDA",
        f"Dua kolom mengaku sebagai {heading}: {both}; hapus atau ganti nama salah satunya lalu "
        "unggah kembali.",
    )


def refuse_missing(header: Header) -> SheetRefused:
    missing = ", ".join(header.missing)
    return SheetRefused(
        "KOLOM_KURANG",
        f"Kolom wajib tidak ditemukan: {missing}; tambahkan kolom itu pada baris judul (baris "
        f"{header.row}) lalu unggah kembali.",
    )


def refuse_no_header(layouts: Sequence[Layout]) -> SheetRefused:
    expected = "; atau ".join(
        f"{layout.title}: "
        + ", ".join(column.heading for column in layout.required or layout.columns[:6])
        for layout in layouts
    )
    return SheetRefused(
        "TANPA_JUDUL_KOLOM",
        f"Baris judul kolom tidak ditemukan dalam {SEARCHED_ROWS} baris pertama; pakai judul "
        f"kolom berikut ({expected}) lalu unggah kembali.",
    )
