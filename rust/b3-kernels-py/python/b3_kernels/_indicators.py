"""The indicators that analysts know by name, ticker by ticker.

All take bars in any order and of any Arrow kind, and give them back in the caller's order and kind with new float64
columns; columns of the same names are replaced. What looks back over a window of bars is null before the window is
full, where one of its values is null, NaN or infinite, and where its bars span more than `max_span` sessions (twice
the window by default; `every="1w"` for the bars of weeks, whose spans count weeks, and so `1mo`, `1q`, `1y`). What
carries a state on (`ema`, `atr`, `rsi`, `macd`, `obv`) is null at such a value, passes over it, and depends on where
the series begins: it begins anew, warm-up and all, at a bar whose previous one is more than `max_span` sessions old.
The default of 400 is the published table's rule, twice its longest window; None carries on over any gap.

Of bars of one ticker and time `on_duplicate` makes an error (`raise`), takes the `first` or the `last` in the caller's
order, leaving the others null, or takes them all one after the other (`keep`).

`actions`, the table of corporate actions, puts what lies before a split or a bonus into the shares of the bar that is
computed: windows as `moving_average` does, and what is carried on (the state and the previous close times old / new
shares, the balance of `obv` times new / old) at the ex-date. Where a column `currency` changes its label, windows are
null and what is carried on begins anew, warm-up and all. `unit` says what `column` counts, as for `moving_average`.
Errors are those of `moving_average`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import _options
from ._indicator import example_bars as _example  # noqa: F401  # the docstrings' examples use it
from ._indicator import with_indicator


def ema(
    bars: Any,
    *,
    windows: Sequence[int] | int = (20,),
    seed: str = "sma",
    column: str = "close",
    unit: str | None = None,
    every: str = "1d",
    max_span: int | None = 400,
    actions: Any = None,
    by: str | Sequence[str] | None = "ticker",
    time: str = "trade_date",
    on_duplicate: str = "raise",
) -> Any:
    """Average prices with exponentially less weight the older they are; adds `ema_20` and the like.

    Args:
        bars: any Arrow data, in any order.
        windows: lengths in bars; a price weighs 2 / (window + 1) of the average when it comes.
        seed: what the average begins with: `sma`, the mean of the first window (TA-Lib's default), or `first`, the
            first price (pandas' `adjust=False`). It is null before its window is full either way.
        column: the column of prices.
        unit: what that column counts, as for `moving_average`.
        every: the bars' period, as for `moving_average`.
        max_span: the age in sessions (or weeks, or months) beyond which a previous bar counts no more, so that the
            average begins anew; None for any age.
        actions: the table of corporate actions: at an ex-date the average goes on in new shares.
        by: the column of tickers, several columns that tell the series apart together, or None for one series.
        time: the column of dates or timestamps.
        on_duplicate: what becomes of bars of one ticker and time, as for `moving_average`.

    Examples:
        >>> ema(_example(close=[1.0, 2.0, 3.0]), windows=(2,))["ema_2"].to_pylist()
        [None, 1.5, 2.5]
    """
    _options.choice("seed", seed, ("sma", "first"))
    return with_indicator(
        bars,
        "ema",
        [column],
        windows,
        by=by,
        time=time,
        on_duplicate=on_duplicate,
        every=every,
        max_span=max_span,
        actions=actions,
        unit=unit,
        parameter=float(seed == "first"),
    )


def true_range(
    bars: Any,
    *,
    every: str = "1d",
    max_span: int | None = 400,
    actions: Any = None,
    by: str | Sequence[str] | None = "ticker",
    time: str = "trade_date",
    on_duplicate: str = "raise",
) -> Any:
    """Give the widest of high - low, high - previous close and previous close - low; adds `true_range`.

    Examples:
        >>> bars = _example(high=[2.0, 5.0], low=[1.0, 4.0], close=[2.0, 4.5])
        >>> true_range(bars)["true_range"].to_pylist()
        [None, 3.0]
    """
    return with_indicator(
        bars,
        "true_range",
        ["high", "low", "close"],
        (),
        by=by,
        time=time,
        on_duplicate=on_duplicate,
        every=every,
        max_span=max_span,
        actions=actions,
    )


def atr(
    bars: Any,
    *,
    windows: Sequence[int] | int = (14,),
    every: str = "1d",
    max_span: int | None = 400,
    actions: Any = None,
    by: str | Sequence[str] | None = "ticker",
    time: str = "trade_date",
    on_duplicate: str = "raise",
) -> Any:
    """Average the true range as Wilder did; adds `atr_14` and the like.

    Examples:
        >>> bars = _example(high=[2.0, 5.0, 6.0], low=[1.0, 4.0, 5.0], close=[2.0, 4.5, 5.5])
        >>> atr(bars, windows=(2,))["atr_2"].to_pylist()
        [None, None, 2.25]
    """
    return with_indicator(
        bars,
        "atr",
        ["high", "low", "close"],
        windows,
        by=by,
        time=time,
        on_duplicate=on_duplicate,
        every=every,
        max_span=max_span,
        actions=actions,
    )


def rsi(
    bars: Any,
    *,
    windows: Sequence[int] | int = (14,),
    column: str = "close",
    unit: str | None = None,
    every: str = "1d",
    max_span: int | None = 400,
    actions: Any = None,
    by: str | Sequence[str] | None = "ticker",
    time: str = "trade_date",
    on_duplicate: str = "raise",
) -> Any:
    """Give Wilder's relative strength index, from 0 to 100; adds `rsi_14` and the like.

    Examples:
        >>> rsi(_example(close=[1.0, 2.0, 1.0]), windows=(2,))["rsi_2"].to_pylist()
        [None, None, 50.0]
    """
    return with_indicator(
        bars,
        "rsi",
        [column],
        windows,
        by=by,
        time=time,
        on_duplicate=on_duplicate,
        every=every,
        max_span=max_span,
        actions=actions,
        unit=unit,
    )


def bollinger_bands(
    bars: Any,
    *,
    windows: Sequence[int] | int = (20,),
    deviations: float = 2.0,
    column: str = "close",
    unit: str | None = None,
    every: str = "1d",
    max_span: int | None = None,
    actions: Any = None,
    by: str | Sequence[str] | None = "ticker",
    time: str = "trade_date",
    on_duplicate: str = "raise",
) -> Any:
    """Draw bands of some standard deviations around the average.

    Adds `bollinger_upper_20`, `bollinger_middle_20`, `bollinger_lower_20` and the like.

    Examples:
        >>> bars = bollinger_bands(_example(close=[1.0, 3.0]), windows=(2,))
        >>> bars["bollinger_upper_2"][1].as_py(), bars["bollinger_lower_2"][1].as_py()
        (4.0, 0.0)
    """
    options: dict[str, Any] = {
        "by": by,
        "time": time,
        "on_duplicate": on_duplicate,
        "every": every,
        "actions": actions,
        "unit": unit,
        "max_span": max_span,
        "parameter": _options.deviations(deviations),
    }
    return with_indicator(bars, "bollinger_bands", [column], windows, **options)


def macd(
    bars: Any,
    *,
    fast: int = 12,
    slow: int = 26,
    signal: int = 9,
    column: str = "close",
    unit: str | None = None,
    every: str = "1d",
    max_span: int | None = 400,
    actions: Any = None,
    by: str | Sequence[str] | None = "ticker",
    time: str = "trade_date",
    on_duplicate: str = "raise",
) -> Any:
    """Compare a fast and a slow exponential average.

    Adds `macd` (fast - slow), `macd_signal` (its average over `signal` bars) and `macd_histogram` (their difference).

    Examples:
        >>> macd(_example(close=[1.0, 2.0, 4.0]), fast=1, slow=2, signal=1)["macd"].to_pylist()
        [None, 0.5, 0.8333333333333335]
    """
    windows = (*_options.fast_and_slow(fast, slow), _options.window("signal", signal))
    return with_indicator(
        bars,
        "macd",
        [column],
        windows,
        by=by,
        time=time,
        on_duplicate=on_duplicate,
        every=every,
        max_span=max_span,
        actions=actions,
        unit=unit,
    )


def obv(
    bars: Any,
    *,
    column: str = "close",
    volume: str = "volume",
    every: str = "1d",
    max_span: int | None = 400,
    actions: Any = None,
    by: str | Sequence[str] | None = "ticker",
    time: str = "trade_date",
    on_duplicate: str = "raise",
) -> Any:
    """Sum volume, with its sign turned where the price fell; adds `obv`.

    Examples:
        >>> obv(_example(close=[1.0, 2.0, 1.5], volume=[10, 5, 1]))["obv"].to_pylist()
        [10.0, 15.0, 14.0]
    """
    return with_indicator(
        bars,
        "obv",
        [column, volume],
        (),
        by=by,
        time=time,
        on_duplicate=on_duplicate,
        every=every,
        max_span=max_span,
        actions=actions,
    )


def log_return(
    bars: Any,
    *,
    column: str = "close",
    unit: str | None = None,
    every: str = "1d",
    max_span: int | None = 400,
    actions: Any = None,
    by: str | Sequence[str] | None = "ticker",
    time: str = "trade_date",
    on_duplicate: str = "raise",
) -> Any:
    """Give the natural logarithm of price / previous price; adds `log_return`.

    Null where the previous price is more than `max_span` sessions old (weeks with `every="1w"`, and so on); None for
    any age.

    Examples:
        >>> log_return(_example(close=[1.0, 1.0, 2.0]))["log_return"].to_pylist()
        [None, 0.0, 0.6931471805599453]
    """
    return with_indicator(
        bars,
        "log_return",
        [column],
        (),
        by=by,
        time=time,
        on_duplicate=on_duplicate,
        every=every,
        actions=actions,
        unit=unit,
        max_span=max_span,
    )
