"""How far two records agree, field by field, in named levels. Both records are treated alike.

A level is declared once, as a question in Python and as the same question in the SQL of DuckDB; the
first one that holds is the level of the pair. Names have no SQL: `name_level` is called for the
distinct pairs that are not written alike.
"""

import re
from collections import Counter
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from beneficiaries.identity import is_nik_shaped, name_forms

ALIKE = 90
DOUBTFUL = 60

_VILLAGE = re.compile(r"\d\d\.\d\d\.\d\d\.\d{4}")


class Level(NamedTuple):
    """`title` completes "Nama: ...". `sql` speaks of the columns a and b, never null or empty."""

    code: str
    title: str
    holds: Callable[[Any, Any], bool]
    sql: str


MISSING = "MISSING"
DIFFERS = "DIFFERS"
_DIFFERS = Level(DIFFERS, "berbeda", lambda a, b: True, "true")


def _swapped(a: date, b: date) -> bool:
    return a.year == b.year and (a.day, a.month) == (b.month, b.day)


def _same_parts(a: date, b: date) -> int:
    return (a.day == b.day) + (a.month == b.month) + (a.year == b.year)


def _same_place(length: int) -> Callable[[str, str], bool]:
    def same(a: str, b: str) -> bool:
        are_codes = _VILLAGE.fullmatch(a) and _VILLAGE.fullmatch(b)
        return bool(are_codes) and a[:length] == b[:length]

    return same


def _same_place_sql(length: int) -> str:
    pattern = _VILLAGE.pattern
    return (
        f"regexp_full_match(a, '{pattern}') AND regexp_full_match(b, '{pattern}')"
        f" AND left(a, {length}) = left(b, {length})"
    )


def _equal(a: Any, b: Any) -> bool:
    return a == b


BIRTH_DATE = (
    Level("EQUAL", "sama", _equal, "a = b"),
    Level(
        "SWAPPED",
        "hari dan bulan tertukar",
        _swapped,
        "year(a) = year(b) AND day(a) = month(b) AND month(a) = day(b)",
    ),
    Level(
        "ONE_PART",
        "satu dari hari, bulan, tahun berbeda",
        lambda a, b: _same_parts(a, b) == 2,
        "(day(a) = day(b))::INT + (month(a) = month(b))::INT + (year(a) = year(b))::INT = 2",
    ),
    Level("YEAR", "hanya tahun sama", lambda a, b: a.year == b.year, "year(a) = year(b)"),
    _DIFFERS,
)
SEX = (Level("EQUAL", "sama", _equal, "a = b"), _DIFFERS)
KK = (Level("EQUAL", "sama", _equal, "a = b"), _DIFFERS)
VILLAGE = (
    Level("EQUAL", "desa/kelurahan sama", _equal, "a = b"),
    Level("DISTRICT", "kecamatan sama", _same_place(8), _same_place_sql(8)),
    Level("REGENCY", "kabupaten/kota sama", _same_place(5), _same_place_sql(5)),
    _DIFFERS,
)

# Names, from alike to unlike.
SAME, TITLES, ALIAS, PART = "SAME", "TITLES", "ALIAS", "PART"
HIGH, MEDIUM, LOW = "HIGH", "MEDIUM", "LOW"
NAME_TITLES = {
    SAME: "sama",
    TITLES: "sama tanpa gelar dan singkatan",
    ALIAS: "salah satu nama (alias) sama",
    PART: "satu nama memuat semua kata nama yang lain",
    HIGH: f"mirip {ALIKE} % atau lebih",
    MEDIUM: f"mirip {DOUBTFUL} sampai {ALIKE - 1} %",
    LOW: f"mirip di bawah {DOUBTFUL} %",
    MISSING: "tidak ada",
}

# The field of a record, the levels of which are declared in SQL too.
LEVELS = {"birth_date": BIRTH_DATE, "sex": SEX, "kk_number": KK, "village": VILLAGE}


def level(field: str, a: Any, b: Any) -> str:
    """The code of the level on which two values of a field of LEVELS agree.

    >>> level("birth_date", date(1980, 5, 7), date(1980, 7, 5)), level("sex", "L", "")
    ('SWAPPED', 'MISSING')
    """
    if not a or not b:
        return MISSING
    return next(each.code for each in LEVELS[field] if each.holds(a, b))


def level_sql(field: str, a: str, b: str) -> str:
    """The same as an SQL expression over two columns."""
    text = field != "birth_date"
    empty = [f"{c} IS NULL" + (f" OR {c} = ''" if text else "") for c in (a, b)]
    sql = f"CASE WHEN {' OR '.join(empty)} THEN '{MISSING}'"
    for each in LEVELS[field]:
        condition = re.sub(r"\b(a|b)\b", lambda match: {"a": a, "b": b}[match[1]], each.sql)
        sql += f" WHEN {condition} THEN '{each.code}'"
    return f"{sql} END"


_forms = lru_cache(maxsize=200_000)(name_forms)


# One letter for one sound: the spelling before 1972, Arabic sounds, letters that clerks exchange.
DIGRAPHS = (
    ("OE", "U"), ("DJ", "J"), ("TJ", "C"), ("SJ", "S"), ("SY", "S"), ("SH", "S"), ("NJ", "NY"),
    ("KH", "H"), ("CH", "H"), ("DZ", "Z"), ("DH", "D"), ("TH", "T"), ("PH", "F"), ("GH", "G"),
)  # fmt: skip
LETTERS = ("VFQXZY", "PPKSJI")
DOUBLED = tuple((letter * 2, letter) for letter in "ABCDEGHIJKLMNOPRSTUW")
_LETTERS = str.maketrans(*LETTERS)


def sounds(name: str) -> str:
    """A normalised name as it sounds, whichever way it is spelt.

    >>> sounds("DJOEMIATY"), sounds("KHAIRUNNISA"), sounds("JULIYANTI FAUZIAH")
    ('JUMIATI', 'HAIRUNISA', 'JULIANTI PAUJIAH')
    """
    for written, spoken in DIGRAPHS:
        name = name.replace(written, spoken)
    name = name.translate(_LETTERS)
    for written, spoken in DOUBLED:
        name = name.replace(written, spoken)
    return name


def _similar(a: str, b: str) -> int:
    # Here, so that the portal starts without it: only its tasks and commands compare names.
    from rapidfuzz.distance import DamerauLevenshtein

    return int(100 * DamerauLevenshtein.normalized_similarity(a, b) + 1e-9)


def similarity(a: str, b: str) -> int:
    """Per cent, of normalised names as they sound: letters that need not be changed, dropped, added
    or exchanged with their neighbour (Damerau and Levenshtein), by the length of the longer name.
    Words may stand in another order, and blanks do not count where all else is equal.

    >>> similarity("SITI AMINAH", "AMINAH SITI"), similarity("SUMIATI", "SUMYATE")
    (100, 85)
    >>> similarity("NOR HAYATI", "NORHAYATI"), similarity("SITI AMINAH", "FATIMAH")
    (100, 45)
    """
    a, b = sounds(a), sounds(b)
    if a.replace(" ", "") == b.replace(" ", ""):
        return 100
    in_order = (" ".join(sorted(a.split())), " ".join(sorted(b.split())))
    return max(_similar(a, b), _similar(*in_order))


def _is_part(a: list[str], b: list[str]) -> bool:
    fewer, more = sorted((Counter(a), Counter(b)), key=Counter.total)
    return fewer < more and any(len(word) > 2 for word in fewer)


def name_level(a: str, b: str) -> str:
    """The level on which two names as written agree.

    >>> name_level("Siti  Aminah", "SITI AMINAH"), name_level("Hj. St. Aminah, S.Pd", "SITI AMINAH")
    ('SAME', 'TITLES')
    >>> name_level("ARBAYAH / MAMA UDIN", "Mama Udin"), name_level("SITI AMINAH", "SITI AMINA")
    ('ALIAS', 'HIGH')
    >>> name_level("SITI AMINAH", "SITI NUR AMINAH"), name_level("SITI AMINAH", "SITI AISYAH")
    ('PART', 'MEDIUM')
    """
    a, b = " ".join(a.upper().split()), " ".join(b.upper().split())
    if a == b:
        return SAME if a else MISSING
    forms_a, forms_b = _forms(a), _forms(b)
    if not forms_a or not forms_b:
        return MISSING
    name_a, name_b = forms_a[0], forms_b[0]
    if name_a == name_b:
        return TITLES
    if set(forms_a) & set(forms_b):
        return ALIAS
    if _is_part(name_a.split(), name_b.split()):
        return PART
    percent = similarity(name_a, name_b)
    return HIGH if percent >= ALIKE else MEDIUM if percent >= DOUBTFUL else LOW


def nik_usable(nik: str | None) -> bool:
    """Whether a NIK can be looked for: such a number can exist."""
    return bool(nik) and is_nik_shaped(nik)
