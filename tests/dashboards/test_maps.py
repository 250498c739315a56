import itertools
from decimal import Decimal

import pytest

from dashboards import maps
from dashboards.figures import Area, Counts, Place
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
    (row,) = maps.card(verified(share), "terverifikasi", has_round=True).rows
    assert row.shade == shade


def test_a_share_is_classed_as_it_is_shown():
    """49,96 is shown as 50,0 and must not stand in the class up to 49,9."""
    (row,) = maps.card(area(Counts(cases=10000, approved=4996)), "", has_round=True).rows
    assert (row.value, row.shade, row.alarming) == (Decimal("50.0"), 2, False)


def test_legend_counts_every_place_once():
    card = maps.card(verified(10, 20, 55, 95), "terverifikasi", has_round=True)
    assert [each.places for each in card.classes] == [2, 1, 0, 0, 1]
    assert [(each.low, each.high) for each in card.classes] == [
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
    card = maps.card(area(Counts(), Counts(cases=10, approved=9)), "", has_round=True)
    assert [(row.value, row.shade) for row in card.rows] == [(Decimal("90.0"), 5), (None, 0)]


def test_bars_and_tick_measure_on_one_scale():
    card = maps.card(area(Counts(kpm=300), Counts(kpm=100)), "kpm", has_round=False)
    assert [row.bar for row in card.rows] == [100, 33.3]
    assert (card.average, card.tick, card.total) == (200, 66.7, 400)


def test_names_in_use_stand_on_the_map_of_the_province():
    card = maps.card(verified(*range(10, 23)), "", has_round=True)
    assert [drawn.short for drawn in card.map][:2] == ["Kobar", "Kotim"]
    assert all(drawn.short for drawn in card.map)


def test_a_region_without_a_drawing_keeps_its_ranking():
    card = maps.card(area(Counts(kpm=1), code="99"), "kpm", has_round=False)
    assert card.map == () and len(card.rows) == 1


def test_no_figure_covers_another_one():
    """Kapuas has 17 kecamatan, the small ones close together around the town."""
    codes = [f"62.03.{number:02d}" for number in range(1, 18)]
    places = tuple(
        Place(Region(code=code, name="Tempat", kind="KECAMATAN"), Counts(kpm=1234))
        for code in codes
    )
    kapuas = Area(Region(code="62.03", name="Kapuas"), (), places, Counts(kpm=1), None)
    card = maps.card(kapuas, "kpm", has_round=False)
    labels = [drawn for drawn in card.map if drawn.labelled]
    assert 5 < len(labels) < 17 and card.hides_labels
    for one, other in itertools.combinations(labels, 2):
        assert abs(one.x - other.x) > 20 or abs(one.value_y - other.value_y) >= 12
