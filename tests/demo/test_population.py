"""The made-up families, without a database."""

import csv
import hashlib
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from beneficiaries.identity import NIK_PATTERN
from sembako_portal.demo.population import REGENCIES, Village, families, spread

ROOT = Path(__file__).resolve().parents[2]
VALID_NIK = re.compile(NIK_PATTERN)


def all_villages() -> list[Village]:
    with (ROOT / "regions/data/regions.csv").open(encoding="utf-8") as file:
        return [
            Village(row["code"], row["name"], row["kind"] == "KELURAHAN")
            for row in csv.DictReader(file)
            if row["level"] == "VILLAGE"
        ]


def checksum(count: int, seed: int) -> str:
    return hashlib.sha256(repr(list(families(all_villages(), count, seed))).encode()).hexdigest()


@pytest.fixture(scope="module")
def province():
    return list(families(all_villages(), 12_000, 1))


@pytest.fixture(scope="module")
def persons(province):
    return [member for family in province for member in family.members]


def share(rows, condition) -> float:
    return sum(map(condition, rows)) / len(rows)


def test_size(province, persons):
    assert len(province) == 12_000
    assert 37_000 <= len(persons) <= 39_000


def test_every_village_has_at_least_three_families(province):
    counts = Counter(family.village.code for family in province)
    assert len(counts) == 1_571
    assert min(counts.values()) >= 3


def test_regencies_weigh_as_in_the_mockups(province):
    counts = Counter(family.village.regency for family in province)
    total = sum(regency.weight for regency in REGENCIES.values())
    for code, regency in REGENCIES.items():
        assert counts[code] == pytest.approx(12_000 * regency.weight / total, rel=0.02)


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_the_same_at_every_run(hash_seed):
    code = "from tests.demo.test_population import checksum; print(checksum(1600, 7))"
    other = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    assert other.stdout.strip() == checksum(1600, 7)
    assert checksum(1600, 7) != checksum(1600, 8)


def test_a_valid_nik_is_synthetic_and_says_birth_and_sex(persons):
    agreeing = 0
    valid = [person for person in persons if VALID_NIK.match(person.nik)]
    for person in valid:
        assert person.nik[12] == "9"
        day = person.birth_date.day + (40 if person.sex == "P" else 0)
        agreeing += person.nik[6:12] == f"{day:02d}{person.birth_date:%m%y}"
    assert 0.93 <= agreeing / len(valid) < 0.99


def test_damage_in_the_measure_of_the_field(province, persons):
    assert share(persons, lambda person: not VALID_NIK.match(person.nik)) == pytest.approx(
        0.11, abs=0.01
    )
    valid_kk = re.compile(r"^62\d{10}9\d{3}$")
    assert share(province, lambda family: not valid_kk.match(family.kk_number)) == pytest.approx(
        0.17, abs=0.015
    )
    assert share(persons, lambda person: person.match_note == "PADAN") == pytest.approx(
        0.83, abs=0.015
    )
    assert share(persons, lambda person: person.match_note == "MENINGGAL") == pytest.approx(
        0.0024, abs=0.001
    )
    holders = Counter(person.nik for person in persons if VALID_NIK.match(person.nik))
    doubled = sum(count for count in holders.values() if count > 1) / len(persons)
    assert doubled == pytest.approx(0.0107, abs=0.003)


def test_kinds_of_broken_nik(persons):
    broken = [person.nik for person in persons if not VALID_NIK.match(person.nik)]
    assert "" in broken
    assert any(nik.endswith("0000") for nik in broken)
    assert {len(nik) for nik in broken} == {0, 15, 16, 17}


def test_names_of_the_region(persons):
    names = [person.name for person in persons]
    assert share(names, lambda name: " " not in name) > 0.2
    for beginning in ("H. ", "HJ. ", "M. ", "MUH. ", "ST. "):
        assert any(name.startswith(beginning) for name in names), beginning
    assert any("'" in name for name in names)
    assert any(len(set(name.split())) == 1 < len(name.split()) for name in names)
    assert max(map(len, names)) <= 60
    assert all(re.fullmatch(r"[A-Z'. ]+", name) for name in names)


def test_families_hold_together(province):
    for family in province:
        heads = [m for m in family.members if m.relation == "KEPALA_KELUARGA"]
        assert len(heads) == 1
        assert family.payee < len(family.members)
        assert family.members[family.payee].relation in {"KEPALA_KELUARGA", "PASANGAN"}
        for member in family.members:
            if member.relation == "ANAK" and member.match_note == "PADAN":
                assert member.birth_date.year - heads[0].birth_date.year >= 15


def test_numbers_are_given_once(province):
    cards = [family.card.card_number for family in province if family.card]
    assert len(cards) == len(set(cards))
    ids = [family.dtks_id for family in province]
    assert len(ids) == len(set(ids))


def test_spread_keeps_the_total_and_the_minimum():
    assert spread(10, [1, 1, 1]) == [4, 3, 3]
    assert spread(10, [98, 1, 1], at_least=2) == [6, 2, 2]
    with pytest.raises(ValueError, match="minimum"):
        spread(5, [1, 1, 1], at_least=2)


def test_a_few_families_are_possible():
    assert len(list(families(all_villages(), 40, 1))) == 40
