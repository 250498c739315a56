"""Makes tests/data/sheets/: every way in which sheets come (DOMAIN section 5), a small file each.

    python -m tests.corpus.make_sheets [DIRECTORY]

What each file must give is in expected.toml beside them, written by hand. The files are the same at
every run. Two are not made here: `password.xlsx` only where it is missing (encryption is random,
and needs the package msoffcrypto-tool), and those of make_sheets.mjs by hand, since Python has no
writer for .xlsb and for the oldest .xls.
"""

import json
import sys
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import xlsxwriter

from tests.corpus.people import HEADINGS, OLDER_HEADINGS, column, lines, older, people
from tests.corpus.writers import (
    MADE_ON,
    as_text,
    by_odfpy,
    by_openpyxl,
    by_xlsxwriter,
    by_xlwt,
)

SHEETS = Path(__file__).parents[1] / "data" / "sheets"
AT = {heading: index for index, heading in enumerate(HEADINGS)}
LAST = len(HEADINGS) - 1


def _born(row) -> date:
    return datetime.strptime(row["TANGGAL LAHIR"], "%d/%m/%Y").date()


# What is around the data


def title_rows(path):
    top = [["DAFTAR NAMA PENERIMA BANTUAN SEMBAKO"], ["KECAMATAN BASARANG TAHUN 2021"], [], []]
    by_openpyxl(
        path,
        {"BNBA": [*top, *lines(people())]},
        finish=lambda book: book["BNBA"].merge_cells("A1:W1"),
    )


def two_row_header(path):
    """JENIS over KELAMIN; BANSOS over its three programmes; all others merged downwards."""
    upper, lower = list(HEADINGS), [""] * len(HEADINGS)
    upper[AT["JENIS KELAMIN"]], lower[AT["JENIS KELAMIN"]] = "JENIS", "KELAMIN"
    first = AT["BANSOS BPNT"]
    upper[first : first + 3] = ["BANSOS", "", ""]
    lower[first : first + 3] = ["BPNT", "PKH", "BPNT-PPKM"]

    def merge(book, page):
        page.merge_range(0, first, 0, first + 2, "BANSOS")
        for at, below in enumerate(lower):
            if not below:
                page.merge_range(0, at, 1, at, upper[at])

    by_xlsxwriter(path, [upper, lower, *lines(people())[1:]], finish=merge)


def number_row(path):
    head, *rows = lines(people())
    by_xlsxwriter(path, [head, list(range(1, len(head) + 1)), *rows])


def number_row_in_brackets(path):
    head, *rows = lines(people())
    by_xlwt(path, [head, [f"({n})" for n in range(1, len(head) + 1)], *rows])


def subtotals(path):
    """One below each family, as every village writes it, and one below all."""
    head, *rows = lines(people())
    blank = [""] * (LAST - 1)
    below = {3: ["JUMLAH", *blank, 3], 7: ["", "Sub Total Batuah", *blank[1:], 4]}
    below[10] = ["Jumlah KPM : 3"]
    mixed = [head]
    for number, row in enumerate(rows, start=1):
        mixed.append(row)
        if number in below:
            mixed.append(below[number])
    by_openpyxl(path, {"BNBA": [*mixed, ["GRAND TOTAL", *blank, 10]]}, finish=None)


def signatures(path):
    right = [""] * 12
    by_openpyxl(
        path,
        {
            "BNBA": [
                *lines(people()),
                [],
                [*right, "Kuala Kapuas, 23 November 2021"],
                ["Mengetahui,"],
                ["Kepala Dinas Sosial", *right[1:], "Petugas Pendata"],
                [],
                ["Drs. H. FULAN BIN FULAN", *right[1:], "(FULANAH)"],
                ["NIP. 19700101 199003 1 001"],
            ]
        },
        finish=None,
    )


# Several sheets, and what is hidden


def _of_selat():
    rows = people(4)
    for number, row in enumerate(rows):
        row["KECAMATAN"], row["DESA/KELUARAHAN"] = "SELAT", "SELAT HILIR"
        row["ID DTKS"], row["NOKK"] = "62030100101", "6203011501159011"
        row["NIK"] = f"{row['NIK'][:12]}92{number + 10}"
    return rows


def sheet_per_district(path):
    """The kecamatan only in the name of the sheet; a recapitulation after them."""
    headings = tuple(heading for heading in HEADINGS if heading != "KECAMATAN")
    by_openpyxl(
        path,
        {
            "Kec. Basarang": lines(people(), headings),
            "SELAT": lines(_of_selat(), headings),
            "Rekap": [["Kecamatan", "Jumlah KPM"], ["Basarang", 3], ["Selat", 1]],
        },
        finish=None,
    )


def sheets_alike(path):
    by_openpyxl(path, {"Basarang": lines(people()), "Selat": lines(_of_selat())}, finish=None)


def hidden_rows(path):
    def hide(book, page):
        for row in (3, 4, 7):
            page.set_row(row, None, None, {"hidden": True})

    by_xlsxwriter(path, lines(people()), finish=hide)


def hidden_columns(path):
    by_xlsxwriter(
        path,
        lines(people()),
        finish=lambda book, page: page.set_column(AT["RT"], AT["RW"], None, None, {"hidden": True}),
    )


def hidden_sheet(path):
    """A hidden sheet of the same headings, and one that only a macro can show."""

    def hide(book):
        book["Selat"].sheet_state = "hidden"
        book["Cadangan"].sheet_state = "veryHidden"

    by_openpyxl(
        path,
        {
            "Basarang": lines(people()),
            "Selat": lines(_of_selat()),
            "Cadangan": [["catatan"], ["angka lama"]],
        },
        finish=hide,
    )


def _merged():
    rows = people()
    for row in rows[1:]:
        row["KECAMATAN"] = ""
    return lines(rows)


def merged_district(path):
    by_openpyxl(path, {"BNBA": _merged()}, finish=lambda book: book["BNBA"].merge_cells("D2:D11"))


def merged_district_xls(path):
    def merge(book, page):
        page.merge(1, 10, AT["KECAMATAN"], AT["KECAMATAN"])

    by_xlwt(path, _merged(), finish=merge)


def merged_district_ods(path):
    by_odfpy(path, _merged(), spans={(1, AT["KECAMATAN"]): 10})


# Columns in each other's place


def swapped_nik_kk(path):
    """The KK repeats, the NIK does not: the headings are in each other's place."""
    rows = people()
    for row in rows:
        row["NIK"], row["NOKK"] = row["NOKK"], row["NIK"]
    by_xlsxwriter(path, lines(rows))


def swapped_name_nik(path):
    rows = people()
    for row in rows:
        row["NIK"], row["NAMA"] = row["NAMA"], row["NIK"]
    by_xlsxwriter(path, lines(rows))


def shifted_column(path):
    """From NOKK on everything stands one column to the right of its heading."""
    head, *rows = lines(people())
    at = AT["NOKK"]
    by_xlsxwriter(path, [head, *([*row[:at], "", *row[at:]] for row in rows)])


# Names, sex, RT and RW


def letter_case(path):
    rows = people()
    for row in rows[:5]:
        for heading in ("PROVINSI", "KABUPATEN/KOTA", "KECAMATAN", "DESA/KELUARAHAN", "NAMA"):
            row[heading] = row[heading].title()
    for row in rows[5:]:
        row["NAMA"], row["HUB KELUARGA"] = row["NAMA"].lower(), row["HUB KELUARGA"].capitalize()
    by_xlsxwriter(path, lines(rows))


def titles(path):
    by_xlsxwriter(
        path,
        lines(
            column(
                "NAMA",
                "Hj. SITI RAHMAH, S.Pd",
                "AHMAD RIFANI ALIAS UDIN",
                "NOR HIDAYAH BINTI H. SUPIAN",
                "SUPRIADI / IPANG",
                "MARLINA",
                "M. RIZKI MAULANA",
            )
        ),
    )


def sex(path):
    values = ("P", "L", "PR", "LK", 2, 1, "Perempuan", "Laki-laki", "2", "1")
    by_xlsxwriter(path, lines(column("JENIS KELAMIN", *values)))


def rt_rw_in_one_cell(path):
    """Both in the column RT, the column RW empty."""
    rows = column("RT", "001/002", "003/001", "1/2", "RT 004 RW 002")
    for row in rows:
        row["RW"] = ""
    by_xlsxwriter(path, lines(rows))


def rt_rw_heading(path):
    rows = people(4)
    for row, value in zip(rows, ("001/002", "003/001", "7/2", "12/10"), strict=True):
        row["RT/RW"] = value
    headings = tuple("RT/RW" if h == "RT" else h for h in HEADINGS if h != "RW")
    as_text(path, lines(rows, headings), delimiter=",", encoding="utf-8-sig")


def rt_rw_dates(path):
    """001/002 typed into a cell that Excel took for 1 February of the year."""

    def dates(book, page):
        day = book.add_format({"num_format": "d-mmm"})
        for row, value in ((1, datetime(2021, 2, 1)), (2, datetime(2021, 1, 3))):
            page.write_datetime(row, AT["RT"], value, day)

    rows = people(4)
    for row in rows[:2]:
        row["RW"] = ""
    by_xlsxwriter(path, lines(rows), finish=dates)


# Dates


def date_cells(path):
    by_xlwt(path, lines(column("TANGGAL LAHIR", *map(_born, people()))))


def date_cells_ods(path):
    by_odfpy(path, lines(column("TANGGAL LAHIR", *map(_born, people()))))


def date_serials(path):
    """Number cells without a date format, and the same number as text."""
    serials = [(_born(row) - date(1899, 12, 30)).days for row in people()]
    by_xlsxwriter(path, lines(column("TANGGAL LAHIR", *serials[:8], *map(str, serials[8:]))))


def dates_1904(path):
    """A workbook of the 1904 system: date cells, and below them bare serial numbers."""
    with xlsxwriter.Workbook(path, {"date_1904": True}) as book:
        book.set_properties({"created": MADE_ON})
        page = book.add_worksheet("BNBA")
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for number, line in enumerate(lines(people())):
            page.write_row(number, 0, line)
        for number, row in enumerate(people(), start=1):
            if number <= 6:
                page.write_datetime(
                    number,
                    AT["TANGGAL LAHIR"],
                    datetime.combine(_born(row), datetime.min.time()),
                    day,
                )
            else:
                page.write_number(number, AT["TANGGAL LAHIR"], (_born(row) - date(1904, 1, 1)).days)


def dates_mixed(path):
    """What a US locale left: days up to 12 turned into other dates, later ones as text mm/dd."""

    def dates(book, page):
        us = book.add_format({"num_format": "mm/dd/yyyy"})
        for number, row in enumerate(people(), start=1):
            born = _born(row)
            if born.day <= 12:
                page.write_datetime(
                    number, AT["TANGGAL LAHIR"], datetime(born.year, born.day, born.month), us
                )
            elif number < 8:
                page.write_string(number, AT["TANGGAL LAHIR"], f"{born:%m/%d/%Y}")

    by_xlsxwriter(path, lines(people()), finish=dates)


def dates_in_words(path):
    by_xlsxwriter(
        path,
        lines(
            column(
                "TANGGAL LAHIR",
                "12 Mei 1983",
                "07 Juli 2008",
                "3 Nopember 2011",
                "09 Peb 1975",
                "21-AGUSTUS-1979",
                "30 januari 2004",
                "18 Jun 2009",
                "17 Des 1968",
                "05 April 1972",
                "25 Okt 1999",
            )
        ),
    )


def dates_short_year(path):
    values = ("12-5-83", "7-7-08", "3/11/11", "9-2-75", "21/8/79", "30.1.04")
    by_xlsxwriter(path, lines(column("TANGGAL LAHIR", *values)))


def dates_other(path):
    """Other ways that lose nothing: ISO, dots, blanks, time of midnight, no separators."""
    values = (
        "1983-05-12", "07.07.2008", "3 - 11 - 2011", "1975-02-09 00:00:00", "21081979", 20040130,
    )  # fmt: skip
    by_xlsxwriter(path, lines(column("TANGGAL LAHIR", *values)))


def dates_impossible(path):
    values = (
        "00/00/0000",
        "30/02/1980",
        "31/04/2011",
        "09/02/2075",
        "24/11/2021",
        "1979",
        "bulan puasa",
    )
    by_xlsxwriter(path, lines(column("TANGGAL LAHIR", *values)))


# Places


def place_codes(path):
    """Codes beside names: alone, of Kemendagri, of BPS, one that lost its zero, a wrong one."""
    rows = people(5)
    places = (
        ("", "", "", "6203082005"),
        ("KAPUAS", "BASARANG", "MALUEN", "62.03.08.2005"),
        ("KATINGAN", "KATINGAN HILIR", "KASONGAN LAMA", "6209"),
        ("GUNUNG MAS", "KURUN", "PETAK BAHANDANG", "62.1"),
        ("KAPUAS", "BASARANG", "MALUEN", "62.03.08.2002"),
    )
    for row, place in zip(rows, places, strict=True):
        (
            row["KABUPATEN/KOTA"],
            row["KECAMATAN"],
            row["DESA/KELUARAHAN"],
            row["KODE WILAYAH"],
        ) = place
    by_xlsxwriter(path, lines(rows, (*HEADINGS, "KODE WILAYAH")))


def place_spellings(path):
    rows = people(4)
    places = (
        ("KAB KAPUAS", "BASARANG", "MALUWEN"),
        ("PALANGKARAYA", "PAHANDUT", "LANGKAI"),
        ("KAPUAS", "BASARANG", "DESA YANG TIDAK ADA"),
        ("KAPUAS", "BASARANG", ""),
    )
    for row, place in zip(rows, places, strict=True):
        row["KABUPATEN/KOTA"], row["KECAMATAN"], row["DESA/KELUARAHAN"] = place
    by_xlsxwriter(path, lines(rows))


# The same number twice


def same_nik_twice(path):
    rows = people()
    rows[9] = rows[1] | {"NAMA": "AHMAD RIPANI"}
    by_xlsxwriter(path, lines(rows))


def same_nik_in_two_districts(path):
    rows = people(4)
    other = {"KECAMATAN": "SELAT", "DESA/KELUARAHAN": "SELAT HILIR"}
    by_xlsxwriter(path, lines([*rows, rows[0] | other]))


def same_nik_under_two_kk(path):
    rows = people(6)
    moved = {key: rows[4][key] for key in ("ID DTKS", "DESA/KELUARAHAN", "ALAMAT", "RT", "NOKK")}
    by_xlsxwriter(path, lines([*rows, rows[1] | moved]))


def same_kk_in_two_villages(path):
    rows = people(4)
    rows[2]["DESA/KELUARAHAN"] = "BATUAH"
    by_xlsxwriter(path, lines(rows))


# Text files


def plain_pipe(path):
    as_text(path, lines(people()), delimiter="|", encoding="utf-8")


def older_pipe(path):
    as_text(
        path,
        lines([older(row) for row in people()], OLDER_HEADINGS),
        delimiter="|",
        encoding="utf-8",
    )


def comma_bom(path):
    as_text(
        path, lines(column("ALAMAT", "JL. MELATI 12, RT 3")), delimiter=",", encoding="utf-8-sig"
    )


def semicolon_cp1252(path):
    rows = column("NAMA", "SITI RAHMAH", "JOSÉ RIFANI", "NUR’AINI")
    as_text(path, lines(rows), delimiter=";", encoding="cp1252")


def tab_utf16(path):
    rows = column("NAMA", "SITI RAHMAH", "JOSÉ RIFANI")
    as_text(path, lines(rows), delimiter="\t", encoding="utf-16")


# Other workbooks


def plain_xlsx(path):
    by_xlsxwriter(path, lines(people()))


def plain_openpyxl(path):
    by_openpyxl(path, {"BNBA": lines(people())}, finish=None)


def plain_xls(path):
    by_xlwt(path, lines(people()))


def plain_ods(path):
    by_odfpy(path, lines(people()))


def macro_workbook(path):
    """The kind of workbook that may hold macros."""

    def mark(book):
        book.template = False
        book.vba_archive = None

    by_openpyxl(path, {"BNBA": lines(people())}, finish=mark)
    with zipfile.ZipFile(path) as archive:
        parts = [(info, archive.read(info)) for info in archive.infolist()]
    with zipfile.ZipFile(path, "w") as archive:
        for info, content in parts:
            archive.writestr(
                info,
                content.replace(
                    b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
                    b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
                ),
                zipfile.ZIP_DEFLATED,
            )


def html_as_xls(path):
    body = "".join(
        "<tr>" + "".join(f"<td>{cell}</td>" for cell in line) + "</tr>\n"
        for line in lines(people())
    )
    path.write_text(f"<html><body><table>\n{body}</table></body></html>\n", encoding="utf-8")


def zip_as_xlsx(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("bnba/basarang.txt", (2021, 11, 23, 7, 0, 0)), "NIK|NAMA")


def password(path):
    if path.exists():
        return
    from msoffcrypto.format.ooxml import OOXMLFile

    plain = path.with_suffix(".plain")
    by_xlsxwriter(plain, lines(people(3)))
    with plain.open("rb") as file, path.open("wb") as out:
        OOXMLFile(file).encrypt("sembako", out)
    plain.unlink()


# Formulas, and what looks like one


def formulas(path):
    """As Excel leaves them: with the value last computed."""

    def formula(book, page):
        for row, person in enumerate(people(), start=1):
            page.write_formula(row, AT["NOKK"], f'=LEFT(K{row + 1},6)&"x"', None, person["NOKK"])

    by_xlsxwriter(path, lines(people()), finish=formula)


def formulas_without_value(path):
    """As a program writes them that cannot compute, and a cell that computed an error."""
    rows = column("NOKK", '=LEFT(K2,12)&"9001"', "6203081501159001", "6203081501159001")
    rows[1]["ALAMAT"] = "=VLOOKUP(1,A1:B2,2,0)"

    def error(book):
        cell = book["BNBA"].cell(4, AT["NAMA IBU KANDUNG"] + 1)
        cell.value, cell.data_type = "#N/A", "e"

    by_openpyxl(path, {"BNBA": lines(rows)}, finish=error)


def signs_in_front(path):
    """Texts that a spreadsheet program would run; nobody does here."""
    rows = column("ALAMAT", "=1+1", "+62 812 0000", "-", "@SUM(A1:A9)", '=HYPERLINK("x")')
    rows[0]["DUSUN"] = "-5"
    by_xlsxwriter(path, lines(rows))


# NIK and KK as programs damage them (DOMAIN section 2)


def nik_number_cells(path):
    """Number cells: the last one ends in 0, as one in ten does by nature."""
    rows = people(6)
    for row in rows:
        row["NIK"] = int(row["NIK"])
    rows[5]["NIK"] = 6203083001049100
    rows[0]["NOKK"] = int(rows[0]["NOKK"])
    by_xlsxwriter(path, lines(rows))


def nik_floats_of_pandas(path):
    """A data frame: floats in columns with a gap, and an index without a heading."""
    rows = people(5)
    for row in rows:
        row["NIK"], row["NOKK"] = float(row["NIK"]), float(row["NOKK"])
        row["RT"], row["RW"], row["ID DTKS"] = (
            float(row["RT"]),
            float(row["RW"]),
            int(row["ID DTKS"]),
        )
    rows[3]["NIK"] = None
    head, *body = lines(rows)
    by_openpyxl(
        path,
        {"Sheet1": [["", *head], *([number, *line] for number, line in enumerate(body))]},
        finish=None,
    )


def nik_damaged_column(path):
    """Excel kept 15 digits of every NIK."""
    rows = []
    for row in people():
        for serial in ("91", "92", "93"):
            rows.append(row | {"NIK": int(f"{row['NIK'][:12]}{serial}{row['NIK'][13]}0")})
    by_xlsxwriter(path, lines(rows[:24]))


def nik_serial_zero(path):
    rows = column("NIK", "6203085205830000", 6203080707080000, "6203084311119102")
    rows[2]["NOKK"] = "6203081501150000"
    by_xlsxwriter(path, lines(rows))


def nik_scientific(path):
    by_xlsxwriter(path, lines(column("NIK", "6.20308E+15", "6,20308E+15", "6.2030843111E+15")))


def nik_marks(path):
    """Everything that can be put right: marks, blanks that cannot be seen, letters for digits."""
    ways = (
        lambda nik: f"'{nik}",
        lambda nik: f"\N{NO-BREAK SPACE}{nik}",
        lambda nik: f"{nik[:8]}\N{ZERO WIDTH SPACE}{nik[8:]}",
        lambda nik: f"{nik[:6]}.{nik[6:12]}.{nik[12:]}",
        lambda nik: f"{nik[:6]}-{nik[6:12]}-{nik[12:]}",
        lambda nik: nik.replace("0", "O"),
        lambda nik: nik.replace("1", "l"),
        lambda nik: f"{nik}.0",
        lambda nik: " ".join(nik[n : n + 4] for n in range(0, 16, 4)),
        lambda nik: f" {nik} ",
    )
    rows = people()
    for row, write in zip(rows, ways, strict=True):
        row["NIK"] = write(row["NIK"])
    by_xlsxwriter(path, lines(rows))


def nik_length(path):
    values = (
        "620308520583901",
        "62030807070891011",
        "6203084311119102 / 6203084311119199",
        "6203080902759018\n6203080902759077",
        "NIK TIDAK JELAS",
        "1234567890123456",
    )
    by_xlsxwriter(path, lines(column("NIK", *values)))


def nik_missing(path):
    by_xlsxwriter(path, lines(column("NIK", "-", "0", "BELUM ADA", "", 0, "TIDAK ADA")))


FILES: dict[str, Callable[[Path], None]] = {
    "plain.xlsx": plain_xlsx,
    "plain-openpyxl.xlsx": plain_openpyxl,
    "plain.xls": plain_xls,
    "plain.ods": plain_ods,
    "plain.xlsm": macro_workbook,
    "plain-pipe.txt": plain_pipe,
    "older-17-columns.txt": older_pipe,
    "comma-utf8-bom.csv": comma_bom,
    "semicolon-cp1252.csv": semicolon_cp1252,
    "tab-utf16.txt": tab_utf16,
    "html.xls": html_as_xls,
    "zip.xlsx": zip_as_xlsx,
    "password.xlsx": password,
    "title-rows.xlsx": title_rows,
    "two-row-header.xlsx": two_row_header,
    "number-row.xlsx": number_row,
    "number-row-in-brackets.xls": number_row_in_brackets,
    "subtotals.xlsx": subtotals,
    "signatures.xlsx": signatures,
    "sheet-per-district.xlsx": sheet_per_district,
    "sheets-alike.xlsx": sheets_alike,
    "hidden-rows.xlsx": hidden_rows,
    "hidden-columns.xlsx": hidden_columns,
    "hidden-sheet.xlsx": hidden_sheet,
    "merged-district.xlsx": merged_district,
    "merged-district.xls": merged_district_xls,
    "merged-district.ods": merged_district_ods,
    "swapped-nik-kk.xlsx": swapped_nik_kk,
    "swapped-name-nik.xlsx": swapped_name_nik,
    "shifted-column.xlsx": shifted_column,
    "letter-case.xlsx": letter_case,
    "titles.xlsx": titles,
    "sex.xlsx": sex,
    "rt-rw-in-one-cell.xlsx": rt_rw_in_one_cell,
    "rt-rw-heading.csv": rt_rw_heading,
    "rt-rw-dates.xlsx": rt_rw_dates,
    "date-cells.xls": date_cells,
    "date-cells.ods": date_cells_ods,
    "date-serials.xlsx": date_serials,
    "dates-1904.xlsx": dates_1904,
    "dates-mixed.xlsx": dates_mixed,
    "dates-in-words.xlsx": dates_in_words,
    "dates-short-year.xlsx": dates_short_year,
    "dates-other.xlsx": dates_other,
    "dates-impossible.xlsx": dates_impossible,
    "place-codes.xlsx": place_codes,
    "place-spellings.xlsx": place_spellings,
    "same-nik-twice.xlsx": same_nik_twice,
    "same-nik-in-two-districts.xlsx": same_nik_in_two_districts,
    "same-nik-under-two-kk.xlsx": same_nik_under_two_kk,
    "same-kk-in-two-villages.xlsx": same_kk_in_two_villages,
    "formulas.xlsx": formulas,
    "formulas-without-value.xlsx": formulas_without_value,
    "signs-in-front.xlsx": signs_in_front,
    "nik-number-cells.xlsx": nik_number_cells,
    "nik-floats-of-pandas.xlsx": nik_floats_of_pandas,
    "nik-damaged-column.xlsx": nik_damaged_column,
    "nik-serial-zero.xlsx": nik_serial_zero,
    "nik-scientific.xlsx": nik_scientific,
    "nik-marks.xlsx": nik_marks,
    "nik-length.xlsx": nik_length,
    "nik-missing.xlsx": nik_missing,
}


def make(directory: Path) -> None:
    for name, write in FILES.items():
        write(directory / name)


def for_sheetjs() -> str:
    """What make_sheets.mjs needs; dates as serials of both systems."""
    born = [_born(row) for row in people()]
    return json.dumps(
        {
            "lines": lines(people()),
            "serials": [(day - date(1899, 12, 30)).days for day in born],
            "dates": [(day - date(1904, 1, 1)).days for day in born],
            "nik_at": AT["NIK"],
            "born_at": AT["TANGGAL LAHIR"],
        }
    )


if __name__ == "__main__":
    if sys.argv[1:] == ["--json"]:
        print(for_sheetjs())
        sys.exit()
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else SHEETS)
