"""The Glue job on Spark local[2]: kernels against Spark's own ways, partition files, scans, history, memory.

Every answer is checked before it is timed. `--quick` takes a fiftieth of the rows, for a smoke test.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "glue_scripts"), str(ROOT / "benches")]
os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")

import job_lakes  # noqa: E402
import job_requests  # noqa: E402
import job_rivals  # noqa: E402
from pyspark.sql import SparkSession  # noqa: E402
from pyspark.sql import functions as sf  # noqa: E402

from b3_jobs import by_year, catalog, lake  # noqa: E402
from b3_jobs.publish import Target, publish  # noqa: E402
from b3_jobs.report import Stages  # noqa: E402
from b3_jobs.schemas import ddl, keyed_columns, quote_columns  # noqa: E402
from b3_jobs.session import open_session  # noqa: E402
from b3_jobs.storage import Storage  # noqa: E402
from b3_jobs.transform import refine  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspark.sql import DataFrame

WINDOWS = (5, 20, 50, 200)


class Table:
    """The rows and ratios of one run, as `benches/run.py` wants them."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.ratios: list[dict[str, Any]] = []

    def row(self, name: str, seconds: float, count: int, unit: str, *, ours: bool = False) -> None:
        """One measurement; the rate is `count` a second."""
        self.rows.append({"name": name, "seconds": seconds, "rate": count / seconds, "unit": unit, "ours": ours})
        print(f"{name:<58} {seconds:9.3f} s {count / seconds:14,.1f} {unit}", flush=True)

    def ratio(self, name: str, value: float, aim: float, *, at_most: bool) -> None:
        """One comparison with its aim."""
        self.ratios.append({"name": name, "value": value, "aim": aim, "at_most": at_most})
        met = value <= aim if at_most else value >= aim
        print(f"  {name}: {value:.2f}, aim {'at most' if at_most else 'at least'} {aim}: {'met' if met else 'MISSED'}")


def seconds_of(work: Callable[[], object], times: int) -> float:
    """The median of `times` runs."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def noop(frame: DataFrame) -> Callable[[], None]:
    """Computes every row and keeps none."""
    return lambda: frame.write.format("noop").mode("overwrite").save()


def bench_refine(spark: SparkSession, folder: Path, table: Table, tickers: int, sessions: int, times: int) -> None:
    """Shuffle, sort and the kernels, beside an identity map, window functions and applyInPandas."""
    days = job_lakes.sessions(sessions)
    rows = job_lakes.write_history(folder / "history", tickers, days)
    raw = spark.read.parquet(str(folder / "history"))
    ours = refine(raw, every="1d", windows=WINDOWS, days=days, rows=rows)
    assert ours.count() == rows
    tasks = ours.rdd.getNumPartitions()
    ordered = raw.repartition(tasks, "ticker").sortWithinPartitions("ticker", "trade_date")
    rivals = {
        "shuffle and sort alone": ordered,
        "identity mapInArrow, DECIMAL": ordered.mapInArrow(job_rivals.identity, ordered.schema),
        "window functions, double": job_rivals.by_windows(raw, "double", WINDOWS),
        "window functions, DECIMAL": job_rivals.by_windows(raw, "decimal(18,6)", WINDOWS),
        "applyInPandas": job_rivals.by_pandas(raw, WINDOWS),
    }
    job_rivals.assert_equal(ours, rivals["window functions, double"], "T0001", WINDOWS)
    taken = {"b3 job: refine": seconds_of(noop(ours), times)}
    for name, frame in rivals.items():
        taken[name] = seconds_of(noop(frame), times if "window" not in name and "Pandas" not in name else 1)
    for name, seconds in taken.items():
        table.row(name, seconds, rows, "rows/s", ours=name.startswith("b3"))
    mine = taken["b3 job: refine"]
    table.ratio("refine / identity mapInArrow", mine / taken["identity mapInArrow, DECIMAL"], 1.15, at_most=True)
    table.ratio("window functions on double / refine", taken["window functions, double"] / mine, 4, at_most=False)
    table.ratio("window functions on DECIMAL / refine", taken["window functions, DECIMAL"] / mine, 8, at_most=False)
    table.ratio("applyInPandas / refine", taken["applyInPandas"] / mine, 8, at_most=False)


def bench_partitions(spark: SparkSession, folder: Path, table: Table, tickers: int, dates: int) -> None:
    """Partition files with their catalog entries: ours, Spark's dynamic insertInto, a static statement a date."""
    days = job_lakes.sessions(dates)
    rows = job_lakes.write_history(folder / "partitions", tickers, days)
    raw = spark.read.parquet(str(folder / "partitions"))
    refined = refine(raw, every="1d", windows=WINDOWS, days=days, rows=rows).drop("bars", "rejected").persist()
    assert refined.count() == tickers * dates
    columns = ", ".join([*quote_columns(WINDOWS).names, "data_pregao", "ativo"])

    def target(name: str) -> Target:
        keyed = keyed_columns(WINDOWS)
        place = Storage.at(str(folder / "lake" / name))
        keys = type(keyed)(keyed.fields[:2])
        catalog.ensure_table(spark, f"bench.{name}", quote_columns(WINDOWS), keys, place)
        return Target(f"bench.{name}", place, WINDOWS)

    def dynamic() -> None:
        target("dynamic")
        spark.conf.set("spark.sql.sources.partitionOverwriteMode", "dynamic")
        refined.selectExpr(*columns.split(", ")).write.insertInto("bench.dynamic", overwrite=True)
        spark.conf.set("spark.sql.sources.partitionOverwriteMode", "static")

    def static() -> None:
        target("static")
        refined.createOrReplaceTempView("refined")
        selected = columns.replace(", data_pregao", "")
        for day in days:
            place = f"bench.static PARTITION (data_pregao = DATE '{day}', ativo)"
            spark.sql(f"INSERT OVERWRITE {place} SELECT {selected} FROM refined WHERE data_pregao = DATE '{day}'")  # noqa: S608

    def files_alone() -> None:
        lake.write(refined, Storage.at(str(folder / "lake" / "files")), WINDOWS)

    def ours() -> None:
        publish(spark, refined, target("ours"), dict.fromkeys(days, tickers), Stages())

    spark.sql("CREATE DATABASE IF NOT EXISTS bench")
    # The metastore's first partitions load its classes: nobody's to pay.
    publish(spark, refined, target("warm"), {days[0]: tickers}, Stages())
    files = tickers * dates
    ways = {
        "b3 job: files and catalog": ours,
        "b3 job: files alone": files_alone,
        "insertInto, dynamic overwrite": dynamic,
        "INSERT OVERWRITE, static, a date at a time": static,
    }
    taken = {name: seconds_of(way, 1) for name, way in ways.items()}
    for name in ("ours", "dynamic", "static"):
        assert spark.table(f"bench.{name}").count() == files
    for name, seconds in taken.items():
        table.row(name, seconds, files, "files/s", ours=name.startswith("b3"))
    mine = taken["b3 job: files and catalog"]
    table.ratio("dynamic insertInto / job", taken["insertInto, dynamic overwrite"] / mine, 2, at_most=False)
    refined.unpersist()


def bench_scan(spark: SparkSession, folder: Path, table: Table, tickers: int) -> None:
    """One year of all tickers: from the date and ticker layout, from the year's file."""
    days = [day for day in job_lakes.sessions(300) if day.year == job_lakes.LAST.year]
    rows = job_lakes.write_history(folder / "year", tickers, days)
    raw = spark.read.parquet(str(folder / "year"))
    refined = refine(raw, every="1d", windows=WINDOWS, days=days, rows=rows).drop("bars", "rejected").persist()
    quotes, years = Storage.at(str(folder / "scan" / "quotes")), Storage.at(str(folder / "scan" / "years"))
    lake.write(refined, quotes, WINDOWS)
    by_year.update(spark, refined, days, years, WINDOWS)
    refined.unpersist()

    def scan(place: Storage, partitions: str) -> Callable[[], object]:
        def read() -> object:
            frame = spark.read.schema(ddl(keyed_columns(WINDOWS)) + f", {partitions}".rstrip(", ")).parquet(place.uri())
            answer = frame.agg(sf.sum("quantidade"), sf.max("fechamento"), sf.count("*")).collect()[0]
            assert answer[2] == rows
            return answer

        return read

    slow, fast = seconds_of(scan(quotes, ""), 1), seconds_of(scan(years, "ano int"), 3)
    table.row("scan of a year: cotacoes_por_ano", fast, rows, "rows/s", ours=True)
    table.row("scan of a year: cotacoes_diarias", slow, rows, "rows/s")
    table.ratio("scan by date and ticker / by year", slow / fast, 20, at_most=False)


def bench_history(folder: Path, table: Table, tickers: int, years: int) -> None:
    """A whole daily run as a process of its own, with one year and with many in raw."""
    taken = {}
    for span in (1, years):
        root = folder / f"history_{span}"
        days = job_lakes.sessions(250 * span)
        job_lakes.write_raw(root / "raw", tickers, days)
        command = [
            sys.executable, str(ROOT / "glue_scripts" / "refine_quotes.py"), "--raw_path", str(root / "raw"),
            "--refined_path", str(root / "refined"), "--trade_dates",
        ]  # fmt: skip

        def run(day: Any, command: list[str] = command, root: Path = root) -> None:
            done = subprocess.run([*command, str(day)], cwd=root, capture_output=True, check=True, text=True)
            assert json.loads(done.stdout.splitlines()[-1])["rows_written"] == tickers

        run(days[-1])
        taken[span] = seconds_of(lambda: run(days[-1]), 3)  # noqa: B023
        table.row(f"a daily run with {span} year(s) in raw", taken[span], tickers, "rows/s", ours=True)
    table.ratio(f"daily run with {years} years / with 1", taken[years] / taken[1], 1.1, at_most=True)


def bench_memory(table: Table, tickers: int) -> None:
    """The worker's peak memory at 1x and 10x of the rows, each in a process of its own."""
    peaks = {}
    for times in (1, 10):
        code = f"import job_memory; print(job_memory.peak({tickers * times}, 500, {WINDOWS}))"
        path = os.pathsep.join([str(ROOT / "benches"), str(ROOT / "glue_scripts")])
        command, environment = [sys.executable, "-c", code], os.environ | {"PYTHONPATH": path}
        done = subprocess.run(command, env=environment, capture_output=True, check=True, text=True)
        peaks[times] = float(done.stdout)
        print(f"worker's peak memory, {tickers * times * 500:,} rows: {peaks[times]:.0f} MB")
    table.ratio("worker's peak memory at 10x / 1x", peaks[10] / peaks[1], 1.1, at_most=True)


def bench_requests(table: Table, files: int) -> None:
    """S3 requests that writing and clearing one date's partitions takes, on an emulated S3."""
    seen = job_requests.count(files)
    print(f"{seen} S3 requests for {files} partition files")
    table.ratio("S3 requests a partition file", seen / files, 8, at_most=True)


def main() -> None:
    """Runs the parts that were asked for and writes the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a fiftieth of the rows")
    parser.add_argument("--json", type=Path, help="where to write the table")
    parser.add_argument(
        "--only", default="refine,partitions,scan,memory,requests,history", help="which parts, comma separated"
    )
    given = parser.parse_args()
    parts, table = given.only.split(","), Table()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if {"refine", "partitions", "scan"} & set(parts):
            spark = job_lakes.session(folder)
            spark.sparkContext.environment["PYTHONPATH"] = str(ROOT / "benches")
            open_session()
            if "refine" in parts:
                bench_refine(spark, folder, table, *((50, 1_000, 1) if given.quick else (500, 5_000, 3)))
            if "partitions" in parts:
                bench_partitions(spark, folder, table, *((40, 4) if given.quick else (400, 20)))
            if "scan" in parts:
                bench_scan(spark, folder, table, 4 if given.quick else 40)
            spark.stop()
        if "memory" in parts:
            bench_memory(table, 20 if given.quick else 200)
        if "requests" in parts:
            bench_requests(table, 20 if given.quick else 400)
        if "history" in parts:
            bench_history(folder, table, *((20, 2) if given.quick else (400, 10)))
    about = (
        "Spark local[2]; refine: 500 tickers x 5,000 sessions with DECIMAL prices and all default columns; partitions: "
    )
    about += "400 tickers x 20 dates with the embedded metastore; scan and daily run: 40 and 400 tickers."
    if given.json:
        content = {"title": "The Glue job", "about": about, "rows": table.rows, "ratios": table.ratios}
        given.json.write_text(json.dumps(content, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
