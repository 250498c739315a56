"""What the document and the slides of a briefing say in the same words."""

from spreadsheets.words import thousands

PAYOUT_HEADINGS = (
    "Daftar bayar (KPM)",
    "Dana masuk (KPM)",
    "Gagal (KPM)",
    "Belum belanja (KPM)",
    "Dana masuk (Rp)",
    "Belanja (Rp)",
    "Agen",
    "Desa tanpa agen",
)
_NAMES = (
    "payments",
    "credited",
    "failed",
    "unspent",
    "credited_amount",
    "spent_amount",
    "agents",
    "without_agent",
)


def payout_rows(payout: dict, region: str) -> list[tuple[str, ...]]:
    """Each place of a briefing with its payout, then the whole region."""
    return [
        (name, *(thousands(row[column]) for column in _NAMES))
        for name, row in (
            *((place["name"], place) for place in payout["places"]),
            (region, payout["total"]),
        )
    ]
