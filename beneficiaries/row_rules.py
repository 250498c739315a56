"""Row rules that several sheets share. Pure: the check runs in a process that knows no Django."""

from beneficiaries.identity import is_nik_shaped, kk_plausible
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
    if len(nik) != 16 or not nik.isdigit() or nik[12:] == "0000" or is_nik_shaped(nik):
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
    if len(kk) == 16 and kk.isdigit() and kk[12:] != "0000" and not kk_plausible(kk):
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
