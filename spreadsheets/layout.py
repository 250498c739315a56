"""The declaration of a sheet: from it come template, header search, checks and help."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

LEVELS = ("info", "warning", "error")

Raw = str | int | float | bool | date | datetime | time | timedelta | None


class Cleaned(NamedTuple):
    """Canonical text and the one thing to say about the cell.

    A doubtful or wrong text keeps the sender's text as `value`; a cell of a typed column (date,
    choice, rupiah) that cannot be understood has the value '', so that a non-empty value of a
    typed column can always be cast.
    """

    value: str
    code: str
    level: str
    message: str
    suggestion: str = ""


Cleaner = Callable[[Any], "str | Cleaned"]


class Issue(NamedTuple):
    """One finding. `row` counts as Excel does; row 0 is the whole file, field '' the whole row."""

    row: int
    field: str
    code: str
    level: str
    message: str
    before: str
    suggestion: str
    sheet: str = ""


_NOT_SLUG = re.compile(r"[^A-Z0-9]+")


def slug(heading: object) -> str:
    """The letters and digits of a heading, upper-case: what headings are compared by.

    >>> slug(" No. Kartu\\nKeluarga ")
    'NOKARTUKELUARGA'
    """
    return _NOT_SLUG.sub("", str(heading).upper())


def as_written(raw: Raw) -> str:  # noqa: PLR0911  one exit per type of cell
    """The cell as its sender sees it, for messages and the column "before".

    >>> as_written(6271015508809001.0), as_written(date(1973, 7, 1)), as_written(None)
    ('6271015508809001', '01-07-1973', '')
    """
    if isinstance(raw, str):
        return raw
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "YA" if raw else "TIDAK"
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    if isinstance(raw, datetime):
        return raw.strftime("%d-%m-%Y %H:%M") if raw.time() != time() else f"{raw:%d-%m-%Y}"
    if isinstance(raw, date):
        return f"{raw:%d-%m-%Y}"
    return str(raw)


@dataclass(frozen=True)
class Column:
    """One column of a sheet, which is one field.

    `required`: the heading must exist; whether a cell may be empty is a row rule's decision.
    `memo`: equal raw cells are cleaned once; switch it off for a cleaner with side effects.
    `fill_down`: an empty cell takes the value above it (merged cells of a kecamatan).
    `kind`: "date" for a column of dates whose cleaner is not `cells.date` itself.
    `content`: what its cells look like, by which a column is recognised that has an unknown heading
    or none: "nik", "kk", "card", "account", "name" (of the person), "birth", "date", "sex",
    "yes_no", "rupiah", "rt", "rw", "choice" (what its cleaner knows), "province", "regency",
    "district", "village".
    `titled`: a title above the header may give the value for the whole sheet ("DESA : BATUAH");
    so it may wherever `fill_down` is set.
    `sheet_name`: the value that the name of a sheet ("Kec. Basarang") gives where the column is
    missing or empty, "" if that name is none.
    `in_template`: False for what senders may have but are not asked for.
    `locked`: part of the identity in pre-filled sheets, not to be edited by the officer.
    """

    field: str
    heading: str
    clean: Cleaner
    aliases: tuple[str, ...] = ()
    required: bool = False
    example: str = ""
    help: str = ""
    width: float = 16
    choices: tuple[str, ...] = ()
    locked: bool = False
    memo: bool = True
    fill_down: bool = False
    kind: str = ""
    content: str = ""
    titled: bool = False
    sheet_name: "Callable[[str, CheckContext], str] | None" = None
    in_template: bool = True

    @property
    def slugs(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(slug(name) for name in (self.heading, *self.aliases)))


@dataclass(frozen=True)
class CheckContext:
    """What row rules may know: the day, the region index, options of the caller. Picklable."""

    today: date
    regions: object = None
    options: dict = field(default_factory=dict)


class RowView:
    """One row as row rules see it; the same object is reused for every row of a sheet.

    `by_hand`: typed in the portal, where a field says how to write, not in a sheet.
    """

    __slots__ = (
        *("_at", "_findings", "_indexed", "_raw_at", "_reread", "by_hand", "issues"),
        *("number", "raws", "sheet", "values"),
    )

    def __init__(self, at: Mapping[str, int], raw_at: Mapping[str, int], sheet: str) -> None:
        self._at = at
        self._raw_at = raw_at
        self.sheet = sheet
        self.by_hand = False
        self.number = 0
        self.values: list[str] = []
        self.raws: Sequence[Raw] = ()
        self.issues: list[Issue] = []
        self._indexed: list[Issue] | None = None
        self._findings: dict[tuple[int, str], int] = {}
        self._reread: dict[tuple[int, str], list[Issue]] = {}

    def __getitem__(self, name: str) -> str:
        return self.values[self._at[name]]

    def set(self, name: str, value: str) -> None:
        self.values[self._at[name]] = value

    def raw(self, name: str) -> Raw:
        """The cell as read; None where the sheet has no such column."""
        index = self._raw_at.get(name)
        return None if index is None else self.raws[index]

    def note(self, name: str, code: str, level: str, message: str, suggestion: str = "") -> None:
        before = as_written(self.raw(name))
        self.issues.append(
            Issue(self.number, name, code, level, message, before, suggestion, self.sheet)
        )

    def finding(self, name: str) -> Issue | None:
        """What the cleaner has said of the cell. Without a search: rules ask it of many rows."""
        place = self._finding(name)
        return None if place is None else self.issues[place]

    def suggest(self, name: str, suggestion: str) -> None:
        """Add a suggestion to what the cleaner has said of the cell, unless it has one."""
        place = self._finding(name)
        if place is not None and not self.issues[place].suggestion:
            self.issues[place] = self.issues[place]._replace(suggestion=suggestion)

    def _finding(self, name: str) -> int | None:
        # All cells of a batch are cleaned, and all told, before the first rule runs.
        if self._indexed is not self.issues:
            self._indexed = self.issues
            self._findings = {}
            for place, issue in enumerate(self.issues):
                self._findings.setdefault((issue.row, issue.field), place)
        return self._findings.get((self.number, name))

    def index(self, name: str) -> int | None:
        """Where the cell of a field stands in `raws`; None where the sheet has no such column."""
        return self._raw_at.get(name)

    def reread(self, found: Mapping[str, list[Issue]]) -> None:
        """Put these issues in place of all that is said of these fields of this row."""
        self._reread |= {(self.number, name): issues for name, issues in found.items()}

    def settle(self) -> None:
        """Called once after the rules have seen all rows: what was read anew takes its place."""
        if not self._reread:
            return
        again, self._reread = self._reread, {}
        kept = [issue for issue in self.issues if (issue.row, issue.field) not in again]
        self.issues[:] = [*kept, *(issue for issues in again.values() for issue in issues)]


RowRule = Callable[[RowView, CheckContext], None]


@dataclass(frozen=True)
class Layout:
    """A kind of sheet. Values of a row come in the order of `fields`: columns, then derived.

    `example_rows`: rows as a sender types them. The first gives the columns their `example`, so
    that help page, template and tests show the same.
    `checks`: what the row rules look at, in sentences for the help page.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    derived: tuple[str, ...] = ()
    row_rules: tuple[RowRule, ...] = ()
    example_rows: tuple[Mapping[str, str], ...] = ()
    description: str = ""
    checks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.example_rows:
            first = self.example_rows[0]
            columns = (
                column if column.example else replace(column, example=first.get(column.field, ""))
                for column in self.columns
            )
            object.__setattr__(self, "columns", tuple(columns))
        names = self.fields
        if len(set(names)) != len(names):
            raise ValueError(f"layout {self.key}: a field is declared twice")
        owner: dict[str, str] = {}
        for column in self.columns:
            for name in column.slugs:
                other = owner.setdefault(name, column.field)
                if other != column.field:
                    raise ValueError(
                        f"layout {self.key}: heading {name} means {other} and {column.field}"
                    )

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(column.field for column in self.columns) + self.derived

    def column_of(self, field: str) -> Column | None:
        """The column that tells a field: for a derived one (`village`) that of its name
        (`village_name`), if there is one."""
        columns = {column.field: column for column in self.columns}
        return columns.get(field) or columns.get(f"{field}_name")

    @property
    def by_slug(self) -> dict[str, Column]:
        return {name: column for column in self.columns for name in column.slugs}

    @property
    def required(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.required)
