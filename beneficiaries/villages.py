"""The village that a row of a sheet means. Pure: the check runs in a process without Django."""

import re

from regions.codes import Resolved, Unresolved
from spreadsheets.layout import CheckContext, Issue, RowView, as_written

_NOT_NAME = re.compile(r"^[\s\d.)]+|\b(KECAMATAN|KEC|20\d\d)(?=\W|$)|\(\d+\)")


def district_named(title: str, context: CheckContext) -> str:
    """The kecamatan that a sheet or a title is named after, "" if none.

    "Kec. Basarang", "KEC_SELAT 2021" and "1. Mantangai" are; typing errors are not guessed.
    """
    name = " ".join(_NOT_NAME.sub(" ", title.upper().replace("_", " ")).split()).strip(" .:-")
    if not name or context.regions is None:
        return ""
    region = context.options.get("region", "")
    regency = context.regions.own_name(region[:5]) if len(region) >= 5 else ""
    found = context.regions.resolve(regency=regency, district=name)
    if isinstance(found, Unresolved):
        return name if found.reason == "AMBIGUOUS" and not regency else ""
    is_inside = f"{found.code}.".startswith(f"{region}.") or not region
    return name if found.level == "DISTRICT" and not found.note and is_inside else ""


def find_village(
    row: RowView,
    context: CheckContext,
    *,
    code: str = "",
    code_field: str = "",
    is_needed: bool = False,
) -> None:
    """Set the derived field `village` to the code of the village that the row means.

    It means it by the fields `regency`, `district` and `village_name`, and by a code: in the column
    `code_field`, or `code` where the sheet has it in parts. Names decide and the code confirms or
    completes them. A code that means something else does not stop a row whose names are enough: it
    is a doubt, with what the code says as the suggestion. A row that says nothing of its village is
    left alone unless `is_needed`.
    """
    names = {
        "regency": row["regency"],
        "district": row["district"],
        "village": row["village_name"],
    }
    if code_field:
        code = row[code_field]
    if not (is_needed or names["village"] or code):
        return
    found = context.regions.resolve(**names, code=code)
    if isinstance(found, Resolved) and found.level == "VILLAGE":
        _take_village(row, found, context, code_field)
        return
    if isinstance(found, Resolved) and not is_needed:
        return
    written = (as_written(row.raw("village_name")), row["district"], code)
    if code_field:
        written = (*written[:2], as_written(row.raw(code_field)))
    before = ", ".join(filter(None, written))

    def tell(code: str, level: str, message: str, suggestion: str) -> None:
        row.issues.append(
            Issue(row.number, "village", code, level, message, before, suggestion, row.sheet)
        )

    if code and isinstance(found, Unresolved):
        by_names = context.regions.resolve(**names)
        if isinstance(by_names, Resolved) and by_names.level == "VILLAGE":
            _take_village(row, by_names, context, code_field)
            message = f"{found.message} Jika dibiarkan, desa menurut namanya yang dipakai."
            if found.reason == "CODE_DISAGREES":
                other = found.candidates[1]
                suggestion = other if len(other) == 13 else ""
                tell("KODE_WILAYAH_BEDA_NAMA", "warning", message, suggestion)
            elif code_field:
                row.note(
                    code_field, "KODE_WILAYAH_TIDAK_DIKENAL", "warning", message, by_names.code
                )
            else:
                tell("KODE_WILAYAH_TIDAK_DIKENAL", "warning", message, "")
            return
    message, suggestion = "Nama desa/kelurahan kosong; isilah sesuai KK.", ""
    if isinstance(found, Unresolved):
        message = found.message
        villages = [candidate for candidate in found.candidates if len(candidate) == 13]
        if villages and (len(found.candidates) == 1 or villages[0] == _village_of(code, context)):
            suggestion = villages[0]
    tell("DESA_TIDAK_DIKENAL", "error", message, suggestion)


def _take_village(row: RowView, found: Resolved, context: CheckContext, code_field: str) -> None:
    row.set("village", found.code)
    if found.note:
        field = "village_name" if found.note_code == "SPELLING" or not code_field else code_field
        row.note(field, f"WILAYAH_{found.note_code}", "info", found.note)
    if not row["village_name"]:
        row.note(
            "village_name",
            "DESA_DARI_KODE",
            "info",
            f"Nama desa/kelurahan kosong; {context.regions.own_name(found.code)} diambil dari kode"
            " wilayah.",
        )


def _village_of(code: str, context: CheckContext) -> str:
    alone = context.regions.resolve(code=code)
    return alone.code if isinstance(alone, Resolved) and alone.level == "VILLAGE" else ""
