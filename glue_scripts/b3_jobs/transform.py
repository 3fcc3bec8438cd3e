"""Raw rows to refined rows: Spark brings each ticker's bars together in order, the wheel computes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

import b3_kernels as b3
from b3_jobs.schemas import RAW_WITH_DATE, arrow_schema, refined_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date

    from pyspark.sql import DataFrame

# A task costs a reused Python worker 0.16 s of processor time before it sees a row; its rows only stream through.
_ROWS_A_TASK = 1_000_000
# What the kernels have no use for is not shuffled.
_NEEDED = [name for name in RAW_WITH_DATE.names if name not in ("isin", "market")]


def refine(raw: DataFrame, *, every: str, windows: tuple[int, ...], days: list[date], rows: int) -> DataFrame:
    """The refined and the rejected rows dated on one of `days`, each with its account.

    Args:
        raw: raw rows with their trade date, the look-back of `days` included.
        every: `1d`, `1w` or `1mo`.
        windows: of the moving averages.
        days: the calendar days to keep; the other rows are history.
        rows: how many rows `raw` has, which sets the number of tasks.
    """
    schema = refined_columns(windows)
    return in_order(raw, rows).mapInArrow(refiner(every, windows, days, arrow_schema(schema)), schema)


def in_order(raw: DataFrame, rows: int) -> DataFrame:
    """The columns that the kernels need, each ticker's bars together and in order of time."""
    cores = raw.sparkSession.sparkContext.defaultParallelism
    tasks = cores * max(1, -(-rows // (_ROWS_A_TASK * cores)))
    return raw.select(*_NEEDED).repartition(tasks, "ticker").sortWithinPartitions("ticker", "trade_date")


def refiner(
    every: str, windows: tuple[int, ...], days: list[date], schema: pa.Schema
) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """What a worker does with its sorted batches: one `Refiner` over all of them, memory for one batch."""

    def refined(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        wanted = pa.array(sorted(days), pa.date32())
        refiner = b3.Refiner(every=every, windows=windows, on_invalid="keep")
        for batch in batches:
            yield from _keep(refiner.push(batch), wanted, schema)
        yield from _keep(refiner.finish(), wanted, schema)

    return refined


def _keep(answer: Any, wanted: pa.Array, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    batch = pa.record_batch(answer)
    kept = batch.filter(pc.is_in(batch["data_pregao"], value_set=wanted))
    if kept.num_rows:
        yield kept.cast(schema)
