"""The order of the waiting list, the arithmetic of a quota, answers in working days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regions.working_days import days_after
from verification.deadlines import time_left
from verification.waiting import Places, Waiting, passed_over, ranked

DAY = date(2021, 10, 1)
FAMILY = st.builds(
    Waiting,
    household_id=st.integers(1, 10**6),
    village=st.sampled_from(["62.03.08.2001", "62.03.08.2002"]),
    decile=st.none() | st.integers(1, 10),
    points=st.integers(0, 9),
    since=st.dates(DAY, DAY + timedelta(days=40)),
)
LISTS = st.lists(FAMILY, unique_by=lambda family: family.household_id, min_size=1)


def family(number, *, decile=1, points=0, days=0, village="62.03.08.2001"):
    return Waiting(number, village, decile, points, DAY + timedelta(days=days))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (family(2, decile=1), family(1, decile=2)),
        (family(2, decile=10), family(1, decile=None)),
        (family(2, points=4), family(1, points=3)),
        (family(2, days=0), family(1, days=1)),
        (family(1), family(2)),
    ],
    ids=["decile", "unknown decile last", "points", "date", "number"],
)
def test_declared_rule(first, second):
    assert ranked([second, first]) == [first, second]


@given(LISTS)
def test_the_order_does_not_depend_on_how_families_come(families):
    assert ranked(families) == ranked(reversed(families))


@given(LISTS, st.data())
def test_whoever_is_passed_over_stood_before_and_could_be_taken(families, data):
    order = ranked(families)
    chosen = data.draw(st.sampled_from(order))
    full = data.draw(st.sets(st.sampled_from(["62.03.08.2001", "62.03.08.2002"])))

    before = passed_over(order, chosen.household_id, full)

    assert before == [one for one in order if one.key < chosen.key and one.village not in full]


@given(st.integers(0, 50), st.lists(st.booleans(), max_size=60))
def test_never_more_places_than_the_quota(quota, asked):
    """Whoever asks while a place is left gets one; nobody else does."""
    places = Places(quota, kpm=0, leaving=0, entering=0)
    for enters in asked:
        if enters and not places.is_full:
            places = Places(quota, places.kpm, places.leaving, places.entering + 1)
    assert places.taken == min(quota, sum(asked))
    assert places.left >= 0


def test_a_place_comes_free_when_a_family_leaves():
    assert Places(quota=10, kpm=10, leaving=2, entering=1).left == 1
    assert Places(quota=10, kpm=12, leaving=0, entering=0).left == -2


@given(
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.integers(1, 60),
    st.sets(st.integers(1, 90), max_size=8),
)
def test_answers_are_due_after_so_many_working_days(start, days, off):
    holidays = {start + timedelta(days=n) for n in off}
    due = days_after(start, days, holidays)
    between = [start + timedelta(days=n) for n in range(1, (due - start).days + 1)]
    worked = [day for day in between if day.weekday() < 5 and day not in holidays]
    assert worked[-1] == due
    assert len(worked) == days


def test_time_left_in_words():
    today = date(2021, 11, 23)
    assert time_left(today, today) == ("hari ini", "warn")
    assert time_left(date(2021, 11, 27), today) == ("4 hari lagi", "idle")
    assert time_left(date(2021, 11, 22), today) == ("lewat 1 hari", "bad")
