"""Which rows below the header are data, and which are number rows, totals or signatures."""

import itertools
import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from spreadsheets.headings import EXAMPLE_MARK, Header
from spreadsheets.layout import slug

_TOTAL = re.compile(r"(SUB\s*|GRAND\s*)?(JUMLAH|TOTAL)\b.*", re.IGNORECASE)
_SIGNATURE = re.compile(
    r"(MENGETAHUI|MENYETUJUI|DISAHKAN|DISETUJUI|DIBUAT OLEH|DIPERIKSA OLEH|TTD|TANDA TANGAN|"
    r"AN\. |A\.N\. |KEPALA (DINAS|DESA|BIDANG|SEKSI)|LURAH|CAMAT|BUPATI|WALI ?KOTA|SEKRETARIS|"
    r"OPERATOR|PETUGAS|PENDAMPING|TKSK\b|NIP\b|CATATAN\b|KETERANGAN\s*:|SUMBER\s*:).*"
    r"|[A-Z .]{3,40},\s*(TANGGAL\s*)?(\d{1,2}|[._ ]+)\s+[A-Z]+\s*\d{4}",
    re.IGNORECASE,
)
_RECAP = re.compile(r"REKAP(ITULASI)?\b.*", re.IGNORECASE)
_PAGE = re.compile(r"(HAL|HALAMAN|PAGE)\b[\s.:]*\d+.*|(LANJUTAN|BERSAMBUNG|SAMBUNGAN)\b.*", re.I)

NUMBER_ROW = "baris nomor kolom"
REPEATED_HEADER = "judul kolom berulang"
REPEATED_TITLE = "judul atau nomor halaman"
TOTAL = "baris jumlah"
RECAP = "baris rekapitulasi"
EXAMPLE = "baris contoh"
SIGNATURE = "baris tanda tangan atau keterangan"

_FOOTERS = ((_TOTAL, TOTAL), (_RECAP, RECAP), (_SIGNATURE, SIGNATURE))


class Survey(NamedTuple):
    """`skipped`: row -> why it is no data. Blank rows are neither counted nor listed.

    `spaces` are rows that hold nothing but spaces. `hollow`: fields with a heading and not one
    filled cell, among those that the sheet tells once for all its rows. `last_row` is of data.
    """

    count: int
    skipped: dict[int, str]
    spaces: set[int]
    hollow: frozenset[str]
    last_row: int

    @property
    def left_out(self) -> list[tuple[str, int, str]]:
        """(what, how many, why) for each reason, with the rows named."""
        rows_of: dict[str, list[int]] = {}
        for row, why in self.skipped.items():
            rows_of.setdefault(why, []).append(row)
        return [
            (_named(rows), count, why)
            for why, count in Counter(self.skipped.values()).items()
            if (rows := rows_of[why])
        ]


def _named(rows: list[int]) -> str:
    if len(rows) == 1:
        return f"baris {rows[0]}"
    shown = ", ".join(map(str, rows[:5]))
    return f"baris {shown}" + (f", … {rows[-1]}" if len(rows) > 5 else "")


def is_blank(row: list) -> bool:
    """Nothing in it but empty cells and cells of spaces.

    >>> is_blank(["", " ", ""]), is_blank(["", 0.0])
    (True, False)
    """
    return row.count("") == len(row) or all(type(cell) is str and not cell.strip() for cell in row)


def survey(rows: Iterable[list], header: Header) -> Survey:
    """Walks over all rows once; only sparse rows are looked at closely, so it is cheap.

    A total or signature is only recognised in a row that fills few of the mapped columns;
    a sparse row after a signature belongs to it, until a well-filled row comes.
    """
    sparse = max(2, len(header.columns) // 3)
    key_fields = {column.field for column in header.layout.required}
    keys = [index for name, index in header.columns.items() if name in key_fields]
    heads = {index: header.headings[name] for name, index in header.columns.items()}
    first_field, first_index = next(iter(header.columns.items()))
    # Letters with which the first cell of a row begins that may be no data, a total for instance.
    telling = (" ", header.headings[first_field][0], *"GJSTgjst")
    note = header.note_index
    count = last_row = 0
    skipped: dict[int, str] = {}
    spaces: set[int] = set()
    titles: set[str] = set()
    hollow = {header.columns[name]: name for name in header.told if name in header.columns}
    after = ""
    for number, row in enumerate(rows, start=1):
        if number <= header.row:
            titles.update(_texts(row))
            continue
        if note is not None and str(row[note]).startswith(EXAMPLE_MARK):
            skipped[number] = EXAMPLE
            continue
        if note is not None:
            row[note] = ""
        filled = len(row) - row.count("")
        if not filled:
            continue
        first = row[first_index]
        why = ""
        if filled > sparse:
            after = ""
            # Repeated headers and number rows are full rows; their first cell tells them apart.
            if type(first) is not str or len(first) <= 3 or first[0] in telling:
                why = _decoration(row, heads, keys, number == header.row + 1)
        else:
            why = _footer(row, heads, keys, titles, after)
            after = why if why in (SIGNATURE, RECAP) else after
        if why:
            skipped[number] = why
        elif filled <= sparse and is_blank(row):
            spaces.add(number)
        else:
            count += 1
            last_row = number
            if hollow:
                hollow = {index: name for index, name in hollow.items() if row[index] == ""}
    return Survey(count, skipped, spaces, frozenset(hollow.values()), last_row)


def _texts(row: list) -> list[str]:
    return [cell.strip() for cell in row if isinstance(cell, str) and cell.strip()]


def _decoration(row: list, heads: dict[int, str], keys: list[int], is_first: bool) -> str:
    """Why a well-filled row is no data, "" if it is."""
    if is_first:
        cells = [cell for cell in row if cell != ""]
        if len(cells) >= 3 and _counts_up(cells):
            return NUMBER_ROW
    if all(row[index] != "" for index in keys):
        return REPEATED_HEADER if _repeats(row, heads) else ""
    first = next((cell for cell in row if isinstance(cell, str) and cell.strip()), "")
    return TOTAL if _TOTAL.fullmatch(first.strip()) else ""


def _repeats(row: list, heads: dict[int, str]) -> bool:
    """At least half of the headings stand in their columns again."""
    may_differ = len(heads) - max(2, len(heads) // 2)
    for index, head in heads.items():
        cell = row[index]
        if cell != head and (
            type(cell) is not str or cell.lstrip()[:1] != head[:1] or " ".join(cell.split()) != head
        ):
            may_differ -= 1
            if may_differ < 0:
                return False
    return True


def _counts_up(cells: list) -> bool:
    numbers = []
    for cell in cells:
        bare = str(cell).strip(" ().").removesuffix(".0")
        if not bare.isdecimal() or len(bare) > 3:
            return False
        numbers.append(int(bare))
    return all(b - a == 1 for a, b in itertools.pairwise(numbers))


def _footer(row: list, heads: dict[int, str], keys: list[int], titles: set[str], after: str) -> str:
    """Why a row with few cells is no data, "" if it is. `after`: a footer that began above."""
    if _is_part_of_header(row, heads):
        return REPEATED_HEADER
    filled_keys = sum(row[index] != "" for index in keys)
    if len(keys) >= 2 and filled_keys == len(keys):
        return ""
    texts = _texts(row)
    for pattern, why in _FOOTERS:
        if any(map(pattern.fullmatch, texts)):
            return why
    if any(map(_PAGE.fullmatch, texts)) or (
        titles.issuperset(texts) and 0 < len(texts) == len(row) - row.count("")
    ):
        return REPEATED_TITLE
    # The name of the one who signed stands alone below the signature line.
    return after if filled_keys < max(2, len(keys)) else ""


def _is_part_of_header(row: list, heads: dict[int, str]) -> bool:
    """One of the two rows of a header that is printed again on every page."""
    filled = [(slug(row[index]), slug(head)) for index, head in heads.items() if row[index] != ""]
    return len(filled) >= 2 and all(
        cell and (head.startswith(cell) or head.endswith(cell)) for cell, head in filled
    )
