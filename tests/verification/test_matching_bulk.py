"""Pass 1 over whole tables gives what it gives for one person."""

from datetime import date

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beneficiaries.identity import is_nik_shaped, normalise_name
from verification.matching import cleaning, deterministic, levels, rules
from verification.matching.rules import Person

FIELDS = Person._fields


@pytest.fixture(scope="module")
def connection():
    with duckdb.connect() as opened:
        opened.execute("SET threads = 2")
        yield opened


def fill(connection, table: str, persons: list[Person]) -> None:
    connection.execute(
        f"CREATE OR REPLACE TABLE {table} (id BIGINT, nik VARCHAR, name VARCHAR, birth_date DATE,"
        " sex VARCHAR, kk_number VARCHAR, village VARCHAR, status VARCHAR)"
    )
    if persons:
        marks = ", ".join("?" * (len(FIELDS) + 1))
        connection.executemany(
            f"INSERT INTO {table} VALUES ({marks})",
            [(number, *person) for number, person in enumerate(persons)],
        )


def test_rules_in_sql_decide_as_in_python(connection):
    every = list(rules.combinations())
    columns = ", ".join(f"unnest(${field}) AS {field}" for field in rules.EVIDENCE)
    found = connection.execute(
        f"SELECT {rules.rules_sql()} FROM (SELECT {columns})",
        {field: [evidence[field] for evidence in every] for field in rules.EVIDENCE},
    ).fetchall()
    assert [code for (code,) in found] == [rules.decide(evidence).code for evidence in every]


DATES = st.one_of(
    st.none(),
    st.builds(date, st.integers(1979, 1981), st.integers(1, 12), st.sampled_from([1, 2, 7, 11])),
)
TEXTS = st.sampled_from(
    ["", "L", "P", "62.03.08.2001", "62.03.08.2002", "62.03.09.2001", "62.04.01.1001", "MURUNG"]
)


@settings(max_examples=60)
@given(st.lists(st.tuples(DATES, DATES, TEXTS, TEXTS), min_size=1, max_size=20))
def test_levels_in_sql_are_those_in_python(connection, rows):
    connection.execute("CREATE OR REPLACE TABLE pairs (d1 DATE, d2 DATE, t1 VARCHAR, t2 VARCHAR)")
    connection.executemany("INSERT INTO pairs VALUES (?, ?, ?, ?)", rows)
    for field in levels.LEVELS:
        one, other = ("d1", "d2") if field == "birth_date" else ("t1", "t2")
        found = connection.execute(
            f"SELECT {one}, {other}, {levels.level_sql(field, one, other)} FROM pairs"
        ).fetchall()
        for a, b, code in found:
            assert code == levels.level(field, a, b)


NIKS = ["6203085507809001", "6203085507809002", "6203085507800000", "62030855078090", "", "-"]
PEOPLE = st.builds(
    Person,
    nik=st.sampled_from(NIKS),
    name=st.sampled_from(
        ["SITI AMINAH", "HJ. SITI AMINAH", "SITI", "SITI AMINA", "RUKAYAH", "", "Siti Aisyah"]
    ),
    birth_date=st.sampled_from([date(1980, 7, 5), date(1980, 5, 7), date(1980, 1, 1), None]),
    sex=st.sampled_from("LP"),
    kk_number=st.sampled_from(["6203080101059001", "6203080101059002", ""]),
    village=st.sampled_from(["62.03.08.2001", "62.03.08.2002"]),
    status=st.sampled_from(rules.STATUSES),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(PEOPLE, max_size=6), st.lists(PEOPLE, max_size=5))
def test_a_whole_register_is_matched_like_each_person(connection, register, civil):
    fill(connection, "register", register)
    fill(connection, "civil", civil)
    deterministic.run(connection)
    found = connection.execute(
        "SELECT register_id, civil_id, rule, outcome, handling, proposal FROM pass1 ORDER BY ALL"
    ).fetchall()
    assert [row[0] for row in found] == list(range(len(register)))
    for (_, civil_id, code, *stored), person in zip(found, register, strict=True):
        records = [n for n, record in enumerate(civil) if record.nik == person.nik]
        rule = _expected(person, register, civil, records)
        assert (code, stored) == (rule.code, [rule.outcome, rule.handling, rule.proposal])
        usable = is_nik_shaped(person.nik)
        assert civil_id == (records[0] if usable and len(records) == 1 else None)


def _expected(person: Person, register, civil, records) -> rules.Rule:
    if not is_nik_shaped(person.nik) or not records:
        return rules.unknown(person.nik).rule
    if len(records) > 1:
        return rules.BY_CODE["G1"]
    record = civil[records[0]]
    same_number = [other for other in register if other is not person and other.nik == person.nik]
    twins = [
        other
        for n, other in enumerate(civil)
        if n != records[0]
        and record.kk_number
        and record.birth_date
        and (other.kk_number, other.birth_date, other.sex)
        == (record.kk_number, record.birth_date, record.sex)
        and levels.name_level(person.name, other.name) in rules.LIKE_A_TWIN
    ]
    return rules.compare(
        person,
        record,
        fits_others=any(rules.fits(rules.compare(o, record).evidence) for o in same_number),
        twin=bool(twins),
    ).rule


NAMES = st.one_of(
    st.text(max_size=15),
    st.lists(
        st.sampled_from(
            [
                "SITI",
                "H.",
                "HJ",
                "AMD",
                "KEB",
                "S",
                "PD",
                ",S.E",
                "AMINAH",
                "M",
                "ST",
                "ABD.",
                "DJOEMIATI",
                "/",
                "ALIAS",
                "BIN",
                "Nor'ainun",
                "ALAIYYAH",
                "SYAFIQOH",
                "KHAIRUNNISSA",
                "ÉLISE",
            ]
        ),
        max_size=5,
    ).map(" ".join),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(NAMES, min_size=1, max_size=20))
def test_names_are_cleaned_in_bulk_as_one_by_one(connection, names):
    connection.execute("CREATE OR REPLACE TABLE named (id BIGINT, name VARCHAR)")
    connection.executemany("INSERT INTO named VALUES (?, ?)", list(enumerate(names)))
    cleaning.clean(connection, "named", "named_cleaned")
    found = dict(connection.execute("SELECT unique_id, name FROM named_cleaned").fetchall())
    sounding = dict(
        connection.execute(
            f"SELECT id, name_sound FROM ({cleaning.sounding_sql('name', 'FROM named')})"
        ).fetchall()
    )
    for number, name in enumerate(names):
        assert (found[number] or "") == normalise_name(name)
        assert sounding[number] == levels.sounds(name)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (["1980-07-05", "1980-07-05 00:00:00"], ["19800705", "19800705"]),
        (["05/07/1980", "5-7-1980", "25.12.1980"], ["19800705", "19800705", "19801225"]),
        (["12/25/1980", "07/05/1980"], ["19801225", "19800705"]),
        (["19800705", "05071980", "19801341"], ["19800705", "19800705", "19801341"]),
        (["1980", "-", "kemarin", None], [None, None, None, None]),
    ],
)
def test_written_dates(connection, written, expected):
    connection.execute("CREATE OR REPLACE TABLE dated (id BIGINT, birth_date VARCHAR)")
    connection.executemany("INSERT INTO dated VALUES (?, ?)", list(enumerate(written)))
    cleaning.clean(connection, "dated", "dated_cleaned")
    found = connection.execute("SELECT birth_date FROM dated_cleaned ORDER BY unique_id").fetchall()
    assert [value for (value,) in found] == expected
