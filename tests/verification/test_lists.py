from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verification.lists import Change, ListRow, allocate, canonical_line, compare, draw, list_hash


def row(number: int, **other) -> ListRow:
    values = {
        "position": number,
        "case_id": 1000 + number,
        "village_code": "62.03.08.2001",
        "dtks_id": f"UJI{number}",
        "kk_number": "6203081501159001",
        "nik": f"620308520583{9000 + number}",
        "name": "SITI RAHMAH",
        "address": "JL. MELATI 12",
        "rt": "003",
        "rw": "001",
        "result": "TETAP",
        "reason": "",
    }
    return ListRow(**{**values, **other})


ROWS = [row(1), row(2, result="KELUAR", reason="PINDAH"), row(3, result="MASUK")]
PLACE = {"round_id": 7, "regency_code": "62.03"}


def test_the_hash_is_known():
    """Written down, so that a change of the canonical form cannot slip in: papers are signed."""
    assert (
        list_hash(ROWS, **PLACE)
        == "1445aadd33446670fd4c200cc003e5e4a5e56e5773af6ee31afa196e9023fe03"
    )


@pytest.mark.parametrize(
    "changed",
    [
        [row(1), row(3, result="MASUK"), row(2, result="KELUAR", reason="PINDAH")],
        ROWS[:2],
        [*ROWS, row(4)],
        *(
            [replace(ROWS[0], **{name: "9"}), *ROWS[1:]]
            for name in ("nik", "name", "rt", "dtks_id")
        ),
        [replace(ROWS[0], result="MASUK"), *ROWS[1:]],
    ],
)
def test_any_other_list_has_another_hash(changed):
    assert list_hash(changed, **PLACE) != list_hash(ROWS, **PLACE)


def test_the_same_list_of_another_round_or_regency_has_another_hash():
    hashes = {
        list_hash(ROWS, round_id=number, regency_code=code)
        for number in (7, 8)
        for code in ("62.03", "62.11")
    }
    assert len(hashes) == 4


def test_blanks_and_strokes_do_not_count():
    """A workbook opened and saved again keeps its hash."""
    typed = replace(ROWS[0], name=" SITI\u00a0 RAHMAH ", reason="-")
    assert canonical_line(typed) == canonical_line(ROWS[0])


texts = st.text("AB 1\t\n|", max_size=4)


@given(st.lists(st.tuples(texts, texts), max_size=4), st.lists(st.tuples(texts, texts), max_size=4))
def test_equal_hashes_mean_equal_lines(one, other):
    """No text can pretend to be two fields or two rows."""
    first, second = (
        [row(n, name=name, address=address) for n, (name, address) in enumerate(pairs)]
        for pairs in (one, other)
    )
    same = list(map(canonical_line, first)) == list(map(canonical_line, second))
    assert (list_hash(first, **PLACE) == list_hash(second, **PLACE)) == same
    assert compare(first, second).is_same == same


def test_comparison_tells_where():
    other = [replace(ROWS[0], nik="6203085205839999"), ROWS[2], row(9)]
    found = compare(ROWS, other)
    assert found.changes == (Change(1, 1001, "nik", "6203085205839001", "6203085205839999"),)
    assert [one.case_id for one in found.missing] == [1002]
    assert [one.case_id for one in found.added] == [1009]


def test_a_row_written_twice_is_one_too_many():
    found = compare(ROWS, [*ROWS, ROWS[0]])
    assert [one.case_id for one in found.added] == [1001]
    assert not found.missing and not found.changes


sizes = st.dictionaries(st.sampled_from("ABCDEFGH"), st.integers(0, 500), min_size=1)


@given(sizes, st.integers(0, 300))
def test_a_sample_is_shared_out_fairly(sizes, wanted):
    drawn = allocate(sizes, wanted)
    total = sum(sizes.values())
    assert sum(drawn.values()) == min(wanted, total)
    assert all(count <= sizes[name] for name, count in drawn.items())
    strata = [name for name, size in sizes.items() if size]
    if wanted >= len(strata):
        assert set(drawn) == set(strata)


@given(st.permutations(range(40)), st.integers(1, 30))
def test_a_sample_can_be_drawn_again(order, size):
    strata = {one: "AB"[one % 2] for one in order}
    drawn = draw(strata.items(), size=size, seed="62.03-7")
    assert drawn == draw(sorted(strata.items()), size=size, seed="62.03-7")
    counted = Counter(strata[one] for one in drawn)
    assert abs(counted["A"] - counted["B"]) <= 1


def test_another_seed_draws_others():
    people = [(one, "A") for one in range(1000)]
    assert draw(people, size=20, seed="1") != draw(people, size=20, seed="2")
