"""Writing what was approved, corrections, outcomes and ended enrolments; and taking it back."""

from beneficiaries.models import Household, Person
from uploads.models import Upload
from uploads.written import require_in_scope
from verification.actions import sheets as actions
from verification.models import Case
from verification.sheets import NO, REASONS, YES

PERSON_FIELDS = ("new_nik", "new_name", "new_birth_date")
HOUSEHOLD_FIELDS = ("new_kk_number", "new_address", "new_village_name")


def lock(upload: Upload, cursor) -> None:
    """Hold the families and cases of the upload, in one order for everybody."""
    for table, target in (
        ("beneficiaries_household", "household_id"),
        ("verification_case", "target_id"),
    ):
        cursor.execute(
            f"SELECT count(*) FROM (SELECT t.id FROM {table} t WHERE t.id IN"
            f" (SELECT {target} FROM uploads_uploadrow WHERE upload_id = %s)"
            " ORDER BY t.id FOR NO KEY UPDATE) locked",
            [upload.pk],
        )


SOURCE = "source_upload_id = %(upload)s, source_row = d.row_number, source_user_id = %(user)s"

# A corrected NIK that somebody else has got since the approval is a conflict like any other change.
DECIDED = """
UPDATE staged s SET conflict = true, writable = false
FROM found f
WHERE f.sheet = s.sheet AND f.row_number = s.row_number
    AND f.code IN ('NIK_MILIK_ORANG_LAIN', 'KASUS_DISAHKAN') AND s.writable;
DROP TABLE IF EXISTS decided;
CREATE TEMPORARY TABLE decided ON COMMIT DROP AS
SELECT s.*, h.payee_id, c.was_kpm, c.upload_id AS earlier_upload_id
FROM staged s
JOIN verification_case c ON c.id = s.target_id
JOIN beneficiaries_household h ON h.id = c.household_id
WHERE s.writable;
ANALYZE decided;
"""

PERSONS = f"""
UPDATE beneficiaries_person t
SET nik = CASE WHEN d.changes ? 'new_nik' THEN d.new_nik ELSE t.nik END,
    name = CASE WHEN d.changes ? 'new_name' THEN d.new_name ELSE t.name END,
    birth_date = CASE WHEN d.changes ? 'new_birth_date' THEN d.new_birth_date::date
        ELSE t.birth_date END,
    {SOURCE}
FROM decided d WHERE t.id = d.payee_id AND d.changes ?| %(person_fields)s
"""

HOUSEHOLDS = f"""
UPDATE beneficiaries_household t
SET kk_number = CASE WHEN d.changes ? 'new_kk_number' THEN d.new_kk_number ELSE t.kk_number END,
    address = CASE WHEN d.changes ? 'new_address' THEN d.new_address ELSE t.address END,
    village_id = CASE WHEN d.changes ? 'new_village_name' THEN d.new_village ELSE t.village_id END,
    {SOURCE}
FROM decided d WHERE t.id = d.household_id AND d.changes ?| %(household_fields)s
"""

# A family leaves by a case that says so, and only the case of one that was a KPM can say it
# (docs/adr/0022-ways-in-and-out.md).
ENDED = f"""
UPDATE beneficiaries_enrollment t
SET ended_on = greatest(d.visited_on::date, t.started_on), end_reason = d.reason_code, {SOURCE}
FROM decided d, beneficiaries_programme g
WHERE t.household_id = d.household_id AND t.ended_on IS NULL AND d.is_eligible = '{NO}'
    AND d.was_kpm AND g.code = t.programme_id AND g.is_sembako
"""

# Found eligible after all: what the earlier outcome of the same case has ended goes on.
RESUMED = f"""
UPDATE beneficiaries_enrollment t SET ended_on = NULL, end_reason = '', {SOURCE}
FROM decided d
WHERE t.household_id = d.household_id AND d.is_eligible = '{YES}'
    AND d.changes -> 'is_eligible' ->> 0 = '{NO}'
    AND t.ended_on IS NOT NULL AND t.source_upload_id = d.earlier_upload_id
    AND NOT EXISTS (SELECT FROM beneficiaries_enrollment e WHERE e.household_id = t.household_id
        AND e.programme_id = t.programme_id AND e.ended_on IS NULL)
"""


def apply(upload: Upload, cursor) -> None:
    """Write the `writable` rows: corrections to the register, outcomes to the cases, and the end of
    the Sembako enrolment of every KPM found not eligible, on the day of the visit."""
    values = {
        "upload": upload.pk,
        "user": upload.submitted_by_id,
        "person_fields": list(PERSON_FIELDS),
        "household_fields": list(HOUSEHOLD_FIELDS),
    }
    cursor.execute(DECIDED)
    # Cases stand where their household stands, so a move carries them along.
    for statement in (PERSONS, HOUSEHOLDS, ENDED, RESUMED):
        cursor.execute(statement, values)
    actions.decide_cases(upload, cursor)
    for model, column in ((Case, "target_id"), (Household, "household_id"), (Person, "payee_id")):
        require_in_scope(upload, cursor, model, table="decided", column=column)


# The row as a whole goes back or stays: one newer touch on case, person, family or enrolment is
# enough to leave everything as it is.
UNDONE = """
CREATE TEMPORARY TABLE written ON COMMIT DROP AS
SELECT id, target_id, household_id, changes FROM uploads_uploadrow
WHERE upload_id = %(upload)s AND outcome = 'DITERAPKAN';
CREATE INDEX ON written (target_id);
ANALYZE written;
CREATE TEMPORARY TABLE undone ON COMMIT DROP AS
SELECT r.id AS row_id, r.target_id, r.household_id, r.changes, c.visited_on, h.payee_id
FROM written r
JOIN verification_case c ON c.id = r.target_id
JOIN beneficiaries_household h ON h.id = r.household_id
LEFT JOIN beneficiaries_person p ON p.id = h.payee_id
WHERE c.upload_id = %(upload)s AND c.decided_at = %(applied_at)s AND c.changed_at = %(applied_at)s
    AND (NOT r.changes ?| %(household_fields)s
        OR h.source_upload_id = %(upload)s AND h.changed_at = %(applied_at)s)
    AND (NOT r.changes ?| %(person_fields)s
        OR p.source_upload_id = %(upload)s AND p.changed_at = %(applied_at)s)
    AND NOT EXISTS (SELECT FROM verification_endorsementitem i
        JOIN verification_endorsement s ON s.id = i.endorsement_id
            AND s.status NOT IN ('DIKEMBALIKAN', 'DIBATALKAN')
        WHERE i.case_id = c.id)
    AND NOT (r.changes -> 'is_eligible' ? '{no}' AND EXISTS (
        SELECT FROM beneficiaries_enrollment e
        JOIN beneficiaries_programme g ON g.code = e.programme_id AND g.is_sembako
        WHERE e.household_id = r.household_id AND e.changed_at > %(applied_at)s));
ANALYZE undone;

UPDATE beneficiaries_person t
SET nik = CASE WHEN u.changes ? 'new_nik' THEN u.changes -> 'new_nik' ->> 0 ELSE t.nik END,
    name = CASE WHEN u.changes ? 'new_name' THEN u.changes -> 'new_name' ->> 0 ELSE t.name END,
    birth_date = CASE WHEN u.changes ? 'new_birth_date'
        THEN nullif(u.changes -> 'new_birth_date' ->> 0, '')::date ELSE t.birth_date END
FROM undone u WHERE t.id = u.payee_id AND u.changes ?| %(person_fields)s;

UPDATE beneficiaries_household t
SET kk_number = CASE WHEN u.changes ? 'new_kk_number'
        THEN u.changes -> 'new_kk_number' ->> 0 ELSE t.kk_number END,
    address = CASE WHEN u.changes ? 'new_address'
        THEN u.changes -> 'new_address' ->> 0 ELSE t.address END,
    village_id = CASE WHEN u.changes ? 'new_village_name'
        THEN substring(u.changes -> 'new_village_name' ->> 0 FROM '[(]([0-9.]+)[)]$')
        ELSE t.village_id END
FROM undone u WHERE t.id = u.household_id AND u.changes ?| %(household_fields)s;

UPDATE beneficiaries_enrollment t SET ended_on = NULL, end_reason = ''
FROM undone u
WHERE t.household_id = u.household_id AND t.source_upload_id = %(upload)s
    AND t.changed_at = %(applied_at)s AND t.ended_on IS NOT NULL;

UPDATE beneficiaries_enrollment t
SET ended_on = greatest(
        coalesce((u.changes -> 'visited_on' ->> 0)::date, u.visited_on), t.started_on),
    end_reason = known.code
FROM undone u
JOIN (VALUES {pairs}) AS known (word, code) ON known.word = u.changes -> 'reason' ->> 0
WHERE t.household_id = u.household_id AND t.source_upload_id = %(upload)s
    AND t.changed_at = %(applied_at)s AND t.ended_on IS NULL
    AND u.changes -> 'is_eligible' ->> 0 = '{no}';

UPDATE uploads_uploadrow r SET outcome = CASE
    WHEN r.id IN (SELECT row_id FROM undone) THEN 'DIKEMBALIKAN' ELSE 'TIDAK_DAPAT' END
WHERE r.upload_id = %(upload)s AND r.outcome = 'DITERAPKAN';
""".format(pairs=", ".join(f"('{word}', '{code}')" for word, code in REASONS.items()), no=NO)


def revert(upload: Upload, cursor) -> None:
    """Take back every row that nothing newer has touched; its case is to do again."""
    lock(upload, cursor)
    cursor.execute("DROP TABLE IF EXISTS written, undone")
    cursor.execute(
        UNDONE,
        {
            "upload": upload.pk,
            "applied_at": upload.applied_at,
            "person_fields": list(PERSON_FIELDS),
            "household_fields": list(HOUSEHOLD_FIELDS),
        },
    )
