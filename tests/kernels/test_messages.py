"""Error messages are one line that names what was found and what was expected."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from market_days import RAW, raw_bar, table

import b3_kernels as b3

DAY = dt.date(2024, 11, 8)
BAR = raw_bar(DAY, "PETR4", Decimal("36.4"))

NAMES = ", ".join(f'"{name}"' for name in RAW.names)
WITHOUT_TICKER = NAMES.replace('"ticker", ', "")
NO_ARROW = (
    "bars: found list, expected Arrow data (an object with __arrow_c_stream__ or __arrow_c_array__, such as a table or "
    "data frame of pyarrow, Polars, pandas or DuckDB)"
)
NUMBER = "a decimal of 0 to 18 digits after the point, an integer or a float"
IN_THE_CALENDAR = "expected a date from 1986-01-01 to 2099-12-31"
NULL_IN_DICTIONARY = pa.DictionaryArray.from_arrays([0], pa.array([None], pa.string()))


def bars(**over: Any) -> pa.Table:
    return table([BAR | over])


def cast(name: str, kind: pa.DataType, value: Any) -> pa.Table:
    data = bars()
    return data.set_column(data.schema.get_field_index(name), name, pa.array([value], kind))


CASES: dict[str, tuple[Callable[[], Any], type[Exception], str]] = {
    "no arrow data": (
        lambda: b3.refine([BAR]),
        TypeError,
        NO_ARROW,
    ),
    "missing column": (
        lambda: b3.moving_average(bars(), column="Close"),
        b3.SchemaError,
        f"column Close: not found, expected one of [{NAMES}]",
    ),
    "missing key": (
        lambda: b3.date_differences(bars().drop_columns(["ticker"])),
        b3.SchemaError,
        f"column ticker: not found, expected one of [{WITHOUT_TICKER}]",
    ),
    "text for a price": (
        lambda: b3.refine(cast("close", pa.string(), "36,4")),
        b3.SchemaError,
        "column close: found Utf8, expected a decimal or a float",
    ),
    "a number for a ticker": (
        lambda: b3.refine(cast("ticker", pa.int64(), 4)),
        b3.SchemaError,
        "column ticker: found Int64, expected text (Utf8, LargeUtf8, Utf8View or a dictionary of them)",
    ),
    "a price of 19 digits after the point": (
        lambda: b3.moving_average(cast("close", pa.decimal128(38, 19), Decimal("0.4"))),
        b3.SchemaError,
        f"column close: found Decimal128(38, 19), expected {NUMBER}",
    ),
    "text for a date": (
        lambda: b3.refine(cast("trade_date", pa.string(), "2024-11-08")),
        b3.SchemaError,
        "column trade_date: found Utf8, expected a date or a timestamp",
    ),
    "text for a price in a table without batches": (
        lambda: b3.Refiner().push(pa.Table.from_batches([], cast("close", pa.string(), "36,4").schema)),
        b3.SchemaError,
        "column close: found Utf8, expected a decimal or a float",
    ),
    "a float among decimals": (
        lambda: b3.refine(cast("open", pa.float64(), 36.4)),
        b3.SchemaError,
        "column open: found Float64, expected a decimal, as the close is",
    ),
    "a price of 7 decimals": (
        lambda: b3.refine(cast("close", pa.decimal128(20, 7), Decimal("36.4000001"))),
        ValueError,
        "column close, row 0: found 36.4000001, expected at most 12 digits before and 6 behind the point",
    ),
    "null ticker": (
        lambda: b3.refine(bars(ticker=None)),
        ValueError,
        "column ticker, row 0: found null, expected text",
    ),
    "a dictionary whose value is null for a ticker": (
        lambda: b3.moving_average(bars().drop_columns(["ticker"]).append_column("ticker", NULL_IN_DICTIONARY)),
        ValueError,
        "column ticker, row 0: found null, expected text",
    ),
    "a date before the calendar": (
        lambda: b3.date_differences(bars(trade_date=dt.date(1985, 12, 30))),
        ValueError,
        f"column trade_date, row 0: found 1985-12-30, {IN_THE_CALENDAR}",
    ),
    "a time with a zone that no calendar has": (
        lambda: b3.date_differences(cast("trade_date", pa.timestamp("s", "America/Sao_Paulo"), 2**53)),
        ValueError,
        f"column trade_date, row 0: found day {2**31 - 1} since 1970-01-01, {IN_THE_CALENDAR}",
    ),
    "a time zone that Arrow does not know": (
        lambda: b3.date_differences(cast("trade_date", pa.timestamp("s", "BET"), 0)),
        b3.SchemaError,
        'column trade_date: found the time zone "BET", expected one such as America/Sao_Paulo, UTC or -03:00',
    ),
    "null price": (
        lambda: b3.refine(bars(close=None), on_invalid="raise"),
        ValueError,
        "row 0 (PETR4 2024-11-08): null price, expected open, high, low and close",
    ),
    "high below low": (
        lambda: b3.refine(bars(high=Decimal(1)), on_invalid="raise"),
        ValueError,
        "row 0 (PETR4 2024-11-08): high below low, expected high at or above low",
    ),
    "price not positive": (
        lambda: b3.refine(bars(low=Decimal(0)), on_invalid="raise"),
        ValueError,
        "row 0 (PETR4 2024-11-08): price not positive, expected prices above 0",
    ),
    "negative volume": (
        lambda: b3.refine(bars(volume=-1), on_invalid="raise"),
        ValueError,
        "row 0 (PETR4 2024-11-08): negative volume, expected volume 0 or more, or null",
    ),
    "unknown source": (
        lambda: b3.refine(bars(source="bloomberg")),
        ValueError,
        "row 0 (PETR4 2024-11-08): unknown source, expected cotahist, yahoo, yahoo-1h, yahoo-5m, yahoo-1m or null",
    ),
    "the same key twice": (
        lambda: b3.refine(table([BAR, BAR])),
        ValueError,
        "row 0 (PETR4 2024-11-08): duplicate key, expected one bar for each ticker, trade_date, source and bar_start",
    ),
    "rows out of order": (
        lambda: b3.Refiner().push(table([BAR, BAR | {"ticker": "ABEV3"}])),
        ValueError,
        "row 1: found ABEV3 2024-11-08 after PETR4 2024-11-08, expected rows sorted by ticker, then trade_date",
    ),
    "a day outside the calendar": (
        lambda: b3.is_session(dt.date(2100, 1, 4)),
        ValueError,
        f"2100-01-04 is outside the trading calendar: {IN_THE_CALENDAR}",
    ),
    "a week's sum too large": (
        lambda: b3.aggregate_ohlcv(table([BAR | {"trade_date": DAY - dt.timedelta(1), "volume": 2**63 - 1}, BAR])),
        OverflowError,
        "column volume: the result for PETR4 from 2024-11-07 does not fit Int64",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_an_error_names_what_was_found_and_what_was_expected(case: str) -> None:
    call, kind, message = CASES[case]
    with pytest.raises(kind, match=f"^{re.escape(message)}$") as caught:
        call()
    assert type(caught.value) is kind


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
