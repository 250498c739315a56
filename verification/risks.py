"""Why a family should be visited: conditions that a round may choose by.

Each is SQL that tells household ids for the whole register at once; upper layers add theirs with
`register` when they start. The SQL may use %(today)s and %(unseen_months)s.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Risk:
    """`badge` is said of one family, `question` is what its visitor is to ask.

    With `answers` the question is one of the form, and these are what can be said to it.
    """

    code: str
    title: str
    badge: str
    question: str
    sql: str
    answers: tuple[str, ...] = ()


RISKS: dict[str, Risk] = {}


def register(risk: Risk) -> None:
    RISKS[risk.code] = risk


def of(codes: list[str]) -> list[Risk]:
    """The known ones of these codes, in the order of the registry."""
    return [risk for code, risk in RISKS.items() if code in codes]


def found_sql(codes: list[str]) -> str:
    """SQL of (household_id, risks) for every family with one of these risks."""
    parts = " UNION ALL ".join(
        f"SELECT '{risk.code}' AS code, household_id FROM ({risk.sql}) {risk.code.lower()}"
        for risk in of(codes)
    )
    return (
        "SELECT household_id, array_agg(DISTINCT code::varchar) AS risks"
        f" FROM ({parts}) found GROUP BY household_id"
    )


for _risk in (
    Risk(
        "MENINGGAL_PINDAH",
        "Ada anggota yang tercatat meninggal atau pindah di Dukcapil",
        "Tercatat meninggal atau pindah",
        "Siapa anggota keluarga yang meninggal atau pindah?",
        """
        SELECT p.household_id FROM verification_matchresult m
        JOIN beneficiaries_person p ON p.id = m.person_id AND p.is_active
        WHERE m.outcome IN ('MENINGGAL', 'PINDAH') AND m.state IN ('OTOMATIS', 'DITERIMA')
        """,
    ),
    Risk(
        "GANDA",
        "Ada anggota yang mungkin terdaftar dua kali",
        "Mungkin data ganda",
        "Apakah keluarga atau anggotanya juga terdaftar di tempat lain?",
        """
        SELECT p.household_id FROM verification_duplicatemember d
        JOIN verification_duplicategroup g ON g.id = d.group_id AND g.status = 'TERBUKA'
        JOIN beneficiaries_person p ON p.id = d.person_id AND p.is_active
        """,
        answers=("Tidak, hanya di sini", "Ya, di tempat lain", "Keluarga tidak tahu"),
    ),
    Risk(
        "NIK_TIDAK_SAH",
        "NIK anggota kosong atau tidak sah",
        "NIK tidak sah",
        "NIK menurut KTP-el atau kartu keluarga",
        "SELECT household_id FROM beneficiaries_person WHERE is_active AND NOT nik_valid",
    ),
    Risk(
        "BELUM_PADAN",
        "Belum padan dengan Dukcapil",
        "Belum padan",
        "Cocokkan nama dan NIK dengan KTP-el",
        """
        SELECT household_id FROM beneficiaries_person
        WHERE is_active AND nik_valid AND nik_confirmed_on IS NULL
        """,
    ),
    Risk(
        "LAMA_TAK_DIKUNJUNGI",
        "Lama tidak dikunjungi",
        "Lama tidak dikunjungi",
        "Apakah keluarga masih tinggal di alamat ini?",
        """
        SELECT h.id AS household_id FROM beneficiaries_household h
        WHERE h.is_active AND NOT EXISTS (
            SELECT FROM verification_case v WHERE v.household_id = h.id AND v.status = 'DISETUJUI'
                AND v.visited_on >= %(today)s::date - make_interval(months => %(unseen_months)s))
        """,
    ),
):
    register(_risk)
