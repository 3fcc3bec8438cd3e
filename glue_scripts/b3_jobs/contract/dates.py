"""Date arithmetic of a run: the dates to refine, those to read for them, and those they affect."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, cast

import b3_kernels as b3
from b3_jobs.errors import JobError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from b3_kernels.typing import Every

FIRST_DAY, LAST_DAY = b3.FIRST_DATE, b3.LAST_DATE
_DAY = timedelta(days=1)
# Iceberg's month transform counts months from this year.
EPOCH_YEAR = 1970
# What --trade_dates takes besides dates and ranges.
PENDING_OR_ALL = ("pending", "all")


@dataclass(frozen=True, order=True)
class Days:
    """Calendar days from `first` to `last`, both included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def each(self) -> list[date]:
        """Every calendar day of the span."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    def years(self) -> range:
        """The years that the span touches."""
        return range(self.first.year, self.last.year + 1)

    def sessions(self) -> list[date]:
        """The B3 sessions of the span, within the calendar's range."""
        return b3.sessions(max(self.first, FIRST_DAY), min(self.last, LAST_DAY))


# For each of `1d`, `1w`, `1mo` (or each table): the date of each bar, and the days it covers.
Periods = dict[str, dict[date, Days]]


def parse_trade_dates(text: str) -> list[Days]:
    """Parses `2024-01-02,2024-01-05..2024-02-01` into spans in order of date, overlaps merged.

    `all` and `pending` give the whole calendar: their dates depend on what raw holds.

    Raises:
        JobError: naming the item that is neither a date nor a range inside the calendar.
    """
    if text in PENDING_OR_ALL:
        return [Days(FIRST_DAY, LAST_DAY)]
    return merge([_span(item.strip()) for item in text.split(",")])


def _span(item: str) -> Days:
    named = re.fullmatch(r"(\d{4}-\d{2}-\d{2})(?:\.\.(\d{4}-\d{2}-\d{2}))?", item)
    if not named:
        raise JobError(f"--trade_dates: {item!r} is neither a date (2024-01-02) nor a range (2024-01-02..2024-01-31)")
    days = Days(_day(named[1]), _day(named[2] or named[1]))
    if days.last < days.first:
        raise JobError(f"--trade_dates: {item!r} ends before it begins")
    return days


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise JobError(f"--trade_dates: there is no day {text!r}") from None
    if not FIRST_DAY <= day <= LAST_DAY:
        raise JobError(f"--trade_dates: {text} is outside the calendar, {FIRST_DAY} to {LAST_DAY}")
    return day


def merge(spans: list[Days]) -> list[Days]:
    """The same days in order of date; spans that overlap or touch are joined."""
    merged: list[Days] = []
    for span in sorted(spans):
        if merged and span.first <= merged[-1].last + _DAY:
            merged[-1] = Days(merged[-1].first, max(merged[-1].last, span.last))
        else:
            merged.append(span)
    return merged


def inside(days: Iterable[date], spans: list[Days]) -> list[date]:
    """The days that lie in one of `spans`, which must come from `merge`."""
    firsts = [span.first for span in spans]
    places = ((day, bisect_right(firsts, day) - 1) for day in sorted(days))
    return [day for day, place in places if place >= 0 and day <= spans[place].last]


def period(day: date, every: str) -> Days:
    """The day, ISO week or month that holds `day`.

    `day` may be outside the calendar only in the calendar's first or last week, which is partly
    outside too.
    """
    return Days(*b3.period(min(max(day, FIRST_DAY), LAST_DAY), cast("Every", every)))


def partition_date(day: date, every: str) -> date:
    """The date under which the bar of the period of `day` is published: the period's first session.

    Every week and every month of the calendar has one.
    """
    if every == "1d":
        return day
    return period(day, every).sessions()[0]


def look_back(days: Days, every: str, bars: int) -> Days:
    """The days on which a bar inside `days` depends: `bars` sessions (weeks, months) back."""
    first, last = period(days.first, every).first, period(days.last, every).last
    if every == "1w":
        first -= timedelta(weeks=bars)
    elif every == "1mo":
        first = first_day(month_of(first) - bars)
    else:
        first = _add_sessions(first, -bars)
    return Days(max(first, FIRST_DAY), min(last, LAST_DAY))


def affected(days: Days, every: str, bars: int) -> Days:
    """The periods of `days`, and all later days whose look-back contains one of them."""
    first, last = period(days.first, every).first, period(days.last, every).last
    if every == "1w":
        last += timedelta(weeks=bars)
    elif every == "1mo":
        last = first_day(month_of(last) + bars + 1) - _DAY
    else:
        # All days before the first session that no longer looks back on `last`.
        last = _add_sessions(last, bars + 1) - _DAY
    return Days(first, min(last, LAST_DAY))


def format_trade_dates(days: Iterable[date]) -> str:
    """The days in the syntax of `--trade_dates`; a range is a day and the next sessions."""
    ranges: list[list[date]] = []
    for day in sorted(days):
        if ranges and b3.count_sessions(ranges[-1][1], day) == 1 and b3.is_session(day):
            ranges[-1][1] = day
        else:
            ranges.append([day, day])
    return ",".join(f"{first}" if first == last else f"{first}..{last}" for first, last in ranges)


def _add_sessions(day: date, sessions: int) -> date:
    """Like `b3.add_sessions`, but stops at the calendar's first day and the day after its last."""
    try:
        return b3.add_sessions(day, sessions)
    except ValueError:
        return FIRST_DAY if sessions < 0 else LAST_DAY + _DAY


def month_of(day: date) -> int:
    """The month as Iceberg's month transform counts it."""
    return (day.year - EPOCH_YEAR) * 12 + day.month - 1


def first_day(month: int) -> date:
    """The first day of a month that `month_of` has counted."""
    return date(EPOCH_YEAR + month // 12, month % 12 + 1, 1)
