"""What is hidden in a sheet and read all the same, in words."""

from collections.abc import Iterable, Mapping

from spreadsheets.parts import Ranges, column_letters, joined
from spreadsheets.reading import Sheet
from spreadsheets.survey import Survey
from spreadsheets.words import thousands

_SHOWN = 8


def hidden_parts(
    sheet: Sheet, headings: Mapping[int, str], header_row: int, surveyed: Survey
) -> Iterable[str]:
    """Parts of a sentence. `headings` by index; rows that are left out as no data do not count."""
    place = f"pada lembar {sheet.name}"
    if sheet.hidden:
        yield f"lembar {sheet.name} ({thousands(surveyed.count)} baris)"
    rows = _data_rows(sheet, header_row, surveyed)
    if rows:
        yield f"baris {_in_words(joined(rows))} {place}"
    columns = [
        f"{column_letters(column)} ({heading})"
        for first, last in sheet.part.hidden_columns
        for column, heading in (
            (sheet.first_column + index, heading) for index, heading in headings.items()
        )
        if first <= column <= last
    ]
    if columns:
        yield f"kolom {_and(columns)} {place}"


def _data_rows(sheet: Sheet, header_row: int, surveyed: Survey) -> list[int]:
    return [
        row
        for first, last in sheet.part.hidden_rows
        for row in range(max(first, header_row + 1), min(last, surveyed.last_row) + 1)
        if row not in surveyed.skipped and row not in surveyed.spaces
    ]


def _in_words(ranges: Ranges) -> str:
    """
    >>> _in_words([(5, 9), (12, 12)])
    '5-9 dan 12'
    """
    parts = [str(first) if first == last else f"{first}-{last}" for first, last in ranges]
    return _and(parts)


def _and(parts: list[str]) -> str:
    """
    >>> _and(["A"]), _and(["A", "B", "C"])
    ('A', 'A, B dan C')
    """
    if len(parts) > _SHOWN:
        parts = [*parts[: _SHOWN - 1], f"{len(parts) - _SHOWN + 1} bagian lain"]
    return " dan ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))
