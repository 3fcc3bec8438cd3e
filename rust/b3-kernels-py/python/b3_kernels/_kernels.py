"""The kernels over whole tables that are not indicators."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Unpack

from . import _interop, _native, _options, _threads
from ._keywords import over_series
from ._series import add_series_columns
from .typing import AnyBars, BarsT, ColumnOptions, Every, Kind, OnDuplicate, Windows


def aggregate_ohlcv(
    bars: BarsT,
    *,
    every: Every = "1w",
    by: str | Sequence[str] | None = "ticker",
    time: str = "trade_date",
    actions: AnyBars | None = None,
    on_duplicate: OnDuplicate = "raise",
    columns: Mapping[str, str] | None = None,
) -> BarsT:
    """Make one bar of all bars of a ticker and period.

    First open, highest high, lowest low and last close by time; sums of volume, turnover and trades. The bar is dated
    by the period's first B3 session. With `actions` it is in the shares of the period's last day.

    Args:
        bars: any Arrow data, in any order, with the key columns, `open`, `high`, `low`, `close`, `volume` and, where
            there, `turnover`, `trades`, `source`, `currency`, `distribution`, `specification`; other columns are left
            out. A volume may come as floats that are whole numbers, NaN as null.
        every: `1d` (intraday bars to days), `1w` (ISO weeks), `1mo`, `1q` or `1y`.
        by: the column of tickers, several columns that tell the series apart together, or None for one series.
        time: the column of dates or timestamps, within 1986 to 2099.
        actions: the table of corporate actions, as `read_actions` gives it; None for prices as they traded. Prices
            before a split inside the period enter times old / new shares, rounded half to even at the sixth decimal
            (floats to the nearest), volumes times new / old, their sum rounded to the nearest share.
        on_duplicate: what becomes of bars of one ticker and time, and of one `bar_start` where that column is there:
            `raise` makes them an error, `first` and `last` take one of them in the caller's order, `keep` adds them up.
        columns: what your table calls the columns, by the names that they have here, as for `moving_average`; the answer
            has your names.

    Returns:
        Bars in the caller's kind; each stands where the first bar of its period stood. Null and NaN prices are passed
        over; a sum is null if any part of it is. DECIMAL prices become DECIMAL(18,6), turnover DECIMAL(20,2). The
        source is the least trusted one of the period; currency, distribution number and specification are the last
        bar's. Open, high, low and volume are null where `currency` changes inside the period (the turnover too) and,
        with `actions`, where shares changed by a factor that is not known (`sem_fator`, see `Refiner`).

    Raises:
        SchemaError: a column is missing or of another type.
        ValueError: an unknown period, a null key, a date outside the calendar.
        OverflowError: a sum that its column cannot hold.
        TypeError: `bars` is no Arrow data.

    Examples:
        >>> import datetime as dt, pyarrow as pa
        >>> bars = pa.table({
        ...     "ticker": ["PETR4", "PETR4"], "trade_date": [dt.date(2024, 11, 7), dt.date(2024, 11, 8)],
        ...     "open": [36.0, 36.5], "high": [37.0, 36.9], "low": [35.5, 36.1], "close": [36.4, 36.7],
        ...     "volume": [100, 300]})
        >>> aggregate_ohlcv(bars, every="1w").to_pylist()
        [{'ticker': 'PETR4', 'trade_date': datetime.date(2024, 11, 4), 'open': 36.0, 'high': 37.0, 'low': 35.5, 'close': 36.7, 'volume': 400}]
    """  # noqa: E501  # a doctest's answer is one line
    names, time = _options.series(by, actions), _options.column("time", time)
    options: dict[str, Any] = {
        "by": _interop.series_column(names),
        "time": time,
        "every": _options.choice("every", every, _options.EVERY),
        "actions": _interop.eager(actions),
        "on_duplicate": _options.choice("on_duplicate", on_duplicate, _options.ON_DUPLICATE),
        "threads": _threads.threads(),
    }
    keys = {name: name for name in (*names, time)}
    called = _options.renamed(columns)
    answer: BarsT = _interop.replace(bars, keys, lambda own: _native.aggregate_ohlcv(own, **options), called)
    return answer


def date_differences(
    bars: BarsT,
    *,
    by: str | Sequence[str] | None = "ticker",
    time: str = "trade_date",
    max_span: int | None = _options.PREVIOUS_BAR,
    on_duplicate: OnDuplicate = "raise",
    columns: Mapping[str, str] | None = None,
) -> BarsT:
    """Say how long ago each bar's predecessor was.

    Adds `days_since_previous` (calendar days) and `sessions_since_previous` (B3 sessions, 1 = the session before),
    both int32; columns of these names are replaced.

    Args:
        bars: any Arrow data, in any order.
        by: the column of tickers, several columns that tell the series apart together, or None for one series.
        time: the column of dates or timestamps, within 1986 to 2099.
        max_span: the age in sessions beyond which a previous bar counts no more, by default that of the published
            table; None for any age.
        on_duplicate: what becomes of bars of one ticker and time: `raise` makes them an error, `first` and `last` take
            one of them in the caller's order and leave the others null, `keep` takes all, one after the other.
        columns: what your table calls the columns, by the names that they have here, as for `moving_average`.

    Returns:
        The bars in the caller's order and kind, with the new columns. Both are null for a ticker's first bar and
        where the previous bar is too old.

    Raises:
        SchemaError: a key column is missing or of another type.
        ValueError: a null key, or a date outside the calendar.
        TypeError: `bars` is no Arrow data.

    Examples:
        >>> import datetime as dt, pyarrow as pa
        >>> bars = pa.table({"ticker": ["PETR4"] * 2, "trade_date": [dt.date(2024, 11, 14), dt.date(2024, 11, 18)]})
        >>> date_differences(bars).select(["days_since_previous", "sessions_since_previous"]).to_pylist()[1]
        {'days_since_previous': 4, 'sessions_since_previous': 1}
    """
    names, time = _options.by(by), _options.column("time", time)
    options: dict[str, Any] = {
        "by": _interop.series_column(names),
        "time": time,
        "max_span": _options.max_span(max_span),
        "on_duplicate": _options.choice("on_duplicate", on_duplicate, _options.ON_DUPLICATE),
        "threads": _threads.threads(),
    }
    called = _options.renamed(columns)

    def kernel(own: Any) -> Any:
        return _native.date_differences(own, **options)

    answer: BarsT = _interop.add_columns(bars, (*names, time), (), kernel, called=called)
    return answer


def rename_columns(data: BarsT, mapping: Mapping[str, str]) -> BarsT:
    """Rename columns, all at once or none.

    Args:
        data: any Arrow data.
        mapping: new names by old names; two names may be swapped.

    Returns:
        The same data under the new names, in the caller's kind; order, types and values stay.

    Raises:
        SchemaError: names that are no columns, or that two columns would have; the message lists them all.
        TypeError: `data` is no Arrow data.

    Examples:
        >>> import pyarrow as pa
        >>> rename_columns(pa.table({"close": [36.4]}), {"close": "fechamento"}).column_names
        ['fechamento']
    """
    answer: BarsT = _interop.rename(data, mapping)
    return answer


@over_series(column="close")
def moving_average(
    bars: BarsT, *, windows: Windows = (5, 20), kind: Kind = "sma", **options: Unpack[ColumnOptions]
) -> BarsT:
    """Average the last prices of each ticker.

    Adds one float64 column a window, named `sma_20` and the like; columns of these names are replaced. `sma` and `wma`
    are the doubles nearest to the exact mean: of the decimals if the prices are DECIMAL, else of the doubles as they
    are. The same window gives the same bits wherever the series began.

    Args:
        bars: any Arrow data, in any order.
        windows: lengths in bars, each once; a number is one window.
        kind: `sma` (all prices alike), `ema` (exponentially less with age) or `wma` (linearly less with age).

    Returns:
        The bars in the caller's order and kind, with the averages. An average is null before its window is full,
        where one of its prices is null, NaN or infinite, where its bars span more than `max_span`, and where a column
        `currency` says that they are not all in one. An `ema`, which has no window, restarts at a new currency and
        at a bar whose previous bar is more than `max_span` (None: 400) sessions old.

    Raises:
        SchemaError: a column is missing or of another type.
        ValueError: an option, a null key, a date outside the calendar, a decimal of more than 18 digits.
        TypeError: `bars` is no Arrow data.

    Examples:
        >>> import datetime as dt, pyarrow as pa
        >>> days = [dt.date(2024, 11, day) for day in (6, 7, 8)]
        >>> bars = pa.table({"ticker": ["PETR4"] * 3, "trade_date": days, "close": [36.0, 37.0, 37.5]})
        >>> moving_average(bars, windows=(2,))["sma_2"].to_pylist()
        [None, 36.5, 37.25]
        >>> both = bars.append_column("open", bars["close"])
        >>> moving_average(both, windows=(2,), column=["open", "close"]).column_names[-2:]
        ['sma_2_open', 'sma_2_close']
        >>> split = pa.table({"ticker": ["PETR4"], "ex_date": [days[2]], "kind": ["split"], "amount": [None],
        ...                   "numerator": [2], "denominator": [1]})
        >>> traded = bars.set_column(2, "close", [[36.0, 37.0, 18.75]])
        >>> moving_average(traded, windows=(2,), actions=split)["sma_2"].to_pylist()
        [None, 36.5, 18.625]
    """
    series: dict[str, Any] = {**options}
    column, unit = series.pop("column"), _options.unit(series.pop("unit"))
    own: dict[str, Any] = {
        "windows": _options.windows(windows),
        "kind": _options.choice("kind", kind, ("sma", "ema", "wma")),
        "unit": unit,
    }
    if kind == "ema" and series["max_span"] is None:
        series["max_span"] = _options.PREVIOUS_BAR
    return add_series_columns(bars, [column], _of_one_column(_native.moving_average, **own), **series)


def refine(
    bars: BarsT,
    *,
    every: Every = "1d",
    windows: Windows = (5, 20, 50, 200),
    rename: bool = True,
    on_invalid: Literal["accept", "raise", "keep"] = "accept",
    actions: AnyBars | None = None,
    adjust: Literal["splits", "none"] = "splits",
    unknown_actions: Literal["null", "keep"] = "null",
) -> BarsT:
    """Compute everything that the Glue job computes.

    The columns, nulls, options and errors are those of `Refiner`, but the bars come in any order.

    Args:
        bars: raw bars, any Arrow data.
        every: `1d`, `1w` (ISO weeks), `1mo`, `1q` or `1y`.
        windows: windows of the moving averages, in bars.
        rename: whether the columns get their published names, `fechamento` for `close`.
        on_invalid: `accept` takes prices and volumes as they are; `raise` and `keep` hold them to the rules, as in
            `Refiner`.
        actions: the table of corporate actions, as `read_actions` gives it.
        adjust: `splits` converts older prices over splits and bonuses, `none` takes every price as it traded.
        unknown_actions: `null` or `keep`, as in `Refiner`.

    Returns:
        Refined rows in the caller's kind; each stands where the first raw row of it stood.

    Raises:
        ValueError: an option, a key or a bar that cannot be. The message names it.
        SchemaError: a column that is missing or of another type.
        TypeError: `bars` is no Arrow data.

    Examples:
        >>> import datetime as dt, pyarrow as pa
        >>> bars = pa.table({
        ...     "ticker": ["PETR4", "PETR4"], "trade_date": [dt.date(2024, 11, 7), dt.date(2024, 11, 8)],
        ...     "open": [36.0, 36.5], "high": [37.0, 36.9], "low": [35.5, 36.1], "close": [36.4, 36.4],
        ...     "volume": [100, 300]})
        >>> refine(bars, windows=(2,), rename=False)["sma_2"].to_pylist()
        [None, 36.4]
    """
    options = _options.refine(every, windows, rename, on_invalid, adjust, unknown_actions)
    options["actions"] = _interop.eager(actions)
    keys, threads = _interop.published_keys(rename=rename), _threads.threads()
    answer: BarsT = _interop.replace(bars, keys, lambda own: _native.refine(own, options, threads))
    return answer


@over_series(column="close", max_span=_options.PREVIOUS_BAR)
def simple_return(bars: BarsT, **options: Unpack[ColumnOptions]) -> BarsT:
    """Compare each price with the same ticker's previous one.

    Adds `simple_return`, price / previous price - 1, float64 (0.01 is one percent); a column of this name is replaced.
    Of DECIMAL prices it is the double nearest to the exact quotient.

    Returns:
        The bars in the caller's order and kind, with the return. It is null for a ticker's first bar, where either
        price is null, NaN or infinite, where the previous one is 0, where the previous bar is too old, and where a
        column `currency` says that it is in another one.

    Raises:
        SchemaError: a column is missing or of another type.
        ValueError: a null key, a date outside the calendar, a decimal of more than 18 digits.
        TypeError: `bars` is no Arrow data.

    Examples:
        >>> import datetime as dt, pyarrow as pa
        >>> days = [dt.date(2024, 11, 7), dt.date(2024, 11, 8)]
        >>> bars = pa.table({"ticker": ["PETR4"] * 2, "trade_date": days, "close": [36.0, 45.0]})
        >>> simple_return(bars)["simple_return"].to_pylist()
        [None, 0.25]
    """
    series: dict[str, Any] = {**options}
    column, unit = series.pop("column"), _options.unit(series.pop("unit"))
    return add_series_columns(bars, [column], _of_one_column(_native.simple_return, unit=unit), **series)


def _of_one_column(compiled: Callable[..., tuple[Any, list[str]]], **own: Any) -> Callable[..., tuple[Any, list[str]]]:
    """A function of the compiled module that reads one column, in the form that `add_series_columns` calls."""

    def kernel(bars: Any, columns: list[str], **options: Any) -> tuple[Any, list[str]]:
        return compiled(bars, column=columns[0], **own, **options)

    return kernel
