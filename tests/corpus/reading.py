"""A file of the corpus checked as the command checks it, without child process and database."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

from beneficiaries.sheets import DTKS_BNBA
from regions.codes import RegionIndex, load_regions
from spreadsheets.checking import check_file
from spreadsheets.layout import CheckContext, Layout
from spreadsheets.looking import FileRead
from uploads.inspection import after, heading

TODAY = date(2021, 11, 23)


@cache
def context() -> CheckContext:
    return CheckContext(TODAY, RegionIndex(load_regions()), {"region": "62.03"})


class Told(NamedTuple):
    """What a check has told. A row is named as in Excel, with its sheet where there are several.

    `issues`: (row, column, code, level, after); row 0 is the file.
    """

    read: FileRead
    values: dict[int | str, dict[str, str]]
    issues: list[tuple[int | str, str, str, str, str]]


def check(path: Path, layout: Layout = DTKS_BNBA) -> Told:
    """Raises SheetRefused."""
    read, *batches = check_file(path, [layout], context())
    many = len(read.sheets) > 1

    def place(sheet: str, number: int) -> int | str:
        return f"{sheet}!{number}" if many and number else number

    values = {
        place(sheet, number): dict(zip(layout.fields, texts, strict=True))
        for batch in batches
        for sheet, number, texts in batch.rows
    }
    issues = []
    for issue in (issue for batch in batches for issue in batch.issues):
        at = place(issue.sheet, issue.row)
        issues.append(
            (
                at,
                heading(layout, issue.field),
                issue.code,
                issue.level,
                after(issue, values.get(at, {})),
            )
        )
    return Told(read, values, issues)
