"""B3's trading calendar, `FIRST_DATE` to `LAST_DATE`: 1986 to 2099."""

from __future__ import annotations

import datetime as dt
from typing import Any, overload

from . import _dates, _native, _options
from .typing import Every


@overload
def is_session(date: dt.date | str) -> bool: ...
@overload
def is_session(date: list[Any] | tuple[Any, ...]) -> list[bool | None]: ...
@overload
def is_session(date: Any) -> Any: ...
def is_session(date: Any) -> Any:
    """Whether B3 trades spot shares on `date`, or on each of many dates.

    Args:
        date: a `datetime.date`, a `datetime.datetime`, a text such as `2024-02-14`, a
            `numpy.datetime64`; or many of one kind: a Series of Polars or pandas, a DatetimeIndex,
            a numpy array, an Arrow array, a list.

    Returns:
        True or False; for many dates as many values in the caller's kind, which can filter a frame:
        `frame[b3.is_session(frame["Date"])]` in pandas and
        `frame.filter(b3.is_session(frame["date"]))` in Polars. A null stays null, but is False in
        numpy arrays and in an index. A time with a time zone counts as its day in that zone, a text
        as the date that it begins with.

    Raises:
        ValueError: a date outside 1986 to 2099, or a text that is no date such as `2024-02-14` or
            `2024-2-14`, alone or followed by a `T` or a space and a time.
        TypeError: neither a date nor many dates, such as a number, a table, an expression or a
            single NaT.
        SchemaError: a column of another type, of a time zone that Arrow does not know, or of text
            that is not UTF-8.

    Examples:
        >>> is_session(dt.date(2024, 2, 13)), is_session("2024-02-14")  # Carnival, Ash Wednesday
        (False, True)
        >>> is_session(["2024-02-13", "2024-02-14", None])
        [False, True, None]
    """
    return _dates.is_session(date)


def sessions(start: dt.date, end: dt.date) -> list[dt.date]:
    """List the sessions from `start` to `end`, both included.

    Raises:
        ValueError: a date outside 1986 to 2099.

    Examples:
        >>> [day.day for day in sessions(dt.date(2024, 11, 14), dt.date(2024, 11, 21))]
        [14, 18, 19, 21]
    """
    return _native.sessions(_options.some_day("start", start), _options.some_day("end", end))


def add_sessions(date: dt.date, n: int) -> dt.date:
    """Give the session `n` sessions after `date`, or before it where `n` is negative.

    Counted from the last session on or before `date`, which is the result for `n = 0`.

    Raises:
        ValueError: `date` or the answer is outside 1986 to 2099.

    Examples:
        >>> add_sessions(dt.date(2024, 11, 14), 1), add_sessions(dt.date(2024, 11, 17), 0)
        (datetime.date(2024, 11, 18), datetime.date(2024, 11, 14))
    """
    return _native.add_sessions(_options.some_day("date", date), _options.sessions("n", n))


def count_sessions(after: dt.date, until: dt.date) -> int:
    """Count the sessions after `after` up to and including `until`; negative if `until` is earlier.

    Raises:
        ValueError: a date outside 1986 to 2099.

    Examples:
        >>> count_sessions(dt.date(2024, 11, 14), dt.date(2024, 11, 18))
        1
    """
    return _native.count_sessions(_options.some_day("after", after), _options.some_day("until", until))


def period(date: dt.date, every: Every) -> tuple[dt.date, dt.date]:
    """Give the first and last calendar day of the day, week, month, quarter or year with `date`.

    Weeks are ISO weeks, Monday to Sunday.

    Raises:
        ValueError: a date outside 1986 to 2099, or an unknown period.

    Examples:
        >>> period(dt.date(2024, 2, 14), "1w")
        (datetime.date(2024, 2, 12), datetime.date(2024, 2, 18))
    """
    return _native.period(_options.some_day("date", date), _options.choice("every", every, Every))


def last_closed_session(now: dt.datetime) -> dt.date:
    """Give the last session whose trading was over at `now`, so that its bars no longer change.

    Trading is over at 19:00 in UTC-3: no after-market session of B3 has ever ended later.

    Args:
        now: a moment with a time zone.

    Raises:
        ValueError: no time zone, or a moment outside 1986 to 2099.
        TypeError: no `datetime.datetime`.

    Examples:
        >>> last_closed_session(dt.datetime(2024, 11, 8, 21, 59, tzinfo=dt.timezone.utc))
        datetime.date(2024, 11, 7)
    """
    moment = _options.moment("now", now)
    try:
        return _native.last_closed_session(moment.astimezone(dt.UTC))
    except OverflowError:  # the year is 1 or 9999, which the compiled module refuses in any zone
        return _native.last_closed_session(moment.replace(tzinfo=dt.UTC))
