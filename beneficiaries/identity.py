"""What an identity number says, and names made comparable. No database, no framework.

NIK (UU 23/2006 article 13, PP 37/2007 article 37): six digits of the region of first issue, day
(plus 40 for women), month and year of birth, a serial from 0001. It never changes, so a region
other than the present address is normal; a birth date that disagrees is a question, not an error.
"""

import re
import unicodedata
from datetime import date
from typing import NamedTuple

from regions.codes import PROVINCES

# Written so that Python's re and PostgreSQL's ~ read it alike. Provinces: Kepmendagri
# 300.2.2-2138/2025. Whether the day exists in its month is for nik_facts.
_PROVINCE = "(?:1[1-9]|21|3[1-6]|5[1-3]|6[1-5]|7[1-6]|8[12]|9[1-6])"
_REGION = f"{_PROVINCE}(?:0[1-9]|[1-7][0-9])(?:0[1-9]|[1-9][0-9])"
_DAY = "(?:0[1-9]|[1256][0-9]|3[01]|4[1-9]|7[01])"
_SERIAL = "(?!0000)[0-9]{4}"
NIK_PATTERN = f"^{_REGION}{_DAY}(?:0[1-9]|1[0-2])[0-9]{{2}}{_SERIAL}$"
KK_PATTERN = f"^{_REGION}[0-9]{{6}}{_SERIAL}$"

_NIK = re.compile(NIK_PATTERN)
_KK = re.compile(KK_PATTERN)
_WOMEN_DAY = 40

MALE = "L"
FEMALE = "P"


class NikFacts(NamedTuple):
    """What a NIK says of its holder.

    `province`: Kemendagri code of the province of first issue, "" when there is none like it.
    `birth_date`: None when the digits are no date. `sex`: MALE, FEMALE or "".
    `problem`: NIK_LENGTH (not 16 digits), NIK_SERIAL_ZERO, NIK_PROVINCE, NIK_REGION (kabupaten or
    kecamatan number impossible), NIK_DATE (no such day), or "" when `plausible`.
    """

    province: str
    birth_date: date | None
    sex: str
    plausible: bool
    problem: str


class Disagreement(NamedTuple):
    """A field that differs from what the NIK says; `in_nik` is the NIK's value.

    `code`: SEX, or for the birth date the narrowest that holds: DAY_MONTH_SWAPPED, YEAR_ONLY,
    MONTH_ONLY, DAY_ONLY (only that part differs), else BIRTH_DATE.
    """

    code: str
    in_nik: date | str


def _has_digits(text: str, count: int) -> bool:
    return len(text) == count and text.isascii() and text.isdigit()


def _date_or_none(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _nik_birth_date(nik: str, today: date, known: date | None) -> date | None:
    day, month, year = int(nik[6:8]), int(nik[8:10]), int(nik[10:12])
    day -= _WOMEN_DAY if day > _WOMEN_DAY else 0
    century = today.year // 100 * 100
    dates = [_date_or_none(start + year, month, day) for start in (century, century - 100)]
    possible = [born for born in dates if born and born <= today]
    if known:
        return min(possible, key=lambda born: abs(born.year - known.year), default=None)
    return max(possible, default=None)


def nik_facts(nik: str, *, today: date, known_birth_date: date | None = None) -> NikFacts:
    """Read a NIK of canonical text.

    A NIK has two digits of the year: of the two centuries the one nearer to `known_birth_date` is
    taken, without it the later one that is not after `today`.

    >>> nik_facts("6203085507039017", today=date(2021, 11, 23)) # doctest: +NORMALIZE_WHITESPACE
    NikFacts(province='62', birth_date=datetime.date(2003, 7, 15), sex='P', plausible=True,
             problem='')
    >>> nik_facts("6203083002809017", today=date(2021, 11, 23)).problem
    'NIK_DATE'
    """
    if not _has_digits(nik, 16):
        return NikFacts("", None, "", False, "NIK_LENGTH")
    province = nik[:2] if nik[:2] in PROVINCES else ""
    born = _nik_birth_date(nik, today, known_birth_date)
    sex = (FEMALE if int(nik[6:8]) > _WOMEN_DAY else MALE) if born else ""
    if nik.endswith("0000"):
        problem = "NIK_SERIAL_ZERO"
    elif not province:
        problem = "NIK_PROVINCE"
    elif not "01" <= nik[2:4] <= "79" or nik[4:6] == "00":
        problem = "NIK_REGION"
    elif born is None:
        problem = "NIK_DATE"
    else:
        problem = ""
    return NikFacts(province, born, sex, not problem, problem)


def is_nik_shaped(nik: str) -> bool:
    """Whether NIK_PATTERN matches, as the database constraint decides it."""
    return bool(_NIK.fullmatch(nik)) and len(nik) == 16


def kk_plausible(kk: str) -> bool:
    """Whether a family card number can exist: 16 digits, a region, a serial other than 0000.

    Its middle six digits are said to be the date of issue; they are not judged.

    >>> kk_plausible("6203081507039017"), kk_plausible("6203081507030000")
    (True, False)
    """
    return bool(_KK.fullmatch(kk)) and len(kk) == 16


def nik_agrees(
    nik: str, birth_date: date | None, sex: str, *, today: date
) -> tuple[Disagreement, ...]:
    """What of the birth date and sex (MALE, FEMALE) differs from the NIK. Empty when all agrees,
    and where there is nothing to compare: an unknown value, a NIK without a date.

    >>> nik_agrees("6203080507809017", date(1980, 5, 7), "P", today=date(2021, 11, 23))
    ... # doctest: +NORMALIZE_WHITESPACE
    (Disagreement(code='DAY_MONTH_SWAPPED', in_nik=datetime.date(1980, 7, 5)),
     Disagreement(code='SEX', in_nik='L'))
    """
    facts = nik_facts(nik, today=today, known_birth_date=birth_date)
    if facts.birth_date is None:
        return ()
    found = []
    if birth_date and (code := _date_difference(facts.birth_date, birth_date)):
        found.append(Disagreement(code, facts.birth_date))
    if sex and sex != facts.sex:
        found.append(Disagreement("SEX", facts.sex))
    return tuple(found)


def _date_difference(in_nik: date, given: date) -> str:
    day, month = in_nik.day == given.day, in_nik.month == given.month
    # The century is not in the NIK and cannot disagree.
    year = in_nik.year % 100 == given.year % 100
    if day and month and year:
        return ""
    if year and (in_nik.day, in_nik.month) == (given.month, given.day):
        return "DAY_MONTH_SWAPPED"
    only_one = {(True, True, False): "YEAR_ONLY", (True, False, True): "MONTH_ONLY",
                (False, True, True): "DAY_ONLY"}  # fmt: skip
    return only_one.get((day, month, year), "BIRTH_DATE")


# Names

# Before the name: religious, academic and noble-by-pilgrimage titles, and "the late".
TITLES_BEFORE = frozenset(
    {"H", "HJ", "HAJI", "HAJAH", "HJH", "KH", "DR", "DRS", "DRA", "DRG", "IR", "PROF", "UST"}
    | {"USTADZ", "USTAD", "USTADZAH", "ALM", "ALMH", "ALMARHUM", "ALMARHUMAH", "SDR", "SDRI"}
    | {"SDRA", "BPK", "BAPAK", "IBU", "TN", "NY", "NN"}
)
# Degrees after the name, without their dots.
DEGREES = frozenset(
    {"SPD", "SPDI", "SPDSD", "SKOM", "SSOS", "SAG", "SKEP", "SKM", "SHUT", "STP", "SFARM"}
    | {"SSI", "SSN", "SIKOM", "SPSI", "AMD", "AMDKEB", "AMDKEP", "STRKEB", "STRKEP", "NERS"}
    | {"MPD", "MPDI", "MSI", "MKES", "MKOM", "MSOS", "MHUM", "MSC", "MKEP", "MPH", "BSC", "PHD"}
)
# These count as a degree only beside a dot or behind a comma: otherwise they may be names.
SHORT_DEGREES = frozenset(
    {"SE", "SH", "ST", "SP", "SS", "MM", "MH", "MT", "MA", "MP", "ME", "BA", "LC", "NS", "AMA"}
    | {"SIP", "SAP", "SAK", "SEI", "SHI", "SPI", "SPT", "SST", "STR", "MAP", "MAG"}
)
ABBREVIATED_NAMES = {
    "MUH": "MUHAMMAD",
    "MUHD": "MUHAMMAD",
    "MHD": "MUHAMMAD",
    "MOH": "MUHAMMAD",
    "MOHD": "MUHAMMAD",
    "MOCH": "MUHAMMAD",
    "ABD": "ABDUL",
    "ABDL": "ABDUL",
    "AHM": "AHMAD",
}
# One or two letters that mean a name only in front of another one.
ABBREVIATED_FIRST_NAMES = {"M": "MUHAMMAD", "MD": "MUHAMMAD", "ST": "SITI"}
_CHILD_OF = frozenset({"BIN", "BINTI", "BINTE", "BTE", "BTI", "BT"})
# AL. is an alias only with its dot and behind a name: AL RASYID is a name.
_ALIAS = re.compile(r"/|\\|@|[()]|(?<!\w)(?:ALIAS|ALS)(?!\w)\.?|(?<=\w\s)AL\.(?=\s)")
_WORD = re.compile(r"(,?)\s*([^\W_]+)(\.?)")


class NameParts(NamedTuple):
    """A written name taken apart. `words`: the name itself, abbreviations in full, without titles;
    `parent`: what follows BIN or BINTI; `aliases`: further names of the same person."""

    words: tuple[str, ...]
    parent: tuple[str, ...] = ()
    aliases: tuple[tuple[str, ...], ...] = ()


class _Word(NamedTuple):
    text: str
    marked: bool  # a dot behind it or a comma before it: may be a degree


def _upper(text: str) -> str:
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).upper())
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return re.sub(r"['’‘`´ʼ]", "", text)


def _without_degrees(words: list[_Word]) -> list[_Word]:
    for size in (5, 4, 3, 2, 1):
        tail = words[-size:]
        if len(words) <= size:
            continue
        joined = "".join(word.text for word in tail)
        marked = any(word.marked for word in tail)
        if joined in DEGREES or (marked and joined in SHORT_DEGREES):
            return _without_degrees(words[:-size])
    return words


def _without_titles(words: list[_Word]) -> list[_Word]:
    while len(words) > 1 and words[0].text in TITLES_BEFORE:
        words = words[1:]
    return words


def _in_full(words: list[_Word]) -> tuple[str, ...]:
    texts = [ABBREVIATED_NAMES.get(word.text, word.text) for word in words]
    if len(texts) > 1:
        texts[0] = ABBREVIATED_FIRST_NAMES.get(texts[0], texts[0])
    return tuple(texts)


def _one_name(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    words = [_Word(match[2], bool(match[1] or match[3])) for match in _WORD.finditer(text)]
    words = _without_titles(_without_degrees(words))
    for place, word in enumerate(words):
        if place and word.text in _CHILD_OF:
            name = _without_degrees(words[:place])
            return _in_full(name), _in_full(_without_titles(words[place + 1 :]))
    return _in_full(words), ()


def name_parts(name: str) -> NameParts:
    """
    >>> name_parts("Hj. St. Aminah binti H. Abd. Rahman, S.Pd / Mama Udin")
    ... # doctest: +NORMALIZE_WHITESPACE
    NameParts(words=('SITI', 'AMINAH'), parent=('ABDUL', 'RAHMAN'),
              aliases=(('MAMA', 'UDIN'),))
    """
    names = [_one_name(piece) for piece in _ALIAS.split(_upper(name))]
    names = [(words, parent) for words, parent in names if words]
    if not names:
        return NameParts(())
    (words, parent), *others = names
    return NameParts(words, parent, tuple(alias for alias, _ in others))


def normalise_name(name: str) -> str:
    """The name in the form in which two sources are compared: capitals, single spaces, no
    punctuation, titles, parent or aliases (name_parts keeps those).

    >>> normalise_name("Drs. H. Muh. Nor, M.Si"), normalise_name("M.ARIFIN alias Ipin")
    ('MUHAMMAD NOR', 'MUHAMMAD ARIFIN')
    """
    return " ".join(name_parts(name).words)


def name_words(name: str) -> tuple[str, ...]:
    """
    >>> name_words("Sa'diah Nor-Laila, SE")
    ('SADIAH', 'NOR', 'LAILA')
    """
    return name_parts(name).words


def name_forms(name: str) -> tuple[str, ...]:
    """Every name that the text gives its bearer, made comparable: the name, then its aliases.

    >>> name_forms("H. Abd. Rahman bin Ali / Ipin"), name_forms("UDIN AL. IPIN"), name_forms("-")
    (('ABDUL RAHMAN', 'IPIN'), ('UDIN', 'IPIN'), ())
    """
    parts = name_parts(name)
    forms = (" ".join(words) for words in (parts.words, *parts.aliases))
    return tuple(dict.fromkeys(form for form in forms if form))


def same_name(a: str, b: str) -> bool:
    """Whether two written names can be one: titles, degrees, parent, abbreviations and the cutting
    into words aside, one name or alias of `a` is one of `b`. Typing errors are not forgiven.

    >>> same_name("HJ. ST. NURLAILA, S.Pd", "Siti Nur Laila binti Ahmad"), same_name("", "")
    (True, False)
    >>> same_name("UDIN ALIAS IPIN", "IPIN"), same_name("SITI AMINAH", "SITI AMINA")
    (True, False)
    """
    joined = {form.replace(" ", "") for form in name_forms(a)}
    return any(form.replace(" ", "") in joined for form in name_forms(b))


# Showing numbers


def mask(number: str) -> str:
    """The number with its first 4 and last 2 characters, for lists. Where fewer than ten would stay
    hidden only the last 2 are shown, below eight characters none.

    >>> mask("6203081507039017"), mask("0123456789"), mask("12345"), mask("")
    ('6203 •••••••••• 17', '•••••••• 89', '•••••', '')
    """
    if len(number) >= 16:
        return f"{number[:4]} {'•' * (len(number) - 6)} {number[-2:]}"
    if len(number) >= 8:
        return f"{'•' * (len(number) - 2)} {number[-2:]}"
    return "•" * len(number)


def group_by_four(number: str) -> str:
    """
    >>> group_by_four("6203081507039017")
    '6203 0815 0703 9017'
    """
    return " ".join(number[i : i + 4] for i in range(0, len(number), 4))
