"""No published table tells a group under five, however its totals and columns are combined."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from coordination.suppression import THRESHOLD, is_small, suppress


def test_small_cell_and_the_next_smallest_are_left_out():
    published = suppress({"kpm": [120, 3, 40, 500]})
    assert published.columns == {"kpm": [120, None, None, 500]}
    assert published.totals == {"kpm": 663}


def test_a_table_without_small_groups_is_published_as_it_is():
    published = suppress({"kpm": [120, 0, 40]})
    assert published.columns == {"kpm": [120, 0, 40]}


def test_a_small_total_is_left_out():
    assert suppress({"kpm": [1, 1]}).totals == {"kpm": None}


def test_what_is_left_of_the_whole_may_not_be_small_either():
    published = suppress({"cases": [100, 80], "done": [98, 40]}, {"done": "cases"})
    assert published.columns["done"] == [None, None]


counts = st.lists(st.integers(0, 12) | st.integers(0, 3000), min_size=1, max_size=6)


def solutions(cells, total, wholes):
    """Bounds of every left-out cell, from what is published alone."""
    hidden = [place for place, cell in enumerate(cells) if cell is None]
    if total is None:
        return {place: (0, float("inf") if wholes is None else wholes[place]) for place in hidden}
    rest = total - sum(cell for cell in cells if cell is not None)
    limit = {
        place: rest if wholes is None or wholes[place] is None else min(rest, wholes[place])
        for place in hidden
    }
    return {
        place: (
            max(0, rest - sum(limit[other] for other in hidden if other != place)),
            limit[place],
        )
        for place in hidden
    }


@given(counts)
@settings(max_examples=400, deadline=None)
def test_no_small_group_can_be_computed(column):
    published = suppress({"a": column})
    cells, total = published.columns["a"], published.totals["a"]
    assert all(cell is None or cell == column[place] for place, cell in enumerate(cells))
    assert not any(cell is not None and 0 < cell < THRESHOLD for cell in cells)
    assert total is None or not 0 < total < THRESHOLD
    for place, (least, most) in solutions(cells, total, None).items():
        assert least <= column[place] <= most
        assert most - least >= THRESHOLD


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=6))
@settings(max_examples=400, deadline=None)
def test_no_small_part_and_no_small_rest_can_be_computed(pairs):
    whole = [a + b for a, b in pairs]
    part = [a for a, _ in pairs]
    published = suppress({"whole": whole, "part": part}, {"part": "whole"})
    wholes, parts = published.columns["whole"], published.columns["part"]
    for place, cell in enumerate(parts):
        if cell is None:
            continue
        assert not 0 < cell < THRESHOLD
        if wholes[place] is not None:
            assert not 0 < wholes[place] - cell < THRESHOLD
    for place, (least, most) in solutions(parts, published.totals["part"], wholes).items():
        known = wholes[place]
        if published.totals["part"] is not None:
            assert most - least >= THRESHOLD
        assert known is None or most <= known


def known(published, chain):
    """Bounds of every cell for a reader who puts everything together, over and over: what is shown,
    the totals, and that a part is never more than its whole."""
    size = len(next(iter(published.columns.values())))
    cells = {
        (name, place): (0, 10**6) if published.columns[name][place] is None
        else (published.columns[name][place],) * 2
        for name in chain
        for place in range(size)
    }  # fmt: skip
    before = None
    while before != cells:
        before = dict(cells)
        for whole, part in pairwise(chain):
            for place in range(size):
                (a, b), (c, d) = cells[whole, place], cells[part, place]
                cells[whole, place], cells[part, place] = (max(a, c), b), (c, min(d, b))
        for name in chain:
            total = published.totals[name]
            for place in range(size) if total is not None else ():
                others = [cells[name, other] for other in range(size) if other != place]
                least, most = cells[name, place]
                cells[name, place] = (
                    max(least, total - sum(high for _, high in others)),
                    min(most, total - sum(low for low, _ in others)),
                )
    return cells


triples = st.tuples(*[st.integers(0, 9) | st.integers(0, 60)] * 3)


@given(st.lists(triples, min_size=1, max_size=6))
@settings(max_examples=400, deadline=None)
def test_no_small_group_of_a_chain_can_be_computed(rows):
    chain = ("payments", "credited", "spent")
    columns = {
        "payments": [a + b + c for a, b, c in rows],
        "credited": [b + c for _, b, c in rows],
        "spent": [c for *_, c in rows],
    }
    published = suppress(columns, {"credited": "payments", "spent": "credited"})
    cells = known(published, chain)
    for name in chain:
        for place, cell in enumerate(published.columns[name]):
            least, most = cells[name, place]
            assert least <= columns[name][place] <= most
            if is_small(columns[name][place]):
                assert cell is None
                assert most - least >= THRESHOLD
    for whole, part in (*pairwise(chain), ("payments", "spent")):
        for a, b in zip(published.columns[whole], published.columns[part], strict=True):
            assert a is None or b is None or not is_small(a - b)
        if published.totals[whole] is not None and published.totals[part] is not None:
            assert not is_small(published.totals[whole] - published.totals[part])


def test_a_total_does_not_tell_of_a_small_rest_of_a_whole_of_its_whole():
    """The total of `credited` is left out; that of `spent` would tell the same."""
    columns = {"payments": [5, 1], "credited": [5, 0], "spent": [5, 0]}
    published = suppress(columns, {"credited": "payments", "spent": "credited"})
    assert published.totals == {"payments": 6, "credited": None, "spent": None}


def test_a_part_does_not_tell_how_large_a_whole_is_that_was_left_out():
    """97 of 100 have bought: that 98 were credited would leave three choices only."""
    columns = {"payments": [100, 500], "credited": [98, 400], "spent": [97, 100]}
    published = suppress(columns, {"credited": "payments", "spent": "credited"})
    assert published.columns["credited"][0] is None
    assert published.columns["spent"][0] is None
