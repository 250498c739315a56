"""What a sender says of the columns of a sheet: whether it can be so, and what of it is remembered.

Pure: the changes are in uploads/column_actions.py.
"""

from collections import Counter
from collections.abc import Mapping

from spreadsheets.layout import Layout

# Refusals of a file that saying what its columns mean may overcome.
OF_COLUMNS = ("KOLOM_KURANG", "KOLOM_GANDA", "TANPA_JUDUL_KOLOM")
# Findings about a whole file that are settled by looking at its columns.
TO_CONFIRM = ("KOLOM_DARI_ISI", "KOLOM_TERTUKAR")


def objections(layout: Layout, columns: Mapping[str, str]) -> list[str]:
    """Why these columns (key: field, '' for not read) cannot be read as this layout."""
    headings = {column.field: column.heading for column in layout.columns}
    fields = [field for field in columns.values() if field]
    if not headings.keys() >= set(fields):
        return ["Kolom yang dipilih tidak ada dalam susunan lembar ini. Muat ulang halaman ini."]
    twice = [headings[field] for field, count in Counter(fields).items() if count > 1]
    missing = [column.heading for column in layout.required if column.field not in fields]
    said = [
        f"{heading} dipilih untuk lebih dari satu kolom. Pilih salah satunya, dan “Tidak dibaca”"
        " untuk yang lain."
        for heading in twice
    ]
    if missing:
        said.append(f"Belum ada kolom untuk {', '.join(missing)}. Pilih kolomnya di bawah.")
    return said


def to_remember(layout: Layout, columns: Mapping[str, str]) -> dict[str, str]:
    """What holds for the sender's next sheets as well: what unknown headings mean, and which of two
    columns of the same meaning is read.

    A known heading read as something else is the mistake of one file, and so is a column without a
    heading of its own: neither is remembered.

    >>> from spreadsheets import cells
    >>> from spreadsheets.layout import Column
    >>> layout = Layout("x", "X", (Column("nik", "NIK", cells.text, ("NO KTP",)),
    ...                            Column("name", "NAMA", cells.text)))
    >>> to_remember(layout, {"IDENTITAS": "nik", "NAMA": "name", "@C": "", "CATATAN": ""})
    {'IDENTITAS': 'nik'}
    >>> to_remember(layout, {"NOKTP": "nik", "NIK": "", "NAMA": "name"})
    {'NOKTP': 'nik', 'NIK': ''}
    >>> to_remember(layout, {"NAMA": "nik", "NIK": "name"})
    {}
    """
    known = {name: column.field for name, column in layout.by_slug.items()}
    headed = {key: field for key, field in columns.items() if not key.startswith("@")}
    remembered = {}
    for key, field in headed.items():
        if not field or known.get(key, field) != field:
            continue
        rivals = {
            other: ""
            for other, read_as in headed.items()
            if other != key and not read_as and known.get(other) == field
        }
        if rivals or key not in known:
            remembered |= {key: field} | rivals
    return remembered
