"""Comparing a sheet with itself: for kinds that are checked before anything is known to hold them
against."""

from collections.abc import Callable
from dataclasses import dataclass

from uploads.models import Upload


@dataclass(frozen=True)
class Once:
    """Fields that together may stand in one row only.

    `what` begins the sentence about it: "Nomor transaksi ini". Rows with an empty first field are
    no doubles of each other.
    """

    fields: tuple[str, ...]
    code: str
    what: str
    level: str = "warning"


_DOUBLES = """
INSERT INTO found (sheet, row_number, field, code, level, message, before)
SELECT s.sheet, s.row_number, %(field)s, %(code)s, %(level)s, %(what)s || ' tertulis pada ' || d.n
    || ' baris (' || d.rows || '); pastikan barisnya memang berbeda.', s."{field}"
FROM staged s JOIN (
    SELECT {fields}, count(*) AS n,
        array_to_string((array_agg(row_number ORDER BY sheet, row_number))[1:5], ', ') AS rows
    FROM staged WHERE "{field}" <> '' GROUP BY {fields} HAVING count(*) > 1
) d USING ({fields})
"""

_OUTSIDE = """
INSERT INTO found (sheet, row_number, field, code, level, message, before)
SELECT s.sheet, s.row_number, 'village', 'DI_LUAR_WILAYAH', %(level)s,
    'Desa ini berada di ' || initcap(r.kind) || ' ' || r.name || ', di luar wilayah unggahan.',
    s.village_name
FROM staged s JOIN regions_region r ON r.code = left(s.village, length(%(region)s))
WHERE s.village <> '' AND left(s.village, length(%(region)s)) <> %(region)s
"""


def compare_with_itself(
    *once: Once, outside: str | None = "error"
) -> Callable[[Upload, object], None]:
    """A `compare` that tells rows written twice, and villages outside the region of the upload.

    `outside`: the level of such a village; None where the sheet has no field `village`.
    """

    def compare(upload: Upload, cursor) -> None:
        for key in once:
            quoted = [f'"{name}"' for name in key.fields]
            cursor.execute(
                _DOUBLES.format(field=key.fields[0], fields=", ".join(quoted)),
                {"field": key.fields[0], "code": key.code, "what": key.what, "level": key.level},
            )
        if outside:
            cursor.execute(_OUTSIDE, {"level": outside, "region": upload.region_id})

    return compare
