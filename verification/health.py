"""What must hold of cases, places and quotas, asked of all data at once: what is broken."""

from django.db import connection
from django.utils import timezone

from beneficiaries.models import Quota
from verification.figures.quotas import places_of
from verification.figures.rounds import balance
from verification.models import Case, Round

SHOWN = 20


def counts_that_do_not_agree() -> list[str]:
    """Start + joined + entered - left = end, in every round and regency."""
    broken = []
    for round in Round.objects.all():
        broken += [
            f"{round}, {one.regency}: awal {one.start} + ditambahkan {one.joined} + masuk"
            f" {one.entered} - keluar {one.left} tidak sama dengan akhir {one.end}."
            for one in balance(round.cases.all())
            if not one.agrees
        ]
    return broken[:SHOWN]


def open_cases_of_closed_rounds() -> list[str]:
    """To be visited in a round that was closed: nobody would ever see them."""
    left = Case.objects.to_do().filter(round__status=Round.Status.DITUTUP)
    return [f"Kasus {case.pk} terbuka dalam putaran tertutup." for case in left[:SHOWN]]


_LAST_STEP = """
SELECT c.id FROM verification_case c JOIN LATERAL (
    SELECT s.after, s.version FROM verification_casestep s WHERE s.case_id = c.id
    ORDER BY s.version DESC, s.id DESC LIMIT 1) s ON true
WHERE s.after <> c.status OR s.version <> c.version LIMIT %s
"""


def cases_that_left_their_steps() -> list[str]:
    """The last step of a case tells its status and version."""
    with connection.cursor() as cursor:
        cursor.execute(_LAST_STEP, [SHOWN])
        return [f"Kasus {pk} tidak sesuai dengan langkah terakhirnya." for (pk,) in cursor]


# An enrolment that no sheet brought was begun by the decree of a verified case.
_ENTERED = """
SELECT e.household_id FROM beneficiaries_enrollment e
JOIN beneficiaries_programme p ON p.code = e.programme_id AND p.is_sembako
WHERE e.source_upload_id IS NULL AND e.source_user_id IS NOT NULL AND e.ended_on IS NULL
  AND NOT EXISTS (SELECT FROM verification_case c
      WHERE c.household_id = e.household_id AND c.status = 'DISETUJUI' AND c.is_eligible)
ORDER BY 1 LIMIT %s
"""
_LOST = """
SELECT r.id FROM verification_replacement r
JOIN verification_case c ON c.id = r.case_id
LEFT JOIN verification_case l ON l.id = r.leaving_id
WHERE r.status = 'DISETUJUI' AND (c.result <> 'MASUK' OR l.result <> 'KELUAR')
ORDER BY 1 LIMIT %s
"""


def _told(sentence: str, sql: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [SHOWN])
        return [sentence.format(pk) for (pk,) in cursor]


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
    return [f"{quota} terlampaui {-places[quota.pk].left} keluarga." for quota in over[:SHOWN]]
