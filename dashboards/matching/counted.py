"""What rules have decided, counted ahead by kecamatan, and the share padan of each day."""

from collections.abc import Collection

from django.db import connection, transaction
from django.utils import timezone

from accounts import scope
from dashboards import figures

_COUNT = """
DELETE FROM dashboards_matchfigures WHERE {inside};
INSERT INTO dashboards_matchfigures
    (batch_id, district_id, outcome, rule, people, latest, nik_changed)
SELECT batch_id, left(village_id, 8), outcome, rule, count(*), count(*) FILTER (WHERE is_latest),
    count(*) FILTER (WHERE nik_changed)
FROM verification_matchresult WHERE state = 'OTOMATIS' AND {inside} GROUP BY 1, 2, 3, 4;
INSERT INTO dashboards_matchday (regency_id, day, persons, matched)
SELECT regency_code, %(today)s, sum(persons), sum(matched) FROM dashboards_villagefigures
WHERE {inside} GROUP BY 1
ON CONFLICT (regency_id, day) DO UPDATE SET persons = excluded.persons, matched = excluded.matched
"""


@transaction.atomic
def refresh(regencies: list[str] | None = None) -> None:
    """Count again what rules have decided, and keep the share of today.

    To be called after `figures.refresh`, whose counts it keeps, once a matching is committed.
    """
    limits = scope.current()
    if limits is not None and not limits.is_province:
        regencies = [code for code in limits.regencies if regencies is None or code in regencies]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('dashboards.refresh'))")
        cursor.execute(
            _COUNT.format(inside=figures.IN_REGENCIES["inside"]),
            {
                "everywhere": regencies is None,
                "regencies": regencies or [],
                "today": timezone.localdate(),
            },
        )


def recount(region_codes: Collection[str]) -> None:
    """After decisions in these villages, or a matching in these wider regions."""
    if all(len(code) == 13 for code in region_codes):
        figures.refresh_villages(region_codes)
        return
    everywhere = any(len(code) == 2 for code in region_codes)
    regencies = None if everywhere else sorted({code[:5] for code in region_codes})
    figures.refresh(regencies)
    refresh(regencies)
