"""Cell cleaners of the payout: banks, cards, numbers, periods, times."""

import re
from datetime import date, datetime

from spreadsheets import cells
from spreadsheets.layout import Cleaned, as_written

# Bank codes and account digits of DOMAIN section 2; the digits are hearsay, so a doubt only.
BANK_NAMES = {"002": "BRI", "008": "Mandiri", "009": "BNI", "200": "BTN", "451": "BSI"}
ACCOUNT_DIGITS = {"002": 15, "008": 13, "009": 10, "200": 16, "451": 10}
bank = cells.choice(
    {
        "BRI": "002",
        "Mandiri": "008",
        "BNI": "009",
        "BTN": "200",
        "BSI": "451",
        "2": "002",
        "8": "008",
        "9": "009",
        "Bank BRI": "002",
        "Bank Rakyat Indonesia": "002",
        "PT Bank Rakyat Indonesia (Persero) Tbk": "002",
        "Bank Mandiri": "008",
        "BMRI": "008",
        "PT Bank Mandiri (Persero) Tbk": "008",
        "Bank BNI": "009",
        "BNI 46": "009",
        "Bank Negara Indonesia": "009",
        "PT Bank Negara Indonesia (Persero) Tbk": "009",
        "Bank BTN": "200",
        "Bank Tabungan Negara": "200",
        "PT Bank Tabungan Negara (Persero) Tbk": "200",
        "Bank BSI": "451",
        "Bank Syariah Indonesia": "451",
        "PT Bank Syariah Indonesia Tbk": "451",
        "BRI Syariah": "451",
        "BNI Syariah": "451",
        "Bank Syariah Mandiri": "451",
    }
)
card_number = cells.digits(16, level="error")
account_number = cells.digits(10, 13, 15, 16)


def decimal(raw) -> str | Cleaned:
    """A number with at most six places, the decimal point as in 2.5.

    >>> decimal("2,5"), decimal(10.0), decimal("-2,98911"), decimal("1.250,5"), decimal("-")
    ('2.5', '10', '-2.98911', '1250.5', '')
    >>> decimal("dua")[1:3]
    ('BUKAN_BILANGAN', 'error')
    """
    cleaned = cells.text(raw)
    shown = (cleaned if type(cleaned) is str else cleaned.value).replace(" ", "")
    if not shown:
        return ""
    if re.fullmatch(r"-?\d{1,3}(\.\d{3})+,\d+", shown):
        shown = shown.replace(".", "")
    found = re.fullmatch(r"(-?)0*(\d{1,12})(?:[.,](\d{1,12}))?", shown)
    if not found or isinstance(raw, bool):
        return Cleaned(
            "",
            "BUKAN_BILANGAN",
            "error",
            "Isi sel bukan bilangan; tulis angka, misalnya 2,5.",
        )
    sign, whole, places = found.groups()
    places = (places or "")[:6].rstrip("0")
    number = f"{whole}.{places}" if places else whole
    return number if number == "0" else sign + number


def month_count(raw) -> str | Cleaned:
    """How many months are paid at once, 1 to 12.

    >>> month_count("3 bulan"), month_count(1.0), month_count("13")[1:3], month_count("-")
    ('3', '1', ('BULAN_DI_LUAR_1_12', 'error'), '')
    """
    cleaned = cells.text(raw)
    shown = cleaned if type(cleaned) is str else cleaned.value
    if not shown:
        return ""
    found = re.fullmatch(r"0*(\d{1,2})\s*(?:BULAN|BLN)?", shown.upper())
    if found and 1 <= int(found[1]) <= 12:
        return str(int(found[1]))
    return Cleaned(
        "",
        "BULAN_DI_LUAR_1_12",
        "error",
        "Jumlah bulan bukan bilangan 1 sampai 12; tulis banyaknya bulan yang dibayar.",
    )


def year(raw) -> str | Cleaned:
    """
    >>> year(2021.0), year("2021"), year(""), year("21")[1:3]
    ('2021', '2021', '', ('TAHUN_TIDAK_TERBACA', 'error'))
    """
    cleaned = cells.text(raw)
    shown = cleaned if type(cleaned) is str else cleaned.value
    if not shown or re.fullmatch(r"20[1-9]\d", shown):
        return shown
    return Cleaned(
        "",
        "TAHUN_TIDAK_TERBACA",
        "error",
        "Tahun tidak dapat dibaca; tulis empat angka, misalnya 2021.",
    )


_MONTHS = {
    spelling: number
    for number, spellings in enumerate(
        (
            "JANUARI JAN",
            "FEBRUARI FEB PEBRUARI PEB",
            "MARET MAR",
            "APRIL APR",
            "MEI",
            "JUNI JUN",
            "JULI JUL",
            "AGUSTUS AGU AGS AGT",
            "SEPTEMBER SEP SEPT",
            "OKTOBER OKT",
            "NOVEMBER NOV NOPEMBER NOP",
            "DESEMBER DES",
        ),
        start=1,
    )
    for spelling in spellings.split()
}
_TO = r"\s*(?:-|–|S/?D\.?|SAMPAI|HINGGA|/)\s*"
_MONTH = r"([A-Z]+|0?\d|1\d)"
_YEAR = r"(20\d\d)"
_PERIODS = (
    (re.compile(rf"{_YEAR}[-/.](\d\d?)(?:{_TO}{_YEAR}[-/.](\d\d?))?"), (1, 2, 3, 4)),
    (re.compile(rf"{_MONTH}[\s\-/.]*{_YEAR}(?:{_TO}{_MONTH}[\s\-/.]*{_YEAR})?"), (2, 1, 4, 3)),
    (re.compile(rf"{_MONTH}(?:{_TO}{_MONTH})?[\s\-/.]+{_YEAR}"), (3, 1, 3, 2)),
    (re.compile(rf"{_MONTH}(?:{_TO}{_MONTH})?"), (None, 1, None, 2)),
)
_BAD_PERIOD = Cleaned(
    "",
    "PERIODE_TIDAK_TERBACA",
    "error",
    "Periode tidak dapat dibaca; tulis bulan dan tahun, misalnya Januari 2021 atau Januari-Maret"
    " 2021.",
)


def period(raw) -> str | Cleaned:
    """The months that are paid: `2021-01`, or `2021-01/2021-03` from first to last.

    Months without a year are `01` or `01/03`; the column with the year completes them.

    >>> period("Januari 2021"), period("Jan-Mar 2021"), period("2021-01"), period("10/2021")
    ('2021-01', '2021-01/2021-03', '2021-01', '2021-10')
    >>> period("Desember 2021 s/d Januari 2022"), period("Januari - Maret"), period(7.0)
    ('2021-12/2022-01', '01/03', '07')
    >>> period(date(2021, 3, 1)), period("bulan 13 2021")[1:3], period("Maret-Januari 2021")[1:3]
    ('2021-03', ('PERIODE_TIDAK_TERBACA', 'error'), ('PERIODE_TIDAK_TERBACA', 'error'))
    """
    if isinstance(raw, date):
        return f"{raw:%Y-%m}" if 2000 <= raw.year < 2100 else _BAD_PERIOD
    cleaned = cells.text(raw)
    shown = (cleaned if type(cleaned) is str else cleaned.value).upper()
    if not shown:
        return ""
    for pattern, (from_year, from_month, to_year, to_month) in _PERIODS:
        found = pattern.fullmatch(shown.removeprefix("BULAN ").removeprefix("PERIODE "))
        if not found:
            continue
        first = _month(found[from_year] if from_year else "", found[from_month])
        last = _month(found[to_year] if to_year else "", found[to_month]) if found[to_month] else ""
        if first and (last or not found[to_month]) and (not last or first < last):
            return f"{first}/{last}" if last else first
    return _BAD_PERIOD


def _month(in_year: str, written: str) -> str:
    number = _MONTHS.get(written, 0) if written.isalpha() else int(written)
    if not 1 <= number <= 12:
        return ""
    return f"{in_year}-{number:02d}" if in_year else f"{number:02d}"


_CLOCK = re.compile(
    r"(.+?)[\sT,]+(?:PUKUL |JAM )?(\d{1,2})[:.](\d\d)(?:[:.](\d\d)(?:\.\d+)?)?(?: WIB)?"
)


def moment(raw) -> str | Cleaned:
    """A day and time in WIB as `2021-10-05 09:41:00`; the day alone where no time is written.

    >>> moment("05-10-2021 09:41"), moment("5/10/2021 9.41.07 WIB"), moment("2021-10-05T09:41:00")
    ('2021-10-05 09:41:00', '2021-10-05 09:41:07', '2021-10-05 09:41:00')
    >>> moment(datetime(2021, 10, 5, 9, 41)), moment("05-10-2021"), moment("05-10-2021 25:00")[1:3]
    ('2021-10-05 09:41:00', '2021-10-05', ('JAM_TIDAK_TERBACA', 'error'))
    """
    if isinstance(raw, datetime):
        day = cells.date(raw.date())
        has_clock = type(day) is str and raw.time() != datetime.min.time()
        return f"{day} {raw:%H:%M:%S}" if has_clock else day
    found = _CLOCK.fullmatch(raw.strip().upper()) if isinstance(raw, str) else None
    if not found:
        return cells.date(raw)
    day = cells.date(found[1])
    hour, minute, second = (int(part or 0) for part in found.groups()[1:])
    if hour > 23 or minute > 59 or second > 59:
        return Cleaned(
            "",
            "JAM_TIDAK_TERBACA",
            "error",
            f"Jam pada {as_written(raw)} tidak ada; tulis misalnya 05-10-2021 09:41.",
        )
    clock = f" {hour:02d}:{minute:02d}:{second:02d}"
    if type(day) is str:
        return day and day + clock
    return day._replace(value=day.value and day.value + clock)
