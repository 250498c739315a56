"""Dates, and what their notation leaves open for a row rule to decide."""

import math
import re
from datetime import date as Date
from datetime import time as Time
from datetime import timedelta
from typing import Any, NamedTuple

from spreadsheets.cells.texts import is_nothing, tidy
from spreadsheets.layout import Cleaned, as_written

MONTHS = {
    spelling: number
    for number, spellings in enumerate(
        (
            "JANUARI JAN JANUARY",
            "FEBRUARI FEB PEBRUARI PEB FEBRUARY",
            "MARET MAR MARCH MRT",
            "APRIL APR",
            "MEI MAY",
            "JUNI JUN JUNE",
            "JULI JUL JULY",
            "AGUSTUS AGU AGS AGT AGUST AUGUST AUG",
            "SEPTEMBER SEP SEPT",
            "OKTOBER OKT OCTOBER OCT",
            "NOVEMBER NOV NOPEMBER NOP",
            "DESEMBER DES DECEMBER DEC",
        ),
        start=1,
    )
    for spelling in spellings.split()
}
SERIAL_START = Date(1899, 12, 30)
# Days by which the two date systems of workbooks differ (ECMA-376 part 1, 18.17.4.1).
DAYS_1904 = 1462

_MIDNIGHT = r"(?:[T ]0?0[:.]00(?:[:.]00(?:\.0+)?)?(?:Z|[+-]\d\d:?\d\d)?)?"
_CLOCK = r"(?:[T ]\d{1,2}[:.]\d\d(?:[:.]\d\d(?:\.\d+)?)?(?: [AP]M)?)?"
_ISO = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}})(?:{_MIDNIGHT}|{_CLOCK})")
_NUMERIC = re.compile(
    rf"(\d{{1,2}})\s?[-/. ]\s?(\d{{1,2}})\s?[-/. ]\s?(\d{{4}}|\d{{2}})(?:{_MIDNIGHT}|{_CLOCK})"
)
_WORDED = re.compile(r"(\d{1,2})[\s\-/.,]*([A-Z]{3,9})[\s\-/.,]*(\d{4}|\d{2})")
_MONTH_FIRST = re.compile(r"([A-Z]{3,9})[\s\-/.]*(\d{1,2})(?:ST|ND|RD|TH)?[\s,]+(\d{4})")
_NAMED = (
    r"(?:TANGGAL|TGL|SENIN|SELASA|RABU|KAMIS|JUM'?AT|SABTU|MINGGU|AHAD"
    r"|MONDAY|TUESDAY|WEDNESDAY|THURSDAY|FRIDAY|SATURDAY|SUNDAY)(?!\w)[\s,.:]*"
)
_DAY_NAME = re.compile(_NAMED)
# Letters before the first digit, as in "Kapuas, 01-07-1973".
_PLACE = re.compile(rf"([^\W\d_](?:[^\d,;:]*?[^\W\d_])??\.?)[\s,;:/\-]+(?:{_NAMED})?(?=\d)")
_FIRST_YEAR, _LAST_YEAR = 1880, 2100
_FIRST_SERIAL, _LAST_SERIAL = 1, 73_050
_EXAMPLE = "tulis tanggal-bulan-tahun, misalnya 01-07-1973."


class _Written(NamedTuple):
    """A date's text taken apart: the birth place before it, the date in capitals."""

    place: str
    date: str


def _take_apart(raw: str) -> _Written:
    shown = tidy(raw).strip("'()[].,; ")
    capitals = shown.upper()
    if len(capitals) != len(shown) or not capitals[:1].isalpha():
        return _Written("", capitals)
    named = _DAY_NAME.match(capitals)
    start = named.end() if named else 0
    if _MONTH_FIRST.fullmatch(capitals, start):
        return _Written("", capitals[start:])
    place = _PLACE.match(capitals, start)
    if not place:
        return _Written("", capitals[start:])
    return _Written(shown[place.start(1) : place.end(1)], capitals[place.end() :])


def place_before(raw: Any) -> str:
    """The place that somebody wrote before the date, '' where there is none.

    >>> place_before("Kuala Kapuas, 01-07-1973"), place_before("Senin, 1 Juli 1973")
    ('Kuala Kapuas', '')
    """
    if type(raw) is not str:
        return ""
    written = _take_apart(raw)
    return written.place if written.place.upper() not in MONTHS else ""


def has_two_orders(raw: Any) -> bool:
    """Whether day and month may stand the other way round in the cell: all in figures with the year
    last, or a date that a spreadsheet has made of such a text.

    >>> has_two_orders("05/12/1983"), has_two_orders(Date(1983, 12, 5)), has_two_orders(26846.0)
    (True, True, True)
    >>> has_two_orders("5 Desember 1983"), has_two_orders("1983-12-05")
    (False, False)
    """
    if type(raw) is not str:
        return is_date_cell(raw) or _has_eight_digits(raw)
    written = _take_apart(raw).date
    return bool(_NUMERIC.fullmatch(written)) or is_date_cell(raw) or _has_eight_digits(written)


def _has_eight_digits(raw: Any) -> bool:
    """Whether it is ddmmyyyy; yyyymmdd has one order."""
    shown = as_written(raw).zfill(8)
    return len(shown) == 8 and shown.isdecimal() and not _is_year(int(shown[:4]))


def is_date_cell(raw: Any) -> bool:
    """Whether the cell is a date or the serial number of one, counted by the workbook's system."""
    if isinstance(raw, Date):
        return True
    if isinstance(raw, str):
        return len(raw) == 5 and raw.isdecimal()
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return False
    return _FIRST_SERIAL <= raw <= _LAST_SERIAL and not _is_year(int(raw))


def has_two_digit_year(raw: Any) -> bool:
    """
    >>> has_two_digit_year("1-7-73"), has_two_digit_year("1 Jul 73"), has_two_digit_year("1-7-1973")
    (True, True, False)
    """
    if type(raw) is not str:
        return False
    written = _take_apart(raw).date
    found = _NUMERIC.fullmatch(written) or _WORDED.fullmatch(written)
    return bool(found) and len(found[3]) == 2


def _is_year(number: int) -> bool:
    return _FIRST_YEAR <= number <= _LAST_YEAR


def _impossible(raw: Any) -> Cleaned:
    return Cleaned(
        "",
        "TANGGAL_TIDAK_ADA",
        "error",
        f"Tanggal {as_written(raw)} tidak ada di kalender; {_EXAMPLE}",
    )


def _unreadable() -> Cleaned:
    return Cleaned("", "TANGGAL_TIDAK_TERBACA", "error", f"Tanggal tidak dapat dibaca; {_EXAMPLE}")


def _unknown(raw: Any) -> Cleaned:
    return Cleaned(
        "",
        "TANGGAL_NOL",
        "warning",
        f"Tanggal {as_written(raw)} berarti tidak diketahui; isi tanggal menurut dokumennya, "
        "jika dibiarkan sel ini dianggap kosong.",
    )


def _calendar(year: int, month: int, day: int, raw: Any) -> str | Cleaned:
    if day == month == 0:
        return _unknown(raw) if year in (0, 1900) else _impossible(raw)
    try:
        found = Date(year, month, day)
    except ValueError:
        return _impossible(raw)
    if not _is_year(year):
        return _impossible(raw)
    return found.isoformat()


def date(raw: Any) -> str | Cleaned:
    """A date as ISO text. Day before month; the other order only when it is the only possible one.

    A two-digit year below 30 is read as 20xx, from 30 on as 19xx; for a birth date the row rule
    `beneficiaries.birth_dates.decide_birth_date` looks again, and at the order of day and month.

    >>> date("01-07-1973"), date("1/7/1973"), date("1973-07-01"), date("01 Juli 1973"), date("-")
    ('1973-07-01', '1973-07-01', '1973-07-01', '1973-07-01', '')
    >>> date("Senin, 1 Juli 1973"), date("Juli 1, 1973"), date("1973-07-01T00:00:00Z")
    ('1973-07-01', '1973-07-01', '1973-07-01')
    >>> date(Date(1973, 7, 1)), date(26846.0)[:3]
    ('1973-07-01', ('1973-07-01', 'TANGGAL_SERIAL', 'info'))
    >>> date("1-7-73")[:3], date("Kapuas, 01-07-1973")[:3]
    (('1973-07-01', 'TAHUN_DUA_ANGKA', 'info'), ('1973-07-01', 'TEMPAT_BERSAMA_TANGGAL', 'info'))
    >>> date("07/21/1973")[:3], date("30/02/1980")[:3], date("00/00/0000")[:3]
    ... # doctest: +NORMALIZE_WHITESPACE
    (('1973-07-21', 'BULAN_DI_DEPAN', 'info'), ('', 'TANGGAL_TIDAK_ADA', 'error'),
     ('', 'TANGGAL_NOL', 'warning'))
    """
    if type(raw) is str:
        return _date_text(raw)
    if raw is None:
        return ""
    if isinstance(raw, Date):
        # A date cell of 0 or less: "00/00/0000" as a spreadsheet keeps it.
        if Date(1899, 12, 30) <= Date(raw.year, raw.month, raw.day) <= Date(1899, 12, 31):
            return _unknown(raw)
        return _calendar(raw.year, raw.month, raw.day, raw)
    if isinstance(raw, bool | Time | timedelta):
        return _unreadable()
    return _date_number(raw)


def _date_number(raw: float) -> str | Cleaned:
    if raw == 0:
        return ""
    if not math.isfinite(raw):
        return _unreadable()
    whole = int(raw)
    if _is_year(whole):
        return Cleaned(
            "",
            "HANYA_TAHUN",
            "error",
            f"Sel hanya berisi tahun {whole}; {_EXAMPLE}",
        )
    if 19000000 <= whole <= 21001231 or (1000000 <= whole <= 31129999 and raw == whole):
        return _date_digits(str(whole).zfill(8), raw)
    if not _FIRST_SERIAL <= whole <= _LAST_SERIAL:
        return _unreadable()
    return Cleaned(
        (SERIAL_START + timedelta(days=whole)).isoformat(),
        "TANGGAL_SERIAL",
        "info",
        "Tanggal tersimpan sebagai angka urut lembar kerja dan diubah menjadi tanggal.",
    )


_NO_DATE = frozenset({"0", "TDK ADA", "BLM ADA", "BELUM PUNYA", "TIDAK PUNYA", "NIHIL"})


def _date_text(raw: str) -> str | Cleaned:
    # The common case first, as the register writes it: dd-mm-yyyy.
    if len(raw) == 10 and raw[2] in "-/" and raw[5] == raw[2]:
        try:
            usual = Date(int(raw[6:]), int(raw[3:5]), int(raw[:2]))
        except ValueError:
            usual = None
        if usual and _is_year(usual.year):
            return usual.isoformat()
    place, written = _take_apart(raw)
    if place and place.upper() not in MONTHS:
        return _behind_place(place, written, raw)
    if place:  # a month without a day
        return _unreadable()
    if is_nothing(written) or written in _NO_DATE:
        return ""
    return _date_written(written, raw)


def _behind_place(place: str, written: str, raw: str) -> str | Cleaned:
    found = _date_written(written, raw)
    told = ""
    if type(found) is not str:
        if found.level != "info":
            return found
        told, found = f" {found.message}", found.value
    return Cleaned(
        found,
        "TEMPAT_BERSAMA_TANGGAL",
        "info",
        f"Di depan tanggal tertulis “{place}”; tanggalnya dipisahkan.{told}",
    )


def _date_written(written: str, raw: str) -> str | Cleaned:
    if found := _NUMERIC.fullmatch(written):
        day, month, year = map(int, found.groups())
        return _day_month(day, month, year, len(found[3]), raw)
    if found := _ISO.fullmatch(written):
        year, month, day = map(int, found.groups())
        return _calendar(year, month, day, raw)
    if found := _WORDED.fullmatch(written) or _MONTH_FIRST.fullmatch(written):
        first, second, year = found.groups()
        day, word = (second, first) if first.isalpha() else (first, second)
        month = MONTHS.get(word)
        if month is None:
            return _unreadable()
        return _day_month(int(day), month, int(year), len(year), raw)
    if written.isascii() and written.isdigit():
        return _date_digits(written, raw)
    return _unreadable()


def _day_month(day: int, month: int, year: int, year_digits: int, raw: str) -> str | Cleaned:
    if month > 12 >= day >= 1 and month <= 31:
        value = _calendar(_full_year(year, year_digits), day, month, raw)
        if type(value) is not str:
            return value
        return Cleaned(
            value,
            "BULAN_DI_DEPAN",
            "info",
            "Tanggal ditulis bulan-tanggal-tahun dan dibalik menjadi tanggal-bulan-tahun."
            + (" Tahun dua angka dilengkapi menjadi empat angka." if year_digits == 2 else ""),
        )
    if day == month == year == 0:
        return _unknown(raw)
    value = _calendar(_full_year(year, year_digits), month, day, raw)
    if year_digits == 4 or type(value) is not str:
        return value
    return Cleaned(
        value,
        "TAHUN_DUA_ANGKA",
        "info",
        "Tahun ditulis dua angka dan dilengkapi menjadi empat angka.",
    )


def _full_year(year: int, year_digits: int) -> int:
    if year_digits == 4:
        return year
    return 2000 + year if year < 30 else 1900 + year


def _date_digits(shown: str, raw: Any) -> str | Cleaned:
    if len(shown) == 8:
        first = int(shown[:4])
        ordered = (
            _calendar(first, int(shown[4:6]), int(shown[6:]), raw)
            if _is_year(first)
            else _calendar(int(shown[4:]), int(shown[2:4]), int(shown[:2]), raw)
        )
        if type(ordered) is not str:
            return ordered
        return Cleaned(
            ordered,
            "TANGGAL_TANPA_PEMISAH",
            "info",
            "Tanggal ditulis tanpa pemisah dan dirapikan.",
        )
    return _date_number(int(shown)) if len(shown) <= 5 else _unreadable()
