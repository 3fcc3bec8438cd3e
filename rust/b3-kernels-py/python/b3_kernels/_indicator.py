"""One indicator of the compiled module as new columns of the caller's bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from . import _native, _options
from ._series import add_series_columns
from .typing import BarsT

HIGH_LOW_CLOSE = ("high", "low", "close")


def with_indicator(
    bars: BarsT,
    kernel: str,
    inputs: Sequence[str] = (),
    windows: Sequence[int] | int = (),
    settings: Mapping[str, Any] | None = None,
    *,
    unit: str | None = None,
    **series: Any,
) -> BarsT:
    """Give `bars`, in the caller's kind, with the columns that the indicator `kernel` adds.

    Args:
        bars: the caller's data.
        kernel: the indicator's name in the compiled module.
        inputs: the columns that it reads, after the `column` of `series`.
        windows: its windows.
        settings: its own parameters, by their names in the compiled module.
        unit: what the first column counts.
        series: the keywords of `SeriesOptions`, and perhaps `column`.
    """
    first = [series.pop("column")] if "column" in series else []
    options = {"unit": _options.unit(unit), "windows": _options.windows(windows), **(settings or {})}
    return add_series_columns(bars, [*first, *inputs], partial(_native.indicator, kernel=kernel, **options), **series)


def example_bars(**columns: Sequence[float]) -> Any:
    """Give bars of one ticker in neighbouring sessions, for the examples."""
    import datetime as dt  # the package itself needs neither

    import pyarrow as pa

    rows = len(next(iter(columns.values())))
    days = _native.sessions(dt.date(2024, 1, 2), dt.date(2024, 12, 30))[:rows]
    return pa.table({"ticker": ["PETR4"] * rows, "trade_date": days, **columns})


def example_split(ex_date: Any, new: int, old: int) -> Any:
    """Give the actions of the ticker of `example_bars`: one split of `new` shares for `old`."""
    import pyarrow as pa

    shares = {"kind": ["split"], "amount": [None], "numerator": [new], "denominator": [old]}
    return pa.table({"ticker": ["PETR4"], "ex_date": [ex_date], **shares})
