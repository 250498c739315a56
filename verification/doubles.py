"""Finding register entries that may be one person: the exact ways, in set-based SQL.

What needs judgement (one person under two NIK) comes from the linkage in verification/matching.
"""

from django.db import connection, transaction

from verification.models import DuplicateGroup

Kind = DuplicateGroup.Kind

# Each tells (key of the group, person). A family stands in its group with its payee.
_FINDERS = {
    Kind.NIK_SAMA: """
        SELECT p.nik AS shared, p.id AS person_id, p.village_id
        FROM beneficiaries_person p
        WHERE p.is_active AND p.nik_valid AND p.nik IN (
            SELECT nik FROM beneficiaries_person WHERE is_active AND nik_valid
            GROUP BY nik HAVING count(*) > 1)
    """,
    Kind.KK_DUA_TEMPAT: """
        SELECT h.kk_number AS shared, h.payee_id AS person_id, h.village_id
        FROM beneficiaries_household h
        WHERE h.is_active AND h.payee_id IS NOT NULL AND h.kk_number IN (
            SELECT kk_number FROM beneficiaries_household
            WHERE is_active AND kk_number <> '' AND payee_id IS NOT NULL
            GROUP BY kk_number HAVING min(village_id) <> max(village_id))
    """,
    # Same name, birth date and mother: twins differ in name, namesakes in their mother.
    Kind.DUA_KELUARGA: """
        SELECT p.name || p.birth_date || p.mother_name AS shared, p.id AS person_id, p.village_id
        FROM beneficiaries_person p
        JOIN (
            SELECT name, birth_date, mother_name FROM beneficiaries_person
            WHERE is_active AND birth_date IS NOT NULL AND mother_name <> ''
            GROUP BY name, birth_date, mother_name
            HAVING min(household_id) <> max(household_id)
                AND (min(nik) = '' OR min(nik) <> max(nik))
        ) d USING (name, birth_date, mother_name)
        WHERE p.is_active
    """,
}

_STORE = """
CREATE TEMPORARY TABLE doubles ON COMMIT DROP AS
WITH found AS ({finder}), groups AS (
    SELECT shared, %(kind)s || ':' || string_agg(person_id::text, ',' ORDER BY person_id) AS key
    FROM found GROUP BY shared
)
SELECT key, person_id, village_id FROM found JOIN groups USING (shared);
CREATE TEMPORARY TABLE stale ON COMMIT DROP AS
SELECT g.id FROM verification_duplicategroup g
WHERE g.kind = %(kind)s AND g.status = 'TERBUKA'
    AND NOT EXISTS (SELECT FROM doubles d WHERE d.key = g.key)
    AND NOT EXISTS (SELECT FROM verification_merge m WHERE m.group_id = g.id);
DELETE FROM verification_duplicatemember WHERE group_id IN (SELECT id FROM stale);
DELETE FROM verification_duplicategroup WHERE id IN (SELECT id FROM stale);
INSERT INTO verification_duplicategroup (kind, key, weights, crosses_regencies, status)
SELECT %(kind)s, key, '{{}}', min(left(village_id, 5)) <> max(left(village_id, 5)), 'TERBUKA'
FROM doubles GROUP BY key
ON CONFLICT (key) DO NOTHING;
INSERT INTO verification_duplicatemember (group_id, person_id, village_id)
SELECT g.id, d.person_id, d.village_id
FROM doubles d JOIN verification_duplicategroup g USING (key)
ON CONFLICT (group_id, person_id) DO NOTHING;
DROP TABLE doubles, stale;
"""


@transaction.atomic
def find_exact() -> int:
    """Bring the open groups of the exact kinds up to date; tells how many are open.

    A group somebody has decided is not opened again; one that no longer holds goes.
    """
    with connection.cursor() as cursor:
        for kind, finder in _FINDERS.items():
            cursor.execute(_STORE.format(finder=finder), {"kind": kind})
    return DuplicateGroup.objects.open().count()
