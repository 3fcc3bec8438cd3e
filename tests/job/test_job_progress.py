"""The progress of a run, as lines for programs and as a bar on a terminal."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

import b3_kernels as b3
from b3_jobs.contract.dates import Days, Periods
from b3_jobs.files.listing import Identity
from b3_jobs.ledger.observation import Observation
from b3_jobs.log.progress import Progress
from b3_jobs.log.stages import Stages

MONDAY, TUESDAY, WEDNESDAY = (date(2024, 11, day) for day in (4, 5, 6))
DAILY, WEEKLY = "cotacoes_diarias", "cotacoes_semanais"
# Wednesday has as many quotes as the two days before it together.
SIZES = {MONDAY: 100, TUESDAY: 100, WEDNESDAY: 200}
WORK: Periods = {DAILY: {day: Days(day, day) for day in SIZES}, WEEKLY: {MONDAY: Days(MONDAY, WEDNESDAY)}}


def progress(now: float) -> Progress:
    raw = {f"trade_date={day}/cotahist.parquet": Identity("x", size) for day, size in SIZES.items()}
    return Progress(WORK, Observation(raw, {}), lambda: now)


def test_progress_counts_dates_and_files_of_all_tables() -> None:
    run = progress(50.0)
    run.published(DAILY, [MONDAY], files=10, seconds=8.0)
    # A week has as many files as one of its sessions: it counts 400 // 3 bytes. Of 400 + 133 bytes
    # Monday is 100, so its 10 files are some 19% of all.
    assert run.facts() == {"dates_done": 1, "dates_of": 4, "files_done": 10, "files_about": 53, "seconds_left": None}
    assert run.bar() == "[####--------------------]  19%  1 of 4 dates, 10 of some 53 files"
    run.published(DAILY, [TUESDAY, WEDNESDAY], files=30, seconds=24.0)
    run.published(WEEKLY, [MONDAY], files=12, seconds=1.0)
    assert run.facts() == {"dates_done": 4, "dates_of": 4, "files_done": 52, "files_about": 52, "seconds_left": 0}
    assert run.bar() == f"[{'#' * 24}] 100%  4 of 4 dates, 52 of some 52 files, 0 s to go"


def test_the_estimate_is_near_the_truth_after_seven_dates_although_a_run_starts_slowly() -> None:
    # Four portions of 30 sessions, the last two of twice the size. Refining a portion takes 10 or
    # 20 s, publishing a session 1 or 2 s, and more for the first four while the JVM warms up.
    days = b3.sessions(date(2024, 1, 2), date(2024, 6, 28))[:120]
    size = dict.fromkeys(days[:60], 100) | dict.fromkeys(days[60:], 200)
    raw = {f"trade_date={day}/cotahist.parquet": Identity("x", size[day]) for day in days}
    spans = {day: Days(day, day) for day in days}
    slow = dict(zip(days, (20.0, 4.0, 2.5, 1.5), strict=False))
    now, told = 0.0, []
    run = Progress({DAILY: spans}, Observation(raw, {}), lambda: now)
    for start in range(0, 120, 30):
        portion = days[start : start + 30]
        run.begin({DAILY: {day: spans[day] for day in portion}})
        now += size[portion[0]] / 10
        for day in portion:
            seconds = slow.get(day, size[day] / 100)
            now += seconds
            run.published(DAILY, [day], files=10, seconds=seconds)
            told.append((now, run.facts()["seconds_left"], run.bar()))
    moments, estimates, bars = zip(*told, strict=True)
    assert estimates[:4] == (None,) * 4
    assert " to go" not in bars[3]
    assert bars[5].endswith(" 4 min to go")
    assert bars[-10].endswith(", 18 s to go")  # nine sessions of 2 s
    true = [now - moment for moment in moments]
    assert estimates[6:] == pytest.approx(true[6:], rel=0.1, abs=1)


def test_a_finished_run_is_at_100_percent_in_whatever_order_its_tables_came() -> None:
    # Each of eight weeks counts 403 // 3 bytes: a sum of floats would depend on the order.
    sizes = {MONDAY: 140, TUESDAY: 157, WEDNESDAY: 106}
    raw = {f"trade_date={day}/cotahist.parquet": Identity("x", size) for day, size in sizes.items()}
    weeks = {MONDAY + timedelta(weeks=number): Days(MONDAY, WEDNESDAY) for number in range(8)}
    run = Progress({WEEKLY: weeks, DAILY: {day: Days(day, day) for day in sizes}}, Observation(raw, {}), lambda: 0.0)
    for table, bar_dates in ((DAILY, sizes), (WEEKLY, weeks)):
        for bar_date in bar_dates:
            run.published(table, [bar_date], files=10, seconds=1.0)
    assert run.done_share == 1


def test_the_number_of_all_files_is_rounded_to_three_digits_until_it_is_known() -> None:
    run = progress(0.0)
    run.published(DAILY, [MONDAY], files=1_300, seconds=1.0)
    assert run.facts()["files_about"] == 6_930
    assert " 1,300 of some 6,930 files" in run.bar()
    run.published(DAILY, [TUESDAY, WEDNESDAY], files=3_900, seconds=1.0)
    run.published(WEEKLY, [MONDAY], files=1_733, seconds=1.0)
    assert run.facts()["files_about"] == 6_933


def test_progress_is_a_line_for_each_group_of_dates_or_a_bar_on_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stages = Stages()
    stages.progress = progress(0.0)
    stages.progress.begin(WORK)
    stages.published(DAILY, [MONDAY, TUESDAY], partitions=20)
    line = json.loads(capsys.readouterr().err)
    assert (line["stage"], line["to"], line["partitions"]) == ("publish", "2024-11-05", 20)
    assert (line["dates_done"], line["dates_of"], line["files_done"]) == (2, 4, 20)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    stages.published(DAILY, [WEDNESDAY], partitions=20)
    stages.ended("refine", rows=40)
    stages.published(WEEKLY, [MONDAY], partitions=13)
    printed = capsys.readouterr().err
    # On a terminal each text begins with codes that clear its line; the first bar has no newline.
    assert printed.count("\n") == 2
    assert [part.partition(" ")[0] for part in printed.split("\r\x1b[K")[1:]] == ["publish", "refine", "publish"]
    assert printed.endswith("100%  4 of 4 dates, 53 of some 53 files, 0 s to go\n")
