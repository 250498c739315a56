"""What the document and the slides of a briefing say in the same words."""

from spreadsheets.words import thousands

PAYOUT_HEADINGS = (
    "Daftar bayar (KPM)",
    "Dana masuk (KPM)",
    "Gagal (KPM)",
    "Belum belanja (KPM)",
    "Dana masuk (juta Rp)",
    "Belanja (juta Rp)",
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


def millions(rupiah: int) -> str:
    """
    >>> millions(1_707_950_000), millions(400_000)
    ('1.708,0', '0,4')
    """
    tenths = (rupiah + 50_000) // 100_000
    return f"{thousands(tenths // 10)},{tenths % 10}"


def _text(column: str, number: int) -> str:
    return millions(number) if column.endswith("_amount") else thousands(number)


def payout_rows(payout: dict, region: str) -> list[tuple[str, ...]]:
    """Each place of a briefing with its payout, then the whole region."""
    return [
        (name, *(_text(column, row[column]) for column in _NAMES))
        for name, row in (
            *((place["name"], place) for place in payout["places"]),
            (region, payout["total"]),
        )
    ]
