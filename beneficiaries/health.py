"""What must hold of the register at every time, asked of the whole database at once.

Each app declares its `CHECKS` in a `health.py`; `dashboards.checking` runs them every night and on
demand. Sentences name rows by their number in the portal, never by name or identity number.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.db import connection

AT_MOST = 20


@dataclass(frozen=True)
class Check:
    """A promise of the portal. `broken` tells in sentences what does not hold; none: it holds."""

    code: str
    title: str
    promise: str
    broken: Callable[[], list[str]]


def told(sentence: str, sql: str, **values) -> list[str]:
    """`sentence`, filled with the columns of each row that the query finds; at most `AT_MOST`."""
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} LIMIT {AT_MOST}", values)
        columns = [column.name for column in cursor.description]
        return [sentence.format(**dict(zip(columns, row, strict=True))) for row in cursor]


_NIK_TWICE = """
SELECT min(id) AS one, max(id) AS other, count(*) AS holders FROM beneficiaries_person
WHERE is_active AND nik_confirmed_on IS NOT NULL
GROUP BY nik HAVING count(*) > 1 ORDER BY 1
"""
_PAYEE_ELSEWHERE = """
SELECT h.id FROM beneficiaries_household h
LEFT JOIN beneficiaries_person p ON p.id = h.payee_id
WHERE h.is_active AND h.payee_id IS NOT NULL
    AND (p.household_id IS DISTINCT FROM h.id OR NOT p.is_active)
ORDER BY 1
"""
_OTHER_VILLAGE = """
SELECT told.what, told.id, told.village_id AS village, h.id AS household, h.village_id AS home
FROM (
    SELECT 'Orang' AS what, id, household_id, village_id FROM beneficiaries_person
    UNION ALL SELECT 'Kartu', id, household_id, village_id FROM beneficiaries_card
    UNION ALL SELECT 'Kepesertaan', id, household_id, village_id FROM beneficiaries_enrollment
) told
JOIN beneficiaries_household h ON h.id = told.household_id
WHERE told.village_id <> h.village_id ORDER BY 1, 2
"""
_HOLDER_ELSEWHERE = """
SELECT c.id FROM beneficiaries_card c JOIN beneficiaries_person p ON p.id = c.holder_id
WHERE p.household_id <> c.household_id ORDER BY 1
"""
_ROWS_LOST = """
SELECT u.id, coalesce(r.rows, 0) AS rows, r.written,
    u.rows_new + u.rows_changed + u.rows_same + u.rows_review + u.rows_problem AS sent,
    u.rows_applied + u.rows_conflict AS told
FROM uploads_upload u
LEFT JOIN (
    SELECT upload_id, count(*) AS rows, count(*) FILTER (WHERE outcome <> '') AS written
    FROM uploads_uploadrow GROUP BY 1
) r ON r.upload_id = u.id
WHERE u.status = 'DITERAPKAN' AND (
    coalesce(r.rows, 0)
        <> u.rows_new + u.rows_changed + u.rows_same + u.rows_review + u.rows_problem
    OR u.rows_applied + u.rows_conflict <> u.rows_new + u.rows_changed
    OR coalesce(r.written, 0) <> u.rows_new + u.rows_changed)
ORDER BY 1
"""

CHECKS = (
    Check(
        "nik-satu-orang",
        "Satu NIK, satu orang",
        "NIK yang dibenarkan Dukcapil dimiliki tepat satu orang aktif.",
        partial(
            told,
            "NIK yang sama dibenarkan untuk {holders} orang aktif, antara lain orang {one} dan"
            " {other}.",
            _NIK_TWICE,
        ),
    ),
    Check(
        "pengurus-anggota",
        "Pengurus adalah anggota keluarganya",
        "Pengurus setiap keluarga aktif adalah anggota aktif keluarga itu.",
        partial(told, "Pengurus keluarga {id} bukan anggota aktif keluarga itu.", _PAYEE_ELSEWHERE),
    ),
    Check(
        "desa-keluarga",
        "Satu keluarga, satu desa",
        "Anggota, kartu, dan kepesertaan tercatat di desa/kelurahan keluarganya.",
        partial(
            told,
            "{what} {id} tercatat di {village}, sedangkan keluarganya ({household}) di {home}.",
            _OTHER_VILLAGE,
        ),
    ),
    Check(
        "pemegang-kartu",
        "Pemegang kartu adalah anggota keluarganya",
        "Setiap kartu KKS dipegang anggota keluarga pemilik kartu itu.",
        partial(told, "Pemegang kartu {id} tercatat di keluarga lain.", _HOLDER_ELSEWHERE),
    ),
    Check(
        "baris-unggahan",
        "Tidak ada baris yang hilang",
        "Pada setiap unggahan: dikirim = diterapkan + tanpa perubahan + belum dapat diajukan.",
        partial(
            told,
            "Unggahan {id}: {sent} baris dihitung, {rows} baris tersimpan, {told} baris diterapkan"
            " atau berbenturan.",
            _ROWS_LOST,
        ),
    ),
)
