"""From a BNBA sheet to the register: who is meant, what changes, writing it, taking it back.

All in set-based SQL on the temporary tables of uploads/staging.py; a sheet of 100,000 rows costs
the same few statements as one of ten.
"""

from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts import scope
from accounts.roles import Role
from beneficiaries.models import Person
from regions.models import Region
from spreadsheets.errors import SheetRefused
from uploads import kinds
from uploads.kinds import SheetKind
from uploads.models import Upload

PERSON_FIELDS = (
    "nik",
    "name",
    "birth_date",
    "birth_place",
    "sex",
    "relation",
    "occupation",
    "mother_name",
    "match_note",
)
HOUSEHOLD_FIELDS = ("dtks_id", "kk_number", "village", "address", "hamlet", "rt", "rw")
COLUMN = {"village": "village_id"}
PROGRAMMES = {
    "bansos_bpnt": "SEMBAKO",
    "bansos_pkh": "PKH",
    "bansos_bpnt_ppkm": "BPNT_PPKM",
    "pbi_jkn": "PBI_JK",
}


def _differs(column: str, field: str) -> str:
    """SQL of: the sheet says something, and something else than the register."""
    return f"m.{field} <> '' AND m.{field} <> coalesce({column}::text, '')"


def _old_and_new(column: str, field: str) -> str:
    """SQL of one field's [old, new], NULL where the sheet is empty or says the same."""
    return (
        f"'{field}', CASE WHEN {_differs(column, field)}"
        f" THEN jsonb_build_array(coalesce({column}::text, ''), m.{field}) END"
    )


def _family(staged: str) -> str:
    """SQL of what makes rows one family: the ID DTKS, or else the KK number."""
    return (
        f"CASE WHEN {staged}.dtks_id <> '' THEN 'D' || {staged}.dtks_id"
        f" WHEN {staged}.kk_number <> '' THEN 'K' || {staged}.kk_number END"
    )


FAMILIES = f"""
CREATE TEMPORARY TABLE families ON COMMIT DROP AS
SELECT f.*, coalesce(by_id.id, by_kk.id) AS household_id,
       CASE WHEN by_id.id IS NULL THEN by_kk.n ELSE 1 END AS candidates
FROM (
    SELECT DISTINCT ON (family) family, id AS lead_id, dtks_id, kk_number,
        bool_or(bansos_bpnt = 'YA') OVER w AS bansos_bpnt,
        bool_or(bansos_pkh = 'YA') OVER w AS bansos_pkh,
        bool_or(bansos_bpnt_ppkm = 'YA') OVER w AS bansos_bpnt_ppkm,
        bool_or(pbi_jkn = 'YA') OVER w AS pbi_jkn
    FROM staged s, LATERAL (SELECT {_family("s")} AS family) x WHERE family IS NOT NULL
    WINDOW w AS (PARTITION BY family)
    ORDER BY family, (relation = 'KEPALA_KELUARGA') DESC, id
) f
LEFT JOIN beneficiaries_household by_id ON by_id.dtks_id = f.dtks_id AND by_id.dtks_id <> ''
LEFT JOIN LATERAL (
    SELECT min(h.id) AS id, count(*) AS n FROM beneficiaries_household h
    WHERE by_id.id IS NULL AND h.kk_number = f.kk_number AND f.kk_number <> '' AND h.is_active
        AND (f.dtks_id = '' OR h.dtks_id = '')
    HAVING count(*) > 0
) by_kk ON true;
ANALYZE families;
"""

# By NIK first; where that finds nobody, by name within the family (and birth date, if known). Of
# several bearers of a NIK: the one in the family, else an active one, else the one known longest.
# Who is left after the first step is a table of its own, so that the planner knows how many: in one
# statement it guesses one row and compares every row with every other.
PERSONS = f"""
CREATE TEMPORARY TABLE persons ON COMMIT DROP AS
WITH bearer AS (
    SELECT s.id, p.id AS person_id, p.household_id, p.is_active
    FROM staged s JOIN beneficiaries_person p ON p.nik = s.nik AND s.nik <> ''
), by_nik AS (
    SELECT id, min(person_id) AS person_id, count(*) AS n,
        count(*) FILTER (WHERE is_active) AS bearers
    FROM bearer GROUP BY id
), chosen AS (
    SELECT DISTINCT ON (b.id) b.id, b.person_id
    FROM by_nik n JOIN bearer b ON b.id = n.id JOIN staged s ON s.id = b.id
    LEFT JOIN families f ON f.family = {_family("s")}
    WHERE n.n > 1
    ORDER BY b.id, (b.household_id = f.household_id) DESC NULLS LAST, b.is_active DESC, b.person_id
)
SELECT n.id, coalesce(c.person_id, n.person_id) AS person_id, n.bearers
FROM by_nik n LEFT JOIN chosen c ON c.id = n.id;
ANALYZE persons;
CREATE TEMPORARY TABLE unknown ON COMMIT DROP AS
SELECT s.id, f.household_id, s.name, nullif(s.birth_date, '')::date AS birth_date
FROM staged s JOIN families f ON f.family = {_family("s")} AND f.household_id IS NOT NULL
WHERE s.id NOT IN (SELECT id FROM persons);
ANALYZE unknown;
INSERT INTO persons (id, person_id, bearers)
SELECT u.id, min(p.id), 1
FROM unknown u JOIN beneficiaries_person p ON p.household_id = u.household_id AND p.name = u.name
    AND (p.birth_date IS NULL OR u.birth_date IS NULL OR p.birth_date = u.birth_date)
GROUP BY u.id HAVING count(*) = 1;
ANALYZE persons;
"""


def _enrolled(field: str, programme: str) -> str:
    """SQL of a programme that the sheet says YA to and the family is not enrolled in."""
    return (
        f"'{field}', CASE WHEN f.{field} AND NOT EXISTS (SELECT FROM beneficiaries_enrollment e"
        f" WHERE e.household_id = h.id AND e.programme_id = '{programme}' AND e.ended_on IS NULL)"
        """ THEN '["TIDAK", "YA"]'::jsonb END"""
    )


_PERSON_DIFFERS = " OR ".join(_differs(f"p.{name}", name) for name in PERSON_FIELDS)
_OF_PERSON = ", ".join(_old_and_new(f"p.{name}", name) for name in PERSON_FIELDS)
_OF_FAMILY = ", ".join(
    [_old_and_new(f"h.{COLUMN.get(name, name)}", name) for name in HOUSEHOLD_FIELDS]
    + ["""'family_active', CASE WHEN NOT h.is_active THEN '["TIDAK", "YA"]'::jsonb END"""]
    + [_enrolled(name, programme) for name, programme in PROGRAMMES.items()]
)
# `staged` is made anew with what was found, which is quicker than an update of every row. Most
# persons are as they were; asking that first spares them the building of their changes.
CHANGES = f"""
CREATE TEMPORARY TABLE compared ON COMMIT DROP AS
SELECT {{columns}}, {_family("m")} AS family, f.household_id, x.person_id AS target_id, x.bearers,
    f.candidates, p.name AS registered_name, p.regency_code AS registered_regency,
    CASE WHEN p.id IS NOT NULL AND (NOT p.is_active
            OR p.household_id IS DISTINCT FROM f.household_id OR {_PERSON_DIFFERS})
        THEN jsonb_strip_nulls(jsonb_build_object(
            {_OF_PERSON},
            'active', CASE WHEN NOT p.is_active THEN '["TIDAK", "YA"]'::jsonb END,
            'family', CASE WHEN p.household_id IS DISTINCT FROM f.household_id
                THEN jsonb_build_array((SELECT kk_number FROM beneficiaries_household
                    WHERE id = p.household_id), m.kk_number) END))
        ELSE '{{{{}}}}'::jsonb
    END
    || CASE WHEN f.lead_id = m.id AND h.id IS NOT NULL
        THEN jsonb_strip_nulls(jsonb_build_object({_OF_FAMILY})) ELSE '{{{{}}}}'::jsonb
    END AS changes
FROM staged m
LEFT JOIN families f ON f.family = {_family("m")}
LEFT JOIN beneficiaries_household h ON h.id = f.household_id
LEFT JOIN persons x ON x.id = m.id
LEFT JOIN beneficiaries_person p ON p.id = x.person_id;
DROP TABLE staged;
ALTER TABLE compared RENAME TO staged;
"""
KEPT = ("id", "sheet", "row_number", "approved_verdict", "approved_target_id", "approved_changes")

ISSUES = """
INSERT INTO found (sheet, row_number, field, code, level, message, before)
SELECT s.sheet, s.row_number, 'nik', 'NIK_DUA_KALI', 'error',
    'NIK ini tertulis pada ' || d.n || ' baris (' || d.rows || ')'
    || CASE WHEN d.families > 1 THEN ' di bawah ' || d.families || ' KK' ELSE '' END
    || '. Pilih satu baris untuk dipakai.', s.nik
FROM staged s JOIN (
    SELECT nik, count(*) AS n, count(DISTINCT kk_number) AS families,
        array_to_string((array_agg(row_number ORDER BY row_number))[1:5], ', ') AS rows
    FROM staged WHERE nik IN (
        SELECT nik FROM staged WHERE nik <> '' GROUP BY nik HAVING count(*) > 1
    ) GROUP BY nik
) d USING (nik);

INSERT INTO found (sheet, row_number, field, code, level, message, before)
SELECT s.sheet, s.row_number, 'nik', 'NIK_DIPILIH_DUA_KALI', 'error',
    'Lebih dari satu baris dengan NIK ini dipilih. Pakailah satu baris saja.', s.nik
FROM staged s
JOIN uploads_uploadissue i ON i.upload_id = %(upload)s AND i.sheet = s.sheet
    AND i.row_number = s.row_number AND i.code = 'NIK_DUA_KALI' AND i.decision = 'KEPT'
JOIN staged o ON o.nik = s.nik AND o.id <> s.id
JOIN uploads_uploadissue j ON j.upload_id = %(upload)s AND j.sheet = o.sheet
    AND j.row_number = o.row_number AND j.code = 'NIK_DUA_KALI' AND j.decision = 'KEPT'
WHERE s.nik <> '';

INSERT INTO found (sheet, row_number, field, code, level, message, before)
SELECT s.sheet, s.row_number, 'kk_number', 'KK_DUA_DESA', 'warning',
    'Nomor KK ini tertulis di lebih dari satu desa dalam berkas ini.', s.kk_number
FROM staged s JOIN (
    SELECT kk_number FROM staged WHERE kk_number <> '' AND village <> ''
    GROUP BY kk_number HAVING min(village) <> max(village)
) d USING (kk_number);

INSERT INTO found (sheet, row_number, field, code, level, message, before)
SELECT s.sheet, s.row_number, 'name', 'NIK_ATAS_NAMA_LAIN', 'warning',
    'NIK ini terdaftar atas nama ' || s.registered_name || '. Cocokkan dengan KTP-el.', s.name
FROM staged s
WHERE s.registered_name <> s.name
    AND NOT string_to_array(s.registered_name, ' ') && string_to_array(s.name, ' ');

INSERT INTO found (sheet, row_number, field, code, level, message, before)
SELECT s.sheet, s.row_number, 'nik', 'NIK_GANDA_TERDAFTAR', 'warning',
    'NIK ini dipakai ' || s.bearers || ' orang terdaftar; baris ini memperbarui '
    || s.registered_name || '.', s.nik
FROM staged s WHERE s.bearers > 1;

INSERT INTO found (sheet, row_number, field, code, level, message, before)
SELECT s.sheet, s.row_number, 'kk_number', 'KK_BEBERAPA_KELUARGA', 'error',
    'Nomor KK ini dipakai ' || s.candidates || ' keluarga terdaftar; isi ID DTKS agar jelas.',
    s.kk_number
FROM staged s WHERE s.candidates > 1;

INSERT INTO found (sheet, row_number, field, code, level, message, before)
SELECT s.sheet, s.row_number, 'nik', 'SATU_ORANG_DUA_BARIS', 'error',
    'Baris ini dan baris lain memperbarui orang terdaftar yang sama. Perbaiki salah satunya.',
    s.nik
FROM staged s JOIN (
    SELECT target_id FROM staged WHERE target_id IN (
        SELECT target_id FROM staged WHERE target_id IS NOT NULL
        GROUP BY target_id HAVING count(*) > 1
    ) GROUP BY target_id HAVING count(DISTINCT nik) = count(*)
) d USING (target_id);

INSERT INTO found (sheet, row_number, field, code, level, message, before)
SELECT s.sheet, s.row_number, 'village', 'PINDAH_KABUPATEN', 'warning',
    'Orang ini terdaftar di ' || initcap(r.kind) || ' ' || r.name
    || '. Bila diteruskan, keluarganya dicatat pindah.',
    s.village_name
FROM staged s JOIN regions_region r ON r.code = s.registered_regency
WHERE s.village <> '' AND s.registered_regency <> left(s.village, 5);

INSERT INTO found (sheet, row_number, field, code, level, message, before)
SELECT s.sheet, s.row_number, 'village', 'DI_LUAR_WILAYAH', 'error',
    'Desa ini berada di ' || initcap(r.kind) || ' ' || r.name
    || ', di luar wilayah unggahan.', s.village_name
FROM staged s JOIN regions_region r ON r.code = left(s.village, length(%(region)s))
WHERE s.village <> '' AND left(s.village, length(%(region)s)) <> %(region)s;

INSERT INTO found (sheet, row_number, field, code, level, message, before)
SELECT s.sheet, s.row_number, 'nik', 'TERDAFTAR_DI_KABUPATEN_LAIN', 'error',
    'NIK ini terdaftar di ' || initcap(r.kind) || ' ' || r.name
    || '. Perpindahan antarkabupaten dicatat oleh provinsi.',
    s.nik
FROM beneficiaries_elsewhere(ARRAY(SELECT nik FROM staged WHERE nik <> '' AND target_id IS NULL)) e
JOIN staged s ON s.nik = e.nik AND s.target_id IS NULL
JOIN regions_region r ON r.code = e.regency_code;

INSERT INTO found (sheet, row_number, field, code, level, message, before)
SELECT DISTINCT ON (s.id) s.sheet, s.row_number, '', 'MENUNGGU_DI_UNGGAHAN_LAIN', 'warning',
    'Orang ini juga ada dalam unggahan nomor ' || u.id || ' yang sedang menunggu keputusan.', ''
FROM staged s
JOIN uploads_uploadrow r ON r.target_id = s.target_id AND r.verdict IN ('BARU', 'BERUBAH')
JOIN uploads_upload u ON u.id = r.upload_id AND u.id <> %(upload)s AND u.kind = %(kind)s
    AND u.status IN ('DIAJUKAN', 'DISETUJUI')
WHERE s.changes <> '{}'
ORDER BY s.id, u.id;
"""


def _refuse_foreign_sheet(upload: Upload, cursor) -> None:
    """A sheet whose rows mostly lie in one other regency was sent to the wrong place."""
    cursor.execute(
        "SELECT left(village, 5), count(*) FROM staged WHERE village <> ''"
        " GROUP BY 1 ORDER BY 2 DESC LIMIT 1"
    )
    found = cursor.fetchone()
    if len(upload.region_id) < 5 or not found or found[0] == upload.region_id[:5]:
        return
    cursor.execute("SELECT count(*) FROM staged")
    if found[1] * 2 > cursor.fetchone()[0]:
        owner = Region.objects.get(pk=found[0])
        raise SheetRefused(
            "KABUPATEN_LAIN",
            f"Lembar ini milik {owner}. Anda mengunggah untuk {upload.region}."
            " Tidak ada baris yang disimpan.",
        )


def compare(upload: Upload, cursor) -> None:
    """Find for every row the registered person and family, what would change, what is doubtful."""
    _refuse_foreign_sheet(upload, cursor)
    cursor.execute(FAMILIES)
    cursor.execute(PERSONS)
    fields = kinds.get(upload.kind).layout.fields
    cursor.execute(CHANGES.format(columns=", ".join(f'm."{name}"' for name in (*KEPT, *fields))))
    cursor.execute(ISSUES, {"upload": upload.pk, "region": upload.region_id, "kind": upload.kind})


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
    _recount(upload, cursor)


def _recount(upload: Upload, cursor) -> None:
    """What was written must lie in the sender's scope, or nothing is written (DESIGN section 4)."""
    cursor.execute("SELECT count(*) FROM writing")
    written = cursor.fetchone()[0]
    visible = scope.count_visible(Person, upload.sent_by, table="writing", column="person_id")
    if visible != written:
        raise ValidationError(
            f"{written - visible} baris berada di luar wilayah tugas pengirim."
            " Unggahan tidak diterapkan dan data terdaftar tidak berubah."
        )


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


DTKS_BNBA = SheetKind(
    key="dtks_bnba",
    title="BNBA DTKS (SIKS)",
    layout_path="beneficiaries.sheets:DTKS_BNBA",
    subject=("name", "nik", "village"),
    senders=frozenset({Role.PETUGAS, Role.KOORDINATOR}),
    lock=lock,
    compare=compare,
    apply=apply,
    revert=revert,
)
