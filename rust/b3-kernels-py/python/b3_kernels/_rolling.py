"""Sums, averages, extremes, deviations and correlations over windows of bars, ticker by ticker.

Sums, averages and extremes are correctly rounded. `over_series` adds the shared keywords to each
signature and docstring.
"""

from __future__ import annotations

from typing import Unpack

from . import _options
from ._indicator import example_bars as _example  # noqa: F401  # the docstrings' examples use it
from ._indicator import example_split as _example_split  # noqa: F401
from ._indicator import with_indicator
from ._keywords import over_series
from .typing import BarsT, ColumnOptions, SeriesOptions, Windows

__all__ = ["beta", "correl", "rolling_max", "rolling_min", "rolling_std", "rolling_sum", "rolling_vwap", "wma"]


@over_series(column="close")
def wma(bars: BarsT, *, windows: Windows = (20,), **options: Unpack[ColumnOptions]) -> BarsT:
    """Average prices with weights that fall linearly with age; adds `wma_20` and the like.

    Correctly rounded.

    Examples:
        >>> wma(_example(close=[1.0, 2.0, 4.0]), windows=(2,))["wma_2"].to_pylist()
        [None, 1.6666666666666667, 3.3333333333333335]
    """
    return with_indicator(bars, "wma", windows=windows, **options)


@over_series(column="volume")
def rolling_sum(bars: BarsT, *, windows: Windows = (20,), **options: Unpack[ColumnOptions]) -> BarsT:
    """Sum a column over windows, correctly rounded; adds `rolling_sum_20` and the like.

    Examples:
        >>> rolling_sum(_example(volume=[100, 200, 400]), windows=(2,))["rolling_sum_2"].to_pylist()
        [None, 300.0, 600.0]
        >>> bars = _example(volume=[100, 200, 400])
        >>> split = _example_split(bars["trade_date"][1].as_py(), new=2, old=1)
        >>> rolling_sum(bars, windows=(2,), actions=split)["rolling_sum_2"].to_pylist()
        [None, 400.0, 600.0]
    """
    return with_indicator(bars, "rolling_sum", windows=windows, **options)


@over_series(column="low")
def rolling_min(bars: BarsT, *, windows: Windows = (20,), **options: Unpack[ColumnOptions]) -> BarsT:
    """Give the lowest value of each window; adds `rolling_min_20` and the like.

    Examples:
        >>> rolling_min(_example(low=[3.0, 2.0, 4.0]), windows=(2,))["rolling_min_2"].to_pylist()
        [None, 2.0, 2.0]
    """
    return with_indicator(bars, "rolling_min", windows=windows, **options)


@over_series(column="high")
def rolling_max(bars: BarsT, *, windows: Windows = (20,), **options: Unpack[ColumnOptions]) -> BarsT:
    """Give the highest value of each window; adds `rolling_max_20` and the like.

    Examples:
        >>> rolling_max(_example(high=[3.0, 2.0, 4.0]), windows=(2,))["rolling_max_2"].to_pylist()
        [None, 3.0, 4.0]
    """
    return with_indicator(bars, "rolling_max", windows=windows, **options)


@over_series(column="close")
def rolling_std(bars: BarsT, *, windows: Windows = (20,), ddof: int = 0, **options: Unpack[ColumnOptions]) -> BarsT:
    """Give the standard deviation of each window; adds `rolling_std_20` and the like.

    Args:
        bars: any Arrow data, in any order.
        windows: lengths in bars.
        ddof: 0 divides by the window (TA-Lib, numpy), 1 by one less (pandas).

    Examples:
        >>> rolling_std(_example(close=[1.0, 3.0, 3.0]), windows=(2,))["rolling_std_2"].to_pylist()
        [None, 1.0, 0.0]
    """
    settings = {"ddof": _options.ddof(ddof)}
    return with_indicator(bars, "rolling_std", windows=windows, settings=settings, **options)


@over_series()
def rolling_vwap(
    bars: BarsT,
    *,
    windows: Windows = (20,),
    column: str = "close",
    volume: str = "volume",
    **options: Unpack[SeriesOptions],
) -> BarsT:
    """Average prices by volume over windows; adds `rolling_vwap_20` and the like.

    Correctly rounded. Null also where nothing traded in the window.

    Args:
        bars: any Arrow data, in any order.
        windows: lengths in bars.
        column: the column of prices.
        volume: the column of volumes.

    Examples:
        >>> bars = _example(close=[1.0, 2.0, 4.0], volume=[1, 3, 1])
        >>> rolling_vwap(bars, windows=(2,))["rolling_vwap_2"].to_pylist()
        [None, 1.75, 2.5]
    """
    return with_indicator(bars, "rolling_vwap", [column, _options.column("volume", volume)], windows, **options)


@over_series(column="close")
def beta(bars: BarsT, *, market: str, windows: Windows = (60,), **options: Unpack[ColumnOptions]) -> BarsT:
    """Give how the price moves with the market; adds `beta_60` and the like.

    The covariance of the price's returns with the market's, divided by the variance of the
    market's, in the last `window` returns, so a window looks at `window + 1` bars. Null where the
    market's returns are all equal. TA-Lib's `BETA`, whose first series is the market.

    Args:
        bars: any Arrow data, in any order.
        market: the column of the market's prices or points, which `actions` leaves as it is.
        windows: lengths in returns.

    Examples:
        >>> bars = _example(close=[1.0, 3.0, 6.0], ibov=[100.0, 200.0, 300.0])
        >>> beta(bars, market="ibov", windows=(2,))["beta_2"].to_pylist()
        [None, None, 2.0]
    """
    return with_indicator(bars, "beta", [_options.column("market", market)], windows, **options)


@over_series(column="close")
def correl(bars: BarsT, *, other: str, windows: Windows = (30,), **options: Unpack[ColumnOptions]) -> BarsT:
    """Give Pearson's correlation of two columns over windows, from -1 to 1.

    Adds `correl_30` and the like. Null where one of them never moved. TA-Lib's `CORREL`. Correlate
    returns rather than prices, which mostly drift: `correl(simple_return(bars),
    column="simple_return", other="market_return")`.

    Args:
        bars: any Arrow data, in any order.
        other: the other column, which `actions` leaves as it is.
        windows: lengths in bars.

    Examples:
        >>> bars = _example(close=[1.0, 2.0, 3.0], ibov=[9.0, 7.0, 5.0])
        >>> correl(bars, other="ibov", windows=(3,))["correl_3"].to_pylist()
        [None, None, -1.0]
    """
    return with_indicator(bars, "correl", [_options.column("other", other)], windows, **options)
