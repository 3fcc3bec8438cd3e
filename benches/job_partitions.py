"""Benchmark of writing partition files with their catalog entries.

Compares the job with Spark's dynamic insertInto and a static INSERT OVERWRITE for each date.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import job_lakes
from figures import medians, rows_with_rates
from pyspark.sql import functions as sf

from b3_jobs.contract.options import Options
from b3_jobs.contract.published_table import PublishedTable
from b3_jobs.contract.schemas import keyed_columns
from b3_jobs.files.storage import Storage
from b3_jobs.log.stages import Stages
from b3_jobs.refine.transform import refine
from b3_jobs.tables import catalog, quote_files
from b3_jobs.tables.publish import publish_dates, published_dates

if TYPE_CHECKING:
    from pathlib import Path

    from job_table import Table
    from pyspark.sql import DataFrame, SparkSession

# The number of dates that the static way writes: its rate per file does not depend on it.
STATIC_DATES = 4
ABOUT = (
    f"Rows in files/s: 400 tickers x 20 dates ({STATIC_DATES} for the static INSERT OVERWRITE) with the embedded "
    "metastore, once."
)


def refined_rows(spark: SparkSession, folder: Path, tickers: int, sessions: int) -> DataFrame:
    """The published columns of an invented lake's refined rows, persisted in memory."""
    days = job_lakes.sessions(sessions)
    objects = job_lakes.write_raw(folder, tickers, days)
    refined = refine(spark, Storage.at(str(folder)), objects, days={"1d": days}, arguments=job_lakes.KERNEL)
    refined = refined.select(keyed_columns(job_lakes.WINDOWS).names).persist()
    assert refined.count() == tickers * sessions
    return refined


def empty_daily_table(spark: SparkSession, folder: Path, name: str) -> PublishedTable:
    """An empty daily table in a new database of this name."""
    spark.sql(f"CREATE DATABASE {name}")
    table = PublishedTable.of(Options(raw_path="", refined_path=str(folder / name), database=name))
    catalog.ensure_table(spark, table)
    return table


def bench(spark: SparkSession, folder: Path, table: Table, tickers: int, dates: int) -> None:
    """Times each method once over the same rows; the static one writes the first dates only."""
    refined = refined_rows(spark, folder / "partitions", tickers, dates)
    days, files = job_lakes.sessions(dates), tickers * dates
    # First one date in another table, not timed: it makes the metastore load its classes.
    warm = empty_daily_table(spark, folder, "warm")
    publish_dates(spark, refined, warm, rows={days[0]: tickers}, published={}, stages=Stages())
    names = ("ours", "dynamic", "static", "files_only")
    ours, dynamic, static, files_only = (empty_daily_table(spark, folder, name) for name in names)
    columns = [*ours.columns.names, *ours.partitions.names]

    def insert_dynamic() -> None:
        spark.conf.set("spark.sql.sources.partitionOverwriteMode", "dynamic")
        refined.select(columns).write.insertInto(str(dynamic), overwrite=True)
        spark.conf.set("spark.sql.sources.partitionOverwriteMode", "static")

    def insert_static() -> None:
        refined.createOrReplaceTempView("refined")
        selected = ", ".join([*static.columns.names, "ativo"])
        for day in days[:STATIC_DATES]:
            place = f"{static} PARTITION (data_pregao = DATE '{day}', ativo)"
            spark.sql(f"INSERT OVERWRITE {place} SELECT {selected} FROM refined WHERE data_pregao = DATE '{day}'")  # noqa: S608

    def publish_ours() -> None:
        published = published_dates(spark, ours, days, quote_files.dates(ours.place))
        publish_dates(spark, refined, ours, rows=dict.fromkeys(days, tickers), published=published, stages=Stages())

    # In this order: the second run of the job finds the dates of the first.
    ways = {
        "b3 job: files and catalog": publish_ours,
        "insertInto, dynamic overwrite": insert_dynamic,
        "b3 job: the same dates again": publish_ours,
        "b3 job: files alone": lambda: quote_files.write(refined, files_only),
        "INSERT OVERWRITE, static, a date at a time": insert_static,
    }
    taken = medians(ways, runs=1, clock=time.perf_counter)
    for written in (ours, dynamic):
        found = spark.table(str(written)).agg(sf.count("*"), sf.sum("quantidade")).collect()
        assert found == refined.agg(sf.count("*"), sf.sum("quantidade")).collect()
    for name, seconds in taken.items():
        count = min(dates, STATIC_DATES) * tickers if "static" in name else files
        table.rows += rows_with_rates({name: seconds}, count, "files/s")
    mine = taken["b3 job: files and catalog"]
    table.ratio("dynamic insertInto / job", taken["insertInto, dynamic overwrite"] / mine, aim=2, at_most=False)
    refined.unpersist()
