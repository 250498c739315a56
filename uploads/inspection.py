"""The check of an upload without an upload: nothing of it stays in the database."""

import json
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from django.db import connection, transaction

from accounts import scope
from regions.models import Region
from spreadsheets.layout import Issue, Layout
from spreadsheets.limited import check_in_child
from spreadsheets.looking import FileRead
from uploads import kinds, staging, steps
from uploads.kinds import SheetKind
from uploads.models import Upload
from uploads.tasks import MEMORY_MB, SECONDS, against_cover

VERDICTS = {"": "ok", "info": "repaired", "warning": "doubtful", "error": "refused"}
SHOWN_ROWS = 5

_NOTED = f"""
CREATE TEMPORARY TABLE noted ON COMMIT DROP AS {staging.FINDINGS};
CREATE INDEX ON noted (sheet, "row");
ANALYZE noted
"""
_ROWS = """
SELECT s.sheet, s.row_number, ARRAY[{values}], i.issues
FROM staged s LEFT JOIN (
    SELECT sheet, "row" AS row_number, json_agg(json_build_array("row", field, code, level, message,
        before, suggestion, sheet) ORDER BY array_position(%s, field), code) AS issues
    FROM noted GROUP BY sheet, "row"
) i USING (sheet, row_number)
ORDER BY s.id
"""
_OF_FILE = """
SELECT "row", field, code, level, message, before, suggestion, sheet FROM noted WHERE "row" = 0
ORDER BY sheet, field, code
"""
_VERDICTS = """
SELECT coalesce(worst, ''), count(*) FROM staged s LEFT JOIN (
    SELECT sheet, "row" AS row_number, CASE WHEN bool_or(level = 'error') THEN 'error'
        WHEN bool_or(level = 'warning') THEN 'warning' ELSE 'info' END AS worst
    FROM noted GROUP BY sheet, "row"
) w USING (sheet, row_number) GROUP BY 1
"""
_CAUSES = """
SELECT level, code, min(message), count(*), (array_agg(place ORDER BY first))[1:{shown}]
FROM (
    SELECT level, code, min(message) AS message, min("row") AS first,
        "row" || CASE WHEN sheet <> '' AND %s THEN ' (' || sheet || ')' ELSE '' END AS place
    FROM noted WHERE "row" > 0 GROUP BY level, code, sheet, "row"
) x
GROUP BY level, code
ORDER BY level = 'error' DESC, level = 'warning' DESC, count(*) DESC, code
"""


class Row(NamedTuple):
    sheet: str
    number: int
    values: dict[str, str]
    issues: list[Issue]

    @property
    def verdict(self) -> str:
        levels = {issue.level for issue in self.issues}
        worst = next((level for level in ("error", "warning", "info") if level in levels), "")
        return VERDICTS[worst]


class Cause(NamedTuple):
    level: str
    code: str
    message: str
    count: int
    first_rows: list[str]


class Inspection:
    """A checked file, as long as the block of `inspect` lasts."""

    def __init__(self, read: FileRead, kind: SheetKind) -> None:
        self.read = read
        self.kind = kind

    @cached_property
    def issues(self) -> list[Issue]:
        """Findings on the file as a whole."""
        with connection.cursor() as cursor:
            cursor.execute(_OF_FILE)
            return list(map(Issue._make, cursor))

    def rows(self) -> Iterator[Row]:
        """All data rows in the order of the file, a few at a time."""
        fields = self.kind.layout.fields
        values = ", ".join(f's."{name}"' for name in fields)
        with connection.chunked_cursor() as cursor:
            cursor.execute(_ROWS.format(values=values), [list(fields)])
            for sheet, number, texts, issues in cursor:
                found = [Issue._make(issue) for issue in _loaded(issues)]
                yield Row(sheet, number, dict(zip(fields, texts, strict=True)), found)

    def verdicts(self) -> dict[str, int]:
        with connection.cursor() as cursor:
            cursor.execute(_VERDICTS)
            counts = dict(cursor.fetchall())
        return {verdict: counts.get(level, 0) for level, verdict in VERDICTS.items()}

    def causes(self) -> list[Cause]:
        """Errors first, then doubts and repairs, each by the number of rows."""
        with connection.cursor() as cursor:
            cursor.execute(_CAUSES.format(shown=SHOWN_ROWS), [len(self.read.sheets) > 1])
            return [Cause(*row) for row in cursor]


def _loaded(issues: str | list | None) -> list:
    return json.loads(issues) if isinstance(issues, str) else issues or []


@contextmanager
def inspect(
    path: Path,
    *,
    among: Iterable[SheetKind],
    region: Region | None = None,
    expected_rows: int | None = None,
) -> Iterator[Inspection]:
    """Check a file as an upload for `region` by one who may see just that region.

    The kind is the one among `among` whose headings fit best. Without `region` it is the one that
    the file says, seen by somebody of the province. Everything is rolled back when the block ends.
    Raises SheetRefused on entering.
    """
    seen = scope.Scope((region.code,)) if region else None
    with scope.applied(seen), transaction.atomic():
        try:
            yield _inspect(path, among, region, expected_rows)
        finally:
            transaction.set_rollback(True)


def _inspect(path, among, region, expected_rows) -> Inspection:
    seen = region or Region.objects.get(level=Region.Level.PROVINCE)
    upload = Upload(pk=0, region=seen, expected_rows=expected_rows)
    events = check_in_child(
        path,
        [kind.layout_path for kind in among],
        steps.context_of(upload),
        memory_mb=MEMORY_MB,
        seconds=SECONDS,
    )
    with closing(events), connection.cursor() as cursor:
        read = next(events)
        kind = kinds.get(read.layout_key)
        upload.kind = kind.key
        upload.reference = read.identity.get("round", "")
        if not region:
            upload.region = Region.objects.filter(pk=read.identity.get("region")).first() or (
                upload.region
            )
        if kind.admit:
            kind.admit(upload, read.identity)
        done = 0
        for batch in events:
            steps.take(cursor, kind, batch)
            done = batch.done
        staging.store(cursor, kind.layout, against_cover(upload, read, done))
        staging.begin_comparison(cursor, upload, arrived=True)
        kind.compare(upload, cursor)
        cursor.execute(_NOTED)
    return Inspection(read, kind)


def heading(layout: Layout, field: str) -> str:
    column = layout.column_of(field)
    return column.heading if column else ""


def after(issue: Issue, values: dict[str, str]) -> str:
    """What a repair has left in the row; of a doubt or an error what is suggested."""
    return values.get(issue.field, "") if issue.level == "info" else issue.suggestion
