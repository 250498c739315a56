"""Places that stand once for a whole sheet: in a title above the header, or in the sheet's name."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from spreadsheets.layout import CheckContext, Column, Layout, slug

_LABEL = re.compile(r"([^:=]{2,40}?)\s*[:=]\s*(.*)")
# "KECAMATAN : BASARANG     DESA : BATUAH" in one cell.
_NEXT_LABEL = re.compile(r"[\t\n;]|,(?=[^,:]+:)|\s{2,}(?=[^:]+:)")
_COLON = re.compile(r"\s*([:=])\s*")
_LONGEST = 200
_NOTHING = " .…_-:="


class Told(NamedTuple):
    """The value of a column that the sheet tells once, and what to say about it in every row."""

    value: str
    code: str
    message: str


def told_once(
    sheet_name: str, above: Sequence[Sequence], layout: Layout, context: CheckContext
) -> dict[str, Told]:
    """Field -> what a title in the rows above the header tells, else the sheet's name."""
    told = {}
    places = [column for column in layout.columns if column.fill_down or column.titled]
    by_slug = {name: column for column in places for name in column.slugs}
    for number, row in enumerate(above, start=1):
        for column, value in _titles(row, by_slug, layout, context):
            told.setdefault(
                column.field,
                Told(
                    value,
                    "DARI_JUDUL_LEMBAR",
                    f"{column.heading} diambil dari judul di atas tabel (baris {number}).",
                ),
            )
    for column in layout.columns:
        if column.sheet_name and column.field not in told:
            value = column.sheet_name(sheet_name, context)
            if value:
                message = f"{column.heading} diambil dari nama lembar {sheet_name}."
                told[column.field] = Told(value, "DARI_NAMA_LEMBAR", message)
    return told


def _titles(row: Sequence, by_slug: dict[str, Column], layout: Layout, context: CheckContext):
    """(column, value) for each label with a value in the row."""
    for at, cell in enumerate(row):
        if not isinstance(cell, str) or len(cell) > _LONGEST or not cell.strip():
            continue
        for piece in _NEXT_LABEL.split(_COLON.sub(r"\1", cell.strip())):
            labelled = _LABEL.fullmatch(piece.strip())
            column = by_slug.get(slug(labelled[1] if labelled else piece))
            if column:
                value = labelled[2] if labelled else ""
                value = value.strip(_NOTHING) or _next_value(row[at + 1 :], layout)
                if value:
                    yield column, value
            elif not labelled:
                yield from _named(piece, by_slug, context)


def _next_value(cells: Sequence, layout: Layout) -> str:
    shown = (str(cell).strip(_NOTHING) for cell in cells)
    value = next(filter(None, shown), "")
    return "" if slug(value) in layout.by_slug or ":" in value else value


def _named(piece: str, by_slug: dict[str, Column], context: CheckContext):
    """`Kecamatan Basarang`, without a colon: only if the column knows such a place."""
    column = by_slug.get(slug(piece.split(maxsplit=1)[0])) if piece.split() else None
    if column and column.sheet_name and (value := column.sheet_name(piece, context)):
        yield column, value
