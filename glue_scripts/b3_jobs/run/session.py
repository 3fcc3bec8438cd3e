"""Opens the Spark session, with the same settings on a laptop and on Glue."""

from __future__ import annotations

import importlib.util
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pyspark.sql import SparkSession

from b3_jobs.files.storage import s3_endpoint

if TYPE_CHECKING:
    from collections.abc import Iterator

# Settings that a run needs in any session: UTC for timestamps, an error for a bad or missing file,
# no listing job for explicit paths, and batches of moderate size for the workers.
_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.files.ignoreCorruptFiles": "false",
    "spark.sql.files.ignoreMissingFiles": "false",
    "spark.sql.sources.parallelPartitionDiscovery.threshold": "100000",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "65536",
}


@contextmanager
def open_session() -> Iterator[SparkSession]:
    """The caller's active session, left running, or a new one with Hive's metastore.

    Master, metastore and warehouse come from Spark's own configuration, never from the job.
    """
    if active := SparkSession.getActiveSession():
        yield _prepared(active)
        return
    spark = _builder().getOrCreate()
    try:
        # A failure is printed as one line; only Glue's log also gets the trace.
        spark.sparkContext.setLogLevel("ERROR" if on_glue() else "OFF")
        yield _prepared(spark)
    finally:
        spark.stop()


def _prepared(spark: SparkSession) -> SparkSession:
    for name, value in _SETTINGS.items():
        spark.conf.set(name, value)
    # Refining, and writing years and months, set their number of tasks; other shuffles are small.
    spark.conf.set("spark.sql.shuffle.partitions", str(spark.sparkContext.defaultParallelism))
    # Workers import b3_jobs too; on Glue --extra-py-files provides it.
    environment = spark.sparkContext.environment
    package_folder = str(Path(__file__).resolve().parents[2])
    paths = [path for path in environment.get("PYTHONPATH", "").split(os.pathsep) if path and path != package_folder]
    environment["PYTHONPATH"] = os.pathsep.join([package_folder, *paths])
    return spark


def on_glue() -> bool:
    """Whether this is a run of AWS Glue."""
    return importlib.util.find_spec("awsglue") is not None


def _builder() -> SparkSession.Builder:
    builder: SparkSession.Builder = SparkSession.builder.appName("refine_quotes").enableHiveSupport()
    if on_glue():
        return builder
    # Outside Glue, workers run the same Python, and s3:// is Hadoop's S3A, as EMRFS is missing.
    # Spark's own progress bar is off, because the run prints its progress.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = builder.config("spark.hadoop.fs.s3.impl", "org.apache.hadoop.fs.s3a.S3AFileSystem")
    builder = builder.config("spark.ui.enabled", "false")
    builder = builder.config("spark.ui.showConsoleProgress", "false")
    if endpoint := s3_endpoint():
        builder = builder.config("spark.hadoop.fs.s3a.endpoint", endpoint)
        builder = builder.config("spark.hadoop.fs.s3a.path.style.access", "true")
    return builder
