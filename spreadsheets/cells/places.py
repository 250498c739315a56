"""RT and RW."""

import re
from datetime import date as Date
from datetime import timedelta
from typing import Any

from spreadsheets.cells.dates import MONTHS, SERIAL_START
from spreadsheets.cells.texts import is_nothing, tidy
from spreadsheets.layout import Cleaned

_RT_RW = re.compile(
    r"(?:RT\s*[/.&\-]?\s*RW|RT|RW)?[\s.:]*(\d{1,3})(?:\.0)?"
    r"(?:(?:\s*[/\\;&|\-]\s*(?:RW)?|\s*,?\s*RW|,?\s+)[\s.:]*(\d{1,3}))?"
)
# What a spreadsheet makes of 1/2: the serial of a day of these years, a date, "01-Feb".
_FIRST_SERIAL, _LAST_SERIAL = 36_526, 55_153
_DATE_TEXT = re.compile(r"\d{4}-(\d{2})-(\d{2})(?: 00:00:00)?")
_DAY_MONTH = re.compile(r"(\d{1,2})[-/ ]([A-Z]{3,9})")


def _became_date(day: int, month: int) -> Cleaned:
    return Cleaned(
        "",
        "RT_RW_JADI_TANGGAL",
        "warning",
        "RT/RW berubah menjadi tanggal oleh aplikasi lembar kerja; tulis ulang sebagai teks, "
        "misalnya 001/002.",
        f"{day:03d}/{month:03d}",
    )


def _unreadable(shown: str) -> Cleaned:
    return Cleaned(
        shown,
        "RT_RW_TIDAK_TERBACA",
        "warning",
        "RT/RW tidak dapat dibaca; tulis tiga angka, misalnya 001.",
    )


def rt_rw(raw: Any) -> str | Cleaned:  # noqa: PLR0911  one exit per kind of damage
    """Three digits, or `001/002` where both stand in one cell.

    >>> rt_rw("1"), rt_rw(2.0), rt_rw("RT 003"), rt_rw("1/2"), rt_rw("-"), rt_rw("000")
    ('001', '002', '003', '001/002', '', '')
    >>> rt_rw("RT 1 RW 2"), rt_rw("RT.001/RW.002"), rt_rw("RT/RW: 001/002"), rt_rw("01")
    ('001/002', '001/002', '001/002', '001')
    >>> rt_rw(Date(2021, 2, 1))[:3], rt_rw(Date(2021, 2, 1)).suggestion, rt_rw("01-Feb").suggestion
    (('', 'RT_RW_JADI_TANGGAL', 'warning'), '001/002', '001/002')
    """
    if isinstance(raw, Date):
        return _became_date(raw.day, raw.month)
    shown = tidy(raw).upper().lstrip("' ")
    if is_nothing(shown):
        return ""
    found = _RT_RW.fullmatch(shown)
    if found:
        parts = [part.zfill(3) for part in found.groups() if part]
        return "" if all(part == "000" for part in parts) else "/".join(parts)
    if len(shown) == 5 and shown.isdecimal() and _FIRST_SERIAL <= int(shown) <= _LAST_SERIAL:
        day = SERIAL_START + timedelta(days=int(shown))
        return _became_date(day.day, day.month)
    if found := _DATE_TEXT.fullmatch(shown):
        return _became_date(int(found[2]), int(found[1]))
    found = _DAY_MONTH.fullmatch(shown)
    if found and found[2] in MONTHS:
        return _became_date(int(found[1]), MONTHS[found[2]])
    return _unreadable(shown)


def _part_of_rt_rw(raw: Any, index: int) -> str | Cleaned:
    both = rt_rw(raw)
    if type(both) is not str:
        if both.suggestion:
            return both._replace(suggestion=both.suggestion.split("/")[index])
        return both
    if "/" not in both:
        other = "RW" if index == 0 else "RT"
        if type(raw) is str and both and raw.lstrip("' ").upper().startswith(other):
            shown = tidy(raw).upper()
            if not shown.startswith("RT/RW"):
                return _unreadable(shown)
        return both
    part = both.split("/")[index]
    return Cleaned(
        "" if part == "000" else part,
        "RT_RW_DIPISAH",
        "info",
        "RT dan RW tertulis dalam satu sel dan dipisahkan.",
    )


def rt(raw: Any) -> str | Cleaned:
    """
    >>> rt("7"), rt("1/2")[:3], rt("RW 2")[:3]
    ('007', ('001', 'RT_RW_DIPISAH', 'info'), ('RW 2', 'RT_RW_TIDAK_TERBACA', 'warning'))
    """
    return _part_of_rt_rw(raw, 0)


def rw(raw: Any) -> str | Cleaned:
    """
    >>> rw("7"), rw("1/2")[:3]
    ('007', ('002', 'RT_RW_DIPISAH', 'info'))
    """
    return _part_of_rt_rw(raw, 1)
