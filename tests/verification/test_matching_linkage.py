"""Pass 2 and the search for doubles: who is taken, who is shown, who is left alone."""

import json
import math
from datetime import date

import pytest

from benchmarks import population
from verification.matching import candidates, cleaning, engine, linkage

FIELDS = ("id", *cleaning.FIELDS, "status")
SITI = {
    "nik": "6203085507809001",
    "name": "SITI AMINAH",
    "birth_date": date(1980, 7, 15),
    "birth_place": "KUALA KAPUAS",
    "sex": "P",
    "kk_number": "6203080101059001",
    "mother_name": "MARIATI",
    "village": "62.03.08.2001",
    "address": "JL. MELATI NO. 7",
    "rt": "001",
    "rw": "002",
    "status": "HIDUP",
}
SISTER = SITI | {
    "nik": "6203084202849001",
    "name": "RUKAYAH",
    "birth_date": date(1984, 2, 2),
}


def fill(connection, table: str, rows: list[dict]) -> None:
    columns = ", ".join(
        f"{field} {'BIGINT' if field == 'id' else 'DATE' if field == 'birth_date' else 'VARCHAR'}"
        for field in FIELDS
    )
    connection.execute(f"CREATE OR REPLACE TABLE {table} ({columns})")
    marks = ", ".join("?" * len(FIELDS))
    connection.executemany(
        f"INSERT INTO {table} VALUES ({marks})",
        [[number, *(row[field] for field in FIELDS[1:])] for number, row in enumerate(rows, 1)],
    )


def others(count: int) -> list[dict]:
    """People of the district who have nothing to do with it."""
    names = population.WOMEN
    return [
        SITI
        | {
            "nik": f"620308{1 + n % 28:02}0150{9100 + n:04}",
            "name": f"{names[n % 90]} {names[(n * 7 + 3) % 90]}",
            "birth_date": date(1950 + n % 50, 1 + n % 12, 1 + n % 28),
            "kk_number": f"620308020206{9100 + n:04}",
            "mother_name": names[(n * 11 + 5) % 90],
            "village": f"62.03.{1 + n % 17:02}.2001",
            "address": f"JL. KENANGA NO. {n}",
        }
        for n in range(count)
    ]


@pytest.fixture
def connection(tmp_path):
    with engine.workspace(tmp_path, memory_mb=500, threads=2) as opened:
        yield opened


def matched(connection, register: list[dict], civil: list[dict]) -> dict[int, list[tuple]]:
    fill(connection, "register", register)
    fill(connection, "civil", civil + others(60))
    engine.match(connection)
    found: dict[int, list[tuple]] = {}
    for person, *rest in connection.execute(
        "SELECT register_id, civil_id, rule FROM matched ORDER BY register_id, rank"
    ).fetchall():
        found.setdefault(person, []).append(tuple(rest))
    return found


def test_without_a_nik_the_person_is_found(connection):
    register = [SITI | {"nik": "", "name": "HJ. ST. AMINAH", "birth_date": date(1980, 7, 5)}]
    assert matched(connection, register, [SISTER, SITI]) == {1: [(2, "L1")]}


def test_with_a_sisters_nik_the_own_record_is_found(connection):
    register = [SITI | {"nik": SISTER["nik"]}]
    assert matched(connection, register, [SISTER, SITI]) == {1: [(2, "L1")]}


def test_a_sister_is_not_taken_for_somebody_absent(connection):
    assert matched(connection, [SITI | {"nik": ""}], [SISTER]) == {1: [(None, "L0")]}


def test_a_twin_is_not_taken_for_somebody_absent(connection):
    for name in ("RUKAYAH", "SITI AMINUH"):
        twin = SITI | {"name": name, "nik": "6203085507809002"}
        [(civil_id, rule)] = matched(connection, [SITI | {"nik": ""}], [twin])[1]
        assert rule != "L1" or name != "RUKAYAH"
        assert civil_id in (None, 1)


def test_two_equal_candidates_are_both_shown(connection):
    elsewhere = SITI | {"nik": "6203085507809002", "kk_number": "6203080101059002"}
    person = SITI | {"nik": "", "kk_number": ""}
    assert matched(connection, [person], [SITI, elsewhere]) == {1: [(1, "L2"), (2, "L2")]}


def test_two_persons_for_one_record_are_both_shown(connection):
    person = SITI | {"nik": ""}
    assert matched(connection, [person, person], [SITI]) == {1: [(1, "L2")], 2: [(1, "L2")]}


def test_a_record_that_is_somebodys_is_not_taken_again(connection):
    assert matched(connection, [SITI, SITI | {"nik": ""}], [SITI]) == {
        1: [(1, "P1")],
        2: [(1, "L3")],
    }


def test_another_mother_and_another_place_are_for_a_person_to_judge(connection):
    other = SITI | {
        "nik": "",
        "mother_name": "HALIMAH",
        "kk_number": "6203080101059077",
        "address": "JL. BARITO NO. 50",
    }
    [(_, rule)] = matched(connection, [other], [SITI])[1]
    assert rule in ("L4", "L0")


def test_the_weights_of_the_fields_add_up(connection):
    fill(connection, "a_raw", [SITI | {"name": "SITI AMINA"}])
    fill(connection, "b_raw", [SITI, SISTER, *others(20)])
    for side in "ab":
        cleaning.clean(connection, f"{side}_raw", side)
    model = engine.score(connection, "a", "b", "scored")
    names = [f"{comparison.name}_weight" for comparison in model.comparisons]
    rows = connection.execute(
        f"SELECT weight, probability, {' + '.join(names)} FROM scored"
    ).fetchall()
    assert rows
    prior = math.log2(linkage.SHARE_FOUND / 22 / (1 - linkage.SHARE_FOUND / 22))
    for weight, probability, fields in rows:
        assert weight == pytest.approx(prior + fields)
        assert probability == pytest.approx(2**weight / (1 + 2**weight))


def test_the_shipped_model_is_a_model():
    shipped = linkage.shipped()
    assert list(shipped) == [comparison.name for comparison in linkage.COMPARISONS]
    for comparison in linkage.COMPARISONS:
        values = shipped[comparison.name]
        assert list(values) == [*(level.code for level in comparison.levels), linkage.ELSE]
        assert sum(m for m, _ in values.values()) == pytest.approx(1, abs=0.001)
        assert sum(u for _, u in values.values()) == pytest.approx(1, abs=0.07)
        weights = [math.log2(m / u) for m, u in values.values()]
        assert weights[0] > 0 > weights[-1]


def test_impossible_levels_leave_their_share_to_the_others():
    filled = dict.fromkeys(cleaning.COLUMNS, False) | {"village": True, "name": True}
    comparisons = linkage.possible(linkage.COMPARISONS, filled)
    assert [comparison.name for comparison in comparisons] == ["name", "place"]
    assert [level.code for level in comparisons[0].levels] == ["EXACT", "PART"]
    values = linkage.adapted(comparisons, linkage.shipped())["place"]
    assert list(values) == ["VILLAGE", "VILLAGE_CLOSE", "DISTRICT", "REGENCY", "ELSE"]
    assert sum(m for m, _ in values.values()) == pytest.approx(1)


def test_blocking_stays_within_its_budget(connection):
    fill(connection, "raw", others(90) * 12)
    cleaning.clean(connection, "raw", "cleaned")
    few = connection.execute("CREATE TABLE few AS FROM cleaned LIMIT 100")
    assert linkage.choose_blocking(few, "few", "few") == [()]
    for columns in linkage.choose_blocking(connection, "cleaned", "cleaned"):
        keys = ", ".join(columns)
        [(pairs,)] = connection.execute(
            f"SELECT sum(n * n) FROM (SELECT count(*) AS n FROM cleaned"
            f" WHERE ({keys}) IS NOT NULL GROUP BY {keys})"
        ).fetchall()
        assert pairs / 2 <= linkage._FEW_PAIRS


def test_learning_counts_and_does_not_forget(connection):
    columns = ", ".join(f"'X' AS {c}_l, 'X' AS {c}_r" for c in cleaning.COLUMNS)
    connection.execute(f"CREATE TABLE known AS SELECT {columns} FROM range(1000)")
    shipped = linkage.shipped()
    learned = linkage.learn(connection, "known", shipped)
    assert learned["name"]["EXACT"][0] > 0.9
    assert 0 < learned["name"]["ELSE"][0] < shipped["name"]["ELSE"][0]
    assert learned["nik"] == shipped["nik"]


def test_a_small_province_is_matched_well(connection, tmp_path):
    """All the mistakes of the benchmark's population; figures of the full size are in
    docs/benchmarks.md."""
    population.make(connection, scale=0.004, seed=7)
    engine.match(connection)
    [(taken, wrong, absent_taken, lost, queued, persons)] = connection.execute("""
        WITH best AS (
            SELECT register_id, any_value(handling) AS handling, any_value(rule) AS rule,
                bool_or(m.civil_id = t.civil_id) AS is_right,
                any_value(t.civil_id) AS truth
            FROM matched m JOIN truth t ON t.id = m.register_id GROUP BY register_id)
        SELECT count(*) FILTER (handling = 'OTOMATIS' AND rule <> 'L0'),
            count(*) FILTER (handling = 'OTOMATIS' AND rule <> 'L0' AND is_right IS NOT true),
            count(*) FILTER (handling = 'OTOMATIS' AND rule <> 'L0' AND truth IS NULL),
            count(*) FILTER (truth IS NOT NULL AND is_right IS NOT true),
            count(*) FILTER (handling = 'ANTREAN'), count(*) FROM best""").fetchall()
    assert persons > 2_700 and taken > 2_400
    assert wrong <= 2 and absent_taken <= 1
    assert lost / persons <= 0.015
    assert queued / persons <= 0.045
    first = connection.execute("FROM matched ORDER BY ALL").fetchall()
    engine.match(connection)
    assert connection.execute("FROM matched ORDER BY ALL").fetchall() == first


def test_doubles_are_grouped_and_twins_are_not(connection):
    twice = SITI | {"nik": "", "village": "62.01.01.1001", "kk_number": "", "address": "JL. X"}
    twins = [SITI | {"nik": "6203085507809002", "name": name} for name in ("AMINUH", "SITI NUR")]
    fill(connection, "persons", [SITI, SISTER, twice, *twins, *others(60)])
    engine.find_doubles(connection, "persons")
    clusters = dict(connection.execute("SELECT id, cluster FROM clusters").fetchall())
    assert clusters == {1: 1, 3: 1}
    handling = connection.execute("SELECT DISTINCT handling FROM doubles").fetchall()
    assert handling == [("ANTREAN",)]


def test_rule_codes_are_unlike_those_of_pass_1():
    from verification.matching import rules

    assert not set(candidates.RULES) & set(rules.BY_CODE)
    json.dumps(sorted(candidates.RULES))
