"""Benchmark of `refine`, beside the same work in Polars expressions and a copy of its bytes.

Measured too: an average of unsorted rows, and the memory that an average and a `Refiner` take.
"""

from __future__ import annotations

import os

# One thread each. Set before the imports, because Polars reads the variable when it is imported.
os.environ.update({"POLARS_MAX_THREADS": "1", "B3_KERNELS_THREADS": "1"})

import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from figures import arguments, medians, publish, resident_memory, rows_with_rates

import b3_kernels as b3
import kernels

WINDOWS = (5, 20, 50, 200)
AVERAGES = {window: f"media_movel_{window}" for window in WINDOWS}
PRICES = {"open": "abertura", "high": "maxima", "low": "minima", "close": "fechamento"}


def raw_bars(tickers: int, rows_per_ticker: int) -> pa.Table:
    """Raw bars of one source, sorted by ticker and date; open, high and low equal the close."""
    data = kernels.bars(tickers, rows_per_ticker)
    rows = len(data.cents)
    close = data.decimal["close"]
    volume = data.cents * 97 % 1_000_003 + 100
    return pa.table(
        {
            "ticker": data.decimal["ticker"],
            "trade_date": data.decimal["trade_date"],
            "bar_start": pa.nulls(rows, pa.timestamp("us", tz="UTC")),
            **dict.fromkeys(("open", "high", "low", "close"), close),
            "volume": volume,
            "turnover": kernels.decimals(volume * data.cents, 20, 2),
            "trades": volume // 100,
            "isin": pa.nulls(rows, pa.string()),
            "market": pa.array(np.full(rows, 10, dtype=np.int16)),
            "currency": everywhere("BRL", rows),
            "distribution": pa.array(np.full(rows, 100, dtype=np.int16)),
            "specification": everywhere("ON      NM", rows),
            "source": everywhere("cotahist", rows),
        }
    )


def everywhere(text: str, rows: int) -> pa.Array:
    """A column with one text in every row."""
    return pa.array([text]).take(pa.array(np.zeros(rows, dtype=np.int8)))


def with_polars(frame: pl.DataFrame) -> pl.DataFrame:
    """`refine` in Polars, without B3's calendar, corporate actions and the columns for them."""
    price = pl.col("close").cast(pl.Float64)
    return frame.with_columns(
        *[price.rolling_mean(window).over("ticker").alias(name) for window, name in AVERAGES.items()],
        (pl.col("turnover").cast(pl.Float64) / pl.col("volume")).alias("preco_medio"),
        price.pct_change().over("ticker").alias("retorno_diario"),
        pl.col("trade_date").diff().over("ticker").dt.total_days().alias("dias_desde_anterior"),
    ).rename({"trade_date": "data_pregao", "ticker": "ativo", **PRICES})


def averaged(frame: pl.DataFrame) -> pl.Series:
    """An average of a table in any order, the way a notebook does it: sort, then average."""
    ordered = frame.sort("ticker", "trade_date")
    return ordered.select(pl.col("close").cast(pl.Float64).rolling_mean(20).over("ticker")).to_series()


def assert_right(table: pa.Table, shuffled: pa.Table) -> None:
    """Assert that `refine`, Polars, and `moving_average` of sorted and of shuffled rows agree."""
    found = pl.DataFrame(b3.refine(table))
    alone = pl.DataFrame(b3.moving_average(table, windows=WINDOWS))
    by_polars = with_polars(pl.DataFrame(table))
    assert found.height == table.num_rows
    assert found["ativo"].equals(by_polars["ativo"])
    for window, name in AVERAGES.items():
        assert found[name].to_list() == alone[f"sma_{window}"].to_list(), name
    for name in (*AVERAGES.values(), "preco_medio", "retorno_diario", "dias_desde_anterior"):
        ours, theirs = found[name].cast(pl.Float64), by_polars[name].cast(pl.Float64)
        assert (ours.is_null() == theirs.is_null()).all(), name
        assert ((ours - theirs).abs() <= 1e-9 * (1 + theirs.abs())).drop_nulls().all(), name
    any_order = pl.DataFrame(b3.moving_average(shuffled, windows=(20,))).sort("ticker", "trade_date")
    assert any_order["sma_20"].to_list() == alone["sma_20"].to_list()
    assert found["fechamento"].dtype == pl.Decimal(18, 6)
    assert found["fechamento"][0] == Decimal(alone["close"][0])


def peak_growth(way: Callable[[], Any]) -> int:
    """The bytes by which this process's resident memory grows at most while `way` runs."""
    Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")  # VmHWM, the peak, begins anew
    before = resident_memory("VmRSS")
    way()
    return max(resident_memory("VmHWM") - before, 0)


def streamed(table: pa.Table) -> None:
    """Push a table through a Refiner in batches of Spark's default size; no result is kept."""
    refiner = b3.Refiner(windows=WINDOWS)
    for batch in table.to_batches(max_chunksize=10_000):
        refiner.push(batch)
    refiner.finish()


def growth_after_warm_up(what: str, tickers: int, rows_per_ticker: int) -> int:
    """The growth of this process by an average or a stream.

    A small one runs first, so that libraries which are loaded once are not counted.
    """
    way = streamed if what == "stream" else lambda table: b3.moving_average(table, windows=(20,))
    way(raw_bars(2, rows_per_ticker))
    table = raw_bars(tickers, rows_per_ticker)
    return peak_growth(lambda: way(table))


def growth_in_new_process(what: str, tickers: int, rows_per_ticker: int) -> int:
    """`growth_after_warm_up` in a process whose allocator returns every large buffer at once."""
    code = f"import refine; print(refine.growth_after_warm_up({what!r}, {tickers}, {rows_per_ticker}))"
    environment = os.environ | {"MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "0"}
    command = [sys.executable, "-c", code]
    here = Path(__file__).parent
    completed = subprocess.run(command, check=True, cwd=here, env=environment, stdout=subprocess.PIPE, text=True)
    return int(completed.stdout)


def figures(tickers: int, rows_per_ticker: int, runs: int) -> dict[str, Any]:
    """The figures in the form that benches/run.py reads."""
    table = raw_bars(tickers, rows_per_ticker)
    shuffled = table.take(np.random.default_rng(3).permutation(table.num_rows)).combine_chunks()
    assert_right(table, shuffled)
    frame, mixed = pl.DataFrame(table), pl.DataFrame(shuffled)
    # Source and target are written once before: the first write of a page costs more than the copy.
    moved = np.ones(table.nbytes + pa.table(b3.refine(table)).nbytes, dtype=np.uint8)
    copied = moved.copy()
    ways: dict[str, Callable[[], Any]] = {
        "b3_kernels refine": lambda: b3.refine(table),
        "Polars expressions": lambda: with_polars(frame),
        "memcpy of input and output": lambda: np.copyto(copied, moved),
        "b3_kernels average, unsorted": lambda: b3.moving_average(shuffled, windows=(20,)),
        "Polars sort and average": lambda: averaged(mixed),
    }
    seconds = medians(ways, runs)
    new_column = table.num_rows * 8 + table.num_rows // 8  # its values, and a bit a row for nulls
    average = growth_in_new_process("average", tickers, rows_per_ticker) / new_column
    # The allocator keeps some memory of a few batches: growth below 16 MiB counts as 16 MiB.
    grown = (growth_in_new_process("stream", count, rows_per_ticker) for count in (tickers // 2, tickers))
    half, whole = (max(growth, 16 << 20) for growth in grown)
    ours = seconds["b3_kernels refine"]
    unsorted = seconds["Polars sort and average"] / seconds["b3_kernels average, unsorted"]
    ratios = [
        {"name": "refine to Polars expressions", "value": seconds["Polars expressions"] / ours, "aim": 5.0},
        {"name": "refine to memcpy", "value": seconds["memcpy of input and output"] / ours, "aim": 0.5},
        {"name": "unsorted to Polars sort and average", "value": unsorted, "aim": 1.0},
        {"name": "memory growth of moving_average / its new column", "value": average, "aim": 1.2, "at_most": True},
        {"name": "memory of the Refiner: all rows / half of them", "value": whole / half, "aim": 1.2, "at_most": True},
    ]
    about = (
        f"Everything the Glue job computes, on {table.num_rows:,} raw rows in {tickers} tickers, one thread, processor "
        "time: four averages, vwap, return, date differences, new names, ticker boundaries. Ours also picks the "
        "source, aggregates, checks every row, counts sessions and fills the columns of corporate actions (there are "
        "none), which the Polars expressions do not. Our large columns lie in huge pages. On a machine whose memory is "
        "fragmented Linux must first move pages: the same call then took 0.24 s."
    )
    rows = rows_with_rates(seconds, table.num_rows / 1e6, "Mrow/s")
    return {"title": "Refining daily bars", "about": about, "rows": rows, "ratios": ratios}


def main() -> None:
    """Measure, print, and write JSON if asked."""
    options = arguments(__doc__)
    quick = (20, kernels.QUICK_ROWS_PER_TICKER, 3)
    tickers, rows_per_ticker, runs = quick if options.quick else (500, 5_000, 7)
    publish(figures(tickers, rows_per_ticker, runs), options.json)


if __name__ == "__main__":
    main()
