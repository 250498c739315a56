"""Records made comparable, a whole table at once in DuckDB, whatever fields there are.

A cleaned table has the columns of COLUMNS, text or NULL, the same for a register, a civil registry
and a file from outside.
"""

import duckdb

from beneficiaries import identity
from verification.matching.levels import DIGRAPHS, DOUBLED, LETTERS

# Fields of a record that are compared, by the names of the register.
FIELDS = (
    "nik",
    "name",
    "birth_date",
    "birth_place",
    "sex",
    "kk_number",
    "mother_name",
    "village",
    "address",
    "rt",
    "rw",
)

# What a cleaned record has: the fields, and what blocking and comparing derive from them. `key`:
# the words of the name as they sound, in alphabetical order. `birth_key`: the birth date with the
# smaller of day and month first, so that a swapped one is equal.
COLUMNS = (
    *FIELDS, "name_key", "first_word", "last_word", "initial", "begin", "mother_key",
    "mother_first", "birth_key", "birth_year", "birth_day", "nik_stem", "residence",
)  # fmt: skip

# Names of three letters and more to a word, with none of these words, are in normal form already.
_SPECIAL = sorted(
    identity.TITLES_BEFORE
    | identity.DEGREES
    | identity.SHORT_DEGREES
    | identity.ABBREVIATED_NAMES.keys()
    | {"BIN", "BINTI", "BINTE", "BTE", "BTI", "ALIAS", "ALS"}
)
_NO_NUMBER = ("", "0", "BELUMADA", "TIDAKADA", "NULL", "NA", "NAN", "NONE")
_MEN = ("L", "LK", "LAKI", "LAKILAKI", "PRIA", "M", "MALE", "MAN")
_WOMEN = ("P", "PR", "PEREMPUAN", "WANITA", "W", "F", "FEMALE", "WOMAN")
_DATE = r"^(\d{1,4})[-/. ](\d{1,2})[-/. ](\d{1,4})(?:[ T].*)?$"


def is_normal_sql(name: str) -> str:
    """SQL: normalise_name would leave this name as it is."""
    return (
        f"regexp_full_match({name}, '[A-Z]{{3,}}( [A-Z]{{3,}})*')"
        f" AND NOT regexp_matches({name}, '\\b({'|'.join(_SPECIAL)})\\b')"
    )


def _replaced(text: str, pairs: tuple[tuple[str, str], ...]) -> str:
    """Most names have none of them: one search spares as many replacements."""
    sql = text
    for written, spoken in pairs:
        sql = f"replace({sql}, '{written}', '{spoken}')"
    found = "|".join(written for written, _ in pairs)
    return f"CASE WHEN regexp_matches({text}, '{found}') THEN {sql} ELSE {text} END"


def sounding_sql(name: str, source: str) -> str:
    """SQL: the table `source` with a column `{name}_sound`, the name as levels.sounds gives it."""
    spelt = f"SELECT *, {_replaced(name, DIGRAPHS)} AS spelt FROM ({source})"
    written, spoken = LETTERS
    spelt = f"SELECT * REPLACE (translate(spelt, '{written}', '{spoken}') AS spelt) FROM ({spelt})"
    return f"SELECT * EXCLUDE spelt, {_replaced('spelt', DOUBLED)} AS {name}_sound FROM ({spelt})"


def _words(text: str) -> str:
    return f"nullif(trim(regexp_replace(upper(strip_accents({text})), '[^A-Z0-9]+', ' ', 'g')), '')"


def _number(text: str) -> str:
    bare = f"regexp_replace(upper({text}), '[^0-9A-Z]', '', 'g')"
    return f"CASE WHEN {bare} NOT IN {_NO_NUMBER} THEN {bare} END"


def _sex(text: str) -> str:
    bare = f"regexp_replace(upper({text}), '[^0-9A-Z]', '', 'g')"
    return f"CASE WHEN {bare} IN {_MEN} THEN 'L' WHEN {bare} IN {_WOMEN} THEN 'P' ELSE {bare} END"


def _place(text: str) -> str:
    return (
        f"CASE WHEN regexp_full_match(trim({text}), '[0-9]{{2}}(\\.[0-9]{{2}}){{2}}\\.[0-9]{{4}}')"
        f" THEN trim({text}) ELSE {_words(text)} END"
    )


def _date(text: str, month_first: bool) -> str:
    """YYYYMMDD of a written date. What is in no calendar or lost a digit can still be compared."""
    first, second, third = (f"regexp_extract({text}, '{_DATE}', {n})" for n in (1, 2, 3))
    day, month = (second, first) if month_first else (first, second)
    bare = f"trim({text})"
    return f"""CASE
        WHEN regexp_matches({text}, '{_DATE}') AND length({first}) = 4
            THEN {first} || lpad({second}, 2, '0') || lpad({third}, 2, '0')
        WHEN regexp_matches({text}, '{_DATE}') AND length({third}) = 4
            THEN {third} || lpad({month}, 2, '0') || lpad({day}, 2, '0')
        WHEN regexp_full_match({bare}, '(18|19|20)[0-9]{{6}}') THEN {bare}
        WHEN regexp_full_match({bare}, '[0-9]{{4}}(18|19|20)[0-9]{{2}}')
            THEN right({bare}, 4) || {bare}[3:4] || left({bare}, 2)
        WHEN regexp_full_match({bare}, '[0-9]{{6,9}}') THEN {bare} END"""


def _writes_month_first(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    """Whether dates like 03/25/1980 are in the table, and none like 25/03/1980."""
    [(months, days)] = connection.execute(f"""
        WITH parts AS (SELECT regexp_extract(birth_date, '^(\\d\\d?)[-/. ](\\d\\d?)[-/. ]\\d{{4}}',
            ['a', 'b']) AS p FROM {table})
        SELECT count(*) FILTER (try_cast(p.b AS INT) > 12),
            count(*) FILTER (try_cast(p.a AS INT) > 12)
        FROM parts""").fetchall()
    return months > 0 and days == 0


def clean(connection: duckdb.DuckDBPyConnection, source: str, target: str) -> None:
    """From the table `source` (`id`, and any of FIELDS, of any type) make `target`: `unique_id`
    (the id) and COLUMNS."""
    described = connection.execute(f"DESCRIBE {source}").fetchall()
    present = {column for column, *_ in described}
    texts = ", ".join(
        f"{field}::VARCHAR AS {field}" if field in present else f"NULL::VARCHAR AS {field}"
        for field in FIELDS
    )
    raw = f"{target}_raw"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {raw} AS SELECT id, {texts} FROM {source}")
    month_first = _writes_month_first(connection, raw)
    _normal_names(connection, raw)
    key = "array_to_string(list_sort(string_split({0}, ' ')), ' ')"
    connection.execute(f"""
        CREATE OR REPLACE TABLE {target} AS
        WITH names AS (
            SELECT r.id, {_number("nik")} AS nik, {_number("kk_number")} AS kk_number,
                {_date("birth_date", month_first)} AS birth_date, {_sex("nullif(sex, '')")} AS sex,
                {_words("birth_place")} AS birth_place, {_place("village")} AS village,
                {_words("address")} AS address, nullif(ltrim(rt, '0 '), '') AS rt,
                nullif(ltrim(rw, '0 '), '') AS rw,
                nullif(CASE WHEN n.raw IS NULL THEN upper(r.name) ELSE n.normal END, '') AS name,
                nullif(CASE WHEN m.raw IS NULL THEN upper(r.mother_name) ELSE m.normal END, '')
                    AS mother_name
            FROM {raw} r LEFT JOIN normal_names n ON n.raw = r.name
            LEFT JOIN normal_names m ON m.raw = r.mother_name),
        sounding AS ({sounding_sql("mother_name", sounding_sql("name", "FROM names"))})
        SELECT id AS unique_id, {", ".join(FIELDS)}, {key.format("name_sound")} AS name_key,
            string_split(name_sound, ' ')[1] AS first_word,
            string_split(name_sound, ' ')[-1] AS last_word,
            left(name_sound, 1) AS initial, left(name_sound, 3) AS begin,
            {key.format("mother_name_sound")} AS mother_key,
            string_split(mother_name_sound, ' ')[1] AS mother_first,
            left(birth_date, 4) || least(birth_date[5:6], birth_date[7:8])
                || greatest(birth_date[5:6], birth_date[7:8]) AS birth_key,
            left(birth_date, 4) AS birth_year, right(birth_date, 4) AS birth_day,
            CASE WHEN length(nik) BETWEEN 15 AND 17 THEN left(nik, 12) END AS nik_stem,
            coalesce(village, '') || '|' || address || '|' || coalesce(rt, '') || '|'
                || coalesce(rw, '') AS residence
        FROM sounding""")
    connection.execute(f"DROP TABLE temp.{raw}; DROP TABLE temp.normal_names")


def _normal_names(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """Table `normal_names` of the names and mothers' names that are more than plain words."""
    raw = connection.execute(f"""
        SELECT DISTINCT written FROM (
            SELECT unnest([name, mother_name]) AS written FROM {table})
        WHERE written <> '' AND NOT ({is_normal_sql("upper(written)")})
        ORDER BY written""").fetchall()
    names = [name for (name,) in raw]
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE normal_names AS"
        " SELECT unnest($raw::VARCHAR[]) AS raw, unnest($normal::VARCHAR[]) AS normal",
        {"raw": names, "normal": [identity.normalise_name(name) for name in names]},
    )
