"""One batch through both passes of the matching: out of Postgres, through the engine, and back.

Imported by tasks where they run: the engine is slow to load and no page needs it.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from math import log2
from pathlib import Path
from tempfile import TemporaryDirectory

import pghistory
from django.db import connection, transaction
from django.utils import timezone

from accounts.scope import Scope
from beneficiaries.models import Person
from verification.matching import cleaning, engine, linkage
from verification.models import MatchBatch, MatchCandidate, MatchResult

# Rules whose evidence is so weak that two persons must decide alike.
FOR_TWO = ("B5", "G1", "G2", "L3", "Q1")
EVIDENCE = ("nik", "status", "twin", "name", "birth_date", "sex", "kk_number", "village")
# A comparison of the model, the field of the queue page it speaks of, and where that depends.
FIELD_OF = {
    "name": "name",
    "birth": "birth_date",
    "sex": "sex",
    "mother": "mother_name",
    "place": "village",
    "nik": "nik",
    "birth_place": "birth_place",
}
KK_LEVELS = ("KK", "KK_TYPO")

# Who was asked for by a NIK that nobody has answered is not matched: silence says nothing.
_PERSONS = """
SELECT p.id, p.nik, p.name, p.birth_date, p.birth_place, p.sex, h.kk_number, p.mother_name,
    p.village_id AS village, h.address, h.rt, h.rw
FROM verification_matchresult r
JOIN beneficiaries_person p ON p.id = r.person_id AND p.is_active
JOIN beneficiaries_household h ON h.id = p.household_id
WHERE r.batch_id = %(batch)s AND r.state = 'MENUNGGU' AND (
    %(form)s = 'EKSTRAK' OR NOT p.nik_valid
    OR EXISTS (SELECT FROM verification_civilrecord c
        WHERE c.batch_id = r.batch_id AND c.nik = p.nik))
"""
# The records of the batch, and those of the same region that other batches have left and that may
# still be kept. One person told twice is one record.
_CIVIL = """
SELECT DISTINCT ON (c.nik, c.name, c.birth_date) c.id, c.nik, c.name, c.birth_date, c.birth_place,
    c.sex, c.kk_number, c.mother_name, c.village_code AS village, c.address,
    CASE WHEN c.response IN ('MENINGGAL', 'PINDAH') THEN c.response ELSE 'HIDUP' END AS status
FROM verification_civilrecord c
WHERE c.response <> 'TIDAK_DITEMUKAN' AND c.name <> '' AND (c.batch_id = %(batch)s
    OR (c.region_id LIKE %(region)s || '%%' AND c.expires_on >= %(today)s))
ORDER BY c.nik, c.name, c.birth_date, (c.batch_id = %(batch)s) DESC, c.id DESC
"""
# What somebody has said is not the same.
_NOT_SAME = """
SELECT n.person_id, c.id AS civil_id FROM verification_notsame n
JOIN verification_civilrecord c ON c.nik = n.nik
JOIN verification_matchresult r ON r.person_id = n.person_id AND r.batch_id = %(batch)s
"""


def _copy(cursor, sql: str, values: dict, path: Path) -> None:
    statement = cursor.mogrify(sql, values).decode()
    with path.open("wb") as file:
        cursor.copy_expert(f"COPY ({statement}) TO STDOUT WITH (FORMAT csv, HEADER)", file)


def match(batch: MatchBatch) -> Counter:
    """Give every answered person of the batch an outcome; tells how many by state.

    Everything is written in one transaction: a killed worker leaves the batch as it was.
    """
    values = {
        "batch": batch.pk,
        "form": batch.form,
        "region": batch.region_id,
        "today": timezone.localdate(),
    }
    with TemporaryDirectory(prefix="pemadanan-") as place, engine.workspace(Path(place)) as work:
        with connection.cursor() as cursor:
            for name, sql in (
                ("register", _PERSONS),
                ("civil", _CIVIL),
                ("not_same", _NOT_SAME),
            ):
                take(cursor, work, name, sql, values, Path(place) / f"{name}.csv")
        engine.match(work)
        work.execute(_OUTCOMES)
        with transaction.atomic(), _context(batch), connection.cursor() as cursor:
            _store(cursor, work, batch)
            cursor.execute("SELECT state, count(*) FROM outcomes GROUP BY state")
            counts = Counter(dict(cursor.fetchall()))
            cursor.execute("DROP TABLE outcomes")
            return counts


def _context(batch: MatchBatch):
    answer = batch.answer
    return pghistory.context(
        user=answer.reviewed_by_id if answer else None, upload=batch.answer_id, batch=batch.pk
    )


def take(cursor, work, name: str, sql: str, values: dict, path: Path) -> None:
    """Bring the rows of a query into the table `name` of the engine."""
    statement = cursor.mogrify(sql, values).decode()
    with path.open("wb") as file:
        cursor.copy_expert(f"COPY ({statement}) TO STDOUT WITH (FORMAT csv, HEADER)", file)
    with path.open(encoding="utf-8") as file:
        header = file.readline().strip().split(",")
    types = {"id": "BIGINT", "person_id": "BIGINT", "civil_id": "BIGINT", "birth_date": "DATE"}
    columns = {column: types.get(column, "VARCHAR") for column in header}
    work.execute(
        f"CREATE TABLE {name} AS SELECT * FROM read_csv($path, header = true, columns = $columns)",
        {"path": str(path), "columns": columns},
    )
    path.unlink()


# One row a person. What pass 2 looked for in vain keeps what pass 1 has said of it. A candidate
# that somebody has said is not the person is none any more. Whom pass 2 finds dead or moved is not
# padan.
_OUTCOMES = f"""
CREATE TABLE candidates AS
SELECT m.* FROM matched m WHERE m.civil_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM not_same n WHERE n.person_id = m.register_id AND n.civil_id = m.civil_id);
INSERT INTO candidates (register_id, civil_id, rule, outcome, handling, rank)
SELECT r.id, c.id, p.rule, p.outcome, p.handling,
    row_number() OVER (PARTITION BY r.id ORDER BY c.id)
FROM pass1 p JOIN register r ON r.id = p.register_id JOIN civil c ON c.nik = r.nik
WHERE p.handling = 'ANTREAN' AND p.civil_id IS NULL AND NOT EXISTS (
    SELECT 1 FROM not_same n WHERE n.person_id = r.id AND n.civil_id = c.id);
CREATE TABLE best AS
SELECT * FROM candidates QUALIFY row_number() OVER (PARTITION BY register_id ORDER BY rank) = 1;
CREATE TABLE outcomes AS
SELECT p.register_id AS person_id, b.civil_id,
    CASE WHEN b.rule IS NULL THEN p.rule ELSE b.rule END AS rule,
    CASE WHEN b.handling = 'ANTREAN' THEN '' WHEN b.rule <> p.rule AND c.status <> 'HIDUP'
        THEN c.status ELSE coalesce(b.outcome, p.outcome) END AS outcome,
    CASE WHEN b.handling = 'ANTREAN' THEN 'ANTRE' ELSE 'OTOMATIS' END AS state,
    CASE WHEN b.rule = p.rule THEN p.proposal WHEN b.handling = 'ANTREAN' THEN ''
        ELSE CASE c.status {
    " ".join(
        f"WHEN '{said}' THEN '{consequence}'"
        for said, (_, consequence) in MatchResult.MEANING.items()
    )
} ELSE '' END
        END AS consequence,
    to_json({{{", ".join(f"'{name}': p.{name}" for name in EVIDENCE)}}}) AS evidence,
    c.nik
FROM pass1 p LEFT JOIN best b USING (register_id) LEFT JOIN civil c ON c.id = b.civil_id
"""

_TAKE_OUTCOMES = """
CREATE TEMPORARY TABLE outcomes (person_id bigint, civil_id bigint, rule text, outcome text,
    state text, consequence text, evidence jsonb, nik text) ON COMMIT DROP
"""
# A NIK that another active person holds by word of Dukcapil, or that two would get now, is no
# matter for a rule. A day that is to be said again is cleared first (see the trigger CONFIRMATION).
_CONFLICTS = """
ANALYZE outcomes;
UPDATE outcomes o SET state = 'ANTRE', outcome = '', rule = 'G2', consequence = ''
WHERE o.outcome = 'PADAN' AND o.state = 'OTOMATIS' AND (
    EXISTS (SELECT FROM beneficiaries_person p WHERE p.nik = o.nik AND p.is_active
        AND p.nik_confirmed_on IS NOT NULL AND p.id <> o.person_id)
    OR EXISTS (SELECT FROM outcomes x WHERE x.nik = o.nik AND x.person_id <> o.person_id
        AND x.outcome = 'PADAN' AND x.state = 'OTOMATIS'));
UPDATE verification_matchresult r SET is_latest = false
FROM outcomes o WHERE r.person_id = o.person_id AND r.is_latest;
UPDATE verification_matchresult r SET outcome = o.outcome, state = o.state, rule = o.rule,
    consequence = o.consequence, evidence = o.evidence, matched_at = now(), is_latest = true,
    nik_changed = o.outcome = 'PADAN' AND o.state = 'OTOMATIS' AND o.nik <> p.nik,
    decisions_needed = CASE WHEN o.rule = ANY (%(for_two)s) THEN 2 ELSE 1 END
FROM outcomes o JOIN beneficiaries_person p ON p.id = o.person_id
WHERE r.batch_id = %(batch)s AND r.person_id = o.person_id;
UPDATE beneficiaries_person p SET nik_confirmed_on = NULL
FROM outcomes o
WHERE p.id = o.person_id AND o.outcome = 'PADAN' AND o.state = 'OTOMATIS' AND p.is_active
    AND p.nik <> o.nik AND p.nik_confirmed_on = %(today)s;
UPDATE beneficiaries_person p SET nik = o.nik, nik_confirmed_on = %(today)s,
    source_upload_id = %(answer)s, source_row = NULL, source_user_id = %(user)s
FROM outcomes o
WHERE p.id = o.person_id AND o.outcome = 'PADAN' AND o.state = 'OTOMATIS' AND p.is_active
    AND (p.nik <> o.nik OR p.nik_confirmed_on IS NULL)
"""


def _matched_in(region_code: str) -> int:
    inside = Scope((region_code,)).condition(Person.PLACE)
    return Person.objects.active().matched().filter(inside).count()


def _store(cursor, work, batch: MatchBatch) -> None:
    batch.matched_before = _matched_in(batch.region_id)
    cursor.execute(_TAKE_OUTCOMES)
    _give(cursor, work.execute("SELECT * FROM outcomes").fetchall())
    cursor.execute(
        _CONFLICTS,
        {
            "batch": batch.pk,
            "for_two": list(FOR_TWO),
            "today": timezone.localdate(),
            "answer": batch.answer_id,
            "user": batch.answer.reviewed_by_id if batch.answer else batch.requested_by_id,
        },
    )
    batch.matched_after = _matched_in(batch.region_id)
    batch.save(update_fields=["matched_before", "matched_after"])
    cursor.execute(
        "SELECT r.person_id, r.id, r.village_id FROM verification_matchresult r"
        " JOIN outcomes o USING (person_id) WHERE r.batch_id = %s AND o.state = 'ANTRE'",
        [batch.pk],
    )
    waiting = {person: (result, village) for person, result, village in cursor.fetchall()}
    MatchCandidate.objects.bulk_create(
        (
            MatchCandidate(
                result_id=waiting[person][0],
                village_id=waiting[person][1],
                record_id=civil,
                rank=rank,
                probability=probability,
                weights=weights,
            )
            for person, civil, rank, probability, weights in explained(work, list(waiting))
        ),
        batch_size=2_000,
    )


def _give(cursor, rows: Iterable[tuple]) -> None:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(rows)
    buffer.seek(0)
    cursor.copy_expert(
        "COPY outcomes FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL (outcome, consequence))", buffer
    )


def explained(work, persons: list[int]) -> Iterator[tuple[int, int, int, float, dict]]:
    """(person, civil record, rank, probability, weights) of everybody a person must decide on.

    Pairs of pass 2 bring their weights. Of those found by their NIK the question is only whether it
    is the same person: the other fields are weighed, from even odds, by the shipped model.
    """
    work.execute(
        "CREATE OR REPLACE TABLE waiting AS SELECT unnest($ids::BIGINT[]) AS id", {"ids": persons}
    )
    names = {row[0] for row in work.execute("DESCRIBE scored").fetchall()}
    known = [one for one in linkage.COMPARISONS if f"{one.name}_level" in names]
    columns = ", ".join(f"s.{one.name}_level, s.{one.name}_weight" for one in known)
    found = work.execute(f"""
        SELECT c.register_id, c.civil_id, c.rank, s.probability, s.weight, {columns}
        FROM candidates c JOIN waiting w ON w.id = c.register_id
        JOIN scored s ON s.left_id = c.register_id AND s.right_id = c.civil_id
        WHERE c.probability IS NOT NULL
        ORDER BY c.register_id, c.rank
    """).fetchall()
    for person, civil, rank, probability, weight, *pairs in found:
        fields = [
            _told(one, level, bits)
            for one, level, bits in zip(known, pairs[::2], pairs[1::2], strict=True)
            if level is not None
        ]
        start = weight - sum(bits for _, bits, _ in fields)
        yield person, civil, rank, probability, {"start": round(start, 2), "fields": fields}
    yield from _by_nik(work)


def _by_nik(work) -> Iterator[tuple[int, int, int, float, dict]]:
    work.execute("""
        CREATE OR REPLACE TABLE pairs AS SELECT c.register_id, c.civil_id, c.rank
        FROM candidates c JOIN waiting w ON w.id = c.register_id WHERE c.probability IS NULL;
        CREATE OR REPLACE TABLE pair_left AS
        SELECT * FROM register WHERE id IN (SELECT register_id FROM pairs);
        CREATE OR REPLACE TABLE pair_right AS
        SELECT * FROM civil WHERE id IN (SELECT civil_id FROM pairs)
    """)
    cleaning.clean(work, "pair_left", "pair_left_cleaned")
    cleaning.clean(work, "pair_right", "pair_right_cleaned")
    compared = [one for one in linkage.COMPARISONS if one.name != "nik"]
    both = ", ".join(f"l.{c} AS {c}_l, r.{c} AS {c}_r" for c in cleaning.COLUMNS)
    levels = ", ".join(f"{linkage.level_sql(one)} AS {one.name}" for one in compared)
    rows = work.execute(f"""
        SELECT register_id, civil_id, rank, {levels} FROM (
            SELECT p.*, {both} FROM pairs p
            JOIN pair_left_cleaned l ON l.unique_id = p.register_id
            JOIN pair_right_cleaned r ON r.unique_id = p.civil_id)
        ORDER BY register_id, rank
    """).fetchall()
    values = linkage.shipped()
    for person, civil, rank, *codes in rows:
        fields = []
        for one, code in zip(compared, codes, strict=True):
            if code is not None:
                m, u = values[one.name][code]
                fields.append(_told(one, code, log2(m / u)))
        total = sum(bits for _, bits, _ in fields)
        yield person, civil, rank, 1 / (1 + 2**-total), {"start": 0, "fields": fields}


def _told(comparison, code: str, bits: float) -> list:
    """Field of the queue page, bits, what was found."""
    titles = {level.code: level.title for level in comparison.levels}
    title = titles.get(code, "berbeda")
    field = "kk_number" if code in KK_LEVELS else FIELD_OF[comparison.name]
    return [field, round(bits, 2), f"{title[0].upper()}{title[1:]}"]
