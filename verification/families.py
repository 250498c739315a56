"""A family typed into the portal, checked with the very rules of a sheet. Pure.

Each member becomes a row of the BNBA layout: the same cleaners, the same row rules, the same words.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from beneficiaries.sheets import DTKS_BNBA
from spreadsheets.layout import CheckContext, Issue
from spreadsheets.recheck import check_values

FAMILY_FIELDS = ("kk_number", "address", "hamlet", "rt", "rw")
MEMBER_FIELDS = (
    "name",
    "nik",
    "birth_place",
    "birth_date",
    "sex",
    "relation",
    "occupation",
    "mother_name",
)
PLACE_FIELDS = ("province", "regency", "district", "village_name")
HEAD = "KEPALA_KELUARGA"


@dataclass(frozen=True)
class Remark:
    """Something to say about a family: of a member by place (from 1), or of all (0)."""

    member: int
    field: str
    level: str
    message: str
    suggestion: str = ""

    @property
    def who(self) -> str:
        return f"Anggota {self.member}:" if self.member else "Keluarga:"


@dataclass(frozen=True)
class CheckedFamily:
    """Canonical values of a family and its members, with what there is to say about them."""

    family: Mapping[str, str]
    members: tuple[Mapping[str, str], ...]
    remarks: tuple[Remark, ...]

    @property
    def errors(self) -> list[Remark]:
        return [remark for remark in self.remarks if remark.level == "error"]

    @property
    def warnings(self) -> list[Remark]:
        return [remark for remark in self.remarks if remark.level == "warning"]


def check_family(
    place: Mapping[str, str],
    family: Mapping[str, str],
    members: Sequence[Mapping[str, str]],
    context: CheckContext,
) -> CheckedFamily:
    """Clean and judge what was typed; `place` names province, regency, district and village.

    What concerns the family is told once, with the first member. Repairs are not told: the cleaned
    values stand in the form.
    """
    cleaned, remarks = [], []
    for number, member in enumerate(members, start=1):
        typed = {**dict(place), **dict(family), **dict(member)}
        values, issues = check_values(DTKS_BNBA, typed, context, number=number)
        cleaned.append(dict(zip(DTKS_BNBA.fields, values, strict=True)))
        remarks += [
            _remark(number, issue)
            for issue in issues
            if issue.level != "info" and (number == 1 or issue.field not in FAMILY_FIELDS)
        ]
    remarks += _of_the_whole(cleaned)
    first = cleaned[0] if cleaned else dict.fromkeys(FAMILY_FIELDS, "")
    return CheckedFamily(
        family={name: first[name] for name in FAMILY_FIELDS},
        members=tuple({name: one[name] for name in MEMBER_FIELDS} for one in cleaned),
        remarks=tuple(remarks),
    )


def _remark(number: int, issue: Issue) -> Remark:
    is_of_family = issue.field in FAMILY_FIELDS
    return Remark(
        0 if is_of_family else number, issue.field, issue.level, issue.message, issue.suggestion
    )


def _of_the_whole(members: Sequence[Mapping[str, str]]) -> list[Remark]:
    if not members:
        return [Remark(0, "name", "error", "Isilah sedikitnya satu anggota keluarga.")]
    found = []
    heads = sum(member["relation"] == HEAD for member in members)
    if heads != 1:
        told = "belum ada" if not heads else f"ada {heads}"
        found.append(
            Remark(
                0,
                "relation",
                "error",
                f"Kepala keluarga {told}; pilih tepat satu pada hubungan keluarga.",
            )
        )
    seen = Counter(member["nik"] for member in members if member["nik"])
    for number, member in enumerate(members, start=1):
        if seen[member["nik"]] > 1:
            found.append(
                Remark(number, "nik", "error", "NIK ini diisi untuk lebih dari satu anggota.")
            )
    return found
