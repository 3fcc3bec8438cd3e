"""`by_athena` of the notebook reads an Athena answer, type by type; moto plays Athena."""

from __future__ import annotations

import datetime as dt
import json
import urllib.request
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from moto.server import ThreadedMotoServer

if TYPE_CHECKING:
    from collections.abc import Iterator

NOTEBOOK = Path(__file__).resolve().parents[2] / "notebooks" / "03_athena.ipynb"
COLUMNS = {"ativo": "varchar", "pregoes": "bigint", "fator": "integer", "lacuna": "double", "abertura": "decimal(18,6)",
           "data_pregao": "date", "fechada": "boolean"}  # fmt: skip
ROWS = [["PETR4", "21", "2", "-0.025", "36.480000", "2024-11-08", "true"], [None] * 7]


@pytest.fixture
def athena(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a moto server to which boto3 of this process now speaks."""
    server = ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    for name, value in {"AWS_ENDPOINT_URL": address, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
                        "AWS_DEFAULT_REGION": "sa-east-1"}.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    yield address
    server.stop()


def queue(address: str, rows: list[list[str | None]]) -> None:
    """Let the next query answer these rows, as Athena sends them: the names first, a null as an empty cell."""
    cells = [[{} if value is None else {"VarCharValue": value} for value in row] for row in rows]
    answer = {
        "rows": [{"Data": [{"VarCharValue": name} for name in COLUMNS]}, *({"Data": row} for row in cells)],
        "column_info": [{"Name": name, "Type": kind} for name, kind in COLUMNS.items()],
    }
    body = json.dumps({"account_id": "123456789012", "region": "sa-east-1", "results": [answer]}).encode()
    url = f"{address}/moto-api/static/athena/query-results"
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})  # noqa: S310 - our own server
    urllib.request.urlopen(request).close()  # noqa: S310


def functions(*names: str) -> dict[str, Any]:
    """The names that the notebook's cells define, up to the last one asked for."""
    namespace: dict[str, Any] = {}
    cells = [cell.source for cell in nbformat.read(NOTEBOOK, as_version=4).cells if cell.cell_type == "code"]
    for source in cells:
        exec(source, namespace)  # noqa: S102 - the notebook is ours
        if all(name in namespace for name in names):
            return namespace
    raise AssertionError(names)


@pytest.mark.filterwarnings("default")
def test_by_athena_reads_every_type_and_nulls(athena: str) -> None:
    notebook = functions("ON_AWS", "by_athena")
    assert notebook["ON_AWS"]
    queue(athena, ROWS)
    columns, rows = notebook["by_athena"]("SELECT 1")
    assert columns == list(COLUMNS)
    assert rows == [("PETR4", 21, 2, -0.025, Decimal("36.480000"), dt.date(2024, 11, 8), True), (None,) * 7]
