"""A file becomes batches of canonical rows and issues."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from spreadsheets import cells
from spreadsheets.layout import (
    CheckContext,
    Cleaned,
    Column,
    Issue,
    Layout,
    RowView,
    as_written,
)
from spreadsheets.looking import FileRead, Found, column_issues, look
from spreadsheets.parts import ERROR_TEXTS, UNCACHED, column_letters
from spreadsheets.reading import Book, unmerged_rows

BATCH_ROWS = 5_000
# A number column of which more than this share ends in 0 (chance is 0.1) has lost its last digit.
DAMAGED_SHARE = 0.2
DAMAGED_FROM = 20
DAYS_TO_1904 = 1462
# Numbers kept as text may have been damaged before: then nearly all end in 0.
DAMAGED_SHARE_OF_TEXTS = 0.5


class Batch(NamedTuple):
    """Rows as (sheet, row as in Excel, values in the order of the layout's fields)."""

    rows: list[tuple[str, int, list[str]]]
    issues: list[Issue]
    done: int
    total: int


def check_file(
    path: str | Path, layouts: Sequence[Layout], context: CheckContext
) -> Iterator[FileRead | Batch]:
    """Yields one FileRead, then Batches of at most BATCH_ROWS rows until all rows are told.

    The layout is the one among `layouts` whose headings fit best. Raises SheetRefused, and
    nothing else, for a file that cannot be taken.
    """
    book = Book(path)
    read, found = look(book, layouts, context)
    yield read
    done = 0
    damage: dict[str, Counter] = {}
    closing = [_hidden(part) for part in read.hidden]
    closing += column_issues(read, found[0].header.layout)
    for one in found:
        checker = _SheetChecker(book, one, context, damage)
        for rows, issues in checker.batches():
            done += len(rows)
            yield Batch(rows, issues, done, read.row_count)
        closing += checker.unheaded_columns()
    closing += _damaged_columns(damage, read.mapping)
    if closing:
        yield Batch([], closing, done, read.row_count)


# Cells that mean the same in every column: nothing, or an error that the sheet itself computed.
_COMMON: dict[str | None, str | Cleaned] = {
    "": "",
    None: "",
    **{
        shown: Cleaned(
            "",
            "SEL_GALAT",
            "error",
            f"Sel berisi galat lembar kerja ({shown}); perbaiki rumusnya atau ketik nilainya.",
        )
        for shown in ERROR_TEXTS
    },
    UNCACHED: Cleaned(
        "",
        "RUMUS_TANPA_NILAI",
        "error",
        "Sel berisi rumus yang belum dihitung; buka berkas dengan Excel, simpan, atau ketik "
        "nilainya.",
    ),
}
_MEMO_CELLS = 8_192


class _Memo(dict):
    """Raw cell -> cleaned cell, forgetting everything when it grows too large."""

    def __init__(self, clean) -> None:
        super().__init__(_COMMON)
        self.clean = clean

    def __missing__(self, raw):
        cleaned = self.clean(raw)
        if len(self) > _MEMO_CELLS:
            self.clear()
            self.update(_COMMON)
        self[raw] = cleaned
        return cleaned


class _ColumnCleaner:
    """Cleans a column batch by batch; remembers cells only where they repeat."""

    def __init__(self, column: Column) -> None:
        self.clean = column.clean
        self.memo: _Memo | None = _Memo(column.clean) if column.memo else None
        # 1 == 1.0 == True as keys, but not as cells: what is no text is remembered with its type.
        self.typed: dict[tuple[type, object], str | Cleaned] = {}

    def __call__(self, cells: Sequence) -> list:
        if set(map(type, cells)) != {str}:
            return list(map(self._one, cells))
        memo = self.memo
        if memo is None:
            common, clean = _COMMON, self.clean
            return [common[cell] if cell in common else clean(cell) for cell in cells]
        before = len(memo)
        cleaned = list(map(memo.__getitem__, cells))
        if len(cells) >= 1_000 and not 0 <= len(memo) - before < len(cells) / 2:
            self.memo = None
        return cleaned

    def _one(self, cell):
        if cell in _COMMON:
            return _COMMON[cell]
        key = (type(cell), cell)
        found = self.typed.get(key)
        if found is None:
            found = self.clean(cell)
            if len(self.typed) > _MEMO_CELLS:
                self.typed.clear()
            self.typed[key] = found
        return found


class _SheetChecker:
    """Column by column over a batch, then the row rules row by row."""

    def __init__(
        self, book: Book, one: Found, context: CheckContext, damage: dict[str, Counter]
    ) -> None:
        self.sheet = sheet = book.sheet(one.read.name)
        self.header = header = one.header
        self.survey = one.survey
        self.filled = one.filled
        layout = header.layout
        self.context = context
        self.damage = damage
        self.rules = layout.row_rules
        self.columns = [
            (column, header.columns.get(column.field), _ColumnCleaner(column))
            for column in layout.columns
        ]
        self.derived = len(layout.derived)
        self.told = {
            name: told
            for name, told in header.told.items()
            if name not in header.columns or name in one.survey.hollow
        }
        at = {name: index for index, name in enumerate(layout.fields)}
        self.view = RowView(at, header.columns, sheet.name)
        self.above: dict[str, str] = {}
        # Surplus cells of a text row are told row by row instead.
        self.unheaded = set() if sheet.is_text else set(header.unheaded)
        self.unheaded_filled: set[int] = set()
        required = {column.field for column in layout.required}
        self.last_required = max(
            (index for name, index in header.columns.items() if name in required), default=0
        )

    def batches(self) -> Iterator[tuple[list, list[Issue]]]:
        """(rows, issues) for every BATCH_ROWS data rows; blank and skipped rows are passed over."""
        numbers: list[int] = []
        raws: list[list] = []
        note = self.header.note_index
        passed = self.survey.skipped.keys() | self.survey.spaces
        passed.update(range(1, self.header.row + 1))
        rows = unmerged_rows(self.sheet, self.header.row, self.filled)
        for number, row in enumerate(rows, start=1):
            if number in passed:
                continue
            if note is not None:
                row[note] = ""
            if row.count("") == len(row):
                continue
            numbers.append(number)
            raws.append(row)
            if len(raws) == BATCH_ROWS:
                yield self.check(numbers, raws)
                numbers, raws = [], []
        if raws:
            yield self.check(numbers, raws)

    def check(self, numbers: list[int], raws: list[list]) -> tuple[list, list[Issue]]:
        issues: list[Issue] = []
        raw_columns = list(zip(*raws, strict=False))
        blank = [""] * len(raws)
        cleaned_columns = []
        for column, index, clean in self.columns:
            if column.field in self.told:
                cleaned_columns.append(self._told_once(column, numbers, issues))
                continue
            if index is None or index >= len(raw_columns):
                cleaned_columns.append(blank)
                continue
            sent = raw_columns[index]
            cleaned = clean(sent)
            if self.sheet.epoch_1904 and _holds_dates(column):
                _shift_to_1904(column, sent, cleaned)
            if Cleaned in set(map(type, cleaned)):
                self._note(column.field, numbers, sent, cleaned, issues)
            if index in self.filled:
                self._note_filled(column, self.filled[index], numbers, issues)
            if column.clean is cells.digits16:
                self._count_zeros(column.field, sent, cleaned)
            if column.fill_down:
                self._fill_down(column, numbers, cleaned, issues)
            cleaned_columns.append(cleaned)
        for index in self.unheaded - self.unheaded_filled:
            if index < len(raw_columns) and any(map(as_written, raw_columns[index])):
                self.unheaded_filled.add(index)
        cleaned_columns += [blank] * self.derived
        values = list(map(list, zip(*cleaned_columns, strict=True)))
        if self.sheet.is_text:
            self._note_surplus(numbers, raws, issues)
            self._note_short(numbers, issues)
        if self.rules:
            self._apply_rules(numbers, raws, values, issues)
        name = self.sheet.name
        rows = [(name, number, row) for number, row in zip(numbers, values, strict=True)]
        issues.sort(key=lambda issue: issue.row)
        return rows, issues

    def unheaded_columns(self) -> list[Issue]:
        """Columns that hold data but have no heading, so that nobody can tell what they mean."""
        letters = [
            column_letters(self.sheet.first_column + index)
            for index in sorted(self.unheaded_filled)
        ]
        return [
            Issue(
                0,
                "",
                "KOLOM_TANPA_JUDUL",
                "warning",
                f"Kolom {letter} pada lembar {self.sheet.name} berisi data tetapi tidak berjudul "
                "sehingga tidak dibaca; beri judul bila datanya diperlukan.",
                "",
                "",
                self.sheet.name,
            )
            for letter in letters
        ]

    def _apply_rules(self, numbers, raws, values, issues) -> None:
        view, context, rules = self.view, self.context, self.rules
        view.issues = issues
        for number, raw, row in zip(numbers, raws, values, strict=True):
            view.number = number
            view.raws = raw
            view.values = row
            for rule in rules:
                rule(view, context)
        view.settle()

    def _note(self, field, numbers, cells, cleaned, issues) -> None:
        """Turns Cleaned cells into their text and an issue."""
        name = self.sheet.name
        codes = self.damage.setdefault(field, Counter())
        for index, cell in enumerate(cleaned):
            if type(cell) is not Cleaned:
                continue
            value, code, level, message, suggestion = cell
            cleaned[index] = value
            codes[code] += 1
            before = as_written(cells[index])
            issues.append(
                Issue(numbers[index], field, code, level, message, before, suggestion, name)
            )

    def _told_once(self, column: Column, numbers, issues) -> list[str]:
        """A column whose value stands in a title or in the name of the sheet."""
        value, code, message = self.told[column.field]
        cleaned = column.clean(value)
        text = cleaned.value if type(cleaned) is Cleaned else cleaned
        name = self.sheet.name
        issues += [
            Issue(number, column.field, code, "info", message, "", "", name) for number in numbers
        ]
        return [text] * len(numbers)

    def _note_filled(self, column: Column, filled: set[int], numbers, issues) -> None:
        message = f"{column.heading} diisi dari sel gabungan di atasnya."
        issues += [
            Issue(number, column.field, "DIISI_DARI_ATAS", "info", message, "", "", self.sheet.name)
            for number in numbers
            if number in filled
        ]

    def _count_zeros(self, field, sent, cleaned) -> None:
        texts = [
            value
            for cell, value in zip(sent, cleaned, strict=True)
            if type(cell) is str and len(value) == 16
        ]
        codes = self.damage.setdefault(field, Counter())
        codes["TEXTS"] += len(texts)
        codes["TEXTS_ENDING_IN_0"] += sum(value[-1] == "0" for value in texts)

    def _fill_down(self, column: Column, numbers, cleaned, issues) -> None:
        above = self.above.get(column.field, "")
        for index, value in enumerate(cleaned):
            if value:
                above = value
            elif above:
                cleaned[index] = above
                issues.append(
                    Issue(
                        numbers[index],
                        column.field,
                        "DIISI_DARI_ATAS",
                        "info",
                        f"{column.heading} kosong dan diisi dari baris di atasnya.",
                        "",
                        "",
                        self.sheet.name,
                    )
                )
        self.above[column.field] = above

    def _note_surplus(self, numbers, raws, issues) -> None:
        """A text row with more cells than the header: a delimiter inside a value shifted it."""
        width = self.header.width
        for number, row in zip(numbers, raws, strict=True):
            if any(row[width:]):
                issues.append(
                    Issue(
                        number,
                        "",
                        "KOLOM_BERLEBIH",
                        "error",
                        "Baris berisi lebih banyak kolom daripada judulnya, mungkin ada pemisah "
                        "kolom di dalam nilai; periksa baris ini.",
                        " | ".join(filter(None, row[width:])),
                        "",
                        self.sheet.name,
                    )
                )

    def _note_short(self, numbers, issues) -> None:
        """A text row with fewer cells than the header: cut off, or broken by a line break."""
        width = self.header.width
        for number in self.sheet.short.keys() & set(numbers):
            have = self.sheet.short[number]
            if have < width:
                issues.append(
                    Issue(
                        number,
                        "",
                        "KOLOM_TIDAK_LENGKAP",
                        "warning" if have <= self.last_required else "info",
                        f"Baris hanya berisi {have} dari {width} kolom; sisanya dibaca kosong.",
                        "",
                        "",
                        self.sheet.name,
                    )
                )


def _holds_dates(column: Column) -> bool:
    return column.kind == "date" or column.clean is cells.date


def _shift_to_1904(column: Column, sent: Sequence, cleaned: list) -> None:
    """Dates that are plain numbers, in a workbook whose day 0 is 1 January 1904."""
    for index, one in enumerate(cleaned):
        if type(one) is Cleaned and one.code == "TANGGAL_SERIAL":
            shifted = column.clean(float(sent[index]) + DAYS_TO_1904)
            if type(shifted) is Cleaned and shifted.code == "TANGGAL_SERIAL":
                cleaned[index] = shifted._replace(
                    code="TANGGAL_SISTEM_1904",
                    message="Tanggal tersimpan sebagai angka urut sejak 1904, sesuai pengaturan "
                    "berkas ini, dan diubah menjadi tanggal.",
                )


def _hidden(part: str) -> Issue:
    message = f"{part[0].upper()}{part[1:]} tersembunyi di dalam berkas dan ikut dibaca."
    return Issue(0, "", "TERSEMBUNYI_DIBACA", "info", message, "", "")


def _damaged_columns(damage: dict[str, Counter], mapping: dict[str, str]) -> list[Issue]:
    """One issue for each number column whose last digits were lost (DOMAIN section 2)."""
    found = []
    for field, codes in damage.items():
        zeros = codes["SEL_ANGKA_BERAKHIR_0"] + codes["NOMOR_URUT_0000"]
        numbers = zeros + codes["SEL_ANGKA"] + codes["SEL_ANGKA_TIDAK_TEPAT"]
        texts, text_zeros = codes["TEXTS"], codes["TEXTS_ENDING_IN_0"]
        if (
            codes["SEL_ANGKA_BERAKHIR_0"]
            and numbers >= DAMAGED_FROM
            and zeros > DAMAGED_SHARE * numbers
        ):
            fact = f"tersimpan sebagai angka dan {zeros} dari {numbers} nomornya"
        elif texts >= DAMAGED_FROM and text_zeros > DAMAGED_SHARE_OF_TEXTS * texts:
            fact = f"pernah tersimpan sebagai angka: {text_zeros} dari {texts} nomornya"
        else:
            continue
        found.append(
            Issue(
                0,
                field,
                "KOLOM_ANGKA_RUSAK",
                "warning",
                f"Kolom {mapping.get(field, field)} {fact} berakhir 0, tanda angka terakhir "
                "hilang; minta berkas asli yang menyimpan nomor sebagai teks.",
                "",
                "",
            )
        )
    return found
