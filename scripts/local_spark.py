"""Where Spark keeps its metastore, its warehouse and its log when the lake lies in a folder of this machine."""

from __future__ import annotations

import os
from pathlib import Path


def point_spark_at(lake: Path) -> None:
    """Set the environment from which the next SparkSession of this process takes its settings.

    The job itself names no place: on Glue the catalog is the Glue Data Catalog, here it is an embedded Derby beside
    the lake. Two local cores, so that a laptop stays usable.
    """
    metastore = lake / "metastore"
    metastore.mkdir(parents=True, exist_ok=True)
    settings = {
        "spark.master": f"local[{min(4, os.cpu_count() or 1)}]",
        "spark.driver.memory": "2g",
        "spark.sql.warehouse.dir": (lake / "warehouse").as_uri(),
        "spark.hadoop.javax.jdo.option.ConnectionURL": f"jdbc:derby:;databaseName={metastore / 'db'};create=true",
        # No sizes in the catalog: nothing reads them, and each partition would cost a listing of its folder.
        "spark.hadoop.hive.stats.autogather": "false",
        # A partition takes several numbers from a table of the metastore: a commit for 1,000 of them, not for 10.
        "spark.hadoop.datanucleus.valuegeneration.increment.allocationSize": "1000",
        "spark.driver.extraJavaOptions": f"-Dderby.stream.error.file={metastore / 'derby.log'}",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "4",
        "spark.ui.enabled": "false",
        # No progress bar of Spark's: the job prints its own.
        "spark.ui.showConsoleProgress": "false",
        # A folder a date and ticker: listing them is quicker in this process than as a Spark job of that many tasks.
        "spark.sql.sources.parallelPartitionDiscovery.threshold": "1000000",
    }
    conf = Path(__file__).resolve().parent / "spark"
    os.environ["SPARK_CONF_DIR"] = str(conf)
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    os.environ["PYSPARK_SUBMIT_ARGS"] = " ".join(
        [*(f"--conf '{name}={value}'" for name, value in settings.items()), "pyspark-shell"]
    )
