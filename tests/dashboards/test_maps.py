import itertools
from decimal import Decimal

import pytest

from dashboards import maps
from dashboards.figures import Area, Counts, Place
from dashboards.overview import Both
from dashboards.payouts import PayoutCounts
from regions.models import Region


def area(*counts: Counts, code: str = "62") -> Area:
    """A region with the first places below it holding `counts`."""
    below = [f"{code}.{number:02d}" for number in range(1, len(counts) + 1)]
    places = tuple(
        Place(Region(code=place, name=f"Tempat {place}", kind="KABUPATEN"), each)
        for place, each in zip(below, counts, strict=True)
    )
    region = Region(code=code, name="Uji", kind="PROVINSI")
    return Area(region, (), places, sum(counts, Counts()), None)


def card(area: Area, chosen: str = "", before: dict | None = None, **offered) -> maps.Card:
    """As the page makes it of places without payments."""
    shown = maps.Shown(
        now={place.code: Both(place.counts, PayoutCounts()) for place in area.places},
        total=Both(area.total, PayoutCounts()),
        before={code: Both(counts, PayoutCounts()) for code, counts in (before or {}).items()},
        total_before=Both(Counts(), PayoutCounts()),
    )
    return maps.card(area, chosen, shown, **offered)


def verified(*shares: int) -> Area:
    return area(*(Counts(cases=1000, approved=round(share * 10)) for share in shares))


@pytest.mark.parametrize(
    ("share", "shade"),
    [
        (0, 1),
        (49.9, 1),
        (50, 2),
        (64.9, 2),
        (65, 3),
        (79.9, 3),
        (80, 4),
        (89.9, 4),
        (90, 5),
        (100, 5),
    ],
)
def test_the_limits_belong_to_the_class_they_begin(share, shade):
    (row,) = card(verified(share), "terverifikasi").rows
    assert row.shade == shade


def test_a_share_is_classed_as_it_is_shown():
    """49,96 is shown as 50,0 and must not stand in the class up to 49,9."""
    (row,) = card(area(Counts(cases=10000, approved=4996)), "").rows
    assert (row.value, row.shade, row.alarming) == (Decimal("50.0"), 2, False)


def test_legend_counts_every_place_once():
    shown = card(verified(10, 20, 55, 95), "terverifikasi")
    assert [each.places for each in shown.classes] == [2, 1, 0, 0, 1]
    assert [(each.low, each.high) for each in shown.classes] == [
        (0, Decimal("49.9")),
        (50, Decimal("64.9")),
        (65, Decimal("79.9")),
        (80, Decimal("89.9")),
        (90, None),
    ]


@pytest.mark.parametrize(
    ("largest", "expected"),
    [
        (0, (0, 1, 2, 3, 4)),
        (4, (0, 1, 2, 3, 4)),
        (5, (0, 2, 4, 6, 8)),
        (99, (0, 20, 40, 60, 80)),
        (13948, (0, 5000, 10000, 15000, 20000)),
        (84312, (0, 20000, 40000, 60000, 80000)),
    ],
)
def test_counts_have_five_equal_round_classes_that_hold_the_largest(largest, expected):
    floors = maps.floors_of(maps.KPM, largest)
    assert floors == expected
    assert floors[1] * maps.CLASSES > largest


def test_a_place_without_cases_has_no_shade_and_comes_last():
    shown = card(area(Counts(), Counts(cases=10, approved=9)), "")
    assert [(row.value, row.shade) for row in shown.rows] == [(Decimal("90.0"), 5), (None, 0)]


def test_bars_and_tick_measure_on_one_scale():
    shown = card(area(Counts(kpm=300), Counts(kpm=100)), "kpm")
    assert [row.bar for row in shown.rows] == [100, 33.3]
    assert (shown.average, shown.tick, shown.total) == (200, 66.7, 400)


def test_names_in_use_stand_on_the_map_of_the_province():
    shown = card(verified(*range(10, 23)), "")
    assert [drawn.short for drawn in shown.map.areas][:2] == ["Kobar", "Kotim"]
    assert all(drawn.short for drawn in shown.map.areas)


def test_a_region_without_a_drawing_keeps_its_ranking():
    shown = card(area(Counts(kpm=1), code="99"), "kpm")
    assert shown.map.areas == () and len(shown.rows) == 1


def test_no_figure_covers_another_one():
    """Kapuas has 17 kecamatan, the small ones close together around the town."""
    codes = [f"62.03.{number:02d}" for number in range(1, 18)]
    places = tuple(
        Place(Region(code=code, name="Tempat", kind="KECAMATAN"), Counts(kpm=1234))
        for code in codes
    )
    kapuas = Area(Region(code="62.03", name="Kapuas"), (), places, Counts(kpm=1), None)
    shown = card(kapuas, "kpm")
    labels = [drawn for drawn in shown.map.areas if drawn.labelled]
    assert 5 < len(labels) < 17 and shown.map.hides_labels
    for one, other in itertools.combinations(labels, 2):
        assert abs(one.x - other.x) > 20 or abs(one.value_y - other.value_y) >= 12


def test_the_change_is_told_in_points_and_only_where_something_was_before():
    before = {"62.01": Counts(cases=1000, approved=431)}
    shown = card(verified(50, 40), before=before)
    changes = {row.place.code: row.change for row in shown.rows}
    assert changes == {"62.01": Decimal("6.9"), "62.02": None}
    assert shown.has_changes and shown.total_change is None
