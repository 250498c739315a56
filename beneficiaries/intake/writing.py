"""What a BNBA changes in the register, and taking it back."""

from django.utils import timezone

from beneficiaries.intake.comparing import COLUMN, HOUSEHOLD_FIELDS, PERSON_FIELDS
from beneficiaries.models import Person
from uploads.models import Upload
from uploads.written import require_in_scope


def lock(upload: Upload, cursor) -> None:
    """Hold the families of the upload, in one order for everybody, until the transaction ends."""
    cursor.execute(
        "SELECT count(*) FROM (SELECT h.id FROM beneficiaries_household h WHERE h.id IN"
        " (SELECT household_id FROM uploads_uploadrow WHERE upload_id = %s)"
        " ORDER BY h.id FOR NO KEY UPDATE) locked",
        [upload.pk],
    )


def _given(field: str) -> str:
    column = COLUMN.get(field, field)
    cast = "::date" if field == "birth_date" else ""
    return f"{column} = CASE WHEN w.{field} <> '' THEN w.{field}{cast} ELSE t.{column} END"


SOURCE = "source_upload_id = %(upload)s, source_row = w.row_number, source_user_id = %(user)s"

WRITING = """
CREATE TEMPORARY TABLE writing ON COMMIT DROP AS
SELECT s.*, s.target_id IS NULL AS is_new,
    coalesce(s.target_id, nextval('beneficiaries_person_id_seq')) AS person_id
FROM staged s WHERE s.writable;

ALTER TABLE families ADD COLUMN is_new boolean NOT NULL DEFAULT false;
UPDATE families f SET is_new = true, household_id = nextval('beneficiaries_household_id_seq')
WHERE household_id IS NULL AND EXISTS (SELECT FROM writing w WHERE w.family = f.family);
ANALYZE writing, families;
"""

NEW_HOUSEHOLDS = """
INSERT INTO beneficiaries_household (id, dtks_id, kk_number, village_id, address, hamlet, rt, rw,
    register, payee_id, is_active, inactive_reason, source_upload_id, source_row, source_user_id,
    created_at, changed_at)
SELECT DISTINCT ON (f.household_id) f.household_id, w.dtks_id, w.kk_number, w.village, w.address,
    w.hamlet, w.rt, w.rw, 'DTKS', w.person_id, true, '', %(upload)s, w.row_number, %(user)s, now(),
    now()
FROM writing w JOIN families f ON f.family = w.family AND f.is_new
ORDER BY f.household_id, (w.relation = 'KEPALA_KELUARGA') DESC, w.id
"""

CHANGED_HOUSEHOLDS = f"""
UPDATE beneficiaries_household t SET {", ".join(map(_given, HOUSEHOLD_FIELDS))},
    is_active = true, inactive_reason = '', {SOURCE}
FROM writing w JOIN families f ON f.family = w.family AND f.lead_id = w.id
WHERE t.id = f.household_id AND NOT f.is_new
    AND w.changes ?| %(household_fields)s
"""

NEW_PERSONS = """
INSERT INTO beneficiaries_person (id, household_id, village_id, nik, name, birth_place, birth_date,
    sex, relation, occupation, mother_name, match_note, is_active, inactive_reason,
    source_upload_id, source_row, source_user_id, created_at, changed_at)
SELECT w.person_id, h.id, h.village_id, w.nik, w.name, w.birth_place,
    nullif(w.birth_date, '')::date, w.sex, w.relation, w.occupation, w.mother_name, w.match_note,
    true, '',
    %(upload)s, w.row_number, %(user)s, now(), now()
FROM writing w JOIN families f ON f.family = w.family
JOIN beneficiaries_household h ON h.id = f.household_id
WHERE w.is_new
"""

CHANGED_PERSONS = f"""
UPDATE beneficiaries_person t SET {", ".join(map(_given, PERSON_FIELDS))},
    household_id = h.id, village_id = h.village_id, is_active = true, inactive_reason = '', {SOURCE}
FROM writing w JOIN families f ON f.family = w.family
JOIN beneficiaries_household h ON h.id = f.household_id
WHERE t.id = w.person_id AND NOT w.is_new AND w.changes ?| %(person_fields)s
"""

PAYEES = """
UPDATE beneficiaries_household t SET payee_id = x.person_id
FROM (
    SELECT DISTINCT ON (f.household_id) f.household_id, w.person_id
    FROM writing w JOIN families f ON f.family = w.family AND NOT f.is_new
    ORDER BY f.household_id, (w.relation = 'KEPALA_KELUARGA') DESC, w.id
) x
WHERE t.id = x.household_id AND t.payee_id IS NULL
"""

ENROLLMENTS = """
INSERT INTO beneficiaries_enrollment (household_id, village_id, programme_id, started_on,
    end_reason, source_upload_id, source_row, source_user_id, created_at, changed_at)
SELECT h.id, h.village_id, g.programme, %(today)s, '', %(upload)s, w.row_number, %(user)s,
    now(), now()
FROM families f JOIN beneficiaries_household h ON h.id = f.household_id
JOIN LATERAL (SELECT min(row_number) AS row_number FROM writing WHERE family = f.family) w
    ON w.row_number IS NOT NULL
CROSS JOIN LATERAL (VALUES ('SEMBAKO', f.bansos_bpnt), ('PKH', f.bansos_pkh),
    ('BPNT_PPKM', f.bansos_bpnt_ppkm), ('PBI_JK', f.pbi_jkn)) AS g (programme, wanted)
WHERE g.wanted AND NOT EXISTS (SELECT FROM beneficiaries_enrollment e
    WHERE e.household_id = h.id AND e.programme_id = g.programme AND e.ended_on IS NULL)
"""


def apply(upload: Upload, cursor) -> None:
    """Write the rows of `staged` that are `writable`; one transaction with the status change."""
    values = {
        "upload": upload.pk,
        "user": upload.submitted_by_id,
        "today": timezone.localdate(),
        "household_fields": [*HOUSEHOLD_FIELDS, "family_active"],
        "person_fields": [*PERSON_FIELDS, "active", "family"],
    }
    cursor.execute(WRITING)
    for statement in (
        NEW_HOUSEHOLDS,
        CHANGED_HOUSEHOLDS,
        NEW_PERSONS,
        CHANGED_PERSONS,
        PAYEES,
        "CREATE INDEX ON writing (family)",
        ENROLLMENTS,
    ):
        cursor.execute(statement, values)
    cursor.execute(
        "UPDATE staged s SET target_id = w.person_id, household_id = f.household_id"
        " FROM writing w JOIN families f ON f.family = w.family WHERE s.id = w.id"
    )
    require_in_scope(upload, cursor, Person, table="writing", column="person_id")


def _old(field: str) -> str:
    column = COLUMN.get(field, field)
    cast = "::date" if field == "birth_date" else ""
    old = f"u.changes -> '{field}' ->> 0"
    back = f"nullif({old}, ''){cast}" if cast else old
    return f"{column} = CASE WHEN u.changes ? '{field}' THEN {back} ELSE t.{column} END"


# A row goes back as a whole or not at all: `undoing` holds those of which neither the person nor
# the family was touched since. A move between families stays, because the old one may be gone.
REVERT = f"""
CREATE TEMPORARY TABLE undoing ON COMMIT DROP AS
SELECT r.id AS row_id, r.target_id, r.household_id, r.verdict,
    coalesce(r.changes, '{{}}') AS changes
FROM uploads_uploadrow r
LEFT JOIN beneficiaries_person p ON p.id = r.target_id
LEFT JOIN beneficiaries_household h ON h.id = r.household_id
WHERE r.upload_id = %(upload)s AND r.outcome = 'DITERAPKAN'
    AND NOT coalesce(r.changes ? 'family', false)
    AND (NOT (r.verdict = 'BARU' OR r.changes ?| %(person_fields)s)
        OR (p.changed_at = %(applied_at)s AND p.source_upload_id = %(upload)s))
    AND (NOT coalesce(r.changes ?| %(household_fields)s, false)
        OR (h.changed_at = %(applied_at)s AND h.source_upload_id = %(upload)s));
CREATE INDEX ON undoing (target_id);
CREATE INDEX ON undoing (household_id);
ANALYZE undoing;

UPDATE beneficiaries_enrollment t
SET ended_on = greatest(t.started_on, %(today)s), end_reason = 'BATAL'
WHERE t.changed_at = %(applied_at)s AND t.source_upload_id = %(upload)s AND t.ended_on IS NULL
    AND t.household_id IN (SELECT household_id FROM undoing);

UPDATE beneficiaries_person t SET is_active = false, inactive_reason = 'BATAL'
FROM undoing u WHERE u.verdict = 'BARU' AND t.id = u.target_id;

UPDATE beneficiaries_person t SET {", ".join(map(_old, PERSON_FIELDS))},
    is_active = NOT u.changes ? 'active',
    inactive_reason = CASE WHEN u.changes ? 'active' THEN 'BATAL' ELSE '' END
FROM undoing u
WHERE u.verdict = 'BERUBAH' AND t.id = u.target_id AND u.changes ?| %(person_fields)s;

UPDATE beneficiaries_household t SET {", ".join(map(_old, HOUSEHOLD_FIELDS))},
    is_active = NOT u.changes ? 'family_active',
    inactive_reason = CASE WHEN u.changes ? 'family_active' THEN 'BATAL' ELSE '' END
FROM undoing u WHERE t.id = u.household_id AND u.changes ?| %(household_fields)s;

UPDATE beneficiaries_household t SET is_active = false, inactive_reason = 'BATAL'
WHERE t.created_at = %(applied_at)s AND t.source_upload_id = %(upload)s AND t.is_active
    AND NOT EXISTS (SELECT FROM beneficiaries_person p WHERE p.household_id = t.id AND p.is_active);

UPDATE uploads_uploadrow r
SET outcome = CASE WHEN u.row_id IS NULL THEN 'TIDAK_DAPAT' ELSE 'DIKEMBALIKAN' END
FROM uploads_uploadrow all_rows LEFT JOIN undoing u ON u.row_id = all_rows.id
WHERE r.id = all_rows.id AND all_rows.upload_id = %(upload)s AND all_rows.outcome = 'DITERAPKAN';
"""


def revert(upload: Upload, cursor) -> None:
    """Take back every row that nothing newer has touched; new rows are deactivated, not deleted."""
    lock(upload, cursor)
    cursor.execute(
        REVERT,
        {
            "upload": upload.pk,
            "applied_at": upload.applied_at,
            "today": timezone.localdate(),
            "person_fields": [*PERSON_FIELDS, "active"],
            "household_fields": [*HOUSEHOLD_FIELDS, "family_active"],
        },
    )
