"""Benchmark of the Glue job on Spark local[2], beside what Spark offers for the same work."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / folder) for folder in ("glue_scripts", "scripts", "benches", "tests/harness")]
os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")

import job_lakes  # noqa: E402
import job_partitions  # noqa: E402
import job_refine  # noqa: E402
import job_runs  # noqa: E402
from figures import arguments, publish  # noqa: E402
from job_table import Table  # noqa: E402

from b3_jobs.run.session import open_session  # noqa: E402

ABOUT = f"Spark local[2]. {job_refine.ABOUT} {job_partitions.ABOUT} {job_runs.ABOUT}"


def bench_in_session(folder: Path, table: Table, quick: bool) -> None:
    """Refining and partition files, which share one Spark session."""
    spark = job_lakes.session(folder)
    spark.sparkContext.environment["PYTHONPATH"] = str(ROOT / "benches")  # for functions that run on workers
    with open_session():  # the same session, with the job's settings
        job_refine.bench(spark, folder, table, tickers=130 if quick else 1_300, sessions=385 if quick else 1_923)
        job_partitions.bench(spark, folder, table, tickers=40 if quick else 400, dates=4 if quick else 20)
    spark.stop()


def main() -> None:
    """Runs every part and writes the table."""
    options, table = arguments(__doc__), Table()
    quick = options.quick
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bench_in_session(folder, table, quick)
        job_runs.bench_memory(folder, table, sessions=20 if quick else 1_150)
        job_runs.bench_requests(table, files=20 if quick else 400)
        job_runs.bench_history(folder, table, tickers=20 if quick else 400, years=2 if quick else 10)
    publish({"title": "The Glue job", "about": ABOUT, "rows": table.rows, "ratios": table.ratios}, options.json)


if __name__ == "__main__":
    main()
