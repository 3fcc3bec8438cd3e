"""The ledger during runs: its writes, concurrent runs, commit summaries and listings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import b3_kernels as b3
from b3_jobs.contract.dates import FIRST_DAY, LAST_DAY
from b3_jobs.contract.options import Options
from b3_jobs.contract.published_table import PublishedTable
from b3_jobs.errors import JobError, StoreFault
from b3_jobs.files.listing import Identity
from b3_jobs.files.storage import Storage
from b3_jobs.files.versioned_file import ConflictError, VersionedFile
from b3_jobs.ledger.ledger import Ledger, date_of, read_ledger, source_of
from b3_jobs.ledger.observation import Observation, joined, observe
from b3_jobs.ledger.open_ledger import OpenLedger

DAYS = b3.sessions(date(2021, 1, 4), date(2021, 1, 15))
SEEN = Observation({f"trade_date={day}/cotahist.parquet": Identity("x", size=1) for day in DAYS}, actions={})


def begin_run(options: Options, seen: Observation = SEEN, every: str = "1d") -> OpenLedger:
    """The ledger of a run that has listed these objects and saved nothing yet."""
    ledger = OpenLedger.open(options, PublishedTable.of(options, every))
    ledger.update(options, seen)
    return ledger


def kept(ledger: OpenLedger) -> Ledger:
    state, _ = read_ledger(ledger.file)
    assert state is not None
    return state


class LateFile(VersionedFile):
    """A file that another run writes first, `times` times."""

    times = 0

    def write(self, content: bytes, version: str | None) -> str:
        if self.times > 0:
            self.times -= 1
            raise ConflictError
        return super().write(content, version)


def late(ledger: OpenLedger, times: int) -> OpenLedger:
    ledger.file = LateFile(ledger.file.place, ledger.file.name)
    ledger.file.times = times
    return ledger


def test_a_run_stops_before_it_publishes_if_another_has_written_the_ledger_with_the_same_dates(
    options: Options,
) -> None:
    begin_run(options).save()
    slower, faster = begin_run(options), begin_run(options)
    faster.save()
    faster.resolve(DAYS, failed={}, seen=SEEN)
    with pytest.raises(JobError, match="another run is at work on this table; this one stops"):
        slower.save()
    assert kept(faster).pending == frozenset()


def test_summary_of_a_commit_has_the_ledgers_version_and_the_pending_dates(options: Options) -> None:
    ledger = begin_run(options)
    ledger.save()
    ledger.resolve(DAYS[:3], failed={}, seen=SEEN)
    summary = ledger.snapshot_summary()
    assert (summary["b3.ledger"], summary["b3.wheel"]) == (str(ledger.version), b3.__version__)
    assert summary["b3.owed"] == f"{DAYS[3]}..{DAYS[-1]}"
    text = (Path(options.refined_path) / "_ledger/cotacoes_diarias/ledger.json").read_text()
    assert f'"run": "{summary["b3.run"]}"' in text


def test_a_published_date_is_removed_from_the_failed_ones(options: Options) -> None:
    ledger = begin_run(options)
    ledger.resolve([], failed={DAYS[0]: "bad", DAYS[1]: "bad"}, seen=SEEN)
    ledger.resolve(DAYS[:1], failed={}, seen=SEEN)
    assert list(kept(ledger).failed) == [DAYS[1]]


def test_a_date_that_fails_is_pending_and_counts_once_in_a_run_whose_portions_look_back_on_it(options: Options) -> None:
    ledger = begin_run(options)
    ledger.resolve(DAYS, failed={}, seen=SEEN)
    for day in DAYS[5:7]:
        ledger.resolve([day], failed={DAYS[4]: "unreadable"}, seen=SEEN)
    assert (kept(ledger).pending, kept(ledger).failed[DAYS[4]].runs) == ({DAYS[4]}, 1)
    begin_run(options).resolve(DAYS[7:8], failed={DAYS[4]: "unreadable"}, seen=SEEN)
    assert kept(ledger).failed[DAYS[4]].runs == 2


def test_a_changed_object_of_any_of_its_days_sets_the_failures_of_a_week_to_zero(options: Options) -> None:
    first, second = date(2021, 1, 4), date(2021, 1, 11)  # their Mondays
    ledger = begin_run(options, every="1w")
    ledger.resolve([second], failed={first: "bad"}, seen=SEEN)
    changed = replace(SEEN, raw=SEEN.raw | {f"trade_date={DAYS[2]}/cotahist.parquet": Identity("new", 3)})
    ledger = begin_run(options, changed, every="1w")
    # Pending: the days of the changed week, and of the next one, which looks back on it.
    assert (ledger.state.failed[first].runs, ledger.state.pending) == (0, set(DAYS))


def test_dates_that_look_back_on_a_date_that_could_not_be_read_for_a_time_are_pending_again(options: Options) -> None:
    ledger = begin_run(options)
    ledger.resolve([*DAYS[:4], *DAYS[5:9]], failed={DAYS[4]: "unreadable"}, seen=SEEN)
    ledger.resolve(DAYS[9:], failed={}, seen=SEEN)
    assert kept(ledger).pending == {DAYS[4]}
    # A window of 2 looks back on 4 sessions.
    ledger.resolve(DAYS[4:6], failed={}, seen=SEEN)
    assert kept(ledger).pending == set(DAYS[6:9])


def test_dates_that_look_back_on_a_failed_date_are_pending_again_also_after_a_change_of_an_earlier_one(
    options: Options,
) -> None:
    ledger = begin_run(options)
    # A failure of the store does not count, and is remembered all the same.
    ledger.resolve([*DAYS[:4], *DAYS[5:]], failed={DAYS[4]: StoreFault("503")}, seen=SEEN)
    changed = replace(SEEN, raw=SEEN.raw | {f"trade_date={DAYS[2]}/cotahist.parquet": Identity("new", 3)})
    ledger = begin_run(options, changed)
    # A window of 2 looks back on 4 sessions.
    assert ledger.state.pending == set(DAYS[2:7])
    ledger.resolve(DAYS[2:7], failed={}, seen=changed)
    assert kept(ledger).pending == set(DAYS[7:9])


def test_an_overtaken_run_adds_its_pending_and_just_published_dates_to_the_other_runs_ledger(options: Options) -> None:
    first = begin_run(options)
    first.save()
    first.resolve(DAYS[2:], failed={}, seen=SEEN)
    newer = replace(SEEN, raw=SEEN.raw | {f"trade_date={DAYS[7]}/cotahist.parquet": Identity("new", 3)})
    second = begin_run(options, newer)  # DAYS[7:] are pending again: a window of 2 looks back on 4 sessions
    second.save()
    second.resolve(DAYS[:9], failed={}, seen=newer)
    assert kept(second).pending == {DAYS[9]}
    with pytest.raises(JobError, match="another run was at work on this table at the same time"):
        late(first, times=3).resolve(DAYS[3:5], failed={}, seen=SEEN)
    # The first run's pending dates, those that it just published, and the second run's pending one.
    assert (kept(first).pending, kept(first).raw) == ({*DAYS[:2], *DAYS[3:5], DAYS[9]}, newer.raw)


def test_a_run_whose_ledger_is_deleted_writes_it_with_its_pending_and_just_published_dates(options: Options) -> None:
    ledger = begin_run(options)
    ledger.save()
    ledger.resolve(DAYS[2:], failed={}, seen=SEEN)
    (Path(options.refined_path) / "_ledger/cotacoes_diarias/ledger.json").unlink()
    with pytest.raises(JobError, match="another run was at work"):
        ledger.resolve(DAYS[:1], failed={}, seen=SEEN)
    assert (kept(ledger).pending, kept(ledger).raw) == (set(DAYS[:2]), SEEN.raw)


def test_a_ledger_that_always_conflicts_is_an_error_with_the_command_that_refines_its_dates(options: Options) -> None:
    ledger = begin_run(options)
    ledger.save()
    message = (
        rf"always written by others first; run --trade_dates {DAYS[0]}\.\.{DAYS[1]} --affected when they have ended"
    )
    # The first write and twenty attempts.
    with pytest.raises(JobError, match=message):
        late(ledger, times=21).resolve(DAYS[:2], failed={}, seen=SEEN)
    with pytest.raises(JobError, match="another run was at work"):
        late(ledger, times=20).resolve(DAYS[:2], failed={}, seen=SEEN)


def test_a_date_is_stuck_after_three_failures_without_those_of_the_store(options: Options) -> None:
    for reason in (StoreFault("503"), "bad", StoreFault("503"), "bad", StoreFault("503"), "bad"):
        ledger = begin_run(options)
        assert ledger.stuck() == {}
        ledger.resolve([], failed={DAYS[0]: reason}, seen=SEEN)
    left = "(failed 3 times; left until its objects change or it is named)"
    assert begin_run(options).stuck() == {DAYS[0]: f"bad {left}"}
    with_event = replace(SEEN, actions={f"ex_date={DAYS[0]}/b3.parquet": Identity("y", 1)})
    assert begin_run(options, with_event).stuck() == {}
    changed = replace(SEEN, raw=SEEN.raw | {f"trade_date={DAYS[0]}/cotahist.parquet": Identity("y", 1)})
    ledger.update(options, changed)
    assert ledger.stuck() == {}
    ledger.resolve([], failed={DAYS[0]: "bad"}, seen=changed)
    assert kept(ledger).failed[DAYS[0]].runs == 1


def test_stuck_dates_are_tried_again_when_another_is_published_that_failed_for_the_same_reason(
    options: Options,
) -> None:
    for _ in range(3):
        reasons = {DAYS[0]: "too large", DAYS[1]: "bad", DAYS[5]: "too large"}
        begin_run(options).resolve([], failed=reasons, seen=SEEN)
    ledger = begin_run(options)
    assert list(ledger.stuck()) == [DAYS[0], DAYS[1], DAYS[5]]
    ledger.resolve([DAYS[5]], failed={}, seen=SEEN)
    assert list(ledger.stuck()) == [DAYS[1]]


def test_a_ledger_takes_over_nothing_that_a_guard_refuses(options: Options) -> None:
    begin_run(options).save()
    ledger = OpenLedger.open(options, PublishedTable.of(options))
    before = ledger.state
    elsewhere = Observation({"trade_date=2021-02-01/cotahist.parquet": Identity("y", 1)}, {})
    half = Observation(dict(list(SEEN.raw.items())[5:]), {})
    for other, seen, message in (
        (options, elsewhere, "holds none of the 10 objects that b3.cotacoes_diarias was made from"),
        (replace(options, raw_path="moved"), half, "b3.cotacoes_diarias was made from .*/raw, of whose 10 objects 5"),
        (replace(options, windows=(3,)), SEEN, "b3.cotacoes_diarias was made with"),
        (options, half, "b3.cotacoes_diarias: the objects of 5 of 10 dates are gone"),
    ):
        with pytest.raises(JobError, match=message):
            ledger.update(other, seen)
    assert ledger.state == before


def test_objects_of_a_date_outside_the_calendar_are_reported_and_ignored(tmp_path: Path) -> None:
    options = Options(str(tmp_path / "raw"), str(tmp_path / "refined"))
    days = [FIRST_DAY, LAST_DAY]
    beyond = ["1985-12-31", "2021-02-30", "2100-01-01"]
    for day in [*days, *beyond]:
        Storage.at(options.raw_path).put(f"trade_date={day}/cotahist.parquet", b"x")
        Storage.at(options.actions_folder).put(f"ex_date={day}/b3.parquet", b"x")
    seen = observe(options)
    assert (list(seen.keys_by_date), len(seen.actions)) == (days, 2)
    assert seen.misdated == (
        *(f"ex_date={day}/b3.parquet" for day in beyond),
        *(f"trade_date={day}/cotahist.parquet" for day in beyond),
    )


def test_the_date_and_the_source_of_an_object_are_in_its_key() -> None:
    key = "trade_date=2021-01-04/yahoo-1m.parquet"
    assert (date_of(key), source_of(key)) == (date(2021, 1, 4), "yahoo-1m")


def test_without_raw_the_actions_are_not_listed(tmp_path: Path) -> None:
    options = Options(str(tmp_path / "raw"), str(tmp_path / "refined"))
    Storage.at(options.actions_folder).put("ex_date=2021-01-04/b3.parquet", b"x")
    assert observe(options) == Observation({}, {})


def test_two_listings_together_have_the_objects_of_both_and_the_later_state_of_each() -> None:
    one, other = Identity("one", 1), Identity("other", 2)
    earlier = Observation({"a": one, "b": one}, {"x": one}, misdated=("old",))
    later = Observation({"b": other, "c": other}, {"x": other, "y": other}, misdated=("new",))
    expected = Observation({"a": one, "b": other, "c": other}, {"x": other, "y": other}, misdated=("new",))
    assert joined(earlier, later) == expected
