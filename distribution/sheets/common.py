"""What the sheets of the payout share: columns, and the rules about them."""

from collections.abc import Callable
from functools import lru_cache

from distribution.sheets.cleaners import (
    ACCOUNT_DIGITS,
    BANK_NAMES,
    account_number,
    bank,
    card_number,
    month_count,
    period,
    year,
)
from spreadsheets import cells
from spreadsheets.layout import CheckContext, Column, RowView

# Lengths that are another bank's, by bank; a length that is no bank's is told by the cleaner.
_LENGTHS_OF_OTHERS = {
    bank: set(ACCOUNT_DIGITS.values()) - {expected} for bank, expected in ACCOUNT_DIGITS.items()
}


def judge_account(row: RowView, context: CheckContext) -> None:
    """The digits of an account by its bank; a number of unusual length is told by its cleaner."""
    account, named = row["account_number"], row["bank"]
    if len(account) in _LENGTHS_OF_OTHERS.get(named, ()):
        row.note(
            "account_number",
            "REKENING_TIDAK_SESUAI_BANK",
            "warning",
            f"Rekening {BANK_NAMES[named]} lazimnya {ACCOUNT_DIGITS[named]} angka, tertulis"
            f" {len(account)}; periksa nomor dan banknya.",
        )


def complete_period(row: RowView, context: CheckContext) -> None:
    """Put the year to the months, and hold the months against how many are said to be paid."""
    written = row["period"]
    complete, *told = _completed(written, row["year"], row["months"])
    if complete != written:
        row.set("period", complete)
    for issue in told:
        row.note(*issue)


@lru_cache(maxsize=1_000)
def _completed(written: str, year: str, months: str) -> tuple:
    """The period with its year, and what is to be told of it; a sheet has few of them."""
    if not written:
        return (written,)
    told = []
    parts = written.split("/")
    if len(parts[0]) == 2:
        if not year:
            sentence = "Periode tidak menyebut tahun; tulis bulan dan tahun, misalnya Januari 2021."
            return written, ("period", "PERIODE_TANPA_TAHUN", "error", sentence)
        parts = [f"{year}-{part}" for part in parts]
        written = "/".join(parts)
    elif year and year not in (part[:4] for part in parts):
        sentence = "Tahun berbeda dari tahun pada periodenya; perbaiki salah satunya."
        told.append(("year", "TAHUN_BEDA_PERIODE", "error", sentence))
    first, last = (int(part[:4]) * 12 + int(part[5:]) for part in (parts[0], parts[-1]))
    count = last - first + 1
    if months and len(parts) > 1 and int(months) != count:
        sentence = (
            f"Jumlah bulan tertulis {months}, sedangkan periodenya {count} bulan; periksa keduanya."
        )
        told.append(("months", "JUMLAH_BULAN_BEDA_PERIODE", "warning", sentence, str(count)))
    return written, *told


def positive(field: str, what: str) -> Callable[[RowView, CheckContext], None]:
    """A rule: the amount, if there is one, is more than nothing."""

    def judge(row: RowView, context: CheckContext) -> None:
        if row[field] and not row[field].strip("0."):
            row.note(field, "JUMLAH_NOL", "error", f"{what} nol; isi jumlah yang sebenarnya.")

    return judge


def period_columns() -> tuple[Column, ...]:
    return (
        Column(
            "period",
            "PERIODE",
            period,
            ("PERIODE SALUR", "PERIODE PENYALURAN", "BULAN", "BULAN SALUR", "MASA SALUR", "TAHAP"),
            required=True,
            help="Bulan dan tahun, atau bulan pertama sampai terakhir: Januari-Maret 2021.",
            width=22,
        ),
        Column(
            "year",
            "TAHUN",
            year,
            ("TAHUN ANGGARAN", "TA"),
            help="Hanya perlu bila periode tidak menyebut tahun.",
            width=9,
        ),
        Column(
            "months",
            "JUMLAH BULAN",
            month_count,
            ("BANYAK BULAN", "JML BULAN", "JUMLAH BLN"),
            help="Banyaknya bulan yang dibayar sekaligus, 1 sampai 12.",
            width=10,
        ),
    )


def card_columns(*, card_required: bool) -> tuple[Column, ...]:
    return (
        Column(
            "card_number",
            "NO KKS",
            card_number,
            ("NOMOR KKS", "NO. KARTU", "NOMOR KARTU", "NO KARTU KKS", "NOMOR KARTU KKS", "KKS"),
            required=card_required,
            help="16 angka, disimpan sebagai teks.",
            width=20,
            content="card",
        ),
        Column(
            "account_number",
            "NO REKENING",
            account_number,
            ("NOREK", "NO REK", "NOMOR REKENING", "REKENING"),
            help="Disimpan sebagai teks agar nol di depan tidak hilang.",
            width=20,
            content="account",
        ),
        Column(
            "bank",
            "BANK",
            bank,
            ("NAMA BANK", "BANK PENYALUR", "KODE BANK", "BANK SALUR"),
            choices=tuple(BANK_NAMES.values()),
            help="Nama atau kode bank: 002, 008, 009, 200, 451.",
            width=11,
        ),
    )


def person_columns(*, required: bool) -> tuple[Column, ...]:
    return (
        Column(
            "nik",
            "NIK",
            cells.digits16,
            ("NOMOR NIK", "NO NIK", "NO. KTP", "NIK PENGURUS", "NIK KPM", "NIK PENERIMA"),
            required=required,
            help="16 angka, disimpan sebagai teks.",
            width=20,
            content="nik",
        ),
        Column(
            "name",
            "NAMA",
            cells.name,
            ("NAMA PENERIMA", "NAMA PENGURUS", "NAMA KPM", "NAMA LENGKAP", "NAMA NASABAH"),
            required=required,
            width=28,
            content="name",
        ),
    )


def place_columns(*, required: bool = False) -> tuple[Column, ...]:
    return (
        Column(
            "regency",
            "KABUPATEN/KOTA",
            cells.text,
            ("KABUPATEN", "KOTA", "KAB/KOTA", "KAB_NAME", "NAMA KABUPATEN"),
            fill_down=True,
        ),
        Column(
            "district",
            "KECAMATAN",
            cells.text,
            ("KEC", "KEC_NAME", "NAMA KECAMATAN"),
            help="Nama desa dicari di dalam kecamatan ini.",
            fill_down=True,
        ),
        Column(
            "village_name",
            "DESA/KELURAHAN",
            cells.text,
            (
                "DESA/KELUARAHAN",
                "DESA",
                "KELURAHAN",
                "DESA_KEL",
                "KEL_NAME",
                "NAMA DESA",
                "NAMA KELURAHAN",
                "NAMA DESA/KELURAHAN",
            ),
            required=required,
            width=20,
        ),
    )
