"""Finding register entries that may be one person: exactly in SQL, by likeness with the model."""

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

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

_TAKE_EXACT = """
CREATE TEMPORARY TABLE doubles ON COMMIT DROP AS
WITH found AS ({finder}), groups AS (
    SELECT shared, %(kind)s || ':' || string_agg(person_id::text, ',' ORDER BY person_id) AS key
    FROM found GROUP BY shared
)
SELECT key, person_id, village_id, NULL::float AS probability FROM found JOIN groups USING (shared);
"""
_STORE = """
CREATE TEMPORARY TABLE stale ON COMMIT DROP AS
SELECT g.id FROM verification_duplicategroup g
WHERE g.kind = %(kind)s AND g.status = 'TERBUKA'
    AND NOT EXISTS (SELECT FROM doubles d WHERE d.key = g.key)
    AND NOT EXISTS (SELECT FROM verification_merge m WHERE m.group_id = g.id);
DELETE FROM verification_duplicatemember WHERE group_id IN (SELECT id FROM stale);
DELETE FROM verification_duplicategroup WHERE id IN (SELECT id FROM stale);
INSERT INTO verification_duplicategroup
    (kind, key, probability, weights, crosses_regencies, status)
SELECT %(kind)s, key, min(probability), '{}',
    min(left(village_id, 5)) <> max(left(village_id, 5)), 'TERBUKA'
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
            cursor.execute(_TAKE_EXACT.format(finder=finder) + _STORE, {"kind": kind})
    return DuplicateGroup.objects.open().count()


_PERSONS = """
SELECT p.id, CASE WHEN p.nik_valid THEN p.nik ELSE '' END AS nik, p.name, p.birth_date,
    p.birth_place, p.sex, h.kk_number, p.mother_name, p.village_id AS village, h.address, h.rt, h.rw
FROM beneficiaries_person p JOIN beneficiaries_household h ON h.id = p.household_id
WHERE p.is_active
"""
_TAKE_ALIKE = """
CREATE TEMPORARY TABLE doubles ON COMMIT DROP AS
SELECT a.key, a.person_id, p.village_id, a.probability
FROM alike a JOIN beneficiaries_person p ON p.id = a.person_id AND p.is_active;
DROP TABLE alike;
"""


def find_alike() -> int:
    """The same person under different NIK, over the whole province; tells how many groups.

    Those of whom the model is sure stand together; whoever may be one person is a pair. Groups that
    share a NIK are told by `find_exact` already.
    """
    # The engine is slow to load and no page needs it.
    from verification import matcher
    from verification.matching import engine

    with TemporaryDirectory(prefix="ganda-") as place, engine.workspace(Path(place)) as work:
        with connection.cursor() as cursor:
            matcher.take(cursor, work, "persons", _PERSONS, {}, Path(place) / "persons.csv")
        engine.find_doubles(work, "persons")
        groups = work.execute(_GROUPS).fetchall()
    return _store_alike(groups)


_GROUPS = """
WITH sure AS (
    SELECT c.cluster AS lead, c.id, min(d.probability) OVER (PARTITION BY c.cluster) AS probability
    FROM clusters c LEFT JOIN doubles d ON d.rule = 'D1' AND c.id IN (d.left_id, d.right_id)
), perhaps AS (
    SELECT row_number() OVER (ORDER BY left_id, right_id) AS pair, left_id, right_id, probability
    FROM doubles WHERE rule <> 'D1'
), grouped AS (
    SELECT list(DISTINCT id ORDER BY id) AS ids, min(probability) AS probability
    FROM sure GROUP BY lead
    UNION ALL
    SELECT list_sort([left_id, right_id]), probability FROM perhaps
)
SELECT ids, probability FROM grouped g WHERE (
    SELECT count(DISTINCT nik) FROM persons WHERE id IN (SELECT unnest(g.ids)) AND nik <> '') <> 1
    OR EXISTS (SELECT 1 FROM persons WHERE id IN (SELECT unnest(g.ids)) AND nik = '')
"""


@transaction.atomic
def _store_alike(groups: list[tuple[list[int], float]]) -> int:
    kind = Kind.ORANG_SAMA
    buffer = io.StringIO(newline="")
    rows = csv.writer(buffer)
    for ids, probability in groups:
        key = f"{kind}:{','.join(map(str, ids))}"
        rows.writerows((key, person, probability) for person in ids)
    buffer.seek(0)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE alike (key text, person_id bigint, probability float)"
            " ON COMMIT DROP"
        )
        cursor.copy_expert("COPY alike FROM STDIN WITH (FORMAT csv)", buffer)
        cursor.execute(_TAKE_ALIKE + _STORE, {"kind": kind})
    return DuplicateGroup.objects.open().filter(kind=kind).count()
