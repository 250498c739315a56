"""Identity numbers, card and account numbers, rupiah."""

import re
import unicodedata
from typing import Any

from spreadsheets.cells.texts import NOTHING, text, tidy
from spreadsheets.layout import Cleaned, Cleaner, as_written
from spreadsheets.words import thousands

_NO_NUMBER = NOTHING | {
    *("0", "TDK ADA", "BLM ADA", "BELUM PUNYA", "BLM PUNYA", "TIDAK PUNYA", "TDK PUNYA", "NIHIL"),
    *("BELUM REKAM", "BELUM PEREKAMAN", "BELUM KTP", "DALAM PROSES", "TIDAK DIKETAHUI", "KOSONG"),
}
_LOOKALIKE = str.maketrans("OoQlIi|", "0001111")
# Letters are read as digits only in what is a number otherwise.
_ENOUGH_DIGITS = 10
_PUNCTUATION = re.compile(r"[\s.\-'`’‘\"_,/:;#*()]+")
_LABEL = re.compile(r"(?:(?:NO(?:MOR)?\b[.\s]*)?(?:NIK|E-?KTP|KTP|NO?KK|KK|KKS)|NO)[.\s]*[:.=]?\s*")
_DECIMALS = re.compile(r"(?<=\d{10})[.,]0+$")
_EXPONENT = re.compile(r"(\d+)(?:[.,](\d+))?E\+?(\d{1,2})", re.IGNORECASE)
_SIXTEEN = re.compile(r"(?<!\d)\d{16}(?!\d)")
_WORDS = re.compile(r"[^\W\d_]{2,}")
_SOURCE = "ambil nomor lengkap dari KTP-el atau KK"


def _not_sixteen(value: str) -> Cleaned:
    return Cleaned(
        value,
        "BUKAN_NOMOR",
        "error",
        "Isi sel bukan nomor 16 angka; tulis 16 angka tanpa huruf.",
    )


def _two_numbers(value: str) -> Cleaned:
    return Cleaned(
        value,
        "DUA_NOMOR",
        "error",
        "Sel berisi dua nomor; tulis satu nomor saja di setiap sel.",
    )


def _scientific(value: str, source: str = _SOURCE) -> Cleaned:
    return Cleaned(
        value,
        "NOTASI_ILMIAH",
        "error",
        f"Nomor tertulis dalam notasi ilmiah sehingga angkanya hilang; {source}.",
    )


def _number_cell(value: str) -> Cleaned:
    return Cleaned(
        value,
        "SEL_ANGKA",
        "info",
        "Nomor tersimpan sebagai angka; dibaca utuh, lain kali simpan sebagai teks.",
    )


def _wrong_sixteen(value: str) -> Cleaned | None:
    """What is wrong with a string of digits that should be a NIK or KK number."""
    if not (value.isascii() and value.isdigit()):
        return _not_sixteen(value)
    if len(value) == 16:
        if value[12:] == "0000":
            return Cleaned(
                value,
                "NOMOR_URUT_0000",
                "error",
                f"Nomor berakhiran 0000, tanda nomor dirusak aplikasi lembar kerja; {_SOURCE}.",
            )
        return None
    if len(value) == 32:
        return _two_numbers(value)
    return Cleaned(
        value,
        "BUKAN_16_ANGKA",
        "error",
        f"Nomor berisi {len(value)} angka, seharusnya 16; {_SOURCE}.",
    )


def digits16(raw: Any) -> str | Cleaned:
    """A NIK or KK number with the damage grades of DOMAIN section 2.

    >>> digits16("6271015508809001"), digits16("-"), digits16("BELUM ADA"), digits16("0")
    ('6271015508809001', '', '', '')
    >>> digits16("'6271.0155.0880.9OOl")[:3], digits16("NIK: 6271015508809001.0")[:3]
    ... # doctest: +NORMALIZE_WHITESPACE
    (('6271015508809001', 'NOMOR_DIRAPIKAN', 'info'),
     ('6271015508809001', 'NOMOR_DIRAPIKAN', 'info'))
    >>> digits16(6271015508809001.0)[:3], digits16("6.271015508809001E15")[:3]
    (('6271015508809001', 'SEL_ANGKA', 'info'), ('6271015508809001', 'SEL_ANGKA', 'info'))
    >>> digits16(6271015508809010.0)[1:3], digits16(9171015508809012.0)[1:3]
    (('SEL_ANGKA_BERAKHIR_0', 'warning'), ('SEL_ANGKA_TIDAK_TEPAT', 'error'))
    >>> digits16("6,27101E+15")[1:3], digits16("627101550880900")[1:3]
    (('NOTASI_ILMIAH', 'error'), ('BUKAN_16_ANGKA', 'error'))
    >>> digits16("6271015508809001 SITI")[:3]
    ('6271015508809001', 'NOMOR_DENGAN_TULISAN', 'warning')
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
    return _not_sixteen(as_written(raw))


def _digits16_number(raw: float) -> str | Cleaned:
    if raw == 0:
        return ""
    if isinstance(raw, float) and not raw.is_integer():
        return _not_sixteen(as_written(raw))
    value = str(int(raw))
    return _wrong_sixteen(value) or _doubt_number(value, raw) or _number_cell(value)


def _doubt_number(value: str, raw: float) -> Cleaned | None:
    """Whether a spreadsheet may have lost the last of 16 digits: it keeps 15, a float exactly those
    below 2**53."""
    if isinstance(raw, float) and raw >= 2**53:
        return Cleaned(
            value,
            "SEL_ANGKA_TIDAK_TEPAT",
            "error",
            "Nomor tersimpan sebagai angka sehingga angka terakhirnya tidak pasti; "
            "ambil nomor lengkap dari sumbernya dan ketik sebagai teks.",
            value,
        )
    if value[-1] == "0":
        return Cleaned(
            value,
            "SEL_ANGKA_BERAKHIR_0",
            "warning",
            "Nomor tersimpan sebagai angka dan berakhir 0, mungkin angka terakhirnya hilang; "
            "cocokkan dengan dokumen aslinya.",
        )
    return None


def _ascii_digits(shown: str) -> str:
    """Full-width and other decimal digits as 0 to 9."""
    if shown.isascii():
        return shown
    return "".join(str(unicodedata.decimal(char, char)) for char in shown)


def _digits16_text(raw: str) -> str | Cleaned:  # noqa: PLR0911  one exit per kind of damage
    shown = tidy(raw)
    if not shown or shown.upper().rstrip(".") in _NO_NUMBER:
        return ""
    if exponent := _EXPONENT.fullmatch(shown):
        whole, fraction, power = exponent[1], exponent[2] or "", int(exponent[3])
        # Programs that write a number cell in full lose nothing; a spreadsheet shows six digits.
        if len(whole + fraction) == 16 and len(fraction) == power:
            return _wrong_sixteen(whole + fraction) or _number_cell(whole + fraction)
        return _scientific(shown)
    written = _ascii_digits(shown)
    label = _LABEL.match(written.upper())
    if label and label.end() < len(written):
        written = written[label.end() :]
    written = _DECIMALS.sub("", written)
    value = _PUNCTUATION.sub("", written)
    if not (value.isascii() and value.isdigit()):
        numbers = _SIXTEEN.findall(written)
        if len(numbers) > 1:
            return _two_numbers(shown)
        if numbers and (words := _WORDS.search(written)):
            return _with_words(numbers[0], written[words.start() :])
        if sum(map(str.isdigit, value)) >= _ENOUGH_DIGITS:
            value = value.translate(_LOOKALIKE)
    if not value.strip("0"):
        return ""
    if not (value.isascii() and value.isdigit()):
        value = shown
    wrong = _wrong_sixteen(value)
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


def _with_words(number: str, words: str) -> Cleaned:
    wrong = _wrong_sixteen(number)
    return wrong or Cleaned(
        number,
        "NOMOR_DENGAN_TULISAN",
        "warning",
        f"Sel nomor juga berisi tulisan “{_SIXTEEN.sub('', words).strip()}”; pastikan nomornya "
        "milik baris ini.",
    )


def digits(*lengths: int, level: str = "warning") -> Cleaner:
    """A cleaner for card and account numbers, whose length is only known by hearsay.

    >>> account = digits(10, 13, 15, 16)
    >>> account("0012-01-000123-50-9")[:3], account(" - ")
    (('001201000123509', 'NOMOR_DIRAPIKAN', 'info'), '')
    >>> account("12345")[1:3], account(12010001235099.0)[1], account(12010001235099.0).suggestion
    (('PANJANG_NOMOR', 'warning'), 'PANJANG_NOMOR', '012010001235099')
    """
    expected = " atau ".join(map(str, lengths))

    def clean(raw: Any) -> str | Cleaned:  # noqa: PLR0911  one exit per kind of damage
        if type(raw) is str and len(raw) in lengths and raw.isdecimal() and raw.isascii():
            return raw if raw.strip("0") else ""  # as nearly all numbers are written
        shown = tidy(raw)
        if not shown or shown.upper().rstrip(".") in _NO_NUMBER:
            return ""
        if _EXPONENT.fullmatch(shown):
            return _scientific(shown, "ambil nomor lengkap dari sumbernya")
        value = _PUNCTUATION.sub("", _DECIMALS.sub("", _ascii_digits(shown)))
        if not value.strip("0"):
            return ""
        if not (value.isascii() and value.isdigit()):
            return Cleaned(shown, "BUKAN_NOMOR", "error", "Isi sel bukan nomor; tulis angka saja.")
        is_number = isinstance(raw, float | int)
        if len(value) not in lengths:
            return _unusual_length(value, is_number)
        if is_number and len(value) >= 15:
            return (_doubt_number(value, raw) if len(value) == 16 else None) or _number_cell(value)
        if type(raw) is str and value != raw.strip(" "):
            return Cleaned(
                value, "NOMOR_DIRAPIKAN", "info", "Tanda baca dan spasi pada nomor dirapikan."
            )
        return value

    def _unusual_length(value: str, is_number: bool) -> Cleaned:
        # A number cell has no zeros in front.
        lost = is_number and len(value) + 1 in lengths
        advice = "angka 0 di depan mungkin hilang" if lost else "periksa nomor ini"
        return Cleaned(
            value,
            "PANJANG_NOMOR",
            level,
            f"Nomor berisi {len(value)} angka, lazimnya {expected}; {advice}.",
            f"0{value}" if lost else "",
        )

    return clean


_RUPIAH = re.compile(
    r"(?:RP\.?|IDR)?\s*(\d{1,3}(?:[., ]\d{3})+|\d+)(?:[.,](\d{1,2}|-{1,2}))?(?:,-)?"
)
_SHORT_RUPIAH = re.compile(
    r"(?:RP\.?|IDR)?\s*(\d{1,6})(?:[.,](\d{1,3}))?\s*(RB|RIBU|K|JT|JUTA)\.?(?:,-)?"
)
_POWER = {"RB": 3, "RIBU": 3, "K": 3, "JT": 6, "JUTA": 6}
_MOST_DIGITS = 15


def rupiah(raw: Any) -> str | Cleaned:
    """Whole rupiah as digits.

    >>> rupiah("Rp200.000"), rupiah("200.000,00"), rupiah("200,000.00"), rupiah(200000.0)
    ('200000', '200000', '200000', '200000')
    >>> rupiah("Rp 200.000,-"), rupiah("-"), rupiah("200rb")[:3]
    ('200000', '', ('200000', 'RUPIAH_DISINGKAT', 'warning'))
    >>> rupiah(0.5)[:3], rupiah("-5000")[:3], rupiah(200.125)[1]
    (('', 'BUKAN_RUPIAH', 'error'), ('', 'BUKAN_RUPIAH', 'error'), 'BUKAN_RUPIAH')
    """
    shown = text(raw).upper()
    if not shown:
        return ""
    short = _SHORT_RUPIAH.fullmatch(shown)
    if short and len(short[2] or "") <= _POWER[short[3]]:
        amount = int(short[1] + (short[2] or "").ljust(_POWER[short[3]], "0"))
        return Cleaned(
            str(amount),
            "RUPIAH_DISINGKAT",
            "warning",
            f"Jumlah yang disingkat dibaca Rp{thousands(amount)}; pastikan jumlahnya.",
        )
    found = _RUPIAH.fullmatch(shown)
    is_whole = not isinstance(raw, bool) and not (isinstance(raw, float) and raw % 1)
    whole = re.sub(r"\D", "", found[1]) if found else ""
    if not is_whole or not whole or len(whole) > _MOST_DIGITS or (found[2] or "0").strip("0-"):
        return Cleaned(
            "",
            "BUKAN_RUPIAH",
            "error",
            "Isi sel bukan jumlah rupiah; tulis angka bulat tanpa desimal, misalnya 200000.",
        )
    return str(int(whole))
