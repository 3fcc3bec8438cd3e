"""One indicator of the compiled module as new columns of the caller's bars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import _interop, _native, _options


def with_indicator(
    bars: Any,
    kernel: str,
    columns: list[str],
    windows: Sequence[int] | int,
    *,
    by: str,
    time: str,
    max_span: int | None = None,
    parameter: float = 0.0,
) -> Any:
    """Give `bars`, in the caller's kind, with the columns that `kernel` makes of `columns`."""
    options: dict[str, Any] = {
        "kernel": kernel,
        "columns": [_options.column("column", column) for column in columns],
        "windows": _options.windows(windows),
        "parameter": parameter,
        "by": _options.column("by", by),
        "time": _options.column("time", time),
        "max_span": _options.max_span(max_span),
    }
    return _interop.add_columns(bars, (by, time), columns, lambda own: _native.indicator(own, **options))


def example_bars(**columns: Sequence[float]) -> Any:
    """Give bars of one ticker in neighbouring sessions, for the examples."""
    import datetime as dt  # the package itself needs neither

    import pyarrow as pa

    rows = len(next(iter(columns.values())))
    days = _native.sessions(dt.date(2024, 1, 2), dt.date(2024, 12, 30))[:rows]
    return pa.table({"ticker": ["PETR4"] * rows, "trade_date": days, **columns})
