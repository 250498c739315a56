"""Both passes of matching over a province, what they find, and what simpler methods would.

Prints one line of JSON. The people are those of population.py; the true answer is used for counting
only.
"""

import argparse
import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(BASE))

import duckdb  # noqa: E402
import psutil  # noqa: E402

from benchmarks import population  # noqa: E402
from verification.matching import deterministic, engine, linkage  # noqa: E402
from verification.matching.deterministic import NIK_USABLE  # noqa: E402

DEDUPED_PERSONS = 1_000_000
THREADS = 2
MEMORY_MB = 2_500


def say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


class Peak:
    """The highest resident memory of this process, looked at every 50 ms while the block runs."""

    def __init__(self) -> None:
        self.mb = 0

    def __enter__(self) -> "Peak":
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        process = psutil.Process()
        while not self._stop.wait(0.05):
            self.mb = max(self.mb, process.memory_info().rss >> 20)


@contextmanager
def timed(figures: dict, key: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    figures[key] = round(time.monotonic() - started, 1)
    say(f"{key} {figures[key]}")


def people(directory: Path, scale: float, seed: int) -> Path:
    """The population as Parquet files, made once for every scale and seed."""
    place = directory / f"population-{scale:g}-{seed}"
    if not (place / "truth.parquet").exists():
        say(f"making the population at scale {scale:g}")
        place.mkdir(parents=True, exist_ok=True)
        with engine.workspace(memory_mb=MEMORY_MB, threads=THREADS) as connection:
            population.make(connection, scale=scale, seed=seed)
            for table in ("civil", "register", "truth"):
                connection.execute(f"COPY {table} TO '{place / table}.parquet'")
    return place


def judge(connection: duckdb.DuckDBPyConnection, links: str) -> dict[str, float]:
    """`links`: register_id, civil_id, taken (else shown to a person). Precision of those taken;
    share of the persons who have a civil record for whom it was taken or shown; share of all
    persons that are shown; share of those absent for whom a record was taken."""
    [row] = connection.execute(f"""
        WITH persons AS (
            SELECT t.id, any_value(t.civil_id) AS truth, coalesce(bool_or(taken), false) AS taken,
                count(l.register_id) > 0 AS is_linked,
                coalesce(bool_or(l.civil_id = t.civil_id), false) AS is_found
            FROM truth t LEFT JOIN {links} l ON l.register_id = t.id GROUP BY t.id)
        SELECT count(*) FILTER (taken AND is_found) / greatest(count(*) FILTER (taken), 1),
            count(*) FILTER (is_found) / count(*) FILTER (truth IS NOT NULL),
            count(*) FILTER (is_linked AND NOT taken) / count(*),
            count(*) FILTER (taken AND truth IS NULL) / count(*) FILTER (truth IS NULL)
        FROM persons""").fetchall()
    keys = ("precision", "recall", "queue_share", "false_link_share")
    return {key: round(value, 6) for key, value in zip(keys, row, strict=True)}


def nik_alone(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(f"""
        CREATE OR REPLACE TABLE links AS
        SELECT r.id AS register_id, c.id AS civil_id, true AS taken
        FROM (SELECT * FROM register WHERE {NIK_USABLE}) r JOIN civil c USING (nik)""")


def nik_and_sixty(connection: duckdb.DuckDBPyConnection) -> None:
    """The national practice: the NIK, and the name alike from 60 per cent; no queue."""
    connection.execute(f"""
        CREATE OR REPLACE TABLE links AS
        SELECT r.id AS register_id, c.id AS civil_id, true AS taken
        FROM (SELECT * FROM register WHERE {NIK_USABLE}) r JOIN civil c USING (nik)
        WHERE (1 - levenshtein(upper(r.name), upper(c.name))
            / greatest(length(r.name), length(c.name))) >= 0.6""")


def splink_defaults(connection: duckdb.DuckDBPyConnection) -> None:
    """Splink as its tutorial uses it: its comparisons for names, dates and columns, exact blocking,
    u from random pairs, m by expectation maximisation; the best candidate from a probability of
    0.95 on is taken, from 0.5 on shown."""
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    columns = "nik, name, birth_date::VARCHAR AS birth_date, sex, kk_number, mother_name, village"
    for table, source in (("splink_register", "register"), ("splink_civil", "civil")):
        connection.execute(
            f"CREATE OR REPLACE TABLE {table} AS SELECT id AS unique_id,"
            f" * EXCLUDE (id) FROM (SELECT id, {columns} FROM {source})"
        )
        for column in ("nik", "kk_number", "mother_name"):
            connection.execute(f"UPDATE {table} SET {column} = NULL WHERE {column} = ''")
    api = DuckDBAPI(connection)
    blocking = [
        block_on("nik"),
        block_on("name", "birth_date"),
        block_on("kk_number", "birth_date"),
        block_on("name", "village"),
    ]
    settings = SettingsCreator(
        link_type="link_only",
        comparisons=[
            cl.ExactMatch("nik"),
            cl.NameComparison("name"),
            cl.DateOfBirthComparison("birth_date", input_is_string=True),
            cl.ExactMatch("sex"),
            cl.ExactMatch("kk_number"),
            cl.JaroWinklerAtThresholds("mother_name"),
            cl.ExactMatch("village").configure(term_frequency_adjustments=True),
        ],
        blocking_rules_to_generate_predictions=blocking,
    )
    tables = [
        api.register(table, dataset_display_name=name)
        for table, name in (("splink_register", "a"), ("splink_civil", "b"))
    ]
    linker = Linker(tables, settings, log_level=None)
    linker.training.estimate_probability_two_random_records_match(blocking[:2], recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=linkage.SEED)
    for rule in (block_on("name", "birth_date"), block_on("nik")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule, max_pairs=1e6)
    scored = linker.inference.predict(threshold_match_probability=0.5)
    connection.execute(f"""
        CREATE OR REPLACE TABLE links AS
        SELECT unique_id_l AS register_id, unique_id_r AS civil_id,
            match_probability >= 0.95 AS taken
        FROM {scored.physical_name}
        QUALIFY row_number() OVER (PARTITION BY unique_id_l ORDER BY match_weight DESC) = 1""")
    linker.table_management.delete_tables_created_by_splink_from_db()
    connection.execute("DROP TABLE splink_register; DROP TABLE splink_civil")


METHODS = {
    "nik_alone": nik_alone,
    "nik_and_60": nik_and_sixty,
    "splink_defaults": splink_defaults,
}


def measure_matching(directory: Path, methods: list[str], figures: dict) -> None:
    with engine.workspace(memory_mb=MEMORY_MB, threads=THREADS) as connection, Peak() as peak:
        with timed(figures, "load_s"):
            for table in ("civil", "register", "truth"):
                connection.execute(f"CREATE TABLE {table} AS FROM '{directory / table}.parquet'")
        with timed(figures, "pass1_s"):
            deterministic.run(connection)
        with timed(figures, "pass2_s"):
            engine.search(connection)
        figures["peak_mb"] = peak.mb
        connection.execute("""
            CREATE TABLE links AS
            SELECT register_id, civil_id, handling = 'OTOMATIS' AS taken FROM pass1
            WHERE handling <> 'DICARI'
            UNION ALL SELECT left_id, right_id, handling = 'OTOMATIS' FROM pass2
            WHERE right_id IS NOT NULL""")
        figures |= judge(connection, "links")
        for query, key in (
            ("SELECT count(*) FROM register", "registered"),
            ("SELECT count(*) FROM civil", "civil"),
            ("SELECT count(*) FROM pass1 WHERE handling = 'DICARI'", "sought_in_pass2"),
        ):
            [(figures[key],)] = connection.execute(query).fetchall()
        figures["queue_by_rule"] = dict(
            connection.execute("""
                SELECT rule, count(DISTINCT id) FROM (
                    SELECT rule, register_id AS id FROM pass1 WHERE handling = 'ANTREAN'
                    UNION ALL SELECT rule, left_id FROM pass2 WHERE handling = 'ANTREAN')
                GROUP BY rule ORDER BY rule""").fetchall()
        )
        say(json.dumps(figures))
        for table in ("sought_cleaned", "civil_cleaned", "scored", "pass1", "pass2"):
            connection.execute(f"DROP TABLE {table}")
        figures["beside"] = {}
        for name in methods:
            beside = figures["beside"][name] = {}
            with timed(beside, "seconds"):
                METHODS[name](connection)
            beside |= judge(connection, "links")
            figures["beside"][name] = beside
            say(f"{name} {beside}")


def measure_doubles(directory: Path, figures: dict) -> None:
    with engine.workspace(memory_mb=MEMORY_MB, threads=THREADS) as connection, Peak() as peak:
        for table in ("register", "truth"):
            connection.execute(f"CREATE TABLE {table} AS FROM '{directory / table}.parquet'")
        with timed(figures, "dedupe_s"):
            engine.find_doubles(connection, "register")
        [(persons, grouped, right, shown, found, possible)] = connection.execute("""
            SELECT (SELECT count(*) FROM register), count(*) FILTER (rule = 'D1'),
                count(*) FILTER (rule = 'D1' AND a.person = b.person),
                count(*), count(*) FILTER (a.person = b.person),
                (SELECT count(*) - count(DISTINCT person) FROM truth)
            FROM doubles JOIN truth a ON a.id = left_id
            JOIN truth b ON b.id = right_id""").fetchall()
    figures["dedupe_persons"] = persons
    figures["dedupe_precision"] = round(right / max(grouped, 1), 4)
    figures["dedupe_recall"] = round(right / max(possible, 1), 4)
    figures["dedupe_shown"] = shown
    figures["dedupe_shown_recall"] = round(found / max(possible, 1), 4)
    figures["dedupe_peak_mb"] = peak.mb


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--scale", type=float, default=1.0, help="1: 2,700,000 and 700,000")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--beside", nargs="*", choices=METHODS, default=list(METHODS))
    parser.add_argument("--skip-doubles", action="store_true")
    options = parser.parse_args()
    home = BASE / "var" / "bench"
    figures: dict = {"scale": options.scale, "seed": options.seed}
    directory = people(home, options.scale, options.seed)
    measure_matching(directory, options.beside, figures)
    if not options.skip_doubles:
        wanted = options.scale * DEDUPED_PERSONS / population.REGISTERED_PERSONS
        measure_doubles(people(home, round(wanted, 6), options.seed), figures)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
