"""What must hold of places in the programme and of quotas."""

from functools import partial

from django.utils import timezone

from beneficiaries.health import AT_MOST, Check, told
from beneficiaries.models import Quota
from verification.figures.quotas import places_of

# An enrolment that no sheet brought was begun by the decree of a verified case.
_ENTERED = """
SELECT e.household_id AS id FROM beneficiaries_enrollment e
JOIN beneficiaries_programme p ON p.code = e.programme_id AND p.is_sembako
WHERE e.source_upload_id IS NULL AND e.source_user_id IS NOT NULL AND e.ended_on IS NULL
  AND NOT EXISTS (SELECT FROM verification_case c
      WHERE c.household_id = e.household_id AND c.status = 'DISETUJUI' AND c.is_eligible)
ORDER BY 1
"""
_LOST = """
SELECT r.id FROM verification_replacement r
JOIN verification_case c ON c.id = r.case_id
LEFT JOIN verification_case l ON l.id = r.leaving_id
WHERE r.status = 'DISETUJUI' AND (c.result <> 'MASUK' OR l.result <> 'KELUAR')
ORDER BY 1
"""

entered_without_case = partial(
    told, "Keluarga {id} menjadi KPM tanpa kasus terverifikasi layak.", _ENTERED
)
replaced_without_case = partial(
    told, "Penggantian {id} disetujui, tetapi kasusnya tidak lagi terverifikasi.", _LOST
)


def quotas_exceeded() -> list[str]:
    """Quotas of this year with more families than places."""
    quotas = list(Quota.objects.filter(year=timezone.localdate().year).select_related("region"))
    places = places_of(quotas)
    over = [quota for quota in quotas if places[quota.pk].left < 0]
    return [f"{quota} terlampaui {-places[quota.pk].left} keluarga." for quota in over[:AT_MOST]]


CHECKS = (
    Check(
        "kpm-berkasus",
        "KPM baru mempunyai kasus",
        "Keluarga yang menjadi KPM di luar lembar pusat mempunyai kasus terverifikasi layak.",
        entered_without_case,
    ),
    Check(
        "penggantian-berkasus",
        "Penggantian mempunyai kasus",
        "Yang keluar dan yang masuk pada setiap penggantian tetap terverifikasi.",
        replaced_without_case,
    ),
    Check(
        "kuota-cukup",
        "Kuota tidak terlampaui",
        "Jumlah KPM tahun ini tidak melebihi kuota.",
        quotas_exceeded,
    ),
)
