"""Sheets for tests, as their senders make them."""

import io
from collections.abc import Mapping

import openpyxl

from beneficiaries.sheets import DTKS_BNBA
from spreadsheets.layout import Layout

PERSON = {
    "province": "KALIMANTAN TENGAH",
    "regency": "KAPUAS",
    "district": "BASARANG",
    "village_name": "MALUEN",
    "address": "JL. MELATI 12",
    "rt": "003",
    "rw": "001",
    "kk_number": "6203081501159001",
    "nik": "6203085205839017",
    "name": "SITI RAHMAH",
    "birth_date": "12/05/1983",
    "birth_place": "KUALA KAPUAS",
    "sex": "P",
    "occupation": "PETANI",
    "mother_name": "MINARNI",
    "relation": "KEPALA KELUARGA",
    "bansos_bpnt": "YA",
}


def person(dtks_id: str = "62030800219", **cells: str) -> dict[str, str]:
    """One row of a BNBA; by itself the head of a family in Maluen, Basarang, Kapuas."""
    return {"dtks_id": dtks_id, **PERSON, **cells}


def member(number: int, **cells: str) -> dict[str, str]:
    """Another person of the same family, a son."""
    own = {
        "nik": f"620308070708{9100 + number}",
        "name": f"ANAK {chr(65 + number)}",
        "birth_date": "07/07/2008",
        "sex": "L",
        "relation": "ANAK",
        "bansos_bpnt": "",
    }
    return person(**(own | cells))


def workbook(rows: list[Mapping[str, str]], layout: Layout = DTKS_BNBA) -> io.BytesIO:
    """An xlsx with the layout's headings in row 1."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append([column.heading for column in layout.columns])
    for row in rows:
        sheet.append([row.get(column.field, "") for column in layout.columns])
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return file
