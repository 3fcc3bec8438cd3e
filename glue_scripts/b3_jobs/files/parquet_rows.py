"""Reads named Parquet files of the lake with Spark."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import StructType

    from b3_jobs.files.storage import Storage


def read_rows(spark: SparkSession, place: Storage, names: Iterable[str], columns: StructType) -> DataFrame:
    """The rows of these files; keys in the names of their folders may be among the columns."""
    paths = [place.uri(name) for name in names]
    if not paths:
        return spark.createDataFrame([], columns)
    # Without globPaths Spark takes a path with `[` or `*` as it is, not for a pattern.
    reader = spark.read.schema(columns).options(basePath=place.uri(), __globPaths__="false")
    return reader.parquet(*paths).select(*columns.names)
