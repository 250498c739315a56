"""`manage.py link`: two plain files, from outside and of our own."""

import csv
import importlib.util
import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

BASE = Path(__file__).resolve().parent.parent.parent
GIVEN = [
    "thomas", "emily", "joshua", "sophie", "lachlan", "chloe", "james", "hannah", "daniel",
    "ruby", "oliver", "grace", "ella",
]  # fmt: skip
FAMILY = [
    "nguyen", "smith", "clarke", "white", "campbell", "ryan", "webb", "morrison", "dixon",
    "reid", "green", "miller", "ford",
]  # fmt: skip
SUBURBS = ["glenroy", "brighton", "salisbury", "toowoomba", "carlton", "newtown", "gosford"]
STREETS = ["carson close", "blackman place", "kitchener street", "stanley parade", "bates road"]


def write(path: Path, rows: list[dict], *, delimiter=",", encoding="utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as target:
        writer = csv.DictWriter(target, rows[0], delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def read(path: Path) -> list[dict]:
    with path.open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def link(directory: Path, *arguments, **options) -> list[dict]:
    out = directory / "links.csv"
    call_command("link", *map(str, arguments), out=out, **options)
    return read(out)


def mistyped(text: str, chance: random.Random) -> str:
    if len(text) < 3:
        return text
    place = chance.randrange(len(text) - 1)
    return chance.choice(
        [
            text[:place] + chance.choice("aeioubdt") + text[place + 1 :],
            text[:place] + text[place + 1 :],
            text[:place] + text[place + 1] + text[place] + text[place + 2 :],
        ]
    )


def western(count: int, chance: random.Random) -> list[dict]:
    return [
        {
            "id": f"rec-{n}-org",
            "name": f"{chance.choice(GIVEN)} {chance.choice(FAMILY)}{chance.choice(['', 'son'])}",
            "birth_date": f"{chance.randint(1920, 2010)}{chance.randint(1, 12):02}"
            f"{chance.randint(1, 28):02}",
            "address": f"{chance.randint(1, 300)} {chance.choice(STREETS)}",
            "village": chance.choice(SUBURBS),
        }
        for n in range(count)
    ]


def corrupted(rows: list[dict], chance: random.Random) -> list[dict]:
    """As public test data are: typing mistakes, swapped words and dates, fields left out."""
    result = []
    for row in rows:
        changed = row | {"id": row["id"].replace("org", "dup-0")}
        for field in chance.sample(["name", "birth_date", "address", "village", "name"], 2):
            date = changed["birth_date"]
            match chance.randrange(8):
                case 0 if field != "name":
                    changed[field] = ""
                case 1 if field == "name":
                    changed["name"] = " ".join(reversed(changed["name"].split()))
                case 1 if field == "birth_date" and date[6:] <= "12":
                    changed["birth_date"] = date[:4] + date[6:] + date[4:6]
                case _:
                    changed[field] = mistyped(changed[field], chance)
        result.append(changed)
    return result


def scores(links: list[dict], shared: int) -> tuple[float, float]:
    pairs = {(row["id_a"].rsplit("-org")[0], row["id_b"].rsplit("-dup")[0]) for row in links}
    right = sum(a == b for a, b in pairs)
    return right / max(len(pairs), 1), right / shared


@pytest.mark.parametrize(("count", "columns"), [(40, 5), (400, 5), (400, 3), (2_500, 4)])
def test_files_from_outside_without_a_nik(tmp_path, count, columns):
    chance = random.Random(count)
    rows = western(count, chance)
    known, strangers = rows[: count * 3 // 4], rows[count * 3 // 4 :]
    left = strangers + known
    right = corrupted(known, chance)
    chance.shuffle(right)
    kept = list(rows[0])[:columns]
    a, b = (
        write(tmp_path / name, [{key: row[key] for key in kept} for row in table])
        for name, table in (("a.csv", left), ("b.csv", right))
    )
    links = link(tmp_path, a, b)
    precision, recall = scores(links, len(known))
    assert precision >= 0.87
    assert recall >= (0.87 if columns == 3 else 0.98)
    taken = [row for row in links if row["outcome"] == "PADAN"]
    assert scores(taken, len(known))[0] >= 0.995
    assert len(taken) > len(known) / 3
    assert max(Counter(row["id_b"] for row in taken).values()) == 1
    assert all(0 <= float(row["probability"]) <= 1 for row in links)


def test_doubles_in_one_file(tmp_path):
    chance = random.Random(5)
    rows = western(300, chance)
    twice = corrupted(rows[:60], chance)
    path = write(tmp_path / "a.csv", rows + twice)
    links = link(tmp_path, dedupe=path)
    found = {frozenset((row["id_a"], row["id_b"])) for row in links}
    wanted = {frozenset((row["id"], row["id"].replace("org", "dup-0"))) for row in rows[:60]}
    assert len(found & wanted) >= 50
    assert len(found - wanted) <= 2
    assert {row["cluster"] for row in links if row["outcome"] == "GANDA"}


def test_persons_may_stand_several_times_on_request(tmp_path):
    chance = random.Random(6)
    rows = western(50, chance)
    a = write(tmp_path / "a.csv", rows)
    b = write(tmp_path / "b.csv", [*rows, *({**row, "id": row["id"] + "-2"} for row in rows)])
    assert {row["outcome"] for row in link(tmp_path, a, b)} == {"AMBIGU"}
    assert Counter(row["outcome"] for row in link(tmp_path, a, b, many=True)) == {"PADAN": 100}


def test_rules_speak_where_both_files_have_a_nik(tmp_path):
    siti = {
        "NIK": "6203085507809001",
        "Name": "SITI AMINAH",
        "Birth date": "15/07/1980",
        "sex": "P",
    }
    ali = {"NIK": "6203081507809002", "Name": "ALI", "Birth date": "15/07/1980", "sex": "L"}
    a = write(tmp_path / "a.csv", [siti, ali | {"NIK": "-"}], delimiter=";", encoding="cp1252")
    b = write(tmp_path / "b.csv", [ali, siti | {"Name": "HJ. SITI AMINAH"}], encoding="utf-16")
    b.write_bytes(b.read_text(encoding="utf-16").encode("utf-8-sig"))
    links = {row["id_a"]: row for row in link(tmp_path, a, b)}
    assert (links["1"]["id_b"], links["1"]["rule"], links["1"]["probability"]) == ("2", "P1", "")
    assert links["2"]["id_b"] == "1"
    assert links["2"]["rule"].startswith("L")


def test_rows_without_a_pair_on_request(tmp_path):
    a = write(tmp_path / "a.csv", [{"name": "Ann Lee", "birth_date": "1980-01-02"}])
    b = write(tmp_path / "b.csv", [{"name": "Bob Ray", "birth_date": "1991-11-12"}])
    assert link(tmp_path, a, b) == []
    [row] = link(tmp_path, a, b, all=True)
    assert (row["id_a"], row["id_b"], row["outcome"], row["rule"]) == (
        "1",
        "",
        "TIDAK_DITEMUKAN",
        "L0",
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "tidak ditemukan"),
        ("", "kosong"),
        ("umur,agama\n1,2\n", "tidak memuat satu pun kolom"),
        ("address\njl. melati\n", "tidak memiliki kolom yang sama"),
    ],
)
def test_a_file_that_cannot_be_linked(tmp_path, content, message):
    good = write(tmp_path / "good.csv", [{"name": "Ann Lee"}])
    bad = tmp_path / "bad.csv"
    if content is not None:
        bad.write_text(content)
    with pytest.raises(CommandError, match=message):
        call_command("link", str(good), str(bad), out=tmp_path / "links.csv")
    assert not (tmp_path / "links.csv").exists()


def test_files_with_headings_alone(tmp_path):
    a = tmp_path / "a.csv"
    a.write_text("name,birth_date\n")
    b = write(tmp_path / "b.csv", [{"name": "Ann Lee", "birth_date": "1980-01-02"}])
    assert link(tmp_path, a, b) == link(tmp_path, b, a) == link(tmp_path, dedupe=a) == []


def test_two_files_or_one(tmp_path):
    with pytest.raises(CommandError, match="dua berkas"):
        call_command("link", "a.csv", out=tmp_path / "x.csv")


def test_the_portal_starts_without_the_heavy_packages():
    script = (
        "import django, sys; django.setup(); import verification.matching;"
        "from django.urls import resolve; resolve('/');"
        "print(sorted({'duckdb', 'splink', 'pyarrow', 'rapidfuzz', 'pyspark'} & set(sys.modules)))"
    )
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "sembako_portal.settings"}
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=BASE, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "[]"


@pytest.mark.skipif(
    not (shutil.which("java") and importlib.util.find_spec("pyspark")),
    reason="Java atau pyspark tidak ditemukan; mesin spark tidak diuji",
)
def test_spark_gives_the_same_links(tmp_path):
    chance = random.Random(8)
    rows = western(60, chance)
    a = write(tmp_path / "a.csv", rows)
    b = write(tmp_path / "b.csv", corrupted(rows[:40], chance))
    links = link(tmp_path, a, b)
    out = tmp_path / "spark.csv"
    # In a process of its own: pyspark leaves its sockets to the end of the process.
    subprocess.run(
        [sys.executable, "manage.py", "link", a, b, "--out", out],
        cwd=BASE, env=os.environ | {"LINKAGE_ENGINE": "spark"}, check=True,
    )  # fmt: skip
    assert read(out) == links
    assert len(links) > 30
