"""Spark, DuckDB, Polars and pyarrow read the same rows and types from the job's files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from conftest import Lake
from lakes import Row, quote
from pyspark.sql import SparkSession

import b3_kernels as b3
from b3_jobs.contract.schemas import arrow_schema, keyed_columns

DAYS = b3.sessions(date(2020, 12, 21), date(2021, 1, 8))
# Likely names of columns that Athena or another engine would need quoted.
RESERVED = {"date", "open", "close", "high", "low", "values", "table", "partition", "order", "year", "timestamp"}


@pytest.fixture(scope="module")
def published(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """A lake for all tests, which only read it."""
    lake = Lake(spark, tmp_path_factory.mktemp("published"), "b3_published")
    lake.fill(DAYS, tickers=("PETR4", "VALE3"))
    lake.ingest(quote("YHOO3", day, "1.000001", source="yahoo", turnover=None, trades=None) for day in DAYS)
    lake.refine("--trade_dates", "all", windows="3,5")
    return lake


def sorted_rows(rows: list[Row], columns: list[str]) -> list[Row]:
    plain = [{name: row[name] for name in columns} for row in rows]
    return sorted(plain, key=lambda row: (row["data_pregao"], row["ativo"]))


def pyarrow_read(folder: Path, keys: pa.Schema) -> pa.Table:
    return ds.dataset(folder, partitioning=ds.partitioning(keys, flavor="hive")).to_table()


def duckdb_read(query: str) -> pa.Table:
    return duckdb.sql(query).to_arrow_table()


@pytest.mark.spark
def test_every_reader_gets_the_same_rows_and_types(published: Lake) -> None:
    expected = arrow_schema(keyed_columns(windows=(3, 5)))
    columns = expected.names
    quotes, years = published.refined / "cotacoes_diarias", published.refined / "cotacoes_por_ano"
    spark_rows = published.spark.table(f"{published.database}.cotacoes_diarias").collect()
    truth = sorted_rows([row.asDict() for row in spark_rows], columns)
    assert len(truth) == 3 * len(DAYS)
    keys = pa.schema([("data_pregao", pa.date32()), ("ativo", pa.string())])
    answers = {
        "pyarrow, partitions": pyarrow_read(quotes, keys),
        "pyarrow, years": pyarrow_read(years, pa.schema([("ano", pa.int32())])),
        "duckdb, partitions": duckdb_read(f"from read_parquet('{quotes}/*/*/*.parquet', hive_partitioning=1)"),
        "duckdb, years": duckdb_read(f"from read_parquet('{years}/*/*.parquet')"),
        "polars, partitions": pl.read_parquet(f"{quotes}/**/*.parquet", hive_partitioning=True).to_arrow(),
        "polars, years": pl.read_parquet(f"{years}/**/*.parquet", hive_partitioning=True).to_arrow(),
    }
    by_year = published.spark.table(f"{published.database}.cotacoes_por_ano").collect()
    assert sorted_rows([row.asDict() for row in by_year], columns) == truth
    for reader, table in answers.items():
        assert sorted_rows(table.to_pylist(), columns) == truth, reader
        for name in columns:
            kind = table.schema.field(name).type
            if not pa.types.is_string(expected.field(name).type):  # each reader has its own string type
                assert kind == expected.field(name).type, (reader, name)


@pytest.mark.spark
def test_footers_hold_integers_for_prices_days_for_dates_and_no_timestamp(published: Lake) -> None:
    for path in [
        *published.refined.glob("cotacoes_por_ano/*/*.parquet"),
        *published.refined.glob("cotacoes_diarias/*/ativo=PETR4/*"),
    ]:
        schema = pq.ParquetFile(path).schema
        physical = {schema.column(n).name: schema.column(n) for n in range(len(schema.names))}
        for name in ("abertura", "maxima", "minima", "fechamento"):
            assert (physical[name].physical_type, str(physical[name].logical_type)) == (
                "INT64", "Decimal(precision=18, scale=6)",
            )  # fmt: skip
        assert str(physical["volume_financeiro"].logical_type) == "Decimal(precision=20, scale=2)"
        assert "data_pregao" not in physical or str(physical["data_pregao"].logical_type) == "Date"
        assert all("Timestamp" not in str(column.logical_type) for column in physical.values())


@pytest.mark.spark
def test_the_catalog_has_the_contracts_columns_whose_names_need_no_quoting(published: Lake) -> None:
    columns = published.spark.table(f"{published.database}.cotacoes_diarias").dtypes
    assert columns == [
        ("abertura", "decimal(18,6)"), ("maxima", "decimal(18,6)"), ("minima", "decimal(18,6)"),
        ("fechamento", "decimal(18,6)"), ("quantidade", "bigint"), ("volume_financeiro", "decimal(20,2)"),
        ("negocios", "bigint"), ("preco_medio", "double"), ("media_movel_3", "double"), ("media_movel_5", "double"),
        ("retorno_diario", "double"), ("acoes_novas", "bigint"), ("acoes_antigas", "bigint"),
        ("proventos", "decimal(18,8)"), ("retorno_total", "double"), ("ajuste", "string"), ("moeda", "string"),
        ("dias_desde_anterior", "int"), ("pregoes_desde_anterior", "int"),
        ("fonte", "string"), ("data_pregao", "date"), ("ativo", "string"),
    ]  # fmt: skip
    for name, _ in columns:
        assert name.isidentifier()
        assert name == name.lower()
        assert name not in RESERVED
