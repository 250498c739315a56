"""Whatever stands in the cells comes back as it was; whatever is broken is read or refused."""

import csv
import random
from functools import cache

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from spreadsheets import guard
from spreadsheets.errors import SheetRefused
from spreadsheets.layout import as_written
from spreadsheets.limited import check_in_child
from spreadsheets.reading import Book
from tests.spreadsheets.makers import CONTEXT
from tests.spreadsheets.test_reading import FILES, hidden_ods, hidden_xls, merged_xlsx

HEAD = ["NAMA", "NIK", "ALAMAT", "DESA"]
TEXTS = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Cn")), max_size=30
) | st.sampled_from(
    ["=1+1", "+62", "-", "@A1", "'001", "#N/A", "a;b|c,d", 'say "so"', " x ", "1E+15"]
)
# In a workbook _x0041_ is an A, which not every writer escapes, and a cell of blanks is none.
TEXTS = TEXTS.filter(lambda text: "_x" not in text and (not text or text.strip()))
CELLS = st.lists(st.lists(TEXTS, min_size=4, max_size=4), min_size=1, max_size=8)
QUICK = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def texts(path):
    book = Book(path)
    return [[as_written(cell) for cell in row] for row in book.sheet(book.names[0][0]).rows()]


@QUICK
@given(rows=CELLS)
def test_texts_of_a_workbook(tmp_path, rows):
    book = Workbook()
    for number, row in enumerate([HEAD, *rows], start=1):
        for column, cell in enumerate(row, start=1):
            if cell:
                book.active.cell(number, column, cell).data_type = "s"
    book.save(tmp_path / "a.xlsx")
    with xlsxwriter.Workbook(str(tmp_path / "b.xlsx")) as other:
        sheet = other.add_worksheet()
        for number, row in enumerate([HEAD, *rows]):
            for column, cell in enumerate(row):
                if cell:
                    sheet.write_string(number, column, cell)
    last = max((n for n, row in enumerate(rows, start=1) if any(row)), default=0)
    for name in ("a.xlsx", "b.xlsx"):
        assert texts(tmp_path / name) == [HEAD, *rows[:last]]


@QUICK
@given(rows=CELLS, delimiter=st.sampled_from(",;|\t"), quoting=st.sampled_from([0, 1]))
def test_texts_of_a_text_file(tmp_path, rows, delimiter, quoting):
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=delimiter, quoting=quoting).writerows([HEAD, *rows])
    assert texts(path) == [HEAD, *rows]


@cache
def content(name):
    return (FILES / name).read_bytes()


BROKEN = ["1900.xlsb", "1904.xls", "1900.ods", "1904.xlsx"]


@settings(QUICK, max_examples=200)
@given(name=st.sampled_from(BROKEN), data=st.data())
def test_a_look_at_broken_bytes(tmp_path, name, data):
    """The own walks through the formats: they tell something, or refuse."""
    broken = bytearray(content(name))
    for _ in range(data.draw(st.integers(1, 6))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    del broken[data.draw(st.integers(len(broken) // 2, len(broken))) :]
    path = tmp_path / name
    path.write_bytes(broken)
    try:
        assert guard.inspect(path).kind
    except SheetRefused:
        return


@pytest.mark.parametrize("name", [*BROKEN, "made.ods", "made.xls", "made.xlsx"])
def test_broken_bytes_cost_one_sentence(tmp_path, name):
    path = tmp_path / name
    if name.startswith("made"):
        {"ods": hidden_ods, "xls": hidden_xls, "xlsx": merged_xlsx}[name[5:]](path)
    else:
        path.write_bytes(content(name))
    good = path.read_bytes()
    chance = random.Random(name)
    for _ in range(2):
        broken = bytearray(good)
        for _ in range(chance.randint(1, 20)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        path.write_bytes(broken)
        try:
            first, *_ = check_in_child(path, ["tests.spreadsheets.test_reading:PLACED"], CONTEXT)
        except SheetRefused as refused:
            assert refused.code != "GALAT_PORTAL"
        else:
            assert first.row_count
