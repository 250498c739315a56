"""Makes the sheets of this directory from the demo province. README.md says what each one shows.

    python samples/make_samples.py [DIRECTORY]

Needs the development requirements. The sheets are the same at every run, except for the
password-protected one: encryption is random, so it is made only where it is missing, and only then
is the package msoffcrypto-tool needed.
"""

import csv
import io
import sys
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from pathlib import Path

import xlsxwriter

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import agency_sheets  # noqa: E402

from beneficiaries.identity import is_nik_shaped, kk_plausible  # noqa: E402
from sembako_portal.demo import bnba  # noqa: E402
from sembako_portal.demo.population import SEED, Family, Village, families  # noqa: E402

PASSWORD = "sembako"
_MADE_ON = datetime(2021, 11, 23, 7, 0)
_NIK, _KK = bnba.HEADINGS.index("NIK"), bnba.HEADINGS.index("NOKK")
_NAME, _BORN = bnba.HEADINGS.index("NAMA"), bnba.HEADINGS.index("TANGGAL LAHIR")
_DISTRICT, _VILLAGE = bnba.HEADINGS.index("KECAMATAN"), bnba.HEADINGS.index("DESA/KELUARAHAN")
_RT, _RW = bnba.HEADINGS.index("RT"), bnba.HEADINGS.index("RW")
_SEX = bnba.HEADINGS.index("JENIS KELAMIN")


def province() -> tuple[list[Family], dict[str, str]]:
    """The families that `manage.py demo` registers, and the names of the regions by code."""
    with (ROOT / "regions/data/regions.csv").open(encoding="utf-8") as file:
        regions = list(csv.DictReader(file))
    villages = [
        Village(row["code"], row["name"], row["kind"] == "KELURAHAN")
        for row in regions
        if row["level"] == "VILLAGE"
    ]
    names = {row["code"]: row["name"] for row in regions}
    return list(families(villages, 12_000, SEED)), names


class Source:
    """Rows of the demo province by place, as lists in the order of the 23 columns."""

    def __init__(self) -> None:
        self._families, self._names = province()

    def dictionaries(self, place: str, count: int) -> list[dict[str, str]]:
        inside = [f for f in self._families if f.village.code.startswith(place) and f.is_active]
        return bnba.rows(inside, self._names)[:count]

    def villages(self, district: str) -> dict[str, str]:
        """Codes of the villages of a kecamatan by their names as a BNBA writes them."""
        inside = (code for code in self._names if code.startswith(f"{district}."))
        return {self._names[code].upper(): code for code in inside}

    def rows(self, place: str, count: int) -> list[list]:
        return [list(row.values()) for row in self._in_order(place, count)]

    def clean_rows(self, place: str, count: int) -> list[list]:
        """Rows of which nothing is to be said but what the sample is about."""
        everything = self.rows(place, 5_000)
        return [
            row
            for row in everything
            if is_nik_shaped(row[_NIK]) and kk_plausible(row[_KK]) and _agrees(row)
        ][:count]

    def _in_order(self, place: str, count: int) -> list[dict[str, str]]:
        return [
            {heading: row[heading] for heading in bnba.HEADINGS}
            for row in self.dictionaries(place, count)
        ]


def _born(row: Sequence) -> date:
    return datetime.strptime(row[_BORN], "%d/%m/%Y").date()


def _agrees(row: Sequence) -> bool:
    day = _born(row).day + (40 if row[_SEX] == "P" else 0)
    return row[_NIK][6:12] == f"{day:02d}{_born(row):%m%y}"


def _open(path: Path) -> xlsxwriter.Workbook:
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": path.stem, "created": _MADE_ON})
    return book


def _write(sheet, rows: Iterable[Sequence], *, start: int = 0) -> None:
    for number, row in enumerate(rows, start=start):
        for column, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(number, column, value)
            elif value is not None:
                sheet.write(number, column, value)


def workbook(path: Path, rows: Iterable[Sequence], *, headings: Sequence[str] = bnba.HEADINGS):
    with _open(path) as book:
        _write(book.add_worksheet("BNBA"), [headings, *rows])


# Good ones


def good(path: Path, source: Source) -> None:
    """Known families, some corrected, and one family nobody has registered yet."""
    rows = source.clean_rows("62.03.01", 60)
    moved, hamlet = rows[3][0], rows[12][0]
    for row in rows:
        if row[0] == moved:
            row[bnba.HEADINGS.index("ALAMAT")] = "JL. CILIK RIWUT KM 2"
        if row[0] == hamlet:
            row[bnba.HEADINGS.index("DUSUN")] = "LINGKUNGAN III"
    rows[8][bnba.HEADINGS.index("PEKERJAAN")] = "PEDAGANG"
    template = source.clean_rows("62.03.01", 1)[0]
    for nik, name, born, sex, relation in (
        ("6203011203889901", "SARWANI", "12/03/1988", "L", "KEPALA KELUARGA"),
        ("6203015507909902", "NORLIANA", "15/07/1990", "P", "ISTRI/SUAMI"),
        ("6203010209159903", "MUHAMMAD ALFI", "02/09/2015", "L", "ANAK"),
    ):
        row = dict(zip(bnba.HEADINGS, template, strict=True)) | {
            "ID DTKS": "620301999001", "NOKK": "6203010101159990", "NIK": nik, "NAMA": name,
            "TANGGAL LAHIR": born, "JENIS KELAMIN": sex, "HUB KELUARGA": relation,
            "KETERANGAN PADAN": "", "NAMA IBU KANDUNG": "RABIATUL", "TEMPAT LAHIR": "KUALA KAPUAS",
        }  # fmt: skip
        rows.append(list(row.values()))
    workbook(path, rows)


def good_text(path: Path, source: Source) -> None:
    lines = [bnba.OLDER_HEADINGS]
    lines += [tuple(bnba.older(row).values()) for row in source.dictionaries("62.03.08", 80)]
    text = "\r\n".join("|".join(line) for line in lines)
    path.write_bytes(f"{text}\r\n".encode())


def as_sent(path: Path, source: Source) -> None:
    """A whole kecamatan as the register has it, with its usual errors."""
    workbook(path, source.rows("62.03.09", 150))


# Untidy, but everything is there


def decorated(path: Path, source: Source) -> None:
    first, second = source.clean_rows("62.03.02", 14), source.clean_rows("62.03.03", 12)
    headings = [heading if heading != "JENIS KELAMIN" else "JENIS" for heading in bnba.HEADINGS]
    below = ["KELAMIN" if heading == "JENIS KELAMIN" else "" for heading in bnba.HEADINGS]
    with _open(path) as book:
        sheet = book.add_worksheet("BNBA")
        middle = book.add_format({"align": "center", "bold": True})
        last = len(bnba.HEADINGS) - 1
        sheet.merge_range(0, 0, 0, last, "DAFTAR PENERIMA BANTUAN SEMBAKO", middle)
        sheet.merge_range(1, 0, 1, last, "KABUPATEN KAPUAS TAHUN 2021", middle)
        _write(sheet, [headings, below, [*range(1, len(headings) + 1)]], start=3)
        row = 6
        for part in (first, second):
            _write(sheet, part, start=row)
            sheet.merge_range(row, _DISTRICT, row + len(part) - 1, _DISTRICT, part[0][_DISTRICT])
            row += len(part)
            sheet.write(row, 0, "JUMLAH")
            sheet.write(row, last, len(part))
            row += 1
        for offset, text in enumerate(
            ("Kuala Kapuas, 23 November 2021", "Mengetahui,", "Kepala Dinas Sosial", "", "(nama)")
        ):
            sheet.write(row + 1 + offset, last - 5, text)


def many_sheets(path: Path, source: Source) -> None:
    with _open(path) as book:
        for name, place in (("Selat", "62.03.01"), ("Basarang", "62.03.08")):
            sheet = book.add_worksheet(name)
            _write(sheet, [bnba.HEADINGS, *source.clean_rows(place, 15)])
            sheet.set_row(4, None, None, {"hidden": True})
            sheet.set_column(_RT, _RW, None, None, {"hidden": True})
        hidden = book.add_worksheet("Lama")
        _write(hidden, [bnba.HEADINGS, *source.clean_rows("62.03.02", 5)])
        hidden.hide()
        book.add_worksheet("Catatan").write(0, 0, "Rekap menyusul.")


def spellings(path: Path, source: Source) -> None:
    """One habit a row: numbers, names, sex, dates, RT/RW as people write them."""
    rows = source.clean_rows("62.03.04", 24)
    other = rows[9][_NIK]
    for row, rewrite in zip(rows, _WAYS_TO_TYPE_A_NIK, strict=False):
        row[_NIK] = rewrite(row[_NIK])
    rows[8][_NIK] = f"{rows[8][_NIK]} / {other}"
    for row, (male, female) in zip(
        rows[12:15], (("Laki-laki", "Perempuan"), ("LK", "PR"), ("1", "2")), strict=True
    ):
        row[_SEX] = male if row[_SEX] == "L" else female
    rows[15][_NAME] = f"H. {rows[15][_NAME].title()}, S.Pd"
    rows[16][_NAME] = f"{rows[16][_NAME]} ALIAS UDIN"
    rows[17][_RT], rows[17][_RW] = "001/002", ""
    rows[18][_RT] = "3"
    rows[19][_VILLAGE] = rows[19][_VILLAGE][:-1]
    rows[20][_VILLAGE] = "DESA YANG TIDAK ADA"
    workbook(path, rows)


_WAYS_TO_TYPE_A_NIK: tuple[Callable[[str], str], ...] = (
    lambda nik: " ".join(nik[i : i + 4] for i in range(0, 16, 4)),
    lambda nik: f"'{nik}",
    lambda nik: f"{nik}.0",
    lambda nik: f"\u00a0{nik}\u200b",
    lambda nik: f"{nik[:6]}.{nik[6:12]}.{nik[12:]}",
    lambda nik: nik.replace("0", "O").replace("1", "l"),
    lambda nik: nik[:15],
    lambda nik: f"{nik}7",
    lambda nik: nik,
    lambda nik: "-",
    lambda nik: "BELUM ADA",
    lambda nik: "6,20301E+15",
)


def mixed_dates(path: Path, source: Source) -> None:
    rows = source.clean_rows("62.03.05", 200)
    early = [row for row in rows if _born(row).day <= 12 and _born(row).day != _born(row).month]
    late = [row for row in rows if _born(row).day > 12]
    with _open(path) as book:
        sheet = book.add_worksheet("BNBA")
        us = book.add_format({"num_format": "mm/dd/yyyy"})
        _write(sheet, [bnba.HEADINGS, *early[:8], *late[:12]])
        for number, row in enumerate(early[:8], start=1):
            born = _born(row)
            sheet.write_datetime(
                number, _BORN, datetime(born.year, born.day, born.month), us
            )  # flipped by a US locale
        for number, (row, how) in enumerate(zip(late[:12], _WAYS_TO_WRITE, strict=True), start=9):
            value = how(_born(row))
            sheet.write(number, _BORN, value)


_MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September",
    "Oktober", "November", "Desember",
)  # fmt: skip
_WAYS_TO_WRITE: tuple[Callable[[date], str | int], ...] = (
    lambda day: f"{day.day} {_MONTHS[day.month - 1]} {day.year}",
    lambda day: f"{day.day}-{day.month}-{day:%y}",
    lambda day: (day - date(1899, 12, 30)).days,
    lambda day: f"{day:%Y-%m-%d}",
    lambda day: f"{day:%d.%m.%Y}",
    lambda day: f"{day:%d%m%Y}",
    lambda day: f"{day:%m/%d/%Y}",
    lambda day: "00/00/0000",
    lambda day: f"30/02/{day.year}",
    lambda day: "01/01/2199",
    lambda day: str(day.year),
    lambda day: "lupa",
)


def text_cp1252(path: Path, source: Source) -> None:
    rows = source.clean_rows("62.03.06", 20)
    rows[0][_NAME] = rows[0][_NAME].replace("'", "’") + " NÓR"
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";").writerows([bnba.HEADINGS, *rows])
    path.write_bytes(out.getvalue().encode("cp1252"))


def text_utf16(path: Path, source: Source) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter="\t").writerows([bnba.HEADINGS, *source.clean_rows("62.03.07", 20)])
    path.write_bytes(out.getvalue().encode("utf-16"))


# Readable, and wrong


def damaged_column(path: Path, source: Source) -> None:
    """Excel kept 15 digits of every NIK; half of the KK lost four."""
    rows = source.clean_rows("62.03.07", 40)
    for number, row in enumerate(rows):
        row[_NIK] = float(f"{row[_NIK][:15]}0")
        if number % 2:
            row[_KK] = f"{row[_KK][:12]}0000"
    workbook(path, rows)


def swapped_columns(path: Path, source: Source) -> None:
    rows = source.clean_rows("62.03.08", 40)
    for row in rows[:20]:
        row[_NIK], row[_KK] = row[_KK], row[_NIK]
    for row in rows[20:25]:
        row[_NIK], row[_NAME] = row[_NAME], row[_NIK]
    for row in rows[25:30]:
        row[_KK:] = ["", *row[_KK:-1]]
    workbook(path, rows)


def doubles(path: Path, source: Source) -> None:
    rows = source.clean_rows("62.03.11", 40)
    again = list(rows[2])
    again[_NAME] = f"{again[_NAME]} N"
    under_other_kk = list(rows[5])
    under_other_kk[_KK] = rows[-1][_KK]
    under_other_kk[0] = rows[-1][0]
    same_kk_elsewhere = list(rows[8])
    same_kk_elsewhere[_NIK] = "6203111708959977"
    same_kk_elsewhere[_BORN] = "17/08/1995"
    same_kk_elsewhere[_SEX] = "L"
    same_kk_elsewhere[_VILLAGE] = next(r for r in rows if r[_VILLAGE] != rows[8][_VILLAGE])[
        _VILLAGE
    ]
    workbook(path, [*rows, again, under_other_kk, same_kk_elsewhere])


def formulas(path: Path, source: Source) -> None:
    """Formulas without a value, and text that a spreadsheet program would run."""
    rows = source.clean_rows("62.03.12", 15)
    with _open(path) as book:
        sheet = book.add_worksheet("BNBA")
        _write(sheet, [bnba.HEADINGS, *rows])
        for row in range(1, 6):
            sheet.write_formula(row, _KK, f'=LEFT(K{row + 1},12)&"9001"', None, "")
        sheet.write_string(6, _BORN, "#N/A")
        for row, text in enumerate(('=HYPERLINK("x")', "+62", "-", "@SUM(1)"), start=8):
            sheet.write_string(row, bnba.HEADINGS.index("ALAMAT"), text)


def other_regency(path: Path, source: Source) -> None:
    workbook(path, source.clean_rows("62.11", 30))


# Refused as a whole


def empty(path: Path, source: Source) -> None:
    path.write_bytes(b"")


def only_headings(path: Path, source: Source) -> None:
    workbook(path, [])


def without_headings(path: Path, source: Source) -> None:
    rows = [list(bnba.older(row).values()) for row in source.dictionaries("62.03.01", 20)]
    workbook(path, rows[1:], headings=rows[0])


def two_nik_columns(path: Path, source: Source) -> None:
    rows = [[*row, row[_NIK]] for row in source.clean_rows("62.03.01", 10)]
    workbook(path, rows, headings=[*bnba.HEADINGS, "NO. KTP"])


def without_nik_column(path: Path, source: Source) -> None:
    rows = [row[:_NIK] + row[_NIK + 1 :] for row in source.clean_rows("62.03.01", 10)]
    headings = [heading for heading in bnba.HEADINGS if heading != "NIK"]
    workbook(path, rows, headings=headings)


def truncated(path: Path, source: Source) -> None:
    workbook(path, source.clean_rows("62.03.01", 40))
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 6 // 10])


def renamed_zip(path: Path, source: Source) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("data/bnba.txt", (2021, 11, 23, 7, 0, 0)), "ID DTKS|NIK")


def html_as_xls(path: Path, source: Source) -> None:
    lines = [bnba.HEADINGS, *source.clean_rows("62.03.01", 10)]
    cells = ("".join(f"<td>{value}</td>" for value in line) for line in lines)
    table = "".join(f"<tr>{line}</tr>\n" for line in cells)
    path.write_text(f"<html><body><table>\n{table}</table></body></html>\n", encoding="utf-8")


def protected(path: Path, source: Source) -> None:
    if path.exists():
        return
    from msoffcrypto.format.ooxml import OOXMLFile

    plain = path.with_suffix(".plain")
    workbook(plain, source.clean_rows("62.03.01", 10))
    with plain.open("rb") as file, path.open("wb") as out:
        OOXMLFile(file).encrypt(PASSWORD, out)
    plain.unlink()


# Of Dukcapil, banks and agents


def agency(sheet: Callable[[list, dict], agency_sheets.Sheet]) -> Callable[[Path, Source], None]:
    def write(path: Path, source: Source) -> None:
        people = [
            dict(zip(bnba.HEADINGS, row, strict=True)) for row in source.clean_rows("62.03.01", 400)
        ]
        headings, rows = sheet(people, source.villages("62.03.01"))
        with _open(path) as book:
            _write(book.add_worksheet("Data"), [headings, *rows])

    return write


SAMPLES: dict[str, Callable[[Path, Source], None]] = {
    "baik-bnba-23-kolom-selat.xlsx": good,
    "baik-bnba-17-kolom-basarang.txt": good_text,
    "baik-bnba-mantangai-apa-adanya.xlsx": as_sent,
    "ramai-judul-jumlah-tanda-tangan.xlsx": decorated,
    "ramai-satu-lembar-per-kecamatan.xlsx": many_sheets,
    "ramai-ejaan-beragam.xlsx": spellings,
    "ramai-tanggal-campur.xlsx": mixed_dates,
    "ramai-titik-koma-cp1252.csv": text_cp1252,
    "ramai-tab-utf16.csv": text_utf16,
    "ramai-tanpa-judul.xlsx": without_headings,
    "salah-kolom-nik-rusak.xlsx": damaged_column,
    "salah-kolom-tertukar.xlsx": swapped_columns,
    "salah-nik-dan-kk-ganda.xlsx": doubles,
    "salah-sel-rumus.xlsx": formulas,
    "ditolak-kabupaten-lain.xlsx": other_regency,
    "ditolak-kosong.xlsx": empty,
    "ditolak-hanya-judul.xlsx": only_headings,
    "ditolak-dua-kolom-nik.xlsx": two_nik_columns,
    "ditolak-tanpa-kolom-nik.xlsx": without_nik_column,
    "ditolak-terpotong.xlsx": truncated,
    "ditolak-zip-berganti-nama.xlsx": renamed_zip,
    "ditolak-html.xls": html_as_xls,
    "ditolak-bersandi.xlsx": protected,
    "baik-agen-selat.xlsx": agency(agency_sheets.agents),
    "baik-daftar-bayar-selat.xlsx": agency(agency_sheets.payments),
    "baik-hasil-top-up-selat.xlsx": agency(agency_sheets.top_ups),
    "baik-jawaban-dukcapil-selat.xlsx": agency(agency_sheets.answer),
    "baik-kartu-selat.xlsx": agency(agency_sheets.cards),
    "baik-perbaikan-nik-selat.xlsx": agency(agency_sheets.repairs),
    "baik-transaksi-selat.xlsx": agency(agency_sheets.purchases),
}


def make(directory: Path) -> None:
    source = Source()
    for name, write in SAMPLES.items():
        write(directory / name, source)


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
