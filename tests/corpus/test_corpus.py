"""Every way in which sheets come gives exactly what tests/data/sheets/expected.toml says."""

import io
import json
import tomllib
import zipfile
from collections import Counter
from functools import cache
from xml.etree import ElementTree

import pytest
from django.core.management import call_command

from beneficiaries.sheets import DTKS_BNBA
from spreadsheets.checking import check_file
from spreadsheets.errors import SheetRefused
from tests.corpus.make_sheets import FILES, SHEETS
from tests.corpus.reading import Told, check, context
from uploads import kinds

MAXIMUM_BYTES = 20_000


def load(name: str) -> dict[str, dict]:
    with (SHEETS / name).open("rb") as file:
        return tomllib.load(file)


EXPECTED = load("expected.toml")
READ = {name: expected for name, expected in EXPECTED.items() if "refused" not in expected}
REFUSED = {name: expected["refused"] for name, expected in EXPECTED.items() if name not in READ}


@cache
def persons() -> list[dict[str, str]]:
    return list(check(SHEETS / "plain.xlsx").values.values())


def wanted_values(expected: dict, told: Told) -> dict[int | str, dict[str, str]]:
    """Place -> field -> value, of the rows and fields of which something is known."""
    places = list(told.values)
    known = min(len(persons()), expected.get("people", len(places)))
    wanted = {place: dict(person) for place, person in zip(places[:known], persons(), strict=False)}
    for field in expected.get("missing", ()):
        for values in wanted.values():
            values[field] = ""
    for field, column in expected.get("columns", {}).items():
        for place, value in zip(places, column, strict=False):
            wanted.setdefault(place, {})[field] = value
    for place, field, value in expected.get("values", ()):
        wanted.setdefault(place, {})[field] = value
    return wanted


def wanted_issues(expected: dict, told: Told) -> Counter:
    found = Counter()
    by_heading = {column.heading: column.field for column in DTKS_BNBA.columns}
    for rows, column, code, level, *rest in expected.get("issues", ()):
        for place in places_of(rows):
            field = by_heading.get(column, "")
            after = rest[0] if rest else told.values.get(place, {}).get(field, "")
            if after == "@person":
                after = persons()[place - 2][field]
            found[place, column, code, level, after] += 1
    return found


def places_of(rows: int | str | list) -> list[int | str]:
    if isinstance(rows, list):
        return rows
    if isinstance(rows, str) and "!" not in rows:
        first, last = map(int, rows.split("-"))
        return list(range(first, last + 1))
    if isinstance(rows, str) and "-" in rows:
        sheet, _, span = rows.rpartition("!")
        return [f"{sheet}!{number}" for number in places_of(span)]
    return [rows]


@pytest.mark.parametrize("name", READ)
def test_read(name):
    expected = READ[name]
    told = check(SHEETS / name)
    wanted = wanted_values(expected, told)
    wrong = {
        (place, field): (told.values[place][field], value)
        for place, fields in wanted.items()
        for field, value in fields.items()
        if told.values[place][field] != value
    }
    assert not wrong
    assert Counter(told.issues) == wanted_issues(expected, told)
    assert len(told.values) == told.read.row_count == expected["rows"]
    assert [list(left) for left in told.read.left_out] == expected.get("left_out", [])
    assert told.read.unknown == expected.get("unknown", [])


@pytest.mark.parametrize("name", READ)
def test_recognised_among_all_kinds(name):
    layouts = [kind.layout for kind in kinds.all_kinds()]
    read = next(iter(check_file(SHEETS / name, layouts, context())))
    assert read.layout_key == DTKS_BNBA.key


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name):
    with pytest.raises(SheetRefused) as refused:
        check(SHEETS / name)
    assert refused.value.code == REFUSED[name]


ACROSS = load("across.toml")


@pytest.mark.django_db
@pytest.mark.parametrize("name", ACROSS)
def test_across_rows(name):
    out = io.StringIO()
    call_command("check_sheet", str(SHEETS / name), "--json", "--region", "62.03", stdout=out)
    _, *rows = map(json.loads, out.getvalue().splitlines())
    found = [
        [row["row"], issue["column"], issue["code"], issue["level"]]
        for row in rows
        for issue in row["issues"]
    ]
    wanted = [[row, *what] for rows, *what in ACROSS[name]["issues"] for row in places_of(rows)]
    assert sorted(found) == sorted(wanted)


def test_every_file_is_expected_and_small():
    files = {path.name: path for path in SHEETS.iterdir() if path.suffix != ".toml"}
    assert files.keys() == EXPECTED.keys() and ACROSS.keys() < EXPECTED.keys()
    assert not [name for name, path in files.items() if path.stat().st_size > MAXIMUM_BYTES]


def content(path):
    """What the file says: compression and the notation of XML differ between libraries."""
    if not zipfile.is_zipfile(path):
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        return {name: _as_one_writes(name, archive.read(name)) for name in archive.namelist()}


def _as_one_writes(name: str, part: bytes):
    if not name.endswith((".xml", ".rels", ".vml")):
        return part
    return ElementTree.canonicalize(part.decode())


def test_they_are_what_the_script_makes(tmp_path):
    for name, write in FILES.items():
        if name != "password.xlsx":  # random by nature
            write(tmp_path / name)
            assert content(tmp_path / name) == content(SHEETS / name), name
