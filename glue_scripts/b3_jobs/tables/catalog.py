"""Tables and partitions in the catalog: Spark's metastore, or the Glue Data Catalog on AWS.

If `spark.b3.glue` is `true`, Glue's own API makes tables, and partitions by date and ticker. The
Iceberg table is in PyIceberg's catalog instead (`iceberg_catalog`).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from b3_jobs.contract.schemas import ddl
from b3_jobs.errors import JobError
from b3_jobs.tables import derby_partitions, glue_tables, iceberg_catalog
from b3_jobs.tables.glue_partitions import GluePartitions
from b3_jobs.tables.quote_files import key_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from pyspark.sql import SparkSession

    from b3_jobs.contract.published_table import PublishedTable
    from b3_jobs.files.storage import Storage

# Partitions in one statement, which parses in milliseconds.
_PARTITIONS_A_STATEMENT = 1_000


def ensure_database(spark: SparkSession, database: str, refined: Storage) -> None:
    """Creates the database in the lake's folder if it does not exist.

    It asks first, because the role on AWS has no permission to create a database.
    """
    if not spark.catalog.databaseExists(database):
        spark.sql(f"CREATE DATABASE IF NOT EXISTS {database} LOCATION {_literal(refined.uri())}")


def exists(spark: SparkSession, table: PublishedTable) -> bool:
    """Whether the catalog has the table."""
    return iceberg_catalog.exists(table) if table.in_iceberg else spark.catalog.tableExists(str(table))


def ensure_table(spark: SparkSession, table: PublishedTable) -> None:
    """Creates the table if it does not exist; never alters one that does.

    Raises:
        JobError: if the columns, partitions or place of an existing table differ, with both.
    """
    if table.in_iceberg:
        iceberg_catalog.ensure_table(table)
        return
    if in_glue(spark):
        glue_tables.ensure_table(_glue(), table)
    if not spark.catalog.tableExists(str(table)):
        spark.sql(
            f"CREATE TABLE {table} ({ddl(table.columns)}, {ddl(table.partitions)}) USING parquet "
            f"PARTITIONED BY ({', '.join(table.partitions.names)}) LOCATION {_literal(table.place.uri())}"
        )
        return
    if difference := differs(spark, table):
        raise JobError(f"{table}: the catalog's columns are not the contract's; {difference}")
    at = location(spark, table)
    if at != table.place.uri():
        raise JobError(f"{table}: the catalog has it at {at}, --refined_path has it at {table.place.uri()}")


def _literal(text: str) -> str:
    """The text as a literal of Spark SQL."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def differs(spark: SparkSession, table: PublishedTable) -> str | None:
    """The catalog's columns and the contract's in one line if they differ, else None."""
    if table.in_iceberg:
        return iceberg_catalog.differs(table)
    columns = spark.catalog.listColumns(str(table))
    data = ", ".join(f"{column.name} {column.dataType}" for column in columns if not column.isPartition)
    keys = ", ".join(f"{column.name} {column.dataType}" for column in columns if column.isPartition)
    registered = f"{data}, partitioned by {keys}"
    contract = f"{ddl(table.columns)}, partitioned by {ddl(table.partitions)}"
    return None if registered == contract else f"catalog: {registered}; contract: {contract}"


def location(spark: SparkSession, table: PublishedTable) -> str:
    """The place of the table in the catalog, in the form of `Storage.uri`."""
    rows = spark.sql(f"DESCRIBE TABLE EXTENDED {table}").collect()
    uri = next(str(row.data_type) for row in rows if row.col_name == "Location")
    scheme, _, path = uri.partition(":")
    return f"file:///{path.lstrip('/')}" if scheme == "file" else uri.rstrip("/")


def in_glue(spark: SparkSession) -> bool:
    """Whether Glue's own API keeps tables and partitions."""
    return spark.conf.get("spark.b3.glue", "false") == "true"


def tickers(spark: SparkSession, table: PublishedTable, days: Iterable[date]) -> dict[date, set[str]]:
    """The tickers registered for each of these dates."""
    if in_glue(spark):
        return _partitions(table).tickers(days)
    return {day: _tickers(spark, table, day) for day in days}


def _tickers(spark: SparkSession, table: PublishedTable, day: date) -> set[str]:
    rows = spark.sql(f"SHOW PARTITIONS {table} PARTITION (data_pregao = DATE '{day}')").collect()
    return {str(row.partition).rpartition("ativo=")[2] for row in rows}


def every_partition(spark: SparkSession, table: PublishedTable) -> set[tuple[date, str]]:
    """All registered partitions; the audit needs them."""
    if in_glue(spark):
        return _partitions(table).registered()
    return {key_of(str(row.partition)) for row in spark.sql(f"SHOW PARTITIONS {table}").collect()}


def add(spark: SparkSession, table: PublishedTable, partitions: Iterable[tuple[date, str]]) -> None:
    """Registers partitions; in a local Derby metastore most are copies of one, made by SQL."""
    if in_glue(spark):
        _partitions(table).add(partitions)
        return
    keys = set(partitions)
    copyable = sorted((day, ticker) for day, ticker in keys if derby_partitions.can_copy(ticker))
    copies = copyable[1:] if derby_partitions.keeps_catalog(spark) else []
    for part in _statements(keys.difference(copies)):
        spark.sql(f"ALTER TABLE {table} ADD IF NOT EXISTS " + " ".join(f"PARTITION ({key})" for key in part))
    if copies:
        derby_partitions.copy(spark, table, model=copyable[0], partitions=copies)


def drop(spark: SparkSession, table: PublishedTable, partitions: Iterable[tuple[date, str]]) -> None:
    """Removes partitions from the catalog; their files stay, because the table is external."""
    if in_glue(spark):
        _partitions(table).drop(partitions)
        return
    for part in _statements(partitions):
        spark.sql(f"ALTER TABLE {table} DROP IF EXISTS " + ", ".join(f"PARTITION ({key})" for key in part))


def _partitions(table: PublishedTable) -> GluePartitions:
    return GluePartitions(_glue(), table.database, table.name)


@cache
def _glue() -> Any:
    # Imported here because a laptop without Glue does not need boto3.
    import boto3
    from botocore.config import Config

    return boto3.client("glue", config=Config(retries={"mode": "standard", "max_attempts": 10}))


def _statements(partitions: Iterable[tuple[date, str]]) -> list[list[str]]:
    keys = [f"data_pregao = DATE '{day}', ativo = '{ticker}'" for day, ticker in sorted(partitions)]
    return [keys[start : start + _PARTITIONS_A_STATEMENT] for start in range(0, len(keys), _PARTITIONS_A_STATEMENT)]
