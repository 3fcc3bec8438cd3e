"""One indicator of the compiled module as new columns of the caller's bars."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from . import _native, _options
from ._series import add_series_columns


def with_indicator(
    bars: Any,
    kernel: str,
    columns: list[str],
    windows: Sequence[int] | int,
    *,
    unit: str | None = None,
    max_span: int | None = None,
    parameter: float = 0.0,
    **series: Any,
) -> Any:
    """Give `bars`, in the caller's kind, with the columns that `kernel` makes of `columns`.

    `series` are the options by, time, on_duplicate, every and actions.
    """
    options: dict[str, Any] = {
        "kernel": kernel,
        "columns": [_options.column("column", column) for column in columns],
        "unit": _options.unit(unit),
        "windows": _options.windows(windows),
        "parameter": parameter,
    }
    return add_series_columns(bars, columns, partial(_native.indicator, **options), max_span=max_span, **series)


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
