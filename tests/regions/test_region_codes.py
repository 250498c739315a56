"""The region file and the resolution of names and codes in either numbering."""

import pickle
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regions.codes import PROVINCES, RegionIndex, Resolved, Unresolved, load_regions

# DOMAIN section 1: Kemendagri code, BPS code, kecamatan, kelurahan, desa.
COUNTS = {
    "62.01": ("6201", 6, 13, 81),
    "62.02": ("6202", 17, 17, 168),
    "62.03": ("6203", 17, 17, 214),
    "62.04": ("6204", 6, 7, 86),
    "62.05": ("6205", 9, 10, 93),
    "62.06": ("6209", 13, 7, 154),
    "62.07": ("6208", 10, 3, 97),
    "62.08": ("6206", 5, 3, 29),
    "62.09": ("6207", 8, 3, 85),
    "62.10": ("6211", 12, 13, 114),
    "62.11": ("6210", 8, 4, 95),
    "62.12": ("6213", 10, 9, 116),
    "62.13": ("6212", 10, 3, 100),
    "62.71": ("6271", 5, 30, 0),
}

INDEX = RegionIndex(load_regions())
VILLAGES = [row for row in INDEX.rows if row.level == "VILLAGE"]


def test_the_tree_is_complete():
    levels = Counter(row.level for row in INDEX.rows)
    assert levels == {"PROVINCE": 1, "REGENCY": 14, "DISTRICT": 136, "VILLAGE": 1571}
    codes = {row.code for row in INDEX.rows}
    assert len(codes) == len(INDEX.rows)
    assert all(row.parent in codes for row in INDEX.rows if row.level != "PROVINCE")


@pytest.mark.parametrize(("regency", "expected"), COUNTS.items())
def test_counts_of_each_regency(regency, expected):
    inside = [row for row in INDEX.rows if row.code.startswith(regency)]
    kinds = Counter(row.kind for row in inside)
    assert inside[0].bps_code == expected[0]
    assert (kinds["KECAMATAN"], kinds["KELURAHAN"], kinds["DESA"]) == expected[1:]


def test_rows_are_inside_the_province_and_have_postcodes():
    assert all(-3.6 < row.latitude < 0.8 for row in INDEX.rows)
    assert all(110.7 < row.longitude < 115.9 for row in INDEX.rows)
    postcodes = [row.postcode for row in VILLAGES if row.postcode]
    assert len(postcodes) == 1567
    assert all(len(postcode) == 5 and postcode.startswith("7") for postcode in postcodes)


def test_names_are_written_properly():
    assert INDEX.name("62.71") == "Palangka Raya"
    assert INDEX.full_name("62.71") == "Kota Palangka Raya"
    assert (INDEX.short_name("62.02"), INDEX.short_name("62.03")) == ("Kotim", "Kapuas")
    assert INDEX.full_name("62.03.08.2002") == "Desa Batuah, Kecamatan Basarang, Kabupaten Kapuas"
    assert INDEX.full_name("62") == "Provinsi Kalimantan Tengah"
    assert INDEX.name("62.05.05.2011") == "Lemo II"
    assert INDEX.name("62.13.02.1001") == "Pasar Panas/Taniran"
    assert not [row.name for row in INDEX.rows if " Ii" in row.name or row.name.isupper()]
    with pytest.raises(KeyError):
        INDEX.name("62.99")


@pytest.mark.parametrize("row", VILLAGES[::23], ids=lambda row: row.code)
def test_a_village_is_found_by_its_names_and_by_its_code(row):
    names = {
        "regency": INDEX.name(row.code[:5]),
        "district": INDEX.name(row.code[:8]),
        "village": row.name,
    }
    exact = Resolved(row.code, "VILLAGE")
    shouted = {level: name.upper() for level, name in names.items()}
    assert INDEX.resolve(**names) == exact
    assert INDEX.resolve(**shouted, code=row.code) == exact
    assert INDEX.resolve(code=row.code) == exact
    assert INDEX.resolve(**names, code=row.code.replace(".", "")) == exact


def test_a_name_nearer_to_another_village_is_asked_about():
    found = INDEX.resolve(
        regency="Kotawaringin Barat", district=INDEX.name("62.01.06"), village="Marga Mulia"
    )
    assert not isinstance(found, Resolved)
    assert "62.01.06.2006" in found.candidates


@given(st.sampled_from(VILLAGES), st.data())
def test_a_slip_of_the_pen_never_gives_another_village(row, data):
    place = data.draw(st.integers(0, len(row.name) - 1))
    letter = data.draw(st.sampled_from("ABIKNRSTU "))
    tail = row.name[place + data.draw(st.integers(0, 1)) :]
    found = INDEX.resolve(
        regency=INDEX.name(row.code[:5]),
        district=INDEX.name(row.code[:8]),
        village=row.name[:place] + letter + tail,
    )
    if isinstance(found, Resolved) and found.code != row.code:
        # Only a name that is written exactly so may win: Lemo I becomes Lemo II.
        assert found.note == ""


RESOLVED = [
    ({"regency": "KAB. KAPUAS"}, "62.03", ""),
    ({"regency": "Kabupaten Kapuas"}, "62.03", ""),
    ({"regency": "PALANGKARAYA"}, "62.71", ""),
    ({"regency": "Kota Palangka-Raya"}, "62.71", ""),
    ({"regency": "KOTA WARINGIN BARAT"}, "62.01", ""),
    ({"regency": "KAB.KOTAWARINGIN TMR"}, "62.02", ""),
    ({"regency": "kobar"}, "62.01", ""),
    ({"regency": "Pulpis"}, "62.11", ""),
    ({"regency": "Barito Selaten"}, "62.04", "SPELLING"),
    ({"district": "KEC. GN BINTANG AWAI"}, "62.04.05", ""),
    ({"regency": "Palangka Raya", "district": "Sebangau"}, "62.71.04", ""),
    ({"regency": "Kapuas", "district": "Basarang", "village": "DS. BATUAH"}, "62.03.08.2002", ""),
    ({"district": "Basarang", "village": "Kel Batuah"}, "62.03.08.2002", ""),
    ({"district": "Basarang", "village": "Batuh"}, "62.03.08.2002", "SPELLING"),
    ({"regency": "Kapuas", "district": "Basarangg", "village": "Batuah"}, "62.03.08.2002",
     "SPELLING"),
    ({"district": "Kapuas Barat", "village": "SUNGAI KAYU"}, "62.03.05.2001", ""),
    ({"district": "Kapuas Barat", "village": "SEIKAYU"}, "62.03.05.2001", ""),
    ({"district": "Teweh Tengah", "village": "LEMO 2"}, "62.05.05.2011", ""),
    ({"code": "62"}, "62", ""),
    ({"code": "62.03"}, "62.03", ""),
    ({"code": "6203"}, "62.03", ""),
    ({"code": "62.1"}, "62.10", "LOST_ZERO"),
    ({"code": "62,1"}, "62.10", "LOST_ZERO"),
    ({"code": "6.21E1"}, "62.10", "LOST_ZERO"),
    ({"code": "6.2e1"}, "62", ""),
    ({"code": "62.0"}, "62", ""),
    ({"code": "62.1", "regency": "Kobar"}, "62.01", "LOST_ZERO"),
    ({"code": "62.7", "regency": "Seruyan"}, "62.07", "LOST_ZERO"),
    ({"code": "62.3.8.2001"}, "62.03.08.2001", "LOST_ZERO"),
    ({"code": "6203082001"}, "62.03.08.2001", ""),
    ({"code": "'6203082001"}, "62.03.08.2001", ""),
    ({"code": "6203082001.0"}, "62.03.08.2001", ""),
    ({"code": "6.203082001E9"}, "62.03.08.2001", ""),
    ({"code": "620308"}, "62.03.08", ""),
    ({"code": "6206012001"}, "62.06.01.2001", "KEMENDAGRI_CODE"),
    ({"code": "62.06", "regency": "Katingan"}, "62.06", ""),
    ({"code": "6206", "regency": "Katingan"}, "62.06", ""),
    ({"code": "62.06", "regency": "Sukamara"}, "62.08", "BPS_CODE"),
    ({"code": "6206", "regency": "Sukamara"}, "62.08", "BPS_CODE"),
    ({"code": "62.1", "regency": "Pulang Pisau"}, "62.11", "BPS_CODE"),
    ({"code": "6206010001", "regency": "Sukamara", "district": "Jelai"}, "62.08.02", "BPS_CODE"),
    ({"code": "6203080004", "district": "Basarang", "village": "Batuah"}, "62.03.08.2002",
     "BPS_CODE"),
    ({"code": "6203080", "regency": "Kapuas", "district": "Basarang"}, "62.03.08", "BPS_CODE"),
    ({"code": "62.03.08", "village": "Batuah", "district": "Basarang"}, "62.03.08.2002", ""),
    ({"code": "62.03.08.2002", "regency": "Kapuas"}, "62.03.08.2002", ""),
    ({"code": "62.01", "village": "Sidomulyo"}, "62.01.06.2005", "BY_CODE"),
    ({"code": "62.01", "regency": "Kotawaringin"}, "62.01", "BY_CODE"),
    ({"code": "-", "regency": "Kapuas"}, "62.03", ""),
    ({"regency": "Kapuas", "district": "-", "village": " 0 "}, "62.03", ""),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "code", "note_code"), RESOLVED, ids=str)
def test_resolved(asked, code, note_code):
    found = INDEX.resolve(**asked)
    assert isinstance(found, Resolved), found
    assert (found.code, found.note_code) == (code, note_code)
    assert bool(found.note) == bool(note_code)


UNRESOLVED = [
    ({}, "EMPTY", ()),
    ({"regency": " ", "code": "0"}, "EMPTY", ()),
    ({"code": "abc"}, "UNKNOWN_CODE", ()),
    ({"code": "abc", "regency": "Kapuas"}, "UNKNOWN_CODE", ("62.03",)),
    ({"code": "62.99"}, "UNKNOWN_CODE", ()),
    ({"code": "62.7"}, "UNKNOWN_CODE", ("62.07",)),
    ({"code": "62.03.08.2999"}, "UNKNOWN_CODE", ("62.03.08",)),
    ({"code": "62.03.08.2999", "regency": "Kapuas"}, "UNKNOWN_CODE", ("62.03",)),
    ({"code": "6203080004"}, "UNKNOWN_CODE", ("62.03",)),
    ({"code": "6206"}, "AMBIGUOUS", ("62.06", "62.08")),
    ({"code": "63.71"}, "OTHER_PROVINCE", ()),
    ({"code": "29.01"}, "UNKNOWN_CODE", ()),
    ({"regency": "Banjarmasin"}, "UNKNOWN_REGENCY", ()),
    ({"regency": "Kotawaringin"}, "AMBIGUOUS", ("62.01", "62.02")),
    ({"regency": "Kotawaringin Tengah"}, "UNKNOWN_REGENCY", ("62.01", "62.02")),
    ({"regency": "Kapuas", "code": "62.11"}, "CODE_DISAGREES", ("62.03", "62.11")),
    ({"regency": "Kapuas", "district": "Pahandut"}, "DISTRICT_NOT_IN_REGENCY", ("62.71.01",)),
    ({"regency": "Kapuas", "village": "Sidomulyo"}, "AMBIGUOUS",
     ("62.03.09.2034", "62.03.13.2009")),
    ({"district": "Teweh Tengah", "village": "Lemo"}, "AMBIGUOUS",
     ("62.05.05.2010", "62.05.05.2011")),
    ({"district": "Teweh Tengah", "village": "Lemo III"}, "VILLAGE_NOT_IN_DISTRICT",
     ("62.05.05.2010", "62.05.05.2011")),
    ({"district": "Selat", "village": "Batuah"}, "VILLAGE_NOT_IN_DISTRICT",
     ("62.03.08.2002", "62.02.12.2003", "62.13.08.2003")),
    ({"district": "Basarang", "village": "Batuah", "code": "62.03.08.2001"}, "CODE_DISAGREES",
     ("62.03.08.2002", "62.03.08.2001")),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "reason", "candidates"), UNRESOLVED, ids=str)
def test_unresolved(asked, reason, candidates):
    found = INDEX.resolve(**asked)
    assert isinstance(found, Unresolved), found
    assert (found.reason, found.candidates) == (reason, candidates)
    assert found.message.endswith(".")


def test_another_word_is_no_typing_error():
    found = INDEX.resolve(district="Kapuas Murung", village="Palingkau Raya")
    assert found.reason == "VILLAGE_NOT_IN_DISTRICT"
    assert "62.03.07.2016" in found.candidates  # Palingkau Jaya


def test_a_wrong_district_is_not_overruled_by_the_code():
    asked = {"regency": "Kapuas", "district": "Selat", "village": "Batuah"}
    found = INDEX.resolve(**asked, code="62.03.08.2002")
    assert found.reason == "VILLAGE_NOT_IN_DISTRICT"
    assert found.candidates[0] == "62.03.08.2002"


def test_messages_name_the_thing_and_say_what_to_do():
    assert INDEX.resolve(regency="Kapuas", code="62.11").message == (
        "Kode 62.11 adalah Kabupaten Pulang Pisau, tetapi nama yang ditulis Kabupaten Kapuas. "
        "Perbaiki kode atau namanya."
    )
    assert INDEX.resolve(code="62.06", regency="Sukamara").note == (
        "Kode 62.06 adalah nomor BPS; disimpan sebagai kode Kemendagri 62.08."
    )


def test_bps_codes_below_the_regency_are_used_when_the_rows_have_them():
    rows = [
        row._replace(bps_code="6203080004") if row.code == "62.03.08.2002" else row
        for row in INDEX.rows
    ]
    index = RegionIndex(rows)
    assert index.resolve(code="6203080004") == Resolved("62.03.08.2002", "VILLAGE")
    other = index.resolve(district="Basarang", village="Basarang", code="6203080004")
    assert other.reason == "UNKNOWN_CODE"


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20), st.text(max_size=14))
def test_any_text_gets_an_answer(regency, district, village, code):
    found = INDEX.resolve(regency=regency, district=district, village=village, code=code)
    if isinstance(found, Resolved):
        assert found.code in INDEX
    else:
        assert found.message
        assert len(found.candidates) <= 5
        assert all(candidate in INDEX for candidate in found.candidates)


@given(st.from_regex(r"6[0-9.,eE+\- ]{0,14}", fullmatch=True))
def test_any_number_gets_an_answer(code):
    found = INDEX.resolve(code=code)
    assert isinstance(found, Unresolved) or found.code in INDEX


def test_an_index_pickles_as_its_rows():
    copy = pickle.loads(pickle.dumps(INDEX))
    assert copy.rows == INDEX.rows
    assert copy.resolve(regency="Kapuas") == INDEX.resolve(regency="Kapuas")


def test_an_answer_is_remembered():
    first = INDEX.resolve(regency="KAB. LAMANDAU", district="BULIK")
    assert INDEX.resolve(regency="KAB. LAMANDAU", district="BULIK") is first


def test_all_provinces_are_known():
    assert len(PROVINCES) == 38
