"""A call returns data of the caller's type, with its connection and unused columns."""

from __future__ import annotations

import decimal
from functools import partialmethod
from pathlib import Path
from typing import Any

import duckdb
import narwhals as nw
import narwhals.stable.v1 as nw_v1
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from caller_bars import ADD_COLUMNS, BARS, CLOSES, DAYS, NEW_TABLES, ROWS, SMA_2, Capsule
from lakes import event
from polars.testing import assert_frame_equal

import b3_kernels as b3

# --------------------------------------------------------------- columns that a kernel does not use

STRANGERS = {
    "null": pl.Series([None] * ROWS, dtype=pl.Null),
    "int128": pl.Series(range(ROWS), dtype=pl.Int128),
    "uint128": pl.Series(range(ROWS), dtype=pl.UInt128),
    "object": pl.Series([object() for _ in range(ROWS)], dtype=pl.Object),
    "categorical": pl.Series(["a"] * ROWS, dtype=pl.Categorical),
    "list": pl.Series([[1, None]] * ROWS),
}


@pytest.mark.parametrize("kind", STRANGERS)
@pytest.mark.parametrize("name", ADD_COLUMNS)
def test_a_polars_column_that_a_kernel_does_not_use_is_unchanged(kind: str, name: str) -> None:
    frame = pl.DataFrame(BARS).with_columns(STRANGERS[kind].alias("stranger"))
    answer = ADD_COLUMNS[name](frame)
    assert answer.columns[: frame.width] == frame.columns
    assert answer.schema["stranger"] == frame.schema["stranger"]
    assert answer["stranger"].to_list() == frame["stranger"].to_list()
    assert_frame_equal(answer.drop("stranger"), ADD_COLUMNS[name](frame.drop("stranger")))


@pytest.mark.parametrize("kind", STRANGERS)
@pytest.mark.parametrize("name", NEW_TABLES)
def test_an_aggregate_ignores_a_polars_column_that_it_does_not_use(kind: str, name: str) -> None:
    frame = pl.DataFrame(BARS)
    answer = NEW_TABLES[name](frame.with_columns(STRANGERS[kind].alias("stranger")))
    assert_frame_equal(answer, NEW_TABLES[name](frame))


def test_a_pyarrow_column_that_a_kernel_does_not_use_is_unchanged() -> None:
    wide = pa.array([decimal.Decimal(10) ** 50] * ROWS, pa.decimal256(60, 2))
    views = pa.array(["x"] * ROWS, pa.string_view())
    table = pa.table(BARS | {"wide": wide, "nothing": pa.nulls(ROWS), "views": views})
    table = table.append_column("views", views)  # two of one name
    answer = b3.moving_average(table, windows=(2,))
    assert answer.select(range(table.num_columns)).equals(table)
    assert answer["sma_2"].to_pylist() == SMA_2
    assert b3.refine(table, windows=(2,))["media_movel_2"].to_pylist() == SMA_2


@pytest.mark.parametrize("dtype", [pl.Object, pl.Int128, pl.UInt128])
def test_a_used_column_of_a_type_without_arrow_equivalent_is_refused(dtype: Any) -> None:
    frame = pl.DataFrame(BARS).with_columns(pl.Series("close", [1] * ROWS, dtype=dtype))
    with pytest.raises(b3.SchemaError, match=rf"^column close: found {dtype}, expected a type that Arrow has$"):
        b3.moving_average(frame)


@pytest.mark.parametrize("value", [object(), 2**70])
def test_a_used_pandas_column_of_objects_is_refused(value: object) -> None:
    frame = pd.DataFrame(BARS).assign(close=[value] * ROWS)
    with pytest.raises(b3.SchemaError, match=r"^column close: found object values that Arrow has no type for"):
        b3.moving_average(frame)
    assert b3.moving_average(frame, column="open")["close"].equals(frame["close"])


def test_two_columns_of_a_used_name_are_refused() -> None:
    table = pa.table(BARS).append_column("close", pa.array(CLOSES))
    with pytest.raises(b3.SchemaError, match=r"^column close: found 2 columns of this name, expected one$"):
        b3.simple_return(table)


@pytest.mark.parametrize("native", [lambda table: table, pa.Table.to_pandas, Capsule])
def test_two_columns_of_a_results_name_are_refused(native: Any) -> None:
    table = pa.table(BARS).append_column("sma_2", pa.array(CLOSES)).append_column("sma_2", pa.array(CLOSES))
    with pytest.raises(b3.SchemaError, match=r"^column sma_2: found 2 columns of this name, expected one$"):
        b3.moving_average(native(table), windows=2)


@pytest.mark.parametrize("name", ["moving_average", "simple_return", "bollinger_bands"])
def test_a_result_replaces_an_existing_column_of_its_name_in_place(name: str) -> None:
    once = ADD_COLUMNS[name](pl.DataFrame(BARS))
    for data in (once, once.to_pandas(), once.to_arrow(), duckdb.from_arrow(once.to_arrow()), Capsule(once.to_arrow())):
        again = ADD_COLUMNS[name](data)
        assert pl.DataFrame(pa.table(again)).equals(once, null_equal=True)
        assert list(pa.table(again).column_names) == once.columns


# ---------------------------------------------------------------- DuckDB


@pytest.fixture
def database(tmp_path: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(str(tmp_path / "quotes.db"))
    bars = pa.table(BARS)  # noqa: F841 - DuckDB finds it by name
    connection.execute(
        "CREATE TABLE bars AS "
        "SELECT *, 12::HUGEINT AS h, '101'::BIT AS b, union_value(k := 1) AS u, uuid() AS id FROM bars"
    )
    return connection


@pytest.mark.parametrize("name", ADD_COLUMNS)
def test_a_relation_is_returned_on_its_own_connection(database: duckdb.DuckDBPyConnection, name: str) -> None:
    relation = database.table("bars")
    answer = ADD_COLUMNS[name](relation)
    assert answer.columns[: len(relation.columns)] == relation.columns
    assert answer.types[: len(relation.types)] == relation.types
    database.execute("CREATE TABLE answer AS FROM answer")
    joined = database.sql("SELECT count(*) FROM answer JOIN bars USING (id, trade_date, close, h, b)")
    assert joined.fetchall() == [(ROWS,)]
    expected = ADD_COLUMNS[name](pa.table(BARS)).column_names[len(BARS) :]
    found = database.table("answer").order("trade_date").project(", ".join(expected)).to_arrow_table()
    assert found.to_pylist() == ADD_COLUMNS[name](pa.table(BARS)).select(expected).to_pylist()


@pytest.mark.parametrize("name", NEW_TABLES)
def test_an_aggregate_of_a_relation_is_on_its_connection_and_leaves_no_table(
    database: duckdb.DuckDBPyConnection, name: str
) -> None:
    before = database.sql("SHOW ALL TABLES").fetchall()
    NEW_TABLES[name](database.table("bars")).create("weeks")
    rows = NEW_TABLES[name](pa.table(BARS)).num_rows
    assert database.sql("SELECT count(*) FROM weeks").fetchall() == [(rows,)]
    database.execute("DROP TABLE weeks")
    assert database.sql("SHOW ALL TABLES").fetchall() == before
    assert database.sql("SELECT count(*) FROM duckdb_views() WHERE NOT internal").fetchall() == [(0,)]


def test_new_columns_belong_to_the_rows_of_one_run_of_the_query(database: duckdb.DuckDBPyConnection) -> None:
    database.execute("SET threads = 4")
    # 7,919 tickers of about 50 days each, in another order each time that the query runs.
    many = database.sql(
        "SELECT 'T' || (i % 7919)::VARCHAR AS ticker, DATE '2024-01-02' + (i // 7919)::INT AS trade_date, "
        "i::DOUBLE AS close, random() AS chance FROM range(400_000) t(i) ORDER BY chance"
    )
    answer = b3.moving_average(many, windows=(1,))
    assert answer.filter("close IS DISTINCT FROM sma_1").to_arrow_table().num_rows == 0
    assert answer.to_arrow_table().equals(answer.to_arrow_table())


@pytest.mark.parametrize("function", ["moving_average", "aggregate_ohlcv"])
# `answer` is a name in the query of _duckdb.py; the others resemble its names.
@pytest.mark.parametrize("name", ["answer", "rows", "b3_kernels_bars", "b3_kernels_answer", "b3_kernels_rows"])
def test_a_table_of_any_name_may_be_beside_a_relation(
    database: duckdb.DuckDBPyConnection, function: str, name: str
) -> None:
    calculate = (ADD_COLUMNS | NEW_TABLES)[function]
    expected = calculate(database.table("bars")).to_arrow_table()
    database.table("bars").project("* REPLACE (-close AS close), 0.0 AS sma_2").create(name)
    assert calculate(database.table("bars")).to_arrow_table().equals(expected)


def test_a_new_column_replaces_a_relations_column_of_the_name_in_capitals(database: duckdb.DuckDBPyConnection) -> None:
    answer = b3.moving_average(database.table("bars").project("ticker, trade_date, close, -1.0 AS SMA_2"), windows=(2,))
    assert answer.columns == ["ticker", "trade_date", "close", "SMA_2"]
    expected = b3.moving_average(pa.table(BARS), windows=(2,))["sma_2"]
    assert answer.to_arrow_table()["SMA_2"].to_pylist() == expected.to_pylist()


@pytest.mark.parametrize(
    "setting", ["preserve_insertion_order", "enable_external_access", "python_enable_replacements"]
)
def test_a_connection_on_which_columns_cannot_be_added_is_refused(
    database: duckdb.DuckDBPyConnection, setting: str
) -> None:
    database.execute(f"SET {setting} = false")
    with pytest.raises(ValueError, match=f"^bars: found {setting} = false, expected true; or pass"):
        b3.simple_return(database.table("bars"))


def test_renaming_columns_of_a_relation_keeps_their_types(database: duckdb.DuckDBPyConnection) -> None:
    relation = database.table("bars")
    renamed = b3.rename_columns(relation, {"close": "fechamento"})
    assert renamed.columns == [name.replace("close", "fechamento") for name in relation.columns]
    assert renamed.types == relation.types
    with pytest.raises(b3.SchemaError, match=r'^columns \["x"\]: not found'):
        b3.rename_columns(relation, {"x": "y"})


# ---------------------------------------------------------------- classes around frames


class Quotes(pd.DataFrame):
    """A class derived from a data frame, as pandas documents it."""

    @property
    def _constructor(self) -> type[Quotes]:
        return Quotes


class PolarsQuotes(pl.DataFrame):
    """A class derived from a data frame of Polars."""


@pytest.mark.parametrize("name", [*ADD_COLUMNS, *NEW_TABLES])
@pytest.mark.parametrize("kind", [Quotes, PolarsQuotes])
def test_a_derived_class_of_frame_is_returned(name: str, kind: Any) -> None:
    assert type((ADD_COLUMNS | NEW_TABLES)[name](kind(BARS))) is kind


@pytest.mark.parametrize("name", [*ADD_COLUMNS, *NEW_TABLES])
@pytest.mark.parametrize("interface", [nw, nw_v1])
@pytest.mark.parametrize("native", [pl.DataFrame, pd.DataFrame, pa.table])
def test_a_narwhals_frame_is_returned(name: str, interface: Any, native: Any) -> None:
    function = (ADD_COLUMNS | NEW_TABLES)[name]
    wrapped = interface.from_native(native(BARS))
    answer = function(wrapped)
    assert type(answer) is type(wrapped)
    assert type(answer.to_native()) is type(wrapped.to_native())
    assert answer.to_arrow().to_pylist() == function(pa.table(BARS)).to_pylist()


def test_neither_a_call_nor_a_change_of_its_result_changes_the_input_frame() -> None:
    bars = pd.DataFrame(BARS).assign(sma_2=0.0)
    before = bars.copy()
    answer = b3.moving_average(bars, windows=(2,))
    answer.loc[0, "close"] = answer.loc[0, "sma_2"] = -1.0
    pd.testing.assert_frame_equal(bars, before)
    of_polars = pl.DataFrame(BARS).with_columns(sma_2=0.0)
    b3.moving_average(of_polars, windows=(2,))
    assert of_polars["sma_2"].to_list() == [0.0] * ROWS


@pytest.mark.parametrize("column", [pl.Series(CLOSES), pd.Series(CLOSES), pa.array(CLOSES), duckdb.connect()])
def test_data_that_is_no_table_is_refused_by_its_type(column: Any) -> None:
    with pytest.raises(TypeError, match=rf"^bars: found [\w.]*{type(column).__qualname__}, expected Arrow data \(an"):
        b3.moving_average(column)


# ---------------------------------------------------------------- lazy frames


@pytest.mark.parametrize("name", [*ADD_COLUMNS, *NEW_TABLES])
@pytest.mark.parametrize("wrap", [lambda frame: frame, nw.from_native])
def test_a_lazy_frame_is_returned_lazy_and_not_run(name: str, wrap: Any) -> None:
    function = (ADD_COLUMNS | NEW_TABLES)[name]
    read = []

    def seen(rows: pl.DataFrame) -> pl.DataFrame:
        read.append(rows.height)
        return rows

    bars = pl.DataFrame(BARS)
    lazy = wrap(bars.lazy().map_batches(seen, schema=bars.schema))
    answer = function(lazy)
    assert type(answer) is type(lazy)
    assert read == []
    expected = function(bars)
    assert dict(answer.collect_schema()) == dict(wrap(expected).collect_schema())
    assert_frame_equal(nw.to_native(answer.collect(), pass_through=True), expected)


def test_a_lazy_result_is_computed_from_all_rows_before_it_is_filtered(monkeypatch: pytest.MonkeyPatch) -> None:
    # The defaults of Polars before 1.40.
    pushdowns = dict.fromkeys(("predicate_pushdown", "projection_pushdown", "slice_pushdown"), True)
    monkeypatch.setattr(pl.LazyFrame, "map_batches", partialmethod(pl.LazyFrame.map_batches, **pushdowns))
    bars, later = pl.DataFrame(BARS), pl.col("trade_date") > DAYS[2]
    lazy, expected = (b3.moving_average(frame, windows=2) for frame in (bars.lazy(), bars))
    assert_frame_equal(lazy.filter(later).collect(), expected.filter(later))
    assert_frame_equal(lazy.tail(1).collect(), expected.tail(1))
    assert_frame_equal(lazy.select("sma_2", "ticker").collect(), expected.select("sma_2", "ticker"))


def test_a_lazy_frame_without_a_column_is_refused_before_its_query_runs() -> None:
    with pytest.raises(b3.SchemaError, match=r"^column Close: not found"):
        b3.moving_average(pl.LazyFrame(BARS), column="Close")


# `refine` reads a bar's currency and turnover and ignores its amount.
@pytest.mark.parametrize("name", ["currency", "turnover", "amount"])
def test_a_polars_column_of_the_type_null_is_read_as_nulls(name: str) -> None:
    actions = pl.DataFrame([event("PETR4", DAYS[3], "split", 2, 1)])
    assert {name for name, kind in actions.schema.items() if kind == pl.Null} == {"amount", "note"}
    bars = pl.DataFrame(BARS | {name: [None] * ROWS})
    for given in (actions, actions.lazy()):
        answer = b3.refine(bars, actions=given)
        assert answer.equals(pl.DataFrame(b3.refine(pa.table(BARS), actions=actions.to_arrow())))
        assert answer["acoes_novas"][3] == 2
        assert b3.resolve_actions(given).lazy().collect().to_dicts() == actions.to_dicts()
    assert b3.simple_return(bars.with_columns(close=None))["simple_return"].to_list() == [None] * ROWS
