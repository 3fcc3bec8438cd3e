"""`--trade_dates pending`, the default: a run publishes every date that is left to do."""

from __future__ import annotations

import itertools
from datetime import date

import pyarrow as pa
import pytest
from conftest import NO_YEARS_NO_ICEBERG, Lake
from lakes import object_path, write_manual_dividend

import b3_kernels as b3
from b3_jobs.contract.schemas import TABLES
from b3_jobs.files.storage import Storage
from b3_jobs.ledger.ledger import ENOUGH_FAILURES
from b3_jobs.run import job_run, portions
from b3_jobs.run.time_limit import TimeLimit

DAYS = b3.sessions(date(2021, 1, 4), date(2021, 2, 5))
TICKERS = ("PETR4", "VALE3")
ALL_TABLES = ("--every", "1d,1w,1mo")


@pytest.mark.spark
def test_one_run_publishes_all_tables_as_a_run_for_each_would(lake: Lake, other_lake: Lake) -> None:
    lake.fill(DAYS, TICKERS)
    together = lake.refine(*ALL_TABLES)
    assert [table["every"] for table in together["tables"]] == ["1d", "1w", "1mo"]
    assert [table["objects_read"] for table in together["tables"]] == [len(DAYS)] * 3
    assert [table["rows_read"] for table in together["tables"]] == [len(TICKERS) * len(DAYS)] * 3
    assert together["rows_read"] == 3 * len(TICKERS) * len(DAYS)
    assert together["owed"] == 0
    other_lake.root.joinpath("raw").symlink_to(lake.raw)
    for every, table in TABLES.items():
        alone = other_lake.refine("--trade_dates", "all", "--every", every)
        entry = next(found for found in together["tables"] if found["every"] == every)
        del alone["seconds"]  # of a whole run; the rest of a report of one table is that table's entry
        assert alone == entry | {"table": f"{other_lake.database}.{table}"}
        lake.assert_same_as(other_lake, table)


@pytest.mark.spark
def test_a_pending_run_publishes_what_is_left_and_the_next_one_nothing(lake: Lake, other_lake: Lake) -> None:
    lake.fill(DAYS[:-2], TICKERS)
    # The report names no session after the last one of raw, although weeks and months end later.
    assert lake.refine(*ALL_TABLES)["trade_dates"].endswith(f"..{DAYS[-3]}")
    nothing = lake.refine(*ALL_TABLES)
    assert (nothing["dates"], nothing["rows_written"], nothing["owed"]) == (0, 0, 0)
    lake.fill(DAYS[-2:], TICKERS)
    new = lake.refine(*ALL_TABLES)
    assert new["tables"][0]["trade_dates"] == f"{DAYS[-2]}..{DAYS[-1]}"
    lake.fill(DAYS[20:21], TICKERS, seed=1)  # other quotes than before
    object_path(lake.raw, DAYS[3]).unlink()
    healed = lake.refine(*ALL_TABLES)
    assert healed["tables"][0]["partitions_dropped"] == len(TICKERS)
    lake.assert_same_as_one_full_run(other_lake, *ALL_TABLES, tables=TABLES.values())


@pytest.mark.spark
def test_a_bad_object_stays_pending_and_other_dates_are_published(lake: Lake, other_lake: Lake) -> None:
    lake.fill(DAYS, TICKERS)
    lake.refine(*NO_YEARS_NO_ICEBERG)
    good = object_path(lake.raw, DAYS[4]).read_bytes()
    object_path(lake.raw, DAYS[4]).write_bytes(b"<html>429 Too Many Requests</html>")
    for run in range(ENOUGH_FAILURES + 1):
        lake.fill(DAYS[8:9], TICKERS, seed=run)  # its look-back holds the bad object
        result = lake.run(*NO_YEARS_NO_ICEBERG)
        assert result.status == 1
        assert f"error: {DAYS[4]} was not published: file://{object_path(lake.raw, DAYS[4])}: not a" in result.errors
        assert ("left until its objects change" in result.errors) == (run + 1 >= ENOUGH_FAILURES)
        assert list(result.report["failed"]) == [str(DAYS[4])]
        assert result.report["owed"] == 1
    # The same object as before: dates computed without it must still be computed again.
    object_path(lake.raw, DAYS[4]).write_bytes(good)
    assert lake.refine(*NO_YEARS_NO_ICEBERG)["owed"] == 0
    lake.assert_same_as_one_full_run(other_lake, *NO_YEARS_NO_ICEBERG)


@pytest.mark.spark
def test_dates_published_without_an_object_that_could_not_be_read_for_a_time_are_published_again(
    lake: Lake, other_lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.fill(DAYS[:14], TICKERS)
    lake.refine(*NO_YEARS_NO_ICEBERG)
    lake.fill(DAYS[14:], TICKERS)
    read = Storage.open

    def refusing(place: Storage, name: str) -> pa.NativeFile:
        if name == f"trade_date={DAYS[10]}/cotahist.parquet":
            raise OSError("503 Slow Down")
        return read(place, name)

    with monkeypatch.context() as patch:
        patch.setattr(Storage, "open", refusing)
        for _run in range(ENOUGH_FAILURES):
            assert list(lake.run(*NO_YEARS_NO_ICEBERG).report["failed"]) == [str(DAYS[10])]
    lake.fill(DAYS[2:3], TICKERS, seed=1)  # DAYS[10] looks back on it; its failure is remembered
    assert lake.refine(*NO_YEARS_NO_ICEBERG)["owed"] == 0
    lake.assert_same_as_one_full_run(other_lake, *NO_YEARS_NO_ICEBERG)


@pytest.mark.spark
def test_an_object_of_a_date_outside_the_calendar_is_reported_and_all_dates_are_published(lake: Lake) -> None:
    lake.fill(DAYS[:3], TICKERS)
    for name in ("1985-12-31", "2024-13-45", "2150-01-04"):
        stray = lake.raw / f"trade_date={name}" / "cotahist.parquet"
        stray.parent.mkdir()
        stray.write_bytes(object_path(lake.raw, DAYS[0]).read_bytes())
    for _ in range(2):
        result = lake.run(*NO_YEARS_NO_ICEBERG)
        assert result.status == 1
        lines = [line for line in result.errors.splitlines() if "trading calendar" in line]
        assert [line.partition("/")[0] for line in lines] == [
            "error: trade_date=1985-12-31",
            "error: trade_date=2024-13-45",
            "error: trade_date=2150-01-04",
        ]
        assert "expected a date from 1986-01-01 to 2099-12-31" in lines[0]
        assert result.report["owed"] == 0
    assert {row["data_pregao"] for row in lake.published()} == set(map(str, DAYS[:3]))


@pytest.mark.spark
def test_the_oldest_dates_are_published_first_and_a_killed_run_keeps_its_progress(
    lake: Lake, other_lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.fill(DAYS, TICKERS)
    size = object_path(lake.raw, DAYS[0]).stat().st_size
    monkeypatch.setattr(job_run, "BYTES_WITH_ROW_FILES", 8 * size)  # some eight dates in a portion
    genuine, calls = job_run.refine_portion.run, iter(range(100))

    def dies_in_the_third(*arguments: object) -> None:
        if next(calls) == 2:
            raise OSError("the machine goes away")
        genuine(*arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(job_run.refine_portion, "run", dies_in_the_third)
        assert lake.run(*NO_YEARS_NO_ICEBERG).errors == "error: the machine goes away"
    published = sorted({row["data_pregao"] for row in lake.published()})
    assert published == [str(day) for day in DAYS[: len(published)]]
    assert 12 < len(published) < 20
    rest = lake.refine(*NO_YEARS_NO_ICEBERG)
    assert rest["dates"] == len(DAYS) - len(published)
    lake.assert_same_as_one_full_run(other_lake, *NO_YEARS_NO_ICEBERG)


@pytest.mark.spark
def test_objects_that_arrive_or_are_repaired_during_a_run_are_published_by_it(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.fill(DAYS[:3], TICKERS)
    write_manual_dividend(lake.root / "actions", DAYS[2], "0.5")
    bad = [object_path(lake.raw, DAYS[0]), lake.root / "actions" / f"ex_date={DAYS[2]}" / "manual.parquet"]
    good = [path.read_bytes() for path in bad]
    for path in bad:
        path.write_bytes(b"<html>503</html>")
    genuine = job_run.refine_portion.run

    def mended(*arguments: object) -> None:
        genuine(*arguments)  # type: ignore[arg-type]
        for path, content in zip(bad, good, strict=True):
            path.write_bytes(content)
        lake.fill(DAYS[3:4], TICKERS)

    monkeypatch.setattr(job_run.refine_portion, "run", mended)
    report = lake.refine(*NO_YEARS_NO_ICEBERG)
    assert (report["trade_dates"], report["owed"]) == (f"{DAYS[0]}..{DAYS[3]}", 0)
    assert {row["data_pregao"] for row in lake.published()} == {str(day) for day in DAYS[:4]}


@pytest.mark.spark
def test_objects_deleted_or_damaged_while_a_run_reads_them_stop_no_other_date(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, deleted, damaged, last = DAYS[:4]
    lake.fill(DAYS[:4], TICKERS)
    genuine = job_run.refine_portion.run

    def after_the_plan(*arguments: object) -> None:
        object_path(lake.raw, deleted).unlink(missing_ok=True)
        object_path(lake.raw, damaged).write_bytes(b"<html>503</html>")
        genuine(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(job_run.refine_portion, "run", after_the_plan)
    assert list(lake.run(*NO_YEARS_NO_ICEBERG).report["failed"]) == [str(damaged)]
    assert {row["data_pregao"] for row in lake.published()} == {str(first), str(last)}


@pytest.mark.spark
def test_year_files_alone_have_their_own_ledger(lake: Lake, other_lake: Lake) -> None:
    lake.fill(DAYS[:20], TICKERS)
    report = lake.refine("--tables", "por_ano")
    assert (report["table"], report["rows_written"]) == (f"{lake.database}.cotacoes_por_ano", len(TICKERS) * 20)
    assert not (lake.refined / "cotacoes_diarias").exists()
    lake.fill(DAYS[20:], TICKERS)
    assert lake.refine("--tables", "por_ano")["dates"] == len(DAYS) - 20
    both = lake.refine()
    assert both["rows_written"] == len(TICKERS) * len(DAYS)
    lake.assert_same_as_one_full_run(other_lake)
    assert portions.BYTES_WITH_ROW_FILES < portions.BYTES_WITHOUT_ROW_FILES  # year files alone: larger portions


def test_a_portion_starts_only_if_it_fits_the_time_limit_at_the_measured_speed() -> None:
    now = 1_000.0
    limit = TimeLimit(minutes=1, clock=lambda: now)
    assert limit.starts(10**9)
    now = 1_020.0
    # The first portion, of 100 bytes, took 20 s: 200 bytes fit into the 40 s that are left.
    limit.finished(100)
    assert limit.starts(200)
    assert not limit.starts(201)
    now = 1_050.0
    assert not limit.starts(51)
    assert limit.starts(50)
    now = 1_055.0
    # Both portions, 200 bytes, took 20 + 5 s without the time between them: 40 bytes fit into 5 s.
    limit.finished(100)
    assert limit.starts(40)
    assert not limit.starts(41)
    # Zero minutes are no limit.
    assert TimeLimit(minutes=0, clock=lambda: now).starts(10**12)


@pytest.mark.spark
@pytest.mark.parametrize("trade_dates", ["pending", "all", f"{DAYS[0]}..{DAYS[3]}"])
def test_dates_that_do_not_fit_the_time_limit_are_left_for_the_next_run(
    lake: Lake, other_lake: Lake, monkeypatch: pytest.MonkeyPatch, trade_dates: str
) -> None:
    lake.fill(DAYS[:4], TICKERS)
    monkeypatch.setattr(job_run, "BYTES_WITH_ROW_FILES", 1)  # one date in a portion
    readings = itertools.count(0, 25)  # 25 seconds pass from one to the next
    monkeypatch.setattr(job_run, "TimeLimit", lambda minutes: TimeLimit(minutes, lambda: next(readings)))
    cut = lake.refine("--trade_dates", trade_dates, "--time_limit", "1", *NO_YEARS_NO_ICEBERG)
    assert 0 < cut["dates"] < 4
    assert cut["owed"] == 4 - cut["dates"]
    lake.refine(*NO_YEARS_NO_ICEBERG)
    lake.assert_same_as_one_full_run(other_lake, *NO_YEARS_NO_ICEBERG)
