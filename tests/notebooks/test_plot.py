"""Tests of `plot.candles`: what is drawn, and errors."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest

from b3_kernels import plot

DAYS = [dt.date(2024, 11, day) for day in (4, 5, 6, 7, 8)]


def bars(**columns: list[object]) -> pa.Table:
    """Five bars with the given columns; the others have default values."""
    plain = {"ticker": ["AAAA3"] * 5, "trade_date": DAYS, "open": [10.0] * 5, "high": [12.0] * 5, "low": [9.0] * 5,
             "close": [11.0, 9.5, 10.0, 11.0, 12.0], "volume": [100, 200, 300, 400, 500]}  # fmt: skip
    return pa.table(plain | columns)


def test_candles_and_averages_are_drawn_in_order_of_date() -> None:
    shuffled = bars().take([3, 0, 4, 1, 2])
    candles, average, volume = plot.candles(shuffled, averages=(2,)).data
    assert list(candles.x) == [day.isoformat() for day in DAYS]
    assert list(candles.close) == [11.0, 9.5, 10.0, 11.0, 12.0]
    assert list(average.y) == [None, 10.25, 9.75, 10.5, 11.5]
    assert list(volume.y) == [100, 200, 300, 400, 500]


def test_an_average_column_of_the_table_is_drawn_unchanged() -> None:
    table = bars().append_column("sma_2", pa.array([1.0, 2.0, 3.0, 4.0, 5.0]))
    _candles, average, _volume = plot.candles(table, averages=(2,)).data
    assert list(average.y) == [1.0, 2.0, 3.0, 4.0, 5.0]


def test_candles_of_two_tickers_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"2 tickers \(AAAA3, BBBB4\); expected one"):
        plot.candles(bars(ticker=["AAAA3", "BBBB4", "AAAA3", "AAAA3", "AAAA3"]))


def test_candles_without_a_bar_are_refused() -> None:
    with pytest.raises(ValueError, match="hold no row"):
        plot.candles(bars().slice(0, 0))
