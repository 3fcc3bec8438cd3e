"""Benchmark of refining in Spark, beside an identity map, window functions and applyInPandas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import job_lakes
import job_rivals
from job_table import medians, noop

from b3_jobs.contract.options import Options
from b3_jobs.inputs.actions import nothing
from b3_jobs.refine.transform import in_order, refine

if TYPE_CHECKING:
    from pathlib import Path

    from job_table import Table
    from pyspark.sql import SparkSession

WINDOWS = (5, 20, 50, 200)


def bench(spark: SparkSession, folder: Path, table: Table, tickers: int, sessions: int) -> None:
    """Times each method over one history of `tickers` x `sessions` bars."""
    days = job_lakes.sessions(sessions)
    rows = job_lakes.write_history(folder / "history", tickers, days)
    raw = spark.read.parquet(str(folder / "history"))
    ours = refine(raw, days={"1d": days}, kernel=Options("", "", windows=WINDOWS).kernel(nothing()), rows=rows)
    ordered = in_order(raw, rows)
    doubles = job_rivals.by_windows(raw, "double", WINDOWS)
    job_rivals.assert_equal(ours, doubles, "T0001", WINDOWS)
    quick = {
        "b3 job: refine": ours,
        "shuffle and sort alone": ordered,
        "identity mapInArrow, DECIMAL": ordered.mapInArrow(job_rivals.identity, ordered.schema),
    }
    # These take minutes each and run once: two runs differ far less than either differs from the
    # job.
    slow = {
        "window functions, double": doubles,
        "window functions, DECIMAL": job_rivals.by_windows(raw, "decimal(18,6)", WINDOWS),
        "applyInPandas": job_rivals.by_pandas(raw, WINDOWS),
    }
    assert ours.count() == rows
    taken = medians({name: noop(frame) for name, frame in quick.items()}, 3)
    taken |= medians({name: noop(frame) for name, frame in slow.items()}, 1)
    for name, seconds in taken.items():
        table.row(name, seconds, rows, "rows/s", ours=name.startswith("b3"))
    mine = taken["b3 job: refine"]
    table.ratio("refine / identity mapInArrow", mine / taken["identity mapInArrow, DECIMAL"], 1.15, at_most=True)
    table.ratio("window functions on double / refine", taken["window functions, double"] / mine, 4, at_most=False)
    table.ratio("window functions on DECIMAL / refine", taken["window functions, DECIMAL"] / mine, 8, at_most=False)
    table.ratio("applyInPandas / refine", taken["applyInPandas"] / mine, 8, at_most=False)
