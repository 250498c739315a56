"""Which candidate of pass 2 is taken, which are shown to a person, and when there is none.

A candidate that is taken must be likely, alone at the top from both sides, unclaimed, and like the
person in name and birth date: what a family shares never suffices. Nor is it taken against the
family: another mother and another place.
"""

from collections.abc import Iterable
from typing import NamedTuple

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
_SAME_FAMILY = ("KK", "KK_TYPO", "RESIDENCE")


def _linked(code: str, title: str, outcome: Outcome, handling: Handling) -> Rule:
    return Rule(code, title, {}, outcome, handling)


LINKED = _linked("L1", "satu kandidat kuat", Outcome.PADAN, Handling.OTOMATIS)
AMBIGUOUS = _linked("L2", "beberapa kandidat hampir sama kuat", Outcome.PADAN, Handling.ANTREAN)
CLAIMED = _linked(
    "L3", "data Dukcapil sudah padan dengan orang lain", Outcome.PADAN, Handling.ANTREAN
)
LIKELY = _linked("L4", "kandidat mungkin cocok", Outcome.PADAN, Handling.ANTREAN)
NOTHING = _linked("L0", "tidak ada kandidat", Outcome.TIDAK_DITEMUKAN, Handling.OTOMATIS)
DOUBLE = _linked("D1", "orang yang sama", Outcome.NIK_GANDA, Handling.ANTREAN)
PERHAPS_DOUBLE = _linked("D2", "mungkin orang yang sama", Outcome.NIK_GANDA, Handling.ANTREAN)
RULES = {
    rule.code: rule
    for rule in (LINKED, AMBIGUOUS, CLAIMED, LIKELY, NOTHING, DOUBLE, PERHAPS_DOUBLE)
}


def _in(column: str, codes: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(code) for code in codes)})"


class _Likeness(NamedTuple):
    person: str
    somewhat: str
    name: str
    same_name: str
    birth: str
    family: str
    same_nik: str


def _likeness(connection, scored: str) -> _Likeness:
    """SQL over a scored pair: whether it is alike as one person is, and whether in name or birth
    date at all. A comparison that the tables do not have, or not for the pair, says nothing."""
    columns = {row[0] for row in connection.execute(f"DESCRIBE {scored}").fetchall()}
    name, birth, place, mother, nik = (
        f"coalesce({field}_level, '')" if f"{field}_level" in columns else "''"
        for field in ("name", "birth", "place", "mother", "nik")
    )
    same_name, same_birth = _in(name, _NAME_ALIKE), _in(birth, _BIRTH_ALIKE)
    same_family = _in(place, _SAME_FAMILY)
    near = _in(name, ("NEAR",))
    sibling = f"({same_family} AND {birth} IN ('DAY_MONTH', 'YEAR', 'ELSE'))"
    person = (
        f"({same_name} AND {same_birth} OR {same_name} AND {birth} = 'YEAR' AND {same_family}"
        f" OR {near} AND {same_birth} AND {place} NOT IN ('KK', 'KK_TYPO')"
        f" OR {_in(name, _NAME_EQUAL)} AND {birth} IN ('', 'DAY_MONTH'))"
        f" AND ({mother} <> 'ELSE' OR {place} = '' OR {same_family})"
    )
    return _Likeness(
        f"({person})",
        f"({same_name} OR {same_birth} OR {near} AND NOT {sibling})",
        same_name,
        _in(name, _NAME_EQUAL),
        birth,
        same_family,
        f"{nik} = 'EXACT'",
    )


def decide(connection, scored: str, target: str, *, people: str, claimed: str = "") -> None:
    """From `scored` (see linkage.scored_sql) make `target`: left_id, right_id, rule, outcome,
    handling, probability and rank, one row for each candidate: the taken one alone, those to be
    shown from the best on, and one row without right_id for each of the table `people` (unique_id)
    who has none. `claimed`: a table of right_id that belong to others already."""
    alike = _likeness(connection, scored)
    taken = f"SELECT right_id FROM {claimed}" if claimed else "SELECT NULL AS right_id WHERE false"
    connection.execute(f"""
        CREATE OR REPLACE TABLE {target} AS
        WITH persons AS (
            SELECT *, {alike.person} AS is_alike,
                right_id IN ({taken}) AS is_claimed
            FROM {scored} WHERE {alike.somewhat}),
        compared AS (
            SELECT *, row_number() OVER l AS rank,
                weight - coalesce(lead(weight) OVER l, -100) AS lead_left,
                first_value(weight) OVER r - weight AS behind,
                row_number() OVER r AS rank_right,
                weight - coalesce(lead(weight) OVER r, -100) AS lead_right
            FROM persons WHERE NOT is_claimed OR probability >= {TAKEN}
            WINDOW l AS (PARTITION BY left_id ORDER BY weight DESC, right_id),
                r AS (PARTITION BY right_id ORDER BY weight DESC, left_id)),
        best AS (
            SELECT left_id, weight AS best_weight, CASE
                WHEN probability < {SHOWN} THEN '{NOTHING.code}'
                WHEN probability < {TAKEN} OR NOT is_alike THEN '{LIKELY.code}'
                WHEN is_claimed OR behind >= {LEAD} THEN '{CLAIMED.code}'
                WHEN least(lead_left, lead_right) < {LEAD} OR rank_right > 1
                    THEN '{AMBIGUOUS.code}'
                ELSE '{LINKED.code}' END AS rule
            FROM compared WHERE rank = 1),
        shown AS (
            SELECT c.left_id, c.right_id, b.rule, c.probability, c.weight, c.rank
            FROM compared c JOIN best b USING (left_id)
            WHERE b.rule <> '{NOTHING.code}' AND (c.rank = 1 OR (b.rule <> '{LINKED.code}'
                AND c.probability >= {SHOWN} AND c.rank <= {MOST_SHOWN}
                AND c.weight >= b.best_weight - {LEAD}))
            UNION ALL BY NAME
            SELECT unique_id AS left_id, '{NOTHING.code}' AS rule, 1 AS rank FROM {people}
            WHERE unique_id NOT IN (SELECT left_id FROM best WHERE rule <> '{NOTHING.code}'))
        SELECT shown.*, r.outcome, r.handling
        FROM shown JOIN (VALUES {_table()}) r(rule, outcome, handling) USING (rule)""")


def decide_all(connection, scored: str, target: str, *, sure: Rule, perhaps: Rule) -> None:
    """Where a person may stand any number of times: from `scored` make `target`: left_id, right_id,
    rule, outcome, handling, probability, with every pair that is likely."""
    alike = _likeness(connection, scored)
    # In one family, names that are not the same on one birth date may be those of twins.
    is_sure = f"{alike.person} AND ({alike.same_name} OR NOT {alike.family} OR {alike.same_nik})"
    connection.execute(f"""
        CREATE OR REPLACE TABLE {target} AS
        WITH ruled AS (
            SELECT left_id, right_id, probability, weight, CASE
                WHEN probability >= {TAKEN} AND {is_sure} THEN '{sure.code}'
                ELSE '{perhaps.code}' END AS rule
            FROM {scored} WHERE probability >= {SHOWN} AND {alike.name} AND {alike.birth} <> 'ELSE')
        SELECT ruled.*, r.outcome, r.handling
        FROM ruled JOIN (VALUES {_table()}) r(rule, outcome, handling) USING (rule)""")


def clusters(pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    """For every id in the pairs the smallest id that it is connected with.

    >>> clusters([(3, 1), (3, 7), (4, 5)])
    {1: 1, 3: 1, 4: 4, 5: 4, 7: 1}
    """
    parent: dict[int, int] = {}

    def top(one: int) -> int:
        parent.setdefault(one, one)
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    for one, other in pairs:
        first, second = sorted((top(one), top(other)))
        parent[second] = first
    return {one: top(one) for one in sorted(parent)}


def _table() -> str:
    return ", ".join(
        f"('{rule.code}', '{rule.outcome}', '{rule.handling}')" for rule in RULES.values()
    )
