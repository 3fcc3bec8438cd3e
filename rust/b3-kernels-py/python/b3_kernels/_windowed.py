"""Indicators that look back over a window of bars, ticker by ticker.

The same window has the same bits wherever the series began. With `actions`, the bars before a split
or a bonus are converted to the shares of the window's last bar. Numbers agree with TA-Lib's within
1e-9. `over_series` adds the shared keywords to each signature and docstring.
"""

from __future__ import annotations

from typing import Unpack

from . import _options
from ._indicator import HIGH_LOW_CLOSE, with_indicator
from ._indicator import example_bars as _example  # noqa: F401  # the docstrings' examples use it
from ._keywords import over_series
from .typing import BarsT, ColumnOptions, SeriesOptions, Windows

__all__ = ["bollinger_bands", "cci", "donchian_channels", "log_return", "mfi", "roc", "stoch", "willr"]


@over_series(column="close")
def bollinger_bands(
    bars: BarsT, *, windows: Windows = (20,), deviations: float = 2.0, **options: Unpack[ColumnOptions]
) -> BarsT:
    """Draw bands above and below the average.

    Adds `bollinger_upper_20`, `bollinger_middle_20`, `bollinger_lower_20` and the like, in the
    price's unit. The deviation is the population's, as in TA-Lib's `BBANDS`.

    Args:
        bars: any Arrow data, in any order.
        windows: lengths in bars.
        deviations: standard deviations from the average to a band.

    Examples:
        >>> bars = bollinger_bands(_example(close=[1.0, 3.0]), windows=(2,))
        >>> bars["bollinger_upper_2"][1].as_py(), bars["bollinger_lower_2"][1].as_py()
        (4.0, 0.0)
    """
    settings = {"deviations": _options.multiple("deviations", deviations, "standard deviations")}
    return with_indicator(bars, "bollinger_bands", windows=windows, settings=settings, **options)


@over_series()
def donchian_channels(bars: BarsT, *, windows: Windows = (20,), **options: Unpack[SeriesOptions]) -> BarsT:
    """Draw channels at the highest high and the lowest low of each window.

    Adds `donchian_upper_20`, `donchian_middle_20` (half way between them), `donchian_lower_20` and
    the like, in the price's unit; TA-Lib's `MAX` and `MIN`.

    Examples:
        >>> bars = donchian_channels(_example(high=[2.0, 3.0], low=[1.0, 2.0]), windows=(2,))
        >>> [bars[f"donchian_{line}_2"][1].as_py() for line in ("upper", "middle", "lower")]
        [3.0, 2.0, 1.0]
    """
    return with_indicator(bars, "donchian_channels", ["high", "low"], windows, **options)


@over_series()
def stoch(bars: BarsT, *, fast_k: int = 5, slow_k: int = 3, slow_d: int = 3, **options: Unpack[SeriesOptions]) -> BarsT:
    """Give the slow stochastic oscillator, from 0 to 100.

    Adds `slow_k` and `slow_d`, both null until the latter begins. Fast %K is the place of the close
    between the lowest low and the highest high of its window (0 where they are equal), slow %K the
    simple average of fast %K, slow %D the simple average of slow %K. Each of the three windows may
    span `max_span` sessions. Lane; TA-Lib's `STOCH`.

    Args:
        bars: any Arrow data, in any order.
        fast_k: bars of the window of highs and lows.
        slow_k: bars over which fast %K is averaged.
        slow_d: bars over which slow %K is averaged.

    Examples:
        >>> closes = [1.0, 3.0, 2.0, 2.5]
        >>> bars = _example(high=closes, low=closes, close=closes)
        >>> bars = stoch(bars, fast_k=3, slow_k=1, slow_d=2)
        >>> bars["slow_k"].to_pylist(), bars["slow_d"].to_pylist()
        ([None, None, None, 50.0], [None, None, None, 50.0])
    """
    stages = {"fast_k": fast_k, "slow_k": slow_k, "slow_d": slow_d}
    windows = [_options.window(name, length) for name, length in stages.items()]
    return with_indicator(bars, "stoch", HIGH_LOW_CLOSE, windows, **options)


@over_series()
def cci(bars: BarsT, *, windows: Windows = (14,), **options: Unpack[SeriesOptions]) -> BarsT:
    """Give the commodity channel index; adds `cci_14` and the like.

    The distance of the typical price, (high + low + close) / 3, from its mean over the window, in
    units of 0.015 mean absolute deviations; 0 where it never moved. Lambert (1980); TA-Lib's `CCI`.

    Examples:
        >>> closes = [1.0, 2.0, 6.0]
        >>> cci(_example(high=closes, low=closes, close=closes), windows=(3,))["cci_3"].to_pylist()
        [None, None, 100.0]
    """
    return with_indicator(bars, "cci", HIGH_LOW_CLOSE, windows, **options)


@over_series()
def willr(bars: BarsT, *, windows: Windows = (14,), **options: Unpack[SeriesOptions]) -> BarsT:
    """Give Williams' %R, from -100 to 0; adds `willr_14` and the like.

    The distance of the close below the highest high of the window, in percent of the distance to
    the lowest low; 0 where they are equal. Williams (1973); TA-Lib's `WILLR`.

    Examples:
        >>> closes = [1.0, 5.0, 4.0]
        >>> bars = _example(high=closes, low=closes, close=closes)
        >>> willr(bars, windows=(3,))["willr_3"].to_pylist()
        [None, None, -25.0]
    """
    return with_indicator(bars, "willr", HIGH_LOW_CLOSE, windows, **options)


@over_series()
def mfi(bars: BarsT, *, windows: Windows = (14,), **options: Unpack[SeriesOptions]) -> BarsT:
    """Give the money flow index, from 0 to 100; adds `mfi_14` and the like.

    A bar's money is its typical price, (high + low + close) / 3, times its `volume`. The index is
    100 * the money of the bars whose typical price rose, over that of the bars where it rose or
    fell, so a window looks at `window + 1` bars. 0 where less than 1 unit of money moved. TA-Lib's
    `MFI`.

    Examples:
        >>> closes = [1.0, 3.0, 2.0]
        >>> bars = _example(high=closes, low=closes, close=closes, volume=[9, 2, 1])
        >>> mfi(bars, windows=(2,))["mfi_2"].to_pylist()
        [None, None, 75.0]
    """
    return with_indicator(bars, "mfi", [*HIGH_LOW_CLOSE, "volume"], windows, **options)


@over_series(column="close")
def roc(bars: BarsT, *, windows: Windows = (10,), **options: Unpack[ColumnOptions]) -> BarsT:
    """Give the change of the price over `window` bars, in percent; adds `roc_10` and the like.

    A window looks at `window + 1` bars. Null where the older price is 0. TA-Lib's `ROC`.

    Examples:
        >>> roc(_example(close=[2.0, 9.0, 3.0]), windows=(2,))["roc_2"].to_pylist()
        [None, None, 50.0]
    """
    return with_indicator(bars, "roc", windows=windows, **options)


@over_series(column="close", max_span=_options.PREVIOUS_BAR_MAX_AGE)
def log_return(bars: BarsT, **options: Unpack[ColumnOptions]) -> BarsT:
    """Give the natural logarithm of price / previous price; adds `log_return`.

    Returns:
        The bars in the caller's order and kind, with the return. It is null for a ticker's first
        bar, where either price is null, NaN, infinite or not above 0, where the previous bar is
        more than `max_span` sessions old, and where the two differ in a column `currency`.

    Examples:
        >>> log_return(_example(close=[1.0, 1.0, 2.0]))["log_return"].to_pylist()
        [None, 0.0, 0.6931471805599453]
    """
    return with_indicator(bars, "log_return", **options)
