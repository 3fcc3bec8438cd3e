"""Raw objects: whether they keep the contract, and their rows as a DataFrame."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]
from pyspark.errors import PySparkException

from b3_jobs.schemas import RAW, RAW_WITH_DATE, arrow_schema

if TYPE_CHECKING:
    from datetime import date

    from pyspark.sql import DataFrame, SparkSession

    from b3_jobs.storage import Storage

# Requests under way at once: a request to S3 waits some 20 ms and costs no processor time.
_THREADS = 16


@dataclass(frozen=True, order=True)
class RawObject:
    """One source's bars of one trade date: `trade_date=2024-01-02/cotahist.parquet`, and its number of rows."""

    trade_date: date
    key: str
    rows: int = 0


def inspect(raw: Storage, objects: list[RawObject]) -> tuple[list[RawObject], dict[RawObject, str]]:
    """Reads the footers: the objects that keep the contract, with their rows, and what is wrong with the others."""
    with ThreadPoolExecutor(_THREADS) as threads:
        footers = list(threads.map(lambda found: _inspect_one(raw, found), objects))
    good = [footer for footer in footers if isinstance(footer, RawObject)]
    bad = {found: footer for found, footer in zip(objects, footers, strict=True) if isinstance(footer, str)}
    return good, bad


def _inspect_one(raw: Storage, found: RawObject) -> RawObject | str:
    try:
        with raw.open(found.key) as file:
            footer = pq.ParquetFile(file)
            fault = schema_fault(footer.schema_arrow) or _nameless(footer.metadata)
            rows = footer.metadata.num_rows
    except (OSError, pa.ArrowException) as error:
        reason = str(error).splitlines()[0]
        return f"{raw.uri(found.key)}: not a readable Parquet file: {reason}"
    return f"{raw.uri(found.key)}: {fault}" if fault else RawObject(found.trade_date, found.key, rows)


def schema_fault(found: pa.Schema) -> str | None:
    """The first column that differs from the contract, in one line, or None."""
    expected = arrow_schema(RAW)
    for field in expected:
        if field.name not in found.names:
            return f"column {field.name} is missing, expected {field.type}"
        kind = _plain(found.field(field.name).type)
        if kind != field.type:
            return f"column {field.name} is {kind}, expected {field.type}"
    for name in found.names:
        if name not in expected.names:
            return f"column {name} is not one of a raw object's: {', '.join(expected.names)}"
    return None


def _nameless(footer: pq.FileMetaData) -> str | None:
    """A bar without a ticker belongs to no series, so nothing could be said of it, not even that it is rejected."""
    column = footer.schema.names.index("ticker")
    groups = [footer.row_group(group).column(column).statistics for group in range(footer.num_row_groups)]
    nulls = sum(statistics.null_count for statistics in groups if statistics is not None and statistics.has_null_count)
    return f"column ticker is null in {nulls} rows, expected in none" if nulls else None


def _plain(kind: pa.DataType) -> pa.DataType:
    """Arrow's many strings are one Parquet type."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return pa.string() if pa.types.is_large_string(kind) or pa.types.is_string_view(kind) else kind


def read(spark: SparkSession, raw: Storage, objects: list[RawObject]) -> DataFrame:
    """These objects' rows with their trade date; explicit paths and schema, so nothing else is listed or opened."""
    if not objects:
        return spark.createDataFrame([], RAW_WITH_DATE)
    reader = spark.read.schema(RAW_WITH_DATE).option("basePath", raw.uri())
    return reader.parquet(*(raw.uri(found.key) for found in objects))


def unreadable(spark: SparkSession, raw: Storage, objects: list[RawObject]) -> dict[RawObject, str]:
    """The objects on which Spark stumbles, found by halving; for when a footer was right and a page is not."""
    if not objects:
        return {}
    try:
        read(spark, raw, objects).write.format("noop").mode("overwrite").save()
    except (Py4JJavaError, PySparkException):
        if len(objects) == 1:
            return {objects[0]: f"{raw.uri(objects[0].key)}: {_damage(raw, objects[0])}"}
        middle = len(objects) // 2
        return unreadable(spark, raw, objects[:middle]) | unreadable(spark, raw, objects[middle:])
    return {}


def _damage(raw: Storage, found: RawObject) -> str:
    """Names the column, where Arrow finds the damage too."""
    with raw.open(found.key) as file:
        content = pq.ParquetFile(file)
        for column in content.schema_arrow.names:
            try:
                content.read([column])
            except (OSError, pa.ArrowException) as error:
                return f"column {column} is unreadable: {str(error).splitlines()[0]}"
    return "Spark cannot decode its pages"
