"""Plain files as tables, and links as a plain file."""

import codecs
import csv
import re
from pathlib import Path

import duckdb

from verification.matching import cleaning

ID = "id"
_KNOWN = (ID, *cleaning.FIELDS, "status")
_PIECE = 1 << 20


class FileRefused(Exception):
    """The message is one Indonesian sentence for the user."""


def read(connection: duckdb.DuckDBPyConnection, path: Path, table: str) -> list[str]:
    """Make `table` from a file with headings, separated by comma, semicolon, tab or bar, in UTF-8
    or cp1252: `id` (number of the row from 1), `given_id` (its column id; without one the number),
    and the columns named as the fields of the register. Gives the fields found."""
    if not path.is_file():
        raise FileRefused(f"Berkas {path} tidak ditemukan; periksa letak dan namanya.")
    if not path.stat().st_size:
        raise FileRefused(f"Berkas {path} kosong; kirim berkas yang berisi judul kolom dan data.")
    readable = _in_utf8(path)
    delimiter, headings = _headings(readable)
    columns = {
        re.sub(r"\W+", "_", heading.strip().lower()): n for n, heading in enumerate(headings)
    }
    fields = [field for field in cleaning.FIELDS if field in columns]
    if not fields:
        raise FileRefused(
            f"Berkas {path} tidak memuat satu pun kolom yang dikenal"
            f" ({', '.join(cleaning.FIELDS)}); sesuaikan judul kolomnya."
        )
    names = {f"c{n}": "VARCHAR" for n in range(len(headings))}
    taken = [f"c{columns[field]} AS {field}" for field in _KNOWN if field in columns]
    given = f"c{columns[ID]}" if ID in columns else "n::VARCHAR"
    connection.execute("SET preserve_insertion_order = true")  # rows are numbered
    try:
        connection.execute(
            f"""CREATE OR REPLACE TABLE {table} AS
            SELECT n AS id, coalesce({given}, '') AS given_id,
                {", ".join(column for column in taken if not column.endswith(" AS id"))}
            FROM (SELECT *, row_number() OVER () AS n FROM read_csv($path, delim = $delimiter,
                header = true, columns = {names}, quote = '"', escape = '"', nullstr = '',
                null_padding = true, parallel = false, auto_detect = false))""",
            {"path": str(readable), "delimiter": delimiter},
        )
    except duckdb.Error as error:
        raise FileRefused(
            f"Berkas {path} tidak dapat dibaca sebagai CSV;"
            " periksa pemisah kolom dan tanda kutipnya."
        ) from error
    finally:
        if readable != path:
            readable.unlink()
    return fields


def _in_utf8(path: Path) -> Path:
    """The file itself, or a copy of it in UTF-8 beside the temporary files."""
    import tempfile

    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    with path.open("rb") as source:
        try:
            begins_with_mark = source.read(3) == codecs.BOM_UTF8
            source.seek(0)
            while piece := source.read(_PIECE):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
            encoding = "utf-8-sig" if begins_with_mark else ""
        except UnicodeDecodeError:
            encoding = "cp1252"
    if not encoding:
        return path
    with (
        path.open(encoding=encoding, errors="replace", newline="") as source,
        tempfile.NamedTemporaryFile("w", encoding="utf-8", newline="", delete=False) as copy,
    ):
        while text := source.read(_PIECE):
            copy.write(text)
    return Path(copy.name)


def _headings(path: Path) -> tuple[str, list[str]]:
    with path.open(encoding="utf-8", newline="") as source:
        line = source.readline()
        delimiter = max(",;\t|", key=line.count)
        source.seek(0)
        return delimiter, next(csv.reader(source, delimiter=delimiter))
