"""Pass 1, one person at a time: named examples, and what holds for all."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verification.matching import levels, rules
from verification.matching.rules import Handling, Outcome, Person, Proposal

AMINAH = Person(
    nik="6203085507809001",
    name="SITI AMINAH",
    birth_date=date(1980, 7, 5),
    sex="P",
    kk_number="6203080101059001",
    village="62.03.08.2001",
)

NAMES = [
    ("Siti  aminah", "SITI AMINAH", "SAME"),
    ("Hj. St. Aminah, S.Pd", "SITI AMINAH", "TITLES"),
    ("SITI AMINAH BINTI ABDUL RAHMAN", "SITI AMINAH", "TITLES"),
    ("M. ARIFIN", "MUHAMMAD ARIFIN", "TITLES"),
    ("ARBAYAH / MAMA UDIN", "MAMA UDIN", "ALIAS"),
    ("SITI AMINAH", "SITI NUR AMINAH", "PART"),
    ("MUHAMMAD", "MUHAMMAD KURNIAWAN SAPUTRA", "PART"),
    ("AMINAH SITI", "SITI AMINAH", "HIGH"),
    ("NORHAYATI", "NOR HAYATI", "HIGH"),
    ("DJOEMIATI", "JUMIATI", "HIGH"),
    ("SITI AMINAH", "SITI AMINA", "HIGH"),
    ("SITI AMINAH", "SITI AISYAH", "MEDIUM"),
    ("SUMIATI", "SUMIATE", "MEDIUM"),
    ("SITI AMINAH", "RUSDI HARTONO", "LOW"),
    ("", "SITI AMINAH", "MISSING"),
    ("-", "SITI AMINAH", "MISSING"),
]

CASES = {
    "as it should be": ({}, {}, "P1"),
    "a title": ({"name": "HJ. SITI AMINAH"}, {}, "P1"),
    "day and month swapped": ({"birth_date": date(1980, 5, 7)}, {}, "P2"),
    "a letter missing": ({"name": "SITI AMINA"}, {}, "P3"),
    "the day differs": ({"birth_date": date(1980, 7, 6)}, {}, "P4"),
    "no birth date": ({"birth_date": None}, {}, "P5"),
    "first of January": ({"birth_date": date(1980, 1, 1)}, {}, "P6"),
    "first of January, new family card": (
        {"birth_date": date(1980, 1, 1), "kk_number": "6203080101069002"},
        {},
        "P7",
    ),
    "a word of the name left out": ({"name": "SITI"}, {}, "P8"),
    "a word left out, no family card": ({"name": "SITI", "kk_number": ""}, {}, "P9"),
    "dead": ({}, {"status": "MENINGGAL"}, "M1"),
    "dead, and the name is only similar": (
        {"name": "SITI AISYAH"},
        {"status": "MENINGGAL"},
        "M2",
    ),
    "moved away": ({}, {"status": "PINDAH"}, "H1"),
    "moved away, the date differs": (
        {"birth_date": date(1971, 1, 9)},
        {"status": "PINDAH"},
        "H2",
    ),
    "a sister's number": ({"name": "SITI AISYAH", "birth_date": date(1984, 2, 1)}, {}, "B2"),
    "the mother-in-law's number": ({"name": "RUKAYAH", "birth_date": date(1950, 2, 1)}, {}, "B1"),
    "a brother's number": ({"name": "SITI AISYAH", "sex": "L"}, {}, "B3"),
    "no name": ({"name": ""}, {}, "B5"),
    "60 to 89 per cent": ({"name": "SITI AISYAH"}, {}, "Q1"),
    "everything but the name differs": (
        {"birth_date": date(1971, 1, 9), "sex": "L", "kk_number": "", "village": "62.01.01.1001"},
        {},
        "Q2",
    ),
}


@pytest.mark.parametrize(("one", "other", "expected"), NAMES)
def test_names(one, other, expected):
    assert levels.name_level(one, other) == levels.name_level(other, one) == expected


@pytest.mark.parametrize("case", CASES)
def test_cases(case):
    person, civil, expected = CASES[case]
    verdict = rules.compare(AMINAH._replace(**person), AMINAH._replace(**civil))
    assert verdict.rule.code == expected


def test_a_twin_is_never_taken_for_the_other():
    named = {"name": "SITI AMINA"}, {"name": "SITI"}
    for changes in named:
        alone = rules.compare(AMINAH._replace(**changes), AMINAH)
        twin = rules.compare(AMINAH._replace(**changes), AMINAH, twin=True)
        assert alone.rule.handling == Handling.OTOMATIS
        assert twin.rule.handling == Handling.ANTREAN


def test_one_number_that_fits_two_persons_goes_to_a_person():
    assert rules.compare(AMINAH, AMINAH, fits_others=True).rule.code == "G2"
    other = AMINAH._replace(name="RUKAYAH")
    assert rules.compare(other, AMINAH, fits_others=True).rule.code == "B1"


@pytest.mark.parametrize(
    ("nik", "expected"),
    [("", "N1"), ("6203085507800000", "N2"), ("BELUM ADA", "N2"), ("6203085507809999", "N3")],
)
def test_without_a_civil_record(nik, expected):
    verdict = rules.unknown(nik)
    assert verdict.rule.code == expected
    assert verdict.rule.outcome == Outcome.TIDAK_DITEMUKAN


def test_dead_and_moved_propose_a_consequence():
    for rule in rules.RULES:
        dead, moved = Proposal.PAYEE_OR_END, Proposal.MOVE_OR_END
        assert (rule.outcome == Outcome.MENINGGAL) == (rule.proposal == dead)
        assert (rule.outcome == Outcome.PINDAH) == (rule.proposal == moved)


def test_every_evidence_has_its_rule_and_every_rule_its_evidence():
    found = {rules.decide(evidence).code for evidence in rules.combinations()}
    assert found == set(rules.BY_CODE)
    assert len(rules.BY_CODE) == len(rules.RULES)


def test_rules_name_only_levels_that_there_are():
    for rule in rules.RULES:
        for field, codes in rule.when.items():
            assert codes <= set(rules.EVIDENCE[field]), rule.code


def test_below_sixty_is_never_padan_and_below_ninety_never_by_the_name_alone():
    for evidence in rules.combinations():
        rule = rules.decide(evidence)
        if rule.outcome == Outcome.PADAN:
            assert evidence["name"] not in ("LOW", "MEDIUM", "MISSING")
            assert rule.handling == Handling.OTOMATIS


WORDS = st.sampled_from(
    [
        "SITI",
        "AMINAH",
        "AMINA",
        "M.",
        "MUH.",
        "HJ.",
        "BINTI",
        "/",
        "RUSDI",
        "NOR",
        "HAYATI",
        "NORHAYATI",
        "DJOKO",
        "S.PD",
        ",",
        "É",
        "Ł",
    ]
)
WRITTEN = st.one_of(st.lists(WORDS, max_size=4).map(" ".join), st.text(max_size=12))


@given(WRITTEN, WRITTEN)
def test_names_are_compared_alike_from_both_sides(one, other):
    assert levels.name_level(one, other) == levels.name_level(other, one)
    assert 0 <= levels.similarity(one, other) == levels.similarity(other, one) <= 100


@given(WRITTEN)
def test_a_name_agrees_with_itself(name):
    assert levels.name_level(name, name) in ("SAME", "MISSING")


DATES = st.one_of(st.none(), st.dates(date(1930, 1, 1), date(1932, 12, 31)))
PLACES = st.sampled_from(
    ["", "62.03.08.2001", "62.03.08.2002", "62.03.09.2001", "62.01.01.1001", "X"]
)


@given(DATES, DATES, PLACES, PLACES)
def test_levels_are_alike_from_both_sides(born, other_born, place, other_place):
    for field, a, b in (("birth_date", born, other_born), ("village", place, other_place)):
        assert levels.level(field, a, b) == levels.level(field, b, a)
