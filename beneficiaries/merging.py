"""What becomes of every field when two entries turn out to be one person.

Pure: `merged_values` decides, `beneficiaries.actions.merge_persons` writes. A test fails for a
field of `Person` that nobody has put into the table.
"""

from collections.abc import Mapping
from enum import StrEnum

from beneficiaries.identity import is_nik_shaped


class Rule(StrEnum):
    KEEP = "tetap milik data yang dipertahankan"
    FILL = "diisi dari data kedua bila kosong"
    CONFIRMED = "yang dibenarkan Dukcapil, atau yang sah bentuknya, atau yang dipertahankan"
    OWN = "dihitung atau dicatat oleh portal sendiri"


PERSON_FIELDS: dict[str, Rule] = {
    "id": Rule.OWN,
    "household": Rule.KEEP,
    "village": Rule.KEEP,
    "regency_code": Rule.OWN,
    "nik": Rule.CONFIRMED,
    "nik_valid": Rule.OWN,
    "nik_confirmed_on": Rule.CONFIRMED,
    "name": Rule.KEEP,
    "birth_place": Rule.FILL,
    "birth_date": Rule.FILL,
    "sex": Rule.FILL,
    "relation": Rule.FILL,
    "occupation": Rule.FILL,
    "mother_name": Rule.FILL,
    "match_note": Rule.FILL,
    "is_active": Rule.KEEP,
    "inactive_reason": Rule.KEEP,
    "search": Rule.OWN,
    "source_upload": Rule.OWN,
    "source_row": Rule.OWN,
    "source_user": Rule.OWN,
    "created_at": Rule.KEEP,
    "changed_at": Rule.OWN,
}
_NIK_FIELDS = ("nik", "nik_confirmed_on")


def _worth(values: Mapping[str, object]) -> tuple[bool, bool, bool]:
    """How good a NIK is: confirmed, of the right shape, there at all."""
    nik = str(values["nik"] or "")
    return bool(values["nik_confirmed_on"]), is_nik_shaped(nik), bool(nik)


def merged_values(
    survivor: Mapping[str, object], merged: Mapping[str, object]
) -> dict[str, object]:
    """The fields of the survivor that change, with their new values.

    >>> a = dict.fromkeys(PERSON_FIELDS, "") | {"nik": "1", "name": "SITI"}
    >>> merged_values(a, a | {"nik": "6203011205839001", "occupation": "PETANI", "name": "STI"})
    {'nik': '6203011205839001', 'nik_confirmed_on': '', 'occupation': 'PETANI'}
    """
    changed = {}
    if _worth(merged) > _worth(survivor):
        changed = {name: merged[name] for name in _NIK_FIELDS}
    for name, rule in PERSON_FIELDS.items():
        if rule is Rule.FILL and survivor[name] in ("", None) and merged[name] not in ("", None):
            changed[name] = merged[name]
    return changed
