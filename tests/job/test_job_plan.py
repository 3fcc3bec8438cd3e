"""Tests, without Spark, of the dates that a plan leaves out and of what a run may drop."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

import b3_kernels as b3
from b3_jobs.contract.dates import Days, Periods
from b3_jobs.contract.options import Options
from b3_jobs.errors import JobError
from b3_jobs.files.listing import Identity
from b3_jobs.inputs.raw import RawObject
from b3_jobs.ledger import guards
from b3_jobs.ledger.ledger import Ledger
from b3_jobs.ledger.observation import Difference, Observation, compare
from b3_jobs.run.plan import Plan

# Monday 4 January to Friday 15 January: two weeks.
DAYS = b3.sessions(date(2021, 1, 4), date(2021, 1, 15))
WEEKS = {day: Days(day, date(2021, 1, day.day + 6)) for day in (DAYS[0], DAYS[5])}


def raw_object(day: date) -> RawObject:
    return RawObject(day, f"trade_date={day}/cotahist.parquet", 2)


def test_a_bad_object_leaves_out_its_own_periods_only() -> None:
    periods: Periods = {"1d": {day: Days(day, day) for day in DAYS}, "1w": WEEKS}
    plan = Plan(periods, [raw_object(day) for day in DAYS], {}, {"1d": {}, "1w": {}}, pa.table({}))
    bad = DAYS[6]
    left = plan.without({raw_object(bad): "no Parquet"})
    assert left.failed == {"1d": {bad: "no Parquet"}, "1w": {DAYS[5]: "no Parquet"}}
    assert list(left.periods["1d"]) == [day for day in DAYS if day != bad]
    assert list(left.periods["1w"]) == [DAYS[0]]
    assert [found.trade_date for found in left.objects] == [day for day in DAYS if day != bad]


def gone(count: int) -> tuple[Ledger, Difference]:
    """A ledger of a thousand dates, and its difference from a raw without the first `count`."""
    days = b3.sessions(date(2017, 1, 2), date(2021, 6, 30))[:1000]
    raw = {raw_object(day).key: Identity("x", 1) for day in days}
    seen = Observation(dict(list(raw.items())[count:]), {})
    ledger = Ledger("", raw)
    return ledger, compare(ledger, seen)


@pytest.mark.parametrize(("count", "allowed", "refused"), [(10, 0, False), (11, 0, True), (11, 11, False)])
def test_dropped_dates_beyond_the_limit_are_refused_unless_allowed(count: int, allowed: int, refused: bool) -> None:
    options, (ledger, difference) = Options("raw", "refined", allow_drops=allowed), gone(count)
    if not refused:
        return guards.check_gone(options, "b3.t", ledger, difference)
    with pytest.raises(JobError, match=rf"the objects of {count} of 1000 dates are gone from raw .* --allow_drops 11 "):
        guards.check_gone(options, "b3.t", ledger, difference)
    return None


@pytest.mark.parametrize(("before", "allowed", "refused"), [(8, 0, False), (9, 0, True), (9, 11, False)])
def test_losses_of_all_tables_of_a_run_are_added(before: int, allowed: int, refused: bool) -> None:
    options, lost = Options("raw", "refined", allow_drops=allowed), {DAYS[0]: 3, DAYS[1]: 4}
    if not refused:
        return guards.check_drops(options, "b3.t", lost, before, 1000)
    with pytest.raises(JobError, match=r"2 dates .* 7 partitions, and 9 did before; more than 10 of 1000 dates"):
        guards.check_drops(options, "b3.t", lost, before, 1000)
    return None
