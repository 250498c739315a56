"""Named cells, and properties that hold for every cell. More examples stand in the doctests."""

import string
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spreadsheets import cells
from spreadsheets.layout import LEVELS, Cleaned

ALL = {
    "text": cells.text,
    "name": cells.name,
    "relative_name": cells.relative_name,
    "digits16": cells.digits16,
    "digits": cells.digits(10, 13, 15, 16),
    "date": cells.date,
    "sex": cells.sex,
    "rt_rw": cells.rt_rw,
    "rt": cells.rt,
    "rw": cells.rw,
    "yes_no": cells.yes_no,
    "choice": cells.choice({"Kepala Keluarga": "KEPALA", "Istri/Suami": "PASANGAN"}),
    "rupiah": cells.rupiah,
}
NIK = "6271015508809001"


def told(result) -> tuple[str, str, str]:
    return result[:3] if isinstance(result, Cleaned) else (result, "", "")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (f"\u00a0{NIK}\u200b", (NIK, "NOMOR_DIRAPIKAN", "info")),
        (f" {NIK} ", (NIK, "", "")),
        (f"{NIK}.0", (NIK, "NOMOR_DIRAPIKAN", "info")),
        ("6271-0155-0880-9001", (NIK, "NOMOR_DIRAPIKAN", "info")),
        ("627l0l55o8809OO1", (NIK, "NOMOR_DIRAPIKAN", "info")),
        (int(NIK), (NIK, "SEL_ANGKA", "info")),
        (6271015508809000.0, ("6271015508809000", "SEL_ANGKA_BERAKHIR_0", "warning")),
        (6271015508800000.0, ("6271015508800000", "NOMOR_URUT_0000", "error")),
        ("6271015508800000", ("6271015508800000", "NOMOR_URUT_0000", "error")),
        ("6,27101E+15", ("6,27101E+15", "NOTASI_ILMIAH", "error")),
        (NIK + "2", (NIK + "2", "BUKAN_16_ANGKA", "error")),
        (f"{NIK} / {NIK}", (NIK + NIK, "DUA_NOMOR", "error")),
        ("SITI AMINAH", ("SITI AMINAH", "BUKAN_NOMOR", "error")),
        (True, ("YA", "BUKAN_NOMOR", "error")),
        (date(2020, 1, 1), ("01-01-2020", "BUKAN_NOMOR", "error")),
        ("0000000000000000", ("", "", "")),
        ("٦٢٧١٠١٥٥٠٨٨٠٩٠٠١", (NIK, "NOMOR_DIRAPIKAN", "info")),
        ("６２７１０１５５０８８０９００１", (NIK, "NOMOR_DIRAPIKAN", "info")),
        (f"NIK: {NIK}", (NIK, "NOMOR_DIRAPIKAN", "info")),
        (f"No. KK {NIK}", (NIK, "NOMOR_DIRAPIKAN", "info")),
        (f"{NIK},00", (NIK, "NOMOR_DIRAPIKAN", "info")),
        (f"\t{NIK}", (NIK, "NOMOR_DIRAPIKAN", "info")),
        (f"{NIK} Lili", (NIK, "NOMOR_DENGAN_TULISAN", "warning")),
        (f"SITI ({NIK})", (NIK, "NOMOR_DENGAN_TULISAN", "warning")),
        (f"{NIK} dan 6271015508809002", (f"{NIK} dan 6271015508809002", "DUA_NOMOR", "error")),
        (f"{NIK}\n6271015508809002", (f"{NIK}6271015508809002", "DUA_NOMOR", "error")),
        ("6.271015508809001E+15", (NIK, "SEL_ANGKA", "info")),
        ("6.27101550880900E+15", ("6.27101550880900E+15", "NOTASI_ILMIAH", "error")),
        ("62030815e+15", ("62030815e+15", "NOTASI_ILMIAH", "error")),
        (NIK[:15], (NIK[:15], "BUKAN_16_ANGKA", "error")),
        ("KTP", ("KTP", "BUKAN_NOMOR", "error")),
        (f"#{NIK}", (NIK, "NOMOR_DIRAPIKAN", "info")),
        ("Illi", ("Illi", "BUKAN_NOMOR", "error")),
        (-float(NIK), (f"-{NIK}", "BUKAN_NOMOR", "error")),
        ("Belum rekam.", ("", "", "")),
        (0, ("", "", "")),
        ("", ("", "", "")),
    ],
)
def test_identity_numbers(raw, expected):
    assert told(cells.digits16(raw)) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("1 Nopember 1965", ("1965-11-01", "", "")),
        ("01-Jul-73", ("1973-07-01", "TAHUN_DUA_ANGKA", "info")),
        ("17 agustus 1945", ("1945-08-17", "", "")),
        ("1973-07-01 00:00:00", ("1973-07-01", "", "")),
        ("01071973", ("1973-07-01", "TANGGAL_TANPA_PEMISAH", "info")),
        (1071973.0, ("1973-07-01", "TANGGAL_TANPA_PEMISAH", "info")),
        (19730701, ("1973-07-01", "TANGGAL_TANPA_PEMISAH", "info")),
        ("26846", ("1973-07-01", "TANGGAL_SERIAL", "info")),
        (datetime(1973, 7, 1, 12, 30), ("1973-07-01", "", "")),
        ("00/00/0000", ("", "TANGGAL_NOL", "warning")),
        ("0000-00-00", ("", "TANGGAL_NOL", "warning")),
        ("00-00-00", ("", "TANGGAL_NOL", "warning")),
        (date(1899, 12, 30), ("", "TANGGAL_NOL", "warning")),
        ("00/07/1973", ("", "TANGGAL_TIDAK_ADA", "error")),
        ("1 Jul 1973", ("1973-07-01", "", "")),
        ("July 1, 1973", ("1973-07-01", "", "")),
        ("Jum'at, 1 Juli 1973", ("1973-07-01", "", "")),
        ("tgl. 01-07-1973", ("1973-07-01", "", "")),
        ("1973-07-01T12:30:00", ("1973-07-01", "", "")),
        ("01/07/1973 0:00", ("1973-07-01", "", "")),
        ("K. Kapuas, 1 Juli 1973", ("1973-07-01", "TEMPAT_BERSAMA_TANGGAL", "info")),
        ("KAPUAS/01-07-1973", ("1973-07-01", "TEMPAT_BERSAMA_TANGGAL", "info")),
        ("Kapuas, tgl 1-7-73", ("1973-07-01", "TEMPAT_BERSAMA_TANGGAL", "info")),
        ("Kapuas, 30/02/1980", ("", "TANGGAL_TIDAK_ADA", "error")),
        ("Kapuas", ("", "TANGGAL_TIDAK_TERBACA", "error")),
        ("Juli 1973", ("", "TANGGAL_TIDAK_TERBACA", "error")),
        ("lupa", ("", "TANGGAL_TIDAK_TERBACA", "error")),
        ("Belum ada", ("", "", "")),
        ("(01-07-1973).", ("1973-07-01", "", "")),
        ("1/7/1973 12:00:00 AM", ("1973-07-01", "", "")),
        ("07-21-73", ("1973-07-21", "BULAN_DI_DEPAN", "info")),
        ("29-02-1981", ("", "TANGGAL_TIDAK_ADA", "error")),
        ("01-07-0073", ("", "TANGGAL_TIDAK_ADA", "error")),
        ("13/13/1973", ("", "TANGGAL_TIDAK_ADA", "error")),
        (1973, ("", "HANYA_TAHUN", "error")),
        ("1973", ("", "HANYA_TAHUN", "error")),
        ("1 Foo 1973", ("", "TANGGAL_TIDAK_TERBACA", "error")),
        (time(3, 4), ("", "TANGGAL_TIDAK_TERBACA", "error")),
        (float("nan"), ("", "TANGGAL_TIDAK_TERBACA", "error")),
    ],
)
def test_dates(raw, expected):
    assert told(cells.date(raw)) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("SA`DIAH", ("SA'DIAH", "", "")),
        ("SA’DIAH", ("SA'DIAH", "", "")),
        ("Hj. Siti, S.Pd", ("HJ. SITI, S.PD", "", "")),
        ("SDRI. ANI", ("ANI", "SAPAAN_DILEPAS", "info")),
        ("Bapak Udin", ("UDIN", "SAPAAN_DILEPAS", "info")),
        ("Ny. Ani", ("ANI", "SAPAAN_DILEPAS", "info")),
        ("NY ANI", ("NY ANI", "", "")),
        ("IBU", ("IBU", "", "")),
        ("BPK.", ("BPK.", "", "")),
        ("BUDI (ALM)", ("BUDI (ALM)", "NAMA_ALMARHUM", "warning")),
        ("ALMA", ("ALMA", "", "")),
        ("ALM", ("ALM", "", "")),
        ("S1TI", ("S1TI", "NAMA_BERANGKA", "warning")),
        ("....", ("", "", "")),
        ("-", ("", "", "")),
        ("?", ("", "", "")),
    ],
)
def test_names(raw, expected):
    assert told(cells.name(raw)) == expected


@pytest.mark.parametrize(
    ("raw", "suggestion"),
    [
        ("BUDI (ALM)", "BUDI"),
        ("Bpk. Alm. H. Budi", "H. BUDI"),
        ("S1TI", "SITI"),
        ("12. BUDI", "BUDI"),
        ("BUDI 2", ""),
        ("6203085205839017", ""),
    ],
)
def test_a_doubtful_name_has_a_suggestion_where_there_is_one(raw, suggestion):
    assert cells.name(raw).suggestion == suggestion


@pytest.mark.parametrize(
    ("clean", "raw", "expected"),
    [
        ("sex", "Perempuan.", ("P", "", "")),
        ("sex", "L a k i - l a k i", ("L", "", "")),
        ("sex", True, ("", "JENIS_KELAMIN_TIDAK_DIKENAL", "error")),
        ("yes_no", "X", ("", "TANDA_SILANG", "warning")),
        ("yes_no", "✗", ("TIDAK", "", "")),
        ("yes_no", "--", ("", "", "")),
        ("yes_no", "1.0", ("YA", "", "")),
        ("sex", "2.0", ("P", "", "")),
        ("yes_no", 2, ("", "BUKAN_YA_TIDAK", "error")),
        ("rt_rw", "RT01/RW02", ("001/002", "", "")),
        ("rt_rw", "001 / 002", ("001/002", "", "")),
        ("rt_rw", "1002", ("1002", "RT_RW_TIDAK_TERBACA", "warning")),
        ("rt_rw", 44228.0, ("", "RT_RW_JADI_TANGGAL", "warning")),
        ("rt_rw", "2021-02-01 00:00:00", ("", "RT_RW_JADI_TANGGAL", "warning")),
        ("rw", "RT 1 RW 2", ("002", "RT_RW_DIPISAH", "info")),
        ("rw", "RT 1", ("RT 1", "RT_RW_TIDAK_TERBACA", "warning")),
        ("rupiah", "IDR 200.000", ("200000", "", "")),
        ("rupiah", "Rp200.000,--", ("200000", "", "")),
        ("rupiah", "1,5 juta", ("1500000", "RUPIAH_DISINGKAT", "warning")),
        ("rupiah", "200.000,50", ("", "BUKAN_RUPIAH", "error")),
        ("rupiah", -200000.0, ("", "BUKAN_RUPIAH", "error")),
        ("rupiah", True, ("", "BUKAN_RUPIAH", "error")),
        ("digits", "002101000123509.0", ("002101000123509", "NOMOR_DIRAPIKAN", "info")),
        ("digits", 5221843012340000.0, ("5221843012340000", "SEL_ANGKA_BERAKHIR_0", "warning")),
    ],
)
def test_other_cells(clean, raw, expected):
    assert told(ALL[clean](raw)) == expected


def test_choice_names_the_choices_and_takes_codes():
    relation = ALL["choice"]
    assert relation("istri / suami") == "PASANGAN"
    assert relation("kepala") == "KEPALA"
    assert "Kepala Keluarga, Istri/Suami" in relation("paman").message


RAW = (
    st.text(max_size=40)
    | st.text(string.digits + " -./'OolRpEe+,", max_size=24)
    | st.integers(-(10**17), 10**17)
    | st.floats()
    | st.booleans()
    | st.dates()
    | st.datetimes()
    | st.times()
    | st.timedeltas(timedelta(days=-400), timedelta(days=40_000))
    | st.none()
)


@pytest.mark.parametrize("name", ALL)
@given(raw=RAW)
def test_any_cell_is_cleaned_to_something_that_stays(name, raw):
    """No cell raises; what is accepted is left alone when it is cleaned again."""
    result = ALL[name](raw)
    if isinstance(result, Cleaned):
        assert result.level in LEVELS
        assert result.message.endswith(".") and result.code.isupper()
        if result.level == "error":
            return
        result = result.value
    assert type(result) is str
    assert result == result.strip() and "\0" not in result and "\n" not in result
    again = ALL[name](result)
    assert told(again)[0] == result
    assert told(again)[2] != "error"


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_every_spelling_of_a_date_is_that_date(day):
    iso = day.isoformat()
    month = "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember"
    word = month.split()[day.month - 1]
    spellings = [
        day,
        datetime.combine(day, time()),
        iso,
        f"{day:%d-%m-%Y}",
        f"{day:%d/%m/%Y}",
        f"{day.day}.{day.month}.{day.year}",
        f"{day.day} {word} {day.year}",
        f"{day.day} {word.upper()} {day.year}",
    ]
    assert {told(cells.date(spelling))[0] for spelling in spellings} == {iso}
    assert told(cells.date((day - date(1899, 12, 30)).days))[0] in (iso, "")


@given(st.integers(10**15, 2**53).filter(lambda number: number % 10_000))
def test_a_number_cell_below_2_to_53_is_exact(number):
    assert told(cells.digits16(float(number)))[0] == str(number)
