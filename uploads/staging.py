"""Rows of an upload between file and register: copied in, compared in set-based SQL, judged.

The comparison works on temporary tables:
`staged`: one row per row of the upload, a text column for each field of the layout, and `id`,
    `sheet`, `row_number`, `target_id`, `household_id`, `changes`;
`found`: issues; those of the check, and those that only the register or the other rows can tell;
`doubted`: cells of which the check has told something that nobody has decided yet, without a
    suggestion;
`offered`: what the comparison suggests for such cells, with a note on whom it is about.
A check copies the file's rows and issues straight into `staged` and `found`, and they become rows
and issues of the upload only with the verdicts: written once, indexed once. Later comparisons make
`staged` from the upload's rows.
"""

import io

from django.db import connection

from accounts import scope
from spreadsheets.checking import Batch
from spreadsheets.layout import Layout
from spreadsheets.packing import PackedBatch
from uploads.models import Upload, UploadRow

ANALYZE_FROM = 2_000


def clear(upload: Upload) -> None:
    """Forget what an earlier, interrupted check has left."""
    upload.rows.all()._raw_delete("default")
    upload.issues.all()._raw_delete("default")


def _copy(cursor, table: str, columns: str, packed: bytes) -> None:
    with connection.wrap_database_errors:
        cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", io.BytesIO(packed))


def _columns(layout: Layout) -> str:
    return ", ".join(f'"{name}"' for name in layout.fields)


def store(cursor, layout: Layout, batch: Batch | PackedBatch) -> str:
    """COPY a batch of checked rows into a part of `staged`, and its issues into `found`.

    Gives the name of the part, a table that inherits from `staged`: what is looked up for these
    rows alone need not pass over all the others.
    """
    if isinstance(batch, Batch):
        batch = PackedBatch.of(batch)
    fields = ", ".join(f'"{name}" text NOT NULL' for name in layout.fields)
    cursor.execute(
        "CREATE TEMPORARY TABLE IF NOT EXISTS staged ("
        "id bigint NOT NULL DEFAULT nextval('uploads_uploadrow_id_seq'),"
        " sheet text NOT NULL, row_number integer NOT NULL, approved_verdict text,"
        " approved_target_id bigint, approved_changes jsonb,"
        f" target_id bigint, household_id bigint, changes jsonb, {fields});"
        "SELECT count(*) FROM pg_inherits WHERE inhparent = 'staged'::regclass"
    )
    part = f"staged_{cursor.fetchone()[0] + 1}"
    cursor.execute(f"CREATE TEMPORARY TABLE {part} () INHERITS (staged)")
    _copy(cursor, part, f"sheet, row_number, {_columns(layout)}", batch.packed_rows)
    if batch.packed_issues:
        _make_found(cursor)
        _copy(
            cursor,
            "found",
            "sheet, row_number, field, code, level, message, before, suggestion",
            batch.packed_issues,
        )
    return part


def _make_found(cursor) -> None:
    cursor.execute(
        "CREATE TEMPORARY TABLE IF NOT EXISTS found (sheet text NOT NULL,"
        " row_number integer NOT NULL, field text NOT NULL, code text NOT NULL,"
        " level text NOT NULL, message text NOT NULL, before text, suggestion text,"
        " from_register boolean NOT NULL DEFAULT false)"
    )


def analyze(rows: int) -> None:
    """Let the planner know the new rows and issues before they are joined with a million others."""
    if rows >= ANALYZE_FROM:
        with scope.applied(None), connection.cursor() as cursor:
            cursor.execute(
                "ANALYZE uploads_uploadrow (upload_id, row_number, verdict, household_id),"
                " uploads_uploadissue (upload_id, row_number, code)"
            )


_CHANGED_MUCH = """
SELECT string_agg(relid::regclass::text, ', ') FROM pg_stat_user_tables
WHERE schemaname = 'public' AND n_mod_since_analyze > greatest(%s, n_live_tup / 10)
"""


def analyze_changed(rows: int) -> None:
    """After a large write: a register that has grown tenfold since its statistics is searched
    badly, and the first sheet of a new portal makes it grow from nothing. What has changed little
    keeps its statistics."""
    if rows >= ANALYZE_FROM:
        with scope.applied(None), connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_force_next_flush()")
            cursor.execute(_CHANGED_MUCH, [ANALYZE_FROM])
            if tables := cursor.fetchone()[0]:
                cursor.execute(f"ANALYZE {tables}")


def stage(cursor, upload: Upload, layout: Layout) -> None:
    """Make `staged` from the rows of the upload; it goes with the transaction."""
    fields = ", ".join(
        f'r.values[{n}] AS "{name}"' for n, name in enumerate(layout.fields, start=1)
    )
    cursor.execute(
        "CREATE TEMPORARY TABLE staged ON COMMIT DROP AS"
        " SELECT r.id, r.sheet, r.row_number, r.verdict AS approved_verdict,"
        " r.target_id AS approved_target_id, r.changes AS approved_changes,"
        " NULL::bigint AS target_id, NULL::bigint AS household_id, NULL::jsonb AS changes,"
        f" {fields}"
        " FROM uploads_uploadrow r WHERE r.upload_id = %s",
        [upload.pk],
    )


def begin_comparison(cursor, upload: Upload, *, arrived: bool) -> None:
    """Make the tables beside `staged`, and let the planner know what there is.

    `arrived`: the issues of the check are in `found`, not yet among those of the upload.
    """
    _make_found(cursor)
    cursor.execute(
        "ALTER TABLE found ALTER from_register SET DEFAULT true;"
        "CREATE TEMPORARY TABLE offered (sheet text, row_number integer, field text,"
        " suggestion text, note text);"
        "CREATE TEMPORARY TABLE doubted AS SELECT DISTINCT sheet, row_number, field FROM "
        + (
            "found WHERE NOT from_register"
            if arrived
            else "uploads_uploadissue WHERE NOT from_register AND upload_id = %s AND decision = ''"
        )
        + " AND level <> 'info' AND suggestion = '' AND row_number > 0",
        [] if arrived else [upload.pk],
    )
    # A small sample tells enough, of a column or two: the usual one would cost as much as a step of
    # the comparison. Compiling a statement (JIT) costs more than it saves where each runs once.
    cursor.execute(
        "SET LOCAL jit = off; SET LOCAL default_statistics_target = 10;"
        "ANALYZE staged (id, row_number), doubted"
    )


_FOUND = """
    found f LEFT JOIN offered o USING (sheet, row_number, field)
    CROSS JOIN LATERAL (SELECT o.suggestion IS NOT NULL AND NOT f.from_register
        AND f.level <> 'info' AND f.suggestion = '') x (is_offered)
"""
_MESSAGE = "CASE WHEN is_offered THEN f.message || ' ' || o.note ELSE f.message END"
_SUGGESTION = "CASE WHEN is_offered THEN o.suggestion ELSE coalesce(f.suggestion, '') END"


# What check and comparison have found, with the suggestions offered; columns as in an Issue.
FINDINGS = f"""
SELECT row_number AS "row", field, code, level, {_MESSAGE} AS message,
    coalesce(before, '') AS before, {_SUGGESTION} AS suggestion, sheet
FROM {_FOUND}
"""


# A table of its own, so that the planner knows how many issues there are.
_BLOCKING = """
CREATE TEMPORARY TABLE blocking ON COMMIT DROP AS
SELECT sheet, row_number, bool_or(level = 'error') AS is_error
FROM {issues} AND level <> 'info' AND row_number > 0
GROUP BY sheet, row_number;
ANALYZE blocking
"""
_JUDGED = """
WITH judged AS (
    SELECT s.*, CASE
        WHEN b.is_error THEN 'BERMASALAH'
        WHEN b.row_number IS NOT NULL THEN 'PERLU_DIPERIKSA'
        WHEN s.target_id IS NULL THEN 'BARU'
        WHEN s.changes = '{}' THEN 'SAMA'
        ELSE 'BERUBAH'
    END AS verdict
    FROM staged s LEFT JOIN blocking b ON b.sheet = s.sheet AND b.row_number = s.row_number
)
"""


def judge_again(upload: Upload) -> None:
    """Bring the verdicts in line with decisions that have changed no value."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
        UPDATE uploads_uploadrow r SET verdict = x.verdict
        FROM (
            SELECT r.id, CASE
                WHEN bool_or(i.level = 'error' AND i.decision = '') THEN 'BERMASALAH'
                WHEN bool_or(i.level = 'warning' AND i.decision = '') THEN 'PERLU_DIPERIKSA'
                WHEN r.target_id IS NULL THEN 'BARU'
                WHEN r.changes = '{}' THEN 'SAMA'
                ELSE 'BERUBAH'
            END AS verdict
            FROM uploads_uploadrow r
            JOIN uploads_uploadissue i ON i.upload_id = r.upload_id AND i.sheet = r.sheet
                AND i.row_number = r.row_number
            WHERE r.upload_id = %s GROUP BY r.id
        ) x
        WHERE r.id = x.id AND r.verdict <> x.verdict
        """,
            [upload.pk],
        )
    count(upload)


_FORGET_UNDECIDED = """
DELETE FROM uploads_uploadissue
WHERE upload_id = %(upload)s AND from_register AND decision = ''
"""
_KNOWN_ALREADY = """
SELECT FROM uploads_uploadissue i WHERE i.upload_id = %(upload)s AND i.sheet = f.sheet
    AND i.row_number = f.row_number AND i.field = f.field AND i.code = f.code
"""
_OFFER = """
UPDATE uploads_uploadissue i
SET suggestion = o.suggestion, message = i.message || ' ' || o.note
FROM offered o
WHERE i.upload_id = %(upload)s AND i.sheet = o.sheet AND i.row_number = o.row_number
    AND i.field = o.field AND i.decision = '' AND i.suggestion = '' AND i.level <> 'info'
    AND NOT i.from_register
"""


def judge(cursor, upload: Upload, layout: Layout, *, arrived: bool) -> None:
    """Write issues, verdicts, targets and changes of the comparison to the upload's rows.

    An error that nobody has decided makes a row BERMASALAH, an undecided warning PERLU_DIPERIKSA.
    Decisions already taken on an issue of the comparison outlive a new comparison. `arrived`: the
    rows come from the file and are written for the first time.
    """
    values = {"upload": upload.pk, "region": upload.region_id}
    write = (
        "INSERT INTO uploads_uploadissue (upload_id, region_id, sheet, row_number, field, code,"
        " level, message, before, suggestion, decision, from_register)"
        " SELECT %(upload)s, %(region)s, sheet, row_number, field, code, level,"
        f" {_MESSAGE}, coalesce(before, ''), {_SUGGESTION}, '', from_register FROM {_FOUND}"
    )
    if arrived:
        cursor.execute(write, values)
        cursor.execute(_BLOCKING.format(issues="found WHERE true"))
    else:
        cursor.execute(_FORGET_UNDECIDED, values)
        cursor.execute(f"{write} WHERE NOT EXISTS ({_KNOWN_ALREADY})", values)
        cursor.execute(_OFFER, values)
        cursor.execute(
            _BLOCKING.format(
                issues="uploads_uploadissue WHERE upload_id = %(upload)s AND decision = ''"
            ),
            values,
        )
    if arrived:
        cursor.execute(
            f"{_JUDGED} INSERT INTO uploads_uploadrow (id, upload_id, region_id, sheet, row_number,"
            " values, verdict, target_id, household_id, changes, outcome)"
            f" SELECT id, %(upload)s, %(region)s, sheet, row_number, ARRAY[{_columns(layout)}],"
            " verdict, target_id, household_id, changes, '' FROM judged",
            values,
        )
    else:
        cursor.execute(
            f"{_JUDGED} UPDATE uploads_uploadrow r SET target_id = j.target_id,"
            " household_id = j.household_id, changes = j.changes, verdict = j.verdict"
            " FROM judged j WHERE r.id = j.id"
            " AND (r.target_id, r.household_id, r.changes, r.verdict)"
            " IS DISTINCT FROM (j.target_id, j.household_id, j.changes, j.verdict)",
            values,
        )


def clear_away(cursor) -> None:
    """Drop the temporary tables; a second comparison in the same transaction makes its own."""
    cursor.execute(
        "SELECT string_agg(quote_ident(relname), ', ') FROM pg_class"
        " WHERE relnamespace = pg_my_temp_schema() AND relkind = 'r'"
    )
    tables = cursor.fetchone()[0]
    if tables:
        cursor.execute(f"DROP TABLE {tables} CASCADE")


def discard() -> None:
    """Drop what a check that did not come to its end has copied in."""
    if not connection.needs_rollback:
        with connection.cursor() as cursor:
            clear_away(cursor)


def mark_writable(cursor) -> None:
    """Add `conflict` and `writable` to `staged` after the comparison that precedes writing.

    A conflict is a row whose register entry is no longer what the approver has seen. What another
    upload has meanwhile brought to the same value is none: nothing is left to do.
    """
    cursor.execute(
        """
        CREATE TEMPORARY TABLE marked ON COMMIT DROP AS
        SELECT s.*, conflict, to_do AND NOT conflict AS writable
        FROM staged s,
            LATERAL (SELECT approved_verdict IN ('BARU', 'BERUBAH')
                AND (target_id IS NULL OR changes <> '{}') AS to_do) x,
            LATERAL (SELECT to_do AND (
                target_id IS DISTINCT FROM approved_target_id
                OR changes IS DISTINCT FROM approved_changes
            ) AS conflict) y;
        ALTER TABLE staged RENAME TO unmarked;
        ALTER TABLE marked RENAME TO staged
        """
    )


def record_outcome(cursor, upload: Upload) -> tuple[int, int]:
    """Write to the rows what became of them; tells how many were applied and how many conflict."""
    cursor.execute(
        "UPDATE uploads_uploadrow r SET target_id = s.target_id, household_id = s.household_id,"
        " outcome = CASE WHEN s.conflict THEN 'BERUBAH_LAGI' ELSE 'DITERAPKAN' END"
        " FROM staged s WHERE r.id = s.id AND s.approved_verdict IN ('BARU', 'BERUBAH')"
    )
    cursor.execute(
        "SELECT count(*) FILTER (WHERE NOT conflict), count(*) FILTER (WHERE conflict) FROM staged"
        " WHERE approved_verdict IN ('BARU', 'BERUBAH')"
    )
    return cursor.fetchone()


def count(upload: Upload) -> None:
    """Bring the counters on the upload in line with its rows (not saved)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT verdict, count(*) FROM uploads_uploadrow WHERE upload_id = %s GROUP BY verdict",
            [upload.pk],
        )
        counts = dict(cursor.fetchall())
    upload.rows_new = counts.get(UploadRow.Verdict.BARU, 0)
    upload.rows_changed = counts.get(UploadRow.Verdict.BERUBAH, 0)
    upload.rows_same = counts.get(UploadRow.Verdict.SAMA, 0)
    upload.rows_review = counts.get(UploadRow.Verdict.PERLU_DIPERIKSA, 0)
    upload.rows_problem = counts.get(UploadRow.Verdict.BERMASALAH, 0)
