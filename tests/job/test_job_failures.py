"""Runs in which a worker, an executor or the disk fails, and the cause that a trace names."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from conftest import Lake
from dying import dying_writer

import b3_kernels as b3
import refine_quotes
from b3_jobs.errors import root_cause
from b3_jobs.tables import quote_files

HERE = Path(__file__).parent
DAYS = b3.sessions(date(2021, 1, 4), date(2021, 1, 15))
# Of two tasks Spark gives these two years to the same one.
YEARS = (2021, 2022)
TICKERS = [f"TICK{number}" for number in range(20)]


@pytest.mark.spark
def test_a_killed_worker_is_an_error_of_one_line_and_the_next_run_succeeds(
    lake: Lake, other_lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.fill(DAYS, TICKERS)
    with monkeypatch.context() as patch:
        patch.setattr(quote_files, "writer", dying_writer(quote_files.writer, lake.root / "died", "worker"))
        result = lake.run("--trade_dates", "all")
    assert (lake.root / "died").exists()
    assert result.status == 1
    assert result.errors.startswith("error: org.apache.spark.SparkException: Python worker exited unexpectedly")
    assert len(result.errors.splitlines()) == 1
    lake.refine("--trade_dates", "all")
    lake.assert_same_as_one_full_run(other_lake)


@pytest.mark.spark
def test_a_run_whose_executor_is_killed_publishes_all_rows(lake: Lake, other_lake: Lake) -> None:
    """One task writes both years' files; killed after the first, it must find old rows again."""
    earlier = [day for year in YEARS for day in b3.sessions(date(year, 1, 3), date(year, 1, 5))]
    later = [day for year in YEARS for day in b3.sessions(date(year, 6, 1), date(year, 6, 14))]
    for each in (lake, other_lake):
        each.fill(earlier, TICKERS, seed=1)
    first = lake.run_program(sys.executable, refine_quotes.__file__, *lake.arguments())
    assert first.returncode == 0, first.stderr
    other_lake.refine()
    for each in (lake, other_lake):
        each.fill(later, TICKERS, seed=2)
    died = lake.root / "died"
    died.mkdir()
    program = [sys.executable, str(HERE / "dying.py"), str(died), *lake.arguments()]
    done = lake.run_program(*program, **{"spark.master": "local-cluster[1,1,1024]", "spark.executor.memory": "1g"})
    assert done.returncode == 0, done.stderr
    assert {path.name for path in died.iterdir()} == {"partitions", "years"}
    assert len(lake.files("cotacoes_por_ano")) == len(YEARS)
    report = other_lake.refine()
    closing = json.loads(done.stdout.splitlines()[-1])
    assert (closing["rows_written"], closing["partitions"]) == (report["rows_written"], report["partitions"])
    lake.assert_same_rows_as(other_lake)


def runs_on_a_small_disk(lake: Lake) -> dict[str, dict[str, Any]]:
    """What small_disk.py says of its three runs, by their names."""
    unshare = ["unshare", "--mount", "--propagation", "private"]
    lake.refined.mkdir()
    trial = ["mount", "-t", "tmpfs", "-o", "size=4096", "tmpfs", str(lake.refined)]
    if os.geteuid() != 0 or subprocess.run([*unshare, *trial], capture_output=True, check=False).returncode != 0:
        pytest.skip("needs a root that may mount a small disk")
    copy = lake.root / "copy"
    program = [sys.executable, str(HERE / "small_disk.py"), str(lake.refined), str(copy)]
    done = lake.run_program(*unshare, *program, *lake.arguments(), "--trade_dates", "all")
    assert done.returncode == 0, done.stderr
    lake.refined.rmdir()
    copy.rename(lake.refined)
    runs: dict[str, dict[str, Any]] = json.loads((lake.refined / "runs.json").read_text())
    return runs


@pytest.mark.spark
def test_a_full_disk_is_an_error_of_one_line_and_leaves_complete_files_only(lake: Lake, other_lake: Lake) -> None:
    for each in (lake, other_lake):
        each.fill(DAYS, TICKERS, seed=1)
    runs = runs_on_a_small_disk(lake)
    other_lake.refine("--trade_dates", "all")
    for run in (runs["full"], runs["years_full"]):
        assert run["status"] == 1
        assert len(run["errors"]) == 1
        assert run["errors"][0].startswith(f"error: OSError: file://{lake.refined}/cotacoes_")
        assert re.search("no space left on device", run["errors"][0], re.IGNORECASE)
        assert run["broken"] == []
        assert not [name for name in run["files"] if name.endswith(".tmp")]
    assert "cotacoes_por_ano" in runs["years_full"]["errors"][0]
    assert 0 < len(runs["full"]["files"]) < len(other_lake.files())
    assert [runs["again"][key] for key in ("status", "errors", "broken")] == [0, [], []]
    lake.assert_same_rows_as(other_lake)
    assert lake.iceberg() == other_lake.iceberg()


PYTHON_TRACE = """
  An exception was thrown from the Python worker. Please see the stack trace below.
Traceback (most recent call last):
  File "storage.py", line 91, in put
    Path(temporary).write_bytes(content)
OSError: [Errno 28] No space left on device: '/lake/_cotacao.parquet.tmp'

"""
JAVA_TRACE = """An error occurred while calling o71.collectToPython.
: org.apache.spark.SparkException: Job aborted due to stage failure: Task 0 in stage 1.0 failed 1 times, most recent \
failure: Lost task 0.0 in stage 1.0 (TID 1) (127.0.0.1 executor driver): java.io.IOException: No space left on device
\tat java.base/java.io.FileOutputStream.writeBytes(Native Method)

Driver stacktrace:
\tat org.apache.spark.scheduler.DAGScheduler.failJobAndIndependentStages(DAGScheduler.scala:2898)
Caused by: java.io.IOException: No space left on device
\tat java.base/java.io.FileOutputStream.writeBytes(Native Method)
"""
PY4J_TRACE = """An error occurred while calling o139.execute.
: java.sql.SQLException: The table cannot be written.
\tat org.apache.derby.impl.jdbc.SQLExceptionFactory.getSQLException(Unknown Source)
"""
LOST_TRACE = """Job aborted due to stage failure: Task 0 in stage 1.0 failed 4 times, most recent failure: Lost task \
0.3 in stage 1.0 (TID 4) (10.0.0.7 executor 2): ExecutorLostFailure (executor 2 exited) Reason: Command exited with 137
Driver stacktrace:"""


@pytest.mark.parametrize(
    ("trace", "cause"),
    [
        (PYTHON_TRACE, "OSError: [Errno 28] No space left on device: '/lake/_cotacao.parquet.tmp'"),
        (JAVA_TRACE + "Caused by: PythonException: " + PYTHON_TRACE.strip(), PYTHON_TRACE.strip().splitlines()[-1]),
        (JAVA_TRACE, "java.io.IOException: No space left on device"),
        (PY4J_TRACE, "java.sql.SQLException: The table cannot be written."),
        (LOST_TRACE, "ExecutorLostFailure (executor 2 exited) Reason: Command exited with 137"),
        ("[TABLE_OR_VIEW_NOT_FOUND] b3.x cannot be found\nmore", "[TABLE_OR_VIEW_NOT_FOUND] b3.x cannot be found"),
    ],
)
def test_message_of_a_trace_is_its_innermost_cause(trace: str, cause: str) -> None:
    assert root_cause(trace) == cause
