"""Functions of bars: moving averages, returns, date differences, refined rows, renaming.

`over_series` adds the shared keywords, and the sections that a docstring lacks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from . import _interop, _native, _options, _threads
from ._indicator import with_indicator
from ._keywords import over_series
from ._options import Adjust, OnInvalid, UnknownActions
from .typing import AnyBars, BarsT, ColumnOptions, Every, Kind, OnDuplicate, Windows


def date_differences(
    bars: BarsT,
    *,
    by: str | Sequence[str] | None = "ticker",
    time: str = "trade_date",
    max_span: int | None = _options.PREVIOUS_BAR_MAX_AGE,
    on_duplicate: OnDuplicate = "raise",
    columns: Mapping[str, str] | None = None,
) -> BarsT:
    """Give the distance of each bar from the ticker's previous bar, in days and in sessions.

    Adds `days_since_previous` (calendar days) and `sessions_since_previous` (B3 sessions; 1 is
    the session before), both int32. Columns of these names are replaced.

    Args:
        bars: any Arrow data, in any order.
        by: the column of tickers, several columns that identify a series together, or None for
            one series.
        time: the column of dates or timestamps, within 1986 to 2099.
        max_span: the greatest age of a previous bar in sessions, by default 400, the published
            table's rule; None for any age.
        on_duplicate: the treatment of bars of one ticker and time: `raise` makes them an error,
            `first` and `last` use one of them in the caller's order and leave the others null,
            `keep` uses all, one after the other.
        columns: maps names of columns here to those in your table: `{"trade_date": "Date"}`.

    Returns:
        The bars in the caller's order and kind, with the new columns. Both are null for a
        ticker's first bar and where the previous bar is too old.

    Raises:
        SchemaError: a key column is missing or of another type.
        ValueError: an invalid option, a null key, two bars of one key, a date outside the calendar.
        TypeError: `bars` is no Arrow data, or an option is of another type.

    Examples:
        >>> import datetime as dt, pyarrow as pa
        >>> days = [dt.date(2024, 11, 14), dt.date(2024, 11, 18)]
        >>> bars = date_differences(pa.table({"ticker": ["PETR4"] * 2, "trade_date": days}))
        >>> bars["days_since_previous"].to_pylist(), bars["sessions_since_previous"].to_pylist()
        ([None, 4], [None, 1])
    """
    names, time = _options.by(by), _options.column("time", time)
    options: dict[str, Any] = {
        "by": _interop.series_column(names),
        "time": time,
        "max_span": _options.max_span(max_span),
        "on_duplicate": _options.choice("on_duplicate", on_duplicate, OnDuplicate),
        "threads": _threads.threads(),
    }
    answer: BarsT = _interop.add_columns(
        bars,
        (*names, time),
        lambda rows: _native.date_differences(rows, **options),
        caller_names=_options.caller_names(columns),
    )
    return answer


def rename_columns(data: BarsT, mapping: Mapping[str, str]) -> BarsT:
    """Rename columns, all at once or none.

    Args:
        data: any Arrow data.
        mapping: new names by old names; two names may be swapped.

    Returns:
        The same data under the new names, in the caller's kind; order, types and values stay.

    Raises:
        SchemaError: names that are no columns, or that two columns would have; the message lists
            them all.
        TypeError: `data` is no Arrow data, or `mapping` no mapping.

    Examples:
        >>> import pyarrow as pa
        >>> rename_columns(pa.table({"close": [36.4]}), {"close": "fechamento"}).column_names
        ['fechamento']
    """
    new_names = _options.mapping("mapping", mapping, "a mapping from names of columns to new names")
    answer: BarsT = _interop.rename(data, new_names)
    return answer


@over_series(column="close")
def moving_average(
    bars: BarsT, *, windows: Windows = (5, 20), kind: Kind = "sma", **options: Unpack[ColumnOptions]
) -> BarsT:
    """Average the last prices of each ticker.

    Adds one float64 column for each window, such as `sma_20`; columns of these names are replaced.
    `sma` and `wma` are the doubles nearest to the exact mean: of the decimals if the prices are
    DECIMAL, otherwise of the doubles. The same window has the same bits wherever the series began.

    Args:
        bars: any Arrow data, in any order.
        windows: lengths in bars, each once; a number is one window.
        kind: `sma` (equal weights), `ema` (weights that fall exponentially with age) or `wma`
            (weights that fall linearly with age).

    Returns:
        The bars in the caller's order and kind, with the averages. An average is null before its
        window is full, where one of its prices is null, NaN or infinite, where its bars span more
        than `max_span`, and where a column `currency` changes inside it. An `ema` goes on from bar
        to bar: once begun it is null only where its own bar's price is no finite number, and it
        restarts at a new currency and where the previous bar is more than `max_span` (400 where it
        is None, the default) sessions old.

    Examples:
        >>> import datetime as dt, pyarrow as pa
        >>> days = [dt.date(2024, 11, day) for day in (6, 7, 8)]
        >>> closes = [36.0, 37.0, 37.5]
        >>> bars = pa.table({"ticker": ["PETR4"] * 3, "trade_date": days, "close": closes})
        >>> moving_average(bars, windows=(2,))["sma_2"].to_pylist()
        [None, 36.5, 37.25]
        >>> both = bars.append_column("open", bars["close"])
        >>> moving_average(both, windows=(2,), column=["open", "close"]).column_names[-2:]
        ['sma_2_open', 'sma_2_close']
        >>> split = pa.table({"ticker": ["PETR4"], "ex_date": [days[2]], "kind": ["split"],
        ...                   "amount": [None], "numerator": [2], "denominator": [1]})
        >>> traded = bars.set_column(2, "close", [[36.0, 37.0, 18.75]])
        >>> moving_average(traded, windows=(2,), actions=split)["sma_2"].to_pylist()
        [None, 36.5, 18.625]
    """
    name = _options.choice("kind", kind, Kind)
    # None, the default here, is twice the window for `sma` and `wma`, and 400 for `ema`.
    if name == "ema" and options["max_span"] is None:
        options["max_span"] = _options.PREVIOUS_BAR_MAX_AGE
    return with_indicator(bars, name, windows=windows, **options)


def refine(
    bars: BarsT,
    *,
    every: Every = "1d",
    windows: Windows = (5, 20, 50, 200),
    rename: bool = True,
    on_invalid: OnInvalid = "accept",
    actions: AnyBars | None = None,
    adjust: Adjust = "splits",
    unknown_actions: UnknownActions = "null",
) -> BarsT:
    """Compute all columns that the Glue job publishes.

    The columns, nulls, options and errors are those of `Refiner`, but the bars may have any order.

    Args:
        bars: raw bars, any Arrow data.
        every: `1d`, `1w` (ISO weeks), `1mo`, `1q` or `1y`.
        windows: windows of the moving averages, in bars.
        rename: whether the columns get their published names, `fechamento` for `close`.
        on_invalid: `accept` uses prices and volumes as they are; `raise` and `keep` check them, as
            in `Refiner`.
        actions: the table of corporate actions, as `read_actions` returns it.
        adjust: `splits` converts older prices over splits and bonuses, `none` uses every price as
            it traded.
        unknown_actions: `null` or `keep`, as in `Refiner`.

    Returns:
        Refined rows in the caller's kind, each in the place of the first of its raw rows by time.

    Raises:
        ValueError: an invalid option, key or bar, which the message names.
        SchemaError: a column is missing or of another type.
        TypeError: `bars` is no Arrow data, or an option is of another type.

    Examples:
        >>> import datetime as dt, pyarrow as pa
        >>> bars = pa.table({
        ...     "ticker": ["PETR4", "PETR4"],
        ...     "trade_date": [dt.date(2024, 11, 7), dt.date(2024, 11, 8)],
        ...     "open": [36.0, 36.5], "high": [37.0, 36.9], "low": [35.5, 36.1],
        ...     "close": [36.4, 36.4], "volume": [100, 300]})
        >>> refine(bars, windows=(2,), rename=False)["sma_2"].to_pylist()
        [None, 36.4]
    """
    options = _options.refine(every, windows, rename, on_invalid, adjust, unknown_actions)
    options["actions"] = _interop.read_once(actions)
    keys, threads = _interop.published_keys(rename=rename), _threads.threads()
    answer: BarsT = _interop.new_table(bars, keys, lambda rows: _native.refine(rows, options, threads))
    return answer


@over_series(column="close", max_span=_options.PREVIOUS_BAR_MAX_AGE)
def simple_return(bars: BarsT, **options: Unpack[ColumnOptions]) -> BarsT:
    """Compare each price with the same ticker's previous one.

    Adds `simple_return`, price / previous price - 1, as float64 (0.01 is one percent); a column of
    this name is replaced. For DECIMAL prices it is the double nearest to the exact quotient.

    Returns:
        The bars in the caller's order and kind, with the return. It is null for a ticker's first
        bar, where either price is null, NaN or infinite, where the previous one is 0, where the
        previous bar is too old, and where the two differ in a column `currency`.

    Examples:
        >>> import datetime as dt, pyarrow as pa
        >>> days = [dt.date(2024, 11, 7), dt.date(2024, 11, 8)]
        >>> bars = pa.table({"ticker": ["PETR4"] * 2, "trade_date": days, "close": [36.0, 45.0]})
        >>> simple_return(bars)["simple_return"].to_pylist()
        [None, 0.25]
    """
    return with_indicator(bars, "simple_return", **options)
