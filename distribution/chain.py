"""The chain of a payment (DOMAIN section 3): its links, their order, and what may follow what.

Declared once. The sheet of the banks, the model, the comparison in SQL and the pages read it. Pure.
"""

LABELS = {
    "PENETAPAN": "Penetapan",
    "BUREKOL_PROSES": "Burekol diproses",
    "BUREKOL_GAGAL": "Burekol gagal",
    "BUREKOL_SUKSES": "Burekol sukses",
    "CEK_REKENING_PROSES": "Cek rekening diproses",
    "CEK_REKENING_GAGAL": "Cek rekening gagal",
    "CEK_REKENING_BERHASIL": "Cek rekening berhasil",
    "SPM": "SPM",
    "GAGAL_OMSPAN": "Gagal OMSPAN",
    "SP2D": "SP2D",
    "SI": "SI",
    "TOP_UP_GAGAL": "Top up gagal",
    "TOP_UP_SUKSES": "Top up sukses",
    "KKS_TIDAK_TERDISTRIBUSI": "KKS tidak terdistribusi",
    "BELUM_TRANSAKSI": "Belum transaksi",
    "SUDAH_TRANSAKSI": "Sudah transaksi",
    "SALDO_NOL": "Saldo nol",
    "DIKEMBALIKAN": "Dikembalikan ke kas negara",
    "EXCLUDE_PEKERJAAN": "Exclude: pekerjaan",
    "EXCLUDE_MENINGGAL": "Exclude: meninggal",
    "EXCLUDE_TIDAK_LAYAK": "Exclude: tidak layak daerah",
}
RANK = {status: rank for rank, status in enumerate(LABELS)}

# What happened to the money, of all links: these set how much is credited and given back.
CREDITED = "TOP_UP_SUKSES"
NOT_CREDITED = "TOP_UP_GAGAL"
REFUNDED = "DIKEMBALIKAN"
FAILED = frozenset({"BUREKOL_GAGAL", "CEK_REKENING_GAGAL", "GAGAL_OMSPAN", NOT_CREDITED})
EXCLUDED = frozenset(status for status in LABELS if status.startswith("EXCLUDE_"))
# Only a payment that was credited can come here.
AFTER_CREDIT = frozenset(
    {"KKS_TIDAK_TERDISTRIBUSI", "BELUM_TRANSAKSI", "SUDAH_TRANSAKSI", "SALDO_NOL", REFUNDED}
)
# Nothing more is to come of these by itself: the rest of a period is what its closing tells.
SETTLED = frozenset({CREDITED, *AFTER_CREDIT, *EXCLUDED})

# Ways back: a failure is tried again from an earlier link, and a bank may correct what it said.
_BACK = {
    "BUREKOL_GAGAL": {"BUREKOL_PROSES"},
    "CEK_REKENING_GAGAL": {"BUREKOL_PROSES", "BUREKOL_SUKSES", "CEK_REKENING_PROSES"},
    "GAGAL_OMSPAN": {"CEK_REKENING_PROSES", "CEK_REKENING_BERHASIL", "SPM"},
    "TOP_UP_GAGAL": {"CEK_REKENING_PROSES", "CEK_REKENING_BERHASIL", "SPM", "SP2D", "SI"},
    "TOP_UP_SUKSES": {"TOP_UP_GAGAL"},
    "BELUM_TRANSAKSI": {"KKS_TIDAK_TERDISTRIBUSI"},
    **{status: {"PENETAPAN"} for status in EXCLUDED},
}


def _following(status: str) -> frozenset[str]:
    """Later links may be skipped, since no bank reports them all; an exclusion only goes back."""
    if status in EXCLUDED:
        return frozenset(_BACK[status])
    later = {other for other in LABELS if RANK[other] > RANK[status]} - EXCLUDED
    excluded = set() if status in AFTER_CREDIT | {CREDITED} else EXCLUDED
    return frozenset(later | excluded | _BACK.get(status, set()))


TRANSITIONS = {status: _following(status) for status in LABELS}


def is_possible(status: str, following: str) -> bool:
    """May a newer report say `following` of a payment that stands at `status`?

    >>> is_possible("SP2D", "TOP_UP_SUKSES"), is_possible("TOP_UP_GAGAL", "SP2D")
    (True, True)
    >>> is_possible("TOP_UP_SUKSES", "SPM"), is_possible("DIKEMBALIKAN", "TOP_UP_SUKSES")
    (False, False)
    >>> is_possible("TOP_UP_SUKSES", "EXCLUDE_MENINGGAL"), is_possible("SPM", "SPM")
    (False, True)
    """
    return following == status or following in TRANSITIONS[status]
