"""The same declared model on Splink's Spark engine, for what is larger than one machine.

Needs requirements-spark.txt and Java 17. SPARK_MASTER names the cluster, without it Spark runs on
this machine. Cleaned tables go to Spark as Parquet files, and the scored pairs come back so: TMPDIR
must be a directory that all machines of the cluster see.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from verification.matching import linkage

# Of a single machine: with Spark's own 200 parts a small batch takes minutes.
_LOCAL_PARTITIONS = 8


@contextmanager
def _session(directory: Path) -> Iterator:
    from pyspark.sql import SparkSession

    master = os.environ.get("SPARK_MASTER", "local[*]")
    builder = SparkSession.builder.appName("pemadanan").master(master)
    if master.startswith("local"):
        builder = (
            builder.config("spark.sql.shuffle.partitions", str(_LOCAL_PARTITIONS))
            .config("spark.default.parallelism", str(_LOCAL_PARTITIONS))
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
        )
    session = (
        builder.config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.warehouse.dir", str(directory / "warehouse"))
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    session.sparkContext.setCheckpointDir(str(directory / "checkpoints"))
    try:
        yield session
    finally:
        session.stop()


def score(
    connection: duckdb.DuckDBPyConnection,
    left: str,
    right: str,
    target: str,
    *,
    values: linkage.Values | None = None,
) -> linkage.Model:
    """As engine.score."""
    from splink import SparkAPI

    with tempfile.TemporaryDirectory(prefix="pemadanan-spark-") as place:
        directory = Path(place)
        for table in {left, right}:
            connection.execute(f"COPY {table} TO '{directory / table}.parquet'")
        with _session(directory) as session:
            # The model uses Spark's own functions only, none of the library that Splink brings.
            api = SparkAPI(spark_session=session, register_udfs_automatically=False)
            sources = [
                session.read.parquet(str(directory / f"{table}.parquet")) for table in (left, right)
            ]
            model = linkage.build(api, connection, left, right, sources=sources, values=values)
            predicted = model.linker.inference.predict(
                threshold_match_probability=linkage.KEPT, warning_mode="never"
            )
            scored = session.sql(linkage.scored_sql(model, predicted.physical_name))
            scored.write.parquet(str(directory / "scored"))
        connection.execute(
            f"CREATE OR REPLACE TABLE {target} AS FROM '{directory / 'scored'}/*.parquet'"
        )
    return model
