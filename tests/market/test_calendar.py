"""The trading calendar against two that others keep: `exchange_calendars`' BVMF and `bizdays`' B3.

Where both cover a day (2000 to 2026) they agree, so no exception is listed: a difference on any day is a fault.
"""

from __future__ import annotations

import datetime as dt

import exchange_calendars
import pytest
from bizdays import Calendar

import b3_kernels as b3

FIRST, LAST = dt.date(1990, 1, 1), dt.date(2099, 12, 31)


def days(first: dt.date, last: dt.date) -> list[dt.date]:
    """Every day from first to last, both included."""
    return [first + dt.timedelta(number) for number in range((last - first).days + 1)]


def bvmf_sessions(first: dt.date, last: dt.date) -> list[dt.date]:
    """The sessions of `exchange_calendars`, whose rules reach as far as they are asked to."""
    calendar = exchange_calendars.get_calendar("BVMF", start=str(first), end=str(last))
    return [session.date() for session in calendar.sessions]


def test_sessions_are_those_of_exchange_calendars_from_1990_to_2099() -> None:
    ours, theirs = set(b3.sessions(FIRST, LAST)), set(bvmf_sessions(FIRST, LAST))
    assert sorted(ours ^ theirs) == []
    assert len(ours) > 27_000


def test_sessions_are_those_of_bizdays_on_every_day_it_covers() -> None:
    calendar = Calendar.load("B3")
    first, last = calendar.startdate, calendar.enddate
    covered = days(first, last)
    assert (first.year, last.year) == (2000, 2026)
    assert [day for day in covered if b3.is_session(day) != calendar.isbizday(day)] == []


def test_exchange_calendars_and_bizdays_agree_where_both_cover_a_day() -> None:
    calendar = Calendar.load("B3")
    theirs = [day for day in days(calendar.startdate, calendar.enddate) if calendar.isbizday(day)]
    assert bvmf_sessions(calendar.startdate, calendar.enddate) == theirs


@pytest.mark.parametrize(
    ("day", "session"),
    [
        ("2014-06-12", False),  # the World Cup opened in São Paulo
        ("2020-07-09", True),  # the state moved the holiday to May, and the exchange traded then too
        ("2020-11-20", True),  # Yahoo has no bar on this session
        ("2021-01-25", False),
        ("2022-01-25", True),
        ("2023-11-20", True),
        ("2024-11-20", False),
        ("2024-02-14", True),  # Ash Wednesday
        ("2024-12-24", False),
        ("2023-12-29", False),  # the year's last weekday
    ],
)
def test_days_in_dispute_are_as_the_exchange_traded(day: str, session: bool) -> None:
    assert b3.is_session(dt.date.fromisoformat(day)) is session


def test_counting_undoes_adding_from_any_day() -> None:
    for day in days(dt.date(2023, 12, 1), dt.date(2024, 3, 1)):
        for n in range(-30, 31):
            assert b3.count_sessions(day, b3.add_sessions(day, n)) == n
