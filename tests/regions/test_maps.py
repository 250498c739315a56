from dataclasses import dataclass

from regions import maps


@dataclass(frozen=True)
class Shown:
    name: str = "Tempat"
    url: str = "/"
    shade: int = 1
    digits: int = 5


def test_names_in_use_stand_on_the_map_of_the_province():
    drawing = maps.draw("62", {"62.01": Shown("Kotawaringin Barat"), "62.03": Shown("Kapuas")})
    assert [drawn.short for drawn in drawing.areas] == ["Kobar", "Kapuas"]
    assert drawing.areas[0].value_y == drawing.areas[0].y + 14


def test_a_place_that_is_not_on_the_map_is_left_out():
    assert maps.draw("62", {"62.99": Shown()}).areas == ()
    assert maps.draw("99", {"99.01": Shown()}).areas == ()


def test_the_wider_a_figure_the_fewer_fit():
    """Kapuas has 17 kecamatan, the small ones close together around the town."""
    codes = [f"62.03.{number:02d}" for number in range(1, 18)]

    def labels(digits: int) -> int:
        drawing = maps.draw("62.03", dict.fromkeys(codes, Shown(digits=digits)))
        return sum(drawn.labelled for drawn in drawing.areas)

    assert 17 >= labels(1) > labels(9) > 0
    assert maps.draw("62.03", dict.fromkeys(codes, Shown(digits=9))).hides_labels


def test_the_legend_counts_every_place_once_and_leaves_no_gap():
    marks = [Shown(shade=shade) for shade in (0, 1, 3, 3)]
    legend = maps.classes((0, 5, 10), marks)
    assert [(each.low, each.high, each.places) for each in legend] == [
        (0, 4, 1),
        (5, 9, 0),
        (10, None, 2),
    ]
