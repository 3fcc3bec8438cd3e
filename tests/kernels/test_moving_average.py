"""Moving averages of decimals and doubles equal the nearest double of the rational mean."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lakes import PRICE
from market_days import SESSIONS

import b3_kernels as b3

# Among them closes that a running sum would round away beside others: 1e-5 beside 9e13.
hostile = st.one_of(
    st.none(),
    st.sampled_from([math.nan, math.inf, -math.inf, 0.0, -0.0, 5e-324, 1e-5, 9e13, 1.1, 2.2]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(1, 100_000).map(lambda cents: cents / 100),
)


def bars_of(closes: list[Any], kind: pa.DataType) -> pa.Table:
    """One ticker's closes in consecutive sessions."""
    days = SESSIONS[: len(closes)]
    close = pa.array(closes, kind)
    return pa.table({"ticker": pa.array(["PETR4"] * len(days)), "trade_date": pa.array(days), "close": close})


def means(closes: list[Any], kind: str, window: int) -> list[float | None]:
    """The nearest double of each window's weighted mean."""
    weights = [1] * window if kind == "sma" else list(range(1, window + 1))
    answers: list[float | None] = []
    for place in range(len(closes)):
        part = closes[max(0, place + 1 - window) : place + 1]
        missing = any(close is None or (isinstance(close, float) and not math.isfinite(close)) for close in part)
        if len(part) < window or missing:
            answers.append(None)
            continue
        total = sum((weight * Fraction(close) for weight, close in zip(weights, part, strict=True)), Fraction(0))
        answers.append(float(total / sum(weights)))
    return answers


@pytest.mark.parametrize("kind", ["sma", "wma"])
@given(closes=st.lists(hostile, min_size=1, max_size=80), window=st.integers(1, 30))
def test_an_average_of_doubles_is_the_nearest_double_of_the_rational_mean(
    kind: str, closes: list[float | None], window: int
) -> None:
    found = b3.moving_average(bars_of(closes, pa.float64()), windows=(window,), kind=kind)[f"{kind}_{window}"]
    assert found.to_pylist() == means(closes, kind, window)


@pytest.mark.parametrize("kind", ["sma", "wma"])
@given(
    unscaled=st.lists(st.none() | st.integers(-(10**18) + 1, 10**18 - 1), min_size=1, max_size=80),
    window=st.integers(1, 30),
)
def test_an_average_of_decimals_is_the_nearest_double_of_the_rational_mean(
    kind: str, unscaled: list[int | None], window: int
) -> None:
    closes = [None if value is None else Decimal(value).scaleb(-6) for value in unscaled]
    found = b3.moving_average(bars_of(closes, PRICE), windows=(window,), kind=kind)[f"{kind}_{window}"]
    assert found.to_pylist() == means(closes, kind, window)


def test_an_average_of_decimals_agrees_with_duckdb() -> None:
    closes = [Decimal(1_000 + 37 * place % 991) / 100 for place in range(700)]
    bars = bars_of(closes, PRICE)
    window = "over (partition by ticker order by trade_date rows 19 preceding)"
    rows = duckdb.sql(f"select avg(close) {window} from bars order by trade_date").fetchall()  # noqa: S608
    found = b3.moving_average(bars, windows=(20,))["sma_20"].to_pylist()
    assert found[19:] == [average for (average,) in rows[19:]]


def test_a_window_longer_than_max_span_is_null() -> None:
    days = [SESSIONS[0], SESSIONS[7], SESSIONS[8]]
    bars = pa.table({"ticker": ["PETR4"] * 3, "trade_date": days, "close": pa.array([1.0, 2.0, 3.0])})
    averages = [b3.moving_average(bars, windows=(2,), max_span=span)["sma_2"][1].as_py() for span in (6, 7)]
    assert averages == [None, 1.5]
    assert b3.moving_average(bars, windows=(2,))["sma_2"].to_pylist() == [None, None, 2.5]


def test_a_column_of_the_same_name_is_replaced() -> None:
    bars = b3.moving_average(b3.moving_average(bars_of([1.0, 2.0], pa.float64())))
    assert bars.column_names == ["ticker", "trade_date", "close", "sma_5", "sma_20"]


def test_bars_of_a_day_are_ordered_by_timestamp() -> None:
    at = pa.array([1_700_000_000_000_000 + place for place in (3, 1, 2)], pa.timestamp("us"))
    bars = pa.table({"symbol": ["PETR4"] * 3, "at": at, "close": [30.0, 10.0, 20.0]})
    found = b3.moving_average(bars, windows=(2,), by="symbol", time="at")["sma_2"].to_pylist()
    assert found == [25.0, None, 15.0]
