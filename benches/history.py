"""Benchmark of a backfill of years: COTAHIST text to raw, then raw to year files alone.

Each program runs as a process of its own, so that its peak memory is measured too.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import psutil  # type: ignore[import-untyped]
from figures import arguments, publish, rows_with_rates

import b3_kernels as b3
import ingest

ROOT = Path(__file__).resolve().parent.parent
LAST = 2024
SPOT = ((10, 1_000),)  # Every record (1,000 in a thousand) is of market 10, spot.
# The aims: six million rows in ten minutes, and at most 6 GB of memory.
ROWS_A_SECOND = 10_000.0
MEMORY_GB = 6.0


@dataclass(frozen=True)
class CompletedRun:
    """The cost and the output of a program that succeeded.

    Attributes:
        seconds: wall time.
        peak: the most memory that it and its child processes held together, in bytes, as seen every
            0.2 s.
        output: what it printed.
    """

    seconds: float
    peak: int
    output: str


def write_year(path: Path, year: int, tickers: int) -> int:
    """Write a year's file with all tickers in each session; returns the number of quotes."""
    days = b3.sessions(date(year, 1, 1), date(year, 12, 31))
    quotes = np.concatenate([ingest.session(day, tickers, seed=day.toordinal(), markets=SPOT) for day in days])
    name = f"COTAHIST.{year}BOVESPA {year}1231"
    texts = (f"00{name}", f"99{name}{len(quotes) + 2:011}")
    header, trailer = (f"{text:<{ingest.RECORD_BYTES - 2}}\r\n".encode() for text in texts)
    path.write_bytes(header + quotes.tobytes() + trailer)
    return len(quotes)


def resident(process: psutil.Process) -> int:
    """The resident memory of a process and its child processes, in bytes."""
    size = 0
    for each in (process, *process.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):  # it has ended meanwhile
            size += each.memory_info().rss
    return size


def run(command: list[str]) -> CompletedRun:
    """Run a program until it ends; asserts that it succeeded."""
    start, peak = time.perf_counter(), 0
    with tempfile.TemporaryFile("w+") as printed:  # no pipe: the program would wait until a full one is read
        process = psutil.Popen(command, stdout=printed, stderr=subprocess.DEVNULL)
        while process.poll() is None:
            peak = max(peak, resident(process))
            time.sleep(0.2)
        printed.seek(0)
        output = printed.read()
    assert process.returncode == 0, f"{command[:2]} ended with {process.returncode}: {output[-500:]}"
    return CompletedRun(time.perf_counter() - start, peak, output)


def ingest_years(lake: Path, years: range, tickers: int) -> tuple[int, list[CompletedRun]]:
    """Write each year's file and ingest it; writing is not timed. Returns the rows and the runs."""
    rows, runs = 0, []
    for year in years:
        source = lake / f"COTAHIST_A{year}.TXT"
        rows += write_year(source, year, tickers)
        command = [str(ingest.BINARY), "cotahist", "--file", str(source), "--dest", str(lake), "--quiet"]
        runs.append(run(command))
        source.unlink()
    return rows, runs


def refine(lake: Path, tables: str) -> CompletedRun:
    """A run of the job over all pending dates that publishes these forms of the daily table."""
    sys.path.insert(0, str(ROOT / "scripts"))
    import local_spark

    local_spark.point_spark_at(lake)  # by environment variables, which the run inherits
    script = str(ROOT / "glue_scripts" / "refine_quotes.py")
    paths = ["--raw_path", str(lake / "raw"), "--refined_path", str(lake / "refined"), "--tables", tables]
    return run([sys.executable, script, *paths])


def assert_right(lake: Path, rows: int, job_log: str) -> None:
    """Assert that the job used every row, and that the year files hold raw's rows and shares."""
    assert json.loads(job_log.splitlines()[-1])["rows_used"] == rows
    raw = pl.scan_parquet(lake / "raw/*/*.parquet").select(pl.len(), pl.col("volume").sum())
    refined = pl.scan_parquet(lake / "refined/cotacoes_por_ano/*/*.parquet")
    assert refined.select(pl.len(), pl.col("quantidade").sum()).collect().row(0) == raw.collect().row(0)


def figures(years: range, tickers: int) -> dict[str, Any]:
    """The figures in the form that benches/run.py reads."""
    with tempfile.TemporaryDirectory() as folder:
        lake = Path(folder)
        rows, ingested = ingest_years(lake, years, tickers)
        refined = refine(lake, "por_ano")
        assert_right(lake, rows, refined.output)
    ingest_peak = max(one.peak for one in ingested)
    steps = {
        f"b3-ingest, a file at a time ({ingest_peak / 1e9:.1f} GB at most)": sum(one.seconds for one in ingested),
        f"the job, --tables por_ano ({refined.peak / 1e9:.1f} GB at most)": refined.seconds,
    }
    return {
        "title": "A backfill of years into year files",
        "about": f"{len(years)} years of {tickers:,} tickers, {rows:,} rows: COTAHIST text to raw, then raw to "
        "cotacoes_por_ano on Spark local. Wall time and peak memory of the whole processes, once; the year files hold "
        "as many rows and shares as raw.",
        "rows": rows_with_rates(steps, rows, "rows/s"),
        "ratios": [
            {"name": "rows a second, both steps", "value": rows / sum(steps.values()), "aim": ROWS_A_SECOND},
            {"name": "GB of memory", "value": max(ingest_peak, refined.peak) / 1e9, "aim": MEMORY_GB, "at_most": True},
        ],
    }


def main() -> None:
    """Measure, print, and write JSON if asked."""
    options = arguments(__doc__)
    years, tickers = (2, 40) if options.quick else (4, 1_300)
    publish(figures(range(LAST + 1 - years, LAST + 1), tickers), options.json)


if __name__ == "__main__":
    main()
