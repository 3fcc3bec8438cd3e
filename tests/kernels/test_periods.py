"""Weekly and monthly bars: spans count in periods, and an all-null column is a warning."""

from __future__ import annotations

import warnings

import polars as pl
import pyarrow as pa
import pytest
from market_days import SESSIONS

import b3_kernels as b3
from b3_kernels import plot
from b3_kernels.typing import Every

DAYS = SESSIONS[:500]
PRICES = pa.array([30 + row % 17 / 4 for row in range(len(DAYS))])
BARS = pa.table(
    {
        "ticker": ["PETR4"] * len(DAYS),
        "trade_date": DAYS,
        **dict.fromkeys(("open", "high", "low", "close"), PRICES),
        "volume": [100] * len(DAYS),
    }
)
WEEKS, MONTHS = b3.aggregate_ohlcv(BARS, every="1w"), b3.aggregate_ohlcv(BARS, every="1mo")


@pytest.mark.parametrize(("every", "bars"), [("1w", WEEKS), ("1mo", MONTHS)], ids=["weeks", "months"])
def test_windows_of_weeks_and_months_have_values(every: Every, bars: pa.Table) -> None:
    found = b3.moving_average(bars, windows=10, every=every)["sma_10"].to_pylist()
    assert found[:9] == [None] * 9
    assert None not in found[9:]


def test_a_column_that_is_null_only_because_of_max_span_is_a_warning() -> None:
    with pytest.warns(UserWarning, match="^sma_10: null throughout.*every='1w'") as caught:
        found = b3.moving_average(WEEKS, windows=10)["sma_10"]
    assert found.null_count == len(found)
    assert {warning.filename for warning in caught} == {__file__}


def test_a_column_with_a_value_or_without_a_full_window_is_no_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        b3.moving_average(BARS, windows=(5, 501))
        b3.moving_average(WEEKS.slice(0, 5), windows=(10,))
        b3.moving_average(WEEKS, windows=(10,), kind="ema")  # recursive: no window to span too far
        b3.moving_average(WEEKS, windows=(10,), max_span=100)  # sessions: ten weeks span some 45
        b3.moving_average(BARS.slice(0, 0), windows=(10,))


def test_the_warning_of_a_null_column_shows_max_span() -> None:
    with pytest.warns(UserWarning, match=r"sma_9: null throughout.*max_span \(7\) weeks"):
        b3.moving_average(WEEKS, windows=(9,), every="1w", max_span=7)
    with pytest.warns(UserWarning, match=r"simple_return: null throughout"):
        b3.simple_return(WEEKS, max_span=1)


def test_spans_of_weeks_are_counted_in_weeks() -> None:
    weeks = pl.DataFrame(WEEKS).head(20)
    holed = pl.concat([weeks.head(5), weeks.tail(5)])  # 10 weeks lie between
    found = b3.moving_average(holed, windows=(3,), every="1w")["sma_3"].to_list()
    assert [value is None for value in found] == [True] * 2 + [False] * 3 + [True] * 2 + [False] * 3
    wide = b3.moving_average(holed, windows=(3,), every="1w", max_span=12)["sma_3"].to_list()
    assert [value is None for value in wide] == [True] * 2 + [False] * 8


def test_candles_of_weeks_have_their_averages() -> None:
    figure = plot.candles(WEEKS, averages=(10,), every="1w")
    average = next(trace for trace in figure.data if trace.name == "SMA 10")
    assert sum(value is not None for value in average.y) == len(WEEKS) - 9
