"""What holds for every cell: written and read it is the same, cleaned twice it is clean."""

import csv
import io
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
import xlsxwriter
import xlwt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from beneficiaries.sheets import DTKS_BNBA
from spreadsheets.checking import check_file
from spreadsheets.errors import SheetRefused
from spreadsheets.layout import Cleaned, Layout, as_written
from spreadsheets.recheck import check_values
from tests.corpus.people import HEADINGS, lines, people
from tests.corpus.reading import check, context
from uploads import kinds

quick = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
KEYS = [kind.key for kind in kinds.all_kinds()]

# Told of a value that is used as it stands, so each time.
REMARKS = {"NIK_LAMA_RUSAK"}

# Cells as senders, programs and mischief make them
marks = "-/.,;:|\"'`()=+@#*&%_\\\t\n\r\x00\x0b\x1f\x7f\xa0\xad\u200b\u2028\ufeff\ud800éßİ①²٣５"
written = st.one_of(
    st.text(alphabet="0123456789", max_size=18),
    st.text(alphabet="0123456789OlI" + marks, max_size=20),
    st.text(alphabet="AaBIKLNOPRTVXY 0127" + marks, max_size=20),
    st.text(max_size=30),
    st.dates().map(lambda day: f"{day:%d/%m/}{day.year % 100:02d}"),
    st.dates().map(lambda day: f"{day.day} Agustus {day.year}"),
    st.integers(-(10**9), 10**12).map(lambda rupiah: f"Rp {rupiah:,},00"),
    st.sampled_from(
        ["-", "BELUM ADA", "Ya", "v", "✓", "X", "L", "laki-laki", "1", "RT 003/RW 001", "001/002",
         "01-Feb", "6.20308E+15", "#N/A", "TRUE", "00/00/0000", "30 Februari 2001", "lahir 1973"]
    ),
)  # fmt: skip
raw_cells = st.one_of(
    written,
    st.none(),
    st.booleans(),
    st.integers(-(10**17), 10**17),
    st.floats(allow_nan=False),
    st.floats(allow_nan=False, min_value=0, max_value=80_000).map(round).map(float),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
)


def value_of(cleaned: str | Cleaned) -> str:
    return cleaned.value if isinstance(cleaned, Cleaned) else cleaned


@pytest.mark.parametrize("key", KEYS)
@settings(quick, max_examples=150)
@given(raw=raw_cells)
def test_what_is_clean_stays_clean(key, raw):
    """A repair is told once. A wrong cell that is no text keeps its text, for its sender to see."""
    for column in kinds.get(key).layout.columns:
        first = column.clean(raw)
        second = column.clean(value_of(first))
        told = (column.field, first, second)
        if isinstance(first, str) or (first.level == "info" and first.code not in REMARKS):
            assert second == value_of(first), told
        elif first.level == "warning" or isinstance(raw, str):
            assert value_of(second) == value_of(first), told


@pytest.mark.parametrize("key", KEYS)
@settings(quick, max_examples=60)
@given(data=st.data())
def test_no_row_is_too_odd_for_the_rules(key, data):
    """Any texts at all; every finding has its parts, and names a field of the layout."""
    layout = kinds.get(key).layout
    fields = [column.field for column in layout.columns]
    values = data.draw(st.fixed_dictionaries({}, optional=dict.fromkeys(fields, written)))
    texts, issues = check_values(layout, values, context())
    assert len(texts) == len(layout.fields) and all(isinstance(text, str) for text in texts)
    for issue in issues:
        assert issue.level in ("info", "warning", "error") and issue.code and issue.message
        assert issue.field in ("", *layout.fields)


# Written and read again

plain = replace(DTKS_BNBA, row_rules=(), derived=())
texts = st.text(alphabet="ABCDEabcdé0123456789 ,;|\"'/.-=+@#", min_size=2, max_size=25)


@st.composite
def canonical_rows(draw) -> list[dict[str, str]]:
    """Persons with any address, hamlet, name and places that the cleaners leave as they are."""
    rows = people(draw(st.integers(1, 5)))
    for row in rows:
        for column in plain.columns:
            if column.field in ("address", "hamlet", "birth_place", "mother_name", "name"):
                text = value_of(column.clean(draw(texts)))
                if column.clean(text) == text and text:
                    row[column.heading] = text
    return rows


def as_xlsx(rows: list[list[str]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("BNBA")
        for number, row in enumerate(rows):
            for at, cell in enumerate(row):
                sheet.write_string(number, at, cell)
    return out.getvalue()


def as_csv(rows: list[list[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";").writerows(rows)
    return out.getvalue().encode()


def as_xls(rows: list[list[str]]) -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("BNBA")
    for number, row in enumerate(rows):
        for at, cell in enumerate(row):
            sheet.write(number, at, cell)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("write", [as_xlsx, as_csv, as_xls], ids=["xlsx", "csv", "xls"])
@quick
@given(rows=canonical_rows())
def test_written_and_read_again_is_the_same(tmp_path, write, rows):
    path = tmp_path / "kiriman"
    path.write_bytes(write(lines(rows)))
    told = check(path, plain)
    assert [[values[c.field] for c in plain.columns] for values in told.values.values()] == [
        [value_of(c.clean(row.get(c.heading, ""))) for c in plain.columns] for row in rows
    ]
    assert told.issues == [] and told.read.left_out == []


# No content is too odd for the reader


def read_or_refused(path, layout: Layout = DTKS_BNBA) -> None:
    """Anything but SheetRefused is a failure; every row comes with the layout's fields."""
    try:
        read, *batches = check_file(path, [layout], context())
    except SheetRefused as refused:
        assert refused.code != "GALAT_PORTAL" and refused.message.endswith(".")
        return
    rows = [row for batch in batches for row in batch.rows]
    assert len(rows) == read.row_count
    assert all(len(values) == len(layout.fields) for _, _, values in rows)


@settings(quick, max_examples=60)
@given(cells=st.lists(written, max_size=60), delimiter=st.sampled_from(";,|\t"))
def test_no_text_file_is_too_odd(tmp_path, cells, delimiter):
    path = tmp_path / "kiriman.csv"
    text = delimiter.join(HEADINGS) + "\r\n" + delimiter.join(cells)
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    read_or_refused(path)


@settings(quick, max_examples=60)
@given(head=st.booleans(), content=st.binary(max_size=400))
def test_no_bytes_are_too_odd(tmp_path, head, content):
    path = tmp_path / "kiriman.csv"
    path.write_bytes((";".join(HEADINGS) + "\n").encode() * head + content)
    read_or_refused(path)


@settings(quick, max_examples=40)
@given(cells=st.lists(raw_cells, min_size=1, max_size=69))
def test_no_cell_of_a_workbook_is_too_odd(tmp_path, cells):
    path = tmp_path / "kiriman.xlsx"
    options = {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}
    with xlsxwriter.Workbook(path, {**options, "default_date_format": "dd/mm/yyyy"}) as book:
        sheet = book.add_worksheet("BNBA")
        sheet.write_row(0, 0, HEADINGS)
        for index, cell in enumerate(cells):
            number, at = divmod(index, len(HEADINGS))
            _write(sheet, number + 1, at, cell)
    read_or_refused(path)


def _write(sheet, number, at, cell) -> None:
    is_moment = isinstance(cell, date | datetime | time | timedelta)
    if isinstance(cell, str):
        text = "".join(c for c in cell if c.isprintable() or c in "\t\n")
        sheet.write_string(number, at, text)
    elif isinstance(cell, timedelta) or (is_moment and getattr(cell, "year", 1950) <= 1900):
        sheet.write_string(number, at, as_written(cell))
    elif cell is not None:
        sheet.write(number, at, cell)
