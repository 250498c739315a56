"""What must hold of rounds and cases, asked of all data at once; sentences of what is broken."""

from django.db import connection

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
