"""Every file of samples/ gives what samples/README.md says, and comes from make_samples.py."""

import csv
import sys
import zipfile
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from beneficiaries.sheets import DTKS_BNBA
from distribution.sheets import AGEN, DAFTAR_BAYAR, HASIL_TOP_UP, KARTU, TRANSAKSI
from regions.codes import RegionIndex, RegionRow
from spreadsheets.checking import check_file
from spreadsheets.errors import SheetRefused
from spreadsheets.layout import CheckContext
from spreadsheets.looking import FileRead
from verification.sheets import HASIL_VERIFIKASI, JAWABAN_DUKCAPIL, PERBAIKAN_NIK

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"
MAXIMUM_BYTES = 1_000_000

# Rows and the issues that must be among those found.
ACCEPTED = {
    "baik-bnba-23-kolom-selat.xlsx": (63, {}),
    "baik-bnba-17-kolom-basarang.txt": (80, {"BUKAN_16_ANGKA"}),
    "baik-bnba-mantangai-apa-adanya.xlsx": (150, {"NIK_KOSONG", "NOMOR_URUT_0000"}),
    "ramai-judul-jumlah-tanda-tangan.xlsx": (26, {}),
    "ramai-satu-lembar-per-kecamatan.xlsx": (35, {"TERSEMBUNYI_DIBACA"}),
    "ramai-ejaan-beragam.xlsx": (
        24,
        {"NOMOR_DIRAPIKAN", "BUKAN_16_ANGKA", "DUA_NOMOR", "NIK_KOSONG", "NOTASI_ILMIAH"}
        | {"RT_RW_DIPISAH", "WILAYAH_SPELLING", "DESA_TIDAK_DIKENAL"},
    ),
    "ramai-tanggal-campur.xlsx": (
        20,
        {"HARI_BULAN_DIBALIK", "TAHUN_DUA_ANGKA", "TANGGAL_SERIAL", "TANGGAL_TIDAK_ADA"}
        | {"BULAN_DI_DEPAN", "HANYA_TAHUN", "TANGGAL_NOL", "TANGGAL_TIDAK_TERBACA"},
    ),
    "ramai-titik-koma-cp1252.csv": (20, {}),
    "ramai-tab-utf16.csv": (20, {}),
    "ramai-tanpa-judul.xlsx": (20, {"KOLOM_DARI_ISI"}),
    "salah-kolom-nik-rusak.xlsx": (40, {"KOLOM_ANGKA_RUSAK", "NOMOR_URUT_0000"}),
    "salah-kolom-tertukar.xlsx": (
        40,
        {"NIK_KK_TERTUKAR", "NAMA_NIK_TERTUKAR", "BARIS_TERGESER"},
    ),
    "salah-nik-dan-kk-ganda.xlsx": (43, {}),
    "salah-sel-rumus.xlsx": (15, {"RUMUS_TANPA_NILAI", "SEL_GALAT"}),
    "baik-agen-selat.xlsx": (3, {}),
    "baik-daftar-bayar-selat.xlsx": (40, {}),
    "baik-hasil-top-up-selat.xlsx": (40, {}),
    "baik-jawaban-dukcapil-selat.xlsx": (40, {}),
    "baik-kartu-selat.xlsx": (40, {}),
    "baik-perbaikan-nik-selat.xlsx": (12, {}),
    "baik-transaksi-selat.xlsx": (45, {}),
    # Another regency is for the comparison with the register to refuse.
    "ditolak-kabupaten-lain.xlsx": (30, {}),
}
OF_AGENCIES = {
    "baik-agen-selat.xlsx": AGEN,
    "baik-daftar-bayar-selat.xlsx": DAFTAR_BAYAR,
    "baik-hasil-top-up-selat.xlsx": HASIL_TOP_UP,
    "baik-jawaban-dukcapil-selat.xlsx": JAWABAN_DUKCAPIL,
    "baik-kartu-selat.xlsx": KARTU,
    "baik-perbaikan-nik-selat.xlsx": PERBAIKAN_NIK,
    "baik-transaksi-selat.xlsx": TRANSAKSI,
}
REFUSED = {
    "ditolak-kosong.xlsx": "BERKAS_KOSONG",
    "ditolak-hanya-judul.xlsx": "TANPA_DATA",
    "ditolak-dua-kolom-nik.xlsx": "KOLOM_GANDA",
    "ditolak-tanpa-kolom-nik.xlsx": "KOLOM_KURANG",
    "ditolak-terpotong.xlsx": "BERKAS_RUSAK",
    "ditolak-zip-berganti-nama.xlsx": "JENIS_BERKAS",
    "ditolak-html.xls": "HTML",
    "ditolak-bersandi.xlsx": "BERSANDI",
}


@pytest.fixture(scope="module")
def context():
    with (ROOT / "regions/data/regions.csv").open(encoding="utf-8") as file:
        index = RegionIndex(
            RegionRow(
                row["code"], row["name"], row["level"], row["kind"],
                row["code"].rpartition(".")[0], row["bps_code"], row["postcode"],
                row["latitude"], row["longitude"],
            )
            for row in csv.DictReader(file)
        )  # fmt: skip
    return CheckContext(date(2021, 11, 23), index)


def check(name: str, context: CheckContext, layouts=(DTKS_BNBA,)):
    rows, issues, read = [], [], None
    for event in check_file(SAMPLES / name, layouts, context):
        if isinstance(event, FileRead):
            read = event
        else:
            rows += event.rows
            issues += event.issues
    return read, rows, issues


@pytest.mark.parametrize(("name", "expected"), ACCEPTED.items(), ids=ACCEPTED)
def test_accepted(name, expected, context):
    count, codes = expected
    _, rows, issues = check(name, context, [OF_AGENCIES.get(name, DTKS_BNBA)])
    found = {issue.code for issue in issues}
    assert len(rows) == count
    assert found >= codes if codes else not found


@pytest.mark.parametrize("name", OF_AGENCIES)
def test_a_sheet_is_known_among_all_kinds(name, context):
    others = (DTKS_BNBA, HASIL_VERIFIKASI, *OF_AGENCIES.values())
    read, _, _ = check(name, context, others)
    assert (read.layout_key, read.unknown) == (OF_AGENCIES[name].key, [])


@pytest.mark.parametrize(("name", "code"), REFUSED.items(), ids=REFUSED)
def test_refused(name, code, context):
    with pytest.raises(SheetRefused) as refused:
        check(name, context)
    assert refused.value.code == code


def test_what_is_left_out_is_told(context):
    read, _, _ = check("ramai-judul-jumlah-tanda-tangan.xlsx", context)
    assert Counter(why for _, _, why in read.left_out) == {
        "baris nomor kolom": 1,
        "baris jumlah": 1,
        "baris tanda tangan atau keterangan": 1,
    }


def test_merged_cells_are_filled_down(context):
    _, rows, _ = check("ramai-judul-jumlah-tanda-tangan.xlsx", context)
    district = DTKS_BNBA.fields.index("district")
    assert Counter(values[district] for _, _, values in rows) == {
        "KAPUAS HILIR": 14,
        "KAPUAS TIMUR": 12,
    }


def test_every_file_is_told_and_tested():
    # Python leaves its __pycache__ here once a test has imported the script.
    files = {
        path.name
        for path in SAMPLES.iterdir()
        if path.is_file() and path.suffix not in {".py", ".md"}
    }
    assert files == ACCEPTED.keys() | REFUSED.keys()
    readme = (SAMPLES / "README.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in readme for name in files)


def test_small():
    assert sum(path.stat().st_size for path in SAMPLES.iterdir()) < MAXIMUM_BYTES


def content(path: Path):
    """What the file says: compression differs between versions of zlib."""
    if not zipfile.is_zipfile(path):
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_they_are_what_the_script_makes(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", [str(SAMPLES), *sys.path])
    import make_samples

    source = make_samples.Source()
    for name, write in make_samples.SAMPLES.items():
        if name in {"ditolak-bersandi.xlsx", "ditolak-terpotong.xlsx"}:
            continue  # random by nature; cut at a byte
        write(tmp_path / name, source)
        assert content(tmp_path / name) == content(SAMPLES / name), name
