"""What must hold of places in the programme and of quotas."""

from functools import partial

from django.utils import timezone

from beneficiaries.health import AT_MOST, Check, told
from beneficiaries.models import Quota
from verification.figures.quotas import places_of, unplaced
from verification.models import Case, Endorsement

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

# Left by a sheet of a round or by a decree: what the centre or the loading has ended names nobody.
_LEFT = """
SELECT e.household_id AS id FROM beneficiaries_enrollment e
JOIN beneficiaries_programme p ON p.code = e.programme_id AND p.is_sembako
WHERE e.ended_on IS NOT NULL AND e.end_reason <> 'BATAL' AND e.source_user_id IS NOT NULL
  AND NOT EXISTS (SELECT FROM verification_case c
      WHERE c.household_id = e.household_id AND c.result = 'KELUAR')
ORDER BY 1
"""

entered_without_case = partial(
    told, "Keluarga {id} menjadi KPM tanpa kasus terverifikasi layak.", _ENTERED
)
left_without_case = partial(
    told, "Keluarga {id} berhenti menjadi KPM tanpa kasus yang menyatakan keluar.", _LEFT
)
replaced_without_case = partial(
    told, "Penggantian {id} disetujui, tetapi kasusnya tidak lagi terverifikasi.", _LOST
)


def listed_without_place() -> list[str]:
    """Whoever a standing list brings in has a granted place, or is a KPM already."""
    told = []
    standing = Endorsement.objects.standing().exclude(status=Endorsement.Status.DITETAPKAN)
    for endorsement in standing.filter(entered__gt=0).select_related("round", "region"):
        entering = endorsement.items.filter(result="MASUK").values("case")
        if without := unplaced(Case.objects.filter(pk__in=entering)).count():
            told.append(f"{endorsement}: {without} keluarga masuk tanpa tempat yang disetujui.")
    return told[:AT_MOST]


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
        "keluar-berkasus",
        "KPM yang berhenti mempunyai kasus",
        "Kepesertaan yang diakhiri lembar putaran atau penetapan mempunyai kasus berhasil keluar.",
        left_without_case,
    ),
    Check(
        "masuk-bertempat",
        "Yang masuk mempunyai tempat",
        "Setiap keluarga masuk dalam daftar pengesahan mendapat tempat dalam kuota.",
        listed_without_place,
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
