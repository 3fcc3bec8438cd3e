"""Tests of the option `by`: one key column, several, or none."""

from __future__ import annotations

import datetime as dt
import re
from functools import partial
from typing import Any

import duckdb
import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from corporate_actions import Split, share_actions
from polars.testing import assert_frame_equal

import b3_kernels as b3

DAYS = b3.sessions(dt.date(2024, 1, 2), dt.date(2024, 2, 16))
CLOSES = [10.0 + (place * 7) % 13 for place in range(len(DAYS))]


def bars(**names: str) -> pa.Table:
    keys = {name: [text] * len(DAYS) for name, text in names.items()}
    prices = dict.fromkeys(("open", "high", "low", "close"), CLOSES)
    return pa.table(keys | {"trade_date": DAYS} | prices | {"volume": [100] * len(DAYS)})


FUNCTIONS: dict[str, Any] = {
    "moving_average": partial(b3.moving_average, windows=3),
    "rolling_sum": partial(b3.rolling_sum, windows=3),
    "rsi": partial(b3.rsi, windows=3),
    "simple_return": b3.simple_return,
    "date_differences": b3.date_differences,
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_by_none_makes_all_rows_one_series(name: str) -> None:
    alone = FUNCTIONS[name](bars(), by=None)
    assert alone.equals(FUNCTIONS[name](bars(ticker="PETR4")).drop_columns(["ticker"]))


def test_bars_of_a_day_are_ordered_by_timestamp() -> None:
    at = pa.array([1_700_000_000_000_000 + place for place in (3, 1, 2)], pa.timestamp("us"))
    table = pa.table({"symbol": ["PETR4"] * 3, "at": at, "close": [30.0, 10.0, 20.0]})
    found = b3.moving_average(table, windows=(2,), by="symbol", time="at")["sma_2"].to_pylist()
    assert found == [25.0, None, 15.0]


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("by", [["source", "ticker"], ("ticker", "source")])
def test_by_several_columns_makes_a_series_of_each_combination(name: str, by: Any) -> None:
    both = [bars(source="cotahist", ticker="PETR4"), bars(source="yahoo", ticker="PETR4")]
    alternating = [place // 2 + place % 2 * len(DAYS) for place in range(2 * len(DAYS))]
    mixed = pa.concat_tables(both).take(alternating)
    expected = pa.concat_tables([FUNCTIONS[name](part) for part in both]).take(alternating)
    assert FUNCTIONS[name](mixed, by=by).equals(expected)
    with pytest.raises(ValueError, match="duplicate key"):
        FUNCTIONS[name](mixed)


def test_aggregation_by_several_columns_keeps_them() -> None:
    both = pa.concat_tables([bars(source="cotahist", ticker="PETR4"), bars(source="yahoo", ticker="PETR4")])
    weeks = b3.aggregate_ohlcv(both, by=["source", "ticker"])
    alone = b3.aggregate_ohlcv(bars(ticker="PETR4"))
    assert weeks.num_rows == 2 * alone.num_rows
    assert set(zip(weeks["source"].to_pylist(), weeks["ticker"].to_pylist(), strict=True)) == {
        ("cotahist", "PETR4"), ("yahoo", "PETR4"),
    }  # fmt: skip
    assert weeks.slice(0, alone.num_rows).select(alone.column_names).equals(alone)
    assert b3.aggregate_ohlcv(bars(), by=None).equals(alone.drop_columns(["ticker"]))


@pytest.mark.parametrize(("by", "key"), [(["source", "ticker"], "yahoo PETR4 2024-01-02"), (None, "2024-01-02")])
@pytest.mark.parametrize("function", [b3.simple_return, b3.aggregate_ohlcv])
def test_a_duplicate_is_named_by_all_its_key_columns(function: Any, by: Any, key: str) -> None:
    twice = bars(source="yahoo", ticker="PETR4").take([0, 0])
    with pytest.raises(ValueError, match=rf"^row 1 \({key}\): duplicate key, .* for each series and trade_date "):
        function(twice, by=by)


@pytest.mark.parametrize("kind", [pl.DataFrame, pd.DataFrame, duckdb.from_arrow])
def test_every_type_of_frame_accepts_by_several_columns_or_none(kind: Any) -> None:
    table = bars(source="cotahist", ticker="PETR4")
    frame = table.to_pandas() if kind is pd.DataFrame else kind(table)
    for by in (None, ["source", "ticker"]):
        answer = pa.table(b3.simple_return(frame, by=by))
        assert answer.column_names == [*table.column_names, "simple_return"]
        assert pa.table(b3.aggregate_ohlcv(frame, by=by)).num_rows == b3.aggregate_ohlcv(table).num_rows


COLUMNS = '"ticker", "trade_date", "open", "high", "low", "close", "volume"'
TEXT = "text (Utf8, LargeUtf8, Utf8View or a dictionary of them)"
NAMES = "the name of a column, several, or None"


@pytest.mark.parametrize(
    ("by", "kind", "message"),
    [
        (4, TypeError, f"by: found 4, expected {NAMES}"),
        ([4], TypeError, f"by: found [4], expected {NAMES}"),
        # Several names are a list or a tuple, of no other type.
        (pd.Index(["a"]), TypeError, f"by: found Index(['a'], dtype='object'), expected {NAMES}"),
        (["ticker", "ticker"], ValueError, "by: found ['ticker', 'ticker'], expected each column once"),
        (["ticker", "market"], b3.SchemaError, f"column market: not found, expected one of [{COLUMNS}]"),
        (["ticker", "volume"], b3.SchemaError, f"column volume: found Int64, expected {TEXT}"),
    ],
)  # fmt: skip
def test_an_invalid_by_is_refused(by: Any, kind: Any, message: str) -> None:
    with pytest.raises(kind, match=f"^{re.escape(message)}$"):
        b3.simple_return(bars(ticker="PETR4"), by=by)


def test_a_text_with_the_separator_of_joined_keys_is_refused_with_its_row() -> None:
    # Joined, the keys of both rows would be `a`, U+001F, `b`, U+001F, `c`.
    twins = pa.table(
        {"ticker": ["a", "a\x1fb"], "market": ["b\x1fc", "c"], "trade_date": DAYS[:2], "close": [1.0, 2.0]}
    )
    message = r'column ticker, row 1: found "a\u{1f}b", expected text without U+001F'
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        b3.simple_return(twins, by=["ticker", "market"])


def split(kind: Any = pa.table) -> Any:
    """A split of PETR4, 2 for 1, in the middle of the bars."""
    return kind(share_actions([Split(DAYS[16], new=2, old=1)]))


WITH_ACTIONS = {name: FUNCTIONS[name] for name in ("moving_average", "rolling_sum", "rsi", "simple_return")}
WITH_ACTIONS["aggregate_ohlcv"] = b3.aggregate_ohlcv


@pytest.mark.parametrize("name", WITH_ACTIONS)
@pytest.mark.parametrize("by", [["source", "ticker"], ["ticker", "source"]])
def test_actions_apply_to_their_ticker_with_several_key_columns(name: str, by: list[str]) -> None:
    function = WITH_ACTIONS[name]
    papers = [("cotahist", "PETR4"), ("cotahist", "VALE3"), ("yahoo", "PETR4")]
    all_of_them = pa.concat_tables([bars(source=source, ticker=ticker) for source, ticker in papers])
    found = function(all_of_them, by=by, actions=split())
    expected = [function(bars(ticker=ticker), actions=split()) for _, ticker in papers]
    compared = [column for column in expected[0].column_names if column != "ticker"]
    assert found.select(compared).equals(pa.concat_tables(expected).select(compared))
    # VALE3 has no split, so that its rows differ from those of PETR4.
    assert not expected[0].select(compared).equals(expected[1].select(compared))


@pytest.mark.parametrize("by", [None, ["source", "paper"]])
def test_actions_without_a_column_of_tickers_are_refused(by: Any) -> None:
    with pytest.raises(ValueError, match="expected one column of tickers, or `ticker` among several"):
        b3.simple_return(bars(source="cotahist", paper="PETR4"), by=by, actions=split())


@pytest.mark.parametrize("kind", [pl.DataFrame, lambda table: pl.DataFrame(table).lazy(), duckdb.from_arrow,
                                  lambda table: nw.from_native(pl.DataFrame(table).lazy()),
                                  lambda table: nw.from_native(table),
                                  lambda table: table.to_pandas(date_as_object=False)])  # fmt: skip
def test_actions_may_be_of_any_type_and_bars_lazy(kind: Any) -> None:
    expected = pl.DataFrame(b3.rsi(bars(ticker="PETR4"), windows=3, actions=split()))
    lazy = pl.DataFrame(bars(ticker="PETR4")).lazy()
    assert_frame_equal(b3.rsi(lazy, windows=3, actions=split(kind)).collect(), expected)
    adjusted = b3.adjust(bars(ticker="PETR4"), split(kind))
    assert adjusted.equals(b3.adjust(bars(ticker="PETR4"), split()))
