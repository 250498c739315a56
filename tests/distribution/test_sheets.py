"""The rules of the payout's sheets, each on the first example row with something else in it."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distribution.sheets import AGEN, DAFTAR_BAYAR, HASIL_TOP_UP, KARTU, TRANSAKSI
from distribution.sheets.cleaners import bank, decimal, moment, month_count, period
from regions.codes import RegionIndex, load_regions
from spreadsheets.layout import CheckContext, Cleaned
from spreadsheets.recheck import check_values

TODAY = date(2021, 11, 23)
PLACE = {"regency": "KAPUAS", "district": "BASARANG", "village_name": "BATUAH"}
NOBODY = {"card_number": "", "account_number": "", "nik": ""}


@pytest.fixture(scope="module")
def context():
    return CheckContext(today=TODAY, regions=RegionIndex(load_regions()))


def check(layout, context, cells):
    values, issues = check_values(layout, {**layout.example_rows[0], **cells}, context)
    found = [(issue.field, issue.code, issue.level) for issue in issues]
    return dict(zip(layout.fields, values, strict=True)), found


RULES = {
    # Payment list
    "an example": (DAFTAR_BAYAR, {}, []),
    "a negative amount": (
        DAFTAR_BAYAR,
        {"amount": "-600.000"},
        [("amount", "BUKAN_RUPIAH", "error")],
    ),
    "a decimal amount": (
        DAFTAR_BAYAR,
        {"amount": "600.000,50"},
        [("amount", "BUKAN_RUPIAH", "error")],
    ),
    "an amount of nothing": (
        DAFTAR_BAYAR,
        {"amount": "0"},
        [("amount", "JUMLAH_NOL", "error")],
    ),
    "no amount": (DAFTAR_BAYAR, {"amount": ""}, [("amount", "NOMINAL_KOSONG", "error")]),
    "no period": (DAFTAR_BAYAR, {"period": ""}, [("period", "PERIODE_KOSONG", "error")]),
    "a month without a year": (
        DAFTAR_BAYAR,
        {"period": "Januari", "months": "1"},
        [("period", "PERIODE_TANPA_TAHUN", "error")],
    ),
    "another year than that of the period": (
        DAFTAR_BAYAR,
        {"year": "2020"},
        [("year", "TAHUN_BEDA_PERIODE", "error")],
    ),
    "a month 13": (
        DAFTAR_BAYAR,
        {"period": "13-2021"},
        [("period", "PERIODE_TIDAK_TERBACA", "error")],
    ),
    "thirteen months": (
        DAFTAR_BAYAR,
        {"months": "13"},
        [("months", "BULAN_DI_LUAR_1_12", "error")],
    ),
    "fewer months than the period has": (
        DAFTAR_BAYAR,
        {"months": "2"},
        [("months", "JUMLAH_BULAN_BEDA_PERIODE", "warning")],
    ),
    "nobody is meant": (DAFTAR_BAYAR, NOBODY, [("", "PENERIMA_TIDAK_DIKENAL", "error")]),
    "an unreadable card is told once": (
        DAFTAR_BAYAR,
        NOBODY | {"card_number": "kartu"},
        [("card_number", "BUKAN_NOMOR", "error")],
    ),
    "a card of 15 digits": (
        DAFTAR_BAYAR,
        {"card_number": "603298000000900"},
        [("card_number", "PANJANG_NOMOR", "error")],
    ),
    "an account of another bank's length": (
        DAFTAR_BAYAR,
        {"account_number": "0012345678"},
        [("account_number", "REKENING_TIDAK_SESUAI_BANK", "warning")],
    ),
    "an account of no bank's length is told once": (
        DAFTAR_BAYAR,
        {"account_number": "00123456789"},
        [("account_number", "PANJANG_NOMOR", "warning")],
    ),
    "an unknown bank": (
        DAFTAR_BAYAR,
        {"bank": "Bank Kalteng"},
        [("bank", "PILIHAN_TIDAK_DIKENAL", "error")],
    ),
    "an impossible NIK": (
        DAFTAR_BAYAR,
        {"nik": "6203083905839017"},
        [("nik", "NIK_MUSTAHIL", "error")],
    ),
    "a treasury release after today": (
        DAFTAR_BAYAR,
        {"sp2d_date": "24-11-2021"},
        [("sp2d_date", "SETELAH_HARI_INI", "error")],
    ),
    "an unknown village": (
        DAFTAR_BAYAR,
        {"village_name": "ANTAH BERANTAH"},
        [("village", "DESA_TIDAK_DIKENAL", "error")],
    ),
    "no place at all": (DAFTAR_BAYAR, dict.fromkeys(PLACE, ""), []),
    # Top-up result
    "a report": (HASIL_TOP_UP, {}, []),
    "no status": (HASIL_TOP_UP, {"status": ""}, [("status", "STATUS_KOSONG", "error")]),
    "an unknown status": (
        HASIL_TOP_UP,
        {"status": "entah"},
        [("status", "PILIHAN_TIDAK_DIKENAL", "error")],
    ),
    "topped up with no amount": (
        HASIL_TOP_UP,
        {"amount": ""},
        [("amount", "NOMINAL_KOSONG", "error")],
    ),
    "an SPM needs no amount": (HASIL_TOP_UP, {"status": "spm", "amount": ""}, []),
    "a status without a date": (
        HASIL_TOP_UP,
        {"status_date": ""},
        [("status_date", "TANGGAL_STATUS_KOSONG", "warning")],
    ),
    "failed for no reason": (
        HASIL_TOP_UP,
        {"status": "Gagal Top-Up"},
        [("reason", "GAGAL_TANPA_ALASAN", "warning")],
    ),
    # Cards
    "a card": (KARTU, {}, []),
    "handed over on no day": (
        KARTU,
        {"status_date": ""},
        [("status_date", "TANGGAL_STATUS_KOSONG", "error")],
    ),
    "handed over tomorrow": (
        KARTU,
        {"status_date": "24-11-2021"},
        [("status_date", "SETELAH_HARI_INI", "error")],
    ),
    "an account opened, the card to come": (
        KARTU,
        {"status": "burekol", "card_number": "", "status_date": ""},
        [],
    ),
    "handed over without a number": (
        KARTU,
        {"card_number": ""},
        [("card_number", "KKS_KOSONG", "error")],
    ),
    "replaced by nothing": (
        KARTU,
        {"status": "Ganti kartu"},
        [("new_card_number", "KARTU_PENGGANTI_KOSONG", "warning")],
    ),
    "replaced by itself": (
        KARTU,
        {"status": "DIGANTI", "new_card_number": "6032980000009001"},
        [("new_card_number", "KARTU_PENGGANTI_SAMA", "error")],
    ),
    "a card of nobody": (
        KARTU,
        {"nik": "", "name": ""},
        [("nik", "PEMEGANG_TIDAK_DIKENAL", "error")],
    ),
    # Purchases
    "a purchase": (TRANSAKSI, {}, []),
    "no transaction number": (
        TRANSAKSI,
        {"transaction_number": ""},
        [("transaction_number", "TRANSAKSI_KOSONG", "error")],
    ),
    "bought tomorrow": (
        TRANSAKSI,
        {"purchased_at": "24-11-2021 00:10"},
        [("purchased_at", "SETELAH_HARI_INI", "error")],
    ),
    "bought today": (TRANSAKSI, {"purchased_at": "23-11-2021 23:59"}, []),
    "a time that no clock shows": (
        TRANSAKSI,
        {"purchased_at": "05-10-2021 24:10"},
        [("purchased_at", "JAM_TIDAK_TERBACA", "error")],
    ),
    "a purchase taken back by a negative amount": (
        TRANSAKSI,
        {"amount": "-200000"},
        [("amount", "BUKAN_RUPIAH", "error")],
    ),
    "a negative quantity": (
        TRANSAKSI,
        {"quantity": "-2,5"},
        [("quantity", "JUMLAH_NEGATIF", "error")],
    ),
    "a quantity of nothing": (
        TRANSAKSI,
        {"quantity": "0"},
        [("quantity", "JUMLAH_NOL", "error")],
    ),
    "goods worth more than the amount": (
        TRANSAKSI,
        {"price": "25000"},
        [("amount", "BARANG_MELEBIHI_NOMINAL", "warning")],
    ),
    "goods without a name": (
        TRANSAKSI,
        {"commodity": ""},
        [("commodity", "KOMODITAS_KOSONG", "warning")],
    ),
    "no lines of goods at all": (
        TRANSAKSI,
        dict.fromkeys(("commodity", "food_group", "quantity", "unit", "price"), ""),
        [],
    ),
    # Agents
    "an agent": (AGEN, {}, []),
    "an agent without a village": (
        AGEN,
        {"village_name": ""},
        [("village_name", "DESA_KOSONG", "error")],
    ),
    "a point in Java": (
        AGEN,
        {"latitude": "-7,25", "longitude": "112,75"},
        [("latitude", "KOORDINAT_DI_LUAR_KALTENG", "warning")],
    ),
    "a point nowhere": (
        AGEN,
        {"latitude": "-298911", "longitude": "114,2"},
        [("latitude", "KOORDINAT_MUSTAHIL", "error")],
    ),
    "degrees in each other's place": (
        AGEN,
        {"latitude": "114,28957", "longitude": "-2,98911"},
        [
            ("latitude", "KOORDINAT_TERTUKAR", "warning"),
            ("longitude", "KOORDINAT_TERTUKAR", "warning"),
        ],
    ),
    "half a point": (
        AGEN,
        {"longitude": ""},
        [("longitude", "KOORDINAT_SEBELAH", "error")],
    ),
    "an end before the beginning": (
        AGEN,
        {"contract_until": "31-01-2021"},
        [("contract_until", "KONTRAK_TERBALIK", "error")],
    ),
    "active beyond the contract": (
        AGEN,
        {"contract_until": "22-11-2021"},
        [("contract_until", "KONTRAK_LEWAT", "warning")],
    ),
    "stopped for no reason": (
        AGEN,
        {"status": "Suspend"},
        [("status_reason", "AGEN_BERHENTI_TANPA_ALASAN", "error")],
    ),
    "an unknown village among those served": (
        AGEN,
        {"service_area": "BATUAH, ANTAH BERANTAH"},
        [("service_area", "DESA_LAYANAN_TIDAK_DIKENAL", "warning")],
    ),
}


@pytest.mark.parametrize(("layout", "cells", "expected"), RULES.values(), ids=RULES)
def test_row_rules(context, layout, cells, expected):
    assert check(layout, context, cells)[1] == expected


def test_what_goods_are_worth_is_told_as_people_read_it(context):
    cells = {**TRANSAKSI.example_rows[0], "price": "25000"}
    _, (issue,) = check_values(TRANSAKSI, cells, context)
    assert "Rp250.000 melebihi" in issue.message
    assert issue.message.endswith("periksa jumlah, harga, dan nominalnya.")


def test_a_payment_in_canonical_text(context):
    values, _ = check(DAFTAR_BAYAR, context, {"amount": "Rp 600.000,-", "bank": "Bank BRI"})
    assert values["period"] == "2021-01/2021-03"
    assert (values["months"], values["amount"], values["bank"]) == ("3", "600000", "002")
    assert (values["village"], values["sp2d_date"]) == ("62.03.08.2002", "2021-02-15")


def test_the_year_of_a_column_completes_the_months(context):
    cells = {"period": "Januari s/d Maret", "year": 2021.0}
    assert check(DAFTAR_BAYAR, context, cells)[0]["period"] == "2021-01/2021-03"


def test_the_villages_an_agent_serves_are_codes(context):
    values, _ = check(AGEN, context, {"service_area": "Batuah; basarang;Batuah"})
    assert values["service_villages"] == "62.03.08.2002 62.03.08.2003"


def test_swapped_degrees_are_offered_to_each_other(context):
    cells = {**AGEN.example_rows[0], "latitude": "114,2", "longitude": "-2,9"}
    _, issues = check_values(AGEN, cells, context)
    assert [(issue.field, issue.suggestion) for issue in issues] == [
        ("latitude", "-2.9"),
        ("longitude", "114.2"),
    ]


BANKS = {
    "002": ["BRI", "2", 2.0, "002", "PT. BANK RAKYAT INDONESIA (PERSERO), TBK", "bank bri"],
    "008": ["Mandiri", "008", "PT Bank Mandiri (Persero) Tbk."],
    "009": ["BNI", 9.0, "BNI46", "Bank Negara Indonesia"],
    "200": ["BTN", 200.0, "Bank Tabungan Negara"],
    "451": ["BSI", "451", "Bank Syariah Indonesia", "BRI Syariah"],
}


@pytest.mark.parametrize("code", BANKS)
def test_banks_by_name_and_code(code):
    assert {bank(written) for written in BANKS[code]} == {code}


CHAIN = {
    "Penetapan": "PENETAPAN",
    "Proses Burekol": "BUREKOL_PROSES",
    "cek rekening berhasil": "CEK_REKENING_BERHASIL",
    "SP2D": "SP2D",
    "Top-Up Sukses": "TOP_UP_SUKSES",
    "TOPUP GAGAL": "TOP_UP_GAGAL",
    "Gagal OMSPAN": "GAGAL_OMSPAN",
    "Exclude (Meninggal)": "EXCLUDE_MENINGGAL",
    "Saldo nol": "SALDO_NOL",
    "KKS tidak terdistribusi": "KKS_TIDAK_TERDISTRIBUSI",
    "Dikembalikan ke kas negara": "DIKEMBALIKAN",
}


@pytest.mark.parametrize("written", CHAIN)
def test_the_chain_of_statuses(context, written):
    values, _ = check(HASIL_TOP_UP, context, {"status": written, "reason": "x"})
    assert values["status"] == CHAIN[written]


CLEANERS = (bank, decimal, moment, month_count, period)
CELLS = st.one_of(
    st.text(max_size=30),
    st.floats(),
    st.integers(),
    st.booleans(),
    st.dates(min_value=date(1900, 1, 1)),
    st.datetimes(min_value=datetime(1900, 1, 1)),
    st.none(),
)


@pytest.mark.parametrize("clean", CLEANERS)
@given(cell=CELLS)
def test_no_cell_breaks_a_cleaner_and_cleaning_twice_changes_nothing(clean, cell):
    once = clean(cell)
    value = once.value if isinstance(once, Cleaned) else once
    assert isinstance(value, str)
    if not isinstance(once, Cleaned):
        assert clean(once) == once
