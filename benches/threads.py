"""Benchmark of averages and `refine` on one thread and on all cores, beside Polars; wall time."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

import polars as pl

CORES = pl.thread_pool_size()  # read before the imports below limit Polars to one thread

import refine  # noqa: E402
from figures import arguments, publish  # noqa: E402

import b3_kernels as b3  # noqa: E402
import kernels  # noqa: E402

AIMS = {
    "SMA 20, DECIMAL": 1.8,
    "SMA 20, double": 1.8,
    "refine": 1.5,
    "date_differences": 1.5,
    "aggregate_ohlcv, weeks": 1.5,
}
POLARS = f"Polars, {CORES} threads"


def on_threads(threads: int, way: Callable[[], Any]) -> Callable[[], Any]:
    """The same call on `threads` threads."""

    def call() -> Any:
        os.environ["B3_KERNELS_THREADS"] = str(threads)
        return way()

    return call


def ways(tickers: int, rows_per_ticker: int) -> dict[str, Callable[[], Any]]:
    """Every method by name; ours on one thread and on as many as Polars has."""
    data, raw = kernels.bars(tickers, rows_per_ticker), refine.raw_bars(tickers, rows_per_ticker)
    ours: dict[str, Callable[[], Any]] = {
        "SMA 20, DECIMAL": kernels.with_the_wheel(data.decimal),
        "SMA 20, double": kernels.with_the_wheel(data.double),
        "refine": lambda: b3.refine(raw),
        "date_differences": lambda: b3.date_differences(data.decimal),
        "aggregate_ohlcv, weeks": lambda: b3.aggregate_ohlcv(raw, every="1w"),
    }
    found = {
        f"{name}: b3_kernels, {threads} thread{'s' if threads > 1 else ''}": on_threads(threads, way)
        for name, way in ours.items()
        for threads in (1, CORES)
    }
    frame = pl.DataFrame(raw)
    return found | {
        f"SMA 20, double: {POLARS}": kernels.with_polars(data),
        f"refine: {POLARS}": lambda: refine.with_polars(frame),
    }


def assert_right(answers: dict[str, Callable[[], Any]]) -> None:
    """Assert that all cores give the same bits as one thread.

    That these are right, the other benchmarks check against rivals.
    """
    for name in AIMS:
        alone, together = (answers[f"{name}: b3_kernels, {threads}"]() for threads in ("1 thread", f"{CORES} threads"))
        assert together.equals(alone), name


def figures(tickers: int, rows_per_ticker: int, runs: int) -> dict[str, Any]:
    """The figures in the form that benches/run.py reads."""
    answers = ways(tickers, rows_per_ticker)
    assert_right(answers)
    seconds, rows = refine.median_seconds(answers, runs, time.perf_counter), tickers * rows_per_ticker
    one, all_cores = "b3_kernels, 1 thread", f"b3_kernels, {CORES} threads"
    gains = [
        {"name": f"{name}: {CORES} threads to 1", "value": seconds[f"{name}: {one}"] / seconds[f"{name}: {all_cores}"]}
        | {"aim": aim, "at_most": False}
        for name, aim in AIMS.items()
    ]
    rivals = [
        {"name": f"{name}: b3_kernels to Polars, {CORES} threads each", "aim": 10.0, "at_most": False}
        | {"value": seconds[f"{name}: {POLARS}"] / seconds[f"{name}: {all_cores}"]}
        for name in ("SMA 20, double", "refine")
    ]
    return {
        "title": "Kernels on every core",
        "about": f"{rows:,} rows in {tickers} tickers, called from Python, wall time. Threads of ours have whole "
        "tickers each, and the bits of the answer are those of one thread.",
        "rows": [
            {"name": name, "seconds": taken, "rate": rows / taken / 1e6, "unit": "Mrow/s", "ours": "b3_kernels" in name}
            for name, taken in seconds.items()
        ],
        "ratios": gains + rivals,
    }


def main() -> None:
    """Measure, print, and write JSON if asked."""
    options = arguments(__doc__)
    publish(figures(*((40, 4_987, 3) if options.quick else (500, 5_000, 21))), options.json)


if __name__ == "__main__":
    main()
