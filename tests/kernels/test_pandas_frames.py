"""Calls on pandas frames keep the index, the types of dates and the labels of columns."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from caller_bars import BARS, CLOSES, ROWS, SMA_2
from corporate_actions import share_actions

import b3_kernels as b3

WEEKS = ["2024-01-02", "2024-01-08"]  # the first sessions of the two weeks of BARS


def frame() -> pd.DataFrame:
    bars = pd.DataFrame(BARS)
    bars["trade_date"] = pd.to_datetime(bars["trade_date"]).astype("datetime64[ns]")
    return bars


@pytest.mark.parametrize("function", [b3.aggregate_ohlcv, b3.refine])
@pytest.mark.parametrize("unit", ["s", "us", "ns"])
def test_pandas_datetimes_stay_datetimes(function: Any, unit: str) -> None:
    bars = frame().astype({"trade_date": f"datetime64[{unit}]"})
    answer = function(bars)
    assert bars["trade_date"].dtype in answer.dtypes.to_list()
    assert isinstance(answer.index, pd.RangeIndex)


@pytest.mark.parametrize("zone", ["America/Sao_Paulo", "Asia/Tokyo"])
@pytest.mark.parametrize("of_arrow", [False, True])
def test_pandas_datetimes_with_a_zone_keep_it_and_their_day(zone: str, of_arrow: bool) -> None:
    bars = frame().assign(trade_date=lambda bars: bars["trade_date"].dt.tz_localize(zone))
    if of_arrow:
        bars = bars.astype({"trade_date": pd.ArrowDtype(pa.timestamp("us", zone))})
    answer = b3.aggregate_ohlcv(bars)
    assert answer["trade_date"].dtype == bars["trade_date"].dtype
    assert answer["trade_date"].tolist() == [pd.Timestamp(day, tz=zone) for day in WEEKS]


@pytest.mark.parametrize(
    ("zone", "first"),
    [("America/Sao_Paulo", "2018-11-04 01:00-02:00"), ("America/Havana", "2018-11-04 00:00-04:00")],
)
def test_a_day_whose_clocks_are_set_at_midnight_begins_at_its_first_moment(zone: str, first: str) -> None:
    times = pd.date_range("2018-11-04 10:00", periods=ROWS, freq="h", tz=zone)
    answer = b3.aggregate_ohlcv(frame().assign(trade_date=times), every="1d")
    assert answer["trade_date"].tolist() == [pd.Timestamp(first)]


@pytest.mark.parametrize("index", ["Date", None, "trade_date"])
def test_a_datetime_index_is_the_time_and_stays_the_index(index: str | None) -> None:
    bars = frame().set_index("trade_date").rename_axis(index=index)
    assert b3.simple_return(bars).index.equals(bars.index)
    assert b3.simple_return(bars).columns.to_list() == [*bars.columns, "simple_return"]
    weeks = b3.aggregate_ohlcv(bars)
    assert isinstance(weeks.index, pd.DatetimeIndex)
    assert (weeks.index.name, weeks.columns.to_list()) == (index, bars.columns.to_list())
    assert weeks.index.to_list() == [pd.Timestamp(day) for day in WEEKS]
    refined = b3.refine(bars)
    assert isinstance(refined.index, pd.DatetimeIndex)
    assert refined.index.name == ("data_pregao" if index == "trade_date" else index)
    assert "data_pregao" not in refined.columns


def test_an_index_of_tickers_and_dates_stays_the_index() -> None:
    bars = frame().set_index(["ticker", "trade_date"])
    assert b3.moving_average(bars, windows=(2,)).index.equals(bars.index)
    weeks = b3.aggregate_ohlcv(bars)
    assert weeks.index.names == ["ticker", "trade_date"]
    assert weeks.loc[("PETR4", WEEKS[1]), "close"] == CLOSES[-1]


def test_many_new_columns_are_no_warning_and_the_frame_keeps_its_attributes() -> None:
    bars = frame().rename_axis(columns="Price")
    bars.attrs["source"] = "yfinance"
    answer = b3.moving_average(bars, windows=range(1, 150))
    assert answer.columns.to_list() == [*bars.columns, *(f"sma_{window}" for window in range(1, 150))]
    assert (answer.columns.name, answer.attrs) == ("Price", bars.attrs)


def test_an_unnamed_index_is_kept_and_not_named_in_errors() -> None:
    bars = frame().set_axis([f"row {place}" for place in range(ROWS)])
    answer = b3.moving_average(bars, windows=(2,))
    assert answer.index.equals(bars.index)
    assert answer.columns.to_list() == [*bars.columns, "sma_2"]
    with pytest.raises(b3.SchemaError) as caught:
        b3.moving_average(bars, column="Close")
    assert "__index_level_0__" not in str(caught.value)


def test_a_column_whose_label_is_no_text_is_known_by_the_labels_text() -> None:
    bars = frame().rename(columns={"close": 2024, "open": ("PETR4", "open")})
    for name, label in (("2024", 2024), ("('PETR4', 'open')", ("PETR4", "open"))):
        answer = b3.moving_average(bars, windows=(2,), column=name)
        assert answer.columns.to_list() == [*bars.columns, "sma_2"]
        assert answer["sma_2"].to_list()[1:] == SMA_2[1:]
        renamed = b3.rename_columns(bars, {name: "price"})
        assert renamed.columns.to_list() == ["price" if column == label else column for column in bars.columns]


def test_nullable_pandas_frames_get_nullable_results() -> None:
    nullable = b3.moving_average(frame().convert_dtypes(), windows=(2,))
    assert nullable["sma_2"].dtype == pd.Float64Dtype()
    assert nullable["sma_2"][0] is pd.NA
    arrow = b3.moving_average(frame().convert_dtypes(dtype_backend="pyarrow"), windows=(2,))
    assert arrow["sma_2"].dtype == pd.ArrowDtype(pa.float64())
    assert b3.moving_average(frame(), windows=(2,))["sma_2"].dtype == np.float64


PRICES = ["open", "high", "low", "close"]
ADJUST = partial(b3.adjust, actions=share_actions([]))


@pytest.mark.parametrize("function", [b3.moving_average, b3.rsi, b3.obv, ADJUST, b3.refine, b3.aggregate_ohlcv])
def test_no_rows_of_a_pandas_frame_of_decimals_give_no_rows(function: Any) -> None:
    bars = frame().assign(**{name: [Decimal(close) for close in CLOSES] for name in PRICES})
    assert function(bars[bars["ticker"] == "XXXX3"]).empty


@pytest.mark.parametrize("function", [b3.refine, b3.aggregate_ohlcv])
@pytest.mark.parametrize("price", PRICES)
def test_integer_prices_beside_floats_count_as_floats(function: Any, price: str) -> None:
    pd.testing.assert_frame_equal(function(frame().astype({price: "int64"})), function(frame()))
