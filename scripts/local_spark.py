"""Spark's settings for a lake in a folder of this machine: metastore, warehouse, log."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from pathlib import Path


def point_spark_at(lake: Path) -> None:
    """Set the environment variables from which this process's next SparkSession takes its settings.

    The job has no such settings, because on Glue the catalog is the Glue Data Catalog. Here it is
    a Derby database inside `lake`. Spark gets at most four cores, so that a laptop stays usable.
    """
    metastore = lake / "metastore"
    metastore.mkdir(parents=True, exist_ok=True)
    settings = {
        "spark.master": f"local[{min(4, os.cpu_count() or 1)}]",
        "spark.driver.memory": "2g",
        "spark.sql.warehouse.dir": (lake / "warehouse").as_uri(),
        "spark.hadoop.javax.jdo.option.ConnectionURL": f"jdbc:derby:;databaseName={metastore / 'db'};create=true",
        # No sizes in the catalog: they are not read, and each would cost a listing of the
        # partition's folder.
        "spark.hadoop.hive.stats.autogather": "false",
        # Each partition needs several IDs of a metastore table: one commit reserves 1,000 of them,
        # not 10.
        "spark.hadoop.datanucleus.valuegeneration.increment.allocationSize": "1000",
        # In quotes, because the folder's name may hold a space.
        "spark.driver.extraJavaOptions": f'-Dderby.stream.error.file="{metastore / "derby.log"}"',
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "4",
        "spark.ui.enabled": "false",
        # The job prints its own progress.
        "spark.ui.showConsoleProgress": "false",
        # Listing a folder for each date and ticker is quicker in this process than as a Spark job.
        "spark.sql.sources.parallelPartitionDiscovery.threshold": "1000000",
    }
    os.environ["SPARK_CONF_DIR"] = str(Path(__file__).resolve().parent / "spark")
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    os.environ["PYSPARK_SUBMIT_ARGS"] = submit_arguments(settings)


def submit_arguments(settings: Mapping[str, str], *words: str) -> str:
    """PYSPARK_SUBMIT_ARGS for these settings, and other arguments of spark-submit in `words`."""
    given = " ".join(f"--conf {shlex.quote(f'{name}={value}')}" for name, value in settings.items())
    return " ".join([*words, given, "pyspark-shell"])
