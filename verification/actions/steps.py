"""How every action changes cases: by one statement for any number of them, with their steps."""

import json

from django.core.exceptions import EmptyResultSet, PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from accounts.permissions import require_role
from regions.models import Region
from uploads.models import Upload
from verification.models import Case, CaseQuerySet, CaseStep

_HOLD = """
SELECT count(*) FROM (SELECT c.id FROM verification_case c WHERE c.id IN ({chosen})
    ORDER BY c.id FOR NO KEY UPDATE) held
"""
# Cases are held in one order by everybody. What a statement writes and what it notes of it is one.
_CHANGE = """
WITH chosen AS (
    SELECT c.id, c.status AS before FROM verification_case c {source}
    ORDER BY c.id FOR NO KEY UPDATE OF c
), moved AS (
    UPDATE verification_case c SET {changes}, version = c.version + 1, changed_at = now()
    FROM chosen {joined} WHERE c.id = chosen.id {on}
    RETURNING c.id, c.village_id, chosen.before, c.status AS after, c.version
)
INSERT INTO verification_casestep
    (case_id, village_id, action, before, after, version, note, details, upload_id, by_id)
SELECT id, village_id, %(action)s, before, after, version, %(note)s, %(details)s::jsonb,
    %(upload)s, %(by)s
FROM moved
"""


def change(
    cases: CaseQuerySet,
    changes: str,
    action: str,
    *,
    by: User,
    note: str = "",
    upload: Upload | None = None,
    details: dict | None = None,
    values: dict | None = None,
) -> int:
    """Set `changes` (SQL of this package, with `values`) on all `cases`; tells how many."""
    try:
        inner, parameters = cases.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:  # a query that Django knows to find nothing
        return 0
    with connection.cursor() as cursor:
        # The query's own parameters are positional; they are filled in before the named ones.
        chosen = cursor.mogrify(inner, parameters).decode()
        # Held first: the change itself must see what another has done while this one waited.
        cursor.execute(_HOLD.format(chosen=chosen))
        chosen = chosen.replace("%", "%%")
        _write(
            cursor,
            _CHANGE.format(source=f"WHERE c.id IN ({chosen})", changes=changes, joined="", on=""),
            _parameters(action, by, note, upload, details) | (values or {}),
        )
        return cursor.rowcount


def change_by_table(
    cursor, table: str, changes: str, action: str, *, by: User, upload: Upload, note: str = ""
) -> int:
    """As `change`, of the cases of a temporary table by its `target_id`; `t` is its row."""
    _write(
        cursor,
        _CHANGE.format(
            source=f"WHERE c.id IN (SELECT target_id FROM {table})",
            changes=changes,
            joined=f", {table} t",
            on="AND t.target_id = c.id",
        ),
        _parameters(action, by, note, upload, None),
    )
    return cursor.rowcount


def _write(cursor, statement: str, parameters: dict) -> None:
    """Raises ValidationError for a case that stands in an endorsed list, as its trigger says."""
    try:
        with transaction.atomic():
            cursor.execute(statement, parameters)
    except IntegrityError as error:
        if error.__cause__.diag.constraint_name != "endorsed_outcome_stays":
            raise
        raise ValidationError(
            "Hasil kasus ini ada dalam daftar yang disahkan, jadi tidak dapat diubah. Cabut dahulu"
            " pengesahannya."
        ) from error


def _parameters(action, by, note, upload, details) -> dict:
    return {
        "action": action,
        "by": by.pk,
        "note": note,
        "upload": upload.pk if upload else None,
        "details": json.dumps(details or {}),
    }


def require(user: User, permission: str, case: Case | None = None) -> None:
    require_role(user, permission)
    if case is not None and not user.scope.contains(case.village_id):
        place = Region.objects.get(pk=case.village_id[:5])
        raise PermissionDenied(
            f"Kasus ini berada di {place}. Anda bertugas di {user.home_region or 'wilayah lain'}."
        )


def note_step(case: Case, action: str, *, by: User, note: str = "") -> None:
    """Note something on the timeline of a case that leaves its status as it is."""
    CaseStep.objects.create(
        case=case,
        village_id=case.village_id,
        action=action,
        before=case.status,
        after=case.status,
        version=case.version,
        note=note,
        by=by,
    )
