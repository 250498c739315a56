"""Whom the rows of a BNBA mean, and what they would change."""

from beneficiaries.intake import findings
from regions.models import Region
from spreadsheets.errors import SheetRefused
from uploads import kinds
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
    return f"s.{field} <> '' AND s.{field} <> coalesce({column}::text, '')"


def _old_and_new(column: str, field: str) -> str:
    """SQL of one field's [old, new], NULL where the sheet is empty or says the same."""
    return (
        f"'{field}', CASE WHEN {_differs(column, field)}"
        f" THEN jsonb_build_array(coalesce({column}::text, ''), s.{field}) END"
    )


def _enrolled(field: str, programme: str) -> str:
    """SQL of a programme that the sheet says YA to and the family is not enrolled in."""
    return (
        f"'{field}', CASE WHEN f.{field} AND '{programme}' <> ALL (e.programmes)"
        """ THEN '["TIDAK", "YA"]'::jsonb END"""
    )


# What makes rows one family: the ID DTKS, or else the KK number.
_FAMILY = (
    "CASE WHEN s.dtks_id <> '' THEN 'D' || s.dtks_id"
    " WHEN s.kk_number <> '' THEN 'K' || s.kk_number END"
)

# The register is looked up by index for each row (OFFSET 0 lets the planner do nothing else), so
# the cost follows the sheet and not the register; under the policies the planner would guess that
# half of the register is wanted, and walk through all of it.
FAMILIES = f"""
CREATE TEMPORARY TABLE families ON COMMIT DROP AS
SELECT f.*, lead.dtks_id, lead.kk_number, coalesce(by_id.id, by_kk.id) AS household_id,
       CASE WHEN by_id.id IS NULL THEN by_kk.n ELSE 1 END AS candidates
FROM (
    SELECT {_FAMILY} AS family, min(id) AS first_id,
        coalesce(min(id) FILTER (WHERE relation = 'KEPALA_KELUARGA'), min(id)) AS lead_id,
        count(*) FILTER (WHERE relation = 'KEPALA_KELUARGA') AS heads,
        bool_or(relation <> '') AS is_related,
        {", ".join(f"bool_or({field} = 'YA') AS {field}" for field in PROGRAMMES)}
    FROM staged s GROUP BY 1
) f
JOIN staged lead ON lead.id = f.lead_id
LEFT JOIN LATERAL (
    SELECT h.id FROM beneficiaries_household h
    WHERE h.dtks_id = lead.dtks_id AND h.dtks_id <> '' OFFSET 0
) by_id ON true
LEFT JOIN LATERAL (
    SELECT min(h.id) AS id, count(*) AS n FROM beneficiaries_household h
    WHERE by_id.id IS NULL AND h.kk_number = lead.kk_number AND lead.kk_number <> ''
        AND h.is_active AND (lead.dtks_id = '' OR h.dtks_id = '')
    HAVING count(*) > 0
) by_kk ON true
WHERE f.family IS NOT NULL;
ANALYZE families;
"""

_OF_REGISTERED = f"""
    p.id AS person_id, p.household_id, p.is_active, p.name, p.regency_code, p.relation,
    p.inactive_reason = 'MENINGGAL' OR (s.match_note = '' AND p.match_note ILIKE '%meninggal%')
        AS is_dead, {" OR ".join(_differs(f"p.{name}", name) for name in PERSON_FIELDS)}
        AS differs
"""
# By NIK first; where that finds nobody, by name within the family (and birth date, if known). Of
# several bearers of a NIK: the one in the family, else an active one, else the one known longest.
PERSONS = f"""
CREATE TEMPORARY TABLE persons ON COMMIT DROP AS
SELECT s.id, {_FAMILY} AS family, 1 AS bearers, {_OF_REGISTERED}
FROM staged s JOIN LATERAL (
    SELECT {", ".join(f"p.{name}" for name in PERSON_FIELDS)}, p.id, p.household_id, p.is_active,
        p.regency_code, p.inactive_reason
    FROM beneficiaries_person p WHERE p.nik = s.nik OFFSET 0
) p ON true
WHERE s.nik <> '';
ANALYZE persons;
CREATE TEMPORARY TABLE several ON COMMIT DROP AS
SELECT id, count(*) FILTER (WHERE is_active) AS bearers FROM persons GROUP BY id
HAVING count(*) > 1;
ANALYZE several;
DELETE FROM persons x USING (
    SELECT p.id, p.person_id, row_number() OVER (PARTITION BY p.id ORDER BY
        (p.household_id = f.household_id) DESC NULLS LAST, p.is_active DESC, p.person_id) AS place
    FROM several JOIN persons p USING (id) LEFT JOIN families f USING (family)
) y WHERE y.place > 1 AND x.id = y.id AND x.person_id = y.person_id;
UPDATE persons x SET bearers = several.bearers FROM several WHERE several.id = x.id;

CREATE TEMPORARY TABLE unknown ON COMMIT DROP AS
SELECT s.id, f.family, f.household_id
FROM staged s JOIN families f ON f.family = {_FAMILY} AND f.household_id IS NOT NULL
WHERE s.id NOT IN (SELECT id FROM persons);
ANALYZE unknown;
INSERT INTO persons
SELECT u.id, u.family, 1, {_OF_REGISTERED}
FROM (
    SELECT u.id, u.family, min(p.id) AS person_id
    FROM unknown u JOIN staged s ON s.id = u.id
    JOIN beneficiaries_person p ON p.household_id = u.household_id AND p.name = s.name
        AND (p.birth_date IS NULL OR s.birth_date = '' OR p.birth_date = s.birth_date::date)
    GROUP BY u.id, u.family HAVING count(*) = 1
) u JOIN staged s ON s.id = u.id JOIN beneficiaries_person p ON p.id = u.person_id;
ANALYZE persons;
"""

_OF_PERSON = ", ".join(_old_and_new(f"p.{name}", name) for name in PERSON_FIELDS)
_OF_FAMILY = ", ".join(
    [_old_and_new(f"h.{COLUMN.get(name, name)}", name) for name in HOUSEHOLD_FIELDS]
    + ["""'family_active', CASE WHEN NOT h.is_active THEN '["TIDAK", "YA"]'::jsonb END"""]
    + [_enrolled(name, programme) for name, programme in PROGRAMMES.items()]
)
# Most persons and families are as they were; only the others are worth the building of changes.
CHANGES = f"""
CREATE TEMPORARY TABLE changed_persons ON COMMIT DROP AS
SELECT x.id, jsonb_strip_nulls(jsonb_build_object(
    {_OF_PERSON},
    'active', CASE WHEN NOT p.is_active THEN '["TIDAK", "YA"]'::jsonb END,
    'family', CASE WHEN p.household_id IS DISTINCT FROM f.household_id
        THEN jsonb_build_array((SELECT kk_number FROM beneficiaries_household
            WHERE id = p.household_id), s.kk_number) END)) AS changes
FROM (
    SELECT x.id, x.person_id, f.household_id FROM persons x LEFT JOIN families f USING (family)
    WHERE x.differs OR NOT x.is_active OR x.household_id IS DISTINCT FROM f.household_id
    OFFSET 0
) f
JOIN persons x ON x.id = f.id
JOIN staged s ON s.id = f.id
JOIN beneficiaries_person p ON p.id = f.person_id;
ANALYZE changed_persons;

CREATE TEMPORARY TABLE changed_families ON COMMIT DROP AS
SELECT f.lead_id AS id, x.changes
FROM families f
JOIN staged s ON s.id = f.lead_id
CROSS JOIN LATERAL (
    SELECT * FROM beneficiaries_household h WHERE h.id = f.household_id OFFSET 0
) h
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(programme_id), '{{}}') AS programmes
    FROM beneficiaries_enrollment WHERE household_id = h.id AND ended_on IS NULL
) e
CROSS JOIN LATERAL (SELECT jsonb_strip_nulls(jsonb_build_object({_OF_FAMILY})) AS changes) x
WHERE x.changes <> '{{}}';
ANALYZE changed_families;

CREATE TEMPORARY TABLE compared ON COMMIT DROP AS
SELECT s.id, s.sheet, s.row_number, s.nik, s.name, s.kk_number, s.village, s.village_name,
    s.birth_date, s.relation, s.match_note, f.family, f.household_id, f.candidates,
    x.person_id AS target_id, x.bearers, x.name AS registered_name,
    x.regency_code AS registered_regency, x.relation AS registered_relation,
    x.is_dead AS registered_dead,
    coalesce(p.changes, '{{}}') || coalesce(h.changes, '{{}}') AS changes
FROM staged s
LEFT JOIN families f ON f.family = {_FAMILY}
LEFT JOIN persons x ON x.id = s.id
LEFT JOIN changed_persons p ON p.id = s.id
LEFT JOIN changed_families h ON h.id = s.id;
ANALYZE compared;
"""
# `staged` is made anew with what was found, which is quicker than an update of every row.
RESULT = """
CREATE TEMPORARY TABLE result ON COMMIT DROP AS
SELECT {columns}, c.family, c.household_id, c.target_id, c.changes
FROM staged s JOIN compared c ON c.id = s.id;
DROP TABLE staged;
ALTER TABLE result RENAME TO staged;
"""
KEPT = ("id", "sheet", "row_number", "approved_verdict", "approved_target_id", "approved_changes")


def _refuse_foreign_sheet(upload: Upload, cursor) -> None:
    """A sheet whose rows mostly lie in one other regency was sent to the wrong place."""
    if len(upload.region_id) < 5:
        return
    cursor.execute(
        "SELECT left(village, 5), count(*) FROM staged WHERE village <> ''"
        " GROUP BY 1 ORDER BY 2 DESC LIMIT 1"
    )
    found = cursor.fetchone()
    if not found or found[0] == upload.region_id[:5]:
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
    layout = kinds.get(upload.kind).layout
    for statements in (FAMILIES, PERSONS, CHANGES):
        cursor.execute(statements)
    findings.tell(upload, layout, cursor)
    columns = ", ".join(f's."{name}"' for name in (*KEPT, *layout.fields))
    cursor.execute(RESULT.format(columns=columns))
