"""The portions of a run, and each one's plan: what it reads, and the dates it leaves out."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from lakes import object_path, quote, write_manual_dividend, write_raw

import b3_kernels as b3
from b3_jobs.contract.dates import Days, Periods, partition_date, period
from b3_jobs.contract.options import Options
from b3_jobs.contract.schemas import TABLES
from b3_jobs.errors import JobError
from b3_jobs.files.listing import Identity
from b3_jobs.inputs.actions import no_events
from b3_jobs.inputs.raw import RawObject
from b3_jobs.ledger.observation import Observation, observe
from b3_jobs.run.plan import Plan, listed_days, make_plan
from b3_jobs.run.portions import portions, size

# Monday 4 January to Friday 15 January: two weeks.
DAYS = b3.sessions(date(2021, 1, 4), date(2021, 1, 15))
WEEKS = {day: Days(day, day + timedelta(days=6)) for day in (DAYS[0], DAYS[5])}


def daily(*days: date) -> dict[date, Days]:
    return {day: Days(day, day) for day in days}


def holding(sizes: dict[date, int]) -> Observation:
    return Observation({f"trade_date={day}/cotahist.parquet": Identity("x", size) for day, size in sizes.items()}, {})


def test_a_portion_is_filled_to_its_limit_and_shared_rows_count_once() -> None:
    seen = holding(dict(zip(DAYS[:3], (4, 6, 5), strict=True)))
    work = {"cotacoes_diarias": daily(*DAYS[:3]), "cotacoes_por_ano": daily(*DAYS[:3])}
    one, two, three = DAYS[:3]
    apart, last_apart = [[one], [two], [three]], [[one, two], [three]]
    for most, expected in ((1, apart), (9, apart), (10, last_apart), (14, last_apart), (15, [[one, two, three]])):
        assert [sorted(portion["cotacoes_diarias"]) for portion in portions(work, seen, most)] == expected
    assert [portion["cotacoes_por_ano"] for portion in portions(work, seen, 10)] == [daily(*DAYS[:2]), daily(DAYS[2])]
    assert [size(portion, seen) for portion in portions(work, seen, 10)] == [10, 5]


def test_each_portion_is_filled_from_nothing_and_no_work_has_no_portion() -> None:
    seen = holding(dict(zip(DAYS[:3], (6, 6, 5), strict=True)))
    assert list(portions({"cotacoes_diarias": daily(*DAYS[:3])}, seen, 11)) == [
        {"cotacoes_diarias": daily(DAYS[0])},
        {"cotacoes_diarias": daily(*DAYS[1:3])},
    ]
    assert list(portions({}, seen, 11)) == list(portions({"cotacoes_diarias": {}}, seen, 11)) == []


def test_work_is_split_oldest_first_with_each_date_in_one_portion() -> None:
    sessions = b3.sessions(date(2021, 1, 4), date(2021, 12, 30))
    rng = random.Random(1)
    seen = holding({day: rng.randint(1, 9) for day in sessions})
    work = {
        table: {partition_date(day, every): period(day, every) for day in sessions} for every, table in TABLES.items()
    }
    cut = list(portions(work, seen, most=60))
    assert len(cut) > 10
    for table, bar_dates in work.items():
        assert [bar_date for portion in cut for bar_date in portion.get(table, {})] == sorted(bar_dates)
    assert list(portions(work, seen, 10**9)) == [work]


def test_the_size_of_a_portion_is_what_its_longest_periods_read() -> None:
    seen = holding(dict(zip(DAYS[:3], (4, 6, 5), strict=True)))
    work = {"cotacoes_diarias": daily(*DAYS[:3]), "cotacoes_semanais": {DAYS[0]: WEEKS[DAYS[0]]}}
    # The week that begins on the first day reads all three days.
    assert [size(portion, seen) for portion in portions(work, seen, 15)] == [15, 11]
    # Each date counts what its longest period reads: the first its week, the others their day.
    assert size(work, seen) == 15 + 6 + 5


def plan(periods: Periods, *days: date) -> Plan:
    objects = [RawObject(day, f"trade_date={day}/cotahist.parquet", rows=2) for day in days]
    return Plan(periods, objects, failed={}, events=no_events())


def test_a_plan_counts_the_days_of_its_periods_and_the_rows_of_days() -> None:
    whole_plan = plan({"1w": WEEKS}, *DAYS)
    assert whole_plan.days("1w") == [date(2021, 1, 4) + timedelta(days=number) for number in range(14)]
    assert whole_plan.days("1d") == []
    assert whole_plan.rows(Days(DAYS[1], DAYS[3])) == 6


def test_a_bad_object_leaves_out_its_own_periods_only() -> None:
    whole_plan = plan({"1d": daily(*DAYS), "1w": WEEKS}, *DAYS)
    bad = DAYS[6]
    left = whole_plan.without({whole_plan.objects[6]: "no Parquet"})
    assert left.failed == {"1d": {bad: "no Parquet"}, "1w": {DAYS[5]: "no Parquet"}}
    assert list(left.periods["1d"]) == [day for day in DAYS if day != bad]
    assert list(left.periods["1w"]) == [DAYS[0]]
    assert [found.trade_date for found in left.objects] == [day for day in DAYS if day != bad]


def test_a_bad_object_of_the_look_back_fails_though_its_period_was_not_to_be_published() -> None:
    whole_plan = plan({"1d": daily(*DAYS[8:])}, *DAYS)
    left = whole_plan.without({whole_plan.objects[6]: "no Parquet"})
    assert (left.failed, left.periods) == ({"1d": {DAYS[6]: "no Parquet"}}, whole_plan.periods)


def test_of_two_bad_objects_of_a_day_the_first_by_name_is_reported() -> None:
    first, second = (RawObject(DAYS[1], f"trade_date={DAYS[1]}/{source}.parquet") for source in ("cotahist", "yahoo"))
    left = plan({"1d": daily(*DAYS[:2])}, *DAYS[:2]).without({second: "second", first: "first"})
    assert left.failed == {"1d": {DAYS[1]: "first"}}


def test_bad_actions_leave_out_the_periods_whose_look_back_holds_them() -> None:
    whole_plan = plan({"1d": daily(*DAYS), "1w": WEEKS}, *DAYS)
    # What looks back is up to two sessions or weeks later.
    left = whole_plan.without_events({DAYS[3]: "third", DAYS[4]: "fourth"}, bars_back=2)
    assert left.failed["1d"] == dict.fromkeys(DAYS[3:6], "third") | {DAYS[6]: "fourth"}
    assert list(left.periods["1d"]) == DAYS[:3] + DAYS[7:]
    assert left.failed["1w"] == dict.fromkeys(WEEKS, "third")
    assert left.periods["1w"] == {}
    # Earlier failures are kept.
    again = left.without_events({DAYS[9]: "last"}, bars_back=1)
    assert again.failed["1d"] == left.failed["1d"] | {DAYS[9]: "last"}


def test_a_plan_holds_the_objects_and_events_of_the_look_back_and_what_is_wrong_with_others(tmp_path: Path) -> None:
    options = Options(str(tmp_path / "raw"), str(tmp_path / "refined"), windows=(2,))
    write_raw(tmp_path / "raw", [quote("PETR4", day, "30") for day in DAYS])
    for day in (DAYS[0], DAYS[6]):  # the first is too old to be read
        object_path(tmp_path / "raw", day).write_bytes(b"no Parquet")
    for day in (DAYS[0], DAYS[4]):
        write_manual_dividend(Path(options.actions_folder), day, "1.00")
    whole_plan = make_plan(options, observe(options), {"1d": daily(*DAYS[5:8])})
    assert list(whole_plan.periods["1d"]) == [DAYS[5], DAYS[7]]
    assert list(whole_plan.failed["1d"]) == [DAYS[6]]
    assert "cotahist.parquet: not a readable Parquet file" in whole_plan.failed["1d"][DAYS[6]]
    # Windows of two bars look back on four sessions.
    assert [found.trade_date for found in whole_plan.objects] == [*DAYS[1:6], DAYS[7]]
    assert whole_plan.events.column("ex_date").to_pylist() == [DAYS[4]]


def test_listed_days_are_sessions_or_days_that_raw_holds_in_order() -> None:
    saturday, sunday = date(2021, 1, 9), date(2021, 1, 10)
    options = Options("raw", "refined", windows=(1,))
    seen = holding({saturday: 1, DAYS[9]: 1, DAYS[5]: 1})
    listed = listed_days(replace(options, trade_dates="2021-01-08..2021-01-11"), seen, "1d")
    assert listed == [DAYS[4], saturday, DAYS[5]]
    with pytest.raises(JobError, match=r"^--trade_dates: no B3 session in 2021-01-10, and nothing for it in .*raw"):
        listed_days(replace(options, trade_dates=str(sunday)), seen, "1d")
    # A window of one bar looks back on two sessions, so DAYS[4] affects dates up to DAYS[6]: those
    # of them that raw has are listed beside it.
    assert listed_days(replace(options, trade_dates=str(DAYS[4]), affected=True), seen, "1d") == [
        DAYS[4], saturday, DAYS[5],
    ]  # fmt: skip
