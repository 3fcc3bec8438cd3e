"""Columns and types of raw, actions and published tables, for Spark, Arrow and Parquet."""

from __future__ import annotations

import pyarrow as pa
from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema
from pyspark.sql.types import DataType, DateType, IntegerType, StringType, StructField, StructType

import b3_kernels as b3
from b3_kernels import lake

TABLES = {"1d": "cotacoes_diarias", "1w": "cotacoes_semanais", "1mo": "cotacoes_mensais"}
BY_YEAR = "cotacoes_por_ano"
ICEBERG = lake.TABLE  # "cotacoes"
# Columns that the Refiner adds: how many raw rows made a row, and why a row was rejected.
BARS, REJECTED = "bars", "rejected"
# A ticker in raw, the regular expression of `Ticker` in b3-market.
TICKER_PATTERN = "[A-Z0-9]{1,12}"
# The column that says whether a row is a day's, a week's or a month's: `1d`, `1w`, `1mo`.
EVERY = "every"


arrow_schema = to_arrow_schema


def struct(**columns: DataType) -> StructType:
    """Columns of these names and types, all nullable."""
    return StructType([StructField(name, kind) for name, kind in columns.items()])


# The partition columns of tables with a file for each date and ticker, or for each year.
KEYS = struct(data_pregao=DateType(), ativo=StringType())
YEAR = struct(ano=IntegerType())
DAY, TICKER = KEY_NAMES = tuple(KEYS.names)

RAW, ACTIONS = (from_arrow_schema(pa.schema(columns)) for columns in (lake.RAW, lake.ACTIONS))
RAW_WITH_DATE = StructType([*RAW.fields, StructField("trade_date", DateType())])


def quote_columns(windows: tuple[int, ...]) -> StructType:
    """The columns inside a published file, without those of the partition."""
    return StructType(keyed_columns(windows).fields[len(KEYS) :])


def keyed_columns(windows: tuple[int, ...]) -> StructType:
    """The columns of a published row, date and ticker first."""
    return from_arrow_schema(pa.schema(b3.Refiner(windows=windows).output_schema))


def refined_columns(windows: tuple[int, ...]) -> StructType:
    """`keyed_columns` with BARS and REJECTED, which `keep` adds, and EVERY."""
    columns = pa.schema(b3.Refiner(windows=windows, on_invalid="keep").output_schema)
    return from_arrow_schema(columns).add(EVERY, StringType())


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
