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


def tenths_of_million(rupiah: int) -> int:
    """Rounded half up, so that a table and the chart beside it say the same."""
    return (rupiah + 50_000) // 100_000


def millions(rupiah: int) -> str:
    """
    >>> millions(1_707_950_000), millions(400_000)
    ('1.708,0', '0,4')
    """
    whole, tenth = divmod(tenths_of_million(rupiah), 10)
    return f"{thousands(whole)},{tenth}"


def _text(column: str, number: int) -> str:
    return millions(number) if column.endswith("_amount") else thousands(number)


def figure_words(line: dict) -> str:
    """Then and now of a follow-up with what both are of, and the newest figure by its own name.

    >>> line = {"then": "95%", "now": "97%", "of": "Periode Mei", "newest": "Periode Juni: 3%"}
    >>> figure_words(line)
    '95% → 97% (Periode Mei). Periode Juni: 3%'
    """
    # Snapshots of before say neither `of` nor `newest`.
    of = f" ({line['of']})" if line.get("of") else ""
    newest = f". {line['newest']}" if line.get("newest") else ""
    return f"{line['then']} → {line['now']}{of}{newest}"


def payout_rows(payout: dict, region: str) -> list[tuple[str, ...]]:
    """Each place of a briefing with its payout, then the whole region."""
    return [
        (name, *(_text(column, row[column]) for column in _NAMES))
        for name, row in (
            *((place["name"], place) for place in payout["places"]),
            (region, payout["total"]),
        )
    ]
