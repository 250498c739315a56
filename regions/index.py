"""The tree of regions in the database as the pure index that cleans sheets."""

from regions.codes import RegionIndex, RegionRow
from regions.models import Region

FIELDS = (
    "code",
    "name",
    "level",
    "kind",
    "parent_id",
    "bps_code",
    "postcode",
    "latitude",
    "longitude",
)


def region_index() -> RegionIndex:
    """Built anew at every call, since an administrator may have renamed a village."""
    return RegionIndex(
        RegionRow(*row[:4], row[4] or "", *row[5:]) for row in Region.objects.values_list(*FIELDS)
    )
