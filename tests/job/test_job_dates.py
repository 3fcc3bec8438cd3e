"""Look-back and affected dates are two views of one relation."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import b3_kernels as b3
from b3_jobs.contract.dates import Days, affected, look_back, parse_trade_dates, partition_date, period, shortest

DATES = st.dates(date(2019, 6, 1), date(2022, 6, 1))
EVERY = st.sampled_from(("1d", "1w", "1mo"))


@settings(max_examples=300, deadline=None)
@given(DATES, st.integers(-500, 500), EVERY, st.integers(1, 60))
def test_a_day_affects_exactly_the_later_days_that_look_back_on_it(day: date, gap: int, every: str, bars: int) -> None:
    other = day + timedelta(days=gap)
    reaches = other in affected(Days(day, day), every, bars)
    reads = day in look_back(Days(other, other), every, bars)
    assert reaches == (reads and other >= period(day, every).first)


@settings(max_examples=200, deadline=None)
@given(DATES, st.integers(1, 60))
def test_the_look_back_of_a_session_holds_that_many_sessions_before_it(day: date, bars: int) -> None:
    span = look_back(Days(day, day), "1d", bars)
    assert b3.count_sessions(span.first, day) == bars
    assert span.last == day


def test_spans_are_merged_and_sorted() -> None:
    spans = parse_trade_dates("2024-01-10,2024-01-02..2024-01-04, 2024-01-05,2024-01-03")
    assert spans == [Days(date(2024, 1, 2), date(2024, 1, 5)), Days(date(2024, 1, 10), date(2024, 1, 10))]


def test_the_calendars_ends_clamp_what_is_read_and_affected() -> None:
    assert look_back(Days(date(1986, 1, 10), date(1986, 1, 10)), "1d", 400).first == date(1986, 1, 1)
    assert affected(Days(date(2099, 12, 1), date(2099, 12, 1)), "1d", 400).last == date(2099, 12, 31)


@pytest.mark.parametrize(
    ("day", "every", "expected"),
    [
        (date(2021, 1, 27), "1d", date(2021, 1, 27)),
        (date(2021, 1, 27), "1w", date(2021, 1, 26)),  # Monday 25 January was a holiday
        (date(2021, 1, 27), "1mo", date(2021, 1, 4)),
    ],
)
def test_a_period_is_dated_by_its_first_session(day: date, every: str, expected: date) -> None:
    assert partition_date(day, every) == expected


def test_the_shortest_list_joins_sessions_across_closed_days() -> None:
    days = [date(2021, 1, 21), date(2021, 1, 22), date(2021, 1, 26), date(2021, 1, 29)]
    assert shortest(days) == "2021-01-21..2021-01-26,2021-01-29"
