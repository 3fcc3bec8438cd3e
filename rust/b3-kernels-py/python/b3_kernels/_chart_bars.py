"""The bars of a chart: one ticker's, sorted by time, with every column to draw."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeGuard

import b3_kernels as b3

from . import _interop, _native, _options

if TYPE_CHECKING:
    import pyarrow as pa

RSI_WINDOW, BOLLINGER_WINDOW = 14, 20  # in bars, the defaults of `rsi` and `bollinger_bands`


def one_ticker(bars: Any) -> pa.Table:
    """Give the bars as a pyarrow table sorted by time, with the drawn columns under raw names."""
    import pyarrow as pa

    frame = _interop.frame(bars, time="trade_date")
    drawn = _interop.read(frame, filter(_is_drawn, frame.columns), caller_names={})
    table = _with_raw_names(pa.table(_native.read_table(drawn)))  # without text in views, which pyarrow cannot sort
    for name in (*_interop.KEYS, *_interop.PRICES_AND_VOLUME):
        _require(table, name, present=frame.columns)
    if table.num_rows == 0:
        raise ValueError("candles: bars hold no row; expected the bars of one ticker")
    if table["trade_date"].null_count:
        raise ValueError("candles: bars hold a null trade_date; expected a date or a timestamp")
    tickers = sorted(set(table["ticker"].to_pylist()), key=str)
    if len(tickers) > 1:
        raise ValueError(
            f"candles: bars hold {len(tickers)} tickers ({', '.join(map(str, tickers[:5]))}); expected one"
        )
    table = table.sort_by("trade_date")
    times = table["trade_date"].to_pylist()
    for time, after in itertools.pairwise(times):
        if time == after:
            raise ValueError(f"candles: bars hold {time} more than once; expected one bar of each time")
    return table


def with_indicators(
    table: pa.Table, windows: Sequence[int], panels: Sequence[str], *, every: str, actions: Any
) -> pa.Table:
    """Give the bars of `one_ticker` with the averages that they lack, and with the indicators."""
    common: dict[str, Any] = {"every": every, "actions": actions}
    absent = [window for window in windows if f"sma_{window}" not in table.column_names]
    if absent:
        table = b3.moving_average(table, windows=absent, **common)
    if "bollinger" in panels:
        table = b3.bollinger_bands(table, windows=BOLLINGER_WINDOW, **common)
    if "rsi" in panels:
        table = b3.rsi(table, windows=RSI_WINDOW, **common)
    if "macd" in panels:
        table = b3.macd(table, **common)
    return table


def between(table: pa.Table, start: dt.date | str | None, end: dt.date | str | None) -> pa.Table:
    """Give the bars from `start` to `end`, both included."""
    first, last = _options.day("start", _without_time(start)), _options.day("end", _without_time(end))
    days = days_of(table)
    inside = [(first is None or day >= first) and (last is None or day <= last) for day in days]
    if not any(inside):
        raise ValueError(f"candles: found no bar from {start} to {end}; the bars reach from {days[0]} to {days[-1]}")
    return table.filter(inside)


def days_of(table: pa.Table) -> list[dt.date]:
    """Give the bars' dates, without the time of bars within a day."""
    return [_without_time(time) for time in table["trade_date"].to_pylist()]


def labels(table: pa.Table) -> list[str]:
    """Give the bars' dates as text, with the time on a second line unless all are at midnight.

    Times have seconds unless all are whole minutes: two bars of one label would be drawn as one.
    """
    times = table["trade_date"].to_pylist()
    clocks = [time.time() for time in times if isinstance(time, dt.datetime)]
    if all(clock == dt.time() for clock in clocks):
        return [f"{time:%Y-%m-%d}" for time in times]
    units = "minutes" if all(clock.second == clock.microsecond == 0 for clock in clocks) else "auto"
    return [f"{time:%Y-%m-%d}<br>{clock.isoformat(units)}" for time, clock in zip(times, clocks, strict=True)]


def floats(table: pa.Table, name: str) -> list[float | None]:
    """Give a column as floats, which are exact enough for a picture."""
    return [None if value is None else float(value) for value in table[name].to_pylist()]


def is_known(value: float | None) -> TypeGuard[float]:
    """Whether a value can be drawn: null, NaN and infinity cannot."""
    return value is not None and math.isfinite(value)


def _with_raw_names(table: pa.Table) -> pa.Table:
    """The table with raw names for published ones, `close` for `fechamento`, unless it has both."""
    raw_names = {_native.published(name): name for name in _native.input_columns()}
    new_names = []
    for name in table.column_names:
        new = raw_names.get(name, name.replace("media_movel_", "sma_"))
        new_names.append(name if new in table.column_names else new)
    return table.rename_columns(new_names)


def _is_drawn(name: str) -> bool:
    """Whether a column is drawn, or computed on, under its raw or its published name."""
    raw = _native.input_columns()
    return name in raw or name in map(_native.published, raw) or name.startswith(("sma_", "media_movel_"))


def _require(table: pa.Table, name: str, present: Sequence[str]) -> None:
    import pyarrow as pa

    if name not in table.column_names:
        listed = ", ".join(f'"{column}"' for column in present)
        raise _native.SchemaError(f"column {name}: not found, expected one of [{listed}]")
    kind = table.schema.field(name).type
    is_number = pa.types.is_decimal(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind)
    if name == "trade_date" and not (pa.types.is_date(kind) or pa.types.is_timestamp(kind)):
        raise _native.SchemaError(f"column {name}: found {kind}, expected a date or a timestamp")
    if name in _interop.PRICES_AND_VOLUME and not is_number:
        raise _native.SchemaError(f"column {name}: found {kind}, expected a decimal, an integer or a float")


def _without_time(time: Any) -> Any:
    return time.date() if isinstance(time, dt.datetime) else time
