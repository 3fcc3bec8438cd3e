"""Error messages are one line that names what was found and what was expected."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from functools import partial
from typing import Any

import narwhals as nw
import pyarrow as pa
import pytest
from market_days import RAW, raw_bar, table

import b3_kernels as b3
from b3_kernels.partition_files import PartitionFiles, encode_parquet

DAY = dt.date(2024, 11, 8)
BAR = raw_bar(DAY, "PETR4", Decimal("36.4"))

NAMES = ", ".join(f'"{name}"' for name in RAW.names)
WITHOUT_TICKER = NAMES.replace('"ticker", ', "")
NUMBER = "a decimal of 0 to 18 digits after the point, an integer or a float"
TEXT = "text (Utf8, LargeUtf8, Utf8View or a dictionary of them)"
IN_THE_CALENDAR = "expected a date from 1986-01-01 to 2099-12-31"
LATIN_1 = pa.array(["Ação".encode("latin-1")]).view(pa.string())
NOT_UTF8 = "found bytes that are not UTF-8, expected text"
FILES = PartitionFiles(pa.schema([("note", pa.string())]), keys="ticker", file="row.parquet")
NULL_IN_DICTIONARY = pa.DictionaryArray.from_arrays([0], pa.array([None], pa.string()))


def bars(**over: Any) -> pa.Table:
    return table([BAR | over])


def with_column(name: str, values: pa.Array) -> pa.Table:
    data = bars()
    return data.set_column(data.schema.get_field_index(name), name, values)


def cast(name: str, kind: pa.DataType, value: Any) -> pa.Table:
    return with_column(name, pa.array([value], kind))


WITHOUT_BATCHES = pa.Table.from_batches([], cast("close", pa.string(), "36,4").schema)
SAO_PAULO = pa.timestamp("s", "America/Sao_Paulo")
# A function, the data that it refuses, and the message of the error.
SCHEMA_ERRORS: list[tuple[Any, Any, str]] = [
    (partial(b3.moving_average, column="Close"), bars(), f"column Close: not found, expected one of [{NAMES}]"),
    (
        b3.date_differences,
        bars().drop_columns(["ticker"]),
        f"column ticker: not found, expected one of [{WITHOUT_TICKER}]",
    ),
    (b3.Refiner().push, WITHOUT_BATCHES, "column close: found Utf8, expected a decimal or a float"),
    (b3.refine, cast("ticker", pa.int64(), 4), f"column ticker: found Int64, expected {TEXT}"),
    (b3.simple_return, with_column("ticker", LATIN_1), f"column ticker: {NOT_UTF8}"),
    (b3.simple_return, with_column("ticker", LATIN_1.dictionary_encode()), f"column ticker: {NOT_UTF8}"),
    (b3.refine, bars().append_column("specification", LATIN_1), f"column specification: {NOT_UTF8}"),
    (b3.is_session, LATIN_1, f"column date: {NOT_UTF8}"),
    (FILES.encode, pa.record_batch({"ticker": LATIN_1, "note": ["x"]}), f"column ticker: {NOT_UTF8}"),
    (FILES.encode, pa.record_batch({"ticker": ["PETR4"], "note": LATIN_1}), f"column note: {NOT_UTF8}"),
    (encode_parquet, pa.record_batch({"note": LATIN_1}), f"column note: {NOT_UTF8}"),
    (
        b3.moving_average,
        cast("close", pa.decimal128(38, 19), Decimal("0.4")),
        f"column close: found Decimal128(38, 19), expected {NUMBER}",
    ),
    (
        b3.refine,
        cast("trade_date", pa.string(), "2024-11-08"),
        "column trade_date: found Utf8, expected a date or a timestamp",
    ),
    (
        b3.date_differences,
        cast("trade_date", pa.timestamp("s", "BET"), 0),
        'column trade_date: found the time zone "BET", expected one such as America/Sao_Paulo, UTC or -03:00',
    ),
]
VALUE_ERRORS: list[tuple[Any, Any, str]] = [
    (b3.refine, bars(ticker=None), "column ticker, row 0: found null, expected text"),
    (
        b3.moving_average,
        bars().drop_columns(["ticker"]).append_column("ticker", NULL_IN_DICTIONARY),
        "column ticker, row 0: found null, expected text",
    ),
    (
        b3.date_differences,
        bars(trade_date=dt.date(1985, 12, 30)),
        f"column trade_date, row 0: found 1985-12-30, {IN_THE_CALENDAR}",
    ),
    (
        b3.date_differences,
        cast("trade_date", SAO_PAULO, 2**53),
        f"column trade_date, row 0: found day {2**31 - 1} since 1970-01-01, {IN_THE_CALENDAR}",
    ),
    (
        partial(b3.refine, on_invalid="raise"),
        bars(close=None),
        "row 0 (PETR4 2024-11-08): null price, expected open, high, low and close",
    ),
    (b3.is_session, dt.date(2100, 1, 4), f"2100-01-04 is outside the trading calendar: {IN_THE_CALENDAR}"),
]
NO_ARROW = (
    "bars: found list, expected Arrow data (an object with __arrow_c_stream__ or __arrow_c_array__, such as a table or "
    "data frame of pyarrow, Polars, pandas or DuckDB)"
)
# A frame of narwhals around data that is not Arrow.
WRAPPED: Any = type("Wrapped", (nw.DataFrame,), {"columns": [], "to_native": lambda _: []})
HUGE_WEEK = table([BAR | {"trade_date": DAY - dt.timedelta(1), "volume": 2**63 - 1}, BAR])
OVERFLOW = "column volume: the result for PETR4 from 2024-11-07 does not fit Int64"


@pytest.mark.parametrize(
    ("error", "function", "data", "message"),
    [
        *((b3.SchemaError, *case) for case in SCHEMA_ERRORS),
        *((ValueError, *case) for case in VALUE_ERRORS),
        (TypeError, b3.refine, [BAR], NO_ARROW),
        (TypeError, partial(b3.rename_columns, mapping={}), WRAPPED.__new__(WRAPPED), NO_ARROW.replace("bars", "data")),
        (OverflowError, b3.aggregate_ohlcv, HUGE_WEEK, OVERFLOW),
    ],
)
def test_an_error_names_what_was_found_and_what_was_expected(
    error: type[Exception], function: Any, data: Any, message: str
) -> None:
    with pytest.raises(error, match=f"^{re.escape(message)}$") as caught:
        function(data)
    assert type(caught.value) is error


def test_a_schema_that_changes_between_pushes_is_named() -> None:
    refiner = b3.Refiner()
    refiner.push(bars())
    floats = cast("turnover", pa.float64(), 1.0)
    with pytest.raises(
        b3.SchemaError, match=r"^column turnover: found Float64 after Decimal128\(20, 2\) in an earlier"
    ):
        refiner.push(floats)


def test_options_must_be_keywords() -> None:
    with pytest.raises(TypeError, match="takes 1 positional argument"):
        b3.moving_average(bars(), (5, 20))  # type: ignore[call-arg]
