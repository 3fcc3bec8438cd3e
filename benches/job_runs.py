"""Benchmark of a daily run over a short and a long history, of memory and of S3 requests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import job_lakes
import job_requests
from figures import medians, rows_with_rates

if TYPE_CHECKING:
    from collections.abc import Callable

    from job_table import Table

ROOT = Path(__file__).resolve().parent.parent
ABOUT = "Daily run: 400 tickers, the whole process, the median of 3."


def bench_history(folder: Path, table: Table, tickers: int, years: int) -> None:
    """Times a daily run, as a process of its own, over a lake of one year and one of `years`."""
    runs = {}
    for span in (1, years):
        root = folder / f"history_{span}"
        job_lakes.write_raw(root / "raw", tickers, job_lakes.sessions(250 * span))
        runs[f"a daily run with {span} year(s) in raw"] = _daily_run(root, tickers)
    for run in runs.values():
        run()  # not timed: a lake's first run also makes its catalog and tables
    taken = medians(runs, 3, time.perf_counter)
    table.rows += rows_with_rates(taken, tickers, "rows/s")
    short, long = taken.values()
    table.ratio(f"daily run with {years} years / with 1", long / short, 1.1, at_most=True)


def _daily_run(root: Path, tickers: int) -> Callable[[], None]:
    script = str(ROOT / "glue_scripts" / "refine_quotes.py")
    paths = ["--raw_path", str(root / "raw"), "--refined_path", str(root / "refined")]
    command = [sys.executable, script, *paths, "--trade_dates", str(job_lakes.LAST)]
    # The settings of this process name a metastore that its JVM has locked. Without them each lake
    # has its own, in the working directory.
    environment = {name: value for name, value in os.environ.items() if name != "PYSPARK_SUBMIT_ARGS"}

    def run() -> None:
        done = subprocess.run(command, cwd=root, env=environment, capture_output=True, check=True, text=True)
        assert json.loads(done.stdout.splitlines()[-1])["rows_written"] == tickers

    return run


def bench_memory(folder: Path, table: Table, sessions: int) -> None:
    """Measures the peak memory of a task with 1,300 tickers, in a process of its own."""
    code = f"import job_memory; print(job_memory.peak({str(folder / 'memory')!r}, 1_300, {sessions}))"
    path = os.pathsep.join(str(ROOT / name) for name in ("benches", "glue_scripts", "scripts"))
    command, environment = [sys.executable, "-c", code], os.environ | {"PYTHONPATH": path}
    done = subprocess.run(command, env=environment, capture_output=True, check=True, text=True)
    table.ratio(f"MiB of memory of a task with {1_300 * sessions:,} rows", float(done.stdout), 1_000, at_most=True)


def bench_requests(table: Table, files: int) -> None:
    """Counts the S3 requests of writing and listing one date's files, on an emulated S3."""
    seen = job_requests.count(files)
    print(f"{seen} S3 requests for {files} partition files")
    table.ratio("S3 requests a partition file", seen / files, 8, at_most=True)
