"""Checked rows as the text that PostgreSQL's COPY reads, so that nobody between need touch them."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from spreadsheets.checking import Batch
from spreadsheets.layout import Issue

_ESCAPED = str.maketrans(
    # NUL is the one character that PostgreSQL cannot hold.
    {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": "\N{REPLACEMENT CHARACTER}"}
)
_SPECIAL = re.compile(r"\\(.)")
_MEANT = {"\\": "\\", "t": "\t", "n": "\n", "r": "\r"}


def pack(rows: Iterable[Iterable[str]]) -> bytes:
    """Rows of text in the text format of COPY: tabs between columns, a line end behind each row.

    >>> pack([["MALUEN", ""], ["a\\tb", "c"]])
    b'MALUEN\\t\\na\\\\tb\\tc\\n'
    """
    rows = list(map(list, rows))
    if not rows:
        return b""
    text = "\n".join(map("\t".join, rows)) + "\n"
    tabs = sum(map(len, rows)) - len(rows)
    if (
        text.count("\t") != tabs
        or text.count("\n") != len(rows)
        or "\\" in text
        or "\r" in text
        or "\0" in text
    ):
        escaped = ([cell.translate(_ESCAPED) for cell in row] for row in rows)
        text = "\n".join(map("\t".join, escaped)) + "\n"
    return text.encode()


def unpack(packed: bytes) -> list[list[str]]:
    """What `pack` was given.

    >>> unpack(pack([["MALUEN", ""], ["a\\tb", "c"]]))
    [['MALUEN', ''], ['a\\tb', 'c']]
    """
    text = packed.decode()
    rows = [line.split("\t") for line in text.split("\n")[:-1]]
    if "\\" in text:
        rows = [[_SPECIAL.sub(lambda cut: _MEANT[cut[1]], cell) for cell in row] for row in rows]
    return rows


class PackedBatch(NamedTuple):
    """A Batch whose rows are packed as (sheet, row, values), and its issues as they are declared
    with the sheet first."""

    packed_rows: bytes
    packed_issues: bytes
    done: int
    total: int

    @classmethod
    def of(cls, batch: Batch) -> "PackedBatch":
        rows = ((sheet, str(number), *values) for sheet, number, values in batch.rows)
        issues = ((issue.sheet, str(issue.row), *issue[1:7]) for issue in batch.issues)
        return cls(pack(rows), pack(issues), batch.done, batch.total)

    @property
    def rows(self) -> list[tuple[str, int, list[str]]]:
        return [(sheet, int(number), values) for sheet, number, *values in unpack(self.packed_rows)]

    @property
    def issues(self) -> list[Issue]:
        return [
            Issue(int(number), *told, sheet) for sheet, number, *told in unpack(self.packed_issues)
        ]
