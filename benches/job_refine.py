"""Benchmark of refining in Spark, beside Spark's shuffle, window functions and applyInPandas."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import job_lakes
import job_rivals
from figures import medians, medians_by, rows_with_rates
from job_lakes import KERNEL, WINDOWS
from job_table import noop, processor_seconds
from pyspark.sql import functions as sf

from b3_jobs.files.storage import Storage
from b3_jobs.refine.transform import refine

if TYPE_CHECKING:
    from pathlib import Path

    from job_table import Table
    from pyspark.sql import DataFrame, SparkSession

OURS = "b3 job: refine"
SHUFFLED = "refine behind Spark's shuffle"
IDENTITY = "shuffle, sort and identity mapInArrow"
ABOUT = (
    "Refine: 1,300 tickers x 1,923 sessions, one raw object for each session, with DECIMAL prices and all default "
    "columns, the median of 3; each slow rival runs once. Each task of the job reads every raw object for its tickers' "
    "rows, on S3 by two requests an object; so there are as many tasks as cores, and more only where one would hold "
    "over 1.5 million rows. Refine behind Spark's shuffle: Spark reads raw, shuffles, sorts and gives the rows to "
    "Python. Processor time is that of the JVM and the Python workers."
)


def bench(spark: SparkSession, folder: Path, table: Table, tickers: int, sessions: int) -> None:
    """Times each method over one history of `tickers` x `sessions` bars, one object a session."""
    days, place = job_lakes.sessions(sessions), folder / "raw"
    objects, rows = job_lakes.write_raw(place, tickers, days), tickers * sessions
    ours = refine(spark, Storage.at(str(place)), objects, days={"1d": days}, arguments=KERNEL)
    raw = job_rivals.read(spark, place)
    doubles = job_rivals.by_windows(raw, "double", WINDOWS)
    job_rivals.assert_equal(ours, doubles, "T0001", WINDOWS)
    same = {OURS: ours, SHUFFLED: job_rivals.by_shuffle(raw, days, KERNEL)}
    assert len({fingerprint(frame) for frame in same.values()}) == 1
    assert ours.count() == rows
    # These take minutes and run once: two runs differ far less than either differs from the job.
    slow = {
        "window functions, double": doubles,
        "window functions, DECIMAL": job_rivals.by_windows(raw, "decimal(18,6)", WINDOWS),
        "applyInPandas": job_rivals.by_pandas(raw, WINDOWS),
    }
    ordered = job_rivals.shuffled(raw)
    parts = {"shuffle and sort alone": ordered, IDENTITY: ordered.mapInArrow(job_rivals.identity, ordered.schema)}
    fast = {name: noop(frame) for name, frame in (same | parts).items()}
    costs = medians_by([time.perf_counter, processor_seconds], fast, runs=3)
    taken = {name: wall for name, (wall, _) in costs.items()}
    taken |= medians({name: noop(frame) for name, frame in slow.items()}, runs=1, clock=time.perf_counter)
    busy = {name: costs[name][1] for name in same}
    by_processor = {f"processor time: {name}": seconds for name, seconds in busy.items()}
    table.rows += rows_with_rates(taken | by_processor, rows, "rows/s")
    mine, processor = taken[OURS], busy[OURS] / busy[SHUFFLED]
    table.ratio("processor time: refine / refine behind Spark's shuffle", processor, 0.8, at_most=True)
    table.ratio(f"refine / {IDENTITY}", mine / taken[IDENTITY], 1.15, at_most=True)
    table.ratio("window functions on double / refine", taken["window functions, double"] / mine, 4, at_most=False)
    table.ratio("window functions on DECIMAL / refine", taken["window functions, DECIMAL"] / mine, 8, at_most=False)
    table.ratio("applyInPandas / refine", taken["applyInPandas"] / mine, 8, at_most=False)


def fingerprint(frame: DataFrame) -> int:
    """A hash of all rows, in whatever order they come."""
    ((found,),) = frame.agg(sf.expr("bit_xor(xxhash64(*))")).collect()
    return int(found)
