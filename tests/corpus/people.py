"""Three made-up families of Kecamatan Basarang, Kapuas, of whom nothing is to be said."""

from typing import Any

HEADINGS = (
    "ID DTKS", "PROVINSI", "KABUPATEN/KOTA", "KECAMATAN", "DESA/KELUARAHAN", "ALAMAT", "DUSUN",
    "RT", "RW", "NOKK", "NIK", "NAMA", "TANGGAL LAHIR", "TEMPAT LAHIR", "JENIS KELAMIN",
    "PEKERJAAN", "NAMA IBU KANDUNG", "HUB KELUARGA", "KETERANGAN PADAN", "BANSOS BPNT",
    "BANSOS PKH", "BANSOS BPNT-PPKM", "PBI JKN",
)  # fmt: skip
OLDER_HEADINGS = (
    "ID DTKS", "PROVINSI", "KABUPATEN/KOTA", "KECAMATAN", "DESA/KELUARAHAN", "ALAMAT", "DUSUN",
    "RT", "RW", "NOMOR KK", "NOMOR NIK", "NAMA", "TANGGAL LAHIR", "TEMPAT LAHIR", "JENIS KELAMIN",
    "NAMA IBU KANDUNG", "HUBUNGAN KELUARGA",
)  # fmt: skip
OLDER_NAMES = {"NOKK": "NOMOR KK", "NIK": "NOMOR NIK", "HUB KELUARGA": "HUBUNGAN KELUARGA"}

Row = dict[str, Any]

_FAMILIES = (
    ("62030800219", "MALUEN", "JL. MELATI 12", "003", "6203081501159001"),
    ("62030800220", "BATUAH", "JL. TRANS KALIMANTAN KM 9", "001", "6203081002109002"),
    ("62030800221", "TARUNG MANUAH", "JL. HANDEL 4", "002", "6203082509129003"),
)
_MEMBERS = (
    (0, "6203085205839017", "SITI RAHMAH", "12/05/1983", "P", "PETANI", "KEPALA KELUARGA"),
    (0, "6203080707089101", "AHMAD RIFANI", "07/07/2008", "L", "PELAJAR", "ANAK"),
    (0, "6203084311119102", "NOR HIDAYAH", "03/11/2011", "P", "PELAJAR", "ANAK"),
    (1, "6203080902759018", "SUPRIADI", "09/02/1975", "L", "NELAYAN", "KEPALA KELUARGA"),
    (1, "6203086108799019", "MARLINA", "21/08/1979", "P", "PEDAGANG", "ISTRI/SUAMI"),
    (1, "6203083001049103", "RIZKI MAULANA", "30/01/2004", "L", "PELAJAR", "ANAK"),
    (1, "6203085806099104", "LATIFAH", "18/06/2009", "P", "PELAJAR", "ANAK"),
    (2, "6203081712689021", "YOHANES DEHEN", "17/12/1968", "L", "PETANI", "KEPALA KELUARGA"),
    (2, "6203084504729022", "ESTER", "05/04/1972", "P", "PETANI", "ISTRI/SUAMI"),
    (2, "6203082510999023", "MARKUS", "25/10/1999", "L", "BURUH HARIAN", "ANAK"),
)


def people(count: int = len(_MEMBERS)) -> list[Row]:
    """The first persons as rows of the 23 columns, by heading, all text."""
    return [_row(*member) for member in _MEMBERS[:count]]


def _row(family, nik, name, born, sex, work, relation) -> Row:
    register_id, village, address, rt, kk = _FAMILIES[family]
    texts = (
        register_id, "KALIMANTAN TENGAH", "KAPUAS", "BASARANG", village, address, "", rt, "001",
        kk, nik, name, born, "KUALA KAPUAS", sex, work, "MINARNI", relation, "PADAN", "YA",
        "TIDAK", "TIDAK", "YA",
    )  # fmt: skip
    return dict(zip(HEADINGS, texts, strict=True))


def older(row: Row) -> Row:
    """The row in the older layout of 17 columns."""
    return {
        OLDER_NAMES.get(heading, heading): value
        for heading, value in row.items()
        if OLDER_NAMES.get(heading, heading) in OLDER_HEADINGS
    }


def column(heading: str, *values: Any) -> list[Row]:
    """As many persons as values, with these values in one column."""
    rows = people(len(values))
    for row, value in zip(rows, values, strict=True):
        row[heading] = value
    return rows


def lines(rows: list[Row], headings: tuple[str, ...] = HEADINGS) -> list[list[Any]]:
    """Rows as lists, below a line of headings."""
    return [list(headings), *([row.get(heading, "") for heading in headings] for row in rows)]
