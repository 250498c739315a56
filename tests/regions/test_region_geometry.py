"""The schematic map: complete, inside its view box, borders shared, labels in their area."""

import re
from collections import Counter

import pytest

from regions.codes import load_regions
from regions.geometry import MAP_FILE, shapes

ROWS = load_regions()
PARENTS = [row.code for row in ROWS if row.level != "VILLAGE"]


def rings(path):
    return [
        [tuple(map(float, corner.split())) for corner in ring.rstrip("Z").split("L")]
        for ring in path.split("M")[1:]
    ]


def is_inside(x, y, polygon):
    inside = False
    for (x1, y1), (x2, y2) in zip(polygon, [*polygon[1:], polygon[0]], strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


def edges(area):
    return [
        frozenset(edge)
        for ring in rings(area.path)
        for edge in zip(ring, [*ring[1:], ring[0]], strict=True)
    ]


@pytest.mark.parametrize("parent", PARENTS)
def test_every_region_has_a_map_of_its_children(parent):
    drawing = shapes(parent)
    children = [row.code for row in ROWS if row.parent == parent]
    assert [area.code for area in drawing.areas] == children
    left, top, width, height = map(int, drawing.view_box.split())
    assert (left, top) == (0, 0)
    assert max(width, height) == 520
    for area in drawing.areas:
        assert re.fullmatch(r"(M[0-9. ]+(L[0-9. ]+){2,}Z)+", area.path)
        corners = [corner for ring in rings(area.path) for corner in ring]
        assert all(0 <= x <= width and 0 <= y <= height for x, y in corners)
        assert any(is_inside(area.label_x, area.label_y, ring) for ring in rings(area.path))


def test_the_province_is_light_enough_to_be_drawn_on_every_start_page():
    corners = sum(len(ring) for area in shapes("62").areas for ring in rings(area.path))
    assert 400 < corners < 700
    assert MAP_FILE.stat().st_size < 150_000


@pytest.mark.parametrize("parent", ["62", "62.03", "62.71"])
def test_neighbours_share_their_borders(parent):
    shared = Counter(edge for area in shapes(parent).areas for edge in edges(area))
    assert max(shared.values()) == 2
    # Each area touches another one: nothing floats beside a gap.
    for area in shapes(parent).areas:
        assert any(shared[edge] == 2 for edge in edges(area)), area.code


def test_a_village_has_no_map():
    with pytest.raises(KeyError):
        shapes("62.03.08.2002")
