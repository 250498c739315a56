"""Pass 1: what the civil record under a person's NIK says of the person: a table of ordered rules.

Outcomes are those of pemadanan. A name like to 90 % or more is taken, 60 to 89 % is shown to a
person, below 60 % is somebody else. Dead and moved people are findings: nothing is done to the
family, a consequence is proposed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import product
from typing import NamedTuple

from verification.matching.levels import (
    ALIAS,
    DIFFERS,
    HIGH,
    LEVELS,
    LOW,
    MEDIUM,
    MISSING,
    NAME_TITLES,
    PART,
    SAME,
    TITLES,
    level,
    name_level,
    nik_usable,
)


class Outcome(StrEnum):
    PADAN = "PADAN"
    DATA_BERBEDA = "DATA_BERBEDA"
    TIDAK_DITEMUKAN = "TIDAK_DITEMUKAN"
    NIK_GANDA = "NIK_GANDA"
    MENINGGAL = "MENINGGAL"
    PINDAH = "PINDAH"


class Handling(StrEnum):
    """What comes next: taken as it is, a person decides, or the record is looked for by pass 2."""

    OTOMATIS = "OTOMATIS"
    ANTREAN = "ANTREAN"
    DICARI = "DICARI"


class Proposal(StrEnum):
    """A consequence for the family, to be decided elsewhere."""

    NONE = ""
    CORRECT_DATA = "PERBAIKI_DATA"
    PAYEE_OR_END = "GANTI_PENGURUS_ATAU_AKHIRI"
    MOVE_OR_END = "MUTAKHIRKAN_ALAMAT_ATAU_AKHIRI"


# The state of the NIK: no usable number, no civil record under it, one, several; SHARED: one, which
# fits other persons of the register too.
NIK_STATES = ("MISSING", "INVALID", "NOT_FOUND", "FOUND", "SHARED", "SEVERAL")
# Whether the family of the civil record has another member of the same birth date and sex, whose
# name is like the person's too.
TWINS = ("NONE", "TWIN")
STATUSES = ("HIDUP", "MENINGGAL", "PINDAH")

EVIDENCE = {
    "nik": NIK_STATES,
    "status": STATUSES,
    "twin": TWINS,
    "name": tuple(NAME_TITLES),
    **{field: (*(each.code for each in levels), MISSING) for field, levels in LEVELS.items()},
}


class Person(NamedTuple):
    """What is compared of a person; of a civil record also `status`. Empty text: not known."""

    nik: str = ""
    name: str = ""
    birth_date: date | None = None
    sex: str = ""
    kk_number: str = ""
    village: str = ""
    status: str = "HIDUP"


@dataclass(frozen=True)
class Rule:
    """Holds where the evidence of every field named in `when` is one of the levels there."""

    code: str
    title: str
    when: Mapping[str, frozenset[str]]
    outcome: Outcome
    handling: Handling
    proposal: Proposal = Proposal.NONE

    def holds(self, evidence: Mapping[str, str]) -> bool:
        return all(evidence[field] in levels for field, levels in self.when.items())


def _rule(code, title, outcome, handling, proposal=Proposal.NONE, **when: str) -> Rule:
    levels = {field: frozenset(text.split()) for field, text in when.items()}
    return Rule(code, title, levels, outcome, handling, proposal)


_WRITTEN = f"{SAME} {TITLES} {ALIAS}"
_ALIKE = f"{_WRITTEN} {HIGH}"
_NEAR = "EQUAL SWAPPED ONE_PART"
_ROUGHLY = f"{PART} {MEDIUM}"
_ANY = f"EQUAL {MISSING}"
_O, _H, _P = Outcome, Handling, Proposal

# The first rule that holds decides. `name`, `birth_date` and so on are levels of agreement.
RULES: tuple[Rule, ...] = (
    _rule("N1", "NIK kosong", _O.TIDAK_DITEMUKAN, _H.DICARI, nik="MISSING"),
    _rule("N2", "NIK tidak sah", _O.TIDAK_DITEMUKAN, _H.DICARI, nik="INVALID"),
    _rule("N3", "NIK tidak ada di Dukcapil", _O.TIDAK_DITEMUKAN, _H.DICARI, nik="NOT_FOUND"),
    _rule("G1", "NIK ada pada beberapa data Dukcapil", _O.NIK_GANDA, _H.ANTREAN, nik="SEVERAL"),
    _rule("B1", "NIK milik orang lain: nama berbeda", _O.DATA_BERBEDA, _H.DICARI, name=LOW),
    _rule("B2", "NIK milik orang lain: nama hanya mirip, tanggal lahir berbeda",
          _O.DATA_BERBEDA, _H.DICARI, name=_ROUGHLY, birth_date=f"YEAR {DIFFERS}"),
    _rule("B3", "NIK milik orang lain: nama hanya mirip, jenis kelamin berbeda",
          _O.DATA_BERBEDA, _H.DICARI, name=_ROUGHLY, sex=DIFFERS),
    _rule("B4", "nama mirip, tanggal lahir dan jenis kelamin berbeda",
          _O.DATA_BERBEDA, _H.DICARI, name=HIGH, birth_date=f"YEAR {DIFFERS}", sex=DIFFERS),
    _rule("B5", "nama tidak ada", _O.DATA_BERBEDA, _H.ANTREAN, name=MISSING),
    _rule("G2", "NIK dipakai beberapa orang yang sama datanya", _O.NIK_GANDA, _H.ANTREAN,
          nik="SHARED"),
    _rule("M1", "meninggal; nama dan tanggal lahir sesuai", _O.MENINGGAL, _H.OTOMATIS,
          _P.PAYEE_OR_END, status="MENINGGAL", name=_ALIKE, birth_date=_NEAR),
    _rule("M2", "meninggal; data perlu diperiksa", _O.MENINGGAL, _H.ANTREAN,
          _P.PAYEE_OR_END, status="MENINGGAL"),
    _rule("H1", "pindah; nama dan tanggal lahir sesuai", _O.PINDAH, _H.OTOMATIS,
          _P.MOVE_OR_END, status="PINDAH", name=_ALIKE, birth_date=_NEAR),
    _rule("H2", "pindah; data perlu diperiksa", _O.PINDAH, _H.ANTREAN,
          _P.MOVE_OR_END, status="PINDAH"),
    _rule("P1", "NIK, nama, tanggal lahir sama", _O.PADAN, _H.OTOMATIS,
          name=_WRITTEN, birth_date="EQUAL"),
    _rule("P2", "NIK dan nama sama; hari dan bulan lahir tertukar", _O.PADAN, _H.OTOMATIS,
          _P.CORRECT_DATA, name=_WRITTEN, birth_date="SWAPPED"),
    _rule("P3", "NIK sama, nama mirip 90 % atau lebih, tanggal lahir sama", _O.PADAN, _H.OTOMATIS,
          _P.CORRECT_DATA, name=HIGH, birth_date="EQUAL SWAPPED", sex=_ANY, twin="NONE"),
    _rule("P4", "NIK dan nama sama; satu bagian tanggal lahir berbeda", _O.PADAN, _H.OTOMATIS,
          _P.CORRECT_DATA, name=_ALIKE, birth_date="ONE_PART", sex=_ANY),
    _rule("P5", "NIK dan nama sama; tanggal lahir tidak ada, jenis kelamin sama", _O.PADAN,
          _H.OTOMATIS, _P.CORRECT_DATA, name=_ALIKE, birth_date=MISSING, sex="EQUAL"),
    _rule("P6", "NIK, nama, tahun lahir, jenis kelamin, KK sama", _O.PADAN, _H.OTOMATIS,
          _P.CORRECT_DATA, name=_ALIKE, birth_date="YEAR", sex="EQUAL", kk_number="EQUAL"),
    _rule("P7", "NIK, nama, tahun lahir, jenis kelamin, desa sama", _O.PADAN, _H.OTOMATIS,
          _P.CORRECT_DATA, name=_WRITTEN, birth_date="YEAR", sex="EQUAL", village="EQUAL"),
    _rule("P8", "NIK, tanggal lahir, jenis kelamin, KK sama; sebagian nama sama; tidak kembar",
          _O.PADAN, _H.OTOMATIS, _P.CORRECT_DATA, name=PART, birth_date=_NEAR, sex="EQUAL",
          kk_number="EQUAL", twin="NONE"),
    _rule("P9", "NIK, tanggal lahir, jenis kelamin, desa sama; sebagian nama sama; tidak kembar",
          _O.PADAN, _H.OTOMATIS, _P.CORRECT_DATA, name=PART, birth_date="EQUAL", sex="EQUAL",
          village="EQUAL", twin="NONE"),
    _rule("Q1", "nama hanya mirip, tanggal lahir sesuai", _O.DATA_BERBEDA, _H.ANTREAN,
          name=_ROUGHLY),
    _rule("Q2", "nama sesuai, tanggal lahir atau jenis kelamin berbeda", _O.DATA_BERBEDA,
          _H.ANTREAN),
)  # fmt: skip
BY_CODE = {rule.code: rule for rule in RULES}


class Verdict(NamedTuple):
    rule: Rule
    evidence: dict[str, str]


def decide(evidence: Mapping[str, str]) -> Rule:
    """The rule for the evidence, a level for each field of EVIDENCE. Where there is no civil record
    to compare with, the fields are MISSING and the status does not matter."""
    return next(rule for rule in RULES if rule.holds(evidence))


def nik_state(nik: str, found: int, fits_others: bool = False) -> str:
    """`found`: civil records under the NIK; `fits_others`: see `fits`, of another person."""
    if not nik.strip():
        return "MISSING"
    if not nik_usable(nik):
        return "INVALID"
    if not found:
        return "NOT_FOUND"
    return "SEVERAL" if found > 1 else "SHARED" if fits_others else "FOUND"


def compare(
    person: Person, civil: Person, *, fits_others: bool = False, twin: bool = False
) -> Verdict:
    """Person of the register against the one civil record under the same NIK. `fits_others`: the
    record fits another person of the register with this NIK too; `twin`: its family has another
    member of the same birth date and sex, whose name is like the person's to DOUBTFUL at least."""
    evidence = {
        "nik": nik_state(person.nik, 1, fits_others),
        "status": civil.status,
        "twin": TWINS[twin],
        "name": name_level(person.name, civil.name),
    }
    for field in LEVELS:
        evidence[field] = level(field, getattr(person, field), getattr(civil, field))
    return Verdict(decide(evidence), evidence)


def unknown(nik: str) -> Verdict:
    """The verdict on a person whose NIK leads to no civil record."""
    known = {"nik": nik_state(nik, 0), "status": STATUSES[0], "twin": TWINS[0]}
    evidence = dict.fromkeys(EVIDENCE, MISSING) | known
    return Verdict(decide(evidence), evidence)


def combinations() -> Iterator[dict[str, str]]:
    """Every evidence there can be."""
    for levels in product(*EVIDENCE.values()):
        yield dict(zip(EVIDENCE, levels, strict=True))


# Whose name is like enough to be taken for somebody's twin.
LIKE_A_TWIN = frozenset({SAME, TITLES, ALIAS, PART, HIGH, MEDIUM})

# Of two persons with one NIK both fit its record: they are one person entered twice, or the wrong
# one is very like. Stated once for Python and SQL.
FITS = {"name": frozenset({SAME, TITLES, ALIAS, HIGH}), "birth_date": frozenset(_NEAR.split())}


def fits(evidence: Mapping[str, str]) -> bool:
    return all(evidence[field] in levels for field, levels in FITS.items())


def condition_sql(when: Mapping[str, frozenset[str]]) -> str:
    """The condition over columns named as the evidence is."""
    parts = [
        f"{field} IN ({', '.join(repr(code) for code in sorted(levels))})"
        for field, levels in when.items()
    ]
    return " AND ".join(parts) or "true"


def rules_sql() -> str:
    """The table of rules as one SQL expression that gives the code of the rule."""
    cases = " ".join(f"WHEN {condition_sql(rule.when)} THEN '{rule.code}'" for rule in RULES)
    return f"CASE {cases} END"
