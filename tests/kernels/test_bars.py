"""Tests of aggregation, date differences, returns and renaming of columns."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from market_days import daily_bars, table

import b3_kernels as b3

TRUNCATION = {"1w": "week", "1mo": "month", "1q": "quarter", "1y": "year"}


@given(bars=daily_bars(), every=st.sampled_from(sorted(TRUNCATION)))
def test_aggregation_agrees_with_duckdb(bars: list[dict[str, Any]], every: str) -> None:
    raw = table(bars)  # noqa: F841  # DuckDB reads it by name
    rows = duckdb.sql(
        f"""
        select ticker, min(trade_date), arg_min(open, trade_date), max(high), min(low), arg_max(close, trade_date),
               sum(volume)::bigint, sum(turnover)::decimal(20, 2), sum(trades)::bigint
        from raw group by ticker, date_trunc('{TRUNCATION[every]}', trade_date) order by 1, 2
        """  # noqa: S608
    ).fetchall()
    found = b3.aggregate_ohlcv(table(bars), every=every).to_pylist()
    names = ["ticker", "open", "high", "low", "close", "volume", "turnover", "trades"]
    assert [[row[name] for name in names] for row in found] == [[ticker, *values] for ticker, _, *values in rows]
    for row, (_, first, *_) in zip(found, rows, strict=True):
        # A period is dated by its first session, on which the ticker may not have traded.
        assert row["trade_date"] <= first
        assert b3.is_session(row["trade_date"])


@given(bars=daily_bars())
def test_differences_and_returns_are_from_the_previous_bar_of_the_ticker(bars: list[dict[str, Any]]) -> None:
    found = b3.simple_return(b3.date_differences(table(bars))).to_pylist()
    for before, row in zip([None, *found[:-1]], found, strict=True):
        names = ("days_since_previous", "sessions_since_previous", "simple_return")
        answers = tuple(row[name] for name in names)
        if before is None or before["ticker"] != row["ticker"]:
            assert answers == (None, None, None)
            continue
        assert answers == (
            (row["trade_date"] - before["trade_date"]).days,
            b3.count_sessions(before["trade_date"], row["trade_date"]),
            float(Fraction(row["close"]) / Fraction(before["close"]) - 1),
        )


def test_renaming_can_swap_names_and_refuses_unknown_and_clashing_ones() -> None:
    data = pa.table({"open": [1.0], "close": [2.0], "low": [3.0]})
    assert b3.rename_columns(data, {"open": "close", "close": "open"}).column_names == ["close", "open", "low"]
    with pytest.raises(
        b3.SchemaError, match=r'^columns \["Open", "high"\]: not found, expected some of \["open", "clo'
    ):
        b3.rename_columns(data, {"Open": "a", "close": "b", "high": "c"})
    with pytest.raises(b3.SchemaError, match=r'^columns \["low"\]: each would name more than one column'):
        b3.rename_columns(data, {"open": "low"})
