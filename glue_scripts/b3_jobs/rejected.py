"""Rejected raw rows with their reason: one file a date in `_rejected/tabela=<table>/`, none where all are good."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import pyarrow as pa
from pyspark.sql import functions as sf
from pyspark.sql.types import DateType, StringType, StructField, StructType

from b3_jobs.lake import encode
from b3_jobs.schemas import PARTITIONS, REJECTED, arrow_schema, keyed_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date

    from pyspark.sql import DataFrame

    from b3_jobs.storage import Storage

FOLDER = "_rejected"
FILE = "rejeitadas.parquet"
REASON = "motivo"
_WRITTEN = StructType([StructField(PARTITIONS[0], DateType())])


def columns(windows: tuple[int, ...]) -> StructType:
    """A rejected row as kept: its ticker, the values as they came, and why it is not published."""
    kept = [field for field in keyed_columns(windows).fields if field.name != PARTITIONS[0]]
    return StructType([*kept, StructField(REASON, StringType())])


def write(rejected: DataFrame, place: Storage, windows: tuple[int, ...]) -> set[date]:
    """Writes each date's rejected rows, over what was there, and answers the dates that have some."""
    ordered = rejected.withColumnRenamed(REJECTED, REASON).select(PARTITIONS[0], *columns(windows).names)
    by_date = ordered.repartition(PARTITIONS[0]).sortWithinPartitions(*ordered.columns)
    written = by_date.mapInArrow(_writer(place, arrow_schema(columns(windows))), _WRITTEN)
    return {row[0] for row in written.select(sf.col(PARTITIONS[0])).collect()}


def remove(place: Storage, days: Iterable[date]) -> None:
    """Removes what an earlier run rejected on these dates; asks for those dates alone."""
    for day in days:
        for name in place.list(f"data_pregao={day}", recursive=True):
            place.delete(name)


def _writer(place: Storage, schema: pa.Schema) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    def write_dates(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for day, rows in _by_date(batches):
            place.put(f"data_pregao={day}/{FILE}", encode(rows.select(schema.names).cast(schema)))
            yield pa.RecordBatch.from_arrays([pa.array([day], pa.date32())], names=[PARTITIONS[0]])

    return write_dates


def _by_date(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[date, pa.Table]]:
    """Cuts batches sorted by date where the date changes; holds one date's rows at a time."""
    held: list[pa.Table] = []
    day: date | None = None
    for piece in chain.from_iterable(map(_pieces, batches)):
        found = piece[PARTITIONS[0]][0].as_py()
        if day is not None and found != day:
            yield day, pa.concat_tables(held)
            held = []
        day = found
        held.append(piece)
    if day is not None:
        yield day, pa.concat_tables(held)


def _pieces(batch: pa.RecordBatch) -> Iterator[pa.Table]:
    days = batch[PARTITIONS[0]].to_pylist()
    starts = [row for row, day in enumerate(days) if row == 0 or day != days[row - 1]]
    for start, end in zip(starts, [*starts[1:], len(days)], strict=True):
        yield pa.Table.from_batches([batch.slice(start, end - start)])
