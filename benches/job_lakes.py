"""Invented raw lakes for the job's benchmark, the same at every call."""

from __future__ import annotations

import os
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import SparkSession

import b3_kernels as b3
from b3_jobs.contract.options import Options
from b3_jobs.contract.schemas import RAW, RAW_WITH_DATE, arrow_schema
from b3_jobs.inputs.actions import no_events
from b3_jobs.inputs.raw import RawObject
from local_spark import submit_arguments

if TYPE_CHECKING:
    from pathlib import Path

LAST = date(2024, 12, 30)
WINDOWS = (5, 20, 50, 200)
# The Refiner's arguments in a run of the job over one of these lakes, which have no actions.
KERNEL = Options(raw_path="", refined_path="", windows=WINDOWS).refiner_arguments(no_events())


def session(folder: Path) -> SparkSession:
    """A Spark session on two cores, with an embedded metastore below `folder`."""
    settings = {
        "spark.master": "local[2]",
        "spark.driver.memory": "6g",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.warehouse.dir": (folder / "warehouse").as_uri(),
        "spark.hadoop.javax.jdo.option.ConnectionURL": f"jdbc:derby:;databaseName={folder}/metastore;create=true",
        "spark.driver.extraJavaOptions": f"-Dderby.stream.error.file={folder}/derby.log",
    }
    os.environ["PYSPARK_SUBMIT_ARGS"] = submit_arguments(settings)
    spark: SparkSession = SparkSession.builder.enableHiveSupport().getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def sessions(count: int) -> list[date]:
    """The last `count` sessions up to `LAST`."""
    return b3.sessions(b3.add_sessions(LAST, 1 - count), LAST)


def day_rows(day: date, tickers: int) -> pa.Table:
    """All tickers' bars of one day; whole cents, as B3 quotes them."""
    rng = np.random.default_rng(day.toordinal())
    close = rng.integers(1_000, 9_000, tickers)
    columns = {
        "ticker": [f"T{n:04}" for n in range(tickers)],
        "bar_start": pa.nulls(tickers, pa.timestamp("us", tz="UTC")),
        "open": close / 100,
        "high": (close + 50) / 100,
        "low": (close - 50) / 100,
        "close": close / 100,
        "volume": rng.integers(100, 10_000_000, tickers),
        "turnover": rng.integers(1, 10**11, tickers) / 100,
        "trades": rng.integers(1, 99_999, tickers),
        "isin": pa.array([f"BRT{n:04}ACNOR0" for n in range(tickers)]),
        "market": pa.array(np.full(tickers, 10, np.int16)),
        "currency": pa.array(["BRL"] * tickers),
        "distribution": pa.array(np.full(tickers, 100, np.int16)),
        "specification": pa.array(["ON      NM"] * tickers),
        "source": pa.array(["cotahist"] * tickers),
        "trade_date": pa.array([day] * tickers, pa.date32()),
    }
    return pa.table(columns).cast(arrow_schema(RAW_WITH_DATE))


def write_raw(raw: Path, tickers: int, days: list[date]) -> list[RawObject]:
    """Write a raw lake in the layout of b3-ingest; returns its objects."""
    for day in days:
        folder = raw / f"trade_date={day}"
        folder.mkdir(parents=True)
        rows = day_rows(day, tickers).select(RAW.names)
        pq.write_table(rows, folder / "cotahist.parquet", store_decimal_as_integer=True)
    return [RawObject(day, f"trade_date={day}/cotahist.parquet", rows=tickers) for day in days]
