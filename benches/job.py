"""Benchmark of the Glue job on Spark local[2], beside what Spark offers for the same work.

It measures refining, partition files, runs over a long history, memory and S3 requests. With
`--quick` it takes few rows.
"""

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

# What job_refine.py measures, then job_partitions.py, then job_runs.py.
ABOUT = (
    "Spark local[2]. Refine: 1,300 tickers x 1,923 sessions, one raw object for each session, with DECIMAL prices and "
    "all default columns, the median of 3; each slow rival runs once. Each task of the job reads every raw object for "
    "its tickers' rows, on S3 by two requests an object; so there are as many tasks as cores, and more only where one "
    "would hold over 1.5 million rows. Refine behind Spark's shuffle: Spark reads raw, shuffles, sorts and gives the "
    "rows to Python. Processor time is that of the JVM and the Python workers. Rows in files/s: 400 tickers x 20 dates "
    "(4 for the static INSERT OVERWRITE) with the embedded metastore, once. Daily run: 400 tickers, the whole process, "
    "the median of 3."
)


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
