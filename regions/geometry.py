"""The schematic map: outlines of the regions below one region, as SVG path data.

Cells around the village points, not surveyed boundaries (see data/README.md): wherever a map is
drawn, the page says that it is schematic.
"""

import gzip
import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

MAP_FILE = Path(__file__).parent / "data" / "map.json.gz"


class Area(NamedTuple):
    """One region: `path` for the d attribute of an SVG path, a point inside for its label, and
    whether the (short) name fits there in one line of 12 units, with a value below it."""

    code: str
    path: str
    label_x: float
    label_y: float
    wide: bool


class Map(NamedTuple):
    """The regions directly below one region, sharing their borders. The longer side of the view box
    is 520 units; every map has a scale of its own."""

    view_box: str
    areas: tuple[Area, ...]


@cache
def _maps() -> dict[str, dict]:
    return json.loads(gzip.decompress(MAP_FILE.read_bytes()))


@cache
def shapes(parent_code: str) -> Map:
    """The map of the province, a kabupaten/kota or a kecamatan by its dotted code.

    Read from the data file on first use. Raises KeyError for a code that has no map (a village, or
    a region that is not in the file).

    >>> shapes("62").areas[0].code, len(shapes("62").areas)
    ('62.01', 14)
    """
    drawing = _maps()[parent_code]
    return Map(drawing["view_box"], tuple(Area(*area) for area in drawing["areas"]))
