"""Risks of a round that need what verification does not know: registered when the portal starts."""

from spreadsheets.words import thousands
from verification import risks

# Three months of the Sembako programme at Rp200.000 that nobody has touched for three months: the
# auditors' question of 2020, cards never handed over and aid never used (DOMAIN section 3).
UNSPENT_RUPIAH = 600_000
UNSPENT_DAYS = 90

# Purchases take the oldest credit first, so an untouched one means that nothing was bought since.
UNSPENT = risks.Risk(
    "TAK_DIBELANJAKAN",
    f"Bantuan Rp{thousands(UNSPENT_RUPIAH)} atau lebih tidak dibelanjakan {UNSPENT_DAYS} hari",
    "Dana tidak dibelanjakan",
    "Siapa yang memegang KKS, dan mengapa belum dibelanjakan?",
    f"""
    SELECT household_id FROM distribution_payment
    WHERE household_id IS NOT NULL AND topped_up_amount > 0 AND spent_amount = 0
        AND refunded_amount = 0 AND topped_up_on <= %(today)s::date - {UNSPENT_DAYS}
    GROUP BY household_id HAVING sum(balance) >= {UNSPENT_RUPIAH}
    """,
    answers=(
        "KKS dipegang keluarga, belum sempat belanja",
        "KKS dipegang orang lain",
        "KKS belum pernah diterima",
        "KKS hilang atau rusak",
        "Agen terlalu jauh",
    ),
)
