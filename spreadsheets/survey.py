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
    r"OPERATOR|PETUGAS|NIP\b|CATATAN\b|KETERANGAN\s*:|SUMBER\s*:).*"
    r"|[A-Z .]{3,40},\s*(TANGGAL\s*)?(\d{1,2}|[._ ]+)\s+[A-Z]+\s*\d{4}",
    re.IGNORECASE,
)

NUMBER_ROW = "baris nomor kolom"
REPEATED_HEADER = "judul kolom berulang"
TOTAL = "baris jumlah"
EXAMPLE = "baris contoh"
SIGNATURE = "baris tanda tangan atau keterangan"


class Survey(NamedTuple):
    """`skipped`: row -> why it is no data. Blank rows are neither counted nor listed.

    `spaces` are rows that hold nothing but spaces.
    """

    count: int
    skipped: dict[int, str]
    spaces: set[int]

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
    heads = {index: slug(header.headings[name]) for name, index in header.columns.items()}
    first_field, first_index = next(iter(header.columns.items()))
    telling = (" ", header.headings[first_field][0])
    note = header.note_index
    count = 0
    skipped: dict[int, str] = {}
    spaces: set[int] = set()
    signed = False
    for number, row in enumerate(rows, start=1):
        if number <= header.row:
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
        if filled > sparse:
            signed = False
            # Repeated headers and number rows are full rows; their first cell tells them apart.
            if type(first) is str and len(first) > 3 and first[0] not in telling:
                count += 1
                continue
            why = _decoration(row, heads, number == header.row + 1)
        else:
            why = _footer(row, keys, signed)
            signed = signed or why == SIGNATURE
        if is_blank(row):
            spaces.add(number)
        elif why:
            skipped[number] = why
        else:
            count += 1
    return Survey(count, skipped, spaces)


def _decoration(row: list, heads: dict[int, str], is_first: bool) -> str:
    cells = [cell for cell in row if cell != ""]
    if is_first and len(cells) >= 3 and _counts_up(cells):
        return NUMBER_ROW
    same = sum(slug(row[index]) == head for index, head in heads.items())
    return REPEATED_HEADER if same >= max(2, len(heads) // 2) else ""


def _counts_up(cells: list) -> bool:
    numbers = []
    for cell in cells:
        bare = str(cell).strip(" ().").removesuffix(".0")
        if not bare.isdecimal() or len(bare) > 3:
            return False
        numbers.append(int(bare))
    return all(b - a == 1 for a, b in itertools.pairwise(numbers))


def _footer(row: list, keys: list[int], signed: bool) -> str:
    texts = [cell.strip() for cell in row if isinstance(cell, str) and cell.strip()]
    if any(map(_TOTAL.fullmatch, texts)):
        return TOTAL
    if any(map(_SIGNATURE.fullmatch, texts)):
        return SIGNATURE
    # The name of the one who signed stands alone below the signature line.
    filled_keys = sum(row[index] != "" for index in keys)
    return SIGNATURE if signed and filled_keys < max(2, len(keys)) else ""
