"""Benchmark of kernels and `refine` on one thread and on all cores, beside Polars; wall time."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import refine
from figures import arguments, medians, publish, rows_with_rates

import b3_kernels as b3
import kernels

# All cores: Polars is imported before `refine` and `kernels`, which would limit it to one thread.
CORES = pl.thread_pool_size()
COUNTS = (1, CORES)
# How many times as fast a call has to be on all cores as on one thread.
AIMS = {
    "SMA 20, DECIMAL": 1.8,
    "SMA 20, double": 1.8,
    "refine": 1.5,
    "date_differences": 1.5,
    "aggregate_ohlcv, weeks": 1.5,
}
LIMITS = (
    "Memory limits the averages and refine: the rows `its bytes copied` show the time of reading and writing alone, "
    "on as many threads. For an average that is reading its columns once and writing one; for refine it is copying "
    "half the bytes of its input and output, as a copy reads and writes each byte. Starting threads takes 0.15 ms."
)
OURS, COPIED, POLARS = "b3_kernels", "its bytes copied", "Polars"


def named(what: str, by: str, threads: int) -> str:
    """The name of a row."""
    return f"{what}: {by}, {threads} thread{'s' if threads > 1 else ''}"


def on_threads(threads: int, way: Callable[[], Any]) -> Callable[[], Any]:
    """The same call on `threads` threads."""

    def call() -> Any:
        os.environ["B3_KERNELS_THREADS"] = str(threads)
        return way()

    return call


def on_counts(ways: dict[str, Callable[[], Any]]) -> dict[str, Callable[[], Any]]:
    """Calls of ours on one thread and on all cores."""
    return {named(name, OURS, threads): on_threads(threads, way) for name, way in ways.items() for threads in COUNTS}


def at_once(parts: list[Callable[[], Any]]) -> Callable[[], Any]:
    """A call that makes all these calls at once, each on a thread of its own."""
    pool = ThreadPoolExecutor(len(parts))
    return lambda: list(pool.map(lambda part: part(), parts))


def copies(averaged: dict[str, pa.Table], raw: pa.Table, threads: int) -> dict[str, Callable[[], Any]]:
    """The bytes of each average and of `refine`, read and written by `threads` threads at once."""
    parts = {
        name: [kernels.bytes_alone(table, part, threads) for part in range(threads)] for name, table in averaged.items()
    }
    # A copy reads and writes each of its bytes. `refine` reads its input and writes its output.
    size = (raw.nbytes + pa.table(b3.refine(raw)).nbytes) // 2 // threads
    arrays = [(np.ones(size, np.uint8), np.ones(size, np.uint8)) for _ in range(threads)]
    parts["refine"] = [partial(np.copyto, target, source) for target, source in arrays]
    return {named(name, COPIED, threads): at_once(calls) for name, calls in parts.items()}


def ways(tickers: int, rows_per_ticker: int) -> dict[str, Callable[[], Any]]:
    """Every method by name; ours and the copies on one thread and on as many as Polars has."""
    data, raw = kernels.bars(tickers, rows_per_ticker), refine.raw_bars(tickers, rows_per_ticker)
    averaged = {"SMA 20, DECIMAL": data.decimal, "SMA 20, double": data.double}
    averages = {name: kernels.with_the_wheel(table) for name, table in averaged.items()}
    others: dict[str, Callable[[], Any]] = {
        "refine": lambda: b3.refine(raw),
        "date_differences": lambda: b3.date_differences(data.decimal),
        "aggregate_ohlcv, weeks": lambda: b3.aggregate_ohlcv(raw, every="1w"),
    }
    frame = pl.DataFrame(raw)
    rivals = {"SMA 20, double": kernels.with_polars(data), "refine": lambda: refine.with_polars(frame)}
    return (
        on_counts(averages)
        | {name: call for threads in COUNTS for name, call in copies(averaged, raw, threads).items()}
        | on_counts(others)
        | {named(name, POLARS, CORES): way for name, way in rivals.items()}
    )


def assert_right(answers: dict[str, Callable[[], Any]]) -> None:
    """Assert that all cores give the same bits as one thread; tests check the values."""
    for name in AIMS:
        alone, together = (answers[named(name, OURS, threads)]() for threads in COUNTS)
        assert together.equals(alone), name


def figures(tickers: int, rows_per_ticker: int, runs: int) -> dict[str, Any]:
    """The figures in the form that benches/run.py reads."""
    answers = ways(tickers, rows_per_ticker)
    assert_right(answers)
    seconds, rows = medians(answers, runs, time.perf_counter), tickers * rows_per_ticker

    def gain(name: str, by: str) -> float:
        alone, together = (seconds[named(name, by, threads)] for threads in COUNTS)
        return alone / together

    gains = [
        {"name": f"{name}: {CORES} threads to 1", "value": gain(name, OURS), "aim": aim} for name, aim in AIMS.items()
    ]
    limits = [
        {"name": f"{name}: {COPIED}, {CORES} threads to 1", "value": gain(name, COPIED), "aim": None}
        for name in ("SMA 20, DECIMAL", "SMA 20, double", "refine")
    ]
    rivals = [
        {"name": f"{name}: b3_kernels to Polars, {CORES} threads each", "aim": 10.0}
        | {"value": seconds[named(name, POLARS, CORES)] / seconds[named(name, OURS, CORES)]}
        for name in ("SMA 20, double", "refine")
    ]
    return {
        "title": "Kernels on every core",
        "about": f"{rows:,} rows in {tickers} tickers, called from Python, wall time. Each of our threads takes whole "
        f"tickers, and the answer has the same bits as that of one thread. {LIMITS}",
        "rows": rows_with_rates(seconds, rows / 1e6, "Mrow/s"),
        "ratios": gains + limits + rivals,
    }


def main() -> None:
    """Measure, print, and write JSON if asked."""
    options = arguments(__doc__)
    quick = (40, kernels.QUICK_ROWS_PER_TICKER, 3)
    tickers, rows_per_ticker, runs = quick if options.quick else (500, 5_000, 21)
    publish(figures(tickers, rows_per_ticker, runs), options.json)


if __name__ == "__main__":
    main()
