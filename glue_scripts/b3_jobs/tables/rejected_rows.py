"""Rejected raw rows with the reason: one file for each date in `_rejected/tabela=<table>/`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
from pyspark.sql.types import StringType, StructField, StructType

from b3_jobs.contract.schemas import DAY, KEYS, REJECTED, TABLES, arrow_schema, keyed_columns
from b3_jobs.files.storage import Storage
from b3_jobs.tables.group_batches import by_key
from b3_jobs.tables.quote_files import dates, folder
from b3_kernels.partition_files import encode_parquet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date

    from pyspark.sql import DataFrame

    from b3_jobs.contract.options import Options

FOLDER = "_rejected"
FILE = "rejeitadas.parquet"
REASON = "motivo"
_WRITTEN = StructType([KEYS[DAY]])


def columns(windows: tuple[int, ...]) -> StructType:
    """A published row's columns except the date, which the folder has; then the reason."""
    kept = [field for field in keyed_columns(windows).fields if field.name != DAY]
    return StructType([*kept, StructField(REASON, StringType())])


def replace(rejected: DataFrame, rows: int, days: list[date], options: Options, every: str) -> None:
    """Replaces the rejected rows of these days by `rejected`, which has this many rows."""
    place = Storage.at(options.refined_path).folder(f"{FOLDER}/tabela={TABLES[every]}")
    written = _write(rejected, place, options.windows) if rows else set()
    for day in dates(place).intersection(days) - written:
        place.delete(*place.list(folder(day), recursive=True))


def _write(rejected: DataFrame, place: Storage, windows: tuple[int, ...]) -> set[date]:
    """Writes each date's file in one task, with sorted rows: a rerun writes the same bytes."""
    ordered = rejected.withColumnRenamed(REJECTED, REASON).select(DAY, *columns(windows).names)
    by_date = ordered.repartition(DAY).sortWithinPartitions(*ordered.columns)
    written = by_date.mapInArrow(_writer(place, arrow_schema(columns(windows))), _WRITTEN)
    return {day for (day,) in written.collect()}


def _writer(place: Storage, schema: pa.Schema) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    def write_dates(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for day, pieces in by_key(batches, DAY):
            rows = pa.concat_tables(pieces).select(schema.names).cast(schema)
            (batch,) = rows.combine_chunks().to_batches()
            place.put(f"{folder(day)}/{FILE}", encode_parquet(batch))
            yield pa.RecordBatch.from_arrays([pa.array([day], pa.date32())], names=[DAY])

    return write_dates
