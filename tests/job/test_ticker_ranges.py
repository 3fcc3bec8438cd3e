"""Ranges of tickers, and the raw rows that a worker reads for one of them; without Spark."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from lakes import RAW, Row, object_path, quote, write_object

import b3_kernels as b3
from b3_jobs.contract.schemas import RAW_WITH_DATE
from b3_jobs.files.storage import Storage
from b3_jobs.inputs import ticker_ranges
from b3_jobs.inputs.raw import RawObject, check_objects

if TYPE_CHECKING:
    from pathlib import Path

DAYS = b3.sessions(date(2021, 1, 4), date(2021, 1, 8))
# The tickers of each object but the last, which is smaller: `ticker_ranges.split` divides
# the tickers of the largest object.
TICKERS = ("ABEV3", "BBAS3", "ITUB4", "PETR3", "PETR4", "VALE3", "WEGE3")


def write(root: Path, days: dict[date, list[Row]], schema: pa.Schema = RAW) -> tuple[Storage, list[RawObject]]:
    """Raw objects of these rows, and what `check_objects` says of them."""
    for day, rows in days.items():
        write_object(object_path(root, day), rows, schema)
    store = Storage.at(str(root))
    found, faults = check_objects(store, [RawObject(day, f"trade_date={day}/cotahist.parquet") for day in days])
    assert not faults
    return store, found


def history(root: Path, schema: pa.Schema = RAW) -> tuple[Storage, list[RawObject]]:
    days = {day: [quote(ticker, day, str(close)) for ticker in TICKERS] for close, day in enumerate(DAYS[:-1], 10)}
    last = {DAYS[-1]: [quote(ticker, DAYS[-1], "20") for ticker in ("MGLU3", "PETR4")]}
    return write(root, days | last, schema)


@pytest.mark.parametrize("count", [1, 2, 3, 7, 20])
def test_each_row_is_in_one_range_and_sorted_by_ticker_and_date(tmp_path: Path, count: int) -> None:
    store, found = history(tmp_path)
    ranges = ticker_ranges.split(store, found, count)
    assert len(ranges) == count  # of more ranges than tickers some are empty
    # The objects may come in any order.
    parts = [ticker_ranges.read(store, found[::-1], one) for one in ranges]
    keys = [(row["ticker"], row["trade_date"]) for part in parts for row in part.to_pylist()]
    assert keys == sorted(
        [(ticker, day) for ticker in TICKERS for day in DAYS[:-1]] + [("MGLU3", DAYS[-1]), ("PETR4", DAYS[-1])]
    )


def test_ranges_have_about_as_many_tickers_each(tmp_path: Path) -> None:
    store, found = history(tmp_path)
    ranges = ticker_ranges.split(store, found, 3)
    assert [(one.first, one.end) for one in ranges] == [("", "ITUB4"), ("ITUB4", "PETR4"), ("PETR4", None)]


def test_rows_keep_every_value_that_the_kernels_need(tmp_path: Path) -> None:
    store, found = write(tmp_path, {DAYS[0]: [quote("PETR4", DAYS[0], "37.25")]})
    (row,) = ticker_ranges.read(store, found, ticker_ranges.TickerRange()).to_pylist()
    expected = quote("PETR4", DAYS[0], "37.25")
    assert list(row) == [name for name in RAW_WITH_DATE.names if name not in ("isin", "market")]
    assert row == {name: expected[name] for name in row}


def test_an_object_of_another_string_type_and_order_of_columns_is_read_alike(tmp_path: Path) -> None:
    plain, found = history(tmp_path / "plain")
    large = [field.with_type(pa.large_string()) if field.type == pa.string() else field for field in RAW]
    other, others = history(tmp_path / "large", pa.schema(large[::-1]))
    everything = ticker_ranges.TickerRange()
    assert ticker_ranges.read(other, others, everything) == ticker_ranges.read(plain, found, everything)


def test_objects_without_rows_make_one_range_without_rows(tmp_path: Path) -> None:
    store, found = write(tmp_path, {DAYS[0]: []})
    (one,) = ticker_ranges.split(store, found, 4)
    assert ticker_ranges.read(store, found, one).num_rows == 0
