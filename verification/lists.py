"""The endorsed list as plain data: its canonical text and hash, comparison, drawing of a sample.

Pure: a list from the database, from a workbook and from a test are the same rows here.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

VERSION = "PENGESAHAN-1"


@dataclass(frozen=True)
class ListRow:
    """One family of an endorsed list. All but `position` and `case_id` are texts.

    `result` is TETAP, MASUK, KELUAR, or "" for a proposal that was not accepted; `reason` is the
    code of a reason for leaving, "" where there is none.
    """

    position: int
    case_id: int
    village_code: str
    dtks_id: str
    kk_number: str
    nik: str
    name: str
    address: str
    rt: str
    rw: str
    result: str
    reason: str


FIELDS = tuple(field.name for field in fields(ListRow))
# A cell that its reader has tidied must give the same line as the row it was written from.
_EMPTY = frozenset({"", "-"})


def _text(value: object) -> str:
    text = " ".join(str(value).split())
    return "" if text in _EMPTY else text


def canonical_line(row: ListRow) -> str:
    """The row as one line of text: fields in their order, tabs between them.

    >>> canonical_line(ListRow(1, 7, "62.03.08.2001", "A1", "", "62", " SITI  R ", "-", "003",
    ...     "001", "TETAP", ""))
    '1\\t7\\t62.03.08.2001\\tA1\\t\\t62\\tSITI R\\t\\t003\\t001\\tTETAP\\t'
    """
    return "\t".join(_text(getattr(row, name)) for name in FIELDS)


def list_hash(rows: Iterable[ListRow], *, round_id: int, regency_code: str) -> str:
    """sha256 over the canonical lines, in hexadecimal; it says of which round and regency too."""
    digest = hashlib.sha256(f"{VERSION}\t{round_id}\t{regency_code}\n".encode())
    for row in rows:
        digest.update(f"{canonical_line(row)}\n".encode())
    return digest.hexdigest()


@dataclass(frozen=True)
class Change:
    """One field of one family that two lists tell differently; `position` is that of the first."""

    position: int
    case_id: int
    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Comparison:
    """`missing` stand in the first list only, `added` in the second only."""

    missing: tuple[ListRow, ...]
    added: tuple[ListRow, ...]
    changes: tuple[Change, ...]

    @property
    def is_same(self) -> bool:
        return not (self.missing or self.added or self.changes)


def compare(first: Iterable[ListRow], second: Iterable[ListRow]) -> Comparison:
    """What the second list tells otherwise. Families are known by their case; a family written
    twice in one list stands once in the comparison and once more among missing or added."""
    ours: dict[tuple[int, int], ListRow] = _numbered(first)
    theirs: dict[tuple[int, int], ListRow] = _numbered(second)
    changes = [
        Change(row.position, row.case_id, name, before, after)
        for key, row in ours.items()
        if key in theirs
        for name in FIELDS
        if (before := _text(getattr(row, name))) != (after := _text(getattr(theirs[key], name)))
    ]
    return Comparison(
        tuple(row for key, row in ours.items() if key not in theirs),
        tuple(row for key, row in theirs.items() if key not in ours),
        tuple(changes),
    )


def _numbered(rows: Iterable[ListRow]) -> dict[tuple[int, int], ListRow]:
    seen: Counter[int] = Counter()
    numbered = {}
    for row in rows:
        numbered[row.case_id, seen[row.case_id]] = row
        seen[row.case_id] += 1
    return numbered


def allocate(sizes: Mapping[str, int], wanted: int) -> dict[str, int]:
    """How many to draw of each stratum: in proportion, but one at least where there is room.

    Never more than a stratum holds, and `wanted` in all unless there are fewer.

    >>> allocate({"A": 90, "B": 9, "C": 1}, 10)
    {'A': 8, 'B': 1, 'C': 1}
    >>> allocate({"A": 2, "B": 0}, 10)
    {'A': 2}
    """
    sizes = {name: size for name, size in sizes.items() if size}
    total = sum(sizes.values())
    wanted = min(wanted, total)
    by_size = sorted(sizes, key=lambda name: (-sizes[name], name))
    drawn = {name: 1 if place < wanted else 0 for place, name in enumerate(by_size)}
    for _ in range(wanted - sum(drawn.values())):
        # The stratum that is furthest below its share comes next.
        room = [name for name in by_size if drawn[name] < sizes[name]]
        name = max(room, key=lambda name: sizes[name] * wanted / total - drawn[name])
        drawn[name] += 1
    return {name: count for name, count in sorted(drawn.items()) if count}


def draw(population: Iterable[tuple[int, str]], *, size: int, seed: str) -> list[int]:
    """A random sample by strata of (id, stratum), in the order of the ids.

    The same seed draws the same sample of the same population, whatever its order, so that anybody
    can draw it again.
    """
    strata: dict[str, list[int]] = defaultdict(list)
    for one, stratum in population:
        strata[stratum].append(one)
    shares = allocate({name: len(members) for name, members in strata.items()}, size)
    chosen: list[int] = []
    for name, count in shares.items():
        chosen += sorted(strata[name], key=lambda one: _lot(seed, one))[:count]
    return sorted(chosen)


def _lot(seed: str, one: int) -> bytes:
    return hashlib.sha256(f"{seed}:{one}".encode()).digest()
