"""Columns and types of raw, actions and published tables, for Spark, Arrow and Parquet."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from pyspark.sql.types import (
    DataType,
    DateType,
    DecimalType,
    DoubleType,
    IntegerType,
    LongType,
    ShortType,
    StringType,
    StructField,
    StructType,
    TimestampType,
)

import b3_kernels as b3
from b3_kernels import lake

TABLES = {"1d": "cotacoes_diarias", "1w": "cotacoes_semanais", "1mo": "cotacoes_mensais"}
BY_YEAR = "cotacoes_por_ano"
ICEBERG = lake.TABLE
# Columns that the Refiner adds: how many raw rows made a row, and why a row was rejected.
BARS, REJECTED = "bars", "rejected"
# A ticker in raw, the regular expression of `Ticker` in b3-market.
TICKER_PATTERN = "[A-Z0-9]{1,12}"
# The column that says whether a row is a day's, a week's or a month's: `1d`, `1w`, `1mo`.
EVERY = "every"

_SPARK: dict[pa.DataType, DataType] = {
    pa.date32(): DateType(),
    pa.float64(): DoubleType(),
    pa.int16(): ShortType(),
    pa.int32(): IntegerType(),
    pa.int64(): LongType(),
    pa.decimal128(18, 6): DecimalType(18, 6),
    pa.decimal128(18, 8): DecimalType(18, 8),
    pa.decimal128(20, 2): DecimalType(20, 2),
    pa.string(): StringType(),
    pa.timestamp("us", tz="UTC"): TimestampType(),
}
_ARROW = {spark: arrow for arrow, spark in _SPARK.items()}


def struct(**columns: DataType) -> StructType:
    """Columns of these names and types, all nullable."""
    return StructType([StructField(name, kind) for name, kind in columns.items()])


def _spark_schema(columns: Any) -> StructType:
    """Arrow columns of b3_kernels as Spark's, all nullable."""
    return struct(**{field.name: _SPARK[field.type] for field in pa.schema(columns)})


# The partition columns of tables with a file for each date and ticker, or for each year.
KEYS = struct(data_pregao=DateType(), ativo=StringType())
YEAR = struct(ano=IntegerType())
DAY, TICKER = KEYS.names
PARTITIONS = (DAY, TICKER)

RAW, ACTIONS = _spark_schema(lake.RAW), _spark_schema(lake.ACTIONS)
RAW_WITH_DATE = StructType([*RAW.fields, StructField("trade_date", DateType())])


def quote_columns(windows: tuple[int, ...]) -> StructType:
    """The columns inside a published file, without those of the partition."""
    return StructType(keyed_columns(windows).fields[len(KEYS) :])


def keyed_columns(windows: tuple[int, ...]) -> StructType:
    """The columns of a published row, date and ticker first."""
    return _spark_schema(b3.Refiner(windows=windows).output_schema)


def refined_columns(windows: tuple[int, ...]) -> StructType:
    """`keyed_columns` with BARS, REJECTED and EVERY."""
    return _spark_schema(b3.Refiner(windows=windows, on_invalid="keep").output_schema).add(EVERY, StringType())


def arrow_schema(schema: StructType) -> pa.Schema:
    """The same columns as an Arrow schema, all nullable."""
    return pa.schema([pa.field(field.name, _ARROW[field.dataType]) for field in schema.fields])


def schema_fault(found: pa.Schema, expected: pa.Schema, what: str) -> str | None:
    """The first column that differs and how, or None; `what` names the expected columns."""
    for field in expected:
        if field.name not in found.names:
            return f"column {field.name} is missing, expected {field.type}"
        kind = _plain(found.field(field.name).type)
        if kind != field.type:
            return f"column {field.name} is {kind}, expected {field.type}"
    for name in found.names:
        if name not in expected.names:
            return f"column {name} is not one of {what}: {', '.join(expected.names)}"
    return None


def _plain(kind: pa.DataType) -> pa.DataType:
    """The type with Arrow's several string types as one: Parquet has only one."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return pa.string() if pa.types.is_large_string(kind) or pa.types.is_string_view(kind) else kind


def ddl(schema: StructType) -> str:
    """The columns in the syntax of `CREATE TABLE`."""
    return ", ".join(f"{field.name} {field.dataType.simpleString()}" for field in schema.fields)
