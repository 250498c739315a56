"""manage.py check_sheet: what it prints, how it ends, and that it leaves nothing behind."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from beneficiaries.models import Household, Person
from tests.corpus.make_sheets import SHEETS
from tests.factories import HouseholdFactory, PersonFactory
from uploads.models import Upload, UploadIssue, UploadRow

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.django_db


def check_sheet(name, *options) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("check_sheet", str(SHEETS / name), *options, stdout=out)
    except SystemExit as end:
        return end.code, out.getvalue()
    return 0, out.getvalue()


def as_json(name, *options) -> tuple[int, dict, list[dict]]:
    status, out = check_sheet(name, "--json", *options)
    file, *rows = map(json.loads, out.splitlines())
    return status, file, rows


def test_a_file_that_is_read():
    status, file, rows = as_json("subtotals.xlsx")
    assert status == 0
    assert file == {
        "file": str(SHEETS / "subtotals.xlsx"),
        "status": "read",
        "reason": "",
        "layout": "dtks_bnba",
        "rows": 10,
        "left_out": [{"what": "baris 5, 10, 14, 15", "count": 4, "why": "baris jumlah"}],
    }
    assert [row["row"] for row in rows] == [2, 3, 4, 6, 7, 8, 9, 11, 12, 13]
    assert {row["verdict"] for row in rows} == {"ok"} and rows[0]["sheet"] == "BNBA"
    assert rows[0]["values"]["nik"] == "6203085205839017"
    assert rows[0]["values"]["village"] == "62.03.08.2005"
    assert rows[0]["issues"] == []


def test_every_verdict():
    verdicts = {
        name: [row["verdict"] for row in as_json(name)[2]]
        for name in ("nik-number-cells.xlsx", "nik-scientific.xlsx")
    }
    assert verdicts == {
        "nik-number-cells.xlsx": ["repaired"] * 5 + ["doubtful"],
        "nik-scientific.xlsx": ["refused"] * 3,
    }


def test_a_repair_names_the_value_that_now_stands_and_a_doubt_its_suggestion():
    _, _, rows = as_json("nik-marks.xlsx")
    (issue,) = rows[3]["issues"]
    assert issue == {
        "column": "NIK",
        "code": "NOMOR_DIRAPIKAN",
        "level": "info",
        "message": issue["message"],
        "before": "620308.090275.9018",
        "after": "6203080902759018",
    }
    _, _, rows = as_json("rt-rw-dates.xlsx")
    (issue,) = (issue for issue in rows[1]["issues"] if issue["column"] == "RT")
    assert issue["level"] == "warning" and issue["after"] == "003"


def test_findings_on_the_whole_file_stand_with_the_file():
    _, file, _ = as_json("nik-damaged-column.xlsx")
    (issue,) = (issue for issue in file["issues"] if issue["code"] == "KOLOM_ANGKA_RUSAK")
    assert issue["column"] == "NIK" and issue["level"] == "warning"


def test_the_number_of_rows_in_the_cover_letter():
    _, file, _ = as_json("subtotals.xlsx", "--expected", "14")
    (issue,) = file["issues"]
    assert (issue["code"], issue["level"]) == ("JUMLAH_BEDA_PENGANTAR", "warning")
    assert "issues" not in as_json("subtotals.xlsx", "--expected", "10")[1]


def test_a_file_that_is_refused():
    status, file, rows = as_json("html.xls")
    assert status == 1 and rows == []
    assert file["status"] == "refused" and "halaman web" in file["reason"]
    assert (file["layout"], file["rows"], file["left_out"]) == ("", 0, [])
    status, out = check_sheet("html.xls")
    assert status == 1 and out.startswith("html.xls ditolak: Berkas ini halaman web")


def test_the_register_is_asked():
    """A known NIK under another name is a doubt, of which an empty register knows nothing."""
    assert as_json("plain.xlsx")[2][0]["issues"] == []
    PersonFactory(
        nik="6203085205839017",
        name="BUDI",
        household=HouseholdFactory(village_id="62.03.08.2005", kk_number="6203081501159001"),
    )
    (issue,) = as_json("plain.xlsx")[2][0]["issues"]
    assert (issue["column"], issue["code"]) == ("NAMA", "NIK_ATAS_NAMA_LAIN")


def test_a_region_is_that_of_the_sender():
    PersonFactory(
        nik="6203085205839017",
        name="SITI RAHMAH",
        household=HouseholdFactory(village_id="62.71.01.1001"),
    )
    codes = [issue["code"] for issue in as_json("plain.xlsx", "--region", "62.03")[2][0]["issues"]]
    assert codes == ["TERDAFTAR_DI_KABUPATEN_LAIN"]
    status, file, _ = as_json("plain.xlsx", "--region", "62.71")
    assert status == 1 and "milik Kabupaten Kapuas" in file["reason"]


def test_nothing_stays():
    as_json("same-nik-twice.xlsx")
    models = (Upload, UploadRow, UploadIssue, Household, Person)
    assert not any(model.objects.exists() for model in models)


def test_the_summary_names_causes_rows_and_what_was_left_out():
    status, out = check_sheet("subtotals.xlsx", "--layout", "dtks_bnba")
    assert status == 0
    assert "Baris   10: 10 baik" in out and "baris 5, 10, 14, 15: baris jumlah" in out
    _, out = check_sheet("nik-scientific.xlsx")
    assert "Nomor tertulis dalam notasi ilmiah: 3 baris (2, 3, 4)" in out


@pytest.mark.parametrize(
    ("file", "options", "sentence"),
    [
        ("tidak-ada.xlsx", (), "tidak ditemukan"),
        ("plain.xlsx", ("--layout", "x"), "Jenis lembar x tidak dikenal; pilihannya: .*dtks_bnba"),
        ("plain.xlsx", ("--region", "99"), "Kode wilayah 99 tidak dikenal"),
    ],
)
def test_wrong_usage(file, options, sentence):
    with pytest.raises(CommandError, match=sentence) as error:
        check_sheet(file, *options)
    assert error.value.returncode == 2 and "\n" not in str(error.value)


def run(*arguments, cwd, **environment):
    return subprocess.run(
        [sys.executable, ROOT / "manage.py", "check_sheet", *arguments],
        cwd=cwd,
        env=os.environ | {"LC_ALL": "C", "PYTHONIOENCODING": "ascii"} | environment,
        capture_output=True,
        check=False,
        timeout=120,
    )


def test_from_any_folder_in_any_locale(tmp_path, settings):
    """A folder of its own, with a module in it that must not get in the way."""
    database = settings.DATABASES["default"]
    url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(
        **{key: str(database[key]).replace("/", "%2F") for key in database if key.isupper()}
    )
    (tmp_path / "csv.py").write_text("raise SystemExit('wrong module')")
    (tmp_path / "kiriman.csv").write_bytes((SHEETS / "semicolon-cp1252.csv").read_bytes())
    done = run("kiriman.csv", "--json", cwd=tmp_path, DATABASE_URL=url)
    assert done.returncode == 0, done.stderr.decode()
    file, *rows = map(json.loads, done.stdout.decode("utf-8").splitlines())
    assert file["file"] == "kiriman.csv" and rows[1]["values"]["name"] == "JOSÉ RIFANI"
    assert run("tidak-ada.csv", cwd=tmp_path, DATABASE_URL=url).returncode == 2
    empty = url.rpartition("/")[0] + "/postgres"
    unmigrated = run("kiriman.csv", cwd=tmp_path, DATABASE_URL=empty)
    assert unmigrated.returncode == 2
    assert unmigrated.stderr.decode().count("\n") == 1
    assert "jalankan manage.py prepare dahulu" in unmigrated.stderr.decode()
