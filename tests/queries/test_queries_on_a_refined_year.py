"""Each query runs on part of a year that the wheel has refined."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from published_tables import QUERIES, ask, open_tables, write_tables

import b3_kernels as b3
import sample_cotahist

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

NAMES = sorted(path.stem for path in QUERIES.glob("*.sql"))
WHY_EMPTY = {
    "possible_splits": "no event of unknown size",
    "weekly_candles": "no ticker PETR4",
    "adjusted_prices": "no ticker PETR4",
    "new_52_week_highs": "a new high needs 48 weeks of trading, and the rows begin in September",
}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The refined sample as tables, from September on: all rows would make too many files."""
    folder = tmp_path_factory.mktemp("lake")
    file = folder / "COTAHIST_A2024.TXT"
    file.write_bytes(sample_cotahist.sample(2024))
    bars = pa.table(b3.read_cotahist(file))
    # The event that the query `dividend_calendar` needs.
    paid = {"ticker": bars["ticker"][0].as_py(), "ex_date": dt.date(2024, 10, 15), "kind": "dividend"}
    size = {"amount": Decimal("0.5"), "numerator": None, "denominator": None}
    quotes = pa.table(b3.refine(bars, actions=pa.Table.from_pylist([paid | size])))
    rows = [row for row in quotes.to_pylist() if row["data_pregao"].month >= 9]
    write_tables(folder / "refined", rows)
    with open_tables(folder / "refined") as tables:
        yield tables


@pytest.mark.parametrize("name", NAMES)
def test_a_query_returns_rows_on_a_year_that_the_wheel_refined(sample: duckdb.DuckDBPyConnection, name: str) -> None:
    _, rows = ask(sample, name)
    assert bool(rows) == (name not in WHY_EMPTY)
