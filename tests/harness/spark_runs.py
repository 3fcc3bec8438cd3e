"""Runs of the job in this process, in one Spark session, and their results."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pyspark.sql import SparkSession

import refine_quotes
from local_spark import submit_arguments

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# The folder of `unzipped_daemon`, which makes Spark's Python workers start faster.
HARNESS = str(Path(__file__).parent)
# Java's quick compiler (C1) alone, because tests end before the thorough one (C2) pays off. Its
# default code cache of 48 MB is too small for a few runs.
QUICK_JVM = "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m -XX:+UseSerialGC"
SETTINGS = {
    "spark.master": "local[2]",
    "spark.driver.memory": "2g",
    "spark.sql.shuffle.partitions": "2",
    "spark.default.parallelism": "2",
    "spark.ui.enabled": "false",
    "spark.python.daemon.module": "unzipped_daemon",
    # Spark keeps the code that it compiles for a query, but by default that of 100 queries only.
    "spark.sql.codegen.cache.maxEntries": "2000",
    "spark.sql.catalogImplementation": "hive",
    "spark.hadoop.javax.jdo.option.ConnectionURL": "jdbc:derby:memory:metastore;create=true",
    "spark.driver.extraJavaOptions": f"{QUICK_JVM} -Dderby.stream.error.file=/dev/null",
}


def hive_resources_in(folder: Path) -> dict[str, str]:
    """Settings with which Hive leaves its folder of resources in `folder`, not in /tmp."""
    return {"spark.hadoop.hive.downloaded.resources.dir": str(folder / "hive_resources")}


@contextmanager
def one_session(
    warehouse: Path, settings: Mapping[str, str], *words: str, environment: Mapping[str, str] | None = None
) -> Iterator[SparkSession]:
    """A session with `SETTINGS`, these settings, and more arguments of spark-submit in `words`."""
    whole = SETTINGS | {"spark.sql.warehouse.dir": warehouse.as_uri()} | hive_resources_in(warehouse) | dict(settings)
    variables = {
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_SUBMIT_ARGS": submit_arguments(whole, *words),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYTHONPATH": HARNESS,
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (variables | dict(environment or {})).items():
            patch.setenv(name, value)
        session = SparkSession.builder.getOrCreate()
        session.sparkContext.setLogLevel("OFF")
        # Kept, because PySpark asks for jvm.functions 340 times a run, and each time Java looks in
        # every jar for a class of that name.
        jvm: Any = session.sparkContext._jvm
        jvm.functions = jvm.functions
        yield session
        session.stop()


@dataclass(frozen=True)
class Result:
    """A run's exit status, its closing line, and its lines on stderr except those of stages."""

    status: int
    report: dict[str, Any]
    errors: str


def run_job(*arguments: str) -> Result:
    with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
        status = refine_quotes.main(arguments)
    closing = out.getvalue().splitlines()
    errors = "\n".join(line for line in err.getvalue().splitlines() if not line.startswith('{"stage"'))
    return Result(status, json.loads(closing[-1]) if closing else {}, errors)
