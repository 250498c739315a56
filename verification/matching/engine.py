"""Both passes, and the search for persons entered twice: from tables to tables in DuckDB."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from verification.matching import candidates, cleaning, deterministic, linkage
from verification.matching.rules import Handling, Outcome

ENGINES = ("duckdb", "spark")
_KNOWN_PAIRS = 20_000


@contextmanager
def workspace(
    directory: Path | None = None, *, memory_mb: int = 2_500, threads: int | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB that lives as long as the block; what memory cannot hold goes to `directory`."""
    place = Path(tempfile.mkdtemp(prefix="pemadanan-", dir=directory))
    connection = duckdb.connect(place / "work.duckdb")
    try:
        connection.execute(f"SET memory_limit = '{memory_mb}MB'; SET temp_directory = '{place}'")
        connection.execute("SET enable_progress_bar = false; SET preserve_insertion_order = false")
        if threads:
            connection.execute(f"SET threads = {threads}")
        yield connection
    finally:
        connection.close()
        shutil.rmtree(place)


def score(
    connection: duckdb.DuckDBPyConnection,
    left: str,
    right: str,
    target: str,
    *,
    values: linkage.Values | None = None,
    engine: str | None = None,
) -> linkage.Model | None:
    """Score the pairs of two cleaned tables into `target` (see linkage.scored_sql). `engine`: one
    of ENGINES; None means what LINKAGE_ENGINE says. Without anything to compare there is no model.
    """
    engine = engine or os.environ.get("LINKAGE_ENGINE", ENGINES[0])
    if engine not in ENGINES:
        raise ValueError(f"LINKAGE_ENGINE must be one of {ENGINES}, not {engine!r}")
    if not linkage.comparable(connection, left, right):
        connection.execute(
            f"CREATE OR REPLACE TABLE {target}"
            " (left_id BIGINT, right_id BIGINT, weight DOUBLE, probability DOUBLE)"
        )
        return None
    if engine == "spark":
        from verification.matching import spark

        return spark.score(connection, left, right, target, values=values)
    from splink import DuckDBAPI

    model = linkage.build(DuckDBAPI(connection), connection, left, right, values=values)
    predicted = model.linker.inference.predict(
        threshold_match_probability=linkage.KEPT, warning_mode="never"
    )
    connection.execute(
        f"CREATE OR REPLACE TABLE {target} AS {linkage.scored_sql(model, predicted.physical_name)}"
    )
    model.linker.table_management.delete_tables_created_by_splink_from_db()
    return model


def search(connection: duckdb.DuckDBPyConnection, *, engine: str | None = None) -> None:
    """Pass 2 after `deterministic.run`: look for those whose rule says DICARI. Makes `scored`, and
    `pass2` (see candidates.decide, left_id being the person's). A NIK that proved to be somebody
    else's is no evidence."""
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE sought AS
        SELECT r.* REPLACE (
            CASE p.outcome WHEN '{Outcome.DATA_BERBEDA}' THEN '' ELSE r.nik END AS nik)
        FROM register r JOIN pass1 p ON p.register_id = r.id
        WHERE p.handling = '{Handling.DICARI}'""")
    cleaning.clean(connection, "sought", "sought_cleaned")
    cleaning.clean(connection, "civil", "civil_cleaned")
    values = _learn(connection)
    score(connection, "sought_cleaned", "civil_cleaned", "scored", values=values, engine=engine)
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE claimed AS SELECT civil_id AS right_id FROM pass1
        WHERE handling = '{Handling.OTOMATIS}' AND civil_id IS NOT NULL""")
    candidates.decide(connection, "scored", "pass2", people="sought_cleaned", claimed="claimed")


def _learn(connection: duckdb.DuckDBPyConnection) -> linkage.Values | None:
    """The model's m from persons found by their NIK; None where there are too few."""
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE found AS SELECT r.*, p.civil_id
        FROM register r JOIN pass1 p ON p.register_id = r.id
        WHERE p.handling <> '{Handling.DICARI}' AND p.civil_id IS NOT NULL
        ORDER BY hash(r.id) LIMIT {_KNOWN_PAIRS}""")
    cleaning.clean(connection, "found", "found_cleaned")
    columns = ", ".join(f"l.{c} AS {c}_l, r.{c} AS {c}_r" for c in cleaning.COLUMNS)
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE known AS SELECT {columns} FROM found_cleaned l
        JOIN found ON found.id = l.unique_id
        JOIN civil_cleaned r ON r.unique_id = found.civil_id""")
    [(count,)] = connection.execute("SELECT count(*) FROM known").fetchall()
    if count < linkage.ENOUGH_TO_TRAIN:
        return None
    return linkage.learn(connection, "known", linkage.shipped())


def match(connection: duckdb.DuckDBPyConnection, *, engine: str | None = None) -> None:
    """Both passes over the tables `register` and `civil`; makes `pass1`, `pass2`, `scored` and
    `matched`: register_id, civil_id, rule, outcome, handling, probability (of pass 2), rank."""
    deterministic.run(connection)
    search(connection, engine=engine)
    connection.execute(f"""
        CREATE OR REPLACE TABLE matched AS
        SELECT register_id, civil_id, rule, outcome, handling, NULL::DOUBLE AS probability,
            1 AS rank
        FROM pass1 WHERE handling <> '{Handling.DICARI}'
        UNION ALL
        SELECT left_id, right_id, rule, outcome, handling, probability, rank FROM pass2""")


def link(
    connection: duckdb.DuckDBPyConnection, left: str, right: str, *, many: bool = False, engine=None
) -> None:
    """Two tables from outside (`id`, any of cleaning.FIELDS): by both passes where both have a NIK,
    else by the model alone. Makes `linked`: left_id, right_id, rule, outcome, handling,
    probability. `many`: a person may stand several times in either, and only the model speaks; else
    `right` is a registry, in which each person stands once."""
    cleaning.clean(connection, left, "left_cleaned")
    cleaning.clean(connection, right, "right_cleaned")
    if not many and _have_niks(connection, "left_cleaned", "right_cleaned"):
        for table, role in ((left, "register"), (right, "civil")):
            _as_persons(connection, table, role)
        match(connection, engine=engine)
        connection.execute("""
            CREATE OR REPLACE TABLE linked AS
            SELECT register_id AS left_id, civil_id AS right_id, rule, outcome, handling,
                probability
            FROM matched""")
        return
    score(connection, "left_cleaned", "right_cleaned", "scored", engine=engine)
    if many:
        sure, perhaps = candidates.LINKED, candidates.LIKELY
        candidates.decide_all(connection, "scored", "linked", sure=sure, perhaps=perhaps)
    else:
        candidates.decide(connection, "scored", "linked", people="left_cleaned")


def _have_niks(connection: duckdb.DuckDBPyConnection, *tables: str) -> bool:
    usable = [
        connection.execute(
            f"SELECT count(*) FROM {table} WHERE {deterministic.NIK_USABLE}"
        ).fetchall()
        for table in tables
    ]
    return all(count for [(count,)] in usable)


def _as_persons(connection: duckdb.DuckDBPyConnection, table: str, role: str) -> None:
    """A table from outside as `register` or `civil`: names as written, all else cleaned."""
    present = {row[0] for row in connection.execute(f"DESCRIBE {table}").fetchall()}
    written = ", ".join(
        f"{f'raw.{field}' if field in present else 'NULL::VARCHAR'} AS {field}"
        for field in ("name", "mother_name", "status")
    )
    others = ", ".join(
        f"cleaned.{field}"
        for field in cleaning.FIELDS
        if field not in ("name", "mother_name", "birth_date")
    )
    cleaned = "left_cleaned" if role == "register" else "right_cleaned"
    connection.execute(f"""
        CREATE OR REPLACE TABLE {role} AS
        SELECT raw.id, {written}, {others},
            try_strptime(cleaned.birth_date, '%Y%m%d')::DATE AS birth_date
        FROM {table} raw JOIN {cleaned} cleaned ON cleaned.unique_id = raw.id""")


def find_doubles(
    connection: duckdb.DuckDBPyConnection, table: str, *, engine: str | None = None
) -> None:
    """Persons of `table` (`id`, any of cleaning.FIELDS) entered twice, under whatever NIK. Makes
    `scored`, `doubles` (left_id, right_id, rule, outcome, handling, probability; all are for a
    person to decide) and `clusters` (id, cluster: the smallest id in it) of those that are sure."""
    sure, perhaps = candidates.DOUBLE, candidates.PERHAPS_DOUBLE
    cleaning.clean(connection, table, "cleaned")
    values = linkage.shipped()
    score(connection, "cleaned", "cleaned", "scored", values=values, engine=engine)
    candidates.decide_all(connection, "scored", "doubles", sure=sure, perhaps=perhaps)
    pairs = connection.execute(
        f"SELECT left_id, right_id FROM doubles WHERE rule = '{sure.code}'"
    ).fetchall()
    cluster_of = candidates.clusters(pairs)
    connection.execute("CREATE OR REPLACE TABLE clusters (id BIGINT, cluster BIGINT)")
    if cluster_of:
        connection.execute(
            "INSERT INTO clusters SELECT unnest($id::BIGINT[]), unnest($cluster::BIGINT[])",
            {"id": list(cluster_of), "cluster": list(cluster_of.values())},
        )
