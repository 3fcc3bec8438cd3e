"""The namespace `b3` of Polars' data frames and lazy frames: `frame.b3.rsi(14)`.

Importing this module registers it. Windows may be given without their name, as numbers or one list;
all other options have the names of the package's functions.

Examples:
    >>> import datetime as dt, polars as pl
    >>> import b3_kernels.polars
    >>> days, closes = [dt.date(2024, 11, day) for day in (6, 7, 8)], [36.0, 37.0, 37.5]
    >>> bars = pl.DataFrame({"ticker": ["PETR4"] * 3, "trade_date": days, "close": closes})
    >>> bars.b3.moving_average(2, 3)["sma_2"].to_list()
    [None, 36.5, 37.25]
    >>> bars.lazy().b3.simple_return().collect()["simple_return"].round(4).to_list()
    [None, 0.0278, 0.0135]
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import polars as pl

import b3_kernels as b3

__all__ = ["Bars"]


def _method(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a function of bars as a method of the namespace."""
    has_windows = "windows" in inspect.signature(function).parameters

    @functools.wraps(function)
    def method(self: Bars, *arguments: Any, **options: Any) -> Any:
        if not (arguments and has_windows):
            return function(self._frame, *arguments, **options)
        windows = arguments[0] if len(arguments) == 1 else arguments
        return function(self._frame, windows=windows, **options)

    return method


class Bars:
    """The functions of the package as methods of a frame of bars."""

    def __init__(self, frame: pl.DataFrame | pl.LazyFrame) -> None:
        self._frame = frame


for _name in b3.__all__:
    _function = getattr(b3, _name)
    if inspect.isfunction(_function) and next(iter(inspect.signature(_function).parameters), "") == "bars":
        setattr(Bars, _name, _method(_function))

pl.api.register_dataframe_namespace("b3")(Bars)
pl.api.register_lazyframe_namespace("b3")(Bars)
