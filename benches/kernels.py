"""Benchmark of the exact moving average called from Python, beside TA-Lib, Polars and DuckDB.

Every result is checked before it is timed.
"""

from __future__ import annotations

import os

# One thread each. Set before the imports, because the rivals read the variables when they are
# imported.
os.environ.update({"POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1", "B3_KERNELS_THREADS": "1"})

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import talib
from figures import arguments, medians, publish, rows_with_rates

import b3_kernels as b3

WINDOW = 20
SCALE = 6
# Shown with the figures: what limits a call, by samples of its instructions.
PROFILE = (
    "Of the time of a DECIMAL call 35% go to reading the closes as 64 bits, 16% to the tickers, 15% to the sums, 12% "
    "to the order of the dates, 9% to copying the results into the new column, 5% to the division; of a double call "
    "21% to the division, during which later closes are prefetched, 17% to the tickers, 14% to the closes as "
    "integers, 13% to the dates, 13% to the sums, 10% to the copy, 4% to looking for NaN."
)
# Of quick runs: a prime, so that no batch or block of a kernel ends where a ticker does.
QUICK_ROWS_PER_TICKER = 4_987
SPLIT = "b3_kernels DECIMAL, 1% of tickers split"
SPLIT_EVERY = 100  # tickers 0, 100, 200 and so on split
# The first of a pair has to be at least this many times as fast as the second; "bytes" are those of
# the columns, read and written once.
AIMS = {
    ("b3_kernels DECIMAL", "TA-Lib double"): 2.0,
    ("b3_kernels double", "TA-Lib double"): 1.0,
    ("b3_kernels double", "Polars double"): 10.0,
    ("b3_kernels DECIMAL", "DuckDB DECIMAL"): 50.0,
    ("b3_kernels double", "DuckDB double"): 50.0,
    (SPLIT, "b3_kernels DECIMAL"): 0.97,
    ("b3_kernels DECIMAL", "bytes of a DECIMAL call"): 0.7,
    ("b3_kernels double", "bytes of a double call"): 0.7,
}


@dataclass(frozen=True)
class Bars:
    """Closes of many tickers, sorted by ticker and date, in the form each library reads fastest.

    Attributes:
        cents: the closes as integers.
        rows_per_ticker: how many rows each ticker has.
        decimal: ticker, trade_date and close as DECIMAL(18,6).
        double: the same with close as float64.
    """

    cents: np.ndarray[Any, np.dtype[np.int64]]
    rows_per_ticker: int
    decimal: pa.Table
    double: pa.Table


def bars(tickers: int, rows_per_ticker: int) -> Bars:
    """A random walk of whole cents for each ticker, on the first sessions from 2000 on."""
    random_numbers = np.random.default_rng(20)
    steps = random_numbers.integers(-60, 61, (tickers, rows_per_ticker))
    steps[:, 0] = random_numbers.integers(1_000, 10_000, tickers)
    cents = np.maximum(steps.cumsum(axis=1), 100).reshape(-1)
    sessions = b3.sessions(dt.date(2000, 1, 3), dt.date(2022, 12, 31))[:rows_per_ticker]
    names = [f"T{number:04}" for number in range(tickers)]
    keys = {
        "ticker": pa.array(np.repeat(np.array(names), rows_per_ticker).tolist(), pa.string()),
        "trade_date": pa.array(sessions * tickers, pa.date32()),
    }
    decimal = pa.table(keys | {"close": decimals(cents * 10 ** (SCALE - 2), 18, SCALE)})
    return Bars(cents, rows_per_ticker, decimal, pa.table(keys | {"close": pa.array(cents / 100)}))


def decimals(unscaled: np.ndarray[Any, np.dtype[np.int64]], precision: int, scale: int) -> pa.Array:
    """A DECIMAL column of unscaled integers, each written as its low and its high 64 bits."""
    wide = np.stack([unscaled, unscaled >> 63], axis=1)
    return pa.Array.from_buffers(pa.decimal128(precision, scale), len(unscaled), [None, pa.py_buffer(wide.tobytes())])


def with_the_wheel(table: pa.Table, actions: pa.Table | None = None) -> Callable[[], Any]:
    """The function of the wheel that users call."""
    return lambda: b3.moving_average(table, windows=(WINDOW,), actions=actions)["sma_20"]


def splits(data: Bars) -> pa.Table:
    """The actions: one in a hundred tickers splits 2 for 1, in the middle of its rows."""
    middle = data.decimal["trade_date"][data.rows_per_ticker // 2]
    tickers = data.decimal["ticker"].take(list(range(0, len(data.cents), SPLIT_EVERY * data.rows_per_ticker)))
    action = {"ex_date": middle.as_py(), "kind": "split", "amount": None, "numerator": 2, "denominator": 1}
    return pa.table({"ticker": tickers, **{name: [value] * len(tickers) for name, value in action.items()}})


def exact_across_splits(data: Bars, row: int) -> float:
    """A split ticker's average of the window up to `row`: closes before the split count half."""
    split = row - row % data.rows_per_ticker + data.rows_per_ticker // 2
    window = range(row + 1 - WINDOW, row + 1)
    cents = sum(Fraction(int(data.cents[at]), 2 if at < split <= row else 1) for at in window)
    return float(cents / (100 * WINDOW))


def with_talib(data: Bars) -> Callable[[], Any]:
    """One call for each ticker on its contiguous part of the column: the fastest use of TA-Lib."""
    closes = data.double["close"].to_numpy()
    parts = [closes[first : first + data.rows_per_ticker] for first in range(0, len(closes), data.rows_per_ticker)]
    return lambda: [talib.SMA(part, WINDOW) for part in parts]


def with_polars(data: Bars) -> Callable[[], Any]:
    """Polars' rolling mean over tickers."""
    frame = pl.DataFrame(data.double)
    average = pl.col("close").rolling_mean(WINDOW).over("ticker")
    return lambda: frame.select(average).to_series()


def with_duckdb(table: pa.Table) -> Callable[[], Any]:
    """DuckDB's window function, whose partial windows are made null."""
    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    connection.register("arrow_bars", table)
    connection.execute("CREATE TABLE bars AS SELECT * FROM arrow_bars")
    query = """
        SELECT CASE WHEN count(*) OVER last = 20 THEN avg(close) OVER last END AS average
        FROM bars WINDOW last AS (PARTITION BY ticker ORDER BY trade_date ROWS 19 PRECEDING)
        ORDER BY ticker, trade_date"""
    return lambda: connection.sql(query).to_arrow_table()["average"]


def bytes_alone(table: pa.Table, part: int = 0, parts: int = 1) -> Callable[[], Any]:
    """A call that reads the table's columns once and writes one: the least that an average can do.

    It does part `part` of `parts`; benches/threads.py has a thread for each. The written column's
    memory is there already.
    """

    def words(name: str) -> list[np.ndarray[Any, np.dtype[np.uint64]]]:
        buffers = [buffer for buffer in table[name].chunk(0).buffers() if buffer]
        return [np.array_split(np.frombuffer(found, np.uint64, len(found) // 8), parts)[part] for found in buffers]

    rows, (closes,) = table.num_rows // parts, words("close")
    averages, nulls = np.zeros(rows, np.uint64), np.zeros(rows // 64, np.uint64)  # a null is a bit
    # One word for each row is copied: all of a double column, the first half of a DECIMAL column.
    copied, other_closes = np.split(closes, [rows])
    only_read = [other_closes, *words("ticker"), *words("trade_date")]

    def call() -> None:
        np.copyto(averages, copied)
        np.copyto(nulls, copied[: rows // 64])
        for found in only_read:
            np.add.reduce(found)

    return call


def ways(data: Bars) -> dict[str, Callable[[], Any]]:
    """The call of every library, by name."""
    return {
        "b3_kernels DECIMAL": with_the_wheel(data.decimal),
        SPLIT: with_the_wheel(data.decimal, splits(data)),
        "b3_kernels double": with_the_wheel(data.double),
        "TA-Lib double": with_talib(data),
        "Polars double": with_polars(data),
        "DuckDB DECIMAL": with_duckdb(data.decimal),
        "DuckDB double": with_duckdb(data.double),
    }


def as_array(answer: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The averages, with NaN for null."""
    if isinstance(answer, list):
        return np.concatenate(answer)
    values = answer.to_list() if isinstance(answer, pl.Series) else answer.to_pylist()
    return np.array(values, dtype=np.float64)


def assert_right(data: Bars, answers: dict[str, Callable[[], Any]]) -> dict[str, float]:
    """Check each library by rational arithmetic; returns the share that it rounds correctly."""
    rows = random.Random(5).sample(range(len(data.cents)), min(2_000, len(data.cents)))
    middle = data.rows_per_ticker // 2
    rows += range(middle - WINDOW, middle + 2 * WINDOW)  # where the first ticker splits
    full = [row for row in rows if row % data.rows_per_ticker >= WINDOW - 1]
    closes = data.double["close"].to_numpy()
    exact_decimal = {
        row: float(Fraction(int(data.cents[row + 1 - WINDOW : row + 1].sum()), 100 * WINDOW)) for row in full
    }
    exact_double = {
        row: float(sum(map(Fraction, closes[row + 1 - WINDOW : row + 1].tolist())) / WINDOW) for row in full
    }
    in_split_ticker = [row for row in full if row // data.rows_per_ticker % SPLIT_EVERY == 0]
    exact_split = exact_decimal | {row: exact_across_splits(data, row) for row in in_split_ticker}
    shares = {}
    for name, answer in answers.items():
        found = as_array(answer())
        expected = exact_split if name == SPLIT else exact_decimal if "DECIMAL" in name else exact_double
        assert len(found) == len(data.cents), name
        assert all(np.isnan(found[row]) for row in rows if row not in expected), name
        assert all(abs(found[row] - expected[row]) <= 1e-9 * expected[row] for row in full), name
        shares[name] = sum(found[row] == expected[row] for row in full) / len(full)
        assert "b3_kernels" not in name or shares[name] == 1.0, name
    return shares


def figures(data: Bars, runs: int) -> dict[str, Any]:
    """The figures in the form that benches/run.py reads."""
    answers = ways(data)
    shares = assert_right(data, answers)
    answers["memcpy of the column"] = np.array(data.double["close"].to_numpy()).copy
    answers["bytes of a DECIMAL call"] = bytes_alone(data.decimal)
    answers["bytes of a double call"] = bytes_alone(data.double)
    seconds = medians(answers, runs, three_runs=("DuckDB DECIMAL", "DuckDB double"))
    rows = rows_with_rates(seconds, len(data.cents) / 1e6, "Mrow/s")
    for row in rows:
        if row["name"] in shares:
            row["name"] += f", {shares[row['name']]:.1%} correctly rounded"
    ratios = [
        {"name": f"{ours} to {rival}", "value": seconds[rival] / seconds[ours], "aim": aim}
        for (ours, rival), aim in AIMS.items()
    ]
    about = (
        f"A simple moving average over {WINDOW} closes of {len(data.cents):,} rows in "
        f"{len(data.cents) // data.rows_per_ticker} tickers, called from Python, one thread, processor time. TA-Lib is "
        "called for each ticker on a contiguous array and knows neither tickers nor nulls; ours finds the tickers, "
        "checks the order and counts sessions. The lines `bytes of ...` only read a call's columns "
        "(ticker, date, close) once and write one: no call can take less. Correct rounding is checked on some 2,000 "
        f"rows by rational arithmetic. {PROFILE}"
    )
    return {"title": "Exact moving averages", "about": about, "rows": rows, "ratios": ratios}


def main() -> None:
    """Measure, print, and write JSON if asked."""
    options = arguments(__doc__)
    tickers, rows_per_ticker, runs = (20, QUICK_ROWS_PER_TICKER, 3) if options.quick else (500, 5_000, 21)
    publish(figures(bars(tickers, rows_per_ticker), runs), options.json)


if __name__ == "__main__":
    main()
