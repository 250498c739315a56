"""What must hold of matching with the civil registry."""

from functools import partial

from beneficiaries.health import Check, told

_KEPT_TOO_LONG = """
SELECT batch_id, count(*) AS records, min(expires_on)::text AS day FROM verification_civilrecord
WHERE expires_on < (now() AT TIME ZONE %(zone)s)::date - 1 GROUP BY 1 ORDER BY 1
"""
_STUCK = """
SELECT id, (now() - answered_at)::interval(0)::text AS age FROM verification_matchbatch
WHERE status = 'DIJAWAB' AND answered_at < now() - interval '6 hours' ORDER BY 1
"""
_PADAN_WITHOUT_WORD = """
SELECT p.id FROM beneficiaries_person p
WHERE p.is_active AND p.nik_confirmed_on IS NOT NULL AND NOT p.nik_valid ORDER BY 1
"""
_DECIDED_TOO_EARLY = """
SELECT r.id, r.decisions_needed AS needed, count(d.id) AS votes
FROM verification_matchresult r
LEFT JOIN verification_matchdecision d ON d.result_id = r.id AND d.undone_at IS NULL
    AND d.verdict = CASE r.state WHEN 'DITERIMA' THEN 'TERIMA' ELSE 'TOLAK' END
WHERE r.state IN ('DITERIMA', 'DITOLAK')
GROUP BY r.id HAVING count(d.id) < r.decisions_needed ORDER BY 1
"""
_CONFIRMED_IN_QUEUE = """
SELECT r.id FROM verification_matchresult r
WHERE r.state = 'ANTRE' AND r.outcome <> '' ORDER BY 1
"""

CHECKS = (
    Check(
        "data-dukcapil-dihapus",
        "Data Dukcapil dihapus pada waktunya",
        "Data kependudukan tidak disimpan melewati masa simpan menurut PKS.",
        partial(
            told,
            "Permintaan {batch_id} masih menyimpan {records} data yang harus dihapus sejak {day}.",
            _KEPT_TOO_LONG,
            zone="Asia/Jakarta",
        ),
    ),
    Check(
        "pemadanan-selesai",
        "Jawaban Dukcapil dipadankan",
        "Setiap jawaban yang diterapkan selesai dipadankan dalam enam jam.",
        partial(told, "Permintaan {id} belum selesai dipadankan sesudah {age}.", _STUCK),
    ),
    Check(
        "padan-nik-sah",
        "Padan berarti NIK sah",
        "NIK yang dibenarkan Dukcapil sah bentuknya.",
        partial(told, "Orang {id} padan, tetapi NIK-nya tidak sah bentuknya.", _PADAN_WITHOUT_WORD),
    ),
    Check(
        "putusan-cukup",
        "Putusan diambil oleh cukup orang",
        "Hasil yang memerlukan dua putusan tidak pernah ditutup oleh satu orang.",
        partial(
            told,
            "Hasil {id} ditutup dengan {votes} putusan, sedangkan perlu {needed}.",
            _DECIDED_TOO_EARLY,
        ),
    ),
    Check(
        "antrean-terbuka",
        "Yang antre belum diputus",
        "Orang dalam antrean pemadanan belum mempunyai hasil.",
        partial(told, "Hasil {id} antre, tetapi sudah mempunyai hasil.", _CONFIRMED_IN_QUEUE),
    ),
)
