"""Every type of data gives the same values, in a result of the same type."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from caller_bars import Capsule
from market_days import raw_bar, table

import b3_kernels as b3

DAYS = b3.sessions(dt.date(2021, 1, 4), dt.date(2022, 6, 30))


@pytest.fixture(scope="module")
def bars() -> pa.Table:
    source = random.Random(7)
    tickers = ("ABEV3", "PETR4", "SANB11")
    return table(
        [raw_bar(day, ticker, Decimal(source.randrange(100, 9_999)) / 100) for ticker in tickers for day in DAYS]
    )


KINDS = {
    "table": lambda bars: bars,
    "chunks": lambda bars: pa.Table.from_batches(bars.to_batches(max_chunksize=97)),
    "batch": lambda bars: bars.combine_chunks().to_batches()[0],
    "reader": lambda bars: bars.to_reader(max_chunksize=101),
    "polars": pl.from_arrow,
    "pandas": lambda bars: bars.to_pandas(),
    "pandas_arrow": lambda bars: bars.to_pandas(types_mapper=pd.ArrowDtype),
    "duckdb": duckdb.from_arrow,
    "views": lambda bars: with_tickers(bars, pa.string_view()),
    "large": lambda bars: with_tickers(bars, pa.large_string()),
    "dictionary": lambda bars: with_tickers(bars, pa.dictionary(pa.int32(), pa.string())),
}


def with_tickers(bars: pa.Table, kind: pa.DataType) -> pa.Table:
    """The bars with their tickers in another type of text.

    Views are built anew, because the result of pyarrow's cast to them cannot be exported
    (GH-49740).
    """
    tickers = bars["ticker"]
    other = pa.array(tickers.to_pylist(), kind) if kind == pa.string_view() else tickers.cast(kind)
    return bars.set_column(1, "ticker", other)


def values(answer: Any) -> list[list[Any]]:
    """The rows without pandas' changes: NaN for null, and floats for integers beside nulls."""
    rows = answer.read_all() if isinstance(answer, pa.RecordBatchReader) else pa.table(answer)
    return [[None if value != value else value for value in row.values()] for row in rows.to_pylist()]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("function", [b3.refine, b3.moving_average])
def test_a_function_gives_the_same_values_for_every_type_of_data(function: Any, bars: pa.Table, kind: str) -> None:
    data = KINDS[kind](bars)
    answer = function(data)
    assert type(answer) is type(data)
    assert values(answer) == values(function(bars))


def test_a_refiner_returns_the_type_of_the_pushed_data(bars: pa.Table) -> None:
    expected = b3.refine(bars).combine_chunks()
    frame = pl.from_arrow(bars)
    refiner = b3.Refiner()
    parts = [refiner.push(frame[:400]), refiner.push(frame[400:]), refiner.finish()]
    assert all(isinstance(part, pl.DataFrame) for part in parts)
    assert pl.concat(parts).equals(pl.from_arrow(expected))


def test_new_text_columns_are_utf8_and_the_callers_keep_their_type(bars: pa.Table) -> None:
    views = with_tickers(bars, pa.string_view())
    assert b3.refine(views).schema.field("ativo").type == pa.string()
    assert b3.date_differences(views).schema.field("ticker").type == pa.string_view()


def test_another_arrow_object_returns_an_arrow_object_with_a_repr(bars: pa.Table) -> None:
    answer = b3.refine(Capsule(bars))
    assert values(answer) == values(b3.refine(bars))
    assert "media_movel_5" in repr(answer)


def test_pandas_keeps_an_index_named_as_a_column(bars: pa.Table) -> None:
    frame = bars.to_pandas().set_index("trade_date", drop=False).iloc[:30]
    answer = b3.simple_return(frame)
    assert list(answer.index) == list(frame.index)
