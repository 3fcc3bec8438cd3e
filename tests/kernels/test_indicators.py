"""The indicators compared with TA-Lib, and with nulls, splits and options."""

from __future__ import annotations

import contextlib
import inspect
import random
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import talib
from market_days import SESSIONS

import b3_kernels as b3
from b3_kernels import _recursive, _rolling, _windowed

ROWS = 700
REAL = Path(__file__).resolve().parents[3] / "shared/data/yahoo/daily_adjusted_42_tickers_2015_2025.parquet"
TICKERS = ("ABEV3", "PETR4")


def series(seed: int) -> dict[str, np.ndarray]:
    source = random.Random(seed)
    close = np.cumprod([1 + source.uniform(-0.03, 0.03) for _ in range(ROWS)]) * 30
    width = np.array([source.uniform(0, 0.02) for _ in range(ROWS)]) * close
    volume = np.array([float(source.randrange(1, 10**6)) for _ in range(ROWS)])
    return {"high": close + width, "low": close - width / 2, "close": close, "volume": volume}


@pytest.fixture(scope="module")
def bars() -> pa.Table:
    """Two tickers sorted by day, so that their rows alternate."""
    both = [series(seed) for seed in range(len(TICKERS))]
    columns = {name: pa.array(np.stack([one[name] for one in both], axis=1).ravel()) for name in both[0]}
    days = [day for day in SESSIONS[:ROWS] for _ in TICKERS]
    return pa.table({"ticker": list(TICKERS) * ROWS, "trade_date": days, **columns})


def hlc(one: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return one["high"], one["low"], one["close"]


# A column, the call that adds it, and the same column from the prices and volumes of one ticker.
ORACLES: list[tuple[str, Any, Any]] = [
    ("sma_20", partial(b3.moving_average, windows=20), lambda s: talib.SMA(s["close"], 20)),
    ("wma_20", b3.wma, lambda s: talib.WMA(s["close"], 20)),
    ("ema_20", b3.ema, lambda s: talib.EMA(s["close"], 20)),
    ("ema_20", partial(b3.moving_average, windows=20, kind="ema"), lambda s: talib.EMA(s["close"], 20)),
    ("rolling_sum_20", b3.rolling_sum, lambda s: talib.SUM(s["volume"], 20)),
    ("rolling_min_20", b3.rolling_min, lambda s: talib.MIN(s["low"], 20)),
    ("rolling_max_20", b3.rolling_max, lambda s: talib.MAX(s["high"], 20)),
    ("rolling_std_20", b3.rolling_std, lambda s: talib.STDDEV(s["close"], 20)),
    # TA-Lib divides by the window, pandas by one less.
    ("rolling_std_20", partial(b3.rolling_std, ddof=1), lambda s: pd.Series(s["close"]).rolling(20).std(ddof=1)),
    (
        "rolling_vwap_20",
        b3.rolling_vwap,
        lambda s: talib.SUM(s["close"] * s["volume"], 20) / talib.SUM(s["volume"], 20),
    ),
    ("true_range", b3.true_range, lambda s: talib.TRANGE(*hlc(s))),
    ("atr_14", b3.atr, lambda s: talib.ATR(*hlc(s), 14)),
    ("rsi_14", b3.rsi, lambda s: talib.RSI(s["close"], 14)),
    ("bollinger_upper_20", b3.bollinger_bands, lambda s: talib.BBANDS(s["close"], 20, 2, 2)[0]),
    ("bollinger_lower_20", b3.bollinger_bands, lambda s: talib.BBANDS(s["close"], 20, 2, 2)[2]),
    ("macd", b3.macd, lambda s: talib.MACD(s["close"])[0]),
    ("macd_signal", b3.macd, lambda s: talib.MACD(s["close"])[1]),
    ("macd_histogram", b3.macd, lambda s: talib.MACD(s["close"])[2]),
    ("obv", b3.obv, lambda s: talib.OBV(s["close"], s["volume"])),
    ("simple_return", b3.simple_return, lambda s: talib.ROCP(s["close"], 1)),
    ("adx_14", b3.adx, lambda s: talib.ADX(*hlc(s), 14)),
    ("plus_di_14", b3.adx, lambda s: talib.PLUS_DI(*hlc(s), 14)),
    ("minus_di_14", b3.adx, lambda s: talib.MINUS_DI(*hlc(s), 14)),
    ("slow_k", b3.stoch, lambda s: talib.STOCH(*hlc(s))[0]),
    (
        "slow_d",
        partial(b3.stoch, fast_k=14, slow_k=4, slow_d=5),
        lambda s: talib.STOCH(*hlc(s), fastk_period=14, slowk_period=4, slowd_period=5)[1],
    ),
    ("cci_14", b3.cci, lambda s: talib.CCI(*hlc(s), 14)),
    ("willr_14", b3.willr, lambda s: talib.WILLR(*hlc(s), 14)),
    ("mfi_14", b3.mfi, lambda s: talib.MFI(*hlc(s), s["volume"], 14)),
    ("roc_10", b3.roc, lambda s: talib.ROC(s["close"], 10)),
    ("keltner_upper_20", b3.keltner_channels, lambda s: talib.EMA(s["close"], 20) + 2 * talib.ATR(*hlc(s), 10)),
    (
        "keltner_lower_20",
        partial(b3.keltner_channels, multiplier=1.5, atr_window=14),
        lambda s: talib.EMA(s["close"], 20) - 1.5 * talib.ATR(*hlc(s), 14),
    ),
    ("keltner_middle_20", b3.keltner_channels, lambda s: talib.EMA(s["close"], 20)),
    ("donchian_upper_20", b3.donchian_channels, lambda s: talib.MAX(s["high"], 20)),
    ("donchian_lower_20", b3.donchian_channels, lambda s: talib.MIN(s["low"], 20)),
    ("donchian_middle_20", b3.donchian_channels, lambda s: talib.MIDPRICE(s["high"], s["low"], 20)),
    # TA-Lib has no drawdown.
    ("drawdown", b3.drawdown, lambda s: s["close"] / np.maximum.accumulate(s["close"]) - 1),
    ("beta_20", partial(b3.beta, market="low", windows=20), lambda s: talib.BETA(s["low"], s["close"], 20)),
    ("correl_20", partial(b3.correl, other="volume", windows=20), lambda s: talib.CORREL(s["close"], s["volume"], 20)),
]
with_oracle = pytest.mark.parametrize(("column", "ours", "theirs"), ORACLES, ids=[column for column, *_ in ORACLES])


@with_oracle
def test_an_indicator_agrees_with_ta_lib(bars: pa.Table, column: str, ours: Any, theirs: Any) -> None:
    found = ours(bars)[column].to_numpy()
    for place in range(len(TICKERS)):
        np.testing.assert_allclose(found[place :: len(TICKERS)], theirs(series(place)), rtol=1e-9, atol=1e-9)


@with_oracle
def test_an_indicator_agrees_with_ta_lib_on_real_bars(
    real_bars: dict[str, np.ndarray], column: str, ours: Any, theirs: Any
) -> None:
    expected = theirs({name: values for name, values in real_bars.items() if name != "trade_date"})
    found = ours(pa.table(real_bars), by=None)[column].to_numpy()
    # TA-Lib updates running sums, which lose digits when large numbers cancel.
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9 * np.nanmax(np.abs(expected)))


@pytest.fixture(scope="module")
def real_bars() -> dict[str, np.ndarray]:
    """Ten years of VALE3 from Yahoo, adjusted."""
    if not REAL.exists():
        pytest.skip(f"{REAL} is missing: real bars are no part of the project")
    frame = pq.read_table(REAL, filters=[("ticker", "=", "VALE3")]).sort_by("date")
    days = frame["date"].cast(pa.date32()).to_numpy()
    # Yahoo has rows without a trade on holidays, which are no sessions of the kernels' calendar.
    traded = frame["volume"].to_numpy() > 0
    columns = {name: frame[name].to_numpy()[traded].astype(float) for name in ("high", "low", "close", "volume")}
    return {"trade_date": days[traded], **columns}


def with_missing_bar(bars: pa.Table, row: int, missing: float | None = None) -> pa.Table:
    """The bars with a close, high, low and volume that are `missing` in one row."""
    for name in ("high", "low", "close", "volume"):
        values = bars[name].to_pylist()
        values[row] = missing
        bars = bars.set_column(bars.schema.get_field_index(name), name, pa.array(values))
    return bars


OVER_WINDOWS = [*_windowed.__all__, *_rolling.__all__]
ALL = [*_recursive.__all__, *OVER_WINDOWS]
# Arguments without a default.
REQUIRED = {"beta": {"market": "index"}, "correl": {"other": "index"}}
# The number of bars from which a value is computed, where it is not the window's 20.
SPANS = {"stoch": 5 + (3 - 1) + (3 - 1), "mfi": 21, "roc": 21, "beta": 21, "log_return": 2}
# How the names of columns in the price's unit begin, and of those in shares.
OF_PRICE = (
    "ema", "wma", "true", "atr", "macd", "bollinger", "keltner", "donchian", "rolling_m", "rolling_std", "rolling_v",
)  # fmt: skip
OF_SHARES = ("obv", "rolling_sum")


def new_columns(bars: pa.Table, name: str, **options: Any) -> dict[str, np.ndarray]:
    """The columns that an indicator adds, over windows of 20 bars where it has windows."""
    function = getattr(b3, name)
    index = np.repeat(np.cumprod(1 + 0.01 * np.sin(np.arange(ROWS))) * 1e5, len(TICKERS))[: bars.num_rows]
    windows = {"windows": (20,)} if "windows" in inspect.signature(function).parameters else {}
    answer = function(bars.append_column("index", pa.array(index)), **windows, **REQUIRED.get(name, {}), **options)
    return {
        column: answer[column].to_numpy()
        for column in answer.column_names
        if column not in (*bars.column_names, "index")
    }


@pytest.mark.parametrize("missing", [None, np.nan, np.inf])
@pytest.mark.parametrize("name", OVER_WINDOWS)
def test_a_missing_bar_makes_null_only_the_windows_over_it(bars: pa.Table, name: str, missing: float | None) -> None:
    held = np.zeros(bars.num_rows, dtype=bool)
    held[200 : 200 + SPANS.get(name, 20) * len(TICKERS) : len(TICKERS)] = True
    clean = new_columns(bars, name)
    for column, values in new_columns(with_missing_bar(bars, 200, missing), name).items():
        assert np.isnan(values[held]).all()
        assert np.array_equal(values[~held], clean[column][~held], equal_nan=True)


# A null bar also makes null the true range of the bar after it.
@pytest.mark.parametrize("name", sorted({*_recursive.__all__} - {"true_range"}))
def test_a_recursive_indicator_skips_a_null_bar(bars: pa.Table, name: str) -> None:
    without = new_columns(pa.concat_tables([bars.slice(0, 200), bars.slice(201)]), name)
    for column, values in new_columns(with_missing_bar(bars, 200), name).items():
        assert np.isnan(values[200])
        assert np.array_equal(np.delete(values, 200), without[column], equal_nan=True)


def test_the_compiled_module_has_the_indicators_of_the_package(bars: pa.Table) -> None:
    keys = {"by": "ticker", "time": "trade_date"}
    series = keys | {"on_duplicate": "raise", "every": "1d", "actions": None, "threads": 1}
    options = {"columns": ["close"], "unit": None, "windows": [], "max_span": None, "series": series}
    with pytest.raises(ValueError, match='kernel: found "average", expected one of ') as error:
        b3._native.indicator(bars, kernel="average", **options)
    names = str(error.value).partition("one of ")[2].split(", ")
    assert sorted(names) == sorted([*ALL, "sma", "simple_return"])


@pytest.mark.parametrize("name", ALL)
def test_a_split_with_actions_changes_an_indicator_only_by_its_unit(bars: pa.Table, name: str) -> None:
    row = 300
    ex_date = bars["trade_date"][row].as_py()
    after = np.array([day >= ex_date for day in bars["trade_date"].to_pylist()])
    traded = bars
    for column, factor in {"high": 0.5, "low": 0.5, "close": 0.5, "volume": 2.0}.items():
        values = np.where(after, bars[column].to_numpy() * factor, bars[column].to_numpy())
        traded = traded.set_column(bars.schema.get_field_index(column), column, pa.array(values))
    events = {"kind": ["split"] * 2, "amount": [None] * 2, "numerator": [2] * 2, "denominator": [1] * 2}
    actions = pa.table({"ticker": list(TICKERS), "ex_date": [ex_date] * 2, **events})
    whole, split = new_columns(bars, name), new_columns(traded, name, actions=actions)
    for column, values in whole.items():
        factor = 0.5 if column.startswith(OF_PRICE) else 2.0 if column.startswith(OF_SHARES) else 1.0
        expected = np.where(after, values * factor, values)
        np.testing.assert_array_equal(split[column], expected)
    without_actions = new_columns(traded, name)
    assert not all(np.array_equal(without_actions[column], whole[column], equal_nan=True) for column in whole)


@pytest.mark.parametrize("name", ALL)
def test_an_indicator_accepts_by_none_a_max_span_of_0_and_weekly_bars(bars: pa.Table, name: str) -> None:
    one = bars.filter(np.arange(bars.num_rows) % 2 == 0)
    expected = new_columns(one, name)
    for column, values in new_columns(one.drop_columns(["ticker"]), name, by=None).items():
        np.testing.assert_array_equal(values, expected[column])
    with pytest.warns(UserWarning, match="max_span") if name in OVER_WINDOWS else contextlib.nullcontext():
        narrow = new_columns(one, name, max_span=0)
    # With max_span=0 no window is full, and a recursive indicator starts again at every bar: only
    # `drawdown` and `obv` have a value from one bar.
    filled = [column for column, values in narrow.items() if not np.isnan(values).all()]
    assert filled == ([name] if name in ("drawdown", "obv") else [])
    # At most one bar a week; the longest warm-up is shorter than 60 bars.
    sparse = one.take(list(range(0, one.num_rows, 5)))
    weekly = new_columns(sparse, name, every="1w")
    assert all(np.isfinite(values[60:]).all() for values in weekly.values())
