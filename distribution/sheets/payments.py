"""Who is to be paid (the list of the centre), and what became of it at the bank."""

from beneficiaries.row_rules import is_empty, judge_day, judge_nik
from beneficiaries.villages import find_village
from distribution.sheets.common import (
    card_columns,
    complete_period,
    judge_account,
    period_columns,
    person_columns,
    place_columns,
    positive,
)
from spreadsheets import cells
from spreadsheets.layout import CheckContext, Column, Layout, RowView

# The chain of DOMAIN section 3, in its order, with what stops it.
STATUSES = {
    "PENETAPAN": "PENETAPAN",
    "BUREKOL PROSES": "BUREKOL_PROSES",
    "BUREKOL SUKSES": "BUREKOL_SUKSES",
    "BUREKOL GAGAL": "BUREKOL_GAGAL",
    "CEK REKENING PROSES": "CEK_REKENING_PROSES",
    "CEK REKENING BERHASIL": "CEK_REKENING_BERHASIL",
    "CEK REKENING GAGAL": "CEK_REKENING_GAGAL",
    "SPM": "SPM",
    "SP2D": "SP2D",
    "SI": "SI",
    "TOP UP SUKSES": "TOP_UP_SUKSES",
    "TOP UP GAGAL": "TOP_UP_GAGAL",
    "SUDAH TRANSAKSI": "SUDAH_TRANSAKSI",
    "BELUM TRANSAKSI": "BELUM_TRANSAKSI",
    "GAGAL OMSPAN": "GAGAL_OMSPAN",
    "EXCLUDE PEKERJAAN": "EXCLUDE_PEKERJAAN",
    "EXCLUDE MENINGGAL": "EXCLUDE_MENINGGAL",
    "EXCLUDE TIDAK LAYAK DAERAH": "EXCLUDE_TIDAK_LAYAK",
    "SALDO NOL": "SALDO_NOL",
    "KKS TIDAK TERDISTRIBUSI": "KKS_TIDAK_TERDISTRIBUSI",
    "DIKEMBALIKAN KE KAS NEGARA": "DIKEMBALIKAN",
}
_SPELLINGS = STATUSES | {
    "DITETAPKAN": "PENETAPAN",
    "PROSES BUREKOL": "BUREKOL_PROSES",
    "SUKSES BUREKOL": "BUREKOL_SUKSES",
    "BERHASIL BUREKOL": "BUREKOL_SUKSES",
    "BUREKOL BERHASIL": "BUREKOL_SUKSES",
    "GAGAL BUREKOL": "BUREKOL_GAGAL",
    "PROSES CEK REKENING": "CEK_REKENING_PROSES",
    "BERHASIL CEK REKENING": "CEK_REKENING_BERHASIL",
    "CEK REKENING SUKSES": "CEK_REKENING_BERHASIL",
    "GAGAL CEK REKENING": "CEK_REKENING_GAGAL",
    "STANDING INSTRUCTION": "SI",
    "SUKSES TOP UP": "TOP_UP_SUKSES",
    "BERHASIL TOP UP": "TOP_UP_SUKSES",
    "TOP UP BERHASIL": "TOP_UP_SUKSES",
    "SUDAH TOP UP": "TOP_UP_SUKSES",
    "GAGAL TOP UP": "TOP_UP_GAGAL",
    "TRANSAKSI": "SUDAH_TRANSAKSI",
    "BELUM BERTRANSAKSI": "BELUM_TRANSAKSI",
    "SUDAH BERTRANSAKSI": "SUDAH_TRANSAKSI",
    "OMSPAN GAGAL": "GAGAL_OMSPAN",
    "TIDAK LAYAK DAERAH": "EXCLUDE_TIDAK_LAYAK",
    "SALDO 0": "SALDO_NOL",
    "TIDAK TERDISTRIBUSI": "KKS_TIDAK_TERDISTRIBUSI",
    "RETUR": "DIKEMBALIKAN",
    "DIKEMBALIKAN": "DIKEMBALIKAN",
}
FAILED = frozenset({"BUREKOL_GAGAL", "CEK_REKENING_GAGAL", "TOP_UP_GAGAL", "GAGAL_OMSPAN"})


def judge_recipient(row: RowView, context: CheckContext) -> None:
    """Somebody must be meant, by card, account or NIK; and the NIK must be possible."""
    if all(is_empty(row, name) for name in ("card_number", "account_number", "nik")):
        row.note(
            "",
            "PENERIMA_TIDAK_DIKENAL",
            "error",
            "Nomor KKS, rekening, dan NIK kosong, jadi penerimanya tidak diketahui; isi salah"
            " satunya.",
        )
    judge_nik(row, "nik")


def judge_payment(row: RowView, context: CheckContext) -> None:
    if is_empty(row, "period"):
        row.note(
            "period",
            "PERIODE_KOSONG",
            "error",
            "Periode kosong, jadi tidak diketahui bulan mana yang dibayar; isi bulan dan tahunnya.",
        )
    if is_empty(row, "amount"):
        row.note(
            "amount",
            "NOMINAL_KOSONG",
            "error",
            "Nominal kosong; isi jumlah rupiah yang dibayar.",
        )
    if not row["name"]:
        row.note("name", "NAMA_KOSONG", "error", "Nama kosong; isilah sesuai KTP-el atau KK.")
    judge_day(row, context, "sp2d_date", "Tanggal SP2D")


def judge_report(row: RowView, context: CheckContext) -> None:
    status = row["status"]
    if is_empty(row, "status"):
        row.note(
            "status",
            "STATUS_KOSONG",
            "error",
            "Status kosong; pilih status penyaluran dari daftar.",
        )
    if status == "TOP_UP_SUKSES" and is_empty(row, "amount"):
        row.note(
            "amount",
            "NOMINAL_KOSONG",
            "error",
            "Top up ditulis sukses tanpa nominal; isi jumlah rupiah yang masuk ke rekening.",
        )
    if status and is_empty(row, "status_date"):
        row.note(
            "status_date",
            "TANGGAL_STATUS_KOSONG",
            "warning",
            "Status tanpa tanggal, jadi urutannya tidak pasti; isi tanggal kejadiannya.",
        )
    if status in FAILED and not row["reason"]:
        row.note(
            "reason",
            "GAGAL_TANPA_ALASAN",
            "warning",
            "Status gagal tanpa alasan; isi alasannya agar dapat ditindaklanjuti.",
        )
    judge_day(row, context, "status_date", "Tanggal status")


def _amount(help: str) -> Column:
    return Column(
        "amount",
        "NOMINAL",
        cells.rupiah,
        ("JUMLAH", "JUMLAH DANA", "NILAI", "NILAI BANTUAN", "JUMLAH BANTUAN", "JUMLAH UANG"),
        required=True,
        help=help,
        content="rupiah",
    )


_RECIPIENT = {
    "card_number": "6032980000009001",
    "account_number": "001201000123509",
    "bank": "BRI",
    "nik": "6203085205839017",
    "name": "SITI RAHMAH",
    "regency": "KAPUAS",
    "district": "BASARANG",
    "village_name": "BATUAH",
}
_OTHER = _RECIPIENT | {
    "card_number": "6013010000009002",
    "account_number": "1590001234509",
    "bank": "Mandiri",
    "nik": "6203081207709018",
    "name": "MUHAMMAD YUSUF",
}
_PERIOD = {"period": "Januari-Maret 2021", "months": "3", "amount": "600000"}

DAFTAR_BAYAR = Layout(
    key="daftar_bayar",
    title="Daftar bayar (BNBA/SP2D)",
    description=(
        "Daftar penerima yang dibayar dalam satu periode, satu baris satu keluarga (KPM). Nominal"
        " adalah seluruh bulan yang dibayar sekaligus."
    ),
    columns=(
        *period_columns(),
        *card_columns(card_required=False),
        *person_columns(required=True),
        Column("kk_number", "NO KK", cells.digits16, ("NOKK", "NOMOR KK"), width=20, content="kk"),
        Column("dtks_id", "ID DTKS", cells.text, ("ID BDT", "ID KELUARGA", "ID DTSEN"), width=18),
        *place_columns(),
        Column("address", "ALAMAT", cells.text, ("ALAMAT RUMAH",), width=28),
        _amount("Rupiah bulat untuk semua bulan yang dibayar."),
        Column("sp2d_number", "NO SP2D", cells.text, ("NOMOR SP2D", "SP2D"), width=20),
        Column(
            "sp2d_date",
            "TANGGAL SP2D",
            cells.date,
            ("TGL SP2D",),
            help="Hari-bulan-tahun.",
            content="date",
        ),
    ),
    checks=(
        "Periode, nominal, dan nama harus terisi.",
        "Penerima dikenali dari nomor KKS, rekening, atau NIK.",
        "Nominal harus rupiah bulat lebih dari nol.",
        "Jumlah bulan 1 sampai 12, dan sesuai periodenya.",
        "Panjang rekening yang tidak lazim untuk banknya ditanyakan.",
        "NIK atau kartu yang dibayar dua kali dalam satu periode ditanyakan.",
    ),
    derived=("village",),
    row_rules=(
        complete_period,
        judge_recipient,
        judge_account,
        judge_payment,
        positive("amount", "Nominal"),
        find_village,
    ),
    example_rows=(
        _PERIOD
        | _RECIPIENT
        | {
            "kk_number": "6203081501159001",
            "dtks_id": "62030800219",
            "address": "JL. MELATI 12",
            "sp2d_number": "210621301009001",
            "sp2d_date": "15-02-2021",
        },
        _PERIOD | _OTHER | {"period": "Februari", "year": "2021", "months": "1"},
    ),
)

HASIL_TOP_UP = Layout(
    key="hasil_top_up",
    title="Hasil top up",
    description=(
        "Laporan bank tentang setiap pembayaran, dari penetapan sampai top up dan transaksi, satu"
        " baris satu kejadian."
    ),
    columns=(
        *period_columns(),
        *card_columns(card_required=False),
        *person_columns(required=False),
        *place_columns(),
        Column(
            "status",
            "STATUS",
            cells.choice(_SPELLINGS),
            ("STATUS PENYALURAN", "STATUS TOP UP", "HASIL", "KETERANGAN STATUS"),
            required=True,
            choices=tuple(STATUSES),
            help="Sejauh mana pembayaran berjalan.",
            width=26,
        ),
        Column(
            "status_date",
            "TANGGAL",
            cells.date,
            ("TANGGAL STATUS", "TGL STATUS", "TANGGAL TOP UP", "TGL TOP UP"),
            help="Hari-bulan-tahun kejadiannya.",
            content="date",
        ),
        _amount("Rupiah bulat yang masuk ke rekening; wajib bila top up sukses."),
        Column(
            "reason",
            "ALASAN",
            cells.text,
            ("ALASAN GAGAL", "KETERANGAN", "KETERANGAN GAGAL"),
            help="Wajib bila statusnya gagal.",
            width=32,
        ),
    ),
    checks=(
        "Status harus salah satu dari mata rantai penyaluran, tidak setelah hari ini.",
        "Top up sukses harus bernominal; status gagal tanpa alasan ditanyakan.",
        "Penerima dikenali dari nomor KKS, rekening, atau NIK.",
        "Panjang rekening yang tidak lazim untuk banknya ditanyakan.",
        "Laporan yang sama tentang satu kartu pada lebih dari satu baris ditanyakan.",
    ),
    derived=("village",),
    row_rules=(
        complete_period,
        judge_recipient,
        judge_account,
        judge_report,
        positive("amount", "Nominal"),
        find_village,
    ),
    example_rows=(
        _PERIOD | _RECIPIENT | {"status": "TOP UP SUKSES", "status_date": "18-02-2021"},
        _PERIOD
        | _OTHER
        | {
            "status": "TOP UP GAGAL",
            "status_date": "18-02-2021",
            "reason": "Rekening tidak aktif",
        },
    ),
)
