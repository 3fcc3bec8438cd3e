"""Turns raw rows into refined rows: a task of Spark reads its tickers' rows, the wheel computes."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

import b3_kernels as b3
from b3_jobs.contract.schemas import EVERY, arrow_schema, refined_columns
from b3_jobs.inputs import ticker_ranges

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date

    from pyspark.sql import DataFrame, SparkSession

    from b3_jobs.files.storage import Storage
    from b3_jobs.inputs.raw import RawObject

# Each task reads every object, so fewer tasks read less; one of this size takes 750 MB of memory.
_ROWS_A_TASK = 1_500_000
# The most rows that a refiner takes at once.
_BATCH = 65_536


def refine(
    spark: SparkSession, raw: Storage, objects: list[RawObject], days: dict[str, list[date]], arguments: dict[str, Any]
) -> DataFrame:
    """The refined and the rejected rows of days, weeks and months, with the Refiner's columns.

    Rows of `days`, the calendar days for each of `1d`, `1w` and `1mo`, are returned; the objects of
    other days are look-back. `arguments` are the other ones of the `Refiner`.
    """
    schema = refined_columns(arguments["windows"])
    if not objects:
        return spark.createDataFrame([], schema)
    cores, rows = spark.sparkContext.defaultParallelism, sum(raw_object.rows for raw_object in objects)
    tasks_a_core = max(1, ceil(rows / (_ROWS_A_TASK * cores)))
    ranges = ticker_ranges.split(raw, objects, cores * tasks_a_core)
    refine_batches = batch_refiner(days, arguments, arrow_schema(schema))

    def of_ranges(numbers: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in numbers:
            for number in batch["id"].to_pylist():
                bars = ticker_ranges.read(raw, objects, ranges[number])
                yield from refine_batches(bars.to_batches(max_chunksize=_BATCH))

    return spark.range(0, len(ranges), 1, len(ranges)).mapInArrow(of_ranges, schema)


def batch_refiner(
    days: dict[str, list[date]], arguments: dict[str, Any], schema: pa.Schema
) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """The function that refines sorted batches on a worker, with one `Refiner` for each period."""

    def refine_batches(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        refiners = [
            (every, pa.array(sorted(kept_days), pa.date32()), b3.Refiner(**arguments | {"every": every}))
            for every, kept_days in days.items()
        ]
        for batch in batches:
            for every, kept_days, refiner in refiners:
                yield from _keep(refiner.push(batch), every, kept_days, schema)
        for every, kept_days, refiner in refiners:
            yield from _keep(refiner.finish(), every, kept_days, schema)

    return refine_batches


def _keep(answer: Any, every: str, kept_days: pa.Array, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    batch = pa.record_batch(answer)
    kept = batch.filter(pc.is_in(batch["data_pregao"], value_set=kept_days))
    if kept.num_rows:
        yield kept.append_column(EVERY, pa.repeat(pa.scalar(every), kept.num_rows)).cast(schema)
