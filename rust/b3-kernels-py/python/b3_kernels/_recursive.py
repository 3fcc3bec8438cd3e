"""Recursive indicators, which carry a state from bar to bar, ticker by ticker.

A value depends on where the series begins. At an ex-date of `actions` a state in prices and the
previous prices are multiplied by old / new shares, a state in shares, such as that of `obv`, by new
/ old. A price that only a split changed counts as unchanged if it is a decimal; a float may differ
by a rounding error. Numbers agree with TA-Lib's within 1e-9 where no bar is missing. `over_series`
adds the shared keywords to each signature and docstring.
"""

from __future__ import annotations

from typing import Unpack

from . import _options
from ._indicator import HIGH_LOW_CLOSE, with_indicator
from ._indicator import example_bars as _example  # noqa: F401  # the docstrings' examples use it
from ._keywords import over_series
from .typing import BarsT, ColumnOptions, Seed, SeriesOptions, Windows

__all__ = ["adx", "atr", "drawdown", "ema", "keltner_channels", "macd", "obv", "rsi", "true_range"]


@over_series(column="close", max_span=_options.PREVIOUS_BAR_MAX_AGE)
def ema(bars: BarsT, *, windows: Windows = (20,), seed: Seed = "sma", **options: Unpack[ColumnOptions]) -> BarsT:
    """Average prices with weights that fall exponentially with age; adds `ema_20` and the like.

    Args:
        bars: any Arrow data, in any order.
        windows: lengths in bars; the weight of the newest price is 2 / (window + 1).
        seed: the first value of the average: `sma`, the mean of the first window (TA-Lib's
            default), or `first`, the first price (pandas' `adjust=False`). The average is null
            before its window is full either way.

    Examples:
        >>> ema(_example(close=[1.0, 2.0, 3.0]), windows=(2,))["ema_2"].to_pylist()
        [None, 1.5, 2.5]
    """
    settings = {"seed": _options.choice("seed", seed, Seed)}
    return with_indicator(bars, "ema", windows=windows, settings=settings, **options)


@over_series(max_span=_options.PREVIOUS_BAR_MAX_AGE)
def true_range(bars: BarsT, **options: Unpack[SeriesOptions]) -> BarsT:
    """Give the greatest of high - low, high - previous close and previous close - low.

    Adds `true_range`. Wilder, New Concepts in Technical Trading Systems (1978); TA-Lib's `TRANGE`.

    Returns:
        The bars in the caller's order and kind, with the range. It is null for a ticker's first
        bar, where high, low or the previous close is null, NaN or infinite, where the previous bar
        is more than `max_span` sessions old, and where the two differ in a column `currency`.

    Examples:
        >>> bars = _example(high=[2.0, 5.0], low=[1.0, 4.0], close=[2.0, 4.5])
        >>> true_range(bars)["true_range"].to_pylist()
        [None, 3.0]
    """
    return with_indicator(bars, "true_range", HIGH_LOW_CLOSE, **options)


@over_series(max_span=_options.PREVIOUS_BAR_MAX_AGE)
def atr(bars: BarsT, *, windows: Windows = (14,), **options: Unpack[SeriesOptions]) -> BarsT:
    """Average the true range with Wilder's smoothing; adds `atr_14` and the like.

    The first value is the mean of the first window of true ranges, each next one
    (previous * (window - 1) + range) / window, in the price's unit. TA-Lib's `ATR`.

    Examples:
        >>> bars = _example(high=[2.0, 5.0, 6.0], low=[1.0, 4.0, 5.0], close=[2.0, 4.5, 5.5])
        >>> atr(bars, windows=(2,))["atr_2"].to_pylist()
        [None, None, 2.25]
    """
    return with_indicator(bars, "atr", HIGH_LOW_CLOSE, windows, **options)


@over_series(column="close", max_span=_options.PREVIOUS_BAR_MAX_AGE)
def rsi(bars: BarsT, *, windows: Windows = (14,), **options: Unpack[ColumnOptions]) -> BarsT:
    """Give Wilder's relative strength index, from 0 to 100; adds `rsi_14` and the like.

    100 * gains / (gains + losses), each smoothed as in `atr`; 0 where the price never moved.
    TA-Lib's `RSI`.

    Examples:
        >>> rsi(_example(close=[1.0, 2.0, 1.0]), windows=(2,))["rsi_2"].to_pylist()
        [None, None, 50.0]
    """
    return with_indicator(bars, "rsi", windows=windows, **options)


@over_series(max_span=_options.PREVIOUS_BAR_MAX_AGE)
def adx(bars: BarsT, *, windows: Windows = (14,), **options: Unpack[SeriesOptions]) -> BarsT:
    """Give Wilder's average directional index with +DI and -DI, each from 0 to 100.

    Adds `adx_14`, `plus_di_14`, `minus_di_14` and the like. A bar's upward move is the rise of its
    high over the previous high, its downward move the fall of its low; only the larger one counts.
    The directional indicators are 100 * moves / true ranges, both summed with Wilder's smoothing,
    from bar `window` on, counted from 0. The index averages 100 * |+DI - -DI| / (+DI + -DI) as
    `atr` averages, from bar `2 * window - 1` on. Wilder, New Concepts in Technical Trading Systems
    (1978); TA-Lib's `ADX`, `PLUS_DI`, `MINUS_DI`.

    Examples:
        >>> prices = {"high": [3.0, 4.0, 6.0], "low": [1.0, 2.0, 4.0], "close": [2.0, 3.0, 5.0]}
        >>> bars = adx(_example(**prices), windows=(1,))
        >>> bars["adx_1"].to_pylist(), bars["plus_di_1"].to_pylist()
        ([None, 100.0, 100.0], [None, 50.0, 66.66666666666666])
        >>> bars["minus_di_1"].to_pylist()
        [None, 0.0, 0.0]
    """
    return with_indicator(bars, "adx", HIGH_LOW_CLOSE, windows, **options)


@over_series(column="close", max_span=_options.PREVIOUS_BAR_MAX_AGE)
def macd(bars: BarsT, *, fast: int = 12, slow: int = 26, signal: int = 9, **options: Unpack[ColumnOptions]) -> BarsT:
    """Compare a fast and a slow exponential average.

    Adds `macd` (fast - slow), `macd_signal` (its average over `signal` bars) and `macd_histogram`
    (macd - signal), all null until the signal begins. TA-Lib's `MACD`.

    Args:
        bars: any Arrow data, in any order.
        fast: bars of the fast average.
        slow: bars of the slow average.
        signal: bars of the average of their difference.

    Examples:
        >>> macd(_example(close=[1.0, 2.0, 4.0]), fast=1, slow=2, signal=1)["macd"].to_pylist()
        [None, 0.5, 0.8333333333333335]
    """
    windows = (*_options.fast_and_slow(fast, slow), _options.window("signal", signal))
    return with_indicator(bars, "macd", windows=windows, **options)


@over_series(max_span=_options.PREVIOUS_BAR_MAX_AGE)
def keltner_channels(
    bars: BarsT,
    *,
    windows: Windows = (20,),
    atr_window: int = 10,
    multiplier: float = 2.0,
    **options: Unpack[SeriesOptions],
) -> BarsT:
    """Draw channels above and below the exponential average of the close.

    Adds `keltner_upper_20`, `keltner_middle_20`, `keltner_lower_20` and the like, in the price's
    unit: `ema` plus and minus `multiplier` times `atr`. This is Raschke's form of Keltner's
    channels.

    Args:
        bars: any Arrow data, in any order.
        windows: lengths of the average in bars.
        atr_window: bars over which the true range is averaged.
        multiplier: how many average true ranges lie between the average and a channel.

    Examples:
        >>> prices = {"high": [1.0, 3.0], "low": [1.0, 3.0], "close": [1.0, 3.0]}
        >>> bars = keltner_channels(_example(**prices), windows=(2,), atr_window=1, multiplier=1.5)
        >>> [bars[f"keltner_{line}_2"][1].as_py() for line in ("upper", "middle", "lower")]
        [5.0, 2.0, -1.0]
    """
    settings = {
        "atr_window": _options.window("atr_window", atr_window),
        "multiplier": _options.multiple("multiplier", multiplier, "average true ranges"),
    }
    return with_indicator(bars, "keltner_channels", HIGH_LOW_CLOSE, windows, settings, **options)


@over_series(max_span=_options.PREVIOUS_BAR_MAX_AGE)
def obv(bars: BarsT, *, column: str = "close", volume: str = "volume", **options: Unpack[SeriesOptions]) -> BarsT:
    """Sum volume, + where the price rose and in the first bar, - where it fell.

    Adds `obv`, in shares. TA-Lib's `OBV`.

    Args:
        bars: any Arrow data, in any order.
        column: the column of prices.
        volume: the column of volumes.

    Examples:
        >>> obv(_example(close=[1.0, 2.0, 1.5], volume=[10, 5, 1]))["obv"].to_pylist()
        [10.0, 15.0, 14.0]
    """
    return with_indicator(bars, "obv", [column, _options.column("volume", volume)], **options)


@over_series(column="close", max_span=_options.PREVIOUS_BAR_MAX_AGE)
def drawdown(bars: BarsT, **options: Unpack[ColumnOptions]) -> BarsT:
    """Give the distance of the price below its highest so far; adds `drawdown`.

    Price / highest price since the series began - 1: 0 at a new high, -0.25 a quarter below it.
    Null before the first price above 0.

    Examples:
        >>> drawdown(_example(close=[4.0, 3.0, 5.0]))["drawdown"].to_pylist()
        [0.0, -0.25, 0.0]
    """
    return with_indicator(bars, "drawdown", **options)
