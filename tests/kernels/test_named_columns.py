"""Tests of frames with other column names, of several columns at once, and of wide frames."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from caller_bars import BARS, CLOSES, DAYS, SMA_2, VOLUME, Capsule
from corporate_actions import Split, share_actions
from polars.testing import assert_frame_equal

import b3_kernels as b3

YAHOO_NAMES = {"trade_date": "Date", "open": "Open", "high": "High", "low": "Low", "close": "Close", "volume": "Volume"}
# The parameters of all functions, but those that need a column of a second series.
PARAMETERS = {
    name: set(inspect.signature(getattr(b3, name)).parameters)
    for name in b3.__all__
    if name not in ("beta", "correl") and inspect.isfunction(getattr(b3, name))
}


def short(name: str) -> dict[str, Any]:
    """Options of short windows, for tables of a few bars."""
    if name == "macd":
        return {"fast": 1, "slow": 2, "signal": 1}
    if name == "stoch":
        return {"fast_k": 2, "slow_k": 1, "slow_d": 1}
    return {"windows": (2,)} if "windows" in PARAMETERS[name] else {}


@pytest.mark.parametrize("name", [name for name, parameters in PARAMETERS.items() if "columns" in parameters])
def test_columns_option_maps_names_and_gives_the_same_result(name: str) -> None:
    function, ours = getattr(b3, name), pl.DataFrame(BARS)
    expected = function(ours, **short(name))
    found = function(ours.rename(YAHOO_NAMES), columns=YAHOO_NAMES, **short(name))
    assert_frame_equal(found, expected.rename(YAHOO_NAMES))


@pytest.mark.parametrize(
    "kind", [pl.DataFrame, pl.DataFrame.to_arrow, pl.DataFrame.to_pandas, lambda bars: Capsule(bars.to_arrow())]
)
def test_columns_option_may_name_a_column_beside_one_of_the_usual_name(kind: Any) -> None:
    bars = pl.DataFrame(BARS).with_columns(adjusted=pl.col("close"), close=0.0)
    answer = pa.table(b3.moving_average(kind(bars), windows=2, columns={"close": "adjusted"}))
    assert answer["sma_2"].to_pylist() == SMA_2
    assert answer["close"].to_pylist() == [0.0] * bars.height


def test_a_column_taken_for_another_name_is_not_read_under_its_own() -> None:
    bars = pl.DataFrame(BARS).with_columns(trades=pl.lit("BRL"))
    weeks = b3.aggregate_ohlcv(bars, columns={"currency": "trades"})
    assert weeks["trades"].unique().to_list() == ["BRL"]


def test_a_yfinance_frame_needs_the_options_columns_and_by_none() -> None:
    yahoo = pd.DataFrame({name.capitalize(): CLOSES for name in ("open", "high", "low", "close")}, index=DAYS)
    yahoo["Volume"] = 100.0
    yahoo.index = pd.DatetimeIndex(yahoo.index, name="Date")
    answer = b3.atr(
        b3.moving_average(yahoo, windows=2, columns=YAHOO_NAMES, by=None), windows=2, columns=YAHOO_NAMES, by=None
    )
    assert list(answer.columns) == ["Open", "High", "Low", "Close", "Volume", "sma_2", "atr_2"]
    assert answer["sma_2"].tolist()[1:] == SMA_2[1:]
    assert answer.index.equals(yahoo.index)
    weeks = b3.aggregate_ohlcv(yahoo, every="1w", columns=YAHOO_NAMES, by=None)
    assert weeks.index.name == "Date"
    assert weeks["Close"].iloc[-1] == CLOSES[-1]
    assert weeks["Volume"].sum() == 100 * len(DAYS)


# Of the functions with `column`, those with `unit` accept several columns.
@pytest.mark.parametrize("name", [name for name, parameters in PARAMETERS.items() if "unit" in parameters])
def test_several_columns_give_a_result_each(name: str) -> None:
    function = getattr(b3, name)
    frame = pl.DataFrame(BARS).with_columns(open=pl.col("close") * 2 + 1)
    both = function(frame, column=["open", "close"], **short(name))
    for column in ("open", "close"):
        alone = function(frame, column=column, suffix=f"_{column}", **short(name))
        added = alone.columns[frame.width :]
        assert added
        assert_frame_equal(both.select(added), alone.select(added))
    assert both.width == frame.width + 2 * len(added)


def test_a_suffix_keeps_an_existing_result() -> None:
    frame = b3.moving_average(pl.DataFrame(BARS), windows=2)
    answer = b3.moving_average(frame, windows=2, column="volume", suffix="_of_volume")
    assert answer["sma_2"].to_list() == SMA_2
    assert answer["sma_2_of_volume"].to_list() == [None, *[VOLUME] * (len(DAYS) - 1)]


def test_a_renamed_volume_column_is_adjusted_as_shares() -> None:
    split = share_actions([Split(DAYS[2], new=2, old=1)])
    frame = pl.DataFrame(BARS).rename({"volume": "traded"})
    answer = b3.rolling_sum(frame, windows=2, columns={"volume": "traded"}, actions=split)
    assert answer["rolling_sum_2"].to_list()[1:4] == [VOLUME + VOLUME, 2 * VOLUME + VOLUME, VOLUME + VOLUME]


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"columns": "Close"}, TypeError, "columns: found 'Close', expected a mapping"),
        ({"columns": {"close": "X", "open": "X"}}, ValueError, "each once"),
        ({"columns": {"close": "Close"}}, b3.SchemaError, "column Close: not found"),
        (
            {"column": ["close", "open"], "columns": {"close": "open"}},
            ValueError,
            'columns: found "open" for close and for open, expected each column of bars once',
        ),
        ({"column": []}, ValueError, "column: found [], expected the name of a column, or several, each once"),
        ({"column": ["close", "close"]}, ValueError, "each once"),
        ({"suffix": 2}, TypeError, "suffix: found 2, expected a text"),
        ({"max_spam": 2}, TypeError, "moving_average() got an unexpected keyword argument 'max_spam'"),
    ],
)
def test_invalid_column_options_are_refused(options: dict[str, Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind) as refused:
        b3.moving_average(pl.DataFrame(BARS), **options)
    assert message in str(refused.value)


@pytest.mark.parametrize("tickers_first", [False, True])
def test_from_wide_converts_a_yfinance_download(*, tickers_first: bool) -> None:
    fields = ["Open", "High", "Low", "Close", "Volume"]
    labels = pd.MultiIndex.from_product([fields, ["VALE3.SA", "PETR4.SA"]], names=["Price", "Ticker"])
    wide = pd.DataFrame(np.arange(10.0 * len(DAYS)).reshape(len(DAYS), 10), columns=labels)
    wide.index = pd.DatetimeIndex(DAYS, name="Date")
    wide.loc[wide.index[0], pd.IndexSlice[:, "VALE3.SA"]] = np.nan
    bars = b3.from_wide(wide.swaplevel(axis=1) if tickers_first else wide)
    assert list(bars.columns) == ["trade_date", "ticker", "open", "high", "low", "close", "volume"]
    assert bars["ticker"].tolist() == ["PETR4"] * len(DAYS) + ["VALE3"] * (len(DAYS) - 1)
    assert bars["close"].tolist()[: len(DAYS)] == wide["Close"]["PETR4.SA"].tolist()
    assert bars["trade_date"].dtype == wide.index.dtype
    assert b3.atr(bars, windows=2)["atr_2"].isna().sum() == 2 * 2  # the first two bars of each ticker


def test_from_wide_converts_a_table_of_dates_and_tickers() -> None:
    wide = pl.DataFrame({"Date": DAYS, "PETR4": CLOSES, "VALE3": [None, float("nan"), *CLOSES[2:]]})
    bars = b3.from_wide(wide, name="price")
    assert bars.columns == ["trade_date", "ticker", "price"]
    assert bars.filter(ticker="VALE3")["price"].to_list() == CLOSES[2:]
    frame = b3.from_wide(wide.to_pandas().set_index("Date"), name="price")
    assert frame["price"].tolist() == bars["price"].to_list()


@pytest.mark.parametrize(
    "frame",
    [pl.DataFrame({"Date": DAYS, "Close": CLOSES}), pd.DataFrame({"Close": CLOSES}), pl.DataFrame(), pd.DataFrame()],
)
def test_from_wide_refuses_a_frame_without_tickers(frame: Any) -> None:
    with pytest.raises(ValueError, match="bars of one ticker want columns="):
        b3.from_wide(frame)


@pytest.mark.parametrize("twice", ["PETR4.SA", "PETR4"])
def test_from_wide_refuses_two_columns_of_one_ticker(twice: str) -> None:
    frame = pd.DataFrame([[1.0, 2.0]] * len(DAYS), pd.DatetimeIndex(DAYS), ["PETR4", twice])
    download = frame.set_axis(pd.MultiIndex.from_product([["Close"], frame.columns]), axis=1)
    for wide in (frame, download, pl.DataFrame({"Date": DAYS, "PETR4": CLOSES, "PETR4.SA": CLOSES})):
        with pytest.raises(ValueError, match=r"^frame: found several columns of PETR4 close, expected one"):
            b3.from_wide(wide)


@pytest.mark.parametrize("name", ["ticker", "trade_date"])
def test_from_wide_refuses_the_name_of_a_key(name: str) -> None:
    wide = pl.DataFrame({"Date": DAYS, "PETR4": CLOSES})
    for frame in (wide, wide.to_pandas().set_index("Date")):
        with pytest.raises(ValueError, match=f"^name: found '{name}', expected a name other than ticker"):
            b3.from_wide(frame, name=name)
        with pytest.raises(ValueError, match=rf"^frame: found columns \['{name}'\], expected tickers"):
            b3.from_wide(frame.rename({"PETR4": name}) if frame is wide else frame.rename(columns={"PETR4": name}))


@pytest.mark.parametrize("frame", [BARS, pd.Series(CLOSES), pl.Series(CLOSES)])
def test_from_wide_refuses_what_is_no_frame(frame: Any) -> None:
    with pytest.raises(TypeError, match="expected a data frame of pandas or Polars"):
        b3.from_wide(frame)


def test_from_wide_refuses_numbers_in_place_of_dates() -> None:
    wide = pl.DataFrame({"PETR4": CLOSES, "Date": DAYS})
    for frame, kind in ((wide, "Float64"), (wide.lazy(), "Float64"), (wide.to_pandas(), "int64")):
        with pytest.raises(ValueError, match=rf"^frame: found {kind} for the dates, expected dates in the index"):
            b3.from_wide(frame)
