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

_PERSON_DIFFERS = " OR ".join(_differs(f"p.{name}", name) for name in PERSON_FIELDS)
_OF_REGISTERED = f"""
    p.id AS target_id, p.name AS registered_name, p.relation AS registered_relation,
    p.household_id AS registered_household, p.regency_code AS registered_regency,
    p.is_active AS registered_active, p.inactive_reason = 'MENINGGAL'
        OR (s.match_note = '' AND position('MENINGGAL' IN upper(p.match_note)) > 0)
        AS registered_dead,
    {_PERSON_DIFFERS} AS differs
"""
_REGISTERED = (
    "target_id",
    "registered_name",
    "registered_relation",
    "registered_household",
    "registered_regency",
    "registered_active",
    "registered_dead",
    "differs",
)
_BY_NIK = f"""
SELECT s.id, 1 AS bearers, {_OF_REGISTERED}
FROM {{table}} s CROSS JOIN LATERAL (
    SELECT {", ".join(PERSON_FIELDS)}, id, household_id, regency_code, is_active, inactive_reason
    FROM beneficiaries_person WHERE nik = s.nik OFFSET 0
) p
WHERE s.nik <> ''
"""


def gather(cursor, table: str) -> None:
    """Who in the register bears the NIK of these rows, and whether the row says anything new."""
    by_nik = _BY_NIK.format(table=table)
    cursor.execute(
        f"CREATE TEMPORARY TABLE IF NOT EXISTS bearers AS {by_nik} WITH NO DATA;"
        f"INSERT INTO bearers {by_nik}"
    )


# By NIK first; where that finds nobody, by name within the family (and birth date, if known). Of
# several bearers of a NIK: the one in the family, else an active one, else the one known longest.
COMPARED = f"""
ANALYZE bearers;
CREATE TEMPORARY TABLE several ON COMMIT DROP AS
SELECT id, count(*) FILTER (WHERE registered_active) AS n FROM bearers GROUP BY id
HAVING count(*) > 1;
ANALYZE several;
DELETE FROM bearers x USING (
    SELECT b.id, b.target_id, row_number() OVER (PARTITION BY b.id ORDER BY
        (b.registered_household = f.household_id) DESC NULLS LAST, b.registered_active DESC,
        b.target_id) AS place
    FROM several JOIN bearers b USING (id) JOIN staged s USING (id)
    LEFT JOIN families f ON f.family = {_FAMILY}
) y WHERE y.place > 1 AND x.id = y.id AND x.target_id = y.target_id;
UPDATE bearers x SET bearers = several.n FROM several WHERE several.id = x.id;

CREATE TEMPORARY TABLE compared ON COMMIT DROP AS
SELECT s.id, s.sheet, s.row_number, s.nik, s.name, s.kk_number, s.village, s.village_name,
    s.birth_date, s.relation, s.match_note, f.family, f.household_id, f.candidates, x.bearers,
    {", ".join(f"x.{name}" for name in _REGISTERED)}
FROM staged s
LEFT JOIN families f ON f.family = {_FAMILY}
LEFT JOIN bearers x ON x.id = s.id;
ANALYZE compared;

CREATE TEMPORARY TABLE namesakes ON COMMIT DROP AS
SELECT c.id, min(p.id) AS person_id
FROM compared c CROSS JOIN LATERAL (
    SELECT id FROM beneficiaries_person p
    WHERE p.household_id = c.household_id AND p.name = c.name
        AND (p.birth_date IS NULL OR c.birth_date = '' OR p.birth_date = c.birth_date::date)
    OFFSET 0
) p
WHERE c.target_id IS NULL AND c.household_id IS NOT NULL
GROUP BY c.id HAVING count(*) = 1;
UPDATE compared c SET bearers = 1, {", ".join(f"{name} = x.{name}" for name in _REGISTERED)}
FROM (
    SELECT s.id, {_OF_REGISTERED}
    FROM namesakes n JOIN staged s ON s.id = n.id CROSS JOIN LATERAL (
        SELECT * FROM beneficiaries_person WHERE id = n.person_id OFFSET 0
    ) p
) x WHERE c.id = x.id;
"""

_OF_PERSON = ", ".join(_old_and_new(f"p.{name}", name) for name in PERSON_FIELDS)
_OF_FAMILY = ", ".join(
    [_old_and_new(f"h.{COLUMN.get(name, name)}", name) for name in HOUSEHOLD_FIELDS]
    + ["""'family_active', CASE WHEN NOT h.is_active THEN '["TIDAK", "YA"]'::jsonb END"""]
    + [_enrolled(name, programme) for name, programme in PROGRAMMES.items()]
)
_FAMILY_DIFFERS = " OR ".join(
    [_differs(f"h.{COLUMN.get(name, name)}", name) for name in HOUSEHOLD_FIELDS]
    + [f"f.{field} AND '{code}' <> ALL (e.programmes)" for field, code in PROGRAMMES.items()]
)
# Most persons and families are as they were; only the others are worth the building of changes.
CHANGES = f"""
CREATE TEMPORARY TABLE differing ON COMMIT DROP AS
SELECT id, target_id, household_id FROM compared
WHERE differs OR NOT registered_active
    OR (target_id IS NOT NULL AND registered_household IS DISTINCT FROM household_id);
ANALYZE differing;
CREATE TEMPORARY TABLE changed_persons ON COMMIT DROP AS
SELECT d.id, jsonb_strip_nulls(jsonb_build_object(
    {_OF_PERSON},
    'active', CASE WHEN NOT p.is_active THEN '["TIDAK", "YA"]'::jsonb END,
    'family', CASE WHEN p.household_id IS DISTINCT FROM d.household_id
        THEN jsonb_build_array((SELECT kk_number FROM beneficiaries_household
            WHERE id = p.household_id), s.kk_number) END)) AS changes
FROM differing d JOIN staged s ON s.id = d.id CROSS JOIN LATERAL (
    SELECT {", ".join(PERSON_FIELDS)}, household_id, is_active
    FROM beneficiaries_person WHERE id = d.target_id OFFSET 0
) p;

CREATE TEMPORARY TABLE changed_families ON COMMIT DROP AS
SELECT f.lead_id AS id, jsonb_strip_nulls(jsonb_build_object({_OF_FAMILY})) AS changes
FROM families f
JOIN staged s ON s.id = f.lead_id
CROSS JOIN LATERAL (
    SELECT {", ".join(COLUMN.get(name, name) for name in HOUSEHOLD_FIELDS)}, is_active
    FROM beneficiaries_household WHERE id = f.household_id OFFSET 0
) h
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(programme_id), '{{}}') AS programmes
    FROM beneficiaries_enrollment WHERE household_id = f.household_id AND ended_on IS NULL
) e
WHERE NOT h.is_active OR {_FAMILY_DIFFERS};
CREATE TEMPORARY TABLE changes ON COMMIT DROP AS
SELECT id, coalesce(p.changes, '{{}}') || coalesce(f.changes, '{{}}') AS changes
FROM changed_persons p FULL JOIN changed_families f USING (id);
ANALYZE changes;
"""
# `staged` becomes a view that joins what was found to what was read: it is read once more, when the
# rows are judged, and writing it anew would cost as much as that.
RESULT = """
ALTER TABLE staged RENAME TO arrived;
CREATE TEMPORARY VIEW staged AS
SELECT {columns}, c.family, c.household_id, c.target_id,
    coalesce(d.changes, '{{}}') AS changes
FROM arrived s JOIN compared c ON c.id = s.id LEFT JOIN changes d ON d.id = s.id
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
    for statements in (FAMILIES, COMPARED, CHANGES):
        cursor.execute(statements)
    findings.tell(upload, layout, cursor)
    columns = ", ".join(f's."{name}"' for name in (*KEPT, *layout.fields))
    cursor.execute(RESULT.format(columns=columns))
