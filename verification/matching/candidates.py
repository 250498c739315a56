"""Which candidate of pass 2 is taken, which are shown to a person, and when there is none.

A candidate that is taken must be likely, alone at the top from both sides, unclaimed, and like the
person in name and birth date: what a family shares never suffices.
"""

from verification.matching.rules import Handling, Outcome, Rule

# Probability from which a candidate is taken, from which it is shown, and the lead, in weight
# (log2), that the best must have over the next: 2 to the 7th is more than a hundred to one.
TAKEN = 0.995
SHOWN = 0.6
LEAD = 7.0
MOST_SHOWN = 5

_NAME_ALIKE = ("EXACT", "SOUND", "PART", "CLOSE")
_BIRTH_ALIKE = ("EXACT", "SWAPPED", "DIGIT")
_NAME_EQUAL = ("EXACT", "SOUND")


def _linked(code: str, title: str, outcome: Outcome, handling: Handling) -> Rule:
    return Rule(code, title, {}, outcome, handling)


LINKED = _linked("L1", "satu kandidat kuat", Outcome.PADAN, Handling.OTOMATIS)
AMBIGUOUS = _linked("L2", "beberapa kandidat hampir sama kuat", Outcome.PADAN, Handling.ANTREAN)
CLAIMED = _linked("L3", "data Dukcapil sudah padan dengan orang lain", Outcome.PADAN, Handling.ANTREAN)
LIKELY = _linked("L4", "kandidat mungkin cocok", Outcome.PADAN, Handling.ANTREAN)
NOTHING = _linked("L0", "tidak ada kandidat", Outcome.TIDAK_DITEMUKAN, Handling.OTOMATIS)
RULES = {rule.code: rule for rule in (LINKED, AMBIGUOUS, CLAIMED, LIKELY, NOTHING)}


def _in(column: str, codes: tuple[str, ...]) -> str:
    return f"coalesce({column}, '') IN ({', '.join(repr(code) for code in codes)})"


def decide(connection, scored: str, target: str, *, people: str, claimed: str = "") -> None:
    """From `scored` (see linkage.scored_sql) make `target`: left_id, right_id, rule, outcome,
    handling, probability and rank, one row for each candidate: the taken one alone, those to be
    shown from the best on, and one row without right_id for each of the table `people` (unique_id)
    who has none. `claimed`: a table of right_id that belong to others already."""
    columns = {row[0] for row in connection.execute(f"DESCRIBE {scored}").fetchall()}
    name = "name_level" if "name_level" in columns else "NULL"
    birth = "birth_level" if "birth_level" in columns else "NULL"
    same_name, same_birth = _in(name, _NAME_ALIKE), _in(birth, _BIRTH_ALIKE)
    taken = f"SELECT right_id FROM {claimed}" if claimed else "SELECT NULL AS right_id WHERE false"
    connection.execute(f"""
        CREATE OR REPLACE TABLE {target} AS
        WITH persons AS (
            SELECT *, ({same_name} AND {same_birth}) OR ({_in(name, _NAME_EQUAL)}
                    AND coalesce({birth}, '') NOT IN ('ELSE', 'YEAR'))
                    AS is_alike,
                right_id IN ({taken}) AS is_claimed
            FROM {scored} WHERE {same_name} OR {same_birth}),
        compared AS (
            SELECT *, row_number() OVER l AS rank,
                weight - coalesce(lead(weight) OVER l, -100) AS lead_left,
                row_number() OVER r AS rank_right,
                weight - coalesce(lead(weight) OVER r, -100) AS lead_right
            FROM persons WHERE NOT is_claimed OR probability >= {TAKEN}
            WINDOW l AS (PARTITION BY left_id ORDER BY weight DESC, right_id),
                r AS (PARTITION BY right_id ORDER BY weight DESC, left_id)),
        best AS (
            SELECT left_id, CASE
                WHEN probability < {SHOWN} THEN '{NOTHING.code}'
                WHEN probability < {TAKEN} OR NOT is_alike THEN '{LIKELY.code}'
                WHEN is_claimed OR (rank_right > 1 AND lead_left >= {LEAD}) THEN '{CLAIMED.code}'
                WHEN lead_left < {LEAD} OR lead_right < {LEAD} THEN '{AMBIGUOUS.code}'
                ELSE '{LINKED.code}' END AS rule
            FROM compared WHERE rank = 1),
        shown AS (
            SELECT c.left_id, c.right_id, b.rule, c.probability, c.weight, c.rank
            FROM compared c JOIN best b USING (left_id)
            WHERE b.rule <> '{NOTHING.code}' AND (c.rank = 1 OR (b.rule <> '{LINKED.code}'
                AND c.probability >= {SHOWN} AND c.rank <= {MOST_SHOWN}))
            UNION ALL BY NAME
            SELECT unique_id AS left_id, '{NOTHING.code}' AS rule, 1 AS rank FROM {people}
            WHERE unique_id NOT IN (SELECT left_id FROM best WHERE rule <> '{NOTHING.code}'))
        SELECT shown.*, r.outcome, r.handling
        FROM shown JOIN (VALUES {_table()}) r(rule, outcome, handling) USING (rule)""")


def _table() -> str:
    return ", ".join(
        f"('{rule.code}', '{rule.outcome}', '{rule.handling}')" for rule in RULES.values()
    )
