"""Programmes that do not go together in one family: found set-based, decided one by one."""

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import require
from distribution.models import OverlapFinding

Status = OverlapFinding.Status

_OVERLAPS = """
SELECT a.household_id, a.village_id, p.id AS pair_id, greatest(a.started_on, b.started_on) AS since
FROM distribution_programmepair p
JOIN beneficiaries_enrollment a ON a.programme_id = p.first_id AND a.ended_on IS NULL
JOIN beneficiaries_enrollment b ON b.programme_id = p.second_id AND b.ended_on IS NULL
    AND b.household_id = a.household_id
JOIN beneficiaries_household h ON h.id = a.household_id AND h.is_active
WHERE p.rule <> 'BOLEH' AND p.valid_from <= %(today)s
    AND (p.valid_until IS NULL OR p.valid_until >= %(today)s)
    AND (%(everywhere)s OR a.regency_code = %(regency)s)
"""
_FIND = f"""
INSERT INTO distribution_overlapfinding
    (household_id, village_id, pair_id, since, status, reason)
SELECT household_id, village_id, pair_id, since, 'TERBUKA', '' FROM ({_OVERLAPS}) x
ON CONFLICT (household_id, pair_id) DO UPDATE SET status = 'TERBUKA', since = excluded.since,
    reason = '', decided_by_id = NULL, decided_at = NULL
WHERE distribution_overlapfinding.status = 'HILANG'
"""
_GONE = f"""
UPDATE distribution_overlapfinding f SET status = 'HILANG'
WHERE f.status <> 'HILANG' AND (%(everywhere)s OR f.regency_code = %(regency)s)
    AND NOT EXISTS (SELECT FROM ({_OVERLAPS}) x
        WHERE x.household_id = f.household_id AND x.pair_id = f.pair_id)
"""


@transaction.atomic
def find_overlaps(regency: str = "") -> int:
    """Bring the findings in line with the enrolments, in one regency or all; how many are new.

    What was decided stays decided while it lasts; what has ended is marked as gone.
    """
    values = {"today": timezone.localdate(), "regency": regency, "everywhere": not regency}
    with connection.cursor() as cursor:
        cursor.execute(_GONE, values)
        cursor.execute(_FIND, values)
        return cursor.rowcount


@transaction.atomic
def decide_overlap(finding: OverlapFinding, *, status: str, reason: str, by: User) -> None:
    """Accept an overlap, propose that one programme ends, or open the question again."""
    finding = OverlapFinding.objects.select_for_update().get(pk=finding.pk)
    require(by, "distribution.decide_overlapfinding", finding.village_id)
    if status not in OverlapFinding.TRANSITIONS[finding.status] or status == Status.HILANG:
        raise ValidationError(
            f"Tumpang tindih ini sudah {finding.get_status_display().lower()}. Muat ulang halaman"
            " ini."
        )
    is_open = status == Status.TERBUKA
    if not is_open and not reason.strip():
        raise ValidationError("Tulis alasannya, misalnya apa yang ditemukan di lapangan.")
    finding.status = status
    finding.reason = "" if is_open else reason.strip()
    finding.owner = by
    finding.decided_by, finding.decided_at = (None, None) if is_open else (by, timezone.now())
    finding.save()


@transaction.atomic
def take_overlap(finding: OverlapFinding, *, by: User) -> None:
    """Become the one who looks after an open finding."""
    finding = OverlapFinding.objects.select_for_update().get(pk=finding.pk)
    require(by, "distribution.decide_overlapfinding", finding.village_id)
    if finding.status != Status.TERBUKA:
        raise ValidationError("Tumpang tindih ini sudah diputus. Muat ulang halaman ini.")
    finding.owner = by
    finding.save(update_fields=["owner"])
