"""The peak memory of a task of the job, measured without Spark."""

from __future__ import annotations

from pathlib import Path

import job_lakes
from figures import resident_memory

from b3_jobs.contract.schemas import arrow_schema, refined_columns
from b3_jobs.files.storage import Storage
from b3_jobs.inputs import ticker_ranges
from b3_jobs.refine.transform import batch_refiner


def peak(folder: str, tickers: int, sessions: int) -> float:
    """The process's peak resident memory in MiB; it writes an invented lake, then refines it."""
    days, raw = job_lakes.sessions(sessions), Storage.at(folder)
    objects = job_lakes.write_raw(Path(folder), tickers, days)
    refined = batch_refiner({"1d": days}, job_lakes.KERNEL, arrow_schema(refined_columns(job_lakes.WINDOWS)))
    (all_tickers,) = ticker_ranges.split(raw, objects, count=1)
    bars = ticker_ranges.read(raw, objects, all_tickers)
    # Batches of the same size as in the job's tasks.
    rows = sum(batch.num_rows for batch in refined(bars.to_batches(max_chunksize=65_536)))
    assert rows == tickers * sessions
    # Not `ru_maxrss`: Linux starts it at the parent's peak.
    return resident_memory("VmHWM") / 2**20
