"""Tables and partitions as the catalog knows them: Spark's metastore here, the Glue Data Catalog on AWS.

Where Spark's setting `spark.b3.glue` is `true`, tables are created and partitions kept by Glue's own calls.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from b3_jobs.contract.schemas import ddl
from b3_jobs.errors import JobError
from b3_jobs.tables import glue_tables
from b3_jobs.tables.glue_partitions import GluePartitions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyspark.sql import SparkSession

    from b3_jobs.contract.published_table import PublishedTable
    from b3_jobs.files.storage import Storage

# A statement of this many partitions parses in milliseconds; the catalog takes them 100 a call either way.
_A_STATEMENT = 1_000


def ensure_database(spark: SparkSession, database: str, refined: Storage) -> None:
    """Creates the database at the lake's place if there is none of that name.

    Looks first: the role on AWS may look, and has no permission to create.
    """
    if not spark.catalog.databaseExists(database):
        spark.sql(f"CREATE DATABASE IF NOT EXISTS {database} LOCATION '{refined.uri()}'")


def ensure_table(spark: SparkSession, target: PublishedTable) -> None:
    """Creates the table if there is none, else holds it against the contract.

    Raises:
        JobError: if the table's columns, partitions or place differ; prints both. Nothing is ever altered.
    """
    table = target.table
    if in_glue(spark):
        glue_tables.ensure_table(_glue(), target)
    if not spark.catalog.tableExists(table):
        spark.sql(
            f"CREATE TABLE {table} ({ddl(target.columns)}, {ddl(target.partitions)}) USING parquet "
            f"PARTITIONED BY ({', '.join(target.partitions.names)}) LOCATION '{target.place.uri()}'"
        )
        return
    if difference := differs(spark, target):
        raise JobError(f"{table}: the catalog's columns are not the contract's; {difference}")
    at = location(spark, table)
    if at != target.place.uri():
        raise JobError(f"{table}: the catalog has it at {at}, --refined_path has it at {target.place.uri()}")


def differs(spark: SparkSession, target: PublishedTable) -> str | None:
    """Both the catalog's columns and the contract's, if they are not the same."""
    found = describe(spark, target.table)
    contract = f"{ddl(target.columns)}, partitioned by {ddl(target.partitions)}"
    return None if found == contract else f"catalog: {found}; contract: {contract}"


def describe(spark: SparkSession, table: str) -> str:
    """The table's columns and partitions in one line."""
    columns = spark.catalog.listColumns(table)
    data = ", ".join(f"{column.name} {column.dataType}" for column in columns if not column.isPartition)
    keys = ", ".join(f"{column.name} {column.dataType}" for column in columns if column.isPartition)
    return f"{data}, partitioned by {keys}"


def location(spark: SparkSession, table: str) -> str:
    """Where the catalog says that the table lies, written as `Storage.uri` writes it."""
    rows = spark.sql(f"DESCRIBE TABLE EXTENDED {table}").collect()
    found = next(str(row.data_type) for row in rows if row.col_name == "Location")
    scheme, _, path = found.partition(":")
    return f"file:///{path.lstrip('/')}" if scheme == "file" else found.rstrip("/")


def in_glue(spark: SparkSession) -> bool:
    """Whether tables and partitions are kept by Glue's own calls."""
    return spark.conf.get("spark.b3.glue", "false") == "true"


def tickers(spark: SparkSession, table: str, days: Iterable[date]) -> dict[date, set[str]]:
    """The tickers registered for each of these dates; asks for no other, or in Glue for the spans that hold them."""
    if in_glue(spark):
        return _partitions(table).tickers(days)
    return {day: _tickers(spark, table, day) for day in days}


def _tickers(spark: SparkSession, table: str, day: date) -> set[str]:
    rows = spark.sql(f"SHOW PARTITIONS {table} PARTITION (data_pregao = DATE '{day}')").collect()
    return {str(row.partition).rpartition("ativo=")[2] for row in rows}


def every_partition(spark: SparkSession, table: str) -> set[tuple[date, str]]:
    """All registered partitions; for the audit, which is asked to look at everything."""
    if in_glue(spark):
        return {(day, ticker) for day, tickers in _partitions(table).every().items() for ticker in tickers}
    found = set()
    for row in spark.sql(f"SHOW PARTITIONS {table}").collect():
        day, _, ticker = str(row.partition).partition("/")
        found.add((date.fromisoformat(day.removeprefix("data_pregao=")), ticker.removeprefix("ativo=")))
    return found


def add(spark: SparkSession, table: str, partitions: Iterable[tuple[date, str]]) -> None:
    """Registers partitions."""
    if in_glue(spark):
        _partitions(table).add(partitions)
        return
    for part in _statements(partitions):
        spark.sql(f"ALTER TABLE {table} ADD IF NOT EXISTS " + " ".join(f"PARTITION ({keys})" for keys in part))


def drop(spark: SparkSession, table: str, partitions: Iterable[tuple[date, str]]) -> None:
    """Forgets partitions; files are not touched, the table being external."""
    if in_glue(spark):
        _partitions(table).drop(partitions)
        return
    for part in _statements(partitions):
        spark.sql(f"ALTER TABLE {table} DROP IF EXISTS " + ", ".join(f"PARTITION ({keys})" for keys in part))


def _partitions(table: str) -> GluePartitions:
    database, _, name = table.partition(".")
    return GluePartitions(_glue(), database, name)


@cache
def _glue() -> Any:
    # On Glue it is there; off Glue only who keeps partitions in it needs it.
    import boto3
    from botocore.config import Config

    return boto3.client("glue", config=Config(retries={"mode": "standard", "max_attempts": 10}))


def _statements(partitions: Iterable[tuple[date, str]]) -> list[list[str]]:
    keys = [f"data_pregao = DATE '{day}', ativo = '{ticker}'" for day, ticker in sorted(partitions)]
    return [keys[start : start + _A_STATEMENT] for start in range(0, len(keys), _A_STATEMENT)]
