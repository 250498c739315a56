"""What the cells of a column look like, and which field that makes the column.

A column with an unknown heading, or with none, is read by its content only where that is clear:
the content fits well (`CLEAR`) and better by `MARGIN` than any other column for this field and any
other field for this column. What is less clear is a guess, which a person is asked about.
"""

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from spreadsheets import cells
from spreadsheets.headings import BY_CONTENT, Claim, Header
from spreadsheets.layout import Cleaned, Column, as_written, slug

SAMPLE_ROWS = 300
_LOOKED_AT_ROWS = 2_000
# Fewer filled cells tell nothing.
ENOUGH = 5
CLEAR = 0.7
MARGIN = 0.12
_GUESSED = 0.5
# A column of choices has few different spellings of them.
_MOST_CHOICES = 30

# Codes of provinces (Kepmendagri 300.2.2-2138/2025), with which NIK and KK begin and cards do not.
_PROVINCE = re.compile(r"1[1-9]|21|3[1-6]|5[1-3]|6[1-5]|7[1-6]|8[12]|9[1-6]")
_WOMEN_DAY = 40
_DIGITS = re.compile(r"\d")
_NOT_DIGIT = re.compile(r"\D")
_ACCOUNT_DIGITS = (10, 13, 15)
_LONG_DIGITS = re.compile(r"\d{6}")
_LETTER = re.compile(r"[^\W\d_]")
_MONEY = re.compile(r"(?:RP|IDR)\b.*|\d{1,3}(?:[.,]\d{3})+(?:,\d\d|,-)?", re.IGNORECASE)
_LEVELS = {"province": "PROVINCE", "regency": "REGENCY", "district": "DISTRICT"} | {
    "village": "VILLAGE"
}


@dataclass(frozen=True)
class Cells:
    """The cells of one column of a sample, row by row."""

    raws: tuple[Any, ...]

    @cached_property
    def filled(self) -> list:
        return [raw for raw in self.raws if raw not in ("", None)]

    @cached_property
    def texts(self) -> list[str]:
        return [shown for raw in self.filled if (shown := as_written(raw).strip())]

    @cached_property
    def numbers(self) -> list[str]:
        """The cells that are numbers of 16 digits."""
        return [number for raw in self.filled if (number := sixteen(raw))]


def sample(rows: Iterable[Sequence], header_row: int) -> list[list]:
    """The first SAMPLE_ROWS rows below the header that look like rows of data."""
    below = itertools.islice(rows, header_row, header_row + _LOOKED_AT_ROWS)
    full = (
        list(row) for row in below if sum(cell not in ("", None) for cell in row) * 4 > len(row)
    )
    return list(itertools.islice(full, SAMPLE_ROWS))


def columns_of(rows: Sequence[Sequence], width: int) -> list[Cells]:
    return [Cells(tuple(row[at] if at < len(row) else "" for row in rows)) for at in range(width)]


def sixteen(raw) -> str:
    """The number of 16 digits in a cell, however it is written; '' when there is none.

    >>> sixteen("6203.0852.0583.9017"), sixteen("SITI"), sixteen(6203085205839017.0)
    ('6203085205839017', '', '6203085205839017')
    """
    value = _value(cells.digits16(raw))
    return value if len(value) == 16 and value.isascii() and value.isdigit() else ""


def born_in(number: str) -> str:
    """The day, month and year in a NIK as ddmmyy, without the 40 of women; '' when it is no date.

    >>> born_in("6203085205839017"), born_in("6203089913839017")
    ('120583', '')
    """
    day, month = int(number[6:8]), int(number[8:10])
    day -= _WOMEN_DAY if day > _WOMEN_DAY else 0
    return f"{day:02d}{number[8:12]}" if 1 <= day <= 31 and 1 <= month <= 12 else ""


def born_on(raw) -> str:
    """A cell of a birth date as ddmmyy; '' when it is none."""
    value = _value(cells.date(raw))
    return f"{value[8:10]}{value[5:7]}{value[2:4]}" if value else ""


def _value(cleaned: str | Cleaned) -> str:
    return cleaned.value if isinstance(cleaned, Cleaned) else cleaned


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _up_to(value: float, limit: float) -> float:
    """How much of the limit is reached, at most 1."""
    return min(1.0, value / limit)


def repeats(numbers: Sequence[str]) -> float:
    """Which share of the numbers was there before."""
    return 1 - _share(len(set(numbers)), len(numbers)) if numbers else 0.0


def _of_persons(numbers: Sequence[str]) -> float:
    """1 where numbers look like those of persons, 0 where like those of families.

    Members of a family follow each other and share its number; about half of all persons are
    women, whose NIK has a day above 40. A KK has the day of its issue there.
    """
    women = _share(sum(number[6:8] > "40" for number in numbers), len(numbers))
    return 0.45 * (1 - _up_to(repeats(numbers), 0.3)) + 0.55 * _up_to(women, 0.15)


def _identity(column: Cells) -> float:
    numbers = column.numbers
    likely = sum(bool(_PROVINCE.match(one)) and bool(born_in(one)) for one in numbers)
    return _share(likely, len(column.texts))


def _nik(column: Cells) -> float:
    return _identity(column) * (0.45 + 0.55 * _of_persons(column.numbers))


def _kk(column: Cells) -> float:
    return _identity(column) * (0.45 + 0.55 * (1 - _of_persons(column.numbers)))


def _card(column: Cells) -> float:
    numbers = column.numbers
    return _share(sum(not _PROVINCE.match(number) for number in numbers), len(column.texts))


def _account(column: Cells) -> float:
    """Numbers as long as those of the paying banks, which are neither of persons nor telephones."""
    texts = [_NOT_DIGIT.sub("", text) for text in column.texts if not _LETTER.search(text)]
    numbers = [text for text in texts if len(text) in _ACCOUNT_DIGITS and text[:2] != "08"]
    return _share(len(numbers), len(column.texts)) * (1 - repeats(numbers))


def _is_name(text: str) -> bool:
    return not _DIGITS.search(text) and len(_LETTER.findall(text)) >= 3 and "/" not in text


def _name(column: Cells) -> float:
    texts = column.texts
    named = [text for text in texts if _is_name(text)]
    several = _share(sum(" " in text for text in named), len(named))
    # Names of mothers and places repeat; those of the persons themselves hardly do.
    distinct = max(0.0, 2 * _share(len(set(named)), len(named)) - 1)
    return _share(len(named), len(texts)) * (0.2 + 0.7 * distinct + 0.1 * _up_to(several, 0.4))


def _date(column: Cells) -> float:
    filled = column.filled
    dates = 0.0
    for raw in filled:
        if isinstance(raw, int | float) or as_written(raw).strip().isdigit():
            dates += 0.4 * bool(_value(cells.date(raw)))
        else:
            dates += bool(_value(cells.date(raw)))
    return _share(dates, len(filled))


def _cleaned_by(clean: Callable) -> Callable[[Cells], float]:
    def score(column: Cells) -> float:
        written = Counter(column.texts)
        if len(written) > _MOST_CHOICES:
            return 0.0
        known = sum(
            count * (1.0 if _LETTER.search(text) else 0.5)
            for text, count in written.items()
            if _value(clean(text))
        )
        return _share(known, written.total())

    return score


def _rupiah(column: Cells) -> float:
    texts = column.texts
    money = 0.0
    for text in texts:
        if _MONEY.fullmatch(text):
            money += 1
        elif text.isdigit() and 4 <= len(text) <= 9 and text.endswith("000"):
            money += 0.8
    return _share(money, len(texts))


def _small_number(column: Cells) -> float:
    texts = column.texts
    return _share(sum(len(text) <= 7 and _is_rt(text) for text in texts), len(texts))


def _is_rt(text: str) -> bool:
    bare = text.upper().removeprefix("RT").removeprefix("RW").strip(" .")
    return 0 < len(bare) <= 7 and all(part.isdigit() and len(part) <= 3 for part in bare.split("/"))


# Content -> how well cells fit it, from 0 to 1.
SCORES: dict[str, Callable[[Cells], float]] = {
    "nik": _nik,
    "kk": _kk,
    "card": _card,
    "account": _account,
    "name": _name,
    "date": _date,
    "birth": _date,
    "sex": _cleaned_by(cells.sex),
    "yes_no": _cleaned_by(cells.yes_no),
    "rupiah": _rupiah,
    "rt": _small_number,
    "rw": _small_number,
}


def _score_of(column: Column, places: Mapping[str, frozenset[str]]) -> Callable[[Cells], float]:
    """How well cells fit the content of a column: from 0 to 1."""
    if column.content == "choice":
        return _cleaned_by(column.clean)
    if column.content in _LEVELS:
        names = places.get(_LEVELS[column.content], frozenset())
        return lambda found: _known(found, names)
    return SCORES.get(column.content, lambda found: 0.0)


def _known(column: Cells, names: frozenset[str]) -> float:
    texts = column.texts
    return _share(sum(_place(text) in names for text in texts), len(texts))


_KIND_WORD = re.compile(r"^(?:PROVINSI|PROV|KABUPATEN|KAB|KOTA|KECAMATAN|KEC|KELURAHAN|KEL|DESA)\b")


def _place(text: str) -> str:
    return slug(_KIND_WORD.sub("", text.upper().strip()))


def _place_names(regions) -> dict[str, frozenset[str]]:
    """The names of each level of a region index; {} without one."""
    rows = regions.rows if regions is not None else ()
    return {
        level: frozenset(slug(row.name) for row in rows if row.level == level)
        for level in _LEVELS.values()
    }


def fits(content: str, column: Cells) -> float:
    """How much of a column may be what its heading says, damage included; 1 for too few cells."""
    texts = column.texts
    if len(texts) < ENOUGH:
        return 1.0
    if content in ("nik", "kk", "card"):
        good = sum(len(_DIGITS.findall(text)) >= 8 and not is_date_shaped(text) for text in texts)
    elif content == "name":
        good = sum(not _LONG_DIGITS.search(text) and bool(_LETTER.search(text)) for text in texts)
        good -= sum(is_date_shaped(text) for text in texts if _DIGITS.search(text))
    elif content in ("date", "birth"):
        good = sum(
            bool(_value(cells.date(raw))) or is_date_shaped(as_written(raw))
            for raw in column.filled
        )
    elif content == "sex":
        good = sum(bool(_value(cells.sex(raw))) for raw in column.filled)
    else:
        return 1.0
    return min(1.0, _share(good, len(texts)))


_DATE_SHAPE = re.compile(r"\d{1,4}[-/. ]+(?:\d{1,2}|[A-Za-z]{3,9})[-/. ]+\d{2,4}(?: .*)?")


def is_date_shaped(text: str) -> bool:
    """Whether a text is written as a date, be it an impossible one."""
    return bool(_DATE_SHAPE.fullmatch(text.strip()))


class Match(NamedTuple):
    """`claims`: columns that are clear by their content; `guesses`: those a person is asked about.
    `confidence`: of the columns that were known before, by index."""

    claims: dict[int, Claim]
    guesses: dict[int, Claim]
    confidence: dict[int, float]


def match(header: Header, columns: Sequence[Cells], regions=None) -> Match:
    """Fields for the columns of a sample that no heading and nobody has named."""
    layout = header.layout
    by_field = {column.field: column for column in layout.columns}
    confidence = {
        index: 0.3 + 0.7 * _up_to(fits(by_field[claim.field].content, columns[index]), 0.9)
        for index, claim in header.claims.items()
        if index < len(columns)
    }
    free = [
        index
        for index, found in enumerate(columns)
        if index not in header.claims
        and index not in header.ignored
        and index != header.note_index
        and len(found.texts) >= min(ENOUGH, max(2, len(found.raws)))
    ]
    wanted = [
        column for column in layout.columns if column.content and column.field not in header.columns
    ]
    if not free or not wanted:
        return Match({}, {}, confidence)
    return Match(*_assign(header, columns, free, wanted, regions), confidence)


def _assign(header: Header, columns, free, wanted, regions):
    places = _place_names(regions) if any(one.content in _LEVELS for one in wanted) else {}
    scores: dict[tuple[int, str], float] = {}
    for column in wanted:
        score = _score_of(column, places)
        for index in free:
            # What fits badly is no rival of what is clear.
            if (fit := score(columns[index])) >= _GUESSED / 2:
                scores[index, column.field] = fit
    _lower_names_of_places(scores, wanted)
    # Numbers first: a birth date is one that agrees with the NIK.
    claims = _clear(scores, {one.field for one in wanted if one.content in ("nik", "kk", "card")})
    nik = _index_of_nik(header, claims)
    if nik is not None:
        for column in wanted:
            for index in free:
                if column.content == "birth" and (index, column.field) in scores:
                    agreed = agreement(columns[index], columns[nik])
                    scores[index, column.field] *= 1 if agreed is None else 0.2 + 0.8 * agreed
    scores = {
        (index, field): score
        for (index, field), score in scores.items()
        if index not in claims and all(field != claim.field for claim in claims.values())
    }
    claims |= _clear(scores, {one.field for one in wanted})
    return claims, _guesses(scores, claims)


def _lower_names_of_places(scores: dict[tuple[int, str], float], wanted: list[Column]) -> None:
    of_places = [one.field for one in wanted if one.content in _LEVELS]
    for column in wanted:
        if column.content == "name":
            for index, field in list(scores):
                if field == column.field and any(
                    scores.get((index, one), 0) >= 0.5 for one in of_places
                ):
                    scores[index, field] /= 2


def _index_of_nik(header: Header, claims: Mapping[int, Claim]) -> int | None:
    field = next((one.field for one in header.layout.columns if one.content == "nik"), None)
    known = header.claims | claims
    return next((index for index, claim in known.items() if claim.field == field), None)


def agreement(dates: Cells, numbers: Cells) -> float | None:
    """The share of rows whose date stands in the number as well; None for too few rows."""
    agreed = compared = 0
    for raw, other in zip(dates.raws, numbers.raws, strict=True):
        number = sixteen(other)
        born = born_on(raw)
        if number and born:
            compared += 1
            agreed += born == born_in(number)
    return agreed / compared if compared >= ENOUGH else None


def _clear(scores: dict[tuple[int, str], float], fields: set[str]) -> dict[int, Claim]:
    """The pairs that are good enough and better than every other, the best pair first.

    A pair that is settled leaves its column and field to no other, which may make others clear.
    """
    left = dict(scores)
    claims: dict[int, Claim] = {}
    while True:
        clear = [
            (score, margin, index, field)
            for (index, field), score in left.items()
            if score >= CLEAR and field in fields
            if (margin := score - _best_rival(left, index, field)) >= MARGIN
        ]
        if not clear:
            return claims
        score, margin, index, field = max(clear)
        claims[index] = Claim(field, BY_CONTENT, _confidence(score, margin))
        left = {pair: one for pair, one in left.items() if pair[0] != index and pair[1] != field}


def _best_rival(scores: dict[tuple[int, str], float], index: int, field: str) -> float:
    """The best score of another column for this field, or of this column for another field."""
    return max(
        (score for (at, name), score in scores.items() if (at == index) != (name == field)),
        default=0.0,
    )


def _confidence(score: float, margin: float) -> float:
    return round(min(0.99, score * (0.8 + 0.2 * _up_to(max(0.0, margin), 0.4))), 2)


def _guesses(scores: dict[tuple[int, str], float], claims: Mapping[int, Claim]) -> dict[int, Claim]:
    """What is left, the best first; equal ones in the order of the columns."""
    guesses: dict[int, Claim] = {}
    fields = {claim.field for claim in claims.values()}
    for (index, field), score in sorted(scores.items(), key=lambda one: (-one[1], one[0][0])):
        if score < _GUESSED:
            break
        if index not in claims and index not in guesses and field not in fields:
            fields.add(field)
            guesses[index] = Claim(field, BY_CONTENT, _confidence(score, 0))
    return guesses
