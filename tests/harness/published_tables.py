"""Small published tables for tests, and Athena SQL run on them by DuckDB."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import sqlglot

import b3_kernels as b3
from b3_jobs.contract.schemas import BY_YEAR, TABLES

QUERIES = Path(__file__).resolve().parents[2] / "queries"
COLUMNS = pa.schema(b3.Refiner().output_schema)
BY_TICKER = tuple(TABLES.values())
TEXTS = ("fonte", "ajuste", "moeda")


def day(text: str) -> dt.date:
    """A date from `MM-DD`, which means 2024, or from `YYYY-MM-DD`."""
    return dt.date.fromisoformat(text if len(text) == 10 else f"2024-{text}")


def quote(data_pregao: str, ativo: str, **columns: Any) -> dict[str, Any]:
    """One published row, decimals given as text; by default `fonte` is cotahist, others null."""
    row: dict[str, Any] = dict.fromkeys(COLUMNS.names)
    row |= {"data_pregao": day(data_pregao), "ativo": ativo, "fonte": "cotahist"}
    exact = {
        name: Decimal(value) if isinstance(value, str) and name not in TEXTS else value
        for name, value in columns.items()
    }
    return row | exact


def write_tables(refined: Path, rows: list[dict[str, Any]]) -> None:
    """Write all rows into each of the tables of Parquet files, in the job's folders."""
    table = pa.Table.from_pylist(rows, schema=COLUMNS)
    for name in BY_TICKER:
        for position, row in enumerate(rows):
            folder = refined / name / f"data_pregao={row['data_pregao']}" / f"ativo={row['ativo']}"
            folder.mkdir(parents=True)
            pq.write_table(table.slice(position, 1).drop(["data_pregao", "ativo"]), folder / "part-0.parquet")
    for year in {row["data_pregao"].year for row in rows}:
        folder = refined / BY_YEAR / f"ano={year}"
        folder.mkdir(parents=True)
        chosen = pa.Table.from_pylist([row for row in rows if row["data_pregao"].year == year], schema=COLUMNS)
        ordered = chosen.sort_by([("ativo", "ascending"), ("data_pregao", "ascending")])
        pq.write_table(ordered, folder / "part-0.parquet")


def open_tables(refined: Path) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection in which `b3.<table>` is a view of the files of that table."""
    connection = duckdb.connect()
    connection.execute("CREATE SCHEMA b3")
    keys = dict.fromkeys(BY_TICKER, "{'data_pregao': DATE, 'ativo': VARCHAR}") | {BY_YEAR: "{'ano': INTEGER}"}
    for name, types in keys.items():
        connection.execute(
            f"CREATE VIEW b3.{name} AS SELECT * FROM read_parquet('{refined}/{name}/**/*.parquet', "  # noqa: S608 - our own path
            f"hive_partitioning = true, hive_types = {types})"
        )
    return connection


def ask(tables: duckdb.DuckDBPyConnection, name: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """The columns and the rows of a query of `queries/`."""
    answer = tables.execute(transpiled(name))
    return [column[0] for column in answer.description], answer.fetchall()


def transpiled(name: str) -> str:
    """A query of `queries/` in DuckDB's dialect."""
    sql = (QUERIES / f"{name}.sql").read_text(encoding="utf-8")
    (statement,) = sqlglot.transpile(sql, read="athena", write="duckdb")
    return statement
