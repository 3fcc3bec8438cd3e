"""Time a backfill of years: COTAHIST text to raw, raw to year files alone, each program a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from figures import arguments, publish

import b3_kernels as b3
import ingest

ROOT = Path(__file__).resolve().parent.parent
LAST = 2024
SPOT = ((10, 1_000),)
# Forty years, some 6 million rows, in ten minutes.
ROWS_A_SECOND = 10_000.0
GIGABYTES = 6.0


@dataclass(frozen=True)
class Ran:
    """A program that ended well.

    Attributes:
        seconds: wall time.
        peak: the most bytes that it and the processes that it started held together.
        output: what it printed.
    """

    seconds: float
    peak: int
    output: str


def write_year(path: Path, year: int, tickers: int) -> int:
    """Write a year's file, all tickers in each session; gives the number of quotes."""
    days = b3.sessions(date(year, 1, 1), date(year, 12, 31))
    quotes = np.concatenate([ingest.session(day, tickers, seed, SPOT) for seed, day in enumerate(days, year * 400)])
    ends = (f"00COTAHIST.{year}BOVESPA {year}1231", f"99COTAHIST.{year}BOVESPA {year}1231{len(quotes) + 2:011}")
    header, trailer = (f"{end:<{ingest.RECORD - 2}}\r\n".encode() for end in ends)
    path.write_bytes(header + quotes.tobytes() + trailer)
    return len(quotes)


def resident(process: int) -> int:
    """The bytes that a process and those that it started hold in memory."""
    here = Path(f"/proc/{process}")
    try:
        pages = int((here / "statm").read_text(encoding="ascii").split()[1])
        children = [(task / "children").read_text(encoding="ascii").split() for task in (here / "task").iterdir()]
    except (FileNotFoundError, ProcessLookupError):
        return 0  # it has ended meanwhile
    return pages * os.sysconf("SC_PAGE_SIZE") + sum(resident(int(child)) for found in children for child in found)


def run(command: list[str], environment: dict[str, str]) -> Ran:
    """Run a program to its end; its errors are shown."""
    start, peak = time.perf_counter(), 0
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as ran:
        while ran.poll() is None:
            peak = max(peak, resident(ran.pid))
            time.sleep(0.2)
        output = ran.stdout.read() if ran.stdout else ""
    assert ran.returncode == 0, f"{command[:2]} ended with {ran.returncode}: {output[-500:]}"
    return Ran(time.perf_counter() - start, peak, output)


def bring_in(lake: Path, years: range, tickers: int) -> tuple[int, list[Ran]]:
    """Write each year's file, which is not timed, and ingest it."""
    rows, ran = 0, []
    for year in years:
        source = lake / f"COTAHIST_A{year}.TXT"
        rows += write_year(source, year, tickers)
        command = [str(ingest.BINARY), "cotahist", "--file", str(source), "--dest", str(lake), "--quiet"]
        ran.append(run(command, dict(os.environ)))
        source.unlink()
    return rows, ran


def refine(lake: Path, tables: str) -> Ran:
    """The job over all that is pending, into these forms of the daily table."""
    sys.path.insert(0, str(ROOT / "scripts"))
    import local_spark

    local_spark.point_spark_at(lake)
    script = str(ROOT / "glue_scripts" / "refine_quotes.py")
    paths = ["--raw_path", str(lake / "raw"), "--refined_path", str(lake / "refined"), "--tables", tables]
    return run([sys.executable, script, *paths], dict(os.environ))


def assert_right(lake: Path, rows: int, report: str) -> None:
    """Every row of raw is in the year files, with its volume."""
    assert json.loads(report.splitlines()[-1])["rows_used"] == rows
    raw = pl.scan_parquet(lake / "raw/*/*.parquet").select(pl.len(), pl.col("volume").sum())
    refined = pl.scan_parquet(lake / "refined/cotacoes_por_ano/*/*.parquet")
    assert refined.select(pl.len(), pl.col("quantidade").sum()).collect().row(0) == raw.collect().row(0)


def figures(years: range, tickers: int) -> dict[str, Any]:
    """All that is measured, as `make bench` collects it."""
    with tempfile.TemporaryDirectory() as folder:
        lake = Path(folder)
        rows, ingested = bring_in(lake, years, tickers)
        refined = refine(lake, "por_ano")
        assert_right(lake, rows, refined.output)
    steps = {
        "b3-ingest, a file at a time": (sum(one.seconds for one in ingested), max(one.peak for one in ingested)),
        "the job, --tables por_ano": (refined.seconds, refined.peak),
    }
    seconds, peak = sum(taken for taken, _ in steps.values()), max(held for _, held in steps.values())
    return {
        "title": "A backfill of years into year files",
        "about": f"{len(years)} years of {tickers:,} tickers, {rows:,} rows: COTAHIST text to raw, then raw to "
        "cotacoes_por_ano on Spark local. Wall time and peak memory of the whole processes, once; every row and its "
        "volume are in the year files.",
        "rows": [
            {"name": f"{name} ({held / 1e9:.1f} GB at most)", "seconds": taken, "rate": rows / taken, "unit": "rows/s"}
            for name, (taken, held) in steps.items()
        ],
        "ratios": [
            {"name": "rows a second, both steps", "value": rows / seconds, "aim": ROWS_A_SECOND, "at_most": False},
            {"name": "GB of memory", "value": peak / 1e9, "aim": GIGABYTES, "at_most": True},
        ],
    }


def main() -> None:
    """Measure, print, and write JSON where asked."""
    options = arguments(__doc__)
    years, tickers = (2, 40) if options.quick else (4, 1_300)
    publish(figures(range(LAST + 1 - years, LAST + 1), tickers), options.json)


if __name__ == "__main__":
    main()
