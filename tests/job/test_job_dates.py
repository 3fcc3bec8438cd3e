"""Dates: `--trade_dates`, spans, periods, look-back and affected dates."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import b3_kernels as b3
from b3_jobs.contract.dates import (
    Days,
    affected,
    format_trade_dates,
    inside,
    look_back,
    merge,
    parse_trade_dates,
    partition_date,
    period,
)
from b3_jobs.errors import JobError

DATES = st.dates(date(2019, 6, 1), date(2022, 6, 1))
EVERY = st.sampled_from(("1d", "1w", "1mo"))


def days(first: str, last: str) -> Days:
    return Days(date.fromisoformat(first), date.fromisoformat(last))


def test_a_span_contains_exactly_the_days_from_first_to_last() -> None:
    span = days("2020-12-30", "2021-01-02")
    assert [str(day) for day in span.each()] == ["2020-12-30", "2020-12-31", "2021-01-01", "2021-01-02"]
    assert all(day in span for day in span.each())
    assert date(2020, 12, 29) not in span
    assert date(2021, 1, 3) not in span
    assert list(span.years()) == [2020, 2021]


def test_a_spans_sessions_are_those_of_the_calendar() -> None:
    assert days("1985-12-01", "1986-01-03").sessions() == [date(1986, 1, 2), date(1986, 1, 3)]
    assert days("2099-12-29", "2100-01-31").sessions() == [date(2099, 12, 29), date(2099, 12, 30)]
    assert days("2021-01-23", "2021-01-25").sessions() == []  # a weekend and a holiday


@pytest.mark.parametrize("word", ["all", "pending"])
def test_all_and_pending_mean_the_whole_calendar(word: str) -> None:
    assert parse_trade_dates(word) == [days("1986-01-01", "2099-12-31")]


def test_the_calendars_first_and_last_day_may_be_listed_and_no_day_beyond_them() -> None:
    listed = ("1986-01-01", "2099-12-31", "2024-01-02..2024-01-02", "1986-01-01..2099-12-31")
    spans = [days(text[:10], text[-10:]) for text in listed]
    assert [parse_trade_dates(text) for text in listed] == [[span] for span in spans]
    for text in ("1985-12-31", "2100-01-01"):
        with pytest.raises(JobError, match=f"{text} is outside the calendar, 1986-01-01 to 2099-12-31"):
            parse_trade_dates(text)


@pytest.mark.parametrize(
    "text", ["", "2024-1-2", "02/01/2024", "2024-01-02..", "..2024-01-02", "2024-01-02...2024-01-03", "x2024-01-02"]
)
def test_an_item_that_is_no_date_or_range_is_an_error(text: str) -> None:
    with pytest.raises(JobError, match=r"^--trade_dates: '.*' is neither a date \(2024-01-02\) nor a range"):
        parse_trade_dates(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2024-02-30", "there is no day '2024-02-30'"),
        ("2024-01-03..2024-01-02", "'2024-01-03..2024-01-02' ends before it begins"),
    ],
)
def test_an_invalid_day_or_range_is_an_error(text: str, message: str) -> None:
    with pytest.raises(JobError, match=f"^--trade_dates: {message}$"):
        parse_trade_dates(text)


def test_adjacent_spans_are_joined_and_spans_with_a_day_between_are_not() -> None:
    first, apart = days("2024-01-02", "2024-01-04"), days("2024-01-08", "2024-01-09")
    assert merge([apart, days("2024-01-05", "2024-01-06"), first]) == [days("2024-01-02", "2024-01-06"), apart]
    assert merge([first, days("2024-01-03", "2024-01-03")]) == [first]


def test_inside_returns_the_days_of_spans_in_order() -> None:
    spans = [days("2024-01-02", "2024-01-04"), days("2024-01-08", "2024-01-08")]
    asked = [date(2024, 1, day) for day in (9, 8, 7, 5, 4, 3, 2, 1)]
    assert inside(asked, spans) == [date(2024, 1, day) for day in (2, 3, 4, 8)]
    assert inside(asked, []) == []


@pytest.mark.parametrize(
    ("day", "every", "expected"),
    [
        ("2021-01-27", "1d", days("2021-01-27", "2021-01-27")),
        ("2021-01-25", "1w", days("2021-01-25", "2021-01-31")),
        ("2021-01-31", "1w", days("2021-01-25", "2021-01-31")),
        ("2020-02-29", "1mo", days("2020-02-01", "2020-02-29")),
        ("2020-12-01", "1mo", days("2020-12-01", "2020-12-31")),
    ],
)
def test_a_period_is_its_day_week_or_month(day: str, every: str, expected: Days) -> None:
    assert period(date.fromisoformat(day), every) == expected


@pytest.mark.parametrize(
    ("every", "before", "after"),
    [
        ("1d", days("2021-01-20", "2021-01-22"), days("2021-01-22", "2021-01-27")),  # the 25th is a holiday
        ("1w", days("2021-01-04", "2021-01-24"), days("2021-01-18", "2021-02-07")),
        ("1mo", days("2020-11-01", "2021-01-31"), days("2021-01-01", "2021-03-31")),
    ],
)
def test_a_day_looks_back_on_and_affects_whole_periods(every: str, before: Days, after: Days) -> None:
    day = days("2021-01-22", "2021-01-22")
    assert look_back(day, every, bars=2) == before
    assert affected(day, every, bars=2) == after


@pytest.mark.parametrize("every", ["1d", "1w", "1mo"])
def test_look_back_and_affected_dates_are_cut_at_the_calendars_ends(every: str) -> None:
    first, last = days("1986-01-02", "1986-01-02"), days("2099-12-31", "2099-12-31")
    assert look_back(first, every, bars=4_000).first == date(1986, 1, 1)
    assert look_back(last, every, bars=1).last == date(2099, 12, 31)
    assert affected(last, every, bars=4_000).last == date(2099, 12, 31)
    # The weeks of these days begin before the calendar and end after it.
    for day in (first, last):
        whole = period(day.first, every)
        assert look_back(whole, every, bars=1) == look_back(day, every, bars=1)
        assert affected(whole, every, bars=1) == affected(day, every, bars=1)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(DATES, st.integers(-500, 500), EVERY, st.integers(1, 60))
def test_a_day_affects_exactly_the_later_days_that_look_back_on_it(day: date, gap: int, every: str, bars: int) -> None:
    other = day + timedelta(days=gap)
    is_affected = other in affected(Days(day, day), every, bars)
    looks_back = day in look_back(Days(other, other), every, bars)
    # A day's whole period is affected, its earlier days too.
    assert is_affected == (looks_back and other >= period(day, every).first)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(DATES, st.integers(1, 60))
def test_a_days_look_back_begins_that_many_sessions_before_it(day: date, bars: int) -> None:
    span = look_back(Days(day, day), "1d", bars)
    assert b3.count_sessions(span.first, day) == bars
    assert span.last == day


def test_listed_dates_are_sorted_and_merged() -> None:
    spans = parse_trade_dates("2024-01-10,2024-01-02..2024-01-04, 2024-01-05,2024-01-03")
    assert spans == [Days(date(2024, 1, 2), date(2024, 1, 5)), Days(date(2024, 1, 10), date(2024, 1, 10))]


@pytest.mark.parametrize(
    ("day", "every", "expected"),
    [
        (date(2021, 1, 23), "1d", date(2021, 1, 23)),  # a day's bar is dated by its day, session or not
        (date(2021, 1, 27), "1d", date(2021, 1, 27)),
        (date(2021, 1, 27), "1w", date(2021, 1, 26)),  # Monday 25 January was a holiday
        (date(2021, 1, 27), "1mo", date(2021, 1, 4)),
    ],
)
def test_a_period_is_dated_by_its_first_session(day: date, every: str, expected: date) -> None:
    assert partition_date(day, every) == expected


def test_every_week_and_month_has_a_session() -> None:
    sessions = b3.sessions(b3.FIRST_DATE, b3.LAST_DATE)
    weeks = (date(2099, 12, 31) - date(1985, 12, 30)).days // 7 + 1  # from the first week's Monday
    for every, count in (("1w", weeks), ("1mo", 114 * 12)):
        assert len({period(day, every) for day in sessions}) == count


def test_a_list_of_dates_joins_sessions_across_closed_days() -> None:
    listed = [date(2021, 1, 29), date(2021, 1, 21), date(2021, 1, 22), date(2021, 1, 26)]
    assert format_trade_dates(listed) == "2021-01-21..2021-01-26,2021-01-29"
    # Only a session continues a range: a Saturday, which raw may hold, begins one of its own.
    with_saturday = [date(2021, 1, day) for day in (22, 23, 26)]
    assert format_trade_dates(with_saturday) == "2021-01-22,2021-01-23..2021-01-26"
    assert format_trade_dates([]) == ""
