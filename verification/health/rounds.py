"""What must hold of rounds and cases."""

from functools import partial

from beneficiaries.health import AT_MOST, Check, told
from verification.figures.summary import kinds_differ
from verification.models import Case, Round

# Three sources: the figure frozen at the opening, the ledger that triggers keep of every change,
# and the cases as they are now, by what was found of each.
_SUMS = """
SELECT o.name, g.name AS place, r.start_families AS start, coalesce(l.joined, 0) AS joined,
    coalesce(l.entered, 0) AS entered, coalesce(l.left, 0) AS "left", coalesce(c.end, 0) AS "end"
FROM verification_roundregion r
JOIN verification_round o ON o.id = r.round_id
JOIN regions_region g ON g.code = r.region_id
LEFT JOIN (
    SELECT round_id, regency_code,
        sum(number) FILTER (WHERE was_kpm AND origin NOT IN ('AWAL', 'BAWAAN')) AS joined,
        sum(number) FILTER (WHERE result = 'MASUK') AS entered,
        sum(number) FILTER (WHERE result = 'KELUAR') AS "left"
    FROM verification_casecount GROUP BY 1, 2
) l ON l.round_id = r.round_id AND l.regency_code = r.region_id
LEFT JOIN (
    SELECT round_id, regency_code, count(*) FILTER (WHERE
        CASE WHEN status = 'DISETUJUI' THEN is_found AND is_eligible ELSE was_kpm END) AS "end"
    FROM verification_case GROUP BY 1, 2
) c ON c.round_id = r.round_id AND c.regency_code = r.region_id
WHERE r.start_families IS NOT NULL
    AND r.start_families + coalesce(l.joined, 0) + coalesce(l.entered, 0) - coalesce(l.left, 0)
        <> coalesce(c.end, 0)
ORDER BY o.id, r.region_id
"""
_NO_START = """
SELECT o.name, g.name AS place FROM verification_roundregion r
JOIN verification_round o ON o.id = r.round_id AND o.opened_at IS NOT NULL
JOIN regions_region g ON g.code = r.region_id
WHERE r.start_families IS NULL ORDER BY o.id, r.region_id
"""


def counts_that_do_not_agree() -> list[str]:
    """Start + joined + entered - left = end, in every round and regency that was opened."""
    return [
        *told("{name}, {place}: angka awal belum dibekukan.", _NO_START),
        *told(
            "{name}, {place}: awal {start} + ditambahkan {joined} + masuk {entered} - keluar"
            " {left} tidak sama dengan akhir {end}.",
            _SUMS,
        ),
    ][:AT_MOST]


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
        "Angka awal yang dibekukan + masuk − keluar = akhir, dalam setiap putaran dan"
        " kabupaten/kota.",
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
