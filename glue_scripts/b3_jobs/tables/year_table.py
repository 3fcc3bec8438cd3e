"""`cotacoes_por_ano`: the daily rows again, a sorted file for each year, for scans."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
from pyspark.sql import functions as sf

from b3_jobs.contract.schemas import DAY, TICKER, YEAR, arrow_schema
from b3_jobs.errors import JobError
from b3_jobs.files.parquet_rows import read_rows
from b3_jobs.tables import year_file
from b3_jobs.tables.group_batches import by_key
from b3_jobs.tables.year_file import folder, name, year_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date

    from pyspark.sql import DataFrame, SparkSession

    from b3_jobs.contract.published_table import PublishedTable
    from b3_jobs.files.storage import Storage


def publish(spark: SparkSession, quotes: DataFrame, days: Iterable[date], target: PublishedTable) -> None:
    """Replaces the rows of these days by those of `quotes`, in the files and the catalog.

    The rows stream through Spark's sort, so that memory does not grow with the size of a year. The
    sort has read every old file to its end before a new file takes the place of one.
    """
    days = sorted(days)
    years = {day.year for day in days}
    kept = stored(spark, target, years).where(~sf.col(DAY).isin(days))
    fresh = quotes.where(sf.col(DAY).isin(days)).select(*kept.columns)
    replace(spark, target, years, kept.unionByName(fresh))


def refuse_missing_files(spark: SparkSession, target: PublishedTable, years: set[int]) -> None:
    """Refuses a year that is in the catalog without its file: its other days would be lost.

    Raises:
        JobError: with the file's name.
    """
    if lost := sorted(registered(spark, target.table) & (years - years_with_file(target, years))):
        raise JobError(
            f"{target.table}: the catalog knows {folder(lost[0])}, but {target.place.uri(name(lost[0]))} is not there; "
            "python -m b3_jobs.audit --repair writes it anew"
        )


def replace(spark: SparkSession, target: PublishedTable, years: set[int], rows: DataFrame) -> None:
    """Replaces these years by `rows`; one without rows leaves the catalog before its file goes."""
    filled = _write(rows, target, len(years))
    register(spark, target.table, years, filled)
    for year in years:
        current = name(year) if year in filled else None
        target.place.delete(*(found for found in target.place.list(folder(year), recursive=True) if found != current))
    spark.catalog.refreshTable(target.table)


def tickers(spark: SparkSession, target: PublishedTable, days: Iterable[date]) -> dict[date, set[str]]:
    """The tickers of these days in the year files."""
    days = sorted(days)
    rows = stored(spark, target, {day.year for day in days}).where(sf.col(DAY).isin(days))
    found = rows.groupBy(DAY).agg(sf.collect_set(TICKER)).collect()
    return {day: set(names) for day, names in found}


def years_with_file(target: PublishedTable, years: Iterable[int]) -> set[int]:
    """Those of `years` whose file exists."""
    return {year for year in years if name(year) in target.place.list(folder(year))}


def stored(spark: SparkSession, target: PublishedTable, years: Iterable[int]) -> DataFrame:
    """The rows of the files of these years."""
    return read_rows(spark, target.place, map(name, sorted(years_with_file(target, years))), target.columns)


def registered(spark: SparkSession, table: str) -> set[int]:
    """The years that are registered in the catalog."""
    rows = spark.sql(f"SHOW PARTITIONS {table}").collect()
    return {year for row in rows if (year := year_of(str(row.partition)))}


def register(spark: SparkSession, table: str, years: set[int], filled: set[int]) -> None:
    """Registers those of `years` that have a file, and removes the others from the catalog."""
    for year in sorted(years):
        change = "ADD IF NOT EXISTS" if year in filled else "DROP IF EXISTS"
        spark.sql(f"ALTER TABLE {table} {change} PARTITION (ano = {year})")


def _write(rows: DataFrame, target: PublishedTable, tasks: int) -> set[int]:
    """Writes the file of each year and returns the years that have rows."""
    dated = rows.withColumn("ano", sf.year(DAY))
    ordered = dated.repartition(tasks, "ano").sortWithinPartitions("ano", TICKER, DAY)
    written = ordered.mapInArrow(_writer(target.place, arrow_schema(target.columns)), YEAR).collect()
    return {int(row["ano"]) for row in written}


def _writer(place: Storage, schema: pa.Schema) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    def write_years(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for year, pieces in by_key(batches, "ano"):
            year_file.write(place, year, (rows.select(schema.names).cast(schema) for rows in pieces), schema)
            yield pa.RecordBatch.from_arrays([pa.array([year], pa.int32())], schema=arrow_schema(YEAR))

    return write_years
