"""Contents in the wrong place: whole columns exchanged or shifted, and the same in single rows.

Nothing is moved here: columns are proposed, rows get suggestions, and a person decides.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from spreadsheets.contents import (
    ENOUGH,
    Cells,
    born_in,
    born_on,
    fits,
    repeats,
    sixteen,
)
from spreadsheets.headings import Header
from spreadsheets.layout import CheckContext, Cleaned, Issue, Layout, RowView, as_written

# A column is only proposed to be another one when this share of the rows that can tell says so.
_MOST = 0.8
_FEW = 0.3
_FARTHEST = 4  # columns between an inserted blank and the first cell that does not fit

NIK_KK = "NIK_KK_TERTUKAR"
NAME_NIK = "NAMA_NIK_TERTUKAR"
SHIFTED = "BARIS_TERGESER"
# Their suggestions belong together, and '' among them means: empty.
ROW_CODES = (NIK_KK, NAME_NIK, SHIFTED)


class Proposal(NamedTuple):
    """Columns that seem to be exchanged: what it says, how many of the rows say so, and the
    mapping (key of the column: field) that would follow for all columns."""

    code: str
    message: str
    share: float
    columns: dict[str, str]
    fields: list[str]


def proposals(header: Header, columns: Sequence[Cells]) -> list[Proposal]:
    """What seems to stand under the wrong heading, judged by a sample. At most one is likely."""
    of_content: dict[str, int] = {}
    for column in header.layout.columns:
        if column.content and column.field in header.columns:
            of_content.setdefault(column.content, header.columns[column.field])
    found = (
        _shifted(header, columns),
        _nik_and_kk(header, columns, of_content),
        _name_and_nik(header, columns, of_content),
    )
    return [proposal for proposal in found if proposal][:1]


def _nik_and_kk(header: Header, columns, of_content) -> Proposal | None:
    if not {"nik", "kk"} <= of_content.keys():
        return None
    nik, kk = of_content["nik"], of_content["kk"]
    nik_name, kk_name = header.name_of(nik), header.name_of(kk)
    told = exchanged = 0
    if "birth" in of_content:
        births = columns[of_content["birth"]].raws
        for raw_nik, raw_kk, raw_born in zip(
            columns[nik].raws, columns[kk].raws, births, strict=True
        ):
            in_nik, in_kk, born = sixteen(raw_nik), sixteen(raw_kk), born_on(raw_born)
            if in_nik and in_kk and born:
                told += 1
                exchanged += born == born_in(in_kk) and born != born_in(in_nik)
    share = exchanged / told if told else 0.0
    if told >= ENOUGH:
        if share < _MOST:
            return None
        message = (
            f"Pada {share * 100:.0f}% baris, tanggal lahir cocok dengan nomor di kolom {kk_name}, "
            f"bukan dengan nomor di kolom {nik_name}: kedua kolom tampak tertukar."
        )
    else:
        in_nik, in_kk = columns[nik].numbers, columns[kk].numbers
        if min(len(in_nik), len(in_kk)) < 2 * ENOUGH:
            return None
        share = repeats(in_nik)
        if share < _FEW or repeats(in_kk) > 0.02:
            return None
        message = (
            f"{share * 100:.0f}% nomor di kolom {nik_name} berulang seperti nomor KK, sedangkan "
            f"nomor di kolom {kk_name} tidak berulang: kedua kolom tampak tertukar."
        )
    return _exchange(header, nik, kk, message, share)


def _name_and_nik(header: Header, columns, of_content) -> Proposal | None:
    if not {"nik", "name"} <= of_content.keys():
        return None
    nik, name = of_content["nik"], of_content["name"]
    texts = columns[nik].texts
    words = sum(not any(char.isdigit() for char in text) for text in texts)
    numbers = len(columns[name].numbers)
    if min(len(texts), len(columns[name].texts)) < ENOUGH:
        return None
    share = min(words / len(texts), numbers / len(columns[name].texts))
    if share < _MOST:
        return None
    return _exchange(
        header,
        nik,
        name,
        f"Kolom {header.name_of(name)} berisi nomor 16 angka dan kolom {header.name_of(nik)} "
        f"berisi nama pada {share * 100:.0f}% baris: kedua kolom tampak tertukar.",
        share,
    )


def _exchange(header: Header, one: int, other: int, message: str, share: float) -> Proposal:
    fields = _fields_at(header)
    fields[one], fields[other] = fields[other], fields[one]
    return Proposal(
        "KOLOM_TERTUKAR",
        message,
        round(share, 2),
        _as_mapping(header, fields),
        [fields[one], fields[other]],
    )


def _fields_at(header: Header) -> dict[int, str]:
    return {index: claim.field for index, claim in header.claims.items()}


def _as_mapping(header: Header, fields: Mapping[int, str]) -> dict[str, str]:
    return {
        key: fields.get(index, "")
        for index, key in enumerate(header.keys)
        if index != header.note_index
    }


def _shifted(header: Header, columns: Sequence[Cells]) -> Proposal | None:
    """All columns from one on hold what belongs one column further left or right."""
    content = {column.field: column.content for column in header.layout.columns}
    telling = [
        (index, content[claim.field])
        for index, claim in header.claims.items()
        if content[claim.field] in ("nik", "kk", "name", "birth", "date", "sex")
    ]
    wrong = [(index, kind) for index, kind in telling if fits(kind, columns[index]) < _FEW]
    if len({kind for _, kind in wrong}) < 2:
        return None
    first = wrong[0][0]
    for step in (1, -1):
        behind = [(index, kind) for index, kind in telling if index >= first]
        if not all(_fits_at(columns, index + step, kind) for index, kind in behind):
            continue
        start = _where_shifted(columns, first) if step == 1 else first
        fields = {
            index + step if index >= start else index: field
            for index, field in _fields_at(header).items()
            if step == 1 or index != first - 1
            if index + step < len(columns) or index < start
        }
        lost = {column.field for column in header.layout.required} - set(fields.values())
        if lost & header.columns.keys():
            continue
        share = min(_evidence(columns, index + step, kind) for index, kind in behind)
        side = "kanan" if step == 1 else "kiri"
        return Proposal(
            "KOLOM_TERTUKAR",
            f"Mulai kolom {header.name_of(start)}, isi tampak bergeser satu kolom ke {side} "
            f"terhadap judulnya pada {share * 100:.0f}% baris.",
            round(share, 2),
            _as_mapping(header, fields),
            [claim.field for index, claim in header.claims.items() if index >= start],
        )
    return None


def _evidence(columns: Sequence[Cells], index: int, content: str) -> float:
    return fits(content, columns[index])


def _fits_at(columns: Sequence[Cells], index: int, content: str) -> bool:
    if not 0 <= index < len(columns) or len(columns[index].texts) < ENOUGH:
        return False
    return _evidence(columns, index, content) >= _MOST


def _where_shifted(columns: Sequence[Cells], first: int) -> int:
    """The empty column that pushed the others aside, else the first that does not fit."""
    for index in range(first, max(-1, first - _FARTHEST - 1), -1):
        if len(columns[index].texts) * 10 <= len(columns[index].raws):
            return index
    return first


class RowSwaps:
    """The row rule that suggests to put the cells of a row in their places.

    NIK and KK exchanged, name and NIK exchanged, or the row shifted by one cell: suggested only
    where the NIK then agrees with the birth date and sex and the cells moved are without error.
    Each field that would change gets an issue with the suggestion, in place of what was said of it.

    `fields`: the names of (nik, kk, name, birth date, sex). `agrees` gets the NIK, birth date and
    sex as canonical texts and tells whether the NIK can exist and says the same. `layout` comes
    without this rule.
    """

    def __init__(
        self,
        layout: Layout,
        fields: tuple[str, str, str, str, str],
        agrees: Callable[[str, str, str, CheckContext], bool],
    ) -> None:
        self.layout = layout
        self.nik, self.kk, self.name, self.born, self.sex = fields
        self.persons = frozenset(fields)
        self.agrees = agrees
        self.at = {name: index for index, name in enumerate(layout.fields)}
        self.cleaners = {column.field: column.clean for column in layout.columns}
        self.derived = [""] * len(layout.derived)
        self.headings = {column.field: column.heading for column in layout.columns}
        self.filled_down = {column.field for column in layout.columns if column.fill_down}

    def __call__(self, row: RowView, context: CheckContext) -> None:
        nik, kk, name, born = row[self.nik], row[self.kk], row[self.name], row[self.born]
        if len(nik) == 16 and nik.isdecimal() and born and not name[:1].isdecimal():
            # The usual case, first: the NIK agrees, and there is nothing to look for.
            if not _same_day(born, nik) and sixteen(kk) and _same_day(born, kk):
                moved = {self.nik: row.raw(self.kk), self.kk: row.raw(self.nik)}
                self._suggest(row, context, NIK_KK, moved)
            return
        if nik and sixteen(row.raw(self.name)):
            moved = {self.nik: row.raw(self.name), self.name: row.raw(self.nik)}
            if self._suggest(row, context, NAME_NIK, moved):
                return
        self._suggest(row, context, SHIFTED, *self._shifts(row))

    def _shifts(self, row: RowView):
        """The cells as they would be after moving them one to the left or right, from the place
        nearest to the first cell that does not fit."""
        bad = [
            index
            for field in (self.nik, self.name, self.born, self.sex)
            if not self._fits(row, field) and (index := row.index(field)) is not None
        ]
        if not bad:
            return
        first = min(bad)
        places = {
            index: field for field in self.headings if (index := row.index(field)) is not None
        }
        raws = row.raws
        for start in range(first, max(-1, first - _FARTHEST - 1), -1):
            if is_blank(raws[start]):
                yield {
                    field: raws[at + 1] if at + 1 < len(raws) else ""
                    for at, field in places.items()
                    if at >= start
                }
        for start in range(first, max(-1, first - _FARTHEST - 1), -1):
            yield {
                field: "" if at == start else raws[at - 1]
                for at, field in places.items()
                if at >= start
            }

    def _fits(self, row: RowView, field: str) -> bool:
        value = row[field]
        if field == self.nik:
            return not value or value.isdecimal()
        if field == self.name:
            return not value[:1].isdecimal()
        return bool(value) or is_blank(row.raw(field))

    def _may_fit(self, row: RowView, moved: Mapping[str, object]) -> bool:
        """Most moves fail at once: without a number as NIK or a birth date, or digits in the name.

        A rule may read a birth date anew, but none makes one of a cell that holds none.
        """
        if not sixteen(moved.get(self.nik, row.raw(self.nik))):
            return False
        name = as_written(moved.get(self.name, row.raw(self.name)))
        if any(char.isdecimal() for char in name):
            return False
        if self.born not in moved:
            return bool(row[self.born])
        born = self.cleaners[self.born](moved[self.born])
        return bool(born.value if isinstance(born, Cleaned) else born)

    def _read_again(
        self, row: RowView, context: CheckContext, moved: Mapping[str, object]
    ) -> tuple[dict[str, str], list[Issue]] | None:
        """The row with these cells moved, cleaned and judged; None where that leaves an error."""
        if not self._may_fit(row, moved):
            return None
        view = RowView(self.at, self.at, row.sheet)
        view.number, view.by_hand = row.number, row.by_hand
        view.raws = raws = []
        # An exchange of two cells leaves the others as they have been cleaned.
        touched = self.persons | moved.keys() if len(moved) == 2 else self.cleaners.keys()
        for name, clean in self.cleaners.items():
            # What has no cell of its own was filled from above, a title or another cell.
            is_own = name not in self.filled_down and not is_blank(row.raw(name))
            raws.append(moved.get(name, row.raw(name) if is_own else row[name]))
            cleaned = clean(raws[-1]) if name in touched else row[name]
            if isinstance(cleaned, Cleaned):
                view.note(name, *cleaned[1:])
                cleaned = cleaned.value
            view.values.append(cleaned)
        view.values += self.derived
        for rule in self.layout.row_rules:
            rule(view, context)
        new = dict(zip(self.at, view.values, strict=True))
        if any(
            issue.level == "error"
            and issue.field in new
            and (new[issue.field] != row[issue.field] or issue.field in moved)
            for issue in view.issues
        ):
            return None
        if not self.agrees(new[self.nik], new[self.born], new[self.sex], context):
            return None
        return new, view.issues

    def _suggest(
        self, row: RowView, context: CheckContext, code: str, *moves: Mapping[str, object]
    ) -> bool:
        """Tell of the move that leaves the least to say about the row; False where none fits."""
        readings = [one for moved in moves if (one := self._read_again(row, context, moved))]
        if not readings:
            return False
        new, issues = min(readings, key=_doubts)
        changed = [name for name in self.at if new[name] != row[name]]
        told = self.persons.union(changed)
        again = {name: [issue for issue in issues if issue.field == name] for name in told}
        for name in changed:
            before, message = as_written(row.raw(name)), self._message(code)
            again[name].append(
                Issue(row.number, name, code, "error", message, before, new[name], row.sheet)
            )
        row.reread(again)
        return True

    def _message(self, code: str) -> str:
        if code == SHIFTED:
            return (
                "Isi baris tampak bergeser satu kolom; setelah digeser kembali, NIK cocok dengan "
                "tanggal lahir."
            )
        one, other = (self.nik, self.kk) if code == NIK_KK else (self.name, self.nik)
        return (
            f"{self.headings[one]} dan {self.headings[other]} tampak tertukar; setelah ditukar, "
            "NIK cocok dengan tanggal lahir."
        )


def _doubts(reading: tuple[dict[str, str], list[Issue]]) -> int:
    return sum(issue.level != "info" for issue in reading[1])


def is_blank(raw) -> bool:
    return not as_written(raw).strip()


def _same_day(born: str, number: str) -> bool:
    """Whether a number of 16 digits says the same day, month and year as an ISO date."""
    if number[8:10] != born[5:7] or number[10:12] != born[2:4]:
        return False
    return number[6:8] == born[8:10] or born_in(number)[:2] == born[8:10]
