"""Kernels treat gaps by the same rule, and duplicate bars by the same option."""

from __future__ import annotations

import datetime as dt
import re
from functools import partial
from typing import Any

import pyarrow as pa
import pytest

import b3_kernels as b3

DAYS = b3.sessions(dt.date(2010, 1, 4), dt.date(2020, 12, 30))
BEFORE, AFTER = 60, 60
# The default of `max_span`, in sessions, of the kernels of RECURSIVE and PREVIOUS.
MAX_SPAN = 400
# All recursive kernels but adx, drawdown and keltner_channels, each with the number of null rows
# of its warm-up.
RECURSIVE = {
    "ema": (partial(b3.ema, windows=5), 4),
    "moving_average ema": (partial(b3.moving_average, windows=5, kind="ema"), 4),
    "true_range": (b3.true_range, 1),
    "atr": (partial(b3.atr, windows=5), 5),
    "rsi": (partial(b3.rsi, windows=5), 5),
    "macd": (partial(b3.macd, fast=2, slow=4, signal=3), 5),
    "obv": (b3.obv, 0),
}
PREVIOUS = {"simple_return": b3.simple_return, "log_return": b3.log_return, "date_differences": b3.date_differences}
OVER_WINDOWS = (
    "moving_average", "wma", "rolling_sum", "rolling_min", "rolling_max", "rolling_std", "rolling_vwap",
    "bollinger_bands",
)  # fmt: skip
WINDOWED = {name: partial(getattr(b3, name), windows=3) for name in OVER_WINDOWS}
ADD_COLUMNS: dict[str, Any] = {name: function for name, (function, _) in RECURSIVE.items()} | PREVIOUS | WINDOWED


def bars(days: list[dt.date], ticker: str = "PETR4") -> pa.Table:
    closes = [10.0 + (place * 7) % 13 for place in range(len(days))]
    above, below = [close + 1 for close in closes], [close - 1 for close in closes]
    prices = {"open": closes, "high": above, "low": below, "close": closes}
    volume = [100 + place for place in range(len(days))]
    return pa.table({"ticker": [ticker] * len(days), "trade_date": days, **prices, "volume": volume})


def with_gap(sessions: int) -> pa.Table:
    """Bars of two periods; the second begins `sessions` sessions after the end of the first."""
    second = BEFORE - 1 + sessions
    return bars(DAYS[:BEFORE] + DAYS[second : second + AFTER])


def added(function: Any, table: pa.Table, **options: Any) -> pa.Table:
    return function(table, **options).drop_columns(table.column_names)


# ---------------------------------------------------------------- gaps


@pytest.mark.parametrize("name", RECURSIVE)
def test_a_recursive_indicator_starts_again_after_a_gap_longer_than_max_span(name: str) -> None:
    function, warm_up = RECURSIVE[name]
    table = with_gap(MAX_SPAN + 1)
    answer = added(function, table)
    assert answer.slice(0, BEFORE).equals(added(function, table.slice(0, BEFORE)))
    assert answer.slice(BEFORE).equals(added(function, table.slice(BEFORE)))
    assert all(column.slice(BEFORE).null_count == warm_up for column in answer.columns)


@pytest.mark.parametrize("name", RECURSIVE)
def test_a_recursive_indicator_continues_over_a_gap_within_max_span(name: str) -> None:
    function, warm_up = RECURSIVE[name]
    beside = added(function, bars(DAYS[: BEFORE + AFTER]))
    assert added(function, with_gap(MAX_SPAN)).equals(beside)
    assert all(column.null_count == warm_up for column in beside.columns)
    if name != "moving_average ema":  # where None means MAX_SPAN
        assert added(function, with_gap(1_500), max_span=None).equals(beside)
    assert added(function, with_gap(1_500), max_span=1_500).equals(beside)
    assert not added(function, with_gap(11), max_span=10).equals(beside)


@pytest.mark.parametrize("name", PREVIOUS)
def test_a_previous_bar_is_used_for_as_long_as_in_the_published_table(name: str) -> None:
    def after_gap(columns: pa.Table) -> set[Any]:
        return {column[BEFORE].as_py() for column in columns.columns}

    names = ["simple_return", "days_since_previous", "sessions_since_previous"]
    assert None not in after_gap(added(PREVIOUS[name], with_gap(MAX_SPAN)))
    assert after_gap(added(PREVIOUS[name], with_gap(MAX_SPAN + 1))) == {None}
    assert None not in after_gap(added(PREVIOUS[name], with_gap(2_000), max_span=None))
    assert after_gap(added(PREVIOUS[name], with_gap(11), max_span=10)) == {None}
    assert None not in after_gap(b3.refine(with_gap(MAX_SPAN), rename=False).select(names))
    assert after_gap(b3.refine(with_gap(MAX_SPAN + 1), rename=False).select(names)) == {None}


def test_gaps_of_weekly_bars_are_counted_in_weeks() -> None:
    weeks = b3.aggregate_ohlcv(bars(DAYS), every="1w")
    far = pa.concat_tables([weeks.slice(0, 20), weeks.slice(20 + 300, 20)])
    assert b3.simple_return(far, every="1w")["simple_return"].null_count == 1
    assert b3.simple_return(far)["simple_return"].null_count == 2  # 300 weeks are more than 400 sessions
    assert b3.rsi(far, every="1w", windows=2)["rsi_2"].null_count == 2
    assert b3.rsi(far, windows=2)["rsi_2"].null_count == 4


def test_a_window_longer_than_max_span_is_null() -> None:
    table = bars([DAYS[0], DAYS[7], DAYS[8]])  # the first window spans 7 sessions; None allows 2 * 2
    averages = [b3.moving_average(table, windows=2, max_span=span)["sma_2"] for span in (6, 7, None)]
    assert [[value is None for value in average.to_pylist()] for average in averages] == [
        [True, True, False], [True, False, False], [True, True, False],
    ]  # fmt: skip


def test_bars_of_other_tickers_in_between_make_no_gap() -> None:
    apart = pa.concat_tables([bars(DAYS[:30], "ABEV3"), bars(DAYS[1_000:1_030], "PETR4")])
    assert b3.rsi(apart, windows=5)["rsi_5"].null_count == 2 * 5
    shuffled = apart.take([(place * 7) % 60 for place in range(60)])  # 7 and 60 share no factor: each row once
    assert b3.rsi(shuffled, windows=5)["rsi_5"].null_count == 2 * 5


# ---------------------------------------------------------------- duplicates

ONCE = bars(DAYS[:9])
AGAIN = pa.Table.from_pylist([ONCE.to_pylist()[3] | {"close": 99.0, "volume": 7_919}], schema=ONCE.schema)
TWICE = pa.concat_tables([ONCE.slice(0, 6), AGAIN, ONCE.slice(6)])  # row 6 is a second bar of the day of row 3
MESSAGE = (
    "row 6 (PETR4 2010-01-07): duplicate key, expected one bar for each ticker and trade_date (on_duplicate: first, "
    "last or keep takes more)"
)


@pytest.mark.parametrize("name", [*ADD_COLUMNS, "aggregate_ohlcv"])
def test_a_duplicate_bar_is_an_error_by_default(name: str) -> None:
    function = (ADD_COLUMNS | {"aggregate_ohlcv": b3.aggregate_ohlcv})[name]
    with pytest.raises(ValueError, match=f"^{re.escape(MESSAGE)}$"):
        function(TWICE)
    scattered = TWICE.take([8, 0, 6, 1, 2, 3, 4, 5, 7, 9])  # its rows 2 and 5 are the rows 6 and 3 of TWICE
    with pytest.raises(ValueError, match=r"^row 5 \(PETR4 2010-01-07\): duplicate key"):
        function(scattered)


@pytest.mark.parametrize("name", ADD_COLUMNS)
@pytest.mark.parametrize(("on_duplicate", "lost"), [("first", 6), ("last", 3)])
def test_on_duplicate_first_or_last_uses_one_bar_and_makes_the_other_null(
    name: str, on_duplicate: str, lost: int
) -> None:
    rest = [row for row in range(TWICE.num_rows) if row != lost]
    answer = added(ADD_COLUMNS[name], TWICE, on_duplicate=on_duplicate)
    assert answer.take(rest).combine_chunks().equals(added(ADD_COLUMNS[name], TWICE.take(rest)).combine_chunks())
    assert set(answer.slice(lost, 1).to_pylist()[0].values()) == {None}


def test_on_duplicate_keep_uses_duplicate_bars_one_after_the_other() -> None:
    kept = b3.moving_average(TWICE, windows=2, on_duplicate="keep")
    closes = TWICE["close"].to_pylist()
    assert kept["sma_2"].to_pylist()[6] == (closes[3] + closes[6]) / 2


@pytest.mark.parametrize(
    ("on_duplicate", "rows"),
    [("first", [0, 1, 2, 3, 4]), ("last", [0, 1, 2, 6, 4]), ("keep", [0, 1, 2, 3, 6, 4])],
)
def test_aggregation_of_duplicate_bars_follows_on_duplicate(on_duplicate: str, rows: list[int]) -> None:
    week, *_ = b3.aggregate_ohlcv(TWICE, on_duplicate=on_duplicate).to_pylist()
    taken = TWICE.take(rows)
    assert week["volume"] == sum(taken["volume"].to_pylist())
    assert week["close"] == taken["close"].to_pylist()[-1]


def test_intraday_bars_are_no_duplicates_and_are_aggregated_in_order_of_bar_start() -> None:
    starts = [dt.datetime(2010, 1, 4, hour, tzinfo=dt.UTC) for hour in (15, 13, 14)]
    parts = bars([DAYS[0]] * 3).append_column("bar_start", pa.array(starts, pa.timestamp("us", "UTC")))
    (day,) = b3.aggregate_ohlcv(parts, every="1d").to_pylist()
    last, first, _ = parts.to_pylist()
    assert (day["open"], day["close"]) == (first["open"], last["close"])
    assert day["volume"] == sum(parts["volume"].to_pylist())
    with pytest.raises(ValueError, match=r"^row 3 \(PETR4 2010-01-04\): duplicate key"):
        b3.aggregate_ohlcv(pa.concat_tables([parts, parts.slice(1, 1)]), every="1d")


def test_bars_of_two_sources_on_one_day_are_duplicates() -> None:
    both = pa.concat_tables([bars(DAYS[:3]), bars(DAYS[:3])]).append_column(
        "source", [["cotahist"] * 3 + ["yahoo"] * 3]
    )
    with pytest.raises(ValueError, match="duplicate key"):
        b3.aggregate_ohlcv(both)
