"""What was bought with the aid, as agents and banks report it."""

from beneficiaries.row_rules import is_empty, judge_day
from distribution.sheets.cleaners import BANK_NAMES, bank, card_number, decimal, moment
from distribution.sheets.common import positive
from spreadsheets import cells
from spreadsheets.layout import CheckContext, Column, Layout, RowView
from spreadsheets.words import thousands

# DOMAIN section 3.
FOOD_GROUPS = {
    "KARBOHIDRAT": "KARBOHIDRAT",
    "PROTEIN HEWANI": "PROTEIN_HEWANI",
    "PROTEIN NABATI": "PROTEIN_NABATI",
    "VITAMIN DAN MINERAL": "VITAMIN_MINERAL",
}
_SPELLINGS = FOOD_GROUPS | {
    "SUMBER KARBOHIDRAT": "KARBOHIDRAT",
    "SUMBER PROTEIN HEWANI": "PROTEIN_HEWANI",
    "HEWANI": "PROTEIN_HEWANI",
    "SUMBER PROTEIN NABATI": "PROTEIN_NABATI",
    "NABATI": "PROTEIN_NABATI",
    "VITAMIN": "VITAMIN_MINERAL",
    "MINERAL": "VITAMIN_MINERAL",
    "SUMBER VITAMIN DAN MINERAL": "VITAMIN_MINERAL",
    "VITAMIN & MINERAL": "VITAMIN_MINERAL",
}
_MUST = {
    "transaction_number": (
        "TRANSAKSI_KOSONG",
        "Nomor transaksi kosong; salin dari struk.",
    ),
    "purchased_at": ("WAKTU_KOSONG", "Waktu transaksi kosong; isi tanggal dan jamnya."),
    "agent_id": ("AGEN_KOSONG", "ID agen kosong; isi nomor agen atau e-Warung tempat membeli."),
    "card_number": ("KKS_KOSONG", "Nomor KKS kosong; isi 16 angka pada kartu."),
    "amount": ("NOMINAL_KOSONG", "Nominal kosong; isi jumlah rupiah seluruh transaksi."),
}


def judge_purchase(row: RowView, context: CheckContext) -> None:
    for field, (code, message) in _MUST.items():
        if is_empty(row, field):
            row.note(field, code, "error", message)
    judge_day(row, context, "purchased_at", "Waktu transaksi")


def judge_goods(row: RowView, context: CheckContext) -> None:
    """A line of goods has a name, and costs no more than the whole transaction."""
    if not row["commodity"] and any(row[name] for name in ("food_group", "quantity", "price")):
        row.note(
            "commodity",
            "KOMODITAS_KOSONG",
            "warning",
            "Ada jumlah atau harga tanpa nama komoditas; isi nama barangnya.",
        )
    if not (row["quantity"] and row["price"] and row["amount"]):
        return
    worth = round(float(row["quantity"]) * int(row["price"]))
    if worth > int(row["amount"]):
        row.note(
            "amount",
            "BARANG_MELEBIHI_NOMINAL",
            "warning",
            f"Jumlah kali harga barang Rp{thousands(worth)} melebihi nominal transaksi; periksa"
            " jumlah, harga, dan nominalnya.",
        )


def quantity_is_not_negative(row: RowView, context: CheckContext) -> None:
    if row["quantity"].startswith("-"):
        row.note(
            "quantity",
            "JUMLAH_NEGATIF",
            "error",
            "Jumlah barang negatif; pembatalan dicatat sebagai pembatalan, bukan pembelian.",
        )


TRANSAKSI = Layout(
    key="transaksi",
    title="Transaksi pembelian",
    description=(
        "Pembelian di agen dan e-Warung. Satu baris satu barang; transaksi dengan beberapa barang"
        " ditulis beberapa baris dengan nomor transaksi dan nominal yang sama."
    ),
    columns=(
        Column(
            "transaction_number",
            "NO TRANSAKSI",
            cells.text,
            ("NOMOR TRANSAKSI", "ID TRANSAKSI", "NO REFERENSI", "NOMOR REFERENSI", "NO STRUK"),
            required=True,
            help="Nomor dari struk, EDC, atau aplikasi bank.",
            width=22,
        ),
        Column(
            "purchased_at",
            "WAKTU TRANSAKSI",
            moment,
            ("TANGGAL TRANSAKSI", "TGL TRANSAKSI", "WAKTU", "TANGGAL", "TANGGAL DAN JAM"),
            required=True,
            help="Hari-bulan-tahun jam:menit (WIB).",
            width=20,
        ),
        Column(
            "agent_id",
            "ID AGEN",
            cells.text,
            ("NO AGEN", "NOMOR AGEN", "KODE AGEN", "ID E-WARUNG", "ID MERCHANT", "TID", "MID"),
            required=True,
            width=18,
        ),
        Column("agent_name", "NAMA AGEN", cells.text, ("NAMA E-WARUNG", "MERCHANT"), width=26),
        Column(
            "bank",
            "BANK",
            bank,
            ("NAMA BANK", "BANK PENYALUR", "KODE BANK"),
            choices=tuple(BANK_NAMES.values()),
            width=11,
        ),
        Column(
            "card_number",
            "NO KKS",
            card_number,
            ("NOMOR KKS", "NO. KARTU", "NOMOR KARTU", "KKS"),
            required=True,
            help="16 angka, disimpan sebagai teks.",
            width=20,
            content="card",
        ),
        Column(
            "name", "NAMA KPM", cells.name, ("NAMA", "NAMA PENERIMA", "NAMA PENGURUS"), width=26
        ),
        Column(
            "amount",
            "NOMINAL",
            cells.rupiah,
            ("JUMLAH TRANSAKSI", "NILAI TRANSAKSI", "TOTAL", "NILAI"),
            required=True,
            help="Rupiah bulat seluruh transaksi.",
            content="rupiah",
        ),
        Column("commodity", "KOMODITAS", cells.text, ("BARANG", "NAMA BARANG", "JENIS BARANG")),
        Column(
            "food_group",
            "KELOMPOK GIZI",
            cells.choice(_SPELLINGS, level="warning"),
            ("KELOMPOK PANGAN", "SUMBER GIZI", "KELOMPOK"),
            choices=tuple(FOOD_GROUPS),
            width=20,
        ),
        Column("quantity", "JUMLAH", decimal, ("KUANTITAS", "QTY", "BANYAK", "VOLUME"), width=10),
        Column("unit", "SATUAN", cells.text, ("UNIT",), width=10),
        Column(
            "price",
            "HARGA SATUAN",
            cells.rupiah,
            ("HARGA", "HARGA PER SATUAN"),
            help="Rupiah bulat untuk satu satuan.",
            content="rupiah",
        ),
    ),
    checks=(
        "Nomor transaksi, waktu, ID agen, nomor KKS, dan nominal harus terisi.",
        "Nominal harus rupiah bulat lebih dari nol; pembatalan bukan pembelian negatif.",
        "Waktu transaksi tidak boleh setelah hari ini.",
        "Jumlah kali harga barang yang melebihi nominal ditanyakan.",
        "Nomor transaksi dengan barang yang sama pada lebih dari satu baris ditanyakan.",
    ),
    row_rules=(
        judge_purchase,
        positive("amount", "Nominal"),
        positive("quantity", "Jumlah barang"),
        quantity_is_not_negative,
        judge_goods,
    ),
    example_rows=(
        {
            "transaction_number": "TRX-2021100500917",
            "purchased_at": "05-10-2021 09:41",
            "agent_id": "EW-620308-9001",
            "agent_name": "E-WARONG BERKAH BASARANG",
            "bank": "BRI",
            "card_number": "6032980000009001",
            "name": "SITI RAHMAH",
            "amount": "200000",
            "commodity": "Beras",
            "food_group": "KARBOHIDRAT",
            "quantity": "10",
            "unit": "kg",
            "price": "12500",
        },
        {
            "transaction_number": "TRX-2021100500917",
            "purchased_at": "05-10-2021 09:41",
            "agent_id": "EW-620308-9001",
            "bank": "BRI",
            "card_number": "6032980000009001",
            "name": "SITI RAHMAH",
            "amount": "200000",
            "commodity": "Telur ayam",
            "food_group": "PROTEIN HEWANI",
            "quantity": "2,5",
            "unit": "kg",
            "price": "26000",
        },
    ),
)
