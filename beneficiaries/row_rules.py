"""Row rules that several sheets share. Pure: the check runs in a process that knows no Django."""

from beneficiaries.identity import is_nik_shaped, kk_plausible
from regions.codes import Resolved
from spreadsheets.layout import CheckContext, RowView


def is_unreadable(row: RowView, name: str) -> bool:
    """Whether the cleaner has already told that it could not make sense of the cell."""
    if row[name] or row.raw(name) in ("", None):
        return False
    return any(issue.row == row.number and issue.field == name for issue in row.issues)


def is_empty(row: RowView, name: str) -> bool:
    """Nothing stands in the cell, not even something unreadable."""
    return not row[name] and not is_unreadable(row, name)


def judge_nik(row: RowView, field: str) -> bool:
    """A NIK of 16 digits must have a region and a birth date that can exist; else it is told.

    Whether there was nothing to tell.
    """
    nik = row[field]
    if len(nik) != 16 or nik[12:] == "0000" or is_nik_shaped(nik):
        return True
    row.note(
        field,
        "NIK_MUSTAHIL",
        "error",
        "Kode wilayah atau tanggal lahir di dalam NIK tidak mungkin; cocokkan dengan KTP-el.",
    )
    return False


def judge_kk(row: RowView, field: str) -> None:
    kk = row[field]
    if len(kk) == 16 and kk[12:] != "0000" and not kk_plausible(kk):
        row.note(
            field,
            "KK_TIDAK_WAJAR",
            "warning",
            "Susunan nomor KK tidak lazim; cocokkan dengan KK.",
        )


def judge_day(row: RowView, context: CheckContext, field: str, what: str) -> None:
    """A day on which something has happened is not after today."""
    if row[field][:10] > context.today.isoformat():
        row.note(
            field,
            "SETELAH_HARI_INI",
            "error",
            f"{what} setelah hari ini; perbaiki tanggalnya.",
        )


def find_village(row: RowView, context: CheckContext, *, code: str = "") -> None:
    """Set `village` to the code of the village that the row's place names (and `code`) mean.

    The row has the fields `regency`, `district`, `village_name` and the derived field `village`.
    A row that says nothing of the village is left alone: the sheet need not tell places.
    """
    names = {"regency": row["regency"], "district": row["district"]}
    if not row["village_name"] and len(code) < 10:
        return
    found = context.regions.resolve(**names, village=row["village_name"], code=code)
    if isinstance(found, Resolved):
        if found.level == "VILLAGE":
            row.set("village", found.code)
            if found.note:
                row.note("village_name", f"WILAYAH_{found.note_code}", "info", found.note)
        return
    suggestion = ""
    if len(found.candidates) == 1 and len(found.candidates[0]) == 13:
        suggestion = found.candidates[0]
    row.note("village", "DESA_TIDAK_DIKENAL", "error", found.message, suggestion)
