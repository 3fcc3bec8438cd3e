"""Rolling statistics and indicators, ticker by ticker.

All take bars in any order and of any Arrow kind, and give them back in the caller's order and kind with new float64
columns; columns of the same names are replaced. What looks back over a window of bars is null before the window is
full, where one of its values is null, NaN or infinite, and where its bars span more than `max_span` sessions (twice
the window by default). What carries a state on (`ema`, `atr`, `rsi`, `macd`, `obv`) is null at such a value, passes
over it, and depends on where the series begins. Errors are those of `moving_average`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import _kinds, _native
from ._kernels import moving_average


def ema(
    bars: Any,
    *,
    windows: Sequence[int] = (20,),
    seed: str = "sma",
    column: str = "close",
    by: str = "ticker",
    time: str = "trade_date",
) -> Any:
    """Average prices with exponentially less weight the older they are; adds `ema_20` and the like.

    Args:
        bars: any Arrow data, in any order.
        windows: lengths in bars; a price weighs 2 / (window + 1) of the average when it comes.
        seed: what the average begins with: `sma`, the mean of the first window (TA-Lib's default), or `first`, the
            first price (pandas' `adjust=False`). It is null before its window is full either way.
        column: the column of prices.
        by: the column of tickers.
        time: the column of dates or timestamps.

    Examples:
        >>> ema(_example(close=[1.0, 2.0, 3.0]), windows=(2,))["ema_2"].to_pylist()
        [None, 1.5, 2.5]
    """
    if seed not in {"sma", "first"}:
        message = f"seed: found {seed!r}, expected sma or first"
        raise ValueError(message)
    return _indicator(bars, "ema", [column], windows, by=by, time=time, parameter=float(seed == "first"))


def wma(
    bars: Any,
    *,
    windows: Sequence[int] = (20,),
    column: str = "close",
    max_span: int | None = None,
    by: str = "ticker",
    time: str = "trade_date",
) -> Any:
    """Average prices with linearly less weight the older they are, correctly rounded; adds `wma_20` and the like.

    Examples:
        >>> wma(_example(close=[1.0, 2.0, 4.0]), windows=(2,))["wma_2"].to_pylist()
        [None, 1.6666666666666667, 3.3333333333333335]
    """
    options: dict[str, Any] = {"windows": windows, "column": column, "max_span": max_span, "by": by, "time": time}
    return moving_average(bars, kind="wma", **options)


def rolling_sum(
    bars: Any,
    *,
    windows: Sequence[int] = (20,),
    column: str = "volume",
    max_span: int | None = None,
    by: str = "ticker",
    time: str = "trade_date",
) -> Any:
    """Sum a column over windows, correctly rounded; adds `rolling_sum_20` and the like.

    Examples:
        >>> rolling_sum(_example(volume=[100, 200, 400]), windows=(2,))["rolling_sum_2"].to_pylist()
        [None, 300.0, 600.0]
    """
    return _indicator(bars, "rolling_sum", [column], windows, by=by, time=time, max_span=max_span)


def rolling_min(
    bars: Any,
    *,
    windows: Sequence[int] = (20,),
    column: str = "low",
    max_span: int | None = None,
    by: str = "ticker",
    time: str = "trade_date",
) -> Any:
    """Give the lowest value of each window; adds `rolling_min_20` and the like.

    Examples:
        >>> rolling_min(_example(low=[3.0, 2.0, 4.0]), windows=(2,))["rolling_min_2"].to_pylist()
        [None, 2.0, 2.0]
    """
    return _indicator(bars, "rolling_min", [column], windows, by=by, time=time, max_span=max_span)


def rolling_max(
    bars: Any,
    *,
    windows: Sequence[int] = (20,),
    column: str = "high",
    max_span: int | None = None,
    by: str = "ticker",
    time: str = "trade_date",
) -> Any:
    """Give the highest value of each window; adds `rolling_max_20` and the like.

    Examples:
        >>> rolling_max(_example(high=[3.0, 2.0, 4.0]), windows=(2,))["rolling_max_2"].to_pylist()
        [None, 3.0, 4.0]
    """
    return _indicator(bars, "rolling_max", [column], windows, by=by, time=time, max_span=max_span)


def rolling_std(
    bars: Any,
    *,
    windows: Sequence[int] = (20,),
    ddof: int = 0,
    column: str = "close",
    max_span: int | None = None,
    by: str = "ticker",
    time: str = "trade_date",
) -> Any:
    """Give the standard deviation of each window; adds `rolling_std_20` and the like.

    Args:
        bars: any Arrow data, in any order.
        windows: lengths in bars.
        ddof: 0 divides by the window (TA-Lib, numpy), 1 by one less (pandas).
        column: the column of prices.
        max_span: how many sessions may lie between the first and the last bar of a window; None for twice its length.
        by: the column of tickers.
        time: the column of dates or timestamps.

    Examples:
        >>> rolling_std(_example(close=[1.0, 3.0, 3.0]), windows=(2,))["rolling_std_2"].to_pylist()
        [None, 1.0, 0.0]
    """
    if ddof not in {0, 1}:
        message = f"ddof: found {ddof!r}, expected 0 or 1"
        raise ValueError(message)
    options: dict[str, Any] = {"by": by, "time": time, "max_span": max_span, "parameter": float(ddof)}
    return _indicator(bars, "rolling_std", [column], windows, **options)


def rolling_vwap(
    bars: Any,
    *,
    windows: Sequence[int] = (20,),
    column: str = "close",
    volume: str = "volume",
    max_span: int | None = None,
    by: str = "ticker",
    time: str = "trade_date",
) -> Any:
    """Average prices by volume over windows, correctly rounded; adds `rolling_vwap_20` and the like.

    Null also where nothing traded in the window.

    Examples:
        >>> bars = _example(close=[1.0, 2.0, 4.0], volume=[1, 3, 1])
        >>> rolling_vwap(bars, windows=(2,))["rolling_vwap_2"].to_pylist()
        [None, 1.75, 2.5]
    """
    return _indicator(bars, "rolling_vwap", [column, volume], windows, by=by, time=time, max_span=max_span)


def true_range(bars: Any, *, by: str = "ticker", time: str = "trade_date") -> Any:
    """Give the widest of high - low, high - previous close and previous close - low; adds `true_range`.

    Examples:
        >>> bars = _example(high=[2.0, 5.0], low=[1.0, 4.0], close=[2.0, 4.5])
        >>> true_range(bars)["true_range"].to_pylist()
        [None, 3.0]
    """
    return _indicator(bars, "true_range", ["high", "low", "close"], (), by=by, time=time)


def atr(bars: Any, *, windows: Sequence[int] = (14,), by: str = "ticker", time: str = "trade_date") -> Any:
    """Average the true range as Wilder did; adds `atr_14` and the like.

    Examples:
        >>> bars = _example(high=[2.0, 5.0, 6.0], low=[1.0, 4.0, 5.0], close=[2.0, 4.5, 5.5])
        >>> atr(bars, windows=(2,))["atr_2"].to_pylist()
        [None, None, 2.25]
    """
    return _indicator(bars, "atr", ["high", "low", "close"], windows, by=by, time=time)


def rsi(
    bars: Any,
    *,
    windows: Sequence[int] = (14,),
    column: str = "close",
    by: str = "ticker",
    time: str = "trade_date",
) -> Any:
    """Give Wilder's relative strength index, from 0 to 100; adds `rsi_14` and the like.

    Examples:
        >>> rsi(_example(close=[1.0, 2.0, 1.0]), windows=(2,))["rsi_2"].to_pylist()
        [None, None, 50.0]
    """
    return _indicator(bars, "rsi", [column], windows, by=by, time=time)


def bollinger_bands(
    bars: Any,
    *,
    windows: Sequence[int] = (20,),
    deviations: float = 2.0,
    column: str = "close",
    max_span: int | None = None,
    by: str = "ticker",
    time: str = "trade_date",
) -> Any:
    """Draw bands of some standard deviations around the average.

    Adds `bollinger_upper_20`, `bollinger_middle_20`, `bollinger_lower_20` and the like.

    Examples:
        >>> bars = bollinger_bands(_example(close=[1.0, 3.0]), windows=(2,))
        >>> bars["bollinger_upper_2"][1].as_py(), bars["bollinger_lower_2"][1].as_py()
        (4.0, 0.0)
    """
    options: dict[str, Any] = {"by": by, "time": time, "max_span": max_span, "parameter": float(deviations)}
    return _indicator(bars, "bollinger_bands", [column], windows, **options)


def macd(
    bars: Any,
    *,
    fast: int = 12,
    slow: int = 26,
    signal: int = 9,
    column: str = "close",
    by: str = "ticker",
    time: str = "trade_date",
) -> Any:
    """Compare a fast and a slow exponential average.

    Adds `macd` (fast - slow), `macd_signal` (its average over `signal` bars) and `macd_histogram` (their difference).

    Examples:
        >>> macd(_example(close=[1.0, 2.0, 4.0]), fast=1, slow=2, signal=1)["macd"].to_pylist()
        [None, 0.5, 0.8333333333333335]
    """
    return _indicator(bars, "macd", [column], (fast, slow, signal), by=by, time=time)


def obv(
    bars: Any, *, column: str = "close", volume: str = "volume", by: str = "ticker", time: str = "trade_date"
) -> Any:
    """Sum volume, with its sign turned where the price fell; adds `obv`.

    Examples:
        >>> obv(_example(close=[1.0, 2.0, 1.5], volume=[10, 5, 1]))["obv"].to_pylist()
        [10.0, 15.0, 14.0]
    """
    return _indicator(bars, "obv", [column, volume], (), by=by, time=time)


def log_return(
    bars: Any,
    *,
    column: str = "close",
    max_span: int | None = None,
    by: str = "ticker",
    time: str = "trade_date",
) -> Any:
    """Give the natural logarithm of price / previous price; adds `log_return`.

    `max_span` is the age in sessions from which on a previous bar does not count; None for any age.

    Examples:
        >>> log_return(_example(close=[1.0, 1.0, 2.0]))["log_return"].to_pylist()
        [None, 0.0, 0.6931471805599453]
    """
    return _indicator(bars, "log_return", [column], (), by=by, time=time, max_span=max_span)


def _indicator(
    bars: Any,
    kernel: str,
    columns: list[str],
    windows: Sequence[int],
    *,
    by: str,
    time: str,
    max_span: int | None = None,
    parameter: float = 0.0,
) -> Any:
    options: dict[str, Any] = {
        "windows": list(windows),
        "parameter": parameter,
        "by": by,
        "time": time,
        "max_span": max_span,
    }
    return _kinds.like(bars, _native.indicator(bars, kernel=kernel, columns=columns, **options))


def _example(**columns: Sequence[float]) -> Any:
    """Give bars of one ticker in neighbouring sessions, for the examples."""
    import datetime as dt  # the package itself needs neither

    import pyarrow as pa

    rows = len(next(iter(columns.values())))
    days = _native.sessions(dt.date(2024, 1, 2), dt.date(2024, 12, 30))[:rows]
    return pa.table({"ticker": ["PETR4"] * rows, "trade_date": days, **columns})
