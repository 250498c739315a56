"""What must hold between cases, places and quotas; each tells in sentences what does not."""

from django.db import connection
from django.utils import timezone

from beneficiaries.models import Quota
from verification.figures.quotas import places_of

AT_MOST = 20
# An enrolment that no sheet brought was begun by the decree of a verified case.
_ENTERED = """
SELECT e.household_id FROM beneficiaries_enrollment e
JOIN beneficiaries_programme p ON p.code = e.programme_id AND p.is_sembako
WHERE e.source_upload_id IS NULL AND e.source_user_id IS NOT NULL AND e.ended_on IS NULL
  AND NOT EXISTS (SELECT FROM verification_case c
      WHERE c.household_id = e.household_id AND c.status = 'DISETUJUI' AND c.is_eligible)
ORDER BY 1 LIMIT 20
"""
_LOST = """
SELECT r.id FROM verification_replacement r
JOIN verification_case c ON c.id = r.case_id
LEFT JOIN verification_case l ON l.id = r.leaving_id
WHERE r.status = 'DISETUJUI' AND (c.result <> 'MASUK' OR l.result <> 'KELUAR')
ORDER BY 1 LIMIT 20
"""


def _told(sentence: str, sql: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [sentence.format(row[0]) for row in cursor.fetchall()]


def entered_without_case() -> list[str]:
    """Families that take part by a decision of a user, without a case that found them eligible."""
    return _told("Keluarga {} menjadi KPM tanpa kasus terverifikasi layak.", _ENTERED)


def replaced_without_case() -> list[str]:
    """Granted places whose cases were sent back since."""
    return _told("Penggantian {} disetujui, tetapi kasusnya tidak lagi terverifikasi.", _LOST)


def quotas_exceeded() -> list[str]:
    """Quotas of this year with more families than places."""
    quotas = list(Quota.objects.filter(year=timezone.localdate().year).select_related("region"))
    places = places_of(quotas)
    over = [quota for quota in quotas if places[quota.pk].left < 0]
    return [f"{quota} terlampaui {-places[quota.pk].left} keluarga." for quota in over[:AT_MOST]]
