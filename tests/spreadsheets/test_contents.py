"""Columns recognised by what their cells look like."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beneficiaries.sheets import DTKS_BNBA
from regions.codes import RegionIndex, load_regions
from spreadsheets import contents, swaps
from spreadsheets.checking import Batch, check_file
from spreadsheets.contents import SCORES, Cells
from spreadsheets.errors import SheetRefused
from spreadsheets.headings import find_header, unknown_header, without_header
from spreadsheets.layout import CheckContext
from spreadsheets.limited import preview_in_child
from spreadsheets.looking import FileRead, preview
from tests.spreadsheets.makers import families, xlsx

TODAY = date(2021, 11, 23)
INDEX = RegionIndex(load_regions())
FIELDS = ("village_name", "kk_number", "nik", "name", "birth_date", "sex")
HEADINGS = ("DESA", "NOKK", "NIK", "NAMA", "TANGGAL LAHIR", "JENIS KELAMIN")
PEOPLE = families(30)


def context(**columns) -> CheckContext:
    return CheckContext(TODAY, INDEX, {"columns": columns} if columns else {})


def sheet(tmp_path, headings=HEADINGS, people=PEOPLE, fields=FIELDS):
    rows = [[person[field] for field in fields] for person in people]
    return xlsx(tmp_path / "a.xlsx", [list(headings), *rows] if headings else rows)


def read(path, **columns) -> FileRead:
    return next(check_file(path, [DTKS_BNBA], context(**columns)))


def found(read: FileRead) -> dict[str, tuple[str, str]]:
    """Letter of each column -> field and how it was found."""
    return {column.letter: (column.field, column.how) for column in read.columns}


def issues(path, **columns):
    _, *batches = check_file(path, [DTKS_BNBA], context(**columns))
    assert all(isinstance(batch, Batch) for batch in batches)
    return [issue for batch in batches for issue in batch.issues]


def scores_of(cells: Cells) -> dict[str, float]:
    return {content: score(cells) for content, score in SCORES.items()}


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ("nik", "nik"),
        ("kk", "kk_number"),
        ("name", "name"),
        ("birth", "birth_date"),
        ("sex", "sex"),
    ],
)
def test_a_column_looks_most_like_what_it_holds(content, field):
    cells = Cells(tuple(person[field] for person in PEOPLE))
    scores = scores_of(cells)
    assert scores[content] >= contents.CLEAR
    others = [score for other, score in scores.items() if other not in (content, "date", "birth")]
    assert scores[content] >= max(others) + contents.MARGIN


@pytest.mark.parametrize(
    ("content", "cells"),
    [
        ("card", [f"60329812{number:08d}" for number in range(20)]),
        ("account", [f"0012-01-{number:06d}-50-9" for number in range(20)]),
        ("rupiah", ["Rp200.000", "600.000", "200.000,00", 200_000, "1.200.000"] * 4),
        ("yes_no", ["YA", "TIDAK", "ya", "Tidak"] * 5),
        ("rt", ["001", "RT 002", "3", "001/002"] * 5),
        ("date", ["01-07-1973", date(1980, 3, 2), "01 Juli 1973", "5/6/2001"] * 5),
    ],
)
def test_other_contents(content, cells):
    scores = scores_of(Cells(tuple(cells)))
    rivals = {"rt": {"rw"}, "date": {"birth"}}.get(content, set()) | {content}
    assert scores[content] >= contents.CLEAR
    assert all(score < scores[content] for other, score in scores.items() if other not in rivals)


def test_headings_that_are_known_need_no_content(tmp_path):
    told = read(sheet(tmp_path))
    assert {how for _, how in found(told).values()} == {"judul"}
    assert {column.confidence for column in told.columns} == {1.0}
    assert not told.proposals and not issues(sheet(tmp_path))


def test_unknown_headings_are_read_by_content_and_told(tmp_path):
    headings = ("Kampung", "No. Rumah Tangga", "Nomor Identitas", "Orang", "Hari lahir", "Kel.")
    path = sheet(tmp_path, headings)
    told = read(path)
    assert found(told) == {
        letter: (field, "isi") for letter, field in zip("ABCDEF", FIELDS, strict=True)
    }
    assert told.header_row == 1 and told.row_count == 90
    assert all(contents.CLEAR * 0.8 <= column.confidence < 1 for column in told.columns)
    (issue,) = [one for one in issues(path) if one.row == 0]
    assert (issue.code, issue.level) == ("KOLOM_DARI_ISI", "warning")
    assert "Nomor Identitas sebagai NIK (" in issue.message and "%)" in issue.message


def test_only_the_unknown_one_of_many_headings_is_read_by_content(tmp_path):
    headings = ("DESA", "NOKK", "Identitas orang", "NAMA", "TANGGAL LAHIR", "JENIS KELAMIN")
    assert found(read(sheet(tmp_path, headings)))["C"] == ("nik", "isi")


def test_a_sheet_without_any_heading_is_read(tmp_path):
    path = sheet(tmp_path, headings=None)
    told = read(path)
    assert (told.header_row, told.row_count) == (0, 90)
    assert {field for field, _ in found(told).values()} == set(FIELDS)
    assert {column.key for column in told.columns} == {f"@{letter}" for letter in "ABCDEF"}
    assert {issue.code for issue in issues(path)} == {"KOLOM_DARI_ISI"}


def test_titles_above_rows_without_headings_are_no_data(tmp_path):
    rows = [[person[field] for field in FIELDS] for person in PEOPLE]
    path = xlsx(tmp_path / "a.xlsx", [["DAFTAR PENERIMA"], [], *rows])
    told = read(path)
    assert (told.header_row, told.row_count) == (2, 90)


def test_what_is_not_clear_is_only_a_guess(tmp_path):
    """Two columns of names under unknown headings: nobody can tell which is the person's."""
    people = [person | {"mother_name": person["name"][::-1]} for person in PEOPLE]
    path = sheet(
        tmp_path,
        ("DESA", "NOKK", "NIK", "Satu", "Dua"),
        people,
        ("village_name", "kk_number", "nik", "name", "mother_name"),
    )
    with pytest.raises(SheetRefused) as refused:
        read(path)
    assert refused.value.code == "KOLOM_KURANG" and "NAMA" in refused.value.message
    shown = preview(path, [DTKS_BNBA], context())
    assert [(column.field, column.guess) for column in shown.columns[3:]] == [
        ("", "name"),
        ("", ""),
    ]
    assert shown.missing == ["NAMA"]


def test_a_date_that_is_not_in_the_nik_is_no_birth_date(tmp_path):
    people = [
        person | {"birth_date": f"{1 + n % 28:02d}/11/2021"} for n, person in enumerate(PEOPLE)
    ]
    headings = ("DESA", "NOKK", "NIK", "NAMA", "Tgl cetak", "JENIS KELAMIN")
    assert found(read(sheet(tmp_path, headings, people)))["E"] == ("", "")


def test_contents_against_the_heading_lower_the_confidence(tmp_path):
    people = [person | {"sex": "PETANI"} for person in PEOPLE]
    confidence = {
        column.field: column.confidence for column in read(sheet(tmp_path, people=people)).columns
    }
    assert confidence["sex"] == 0.3 and confidence["nik"] == 1


def test_a_choice_wins_over_headings(tmp_path):
    path = sheet(tmp_path)
    swapped = read(path, columns={"NIK": "kk_number", "NOKK": "nik"})
    assert found(swapped)["B"] == ("nik", "pilihan")
    assert found(swapped)["C"] == ("kk_number", "pilihan")
    assert found(swapped)["D"] == ("name", "judul")


def test_two_columns_for_one_field_are_refused_until_one_is_chosen(tmp_path):
    people = [person | {"other": person["nik"]} for person in PEOPLE]
    path = sheet(tmp_path, (*HEADINGS, "NO. KTP"), people, (*FIELDS, "other"))
    with pytest.raises(SheetRefused) as refused:
        read(path)
    assert refused.value.code == "KOLOM_GANDA"
    assert preview(path, [DTKS_BNBA], context()).doubled == ["NIK"]
    told = read(path, columns={"NOKTP": "nik"})
    assert found(told)["G"] == ("nik", "pilihan") and found(told)["C"] == ("", "")
    assert "NIK" in told.unknown


def test_the_same_heading_twice_is_told_apart_by_the_letter(tmp_path):
    people = [person | {"other": "X"} for person in PEOPLE]
    path = sheet(tmp_path, (*HEADINGS, "NIK"), people, (*FIELDS, "other"))
    told = read(path, columns={"@C": "nik", "@G": ""})
    assert found(told)["C"] == ("nik", "pilihan")


def test_the_header_row_can_be_chosen(tmp_path):
    rows = [[person[field] for field in FIELDS] for person in PEOPLE]
    path = xlsx(tmp_path / "a.xlsx", [["NIK", "NAMA"], ["a", "b", "c", "d", "e", "f"], *rows])
    chosen = dict(zip("ABCDEF", FIELDS, strict=True))
    told = read(path, header_row=2, columns=chosen)
    assert told.header_row == 2 and found(told) == {
        letter: (field, "pilihan") for letter, field in chosen.items()
    }
    bare = sheet(tmp_path, headings=None)
    letters = {f"@{letter}": field for letter, field in chosen.items()}
    assert read(bare, header_row=0, columns=letters).row_count == 90


def test_what_was_remembered_holds_only_where_the_headings_are_there(tmp_path):
    path = sheet(tmp_path, ("DESA", "NOKK", "NIK", "Orangnya", "TANGGAL LAHIR", "JENIS KELAMIN"))
    there = read(path, columns={"ORANGNYA": "name"}, remembered=True)
    assert found(there)["D"] == ("name", "pilihan")
    not_there = read(path, columns={"ORANGNYA": "name", "LAIN": ""}, remembered=True)
    assert found(not_there)["D"] == ("name", "isi")
    other_layout = read(path, columns={"ORANGNYA": "name"}, layout="lain")
    assert found(other_layout)["D"] == ("name", "isi")


def test_unknown_fields_and_keys_of_a_choice_are_passed_over(tmp_path):
    told = read(sheet(tmp_path), header_row=99, columns={"NIK": "no_such_field"})
    assert told.header_row == 1


def test_a_preview_in_the_child_is_the_same(tmp_path):
    path = sheet(tmp_path, ("DESA", "NOKK", "a", "b", "TANGGAL LAHIR", "JENIS KELAMIN"))
    here = preview(path, [DTKS_BNBA], context())
    assert preview_in_child(path, ["beneficiaries.sheets:DTKS_BNBA"], context()) == here
    assert here.rows[0] == (1, ["DESA", "NOKK", "a", "b", "TANGGAL LAHIR", "JENIS KELAMIN"])
    assert len(here.rows) == 13 and here.header_row == 1


def test_a_preview_of_a_broken_file_is_one_sentence(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"PK\x03\x04 broken")
    with pytest.raises(SheetRefused):
        preview_in_child(path, ["beneficiaries.sheets:DTKS_BNBA"], context())


def test_columns_by_content_of_a_second_sheet_are_told_too(tmp_path):
    rows = [[person[field] for field in FIELDS] for person in PEOPLE]
    other = ["DESA", "NOKK", "Identitas", "NAMA", "TANGGAL LAHIR", "JENIS KELAMIN"]
    path = xlsx(
        tmp_path / "a.xlsx", [list(HEADINGS), *rows], more=[("Lain", [other, *rows], False)]
    )
    told = read(path)
    assert len(told.sheets) == 2
    assert [(one.key, one.how) for one in told.columns if one.how != "judul"] == [
        ("IDENTITAS", "isi")
    ]


def test_a_file_of_semicolons_without_headings(tmp_path):
    path = tmp_path / "a.csv"
    lines = [";".join(person[field] for field in FIELDS) for person in PEOPLE]
    path.write_text("\n".join(lines), encoding="utf-8")
    assert {field for field, _ in found(read(path)).values()} == set(FIELDS)


def nothing_told(above, layout):
    return {}


CELLS = st.one_of(
    st.sampled_from(["", None, "²" * 16, "٦" * 16, "6203085205839017", "12/05/1983", "L", "NIK"]),
    st.text(max_size=20),
    st.floats(),
    st.integers(),
    st.booleans(),
    st.dates(),
    st.times(),
)


@given(
    st.integers(1, 8).flatmap(
        lambda width: st.lists(
            st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=12
        )
    )
)
def test_no_contents_whatever_stop_the_recognition(rows):
    for header in (
        find_header(rows, [DTKS_BNBA]),
        unknown_header(rows, DTKS_BNBA, nothing_told, 1),
        without_header(rows, DTKS_BNBA, None, nothing_told, 1),
    ):
        if header:
            columns = contents.columns_of(contents.sample(rows, header.row), len(header.written))
            matched = contents.match(header, columns, INDEX)
            claimed = header.claiming(matched.claims)
            assert len(set(claimed.columns.values())) == len(claimed.columns)
            swaps.proposals(claimed, columns)
