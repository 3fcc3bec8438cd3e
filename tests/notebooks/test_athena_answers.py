"""The functions of the Athena notebook: one asks Athena (emulated by moto), one opens a DuckDB."""

from __future__ import annotations

import datetime as dt
import json
import urllib.request
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from s3 import moto_thread

if TYPE_CHECKING:
    from collections.abc import Iterator

NOTEBOOK = Path(__file__).resolve().parents[2] / "notebooks" / "03_athena.ipynb"
COLUMNS = {"ativo": "varchar", "pregoes": "bigint", "fator": "integer", "lacuna": "double", "abertura": "decimal(18,6)",
           "data_pregao": "date", "fechada": "boolean"}  # fmt: skip
pytestmark = pytest.mark.filterwarnings("default")  # a warning of moto or boto3 fails no test
ROWS = [["PETR4", "21", "2", "-0.025", "36.480000", "2024-11-08", "true"], [None] * 7]


@pytest.fixture
def athena(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a moto server, which boto3 of this process uses."""
    with moto_thread(monkeypatch) as address:
        yield address


def queue(address: str, rows: list[list[str | None]]) -> None:
    """Set the next query's answer as Athena sends it: names first, a null as an empty cell."""
    cells = [[{} if value is None else {"VarCharValue": value} for value in row] for row in rows]
    answer = {
        "rows": [{"Data": [{"VarCharValue": name} for name in COLUMNS]}, *({"Data": row} for row in cells)],
        "column_info": [{"Name": name, "Type": kind} for name, kind in COLUMNS.items()],
    }
    body = json.dumps({"account_id": "123456789012", "region": "us-east-1", "results": [answer]}).encode()
    url = f"{address}/moto-api/static/athena/query-results"
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})  # noqa: S310 - our own server
    urllib.request.urlopen(request).close()  # noqa: S310


def namespace_with(name: str) -> dict[str, Any]:
    """What the notebook's cells define, up to the cell that defines `name`."""
    namespace: dict[str, Any] = {}
    cells = [cell.source for cell in nbformat.read(NOTEBOOK, as_version=4).cells if cell.cell_type == "code"]
    for source in cells:
        exec(source, namespace)  # noqa: S102 - the notebook is ours
        if name in namespace:
            return namespace
    raise AssertionError(name)


def test_by_athena_reads_every_type_and_nulls(athena: str) -> None:
    notebook = namespace_with("by_athena")
    assert notebook["ON_AWS"]
    queue(athena, ROWS)
    columns, rows = notebook["by_athena"]("SELECT 1")
    assert columns == list(COLUMNS)
    assert rows == [("PETR4", 21, 2, -0.025, Decimal("36.480000"), dt.date(2024, 11, 8), True), (None,) * 7]


@pytest.mark.usefixtures("athena")  # with AWS variables the cells make no lake of their own
def test_open_lake_has_a_view_of_each_table_but_the_iceberg_table_and_the_ledger(tmp_path: Path) -> None:
    for name in ("cotacoes", "cotacoes_diarias", "cotacoes_por_ano", "_ledger"):
        (tmp_path / "refined" / name).mkdir(parents=True)
        pq.write_table(pa.table({"ativo": ["PETR4"]}), tmp_path / "refined" / name / "part-0.parquet")
    lake = namespace_with("open_lake")["open_lake"](tmp_path)
    views = lake.sql("SELECT view_name FROM duckdb_views() WHERE schema_name = 'b3' ORDER BY view_name").fetchall()
    assert views == [("cotacoes_diarias",), ("cotacoes_por_ano",)]
