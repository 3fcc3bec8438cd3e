"""The kernel `aggregate_ohlcv`: one bar of each day, week, month, quarter or year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from . import _interop, _native, _options, _threads
from .typing import AnyBars, BarsT, Every, OnDuplicate


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

    The bar has the first open, the highest high, the lowest low and the last close by time, and
    the sums of volume, turnover and trades. Its date is the period's first B3 session.

    Args:
        bars: any Arrow data, in any order. It needs the key columns, `open`, `high`, `low`,
            `close` and `volume`. It may have `turnover`, `trades`, `source`, `currency`,
            `distribution`, `specification` and `bar_start`. Other columns are left out. Prices are
            decimals or floats, and integers beside either. A volume may be floats or decimals that
            are whole numbers, with NaN as null.
        every: `1d` (intraday bars to days), `1w` (ISO weeks), `1mo`, `1q` or `1y`.
        by: the column of tickers, several columns that identify a series together, or None for
            one series.
        time: the column of dates or timestamps, within 1986 to 2099.
        actions: the table of corporate actions, as `read_actions` returns it. The bar is then in
            the shares of the period's last day with a bar: prices before a split up to that day are
            multiplied by old / new shares, volumes by new / old. A DECIMAL price is rounded half
            to even at the sixth decimal, a float to the nearest double, the sum of volumes to the
            nearest share. None for prices as they traded.
        on_duplicate: the treatment of bars of one ticker and time, unless each has a `bar_start` of
            its own: `raise` makes them an error, `first` and `last` use one of them in the caller's
            order, `keep` adds them up.
        columns: maps names of columns here to those in your table, which the result has too.

    Returns:
        Bars in the caller's kind, each in the place of the first bar of its period by time.
        Null and NaN prices are skipped; a sum is null if a part is null or NaN. DECIMAL prices
        become DECIMAL(18,6), turnover DECIMAL(20,2). The source is the least trusted one of the
        period; currency, distribution number and specification are the last bar's. Open, high, low
        and volume are null where `currency` changes inside the period (the turnover too) and, with
        `actions`, where shares changed by an unknown factor (`sem_fator`, see `Refiner`).

    Raises:
        SchemaError: a column is missing or of another type.
        ValueError: an unknown period, a null key, a date outside the calendar, two bars of one key,
            `actions` and no column of tickers in `by`.
        OverflowError: a sum that its column cannot hold.
        TypeError: `bars` or `actions` is no Arrow data.

    Examples:
        >>> import datetime as dt, pyarrow as pa
        >>> bars = pa.table({
        ...     "ticker": ["PETR4", "PETR4"],
        ...     "trade_date": [dt.date(2024, 11, 7), dt.date(2024, 11, 8)],
        ...     "open": [36.0, 36.5], "high": [37.0, 36.9], "low": [35.5, 36.1],
        ...     "close": [36.4, 36.7], "volume": [100, 300]})
        >>> week = aggregate_ohlcv(bars, every="1w").to_pydict()
        >>> week["trade_date"], week["high"], week["close"], week["volume"]
        ([datetime.date(2024, 11, 4)], [37.0], [36.7], [400])
    """
    names, time = _options.series(by, actions), _options.column("time", time)
    options: dict[str, Any] = {
        "by": _interop.series_column(names),
        "time": time,
        "every": _options.choice("every", every, Every),
        "actions": _interop.read_once(actions),
        "on_duplicate": _options.choice("on_duplicate", on_duplicate, OnDuplicate),
        "threads": _threads.threads(),
    }
    keys = {name: name for name in (*names, time)}  # each keeps its name in the result
    answer: BarsT = _interop.new_table(
        bars, keys, lambda rows: _native.aggregate_ohlcv(rows, **options), _options.caller_names(columns)
    )
    return answer
