"""Finding the header row and which column is which field. By heading, never by position."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from spreadsheets.errors import SheetRefused
from spreadsheets.layout import Layout, slug
from spreadsheets.titles import Told

# Titles above the header of a real sheet fit in this many rows.
SEARCHED_ROWS = 30
# Columns that the portal itself appends to a returned workbook; ignored when it comes back.
NOTE_HEADINGS = ("CATATAN PORTAL",)
# Begins the note of a template's example row, which is no data.
EXAMPLE_MARK = "CONTOH"
_NOTE_SLUGS = frozenset(slug(heading) for heading in NOTE_HEADINGS)


class Header(NamedTuple):
    """`row` is the last row of the header, as Excel counts.

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
    told: Mapping[str, Told] = MappingProxyType({})  # what the sheet tells once for all its rows

    @property
    def missing(self) -> list[str]:
        """Official headings of required columns that are not there."""
        there = self.columns.keys() | self.told.keys()
        return [column.heading for column in self.layout.required if column.field not in there]

    @property
    def score(self) -> tuple[bool, int, float]:
        found = len(self.columns)
        return (not self.missing, found, found / len(self.layout.columns))


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
) -> Header | None:
    """The best header among the first rows; None when no row looks like one of any layout.

    `told` says what the rows above a header tell for the whole sheet.
    """
    best: Header | None = None
    slugged = [
        [] if _is_data(row) else [slug(cell) if cell not in ("", None) else "" for cell in row]
        for row in top_rows
    ]
    for layout in layouts:
        by_slug = layout.by_slug
        for index, names in enumerate(slugged):
            single = [name if name in by_slug else "" for name in names]
            single = _standing(single, slugged[index + 1 :])
            for known in _readings(single, slugged, index, by_slug):
                if sum(map(bool, known)) < min(2, len(layout.columns)):
                    continue
                last = index if known is single else index + 1
                header = _header(layout, top_rows[index : last + 1], last + 1, known, by_slug)
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


def _header(layout, head_rows, row_number, known, by_slug) -> Header:
    columns: dict[str, int] = {}
    headings: dict[str, str] = {}
    unknown = []
    doubled = []
    unheaded = []
    width = 0
    note_index = None
    for index, name in enumerate(known):
        written = " ".join(
            " ".join(str(row[index]).split())
            for row in head_rows
            if index < len(row) and row[index] not in ("", None)
        )
        if written:
            width = index + 1
        else:
            unheaded.append(index)
        if not name:
            if slug(written) in _NOTE_SLUGS:
                note_index = index
            elif written:
                unknown.append(written)
            continue
        column = by_slug[name]
        if column.field in columns:
            doubled.append((column.heading, headings[column.field], written))
        else:
            columns[column.field] = index
            headings[column.field] = written
    return Header(
        layout,
        row_number,
        columns,
        headings,
        tuple(unknown),
        width,
        tuple(unheaded),
        note_index,
        tuple(doubled),
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
