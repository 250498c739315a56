"""Texts and names."""

import re
import unicodedata
from typing import Any

from spreadsheets.layout import Cleaned, as_written

# What people type into a cell that has no value.
NOTHING = frozenset({"NULL", "NONE", "NAN", "N/A", "NA", "BELUM ADA", "TIDAK ADA"})
_LONGEST_NOTHING = max(map(len, NOTHING))
_STROKES = "-._"


def _visible(char: str) -> str:
    category = unicodedata.category(char)
    if category in ("Zs", "Zl", "Zp", "Cc"):
        return " "
    return "" if category in ("Cf", "Cs") else char


def tidy(raw: Any) -> str:
    """One line of visible characters with single spaces, composed (NFC)."""
    value = raw if type(raw) is str else as_written(raw)
    if not value.isascii():
        value = unicodedata.normalize("NFC", value)
    if not value.isprintable():
        value = "".join(map(_visible, value))
    return " ".join(value.split())


def is_nothing(shown: str) -> bool:
    """Whether a tidied text stands for an empty cell.

    >>> is_nothing(""), is_nothing("- -"), is_nothing("belum ada"), is_nothing("-1")
    (True, True, True, False)
    """
    if not shown or (shown[0] in _STROKES and not shown.strip("-._ ")):
        return True
    return len(shown) <= _LONGEST_NOTHING and shown.upper() in NOTHING


def text(raw: Any) -> str | Cleaned:
    """
    >>> text("  JL.  Tjilik Riwut "), text("---"), text(12.0), text(None)
    ('JL. Tjilik Riwut', '', '12', '')
    """
    value = tidy(raw)
    return "" if is_nothing(value) else value


_DIGIT = re.compile(r"\d")
_APOSTROPHES = str.maketrans(dict.fromkeys("’‘`´ʼ′", "'"))
# How a person is spoken to is no part of the name; short forms that may be a name need their dot.
_ADDRESS = re.compile(r"(?:(?:SDRI|SDRA|SDR|BPK|BAPAK|IBU)(?!\w)\.?|(?:TN|NY|NN)\.)[\s:]*(?=\w)")
_ADDRESS_BEGINS = frozenset({"SDR", "BPK", "BAP", "IBU", "TN.", "NY.", "NN."})
# Behind BIN or BINTI it is the father who is dead.
_LATE = re.compile(r"(?<!\w)\(?ALM(?:H|ARHUM|ARHUMAH)?(?!\w)\.?\)?[\s,]*")
_CHILD_OF = re.compile(r"(?<!\w)(?:BIN|BINTI|BTI|BT)(?!\w)")
_NUMBERED = re.compile(r"\d{1,4}\s*[.)]\s*")
_DIGIT_FOR_LETTER = str.maketrans("01", "OI")


def _capitals(raw: Any) -> str:
    """Upper case with one kind of apostrophe, '' where no letter and no digit is left."""
    value = tidy(raw).upper()
    if "`" in value or not value.isascii():
        value = unicodedata.normalize("NFC", value).translate(_APOSTROPHES)
        value = " ".join(value.split())
    if not value[:1].isalnum() and not any(map(str.isalnum, value)):
        return ""
    if len(value) <= _LONGEST_NOTHING and value in NOTHING:
        return ""
    return value


def _with_digits(value: str) -> Cleaned:
    guess = _NUMBERED.sub("", value, count=1) if _NUMBERED.match(value) else value
    if _DIGIT.search(guess) and re.search(r"[A-Z]", guess):
        guess = re.sub(r"(?<=[A-Z])[01]|[01](?=[A-Z])", _letter_for_digit, guess)
    return Cleaned(
        value,
        "NAMA_BERANGKA",
        "warning",
        "Nama berisi angka, mungkin kolom tertukar; periksa nama ini.",
        "" if not guess or _DIGIT.search(guess) else guess,
    )


def _letter_for_digit(found: re.Match) -> str:
    return found[0].translate(_DIGIT_FOR_LETTER)


def _without_late(value: str) -> str:
    """The name without ALM. or ALMH., the same where there is none or nothing else."""
    child_of = _CHILD_OF.search(value)
    own = value[: child_of.start()] if child_of else value
    left = " ".join(_LATE.sub(" ", own).split()).rstrip(" ,")
    return f"{left} {value[len(own) :]}".strip() if left else value


def _without_address(value: str) -> str | Cleaned:
    if value[:3] not in _ADDRESS_BEGINS:
        return value
    bare = value
    while found := _ADDRESS.match(bare):
        bare = bare[found.end() :]
    if bare == value:
        return value
    return Cleaned(
        bare,
        "SAPAAN_DILEPAS",
        "info",
        f"Sapaan “{value[: len(value) - len(bare)].strip()}” di depan nama dilepas.",
    )


def name(raw: Any) -> str | Cleaned:
    """The name as the register keeps it: capitals, titles and degrees stay (they are set aside
    when names are compared), forms of address go, ALM. or ALMH. is a doubt about the person.

    >>> name("siti\\u00a0aminah, S.Pd"), name("\\u200bH. Abd.  Rahman"), name("-"), name("Sa`diah")
    ('SITI AMINAH, S.PD', 'H. ABD. RAHMAN', '', "SA'DIAH")
    >>> name("Bpk. Ahmad")[:3], name("BUDI 2").level, name("1. BUDI").suggestion
    (('AHMAD', 'SAPAAN_DILEPAS', 'info'), 'warning', 'BUDI')
    >>> name("Alm. Budi")[:3], name("Alm. Budi").suggestion, name("SITI BINTI ALM. HASAN")
    (('ALM. BUDI', 'NAMA_ALMARHUM', 'warning'), 'BUDI', 'SITI BINTI ALM. HASAN')
    """
    value = _capitals(raw)
    if not value:
        return ""
    if _DIGIT.search(value):
        return _with_digits(value)
    if "ALM" in value and (alive := _without_late(value)) != value:
        bare = _without_address(alive)
        return Cleaned(
            value,
            "NAMA_ALMARHUM",
            "warning",
            "Nama memuat ALM. atau ALMH., mungkin orang ini sudah meninggal; pastikan dahulu, lalu "
            "pakai nama tanpa ALM. atau keluarkan baris ini.",
            bare if type(bare) is str else bare.value,
        )
    return _without_address(value)


def relative_name(raw: Any) -> str | Cleaned:
    """The name of a parent: that the parent is dead says nothing of the person in the row.

    >>> relative_name("Almh. Minarni")[:3], relative_name("Minarni"), relative_name("Ibu Ani")[:2]
    (('MINARNI', 'SAPAAN_DILEPAS', 'info'), 'MINARNI', ('ANI', 'SAPAAN_DILEPAS'))
    """
    value = _capitals(raw)
    if not value:
        return ""
    if _DIGIT.search(value):
        return _with_digits(value)
    bare = _without_address(_without_late(value) if "ALM" in value else value)
    bare = bare if type(bare) is str else bare.value
    if bare == value:
        return value
    return Cleaned(
        bare,
        "SAPAAN_DILEPAS",
        "info",
        "Sapaan, ALM., atau ALMH. pada nama orang tua dilepas.",
    )
