"""A layout for the tests of this package: the 23 BNBA columns and two row rules."""

from spreadsheets import cells
from spreadsheets.layout import CheckContext, Column, Layout, RowView

RELATION = cells.choice(
    {"KEPALA KELUARGA": "KEPALA", "ISTRI": "ISTRI", "SUAMI": "SUAMI", "ANAK": "ANAK"}
)


def born_before_today(row: RowView, context: CheckContext) -> None:
    if row["birth_date"] > context.today.isoformat():
        row.note("birth_date", "TANGGAL_DEPAN", "error", "Tanggal lahir melewati hari ini.")


def place_in_one_line(row: RowView, context: CheckContext) -> None:
    row.set("place", f"{row['village']}, {row['district']}")


BNBA = Layout(
    key="uji_bnba",
    title="BNBA uji",
    columns=(
        Column("register_id", "ID DTKS", cells.text, required=True, example="6271000000000001"),
        Column("province", "PROVINSI", cells.name),
        Column("regency", "KABUPATEN/KOTA", cells.name, aliases=("KABUPATEN",)),
        Column("district", "KECAMATAN", cells.name, example="PAHANDUT"),
        Column("village", "DESA/KELURAHAN", cells.name, ("DESA/KELUARAHAN", "DESA"), width=24),
        Column("address", "ALAMAT", cells.text),
        Column("hamlet", "DUSUN", cells.text),
        Column("rt", "RT", cells.rt),
        Column("rw", "RW", cells.rw),
        Column("kk", "NOKK", cells.digits16, ("NO KK", "NOMOR KK"), example="6271010101109001"),
        Column(
            "nik",
            "NIK",
            cells.digits16,
            ("NOMOR NIK", "NO. KTP", "NIK ART"),
            required=True,
            example="6271015508809001",
            help="16 angka sesuai KTP-el.",
        ),
        Column("name", "NAMA", cells.name, ("NAMA ART",), required=True, example="SITI AMINAH"),
        Column("birth_date", "TANGGAL LAHIR", cells.date, ("TGL LAHIR",), example="15-08-1980"),
        Column("birth_place", "TEMPAT LAHIR", cells.name),
        Column("sex", "JENIS KELAMIN", cells.sex, ("L/P",), choices=("L", "P"), example="P"),
        Column("occupation", "PEKERJAAN", cells.name),
        Column("mother", "NAMA IBU KANDUNG", cells.name),
        Column("relation", "HUB KELUARGA", RELATION, choices=("KEPALA KELUARGA", "ISTRI", "ANAK")),
        Column("match_note", "KETERANGAN PADAN", cells.text),
        Column("bpnt", "BANSOS BPNT", cells.yes_no, choices=("YA", "TIDAK")),
        Column("pkh", "BANSOS PKH", cells.yes_no),
        Column("ppkm", "BANSOS BPNT-PPKM", cells.yes_no),
        Column("pbi", "PBI JKN", cells.yes_no),
    ),
    derived=("place",),
    row_rules=(born_before_today, place_in_one_line),
)

MERGED = Layout(
    key="uji_gabung",
    title="Daftar uji",
    columns=(
        Column("district", "KECAMATAN", cells.name, fill_down=True),
        Column("name", "NAMA", cells.name, required=True),
        Column("nik", "NIK", cells.digits16, required=True),
        Column("paid", "NILAI", cells.rupiah),
    ),
)
