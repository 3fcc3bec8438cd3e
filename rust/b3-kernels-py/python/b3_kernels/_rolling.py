"""Sums, averages and extremes over windows of bars, ticker by ticker.

All take bars in any order and of any Arrow kind, and give them back in the caller's order and kind with new float64
columns; columns of the same names are replaced. A window's answer is null before it is full, where one of its values is
null, NaN or infinite, where its bars span more than `max_span` sessions (twice the window by default; weeks with
`every="1w"`, and so on), and where a column `currency` changes its label in it. `actions`, the table of corporate
actions, puts what lies before a split or a bonus into the shares of the window's last bar: prices times old / new,
volumes times new / old. Of bars of one ticker and time `on_duplicate` makes an error, or says which count.
`unit` says what `column` counts, as for `moving_average`. Errors are those of
`moving_average`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import _options
from ._indicator import example_bars as _example  # noqa: F401  # the docstrings' examples use it
from ._indicator import example_split as _example_split  # noqa: F401
from ._indicator import with_indicator
from ._kernels import moving_average


def wma(
    bars: Any,
    *,
    windows: Sequence[int] | int = (20,),
    column: str = "close",
    unit: str | None = None,
    every: str = "1d",
    max_span: int | None = None,
    actions: Any = None,
    by: str | Sequence[str] | None = "ticker",
    time: str = "trade_date",
    on_duplicate: str = "raise",
) -> Any:
    """Average prices with linearly less weight the older they are, correctly rounded; adds `wma_20` and the like.

    Examples:
        >>> wma(_example(close=[1.0, 2.0, 4.0]), windows=(2,))["wma_2"].to_pylist()
        [None, 1.6666666666666667, 3.3333333333333335]
    """
    options: dict[str, Any] = {
        "windows": windows,
        "column": column,
        "max_span": max_span,
        "by": by,
        "time": time,
        "on_duplicate": on_duplicate,
        "every": every,
        "actions": actions,
        "unit": unit,
    }
    return moving_average(bars, kind="wma", **options)


def rolling_sum(
    bars: Any,
    *,
    windows: Sequence[int] | int = (20,),
    column: str = "volume",
    unit: str | None = None,
    every: str = "1d",
    max_span: int | None = None,
    actions: Any = None,
    by: str | Sequence[str] | None = "ticker",
    time: str = "trade_date",
    on_duplicate: str = "raise",
) -> Any:
    """Sum a column over windows, correctly rounded; adds `rolling_sum_20` and the like.

    Examples:
        >>> rolling_sum(_example(volume=[100, 200, 400]), windows=(2,))["rolling_sum_2"].to_pylist()
        [None, 300.0, 600.0]
        >>> bars = _example(volume=[100, 200, 400])
        >>> split = _example_split(bars["trade_date"][1].as_py(), 2, 1)
        >>> rolling_sum(bars, windows=(2,), actions=split)["rolling_sum_2"].to_pylist()
        [None, 400.0, 600.0]
    """
    return with_indicator(
        bars,
        "rolling_sum",
        [column],
        windows,
        by=by,
        time=time,
        on_duplicate=on_duplicate,
        every=every,
        actions=actions,
        unit=unit,
        max_span=max_span,
    )


def rolling_min(
    bars: Any,
    *,
    windows: Sequence[int] | int = (20,),
    column: str = "low",
    unit: str | None = None,
    every: str = "1d",
    max_span: int | None = None,
    actions: Any = None,
    by: str | Sequence[str] | None = "ticker",
    time: str = "trade_date",
    on_duplicate: str = "raise",
) -> Any:
    """Give the lowest value of each window; adds `rolling_min_20` and the like.

    Examples:
        >>> rolling_min(_example(low=[3.0, 2.0, 4.0]), windows=(2,))["rolling_min_2"].to_pylist()
        [None, 2.0, 2.0]
    """
    return with_indicator(
        bars,
        "rolling_min",
        [column],
        windows,
        by=by,
        time=time,
        on_duplicate=on_duplicate,
        every=every,
        actions=actions,
        unit=unit,
        max_span=max_span,
    )


def rolling_max(
    bars: Any,
    *,
    windows: Sequence[int] | int = (20,),
    column: str = "high",
    unit: str | None = None,
    every: str = "1d",
    max_span: int | None = None,
    actions: Any = None,
    by: str | Sequence[str] | None = "ticker",
    time: str = "trade_date",
    on_duplicate: str = "raise",
) -> Any:
    """Give the highest value of each window; adds `rolling_max_20` and the like.

    Examples:
        >>> rolling_max(_example(high=[3.0, 2.0, 4.0]), windows=(2,))["rolling_max_2"].to_pylist()
        [None, 3.0, 4.0]
    """
    return with_indicator(
        bars,
        "rolling_max",
        [column],
        windows,
        by=by,
        time=time,
        on_duplicate=on_duplicate,
        every=every,
        actions=actions,
        unit=unit,
        max_span=max_span,
    )


def rolling_std(
    bars: Any,
    *,
    windows: Sequence[int] | int = (20,),
    ddof: int = 0,
    column: str = "close",
    unit: str | None = None,
    every: str = "1d",
    max_span: int | None = None,
    actions: Any = None,
    by: str | Sequence[str] | None = "ticker",
    time: str = "trade_date",
    on_duplicate: str = "raise",
) -> Any:
    """Give the standard deviation of each window; adds `rolling_std_20` and the like.

    Args:
        bars: any Arrow data, in any order.
        windows: lengths in bars.
        ddof: 0 divides by the window (TA-Lib, numpy), 1 by one less (pandas).
        column: the column of prices.
        unit: what that column counts, as for `moving_average`.
        every: the bars' period, in which `max_span` counts, as for `moving_average`.
        max_span: how many sessions may lie between the first and the last bar of a window; None for twice its length.
        actions: the table of corporate actions, as for `moving_average`.
        by: the column of tickers, several columns that tell the series apart together, or None for one series.
        time: the column of dates or timestamps.
        on_duplicate: what becomes of bars of one ticker and time, as for `moving_average`.

    Examples:
        >>> rolling_std(_example(close=[1.0, 3.0, 3.0]), windows=(2,))["rolling_std_2"].to_pylist()
        [None, 1.0, 0.0]
    """
    options: dict[str, Any] = {
        "by": by,
        "time": time,
        "on_duplicate": on_duplicate,
        "every": every,
        "actions": actions,
        "unit": unit,
        "max_span": max_span,
        "parameter": float(_options.ddof(ddof)),
    }
    return with_indicator(bars, "rolling_std", [column], windows, **options)


def rolling_vwap(
    bars: Any,
    *,
    windows: Sequence[int] | int = (20,),
    column: str = "close",
    volume: str = "volume",
    every: str = "1d",
    max_span: int | None = None,
    actions: Any = None,
    by: str | Sequence[str] | None = "ticker",
    time: str = "trade_date",
    on_duplicate: str = "raise",
) -> Any:
    """Average prices by volume over windows, correctly rounded; adds `rolling_vwap_20` and the like.

    Null also where nothing traded in the window.

    Examples:
        >>> bars = _example(close=[1.0, 2.0, 4.0], volume=[1, 3, 1])
        >>> rolling_vwap(bars, windows=(2,))["rolling_vwap_2"].to_pylist()
        [None, 1.75, 2.5]
    """
    return with_indicator(
        bars,
        "rolling_vwap",
        [column, volume],
        windows,
        by=by,
        time=time,
        on_duplicate=on_duplicate,
        every=every,
        actions=actions,
        max_span=max_span,
    )
