"""The trading calendar compared with two others: `exchange_calendars`' BVMF and `bizdays`' B3.

On days that both cover (2000 to 2026) they agree with ours. `exchange_calendars` has no rule for
the holidays that Brazilian law moved to Mondays in 1986 to 1989, nor for 13 May 1988. These days,
listed here, are the only ones that may differ.
"""

from __future__ import annotations

import datetime as dt

import exchange_calendars
import pytest
from bizdays import Calendar

import b3_kernels as b3

FIRST, LAST = b3.FIRST_DATE, b3.LAST_DATE

# Corpus Christi, Tiradentes and Our Lady of Aparecida, moved to Mondays by law 7,320 of 1985; and
# 13 May 1988, a holiday by law 7,658.
KEPT_ON = (
    "1986-05-26", "1987-04-20", "1987-06-15", "1988-04-18", "1988-05-13", "1988-05-30", "1988-10-10", "1989-04-17",
    "1989-10-09",
)  # fmt: skip
MOVED_FROM = (
    "1986-05-29", "1987-04-21", "1987-06-18", "1988-04-21", "1988-06-02", "1988-10-12", "1989-04-21", "1989-10-12",
)  # fmt: skip


def test_the_calendar_goes_from_1986_to_2099() -> None:
    assert dt.date(1986, 1, 1) == FIRST
    assert dt.date(2099, 12, 31) == LAST
    assert b3.sessions(FIRST, dt.date(1986, 1, 3)) == [dt.date(1986, 1, 2), dt.date(1986, 1, 3)]


def test_sessions_equal_those_of_exchange_calendars_except_moved_holidays() -> None:
    calendar = exchange_calendars.get_calendar("BVMF", start=str(FIRST), end=str(LAST))
    ours, theirs = set(b3.sessions(FIRST, LAST)), {session.date() for session in calendar.sessions}
    assert sorted(theirs - ours) == sorted(map(dt.date.fromisoformat, KEPT_ON))
    assert sorted(ours - theirs) == sorted(map(dt.date.fromisoformat, MOVED_FROM))
    assert len(ours) > 28_000  # 114 years of some 248 sessions


def test_sessions_equal_those_of_bizdays_on_every_day_it_covers() -> None:
    calendar = Calendar.load("B3")
    first, last = calendar.startdate, calendar.enddate
    covered = [first + dt.timedelta(number) for number in range((last - first).days + 1)]
    assert (first.year, last.year) == (2000, 2026)
    assert [day for day in covered if b3.is_session(day) != calendar.isbizday(day)] == []


def test_a_session_is_closed_from_19_hours_of_sao_paulo_on() -> None:
    closing = dt.datetime(2024, 11, 8, 19, tzinfo=dt.timezone(dt.timedelta(hours=-3)))
    # The third is on a Sunday, in UTC.
    moments = [closing - dt.timedelta(seconds=1), closing, closing.astimezone(dt.UTC) + dt.timedelta(days=2)]
    assert [b3.last_closed_session(now).day for now in moments] == [7, 8, 8]
    with pytest.raises(ValueError, match=r"^now: found datetime\.datetime\(.*\), expected a datetime.* a time zone$"):
        b3.last_closed_session(closing.replace(tzinfo=None))
    for zone in (dt.timezone(dt.timedelta(hours=hours)) for hours in (-3, 0, 3)):
        for moment in (closing.replace(1985), closing.min, closing.max):
            with pytest.raises(ValueError, match="is outside the trading calendar"):
                b3.last_closed_session(moment.replace(tzinfo=zone))


@pytest.mark.parametrize(
    ("n", "found"),
    [
        *((n, str(n)) for n in (2**31, -(2**31) - 1, 30_000)),
        pytest.param(10**5_000, "n: found a builtins.int", id="far"),
    ],
)
def test_a_count_of_sessions_that_leaves_the_calendar_is_a_value_error(n: int, found: str) -> None:
    with pytest.raises(ValueError, match=rf"{found}.*1986.* to 2099"):
        b3.add_sessions(dt.date(2024, 1, 2), n)
