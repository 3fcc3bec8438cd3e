"""Registers partitions and loses its JVM before the commit: `python killed_catalog.py REFINED`."""

from __future__ import annotations

import os
import signal
import sys
from datetime import date
from typing import Any

from pyspark.sql import SparkSession

from b3_jobs.contract.options import Options
from b3_jobs.contract.published_table import PublishedTable
from b3_jobs.tables import catalog, derby_partitions


def main() -> None:
    spark = SparkSession.builder.getOrCreate()
    assert spark.sparkContext._jvm is not None
    jvm = spark.sparkContext._jvm.java.lang.ProcessHandle.current().pid()
    table = PublishedTable.of(Options("", sys.argv[1]))
    spark.sql("CREATE DATABASE b3")
    catalog.ensure_table(spark, table)
    genuine = derby_partitions._execute

    def execute(connection: Any, statement: str, *texts: str) -> None:
        genuine(connection, statement, *texts)
        if "INSERT INTO PARTITION_PARAMS" in statement:
            print("every row is written", flush=True)
            os.kill(jvm, signal.SIGKILL)

    derby_partitions._execute = execute
    catalog.add(spark, table, [(date(2024, 1, 2), ticker) for ticker in ("ABCB4", "PETR4", "VALE3")])


if __name__ == "__main__":
    main()
