"""The namespace `b3` of Polars' data frames and lazy frames: `frame.b3.rsi(14)`.

Importing this module registers it. Windows may come without their name; what is not a window has the name that the
function of the package gives it.

Examples:
    >>> import datetime as dt, polars as pl
    >>> import b3_kernels.polars
    >>> days = [dt.date(2024, 11, day) for day in (6, 7, 8)]
    >>> bars = pl.DataFrame({"ticker": ["PETR4"] * 3, "trade_date": days, "close": [36.0, 37.0, 37.5]})
    >>> bars.b3.moving_average(2, 3)["sma_2"].to_list()
    [None, 36.5, 37.25]
    >>> bars.lazy().b3.simple_return().collect()["simple_return"].round(4).to_list()
    [None, 0.0278, 0.0135]
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import polars as pl

import b3_kernels as b3

__all__ = ["Bars"]


def _method(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a function of bars as a method of the namespace."""

    @functools.wraps(function)
    def method(self: Bars, *windows: int, **options: Any) -> Any:
        return function(self._frame, **({"windows": windows} if windows else {}), **options)

    return method


class Bars:
    """The functions of the package as methods of a frame of bars."""

    def __init__(self, frame: pl.DataFrame | pl.LazyFrame) -> None:
        self._frame = frame

    aggregate_ohlcv = _method(b3.aggregate_ohlcv)
    atr = _method(b3.atr)
    bollinger_bands = _method(b3.bollinger_bands)
    date_differences = _method(b3.date_differences)
    ema = _method(b3.ema)
    log_return = _method(b3.log_return)
    macd = _method(b3.macd)
    moving_average = _method(b3.moving_average)
    obv = _method(b3.obv)
    refine = _method(b3.refine)
    rolling_max = _method(b3.rolling_max)
    rolling_min = _method(b3.rolling_min)
    rolling_std = _method(b3.rolling_std)
    rolling_sum = _method(b3.rolling_sum)
    rolling_vwap = _method(b3.rolling_vwap)
    rsi = _method(b3.rsi)
    simple_return = _method(b3.simple_return)
    true_range = _method(b3.true_range)
    wma = _method(b3.wma)


pl.api.register_dataframe_namespace("b3")(Bars)
pl.api.register_lazyframe_namespace("b3")(Bars)
