"""Identity numbers and names: named examples and properties. All numbers are invented (9xxx)."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beneficiaries.identity import (
    KK_PATTERN,
    NIK_PATTERN,
    Disagreement,
    group_by_four,
    is_nik_shaped,
    kk_plausible,
    mask,
    name_forms,
    name_parts,
    name_words,
    nik_agrees,
    nik_facts,
    normalise_name,
    same_name,
)
from regions.codes import PROVINCES

TODAY = date(2021, 11, 23)

births = st.dates(date(1922, 1, 1), TODAY)
serials = st.integers(9000, 9999)


def build_nik(born: date, sex: str, *, serial: int = 9017, region: str = "620308") -> str:
    day = born.day + (40 if sex == "P" else 0)
    return f"{region}{day:02}{born:%m%y}{serial:04}"


@given(births, st.sampled_from("LP"), serials, st.sampled_from(sorted(PROVINCES)))
def test_a_nik_gives_back_the_facts_it_was_made_from(born, sex, serial, province):
    nik = build_nik(born, sex, serial=serial, region=f"{province}0105")
    facts = nik_facts(nik, today=TODAY, known_birth_date=born)
    assert facts == (province, born, sex, True, "")
    assert is_nik_shaped(nik)
    assert nik_agrees(nik, born, sex, today=TODAY) == ()


@given(births)
def test_without_a_known_date_the_century_is_the_latest_that_is_not_in_the_future(born):
    read = nik_facts(build_nik(born, "L"), today=TODAY).birth_date
    assert read <= TODAY
    assert (read.day, read.month, read.year % 100) == (born.day, born.month, born.year % 100)
    assert read >= born


@given(st.text("0123456789", min_size=16, max_size=16))
def test_a_plausible_nik_always_fits_the_pattern_of_the_database(nik):
    facts = nik_facts(nik, today=TODAY)
    if facts.plausible:
        assert is_nik_shaped(nik)
    elif facts.problem != "NIK_DATE":
        assert not is_nik_shaped(nik)


@pytest.mark.parametrize(
    ("nik", "problem"),
    [
        ("620308150780901", "NIK_LENGTH"),
        ("62030815078090177", "NIK_LENGTH"),
        ("6203081507809O17", "NIK_LENGTH"),
        ("٦٢٠٣٠٨١٥٠٧٨٠٩٠١٧", "NIK_LENGTH"),
        ("6203081507809017\n", "NIK_LENGTH"),
        ("", "NIK_LENGTH"),
        ("6271010000000000", "NIK_SERIAL_ZERO"),
        ("6203081507800000", "NIK_SERIAL_ZERO"),
        ("0003081507809017", "NIK_PROVINCE"),
        ("6603081507809017", "NIK_PROVINCE"),
        ("6200081507809017", "NIK_REGION"),
        ("6280081507809017", "NIK_REGION"),
        ("6203001507809017", "NIK_REGION"),
        ("6203083002809017", "NIK_DATE"),
        ("6203087002809017", "NIK_DATE"),
        ("6203083202809017", "NIK_DATE"),
        ("6203088105809017", "NIK_DATE"),
        ("6203084005809017", "NIK_DATE"),
        ("6203080005809017", "NIK_DATE"),
        ("6203081513809017", "NIK_DATE"),
        ("6203082902819017", "NIK_DATE"),
        ("6203082902809017", ""),
        ("3171011507809017", ""),
        ("9671011507809017", ""),
    ],
)
def test_problems_of_a_nik(nik, problem):
    facts = nik_facts(nik, today=TODAY)
    assert (facts.problem, facts.plausible) == (problem, not problem)
    if problem not in {"", "NIK_DATE"}:
        assert not is_nik_shaped(nik)


def test_a_birth_of_2004_is_not_read_as_1904():
    born = date(2004, 3, 9)
    assert nik_facts(build_nik(born, "P"), today=TODAY).birth_date == born


def test_the_known_birth_date_decides_the_century_of_the_very_old():
    nik = build_nik(date(1920, 3, 9), "P")
    assert nik_facts(nik, today=TODAY).birth_date == date(2020, 3, 9)
    known = date(1921, 1, 1)
    assert nik_facts(nik, today=TODAY, known_birth_date=known).birth_date == date(1920, 3, 9)


BORN = date(1980, 7, 5)


@pytest.mark.parametrize(
    ("given_date", "sex", "codes"),
    [
        (BORN, "L", []),
        (None, "", []),
        (date(1980, 5, 7), "L", ["DAY_MONTH_SWAPPED"]),
        (date(1981, 7, 5), "L", ["YEAR_ONLY"]),
        (date(1980, 8, 5), "L", ["MONTH_ONLY"]),
        (date(1980, 7, 6), "L", ["DAY_ONLY"]),
        (date(1981, 8, 5), "L", ["BIRTH_DATE"]),
        (BORN, "P", ["SEX"]),
        (date(1981, 7, 5), "P", ["YEAR_ONLY", "SEX"]),
    ],
)
def test_what_disagrees_with_a_nik(given_date, sex, codes):
    found = nik_agrees(build_nik(BORN, "L"), given_date, sex, today=TODAY)
    assert [one.code for one in found] == codes
    assert all(one.in_nik == ("L" if one.code == "SEX" else BORN) for one in found)


def test_a_nik_without_a_date_disagrees_with_nothing():
    assert nik_agrees("6203083002809017", BORN, "P", today=TODAY) == ()


def test_the_sex_of_the_nik_is_named():
    assert nik_agrees(build_nik(BORN, "P"), BORN, "L", today=TODAY) == (Disagreement("SEX", "P"),)


@pytest.mark.parametrize("pattern", [NIK_PATTERN, KK_PATTERN])
def test_patterns_use_only_what_postgres_and_python_read_alike(pattern):
    assert re.fullmatch(r"\^.*\$", pattern)
    assert not re.search(r"\\|\(\?[^:!]", pattern)


def test_the_patterns_know_exactly_the_existing_provinces():
    matched = {p for n in range(100) if is_nik_shaped(f"{(p := f'{n:02}')}03081507809017")}
    assert matched == set(PROVINCES)
    assert len(PROVINCES) == 38


@pytest.mark.parametrize(
    ("kk", "expected"),
    [
        ("6203081507039017", True),
        ("6203089999999017", True),
        ("3203081507039017", True),
        ("6203081507030000", False),
        ("620308150703901", False),
        ("6603081507039017", False),
        ("6203081507039017\n", False),
        ("", False),
    ],
)
def test_family_card_numbers(kk, expected):
    assert kk_plausible(kk) is expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("siti  aminah", "SITI AMINAH"),
        ("H. Ahmad", "AHMAD"),
        ("HJ AMINAH", "AMINAH"),
        ("Drs. H. Muh. Nor, M.Si", "MUHAMMAD NOR"),
        ("RAHMAD, S.Pd", "RAHMAD"),
        ("RAHMAD S. Pd. I", "RAHMAD"),
        ("RAHMAD, SE, MM", "RAHMAD"),
        ("RAHMAD A.Md.Keb", "RAHMAD"),
        ("RAHMAD SE", "RAHMAD SE"),
        ("SUSANTI, DEWI", "SUSANTI DEWI"),
        ("M. RIZKI", "MUHAMMAD RIZKI"),
        ("M RIZKI", "MUHAMMAD RIZKI"),
        ("MHD. RIZKI", "MUHAMMAD RIZKI"),
        ("RIZKI M", "RIZKI M"),
        ("M.", "M"),
        ("NUR ABD. RAHMAN", "NUR ABDUL RAHMAN"),
        ("ABD RAHMAN", "ABDUL RAHMAN"),
        ("AHMAD BIN H. ALI", "AHMAD"),
        ("AMINAH BINTI ALI, S.Pd", "AMINAH"),
        ("BINTANG", "BINTANG"),
        ("BIN ALI", "BIN ALI"),
        ("UDIN ALIAS IPIN", "UDIN"),
        ("UDIN/IPIN", "UDIN"),
        ("UDIN (IPIN)", "UDIN"),
        ("/IPIN", "IPIN"),
        ("SA'DIAH", "SADIAH"),
        ("NOR-LAILA", "NOR LAILA"),
        ("José", "JOSE"),
        ("H.", "H"),
        ("", ""),
        (" - ", ""),
    ],
)
def test_names_are_made_comparable(written, expected):
    assert normalise_name(written) == expected
    assert name_words(written) == tuple(expected.split())


def test_parent_and_aliases_are_kept():
    parts = name_parts("H. Abd. Rahman bin Muh. Ali alias Aman / Pak Dullah")
    assert parts == (
        ("ABDUL", "RAHMAN"),
        ("MUHAMMAD", "ALI"),
        (("AMAN",), ("PAK", "DULLAH")),
    )


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("H. AHMAD RIFANI, S.Pd", "ahmad rifani", True),
        ("MUH. NOR", "M. NOR", True),
        ("ABD. RAHMAN", "ABDUL RAHMAN", True),
        ("ABDURRAHMAN", "ABD. RAHMAN", False),
        ("NUR LAILA", "NURLAILA", True),
        ("AMINAH BINTI ALI", "AMINAH", True),
        ("BPK. UDIN", "UDIN", True),
        ("UDIN/IPIN", "IPIN", True),
        ("UDIN ALIAS IPIN", "IPIN AL. ATUL", True),
        ("HARUN AL RASYID", "HARUN", False),
        ("AL. RASYID", "RASYID", False),
        ("UDIN", "UDIN SAPUTRA", False),
        ("SITI AMINAH", "SITI AMINA", False),
        ("-", "-", False),
    ],
)
def test_same_names(a, b, same):
    assert same_name(a, b) is same
    assert same_name(b, a) is same


@given(st.text(max_size=30))
def test_a_name_that_has_a_form_is_its_own(text):
    assert same_name(text, text) is bool(name_forms(text))


name_pieces = st.sampled_from(
    ["H.", "Hj", "M.", "MUH", "ABD.", "S.Pd", "S", "P", "D", "SE", ",", "/", "ALIAS", "BIN", "BT",
     "(", ")", "-", "'", "Ali", "Siti", "ST", ".", "x.s", "ﬁ", "ß", "ŉ"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=30), st.lists(name_pieces, max_size=8).map(" ".join)))
def test_normalising_twice_changes_nothing(text):
    once = normalise_name(text)
    assert normalise_name(once) == once


@given(st.text("0123456789", max_size=20))
def test_a_mask_shows_at_most_six_digits_and_hides_at_least_ten_beside_a_prefix(number):
    masked = mask(number)
    shown = re.sub(r"[^0-9]", "", masked)
    assert masked.count("•") + len(shown) == len(number)
    assert len(shown) <= 6
    if len(shown) > 2:
        assert masked.count("•") >= 10
    assert number.endswith(shown[-2:])


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("6203081507809017", "6203 •••••••••• 17"),
        ("620308150780901", "••••••••••••• 01"),
        ("62030815078090178", "6203 ••••••••••• 78"),
        ("1234567", "•••••••"),
        ("", ""),
    ],
)
def test_masks(number, masked):
    assert mask(number) == masked


@given(st.text("0123456789", max_size=20))
def test_grouping_loses_nothing(number):
    grouped = group_by_four(number)
    assert grouped.replace(" ", "") == number
    assert all(len(group) == 4 for group in grouped.split()[:-1])
