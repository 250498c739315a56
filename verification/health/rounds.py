"""What must hold of rounds and cases."""

from functools import partial

from beneficiaries.health import AT_MOST, Check, told
from verification.figures.rounds import balance
from verification.figures.summary import kinds_differ
from verification.models import Case, Round


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
    return broken[:AT_MOST]


def open_cases_of_closed_rounds() -> list[str]:
    """To be visited in a round that was closed: nobody would ever see them."""
    left = Case.objects.to_do().filter(round__status=Round.Status.DITUTUP)
    return [f"Kasus {case.pk} terbuka dalam putaran tertutup." for case in left[:AT_MOST]]


_LAST_STEP = """
SELECT c.id FROM verification_case c JOIN LATERAL (
    SELECT s.after, s.version FROM verification_casestep s WHERE s.case_id = c.id
    ORDER BY s.version DESC, s.id DESC LIMIT 1) s ON true
WHERE s.after <> c.status OR s.version <> c.version ORDER BY 1
"""
_UNDECIDED = """
SELECT id FROM verification_case
WHERE status = 'DISETUJUI' AND (decided_by_id IS NULL OR decided_at IS NULL) ORDER BY 1
"""
_WITHOUT_REASON = """
SELECT id FROM verification_case WHERE result = 'KELUAR' AND reason = '' ORDER BY 1
"""
cases_that_left_their_steps = partial(
    told, "Kasus {id} tidak sesuai dengan langkah terakhirnya.", _LAST_STEP
)


def cases_are_counted() -> list[str]:
    """The numbers of the summary are those of the cases."""
    return [
        f"{round}: angka ringkasan menyimpang {differing} kasus dari daftarnya."
        for round in Round.objects.all()
        if (differing := kinds_differ(round))
    ][:AT_MOST]


CHECKS = (
    Check(
        "verifikasi-jumlah",
        "Jumlah putaran cocok",
        "Awal + masuk − keluar = akhir, dalam setiap putaran dan kabupaten/kota.",
        counts_that_do_not_agree,
    ),
    Check(
        "verifikasi-tertutup",
        "Putaran tertutup tidak menyisakan kasus",
        "Setiap kasus putaran yang ditutup dilanjutkan atau diakhiri dengan alasan.",
        open_cases_of_closed_rounds,
    ),
    Check(
        "verifikasi-langkah",
        "Kasus sesuai langkahnya",
        "Status setiap kasus sama dengan langkah terakhir dalam riwayatnya.",
        cases_that_left_their_steps,
    ),
    Check(
        "verifikasi-putusan",
        "Putusan bernama dan bertanggal",
        "Kasus terverifikasi menyebut siapa dan kapan.",
        partial(told, "Kasus {id} terverifikasi tanpa siapa atau kapan.", _UNDECIDED),
    ),
    Check(
        "verifikasi-alasan",
        "Keluar beralasan",
        "Keluarga yang keluar mempunyai alasan.",
        partial(told, "Kasus {id} keluar tanpa alasan.", _WITHOUT_REASON),
    ),
    Check(
        "verifikasi-angka",
        "Angka ringkasan cocok",
        "Angka ringkasan sama dengan jumlah kasusnya.",
        cases_are_counted,
    ),
)
