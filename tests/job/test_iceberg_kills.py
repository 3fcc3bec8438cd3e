"""Killed, concurrent and expired commits: readers always get the complete last committed state."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import committing
import iceberg_lake
import pyarrow.parquet as pq
import pytest
from committing import DAYS, TICKERS, commit, table_of
from conftest import FULL_PROOF
from pyiceberg.exceptions import CommitFailedException
from pyiceberg.expressions import visitors

import b3_kernels as b3
import refine_quotes
from b3_jobs.contract.dates import month_of
from b3_jobs.errors import JobError
from b3_jobs.tables import iceberg_catalog, iceberg_maintenance, iceberg_table

ROUNDS, KILLS = (25, 8) if FULL_PROOF else (2, 3)


def numbers(root: Path) -> set[int]:
    """The quantities in the table, which must have all rows: a commit sets all to its number."""
    found = b3.read_quotes(root)
    assert found.num_rows == len(DAYS) * len(TICKERS)
    return set(found["quantidade"].to_pylist())


def last_printed(file: Path) -> int:
    """The last number that a process printed, without an incomplete line."""
    lines = file.read_text().rpartition("\n")[0].splitlines()
    return int(lines[-1]) if lines else 0


def killed(root: Path, last: int, rng: random.Random) -> int:
    """Kill a committing process at a random moment; returns the last number that it printed."""
    paths = os.pathsep.join(str(Path(module.__file__).parent) for module in (refine_quotes, iceberg_lake))
    output = root / "output"
    with output.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, committing.__file__, str(root / "refined"), str(last)],
            env=os.environ | {"PYTHONPATH": paths}, stdout=out,
        )  # fmt: skip
        while not last_printed(output) and process.poll() is None:
            time.sleep(0.01)
        time.sleep(rng.uniform(0, 0.5))
        process.kill()
        assert process.wait() == -signal.SIGKILL, "the process ended by itself"
    return last_printed(output)


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_a_killed_commit_leaves_a_complete_table_and_upkeep_removes_its_files(tmp_path: Path, seed: int) -> None:
    rng, last = random.Random(seed), 0
    table = table_of(str(tmp_path / "refined"))
    for _ in range(KILLS):
        last = killed(tmp_path, last, rng)
        (number,) = numbers(tmp_path)
        # The process may have been killed between a commit and the line that it prints.
        assert number in (last, last + 1)
        last = number
    with iceberg_catalog.opened(table) as iceberg:
        iceberg_maintenance.maintain(iceberg, table.place, datetime.now(UTC) + 2 * iceberg_maintenance.ORPHAN_AGE)
        referred = iceberg_maintenance._referred_to(iceberg)
    assert {table.place.uri(name) for name in table.place.list(recursive=True)} == referred
    assert numbers(tmp_path) == {last}


def test_concurrent_commits_publish_all_their_dates(tmp_path: Path) -> None:
    table = table_of(str(tmp_path / "refined"))
    commit(table, 0)
    days = [date(2024, 1, number) for number in range(1, 5)]
    with ThreadPoolExecutor(4) as threads:
        done = [threads.submit(commit, table, day.day, [day]) for day in days]
    months_rewritten = [future.result() for future in done]
    assert months_rewritten == [1, 1, 1, 1]
    found = b3.read_quotes(tmp_path, start=days[0], end=days[-1], tickers="PETR4")
    assert found["quantidade"].to_pylist() == [1, 2, 3, 4]


def test_a_commit_finds_its_old_file_though_pyiceberg_looks_at_all_manifests_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = table_of(str(tmp_path / "refined"))
    days = [date(2024, month, 2) for month in range(1, 7)]
    for day in days:
        commit(table, 1, [day])  # each writes a manifest
    evaluator, is_equal = visitors._ManifestEvalVisitor, visitors._ManifestEvalVisitor.visit_equal

    def is_equal_slowly(*arguments: Any, **named: Any) -> bool:
        time.sleep(0.02)  # in which the other threads ask too
        return is_equal(*arguments, **named)

    monkeypatch.setattr(evaluator, "visit_equal", is_equal_slowly)
    commit(table, 2, days[-1:])
    assert b3.read_quotes(tmp_path, tickers="PETR4")["quantidade"].to_pylist() == [1, 1, 1, 1, 1, 2]


def test_a_commit_that_conflicts_every_time_is_an_error_and_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = table_of(str(tmp_path / "refined"))
    commit(table, 0)
    files = set(table.place.list(recursive=True))
    monkeypatch.setattr(iceberg_table, "_commit", Mock(side_effect=CommitFailedException("another was first")))
    monkeypatch.setattr(iceberg_table.time, "sleep", lambda _: None)
    message = r"^b3\.cotacoes: other runs were first 10 times in a row; the next run does what is left$"
    with pytest.raises(JobError, match=message):
        commit(table, 1)
    assert set(table.place.list(recursive=True)) == files


def test_a_commit_after_a_concurrent_one_reads_the_table_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another run removes January's file between this run's read and its commit."""
    table = table_of(str(tmp_path / "refined"))
    commit(table, 0)
    genuine = iceberg_table._commit

    def overtaken(*arguments: Any) -> None:
        monkeypatch.setattr(iceberg_table, "_commit", genuine)
        with iceberg_catalog.opened(table) as other:
            (file,) = iceberg_table._files(other, table, DAYS[:1])[month_of(DAYS[0])]
            with other.transaction() as change, change.update_snapshot().overwrite() as rows:
                rows.delete_data_file(file)
        genuine(*arguments)

    monkeypatch.setattr(iceberg_table, "_commit", overtaken)
    commit(table, 1, DAYS[:1])
    assert b3.read_quotes(tmp_path, end="2024-01-31")["data_pregao"].to_pylist() == DAYS[:1] * len(TICKERS)
    assert b3.read_quotes(tmp_path, start="2024-02-01").num_rows == 10 * len(TICKERS)


def test_the_rows_of_a_months_file_stay_sorted_when_a_date_is_added(tmp_path: Path) -> None:
    table = table_of(str(tmp_path / "refined"))
    for days in (DAYS[:-1], DAYS[-1:]):
        commit(table, 1, days)
    for name in iceberg_table.data_files(table):
        rows = pq.read_table(table.place.open(name), columns=["ativo", "data_pregao"]).to_pylist()
        assert rows == sorted(rows, key=lambda row: (row["ativo"], row["data_pregao"])), name


def test_a_damaged_month_is_an_error_with_the_command_that_writes_it_anew(tmp_path: Path) -> None:
    table = table_of(str(tmp_path / "refined"))
    commit(table, 1)
    table.place.put(iceberg_table.data_files(table)[-1], b"no Parquet")
    command = r"python -m b3_jobs\.audit --repair --raw_path \.\.\. writes the month anew"
    message = rf"^b3\.cotacoes: not a readable Parquet file: .*; {command}$"
    with pytest.raises(OSError, match=message):
        iceberg_table.tickers(table, DAYS)


@pytest.mark.usefixtures("requests")
def test_a_commit_is_published_although_glues_answer_is_lost_and_another_commit_follows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each first call is carried out, its answer is lost, and botocore's repeat is refused."""
    from moto.core.exceptions import JsonRESTError
    from moto.glue.responses import GlueResponse

    lost = JsonRESTError("InternalServiceException", "the answer is lost")
    lost.code = 500
    carried_out: list[str] = []
    table = table_of("s3://lake/refined")
    genuine = {name: getattr(GlueResponse, name) for name in ("create_table", "update_table")}

    def call(name: str, glue: GlueResponse) -> Any:
        given = glue.parameters
        if "VersionId" in given:  # moto does not compare it
            stored = glue.glue_backend.get_table(given["DatabaseName"], given["TableInput"]["Name"])
            if stored.as_dict()["VersionId"] != given["VersionId"]:
                raise JsonRESTError("ConcurrentModificationException", "the version is not the present one")
        answer = genuine[name](glue)
        carried_out.append(name)
        if carried_out.count(name) > 1:
            return answer
        if name == "update_table":
            commit(table, 2, DAYS[:1])  # before botocore's repeat
        raise lost

    for name in genuine:
        monkeypatch.setattr(GlueResponse, name, lambda glue, name=name: call(name, glue))
    commit(table, 1)
    assert carried_out == ["create_table", "update_table", "update_table"]
    quantities = b3.read_quotes("s3://lake")["quantidade"].to_pylist()
    assert sorted(quantities) == [1] * 57 + [2] * 3


def test_snapshots_expire_90_days_after_they_were_replaced(tmp_path: Path) -> None:
    table = table_of(str(tmp_path / "refined"))
    for number in range(3):
        commit(table, number)
    now = datetime.now(UTC)
    before = set(table.place.list(recursive=True))
    with iceberg_catalog.opened(table) as iceberg:
        expired, removed = iceberg_maintenance.maintain(iceberg, table.place, now + timedelta(days=89))
        assert (expired, removed) == (0, 0)
        assert set(table.place.list(recursive=True)) == before
        expired, removed = iceberg_maintenance.maintain(iceberg, table.place, now + timedelta(days=91))
    assert expired == 2
    assert removed > expired  # several files of each
    with iceberg_catalog.opened(table) as iceberg:
        assert len(iceberg.snapshots()) == 1
    assert numbers(tmp_path) == {2}
    with pytest.raises(ValueError, match="but the first state kept is of"):
        b3.read_quotes(tmp_path, as_of=now - timedelta(days=1))


@pytest.mark.parametrize("content", [None, b"not Avro" * 100])
def test_upkeep_removes_no_file_while_a_manifest_of_an_earlier_state_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None
) -> None:
    table = table_of(str(tmp_path / "refined"))
    for number in range(2):
        commit(table, number)
    with iceberg_catalog.opened(table) as iceberg:
        earlier = Path(iceberg.snapshots()[0].manifest_list.removeprefix("file://"))
    earlier.unlink() if content is None else earlier.write_bytes(content)
    table.place.put("data/data_pregao_month=2024-01/orphan.parquet", b"of a run that was killed")
    now = datetime.now(UTC)
    with iceberg_catalog.opened(table) as iceberg:
        assert iceberg_maintenance.maintain(iceberg, table.place, now + timedelta(days=2)) == (0, 0)
        assert "no old file was removed, a manifest cannot be read: " in capsys.readouterr().err
        expired, removed = iceberg_maintenance.maintain(iceberg, table.place, now + timedelta(days=91))
    assert (expired, removed > 1) == (1, True)
    assert numbers(tmp_path) == {1}


def test_an_old_snapshot_that_was_replaced_less_than_90_days_ago_is_kept() -> None:
    """The second of three states is 200 days old, and was replaced 10 days ago."""
    now = datetime(2026, 11, 26, tzinfo=UTC)
    moments = [(now - timedelta(days=days)).timestamp() * 1000 for days in (300, 200, 10)]
    history = [SimpleNamespace(snapshot_id=number, timestamp_ms=moment) for number, moment in enumerate(moments)]
    iceberg: Any = SimpleNamespace(history=lambda: history, snapshots=lambda: history)
    assert iceberg_maintenance._replaced_before(iceberg, now - iceberg_maintenance.SNAPSHOT_AGE) == [0]


def test_a_recent_file_without_a_snapshot_is_kept_for_a_run_that_may_commit_it(tmp_path: Path) -> None:
    table = table_of(str(tmp_path / "refined"))
    commit(table, 1)
    table.place.put("data/data_pregao_month=2024-01/young.parquet", b"of a run that is going on")
    now = datetime.now(UTC)
    with iceberg_catalog.opened(table) as iceberg:
        assert iceberg_maintenance.maintain(iceberg, table.place, now + timedelta(hours=23)) == (0, 0)
        assert iceberg_maintenance.maintain(iceberg, table.place, now + timedelta(hours=25)) == (0, 1)
    assert numbers(tmp_path) == {1}


@pytest.mark.parametrize(("hours", "due"), [([5], True), ([5, 23], False), ([5, 24], True), ([5, 24, 25], False)])
def test_upkeep_is_due_after_the_first_commit_of_a_day_in_utc(hours: list[int], due: bool) -> None:
    midnight = datetime(2026, 11, 26, tzinfo=UTC)
    moments = [(midnight + timedelta(hours=hour)).timestamp() * 1000 for hour in hours]
    iceberg: Any = SimpleNamespace(history=lambda: [SimpleNamespace(timestamp_ms=moment) for moment in moments])
    assert iceberg_maintenance.due(iceberg) is due


def test_upkeep_goes_by_the_stores_clock_after_a_commit_if_due(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = table_of(str(tmp_path / "refined"))
    kept_up: list[datetime] = []
    monkeypatch.setattr(iceberg_maintenance, "maintain", lambda _, __, now: kept_up.append(now))
    commit(table, 1)
    with iceberg_catalog.opened(table) as iceberg:
        first_metadata = Path(iceberg.metadata_location.removeprefix("file://"))
    monkeypatch.setattr(iceberg_maintenance, "due", lambda _: False)
    commit(table, 2)
    assert [now.timestamp() for now in kept_up] == pytest.approx([first_metadata.stat().st_mtime], abs=1e-6)
