"""What the names of sheets and titles say of the place."""

from datetime import date

import pytest

from beneficiaries.sheets import DTKS_BNBA
from beneficiaries.villages import district_named
from regions.codes import RegionIndex, load_regions
from spreadsheets.checking import check_file
from spreadsheets.layout import CheckContext
from tests.spreadsheets.makers import xlsx

INDEX = RegionIndex(load_regions())

NAMES = {
    ("Kec. Basarang", "62.03"): "BASARANG",
    ("KEC_SELAT 2021", "62.03"): "SELAT",
    ("1. Mantangai", "62.03"): "MANTANGAI",
    ("Kecamatan Kapuas Timur", "62.03"): "KAPUAS TIMUR",
    ("Selat (2)", "62"): "SELAT",
    ("Pahandut", ""): "PAHANDUT",
    ("Pahandut", "62.03"): "",  # of another city
    ("Basarag", "62.03"): "",  # typing errors are not guessed
    ("Kapuas", "62.03"): "",
    ("Batuah", "62.03"): "",  # a village
    ("Sheet1", "62.03"): "",
    ("2021", "62.03"): "",
    ("Data", ""): "",
}


@pytest.mark.parametrize(("title", "region"), NAMES)
def test_district_named(title, region):
    context = CheckContext(date(2021, 11, 23), INDEX, {"region": region} if region else {})
    assert district_named(title, context) == NAMES[title, region]


def test_a_name_that_two_kabupaten_use_waits_for_the_column_of_the_kabupaten():
    twice = [row for row in INDEX.rows if row.code in ("62", "62.03", "62.03.08", "62.71")]
    twin = twice[2]._replace(code="62.71.09", parent="62.71")
    context = CheckContext(date(2021, 11, 23), RegionIndex([*twice, twin]))
    assert district_named("Kec. Basarang", context) == "BASARANG"


def test_a_sheet_per_kecamatan_with_the_village_in_its_title(tmp_path):
    rows = [
        ["DAFTAR PENERIMA PROGRAM SEMBAKO"],
        ["DESA : BATUAH"],
        ["NOKK", "NIK", "NAMA"],
        ["6203081501159001", "6203085205839017", "SITI RAHMAH"],
    ]
    path = xlsx(tmp_path / "a.xlsx", rows, name="Kec. Basarang")
    context = CheckContext(date(2021, 11, 23), INDEX, {"region": "62.03"})
    _, *batches = check_file(path, [DTKS_BNBA], context)
    values = dict(zip(DTKS_BNBA.fields, batches[0].rows[0][2], strict=True))
    assert INDEX.full_name(values["village"]) == "Desa Batuah, Kecamatan Basarang, Kabupaten Kapuas"
    assert [(issue.row, issue.field, issue.code) for issue in batches[0].issues] == [
        (4, "district", "DARI_NAMA_LEMBAR"),
        (4, "village_name", "DARI_JUDUL_LEMBAR"),
    ]
