"""The peak memory of a Spark worker's Python process while it refines, measured without Spark."""

from __future__ import annotations

import resource
from typing import TYPE_CHECKING

import job_lakes

from b3_jobs.contract.options import Options
from b3_jobs.contract.schemas import arrow_schema, refined_columns
from b3_jobs.inputs.actions import nothing
from b3_jobs.refine.transform import refiner

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

_TICKERS_AT_ONCE = 20


def batches(tickers: int, count: int) -> Iterator[pa.RecordBatch]:
    """Sorted rows in batches of the job's size, made a few tickers at a time."""
    days = job_lakes.sessions(count)
    tables = [job_lakes.day_rows(day.toordinal(), _TICKERS_AT_ONCE, day) for day in days]
    import pyarrow as pa

    block = pa.concat_tables(tables).sort_by([("ticker", "ascending"), ("trade_date", "ascending")])
    for start in range(0, tickers, _TICKERS_AT_ONCE):
        names = [f"T{start + int(name[1:]):06}" for name in block["ticker"].to_pylist()]
        yield from block.set_column(0, "ticker", pa.array(names)).to_batches(max_chunksize=65_536)


def peak(tickers: int, count: int, windows: tuple[int, ...]) -> float:
    """The process's peak resident memory in MB after refining everything."""
    days = job_lakes.sessions(count)
    kernel = Options("", "", windows=windows).kernel(nothing())
    refined = refiner({"1d": days}, kernel, arrow_schema(refined_columns(windows)))
    rows = sum(batch.num_rows for batch in refined(batches(tickers, count)))
    assert rows == tickers * count
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
