"""`cotacoes_por_ano`: the daily rows again, one sorted file a year, because scans cannot live with a file a row."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import functions as sf
from pyspark.sql.types import IntegerType, StructField, StructType

from b3_jobs.schemas import PARTITIONS, arrow_schema, keyed_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date

    from pyspark.sql import DataFrame, SparkSession

    from b3_jobs.storage import Storage

FILE = "cotacoes.parquet"
YEAR = StructType([StructField("ano", IntegerType())])
# One ticker's year is 250 rows: a row group of this size lets a look-up skip most of the file.
_ROW_GROUP = 50_000


def folder(year: int) -> str:
    """The year's folder inside the table's."""
    return f"ano={year}"


def update(
    spark: SparkSession, quotes: DataFrame, days: list[date], place: Storage, windows: tuple[int, ...]
) -> list[int]:
    """Replaces these days' rows in their years' files by `quotes`; answers the years that now have a file.

    The rows stream through Spark's sort, so that a year of any size needs no more memory than another.
    """
    years = sorted({day.year for day in days})
    kept = stored(spark, place, years, windows).where(~sf.col(PARTITIONS[0]).isin(days))
    rows = kept.unionByName(quotes.select(*kept.columns)).withColumn("ano", sf.year(PARTITIONS[0]))
    ordered = rows.repartition(len(years), "ano").sortWithinPartitions("ano", *reversed(PARTITIONS))
    written = ordered.mapInArrow(_writer(place, arrow_schema(keyed_columns(windows))), YEAR).collect()
    filled = sorted({row["ano"] for row in written})
    for year in years:
        current = f"{folder(year)}/{FILE}" if year in filled else None
        for name in place.list(folder(year), recursive=True):
            if name != current:
                place.delete(name)
    return filled


def stored(spark: SparkSession, place: Storage, years: Iterable[int], windows: tuple[int, ...]) -> DataFrame:
    """The rows of these years' files."""
    names = [f"{folder(year)}/{FILE}" for year in years]
    there = [place.uri(name) for name in names if name in place.list(name.partition("/")[0])]
    schema = keyed_columns(windows)
    return spark.read.schema(schema).parquet(*there) if there else spark.createDataFrame([], schema)


def registered(spark: SparkSession, table: str) -> set[int]:
    """The years that the catalog knows."""
    rows = spark.sql(f"SHOW PARTITIONS {table}").collect()
    return {int(str(row.partition).removeprefix("ano=")) for row in rows}


def register(spark: SparkSession, table: str, years: Iterable[int], filled: Iterable[int]) -> None:
    """Tells the catalog which of `years` have a file."""
    for year in sorted(set(filled)):
        spark.sql(f"ALTER TABLE {table} ADD IF NOT EXISTS PARTITION (ano = {year})")
    for year in sorted(set(years) - set(filled)):
        spark.sql(f"ALTER TABLE {table} DROP IF EXISTS PARTITION (ano = {year})")


def _writer(place: Storage, schema: pa.Schema) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    def write_years(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        open_file: YearFile | None = None
        try:
            for year, rows in _by_year(batches):
                if open_file is None or open_file.year != year:
                    if open_file is not None:
                        yield open_file.publish()
                    open_file = YearFile(place, year, schema)
                open_file.write(rows.select(schema.names).cast(schema))
            if open_file is not None:
                yield open_file.publish()
        finally:
            if open_file is not None:
                open_file.discard()

    return write_years


def _by_year(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[int, pa.Table]]:
    for batch in batches:
        years = batch["ano"].to_pylist()
        starts = [row for row, year in enumerate(years) if row == 0 or year != years[row - 1]]
        for start, end in zip(starts, [*starts[1:], len(years)], strict=True):
            yield years[start], pa.Table.from_batches([batch.slice(start, end - start)])


class YearFile:
    """A year's file in the making; takes its place only when whole."""

    def __init__(self, place: Storage, year: int, schema: pa.Schema) -> None:
        self.year = year
        self._place = place
        self._name = f"{folder(year)}/{FILE}"
        self._scratch = place.scratch(self._name)
        self._writer = pq.ParquetWriter(
            self._scratch, schema, compression="zstd", store_schema=False, store_decimal_as_integer=True
        )
        self._held: list[pa.Table] = []

    def write(self, rows: pa.Table) -> None:
        """Appends rows; whole row groups go to disk."""
        self._held.append(rows)
        if sum(table.num_rows for table in self._held) >= _ROW_GROUP:
            self._flush()

    def publish(self) -> pa.RecordBatch:
        """Finishes the file and puts it in its place."""
        self._flush()
        self._writer.close()
        self._place.upload(self._scratch, self._name)
        return pa.RecordBatch.from_arrays([pa.array([self.year], pa.int32())], names=["ano"])

    def discard(self) -> None:
        """Removes what a failed task leaves."""
        self._writer.close()
        Path(self._scratch).unlink(missing_ok=True)

    def _flush(self) -> None:
        rows = pa.concat_tables(self._held) if self._held else None
        self._held = []
        while rows is not None and rows.num_rows:
            self._writer.write_table(rows.slice(0, _ROW_GROUP), row_group_size=_ROW_GROUP)
            rows = rows.slice(_ROW_GROUP)
