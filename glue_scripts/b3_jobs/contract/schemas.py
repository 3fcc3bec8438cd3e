"""The contract: columns and types of raw and of the published tables, with their Arrow and Parquet forms."""

from __future__ import annotations

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

PRICE = DecimalType(18, 6)
MONEY = DecimalType(20, 2)
CASH = DecimalType(18, 8)

TABLES = {"1d": "cotacoes_diarias", "1w": "cotacoes_semanais", "1mo": "cotacoes_mensais"}
BY_YEAR = "cotacoes_por_ano"
# The Refiner's own account of each row: raw rows that went into it, and why a row did not.
BARS, REJECTED = "bars", "rejected"
# Which of days, weeks and months a refined row is one of.
EVERY = "every"

_ARROW: dict[DataType, pa.DataType] = {
    DateType(): pa.date32(),
    DoubleType(): pa.float64(),
    IntegerType(): pa.int32(),
    LongType(): pa.int64(),
    MONEY: pa.decimal128(20, 2),
    CASH: pa.decimal128(18, 8),
    PRICE: pa.decimal128(18, 6),
    ShortType(): pa.int16(),
    StringType(): pa.string(),
    TimestampType(): pa.timestamp("us", tz="UTC"),
}


def _struct(**columns: DataType) -> StructType:
    return StructType([StructField(name, kind) for name, kind in columns.items()])


# The partitions of the tables a file a date and ticker, and of the one with a file a year.
KEYS = _struct(data_pregao=DateType(), ativo=StringType())
YEAR = _struct(ano=IntegerType())
PARTITIONS = tuple(KEYS.names)

RAW = _struct(
    ticker=StringType(),
    bar_start=TimestampType(),
    open=PRICE,
    high=PRICE,
    low=PRICE,
    close=PRICE,
    volume=LongType(),
    turnover=MONEY,
    trades=LongType(),
    isin=StringType(),
    market=ShortType(),
    currency=StringType(),
    distribution=ShortType(),
    specification=StringType(),
    source=StringType(),
)
# An object of actions; its ex-date and source are in its name.
ACTIONS = _struct(
    ticker=StringType(),
    kind=StringType(),
    amount=CASH,
    numerator=LongType(),
    denominator=LongType(),
    note=StringType(),
)
RAW_WITH_DATE = StructType([*RAW.fields, StructField("trade_date", DateType())])


def quote_columns(windows: tuple[int, ...]) -> StructType:
    """The columns inside a published file, that is without the partition's."""
    return _struct(
        abertura=PRICE,
        maxima=PRICE,
        minima=PRICE,
        fechamento=PRICE,
        quantidade=LongType(),
        volume_financeiro=MONEY,
        negocios=LongType(),
        preco_medio=DoubleType(),
        **{f"media_movel_{window}": DoubleType() for window in windows},
        retorno_diario=DoubleType(),
        acoes_novas=LongType(),
        acoes_antigas=LongType(),
        proventos=CASH,
        retorno_total=DoubleType(),
        ajuste=StringType(),
        moeda=StringType(),
        dias_desde_anterior=IntegerType(),
        pregoes_desde_anterior=IntegerType(),
        fonte=StringType(),
    )


def keyed_columns(windows: tuple[int, ...]) -> StructType:
    """A published row with its date and ticker first, as the kernels give it and the year files hold it."""
    return StructType([*KEYS.fields, *quote_columns(windows).fields])


def refined_columns(windows: tuple[int, ...]) -> StructType:
    """`keyed_columns`, the Refiner's account of each row, and which table's it is."""
    account = _struct(**{BARS: LongType(), REJECTED: StringType(), EVERY: StringType()})
    return StructType([*keyed_columns(windows).fields, *account.fields])


def arrow_schema(schema: StructType) -> pa.Schema:
    """The same columns in Arrow, every one nullable."""
    return pa.schema([pa.field(field.name, _ARROW[field.dataType]) for field in schema.fields])


def schema_fault(found: pa.Schema, expected: pa.Schema, what: str) -> str | None:
    """The first column of `what` that differs from the contract, in one line, or None."""
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
    """Arrow's many strings are one Parquet type."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return pa.string() if pa.types.is_large_string(kind) or pa.types.is_string_view(kind) else kind


def ddl(schema: StructType) -> str:
    """The columns as `CREATE TABLE` takes them."""
    return ", ".join(f"{field.name} {field.dataType.simpleString()}" for field in schema.fields)
