"""Pass 1 over a whole register at once, in DuckDB: the levels and rules of `levels` and `rules`."""

import duckdb

from beneficiaries.identity import NIK_PATTERN
from verification.matching import levels, rules

# Columns of a table of persons beside `id`: text but for birth_date. Civil records have `status`.
FIELDS = ("nik", "name", "birth_date", "sex", "kk_number", "village")

# DuckDB's expressions know no (?!0000).
NIK_USABLE = (
    f"(regexp_full_match(nik, '{NIK_PATTERN.replace('(?!0000)', '')}') AND nik NOT LIKE '%0000')"
)


def run(connection: duckdb.DuckDBPyConnection) -> None:
    """From the tables `register` and `civil` (`id` unique in each, FIELDS, missing text empty or
    NULL) make `pass1`: for every person of the register `register_id`, `civil_id` (of the record
    under the NIK; NULL without one and where there are several), the code of the `rule`, `outcome`,
    `handling`, `proposal`, and the evidence, a level of each field.
    """
    compared = ", ".join(
        f"{levels.level_sql(field, f'r.{field}', f'c.{field}')} AS {field}"
        for field in levels.LEVELS
    )
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE found AS
        SELECT r.id AS register_id, c.id AS civil_id, r.name AS a, c.name AS b,
            coalesce(c.status, '{rules.STATUSES[0]}') AS status, {compared},
            count(*) OVER (PARTITION BY r.id) AS records
        FROM (SELECT * FROM register WHERE {NIK_USABLE}) r JOIN civil c USING (nik)""")
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE born_together AS
        SELECT id, name, dense_rank() OVER (ORDER BY kk_number, birth_date, sex) AS birth FROM (
            SELECT *, count(*) OVER (PARTITION BY kk_number, birth_date, sex) AS children FROM civil
            WHERE kk_number <> '' AND birth_date IS NOT NULL)
        WHERE children > 1;
        CREATE OR REPLACE TEMP TABLE twins AS
        SELECT found.civil_id, found.a, other.name AS b
        FROM found JOIN born_together own ON own.id = found.civil_id
        JOIN born_together other ON other.birth = own.birth AND other.id <> own.id""")
    _compare_names(connection)
    name = f"CASE WHEN a = b AND trim(a) <> '' THEN '{levels.SAME}' ELSE n.name END"
    fields = ", ".join(levels.LEVELS)
    nothing = ", ".join(f"'{levels.MISSING}' AS {field}" for field in ("name", *levels.LEVELS))
    connection.execute(f"""
        CREATE OR REPLACE TABLE pass1 AS
        WITH like_a_twin AS (
            SELECT DISTINCT civil_id, a, 'TWIN' AS twin
            FROM twins LEFT JOIN name_levels n USING (a, b)
            WHERE {name} IN ({", ".join(map(repr, sorted(rules.LIKE_A_TWIN)))})),
        named AS (
            SELECT found.* EXCLUDE (b), coalesce({name}, '{levels.MISSING}') AS name,
                coalesce(twin, '{rules.TWINS[0]}') AS twin
            FROM found LEFT JOIN name_levels n USING (a, b)
            LEFT JOIN like_a_twin USING (civil_id, a)),
        counted AS (
            SELECT *, ({rules.condition_sql(rules.FITS)})::INT AS fits,
                sum(fits) OVER (PARTITION BY civil_id) AS fitting
            FROM named),
        evidence AS (
            SELECT register_id, civil_id, name, status, twin, {fields},
                CASE WHEN records > 1 THEN 'SEVERAL' WHEN fitting > fits THEN 'SHARED'
                    ELSE 'FOUND' END AS nik
            FROM counted
            UNION ALL BY NAME
            SELECT r.id AS register_id, '{rules.STATUSES[0]}' AS status,
                '{rules.TWINS[0]}' AS twin, {nothing},
                CASE WHEN coalesce(trim(r.nik), '') = '' THEN 'MISSING' WHEN {NIK_USABLE}
                    THEN 'NOT_FOUND' ELSE 'INVALID' END AS nik
            FROM register r ANTI JOIN found ON found.register_id = r.id),
        ruled AS (SELECT *, {rules.rules_sql()} AS rule FROM evidence)
        SELECT register_id, CASE WHEN nik <> 'SEVERAL' THEN civil_id END AS civil_id, rule,
            outcome, handling, proposal, nik, status, twin, name, {fields}
        FROM ruled JOIN ({_rules_table()}) USING (rule)
        QUALIFY row_number() OVER (PARTITION BY register_id ORDER BY civil_id) = 1""")
    for table in ("found", "born_together", "twins", "name_levels"):
        connection.execute(f"DROP TABLE temp.{table}")


def _compare_names(connection: duckdb.DuckDBPyConnection) -> None:
    """Table `name_levels` of the pairs of names that are not written alike."""
    pairs = connection.execute(
        "SELECT a, b FROM found WHERE a <> b UNION SELECT a, b FROM twins WHERE a <> b ORDER BY ALL"
    ).fetchall()
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE name_levels AS"
        " SELECT unnest($a::VARCHAR[]) AS a, unnest($b::VARCHAR[]) AS b,"
        " unnest($name::VARCHAR[]) AS name",
        {
            "a": [a for a, _ in pairs],
            "b": [b for _, b in pairs],
            "name": [levels.name_level(a, b) for a, b in pairs],
        },
    )


def _rules_table() -> str:
    rows = ", ".join(
        f"('{rule.code}', '{rule.outcome}', '{rule.handling}', '{rule.proposal}')"
        for rule in rules.RULES
    )
    return f"SELECT * FROM (VALUES {rows}) t(rule, outcome, handling, proposal)"
