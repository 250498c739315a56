"""Cell cleaners: a raw cell becomes canonical text, or canonical text and what to say about it.

Canonical: '' is empty, a date is ISO `yyyy-mm-dd`, sex is L or P, money is digits in rupiah.
Every repair is said (level info), every doubt is a warning, every impossibility an error.
"""

import difflib
import math
import re
import unicodedata
from collections.abc import Mapping
from datetime import date as Date
from datetime import datetime as Datetime
from datetime import time as Time
from datetime import timedelta
from typing import Any

from spreadsheets.layout import Cleaned, Cleaner, as_written, slug

# What people type into a cell that has no value.
_NOTHING = frozenset(
    {"-", "--", "---", ".", "_", "NULL", "NONE", "NAN", "N/A", "NA", "BELUM ADA", "TIDAK ADA"}
)
_LONGEST_NOTHING = max(map(len, _NOTHING))
_NO_NUMBER = _NOTHING | {"0", "TDK ADA", "BLM ADA", "BELUM PUNYA", "TIDAK PUNYA", "NIHIL"}

_DIGIT = re.compile(r"\d")


def _visible(char: str) -> str:
    category = unicodedata.category(char)
    if category in ("Zs", "Zl", "Zp", "Cc"):
        return " "
    return "" if category in ("Cf", "Cs") else char


def _tidy(raw: Any) -> str:
    """One line of visible characters with single spaces, composed (NFC)."""
    value = raw if type(raw) is str else as_written(raw)
    if not value.isascii():
        value = unicodedata.normalize("NFC", value)
    if not value.isprintable():
        value = "".join(map(_visible, value))
    return " ".join(value.split())


def text(raw: Any) -> str | Cleaned:
    """
    >>> text("  JL.  Tjilik Riwut "), text("-"), text(12.0), text(None)
    ('JL. Tjilik Riwut', '', '12', '')
    """
    value = _tidy(raw)
    return "" if len(value) <= _LONGEST_NOTHING and value.upper() in _NOTHING else value


def name(raw: Any) -> str | Cleaned:
    """
    >>> name("siti\\u00a0aminah, S.Pd"), name("\\u200bH. Abd.  Rahman"), name("-")
    ('SITI AMINAH, S.PD', 'H. ABD. RAHMAN', '')
    >>> name("BUDI 2").level
    'warning'
    """
    value = _tidy(raw).upper()
    if not value.isascii():
        value = " ".join(unicodedata.normalize("NFC", value).split())
    if value in _NOTHING:
        return ""
    if _DIGIT.search(value):
        return Cleaned(
            value,
            "NAMA_BERANGKA",
            "warning",
            "Nama berisi angka, mungkin kolom tertukar; periksa nama ini.",
        )
    return value


_LOOKALIKE = str.maketrans("OoQlIi|", "0001111")
_PUNCTUATION = re.compile(r"[\s.\-'`’‘\"_,/]+")
_EXPONENT = re.compile(r"\d([.,]\d+)?E\+?\d{1,2}", re.IGNORECASE)
_SOURCE = "ambil nomor lengkap dari KTP-el atau KK"


def _sixteen(value: str) -> Cleaned | None:
    """What is wrong with a string of digits that should be a NIK or KK number."""
    if not (value.isascii() and value.isdigit()):
        return Cleaned(
            value,
            "BUKAN_NOMOR",
            "error",
            "Isi sel bukan nomor 16 angka; tulis 16 angka tanpa huruf.",
        )
    if len(value) == 16:
        if value[12:] == "0000":
            return Cleaned(
                value,
                "NOMOR_URUT_0000",
                "error",
                "Nomor berakhiran 0000, tanda nomor dirusak aplikasi lembar kerja; "
                + _SOURCE
                + ".",
            )
        return None
    if len(value) == 32:
        return Cleaned(
            value,
            "DUA_NOMOR",
            "error",
            "Sel berisi dua nomor; tulis satu nomor saja di setiap sel.",
        )
    return Cleaned(
        value,
        "BUKAN_16_ANGKA",
        "error",
        f"Nomor berisi {len(value)} angka, seharusnya 16; " + _SOURCE + ".",
    )


def digits16(raw: Any) -> str | Cleaned:
    """A NIK or KK number with the damage grades of DOMAIN section 2.

    >>> digits16("6271015508809001"), digits16("-"), digits16("BELUM ADA"), digits16("0")
    ('6271015508809001', '', '', '')
    >>> digits16("'6271.0155.0880.9OOl")[:3]
    ('6271015508809001', 'NOMOR_DIRAPIKAN', 'info')
    >>> digits16(6271015508809001.0)[:3]
    ('6271015508809001', 'SEL_ANGKA', 'info')
    >>> digits16(6271015508809010.0)[1:3], digits16(9171015508809012.0)[1:3]
    (('SEL_ANGKA_BERAKHIR_0', 'warning'), ('SEL_ANGKA_TIDAK_TEPAT', 'error'))
    >>> digits16("6.27101E+15")[1:3], digits16("627101550880900")[1:3]
    (('NOTASI_ILMIAH', 'error'), ('BUKAN_16_ANGKA', 'error'))
    """
    if type(raw) is str:
        # The common case, first: nothing to repair.
        if len(raw) == 16 and raw.isdigit() and raw.isascii() and raw[12:] != "0000":
            return raw
        return _digits16_text(raw)
    if raw is None:
        return ""
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return _digits16_number(raw)
    return Cleaned(
        as_written(raw),
        "BUKAN_NOMOR",
        "error",
        "Isi sel bukan nomor 16 angka; tulis 16 angka tanpa huruf.",
    )


def _digits16_number(raw: float) -> str | Cleaned:
    if raw == 0:
        return ""
    if isinstance(raw, float) and not raw.is_integer():
        return Cleaned(
            as_written(raw),
            "BUKAN_NOMOR",
            "error",
            "Isi sel bukan nomor 16 angka; tulis 16 angka tanpa huruf.",
        )
    value = str(int(raw))
    wrong = _sixteen(value)
    if wrong:
        return wrong
    if isinstance(raw, float) and raw >= 2**53:
        return Cleaned(
            value,
            "SEL_ANGKA_TIDAK_TEPAT",
            "error",
            "Nomor tersimpan sebagai angka sehingga angka terakhirnya tidak pasti; "
            + _SOURCE
            + " dan ketik sebagai teks.",
            value,
        )
    if value[-1] == "0":
        return Cleaned(
            value,
            "SEL_ANGKA_BERAKHIR_0",
            "warning",
            "Nomor tersimpan sebagai angka dan berakhir 0, mungkin angka terakhirnya hilang; "
            "cocokkan dengan KTP-el atau KK.",
        )
    return Cleaned(
        value,
        "SEL_ANGKA",
        "info",
        "Nomor tersimpan sebagai angka; dibaca utuh, lain kali simpan sebagai teks.",
    )


def _digits16_text(raw: str) -> str | Cleaned:  # noqa: PLR0911  one exit per kind of damage
    shown = _tidy(raw)
    if not shown or shown.upper() in _NO_NUMBER:
        return ""
    if _EXPONENT.fullmatch(shown):
        return Cleaned(
            shown,
            "NOTASI_ILMIAH",
            "error",
            "Nomor tertulis dalam notasi ilmiah sehingga angkanya hilang; " + _SOURCE + ".",
        )
    joined = shown[:-2] if re.search(r"\d{10}\.0$", shown) else shown
    joined = _PUNCTUATION.sub("", joined)
    value = joined.translate(_LOOKALIKE)
    if not value:
        return ""
    if not (value.isascii() and value.isdigit()):
        value = shown
    elif not value.strip("0"):
        return ""
    wrong = _sixteen(value)
    if wrong:
        return wrong
    if value == raw.strip(" "):
        return value
    return Cleaned(
        value,
        "NOMOR_DIRAPIKAN",
        "info",
        "Tanda baca, spasi, atau huruf mirip angka pada nomor dirapikan.",
    )


def digits(*lengths: int, level: str = "warning") -> Cleaner:
    """A cleaner for card and account numbers, whose length is only known by hearsay.

    >>> account = digits(10, 13, 15, 16)
    >>> account("0012-01-000123-50-9"), account(" - ")
    (Cleaned(value='001201000123509', code='NOMOR_DIRAPIKAN', level='info', message='Tanda \
baca dan spasi pada nomor dirapikan.', suggestion=''), '')
    >>> account("12345")[1:3]
    ('PANJANG_NOMOR', 'warning')
    """
    expected = " atau ".join(map(str, lengths))

    def clean(raw: Any) -> str | Cleaned:  # noqa: PLR0911  one exit per kind of damage
        shown = _tidy(raw)
        if not shown or shown.upper() in _NO_NUMBER:
            return ""
        if _EXPONENT.fullmatch(shown):
            return Cleaned(
                shown,
                "NOTASI_ILMIAH",
                "error",
                "Nomor tertulis dalam notasi ilmiah sehingga angkanya hilang; "
                "ambil nomor lengkap dari sumbernya.",
            )
        value = _PUNCTUATION.sub("", shown)
        if not (value.isascii() and value.isdigit()):
            if not value:
                return ""
            return Cleaned(shown, "BUKAN_NOMOR", "error", "Isi sel bukan nomor; tulis angka saja.")
        if len(value) not in lengths:
            return Cleaned(
                value,
                "PANJANG_NOMOR",
                level,
                f"Nomor berisi {len(value)} angka, lazimnya {expected}; periksa nomor ini.",
            )
        if isinstance(raw, float | int) and len(value) >= 15:
            return (
                _digits16_number(raw)
                if len(value) == 16
                else Cleaned(
                    value,
                    "SEL_ANGKA",
                    "info",
                    "Nomor tersimpan sebagai angka; dibaca utuh, lain kali simpan sebagai teks.",
                )
            )
        if type(raw) is str and value != raw.strip(" "):
            return Cleaned(
                value, "NOMOR_DIRAPIKAN", "info", "Tanda baca dan spasi pada nomor dirapikan."
            )
        return value

    return clean


_MONTHS = {
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
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?)?")
_NUMERIC = re.compile(r"(\d{1,2})\s?[-/. ]\s?(\d{1,2})\s?[-/. ]\s?(\d{4}|\d{2})(?: 00:00(?::00)?)?")
_WORDED = re.compile(r"(\d{1,2})[\s\-/.]*([A-Z]{3,9})[\s\-/.,]*(\d{4}|\d{2})")
_SERIAL_START = Date(1899, 12, 30)
_FIRST_YEAR, _LAST_YEAR = 1880, 2100


def _impossible(raw: Any) -> Cleaned:
    return Cleaned(
        "",
        "TANGGAL_TIDAK_ADA",
        "error",
        f"Tanggal {as_written(raw)} tidak ada di kalender; tulis tanggal-bulan-tahun, "
        "misalnya 01-07-1973.",
    )


def _unreadable(raw: Any) -> Cleaned:
    return Cleaned(
        "",
        "TANGGAL_TIDAK_TERBACA",
        "error",
        "Tanggal tidak dapat dibaca; tulis tanggal-bulan-tahun, misalnya 01-07-1973.",
    )


def _calendar(year: int, month: int, day: int, raw: Any) -> str | Cleaned:
    try:
        found = Date(year, month, day)
    except ValueError:
        return _impossible(raw)
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return _impossible(raw)
    return found.isoformat()


def date(raw: Any) -> str | Cleaned:
    """A date as ISO text. Day before month; the other order only when it is the only possible one.

    A two-digit year below 30 is read as 20xx and marked as a doubt, from 30 on as 19xx.

    >>> date("01-07-1973"), date("1/7/1973"), date("1973-07-01"), date("01 Juli 1973"), date("-")
    ('1973-07-01', '1973-07-01', '1973-07-01', '1973-07-01', '')
    >>> date(Datetime(1973, 7, 1)), date(26846.0)[:3]
    ('1973-07-01', ('1973-07-01', 'TANGGAL_SERIAL', 'info'))
    >>> date("1-7-73")[:3], date("1-7-12")[:3]
    (('1973-07-01', 'TAHUN_DUA_ANGKA', 'info'), ('2012-07-01', 'TAHUN_DUA_ANGKA', 'warning'))
    >>> date("07/21/1973")[:3], date("30/02/1980")[:3]
    (('1973-07-21', 'BULAN_DI_DEPAN', 'info'), ('', 'TANGGAL_TIDAK_ADA', 'error'))
    """
    if type(raw) is str:
        return _date_text(raw)
    if raw is None:
        return ""
    if isinstance(raw, Datetime):
        return _calendar(raw.year, raw.month, raw.day, raw)
    if isinstance(raw, Date):
        return _calendar(raw.year, raw.month, raw.day, raw)
    if isinstance(raw, bool | Time | timedelta):
        return _unreadable(raw)
    return _date_number(raw)


def _date_number(raw: float) -> str | Cleaned:
    if raw == 0:
        return ""
    if not math.isfinite(raw):
        return _unreadable(raw)
    whole = int(raw)
    if _FIRST_YEAR <= whole <= _LAST_YEAR:
        return Cleaned(
            "",
            "HANYA_TAHUN",
            "error",
            f"Sel hanya berisi tahun {whole}; tulis tanggal-bulan-tahun, misalnya 01-07-1973.",
        )
    if 19000000 <= whole <= 21001231 or (1000000 <= whole <= 31129999 and raw == whole):
        return _date_text(str(whole).zfill(8))
    if not 1 <= whole <= 73050:
        return _unreadable(raw)
    return Cleaned(
        (_SERIAL_START + timedelta(days=whole)).isoformat(),
        "TANGGAL_SERIAL",
        "info",
        "Tanggal tersimpan sebagai angka urut lembar kerja dan diubah menjadi tanggal.",
    )


def _date_text(raw: str) -> str | Cleaned:  # noqa: PLR0911  one exit per spelling
    # The common case first, as the register writes it: dd-mm-yyyy.
    if len(raw) == 10 and raw[2] in "-/" and raw[5] == raw[2]:
        try:
            usual = Date(int(raw[6:]), int(raw[3:5]), int(raw[:2]))
        except ValueError:
            usual = None
        if usual and _FIRST_YEAR <= usual.year <= _LAST_YEAR:
            return usual.isoformat()
    shown = _tidy(raw).lstrip("'").strip()
    if not shown or shown.upper() in _NO_NUMBER:
        return ""
    found = _NUMERIC.fullmatch(shown)
    if found:
        day, month, year = map(int, found.groups())
        return _day_month(day, month, year, len(found[3]), raw)
    found = _ISO.fullmatch(shown)
    if found:
        year, month, day = map(int, found.groups())
        return _calendar(year, month, day, raw)
    found = _WORDED.fullmatch(shown.upper())
    if found:
        month = _MONTHS.get(found[2])
        if month is None:
            return _unreadable(raw)
        return _day_month(int(found[1]), month, int(found[3]), len(found[3]), raw)
    if shown.isascii() and shown.isdigit():
        return _date_digits(shown, raw)
    return _unreadable(raw)


def _day_month(day: int, month: int, year: int, year_digits: int, raw: str) -> str | Cleaned:
    if month > 12 >= day >= 1 and month <= 31:
        value = _calendar(_full_year(year, year_digits), day, month, raw)
        if type(value) is not str:
            return value
        return Cleaned(
            value,
            "BULAN_DI_DEPAN",
            "info",
            "Tanggal ditulis bulan-tanggal-tahun dan dibalik menjadi tanggal-bulan-tahun.",
        )
    value = _calendar(_full_year(year, year_digits), month, day, raw)
    if year_digits == 4 or type(value) is not str:
        return value
    return Cleaned(
        value,
        "TAHUN_DUA_ANGKA",
        "warning" if year < 30 else "info",
        f"Tahun ditulis dua angka dan dibaca {value[:4]}; tulis tahun empat angka.",
    )


def _full_year(year: int, year_digits: int) -> int:
    if year_digits == 4:
        return year
    return 2000 + year if year < 30 else 1900 + year


def _date_digits(shown: str, raw: str) -> str | Cleaned:
    if len(shown) == 8:
        first = int(shown[:4])
        ordered = (
            _calendar(first, int(shown[4:6]), int(shown[6:]), raw)
            if _FIRST_YEAR <= first <= _LAST_YEAR
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
    return _date_number(int(shown)) if len(shown) <= 5 else _unreadable(raw)


_SEX = {
    "L": "L",
    "LK": "L",
    "LAKI": "L",
    "LAKILAKI": "L",
    "LAKI2": "L",
    "PRIA": "L",
    "1": "L",
    "M": "L",
    "LELAKI": "L",
    "P": "P",
    "PR": "P",
    "PEREMPUAN": "P",
    "WANITA": "P",
    "2": "P",
    "W": "P",
    "F": "P",
    "PRP": "P",
}


def sex(raw: Any) -> str | Cleaned:
    """
    >>> sex("Laki-laki"), sex("LK"), sex(1.0), sex("P"), sex("Perempuan "), sex("-")
    ('L', 'L', 'L', 'P', 'P', '')
    >>> sex("X")[:3]
    ('', 'JENIS_KELAMIN_TIDAK_DIKENAL', 'error')
    """
    shown = text(raw)
    if not shown:
        return ""
    found = _SEX.get(slug(shown))
    if found:
        return found
    return Cleaned(
        "",
        "JENIS_KELAMIN_TIDAK_DIKENAL",
        "error",
        "Jenis kelamin tidak dikenal; tulis L atau P.",
    )


_RT_RW = re.compile(r"(?:RT|RW|RT/RW)?[\s.:]*(\d{1,3})(?:\s*[/\-]\s*(?:RW)?[\s.:]*(\d{1,3}))?")
_RT_RW_BY_DATE = (
    "RT/RW berubah menjadi tanggal oleh aplikasi lembar kerja; tulis ulang sebagai teks, "
    "misalnya 001/002."
)


def rt_rw(raw: Any) -> str | Cleaned:
    """Three digits, or `001/002` where both stand in one cell.

    >>> rt_rw("1"), rt_rw(2.0), rt_rw("RT 003"), rt_rw("1/2"), rt_rw("-"), rt_rw("000")
    ('001', '002', '003', '001/002', '', '')
    >>> rt_rw(Date(2021, 2, 1))[:3], rt_rw(Date(2021, 2, 1)).suggestion
    (('', 'RT_RW_JADI_TANGGAL', 'warning'), '001/002')
    """
    if isinstance(raw, Date):
        return Cleaned(
            "", "RT_RW_JADI_TANGGAL", "warning", _RT_RW_BY_DATE, f"{raw.day:03d}/{raw.month:03d}"
        )
    shown = _tidy(raw).upper().lstrip("' ")
    if not shown or shown in _NOTHING:
        return ""
    found = _RT_RW.fullmatch(shown)
    if not found:
        return Cleaned(
            shown,
            "RT_RW_TIDAK_TERBACA",
            "warning",
            "RT/RW tidak dapat dibaca; tulis tiga angka, misalnya 001.",
        )
    parts = [part.zfill(3) for part in found.groups() if part]
    return "" if all(part == "000" for part in parts) else "/".join(parts)


def _part_of_rt_rw(raw: Any, index: int) -> str | Cleaned:
    both = rt_rw(raw)
    if type(both) is not str:
        if both.suggestion:
            return both._replace(suggestion=both.suggestion.split("/")[index])
        return both
    if "/" not in both:
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
    >>> rt("7"), rt("1/2")[:3]
    ('007', ('001', 'RT_RW_DIPISAH', 'info'))
    """
    return _part_of_rt_rw(raw, 0)


def rw(raw: Any) -> str | Cleaned:
    """
    >>> rw("7"), rw("1/2")[:3]
    ('007', ('002', 'RT_RW_DIPISAH', 'info'))
    """
    return _part_of_rt_rw(raw, 1)


_YES_NO = {
    **dict.fromkeys(("YA", "Y", "YES", "1", "TRUE", "ADA", "V", "BENAR", "IYA", "DAPAT"), "YA"),
    **dict.fromkeys(
        ("TIDAK", "T", "TDK", "N", "NO", "0", "FALSE", "TIDAKADA", "SALAH", "BUKAN"), "TIDAK"
    ),
}
_TICKS = {"✓": "YA", "✔": "YA", "√": "YA"}


def yes_no(raw: Any) -> str | Cleaned:
    """
    >>> yes_no("Ya"), yes_no("v"), yes_no(1.0), yes_no(True), yes_no("TDK"), yes_no("-")
    ('YA', 'YA', 'YA', 'YA', 'TIDAK', '')
    >>> yes_no("mungkin")[:3]
    ('', 'BUKAN_YA_TIDAK', 'error')
    """
    shown = _tidy(raw)
    if not shown or shown == "-":
        return ""
    found = _YES_NO.get(slug(shown)) or _TICKS.get(shown)
    if found:
        return found
    return Cleaned("", "BUKAN_YA_TIDAK", "error", "Isi sel tidak dikenal; tulis YA atau TIDAK.")


def choice(spellings: Mapping[str, str], *, level: str = "error") -> Cleaner:
    """A cleaner for a closed list: `spellings` maps what people write to the stored code.

    The codes themselves are understood too; compared are letters and digits only.

    >>> relation = choice({"Kepala Keluarga": "HEAD", "KRT": "HEAD", "Istri": "SPOUSE"})
    >>> relation("KEPALA  KELUARGA"), relation("spouse"), relation("-")
    ('HEAD', 'SPOUSE', '')
    >>> relation("Istrii")[:3], relation("Istrii").suggestion
    (('', 'PILIHAN_TIDAK_DIKENAL', 'error'), 'SPOUSE')
    """
    codes = {slug(spelling): code for spelling, code in spellings.items()}
    for code in spellings.values():
        codes.setdefault(slug(code), code)
    one_each = {code: spelling for spelling, code in reversed(spellings.items())}
    listed = ", ".join(reversed(one_each.values()))

    def clean(raw: Any) -> str | Cleaned:
        shown = text(raw)
        if not shown:
            return ""
        key = slug(shown)
        found = codes.get(key)
        if found is not None:
            return found
        near = difflib.get_close_matches(key, codes, n=1, cutoff=0.75)
        return Cleaned(
            "",
            "PILIHAN_TIDAK_DIKENAL",
            level,
            f"Isi sel tidak ada dalam pilihan; pilih salah satu: {listed}.",
            codes[near[0]] if near else "",
        )

    return clean


_RUPIAH = re.compile(r"(?:RP\.?|IDR)?\s*(\d{1,3}(?:[., ]\d{3})+|\d+)(?:[.,](\d{1,2}|-))?(?:,-)?")


def rupiah(raw: Any) -> str | Cleaned:
    """Whole rupiah as digits.

    >>> rupiah("Rp200.000"), rupiah("200.000,00"), rupiah("200,000"), rupiah(200000.0), rupiah("-")
    ('200000', '200000', '200000', '200000', '')
    >>> rupiah("Rp 200.000,-"), rupiah(0.5)[:3], rupiah("-5000")[:3]
    ('200000', ('', 'BUKAN_RUPIAH', 'error'), ('', 'BUKAN_RUPIAH', 'error'))
    """
    shown = text(raw)
    if not shown:
        return ""
    found = _RUPIAH.fullmatch(shown.upper())
    is_flag = isinstance(raw, bool)
    if is_flag or not found or (found[2] or "0").strip("0-"):
        return Cleaned(
            "",
            "BUKAN_RUPIAH",
            "error",
            "Isi sel bukan jumlah rupiah; tulis angka bulat, misalnya 200000.",
        )
    return str(int(re.sub(r"\D", "", found[1])))
