"""The kernels over whole tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from . import _kinds, _native


def date_differences(bars: Any, *, by: str = "ticker", time: str = "trade_date", max_span: int | None = None) -> Any:
    """Say how long ago each bar's predecessor was.

    Adds `days_since_previous` (calendar days) and `sessions_since_previous` (B3 sessions, 1 = the session before),
    both int32; columns of these names are replaced.

    Args:
        bars: any Arrow data, in any order.
        by: the column of tickers.
        time: the column of dates or timestamps, within 1990 to 2099.
        max_span: the age in sessions from which on a previous bar does not count; None for any age.

    Returns:
        The bars in the caller's order and kind, with the new columns. Both are null for a ticker's first bar and
        where the previous bar is too old.

    Raises:
        SchemaError: a key column is missing or of another type.
        ValueError: a null key, or a date outside the calendar.
        TypeError: `bars` is no Arrow data.

    Example:
        >>> import datetime as dt, pyarrow as pa
        >>> bars = pa.table({"ticker": ["PETR4"] * 2, "trade_date": [dt.date(2024, 11, 14), dt.date(2024, 11, 18)]})
        >>> date_differences(bars).select(["days_since_previous", "sessions_since_previous"]).to_pylist()[1]
        {'days_since_previous': 4, 'sessions_since_previous': 1}
    """
    return _kinds.like(bars, _native.date_differences(bars, by=by, time=time, max_span=max_span))


def rename_columns(data: Any, mapping: Mapping[str, str]) -> Any:
    """Rename columns, all at once or none.

    Args:
        data: any Arrow data.
        mapping: new names by old names; two names may be swapped.

    Returns:
        The same data under the new names, in the caller's kind; order, types and values stay.

    Raises:
        SchemaError: names that are no columns, or that two columns would have; the message lists them all.
        TypeError: `data` is no Arrow data.

    Example:
        >>> import pyarrow as pa
        >>> rename_columns(pa.table({"close": [36.4]}), {"close": "fechamento"}).column_names
        ['fechamento']
    """
    return _kinds.like(data, _native.rename_columns(data, list(mapping.items())))


def refine(
    bars: Any,
    *,
    every: str = "1d",
    windows: Sequence[int] = (5, 20, 50, 200),
    rename: bool = True,
    on_invalid: str = "raise",
) -> Any:
    """Compute the whole of what the Glue job computes.

    The columns, nulls, options and errors are those of `Refiner`, but the bars come in any order.

    Args:
        bars: raw bars, any Arrow data.
        every: `1d`, `1w` (ISO weeks), `1mo`, `1q` or `1y`.
        windows: windows of the moving averages, in bars.
        rename: whether the columns get their published names, `fechamento` for `close`.
        on_invalid: `raise`, or `keep` for the columns `bars` and `rejected`.

    Returns:
        Refined rows in the caller's kind; each stands where the first raw row of it stood.

    Raises:
        ValueError: an option, a key or a bar that cannot be. The message names it.
        SchemaError: a column that is missing or of another type.
        TypeError: `bars` is no Arrow data.

    Example:
        >>> import datetime as dt, pyarrow as pa
        >>> bars = pa.table({
        ...     "ticker": ["PETR4", "PETR4"], "trade_date": [dt.date(2024, 11, 7), dt.date(2024, 11, 8)],
        ...     "open": [36.0, 36.5], "high": [37.0, 36.9], "low": [35.5, 36.1], "close": [36.4, 36.4],
        ...     "volume": [100, 300]})
        >>> refine(bars, windows=(2,), rename=False)["sma_2"].to_pylist()
        [None, 36.4]
    """
    options = {"every": every, "windows": list(windows), "rename": rename, "on_invalid": on_invalid}
    return _kinds.like(bars, _native.refine(bars, **options))
