"""The indicators against TA-Lib, and in the presence of nulls."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import talib
from market_days import SESSIONS

import b3_kernels as b3

ROWS = 700
TICKERS = ("ABEV3", "PETR4")


def series(seed: int) -> dict[str, np.ndarray]:
    source = random.Random(seed)
    close = np.cumprod([1 + source.uniform(-0.03, 0.03) for _ in range(ROWS)]) * 30
    width = np.array([source.uniform(0, 0.02) for _ in range(ROWS)]) * close
    volume = np.array([float(source.randrange(1, 10**6)) for _ in range(ROWS)])
    return {"high": close + width, "low": close - width / 2, "close": close, "volume": volume}


@pytest.fixture(scope="module")
def bars() -> pa.Table:
    """Two tickers, day by day, so that the series are interleaved."""
    both = [series(seed) for seed in range(len(TICKERS))]
    columns = {name: pa.array(np.stack([one[name] for one in both], axis=1).ravel()) for name in both[0]}
    days = [day for day in SESSIONS[:ROWS] for _ in TICKERS]
    return pa.table({"ticker": list(TICKERS) * ROWS, "trade_date": days, **columns})


ORACLES: dict[str, tuple[Any, Any]] = {
    "sma": (lambda b: b3.moving_average(b, windows=(20,))["sma_20"], lambda s: talib.SMA(s["close"], 20)),
    "wma": (lambda b: b3.wma(b)["wma_20"], lambda s: talib.WMA(s["close"], 20)),
    "ema": (lambda b: b3.ema(b)["ema_20"], lambda s: talib.EMA(s["close"], 20)),
    "moving_average ema": (
        lambda b: b3.moving_average(b, windows=(20,), kind="ema")["ema_20"],
        lambda s: talib.EMA(s["close"], 20),
    ),
    "rolling_sum": (lambda b: b3.rolling_sum(b)["rolling_sum_20"], lambda s: talib.SUM(s["volume"], 20)),
    "rolling_min": (lambda b: b3.rolling_min(b)["rolling_min_20"], lambda s: talib.MIN(s["low"], 20)),
    "rolling_max": (lambda b: b3.rolling_max(b)["rolling_max_20"], lambda s: talib.MAX(s["high"], 20)),
    "rolling_std": (lambda b: b3.rolling_std(b)["rolling_std_20"], lambda s: talib.STDDEV(s["close"], 20)),
    "true_range": (lambda b: b3.true_range(b)["true_range"], lambda s: talib.TRANGE(s["high"], s["low"], s["close"])),
    "atr": (lambda b: b3.atr(b)["atr_14"], lambda s: talib.ATR(s["high"], s["low"], s["close"], 14)),
    "rsi": (lambda b: b3.rsi(b)["rsi_14"], lambda s: talib.RSI(s["close"], 14)),
    "bollinger upper": (
        lambda b: b3.bollinger_bands(b)["bollinger_upper_20"],
        lambda s: talib.BBANDS(s["close"], 20, 2, 2)[0],
    ),
    "bollinger lower": (
        lambda b: b3.bollinger_bands(b)["bollinger_lower_20"],
        lambda s: talib.BBANDS(s["close"], 20, 2, 2)[2],
    ),
    "macd": (lambda b: b3.macd(b)["macd"], lambda s: talib.MACD(s["close"])[0]),
    "macd_signal": (lambda b: b3.macd(b)["macd_signal"], lambda s: talib.MACD(s["close"])[1]),
    "macd_histogram": (lambda b: b3.macd(b)["macd_histogram"], lambda s: talib.MACD(s["close"])[2]),
    "obv": (lambda b: b3.obv(b)["obv"], lambda s: talib.OBV(s["close"], s["volume"])),
    "simple_return": (lambda b: b3.simple_return(b)["simple_return"], lambda s: talib.ROCP(s["close"], 1)),
}


@pytest.mark.parametrize("name", ORACLES)
def test_an_indicator_agrees_with_ta_lib(bars: pa.Table, name: str) -> None:
    ours, theirs = ORACLES[name]
    found = ours(bars).to_numpy()
    for place in range(len(TICKERS)):
        expected = theirs(series(place))
        assert np.array_equal(np.isnan(found[place :: len(TICKERS)]), np.isnan(expected))
        np.testing.assert_allclose(found[place :: len(TICKERS)], expected, rtol=1e-9, atol=1e-9)


def test_a_samples_deviation_agrees_with_pandas(bars: pa.Table) -> None:
    found = b3.rolling_std(bars, windows=(20,), ddof=1)["rolling_std_20"].to_numpy()
    expected = bars.to_pandas().groupby("ticker")["close"].transform(lambda close: close.rolling(20).std(ddof=1))
    assert np.array_equal(np.isnan(found), np.isnan(expected))
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


def test_the_volume_weighted_average_is_money_over_shares(bars: pa.Table) -> None:
    found = b3.rolling_vwap(bars, windows=(5,))["rolling_vwap_5"].to_numpy()[:: len(TICKERS)]
    one = series(0)
    money = talib.SUM(one["close"] * one["volume"], 5)
    np.testing.assert_allclose(found[4:], (money / talib.SUM(one["volume"], 5))[4:], rtol=1e-9)


@pytest.mark.parametrize("name", ["sma", "wma", "rolling_std", "bollinger upper"])
def test_a_nan_spoils_only_the_windows_that_hold_it(bars: pa.Table, name: str) -> None:
    ours, _ = ORACLES[name]
    close = bars["close"].to_numpy().copy()
    close[100] = np.nan
    spoiled = bars.set_column(bars.schema.get_field_index("close"), "close", pa.array(close))
    clean, found = ours(bars).to_numpy(), ours(spoiled).to_numpy()
    held = np.zeros(len(clean), dtype=bool)
    held[100 : 100 + 2 * 20 : 2] = True
    assert np.isnan(found[held]).all()
    assert np.array_equal(found[~held], clean[~held], equal_nan=True)
