"""Small files for the tests: good ones, broken ones and hostile ones."""

import zipfile
from datetime import date
from pathlib import Path

import xlsxwriter

from spreadsheets.checking import Batch, check_file
from spreadsheets.layout import CheckContext
from spreadsheets.looking import FileRead

CONTEXT = CheckContext(today=date(2021, 11, 23))
GOOD_ROWS = [
    ["KECAMATAN", "NAMA", "NIK", "NILAI"],
    ["PAHANDUT", "SITI AMINAH", "6271015508809001", "200000"],
    ["PAHANDUT", "BUDI", "6271010101709002", "200000"],
]
SHEET_XML = "xl/worksheets/sheet1.xml"


def xlsx(path: Path, rows, *, name="Data", more=()) -> Path:
    """A workbook of one sheet, and (name, rows, hidden) for more; numbers stay number cells."""
    with xlsxwriter.Workbook(str(path), {"default_date_format": "dd/mm/yyyy"}) as book:
        for sheet_name, sheet_rows, hidden in ((name, rows, False), *more):
            sheet = book.add_worksheet(sheet_name)
            if hidden:
                sheet.hide()
            for number, row in enumerate(sheet_rows):
                for at, cell in enumerate(row):
                    if isinstance(cell, str):
                        if cell:
                            sheet.write_string(number, at, cell)
                    elif cell is not None:
                        sheet.write(number, at, cell)
    return path


def rezip(source: Path, target: Path, change: dict[str, bytes | None]) -> Path:
    """The archive with parts replaced, added, or (None) removed."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in change:
                new.writestr(name, old.read(name))
        for name, content in change.items():
            if content is not None:
                new.writestr(name, content)
    return target


def part(source: Path, name: str) -> bytes:
    with zipfile.ZipFile(source) as archive:
        return archive.read(name)


def checked(path, *layouts, context=CONTEXT) -> tuple[FileRead, list, list]:
    """(what was read, all rows, all issues)."""
    read, *batches = check_file(path, layouts, context)
    assert all(isinstance(batch, Batch) for batch in batches)
    rows = [row for batch in batches for row in batch.rows]
    issues = [issue for batch in batches for issue in batch.issues]
    return read, rows, issues


def families(count: int) -> list[dict[str, str]]:
    """Families of three as a BNBA lists them: father, mother and child follow each other."""
    people = []
    for number in range(count):
        kk = f"620308{number % 28 + 1:02d}0115{9000 + number}"
        for role in range(3):
            born = date(1960 + number % 30 + 25 * (role == 2), 1 + number % 12, 1 + number % 28)
            woman = role == 1 or (role == 2 and number % 2)
            day = born.day + 40 * woman
            people.append(
                {
                    "kk_number": kk,
                    "nik": f"620308{day:02d}{born:%m%y}{9000 + 3 * number + role}",
                    "name": _name(3 * number + role),
                    "birth_date": f"{born:%d/%m/%Y}",
                    "sex": "P" if woman else "L",
                    "relation": ("Kepala keluarga", "Istri", "Anak")[role],
                    "mother_name": _name(7 * number),
                    "village_name": "MALUEN" if number % 3 else "PANGKALAN REKAN",
                    "district": "BASARANG",
                }
            )
    return people


def _name(number: int) -> str:
    return f"{_FIRST[number % 20]} {_SECOND[(7 * number + number // 20) % 20]}"


_FIRST = [
    *("SITI", "ABDUL", "YUNI", "KARNO", "DIANA", "TUNDUNG", "RABIAH", "ERNA", "MARIA", "TIUR"),
    *("HASAN", "JUMIATI", "MASTURA", "FARIDAH", "RAHIMAH", "HERLINA", "YANTO", "SUNARTI"),
    *("BUDI", "LESTARI"),
]
_SECOND = [
    *("AMINAH", "RAHMAN", "NOVITA", "ADI", "KUNUM", "IHING", "SUTING", "HAYATI", "FITRI", "NISA"),
    *("JANNAH", "HANDAYANI", "BASRI", "LAMBUNG", "TARUNG", "SERUYAN", "NAHAN", "RANGKAP"),
    *("DUYU", "MAHAR"),
]
