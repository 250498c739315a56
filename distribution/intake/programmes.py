"""From a list of another programme's families to enrolments, and back: set-based."""

from beneficiaries.models import Enrollment
from distribution.actions.overlap import find_overlaps
from distribution.intake.shared import take_back
from uploads.models import Upload
from uploads.written import require_in_scope

COMPARE = """
CREATE TEMPORARY TABLE members ON COMMIT DROP AS
SELECT s.id, coalesce(n.families, k.families, 0) AS families,
    coalesce(n.household_id, k.household_id) AS household_id, h.village_id, e.id AS enrollment_id,
    e.started_on, e.ended_on, e.end_reason
FROM staged s
LEFT JOIN LATERAL (
    SELECT min(household_id) AS household_id, count(DISTINCT household_id) AS families
    FROM beneficiaries_person WHERE nik = s.nik AND s.nik <> '' AND is_active
    HAVING count(*) > 0
) n ON true
LEFT JOIN LATERAL (
    SELECT min(id) AS household_id, count(*) AS families FROM beneficiaries_household
    WHERE kk_number = s.kk_number AND s.kk_number <> '' AND s.nik = '' AND is_active
    HAVING count(*) > 0
) k ON true
LEFT JOIN beneficiaries_household h ON h.id = coalesce(n.household_id, k.household_id)
LEFT JOIN LATERAL (
    SELECT * FROM beneficiaries_enrollment e
    WHERE e.household_id = h.id AND e.programme_id = s.programme
        AND (e.ended_on IS NULL OR e.started_on = nullif(s.started_on, '')::date)
    ORDER BY (e.ended_on IS NULL) DESC, e.id DESC LIMIT 1
) e ON true;
ANALYZE members;
UPDATE staged s SET household_id = m.household_id, target_id = m.enrollment_id, changes = x.changes
FROM members m CROSS JOIN LATERAL (
    SELECT coalesce(jsonb_object_agg(field, jsonb_build_array(old, new)), '{}') AS changes
    FROM staged t CROSS JOIN LATERAL (VALUES
        ('started_on', m.started_on::text, nullif(t.started_on, '')),
        ('ended_on', coalesce(m.ended_on::text, ''), nullif(t.ended_on, '')),
        ('end_reason', m.end_reason, nullif(t.end_reason, ''))
    ) AS f (field, old, new)
    WHERE t.id = m.id AND m.enrollment_id IS NOT NULL AND new IS NOT NULL
        AND old IS DISTINCT FROM new
) x WHERE m.id = s.id
"""
_FOUND = "INSERT INTO found (sheet, row_number, field, code, level, message, before)"
ISSUES = f"""
{_FOUND}
SELECT s.sheet, s.row_number, CASE WHEN s.nik <> '' THEN 'nik' ELSE 'kk_number' END,
    CASE WHEN m.families > 1 THEN 'KELUARGA_TIDAK_PASTI' ELSE 'KELUARGA_TIDAK_TERDAFTAR' END,
    'error',
    CASE WHEN m.families > 1 THEN 'Nomor ini dipakai ' || m.families || ' keluarga terdaftar, jadi'
            || ' keluarganya tidak pasti; selesaikan data gandanya.'
        ELSE 'Nomor ini tidak terdaftar di wilayah unggahan; periksa dengan kartu keluarga.' END,
    coalesce(nullif(s.nik, ''), s.kk_number)
FROM staged s JOIN members m USING (id)
WHERE m.families <> 1 AND (s.nik <> '' OR s.kk_number <> '');

{_FOUND}
SELECT s.sheet, s.row_number, 'nik', 'DI_LUAR_WILAYAH', 'error',
    'Keluarga ini terdaftar di luar wilayah unggahan.', s.nik
FROM staged s JOIN members m USING (id)
WHERE left(m.village_id, length(%(region)s)) <> %(region)s;

{_FOUND}
SELECT s.sheet, s.row_number, 'programme', 'KEPESERTAAN_DUA_KALI', 'error',
    'Keluarga dan program ini tertulis pada ' || d.n || ' baris (' || d.rows
    || '); pilih satu baris.', s.programme
FROM staged s JOIN members m USING (id) JOIN (
    SELECT household_id, programme, count(*) AS n,
        array_to_string((array_agg(row_number ORDER BY sheet, row_number))[1:5], ', ') AS rows
    FROM staged WHERE household_id IS NOT NULL AND programme <> ''
    GROUP BY 1, 2 HAVING count(*) > 1
) d ON d.household_id = m.household_id AND d.programme = s.programme;

{_FOUND}
SELECT s.sheet, s.row_number, 'ended_on', 'BERAKHIR_SEBELUM_MULAI', 'error',
    'Kepesertaan berakhir sebelum dimulai; perbaiki salah satu tanggalnya.', s.ended_on
FROM staged s JOIN members m USING (id)
WHERE s.ended_on = '' AND m.ended_on < nullif(s.started_on, '')::date
"""


def compare(upload: Upload, cursor) -> None:
    """Find the family by NIK or KK and its enrolment: the running one, or one of the same day."""
    cursor.execute("DROP TABLE IF EXISTS members")
    cursor.execute(COMPARE)
    cursor.execute(ISSUES, {"region": upload.region_id})


def lock(upload: Upload, cursor) -> None:
    cursor.execute(
        "SELECT count(*) FROM (SELECT h.id FROM beneficiaries_household h WHERE h.id IN"
        " (SELECT household_id FROM uploads_uploadrow WHERE upload_id = %s)"
        " ORDER BY h.id FOR NO KEY UPDATE) locked",
        [upload.pk],
    )


APPLY = """
CREATE TEMPORARY TABLE writing ON COMMIT DROP AS
SELECT s.*, m.village_id AS place, s.target_id IS NULL AS is_new,
    coalesce(s.target_id, nextval('beneficiaries_enrollment_id_seq')) AS enrollment_pk
FROM staged s JOIN members m USING (id) WHERE s.writable;
INSERT INTO beneficiaries_enrollment (id, household_id, village_id, programme_id, started_on,
    ended_on, end_reason, source_upload_id, source_row, source_user_id, created_at, changed_at)
SELECT w.enrollment_pk, w.household_id, w.place, w.programme, w.started_on::date,
    nullif(w.ended_on, '')::date, w.end_reason, %(upload)s, w.row_number, %(user)s, now(), now()
FROM writing w WHERE w.is_new;
UPDATE beneficiaries_enrollment t SET started_on = w.started_on::date,
    ended_on = coalesce(nullif(w.ended_on, '')::date, t.ended_on),
    end_reason = coalesce(nullif(w.end_reason, ''), t.end_reason),
    source_upload_id = %(upload)s, source_row = w.row_number, source_user_id = %(user)s
FROM writing w WHERE t.id = w.enrollment_pk AND NOT w.is_new;
UPDATE staged s SET target_id = w.enrollment_pk FROM writing w WHERE w.id = s.id
"""


def apply(upload: Upload, cursor) -> None:
    """Write enrolments of other programmes."""
    cursor.execute(APPLY, {"upload": upload.pk, "user": upload.submitted_by_id})
    require_in_scope(upload, cursor, Enrollment, table="writing", column="enrollment_pk")


REVERT = """
CREATE TEMPORARY TABLE undoing ON COMMIT DROP AS
SELECT r.id AS row_id, r.target_id, r.verdict, coalesce(r.changes, '{}') AS changes
FROM uploads_uploadrow r JOIN beneficiaries_enrollment t ON t.id = r.target_id
WHERE r.upload_id = %(upload)s AND r.outcome = 'DITERAPKAN'
    AND t.source_upload_id = %(upload)s AND t.changed_at = %(applied_at)s;
UPDATE beneficiaries_enrollment t SET ended_on = coalesce(t.ended_on, greatest(t.started_on,
    %(today)s)), end_reason = 'BATAL'
FROM undoing u WHERE t.id = u.target_id AND u.verdict = 'BARU';
UPDATE beneficiaries_enrollment t SET
    started_on = CASE WHEN u.changes ? 'started_on'
        THEN (u.changes -> 'started_on' ->> 0)::date ELSE t.started_on END,
    ended_on = CASE WHEN u.changes ? 'ended_on'
        THEN nullif(u.changes -> 'ended_on' ->> 0, '')::date ELSE t.ended_on END,
    end_reason = CASE WHEN u.changes ? 'end_reason'
        THEN u.changes -> 'end_reason' ->> 0 ELSE t.end_reason END
FROM undoing u WHERE t.id = u.target_id AND u.verdict = 'BERUBAH';
"""


def revert(upload: Upload, cursor) -> None:
    """Take back every enrolment that nothing newer has touched; a new one is ended."""
    lock(upload, cursor)
    take_back(upload, cursor, REVERT)


# Sheets that begin or end enrolments.
_ENROLLING = {"dtks_bnba", "hasil_verifikasi", "kepesertaan_program"}


def follow_enrollments(upload: Upload) -> None:
    """With new or ended enrolments the overlaps change."""
    status = Upload.Status
    if upload.kind in _ENROLLING and upload.status in (status.DITERAPKAN, status.DIBATALKAN):
        find_overlaps(upload.region_id[:5] if len(upload.region_id) >= 5 else "")
