"""The kernel `adjust`: bars converted to the shares of one date."""

from __future__ import annotations

import datetime as dt
from typing import Any

from . import _interop, _native, _options, _threads
from ._indicator import CURRENCY


def adjust(
    bars: Any,
    actions: Any,
    *,
    as_of: dt.date | None = None,
    distributions: bool = False,
    by: str = "ticker",
    time: str = "trade_date",
) -> Any:
    """Convert prices and volumes of all dates to the shares of one date.

    The result is a series without the steps of splits, for charts and backtests. The
    columns `open`, `high`, `low`, `close` and `volume` are replaced, under these names or their
    published ones (`fechamento`), as far as `bars` has them. A price before an event is multiplied
    by old / new shares, a volume by new / old; a bar after `as_of` the other way round.

    The other kernels take `actions=` and bars as traded instead. Their values of a date never
    change with later events, while every new split changes all adjusted prices.

    Args:
        bars: any Arrow data, in any order, as traded: bars of days or within them. A bar of a week
            or month, whose date may be before a split in it, is made of adjusted bars.
        actions: the table of corporate actions, as `read_actions` returns it.
        as_of: the date whose shares count; None for the last date of `bars`.
        distributions: whether to take cash out of the prices too: prices before an ex-date are
            multiplied by 1 - cash / close, where `close` is the last one before the ex-date, in the
            shares of the ex-date. Returns of the result are then total returns. This is the
            adjusted close of CRSP and of Yahoo Finance (Yahoo's help: "What is the adjusted
            close?"). Volumes are not changed by cash.
        by: the column of tickers.
        time: the column of dates or timestamps, within the calendar.

    Returns:
        The bars in the caller's order and kind. Each number is rounded once: DECIMAL prices to
        DECIMAL(18,6), ties to even, volumes to the nearest share, floats to the nearest double.
        A null number stays null; prices before a distribution are null if no close precedes it, or
        if that close and the first bar on or after the ex-date differ in a column `currency`.

    Raises:
        SchemaError: a column is missing or of another type.
        ValueError: an invalid option, a null key, a date outside the calendar, cash that is not
            less than the close before it.
        OverflowError: a number that its column cannot hold.
        TypeError: `bars` or `actions` is no Arrow data.

    Examples:
        >>> import pyarrow as pa
        >>> days = [dt.date(2024, 11, 7), dt.date(2024, 11, 8)]
        >>> bars = pa.table({"ticker": ["PETR4"] * 2, "trade_date": days, "close": [36.0, 18.5],
        ...                  "volume": [100, 300]})
        >>> split = pa.table({"ticker": ["PETR4"], "ex_date": days[1:], "kind": ["split"],
        ...                   "amount": [None], "numerator": [2], "denominator": [1]})
        >>> adjust(bars, split).select(["close", "volume"]).to_pydict()
        {'close': [18.0, 18.5], 'volume': [200, 300]}
        >>> adjust(bars, split, as_of=days[0]).select(["close", "volume"]).to_pydict()
        {'close': [36.0, 37.0], 'volume': [100, 150]}
    """
    options: dict[str, Any] = {
        "actions": _interop.read_once(actions, required=True),
        "as_of": _options.date("as_of", as_of),
        "distributions": _options.yes_or_no("distributions", distributions),
        "by": _options.column("by", by),
        "time": _options.column("time", time),
        "threads": _threads.threads(),
    }
    raw = _interop.PRICES_AND_VOLUME
    optional = (*raw, *map(_native.published, raw), *CURRENCY)
    return _interop.add_columns(bars, (by, time), lambda rows: _native.adjust(rows, **options), optional=optional)
