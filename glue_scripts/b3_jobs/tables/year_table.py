"""`cotacoes_por_ano`: the daily rows again, a sorted file for each year, for scans."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
from pyspark.sql import functions as sf
from pyspark.sql.types import IntegerType, LongType, StringType

from b3_jobs.contract.schemas import DAY, TICKER, arrow_schema, struct
from b3_jobs.errors import JobError
from b3_jobs.files.parquet_rows import read_rows
from b3_jobs.tables import year_file
from b3_jobs.tables.group_batches import by_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date

    from pyspark.sql import DataFrame, SparkSession

    from b3_jobs.contract.published_table import PublishedTable
    from b3_jobs.files.storage import Storage

# A year with the name of its new file, and how many rows that has.
_WRITTEN = struct(ano=IntegerType(), file=StringType(), rows=LongType())


def replace_dates(spark: SparkSession, quotes: DataFrame, rows: dict[date, int], table: PublishedTable) -> None:
    """Replaces the dates of `rows` by those of `quotes`, in the files and the catalog.

    The rows stream through Spark's sort, so that memory does not grow with the size of a year.

    Raises:
        JobError: if a date would not get the number of rows that `rows` has for it, or a row of
            another date would be lost.
    """
    days = sorted(rows)
    years = {day.year for day in days}
    kept = stored(spark, table, years).where(~sf.col(DAY).isin(days))
    fresh = quotes.where(sf.col(DAY).isin(days)).select(*kept.columns)
    replace(spark, table, years, kept.unionByName(fresh), kept.count() + sum(rows.values()))


def refuse_missing_files(spark: SparkSession, table: PublishedTable, years: set[int]) -> None:
    """Refuses a year that is in the catalog without its file: its other days would be lost.

    Raises:
        JobError: with the file's name.
    """
    if lost := sorted(registered(spark, table) & (years - years_with_file(table, years))):
        raise JobError(
            f"{table}: the catalog knows {year_file.folder(lost[0])}, but "
            f"{table.place.uri(year_file.name(lost[0]))} is not there; "
            "python -m b3_jobs.audit --repair --raw_path ... writes it anew"
        )


def replace(
    spark: SparkSession, table: PublishedTable, years: set[int], rows: DataFrame, expected: int | None = None
) -> None:
    """Replaces these years by `rows`; one without rows leaves the catalog before its file goes.

    All new files are written before the first replaces an old one: `rows` may come from the old
    files, which a task that Spark starts again reads once more.

    Raises:
        JobError: if the new files have another number of rows than is `expected`.
    """
    try:
        written = _write(rows, table, years, expected)
        for year, new in written.items():
            table.place.move(new, year_file.name(year))
    except Exception:
        for year in years:
            table.place.delete(*filter(year_file.is_unfinished, table.place.list(year_file.folder(year))))
        raise
    register(spark, table, years, filled=set(written))
    for year in years:
        current = year_file.name(year) if year in written else None
        found = table.place.list(year_file.folder(year), recursive=True)
        table.place.delete(*(name for name in found if name != current))
    spark.catalog.refreshTable(str(table))


def tickers(spark: SparkSession, table: PublishedTable, days: Iterable[date]) -> dict[date, set[str]]:
    """The tickers of these days in the year files."""
    days = sorted(days)
    rows = stored(spark, table, {day.year for day in days}).where(sf.col(DAY).isin(days))
    found = rows.groupBy(DAY).agg(sf.collect_set(TICKER)).collect()
    return {day: set(names) for day, names in found}


def years_with_file(table: PublishedTable, years: Iterable[int]) -> set[int]:
    """Those of `years` whose file exists."""
    return {year for year in years if year_file.name(year) in table.place.list(year_file.folder(year))}


def stored(spark: SparkSession, table: PublishedTable, years: Iterable[int]) -> DataFrame:
    """The rows of the files of these years."""
    return read_rows(spark, table.place, map(year_file.name, sorted(years_with_file(table, years))), table.columns)


def registered(spark: SparkSession, table: PublishedTable) -> set[int]:
    """The years that are registered in the catalog."""
    rows = spark.sql(f"SHOW PARTITIONS {table}").collect()
    return {year for row in rows if (year := year_file.year_of(str(row.partition)))}


def register(spark: SparkSession, table: PublishedTable, years: set[int], filled: set[int]) -> None:
    """Registers those of `years` that have a file, and removes the others from the catalog."""
    for year in sorted(years):
        change = "ADD IF NOT EXISTS" if year in filled else "DROP IF EXISTS"
        spark.sql(f"ALTER TABLE {table} {change} PARTITION (ano = {year})")


def _write(rows: DataFrame, table: PublishedTable, years: set[int], expected: int | None) -> dict[int, str]:
    """Writes a new file for each of `years` that has rows, and returns its name."""
    dated = rows.withColumn("ano", sf.year(DAY))
    ordered = dated.repartition(len(years), "ano").sortWithinPartitions("ano", TICKER, DAY)
    written = ordered.mapInArrow(_writer(table.place, arrow_schema(table.columns)), _WRITTEN).collect()
    count = sum(row["rows"] for row in written)
    if expected not in (None, count):
        span = ", ".join(map(year_file.folder, sorted(years)))
        raise JobError(f"{table}: {expected} rows expected for {span}, {count} were written; run again")
    return {row["ano"]: row["file"] for row in written}


def _writer(place: Storage, schema: pa.Schema) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    def write_years(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for year, pieces in by_key(batches, "ano"):
            new = year_file.unfinished_name(year)
            count = year_file.write(place, new, (rows.select(schema.names).cast(schema) for rows in pieces), schema)
            row = {"ano": year, "file": new, "rows": count}
            yield pa.RecordBatch.from_pylist([row], schema=arrow_schema(_WRITTEN))

    return write_years
