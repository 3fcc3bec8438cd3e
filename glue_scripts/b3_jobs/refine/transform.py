"""Turns raw rows into refined rows: Spark sorts each ticker's bars together, the wheel computes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

import b3_kernels as b3
from b3_jobs.contract.schemas import EVERY, RAW_WITH_DATE, arrow_schema, refined_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date

    from pyspark.sql import DataFrame

# A task costs 0.16 s of processor time before its first row, even in a reused worker.
_ROWS_A_TASK = 1_000_000
# Columns that the kernels do not use are not shuffled.
_NEEDED = [name for name in RAW_WITH_DATE.names if name not in ("isin", "market")]


def refine(raw: DataFrame, *, days: dict[str, list[date]], kernel: dict[str, Any], rows: int) -> DataFrame:
    """The refined and the rejected rows of days, weeks and months, with the Refiner's columns.

    Args:
        raw: raw rows with their trade date, with the look-back of `days`.
        days: the calendar days to return for each of `1d`, `1w`, `1mo`; others are look-back.
        kernel: the other arguments of the `Refiner`, which Spark sends to the workers.
        rows: the number of rows in `raw`, which sets the number of tasks.
    """
    schema = refined_columns(kernel["windows"])
    return in_order(raw, rows).mapInArrow(refiner(days, kernel, arrow_schema(schema)), schema)


def in_order(raw: DataFrame, rows: int) -> DataFrame:
    """The columns that the kernels need, sorted by ticker and time."""
    cores = raw.sparkSession.sparkContext.defaultParallelism
    tasks = cores * max(1, -(-rows // (_ROWS_A_TASK * cores)))
    return raw.select(*_NEEDED).repartition(tasks, "ticker").sortWithinPartitions("ticker", "trade_date")


def refiner(
    days: dict[str, list[date]], kernel: dict[str, Any], schema: pa.Schema
) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """The function that refines sorted batches on a worker, with one `Refiner` for each period."""

    def refined(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        kept = [(every, pa.array(sorted(wanted), pa.date32())) for every, wanted in days.items()]
        refiners = [(*kind, b3.Refiner(every=kind[0], **kernel)) for kind in kept]
        for batch in batches:
            for every, wanted, refiner in refiners:
                yield from _keep(refiner.push(batch), every, wanted, schema)
        for every, wanted, refiner in refiners:
            yield from _keep(refiner.finish(), every, wanted, schema)

    return refined


def _keep(answer: Any, every: str, wanted: pa.Array, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    batch = pa.record_batch(answer)
    kept = batch.filter(pc.is_in(batch["data_pregao"], value_set=wanted))
    if kept.num_rows:
        kinds = pa.repeat(pa.scalar(every), kept.num_rows)
        yield kept.append_column(EVERY, kinds).cast(schema)
