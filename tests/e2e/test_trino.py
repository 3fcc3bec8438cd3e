"""The published tables read by Trino, the engine that Athena is built from, through Glue's catalog and S3."""

from __future__ import annotations

import os
import re
import time
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from aws import CREDENTIALS, REGION, free_port
from published_lake import BUCKET, publish
from published_tables import BY_TICKER, BY_YEAR, COLUMNS, QUERIES, ask, open_tables
from test_chain import say

import trino_install
from trino_lake import trino_type
from trino_server import TrinoServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb
    from aws import Moto

    from trino_install import Installation

NAMES = sorted(path.stem for path in QUERIES.glob("*.sql"))


@pytest.fixture(scope="module")
def installation() -> Installation:
    """Trino. CI must have it; elsewhere the tests are skipped if it cannot be had."""
    try:
        return trino_install.install()
    except trino_install.TrinoUnavailableError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(str(error))
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def refined(moto: Moto, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published tables on this machine's disk, whose files are in S3 and whose partitions are in Glue too."""
    folder = tmp_path_factory.mktemp("refined")
    publish(folder, tmp_path_factory.mktemp("cotahist"), moto)
    return folder


@pytest.fixture(scope="module")
def duckdb_tables(refined: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The same tables by DuckDB, which knows neither S3 nor a catalog."""
    with open_tables(refined) as tables:
        yield tables


def glue_catalog(url: str) -> dict[str, str]:
    """Hive tables whose catalog is Glue and whose files are in S3."""
    keys = {"aws-access-key": CREDENTIALS["AWS_ACCESS_KEY_ID"], "aws-secret-key": CREDENTIALS["AWS_SECRET_ACCESS_KEY"]}
    glue = {"region": REGION, "endpoint-url": url, "partitions-segments": "1", **keys}
    s3 = {"region": REGION, "endpoint": url, "path-style-access": "true", **keys}
    return {
        "connector.name": "hive",
        "hive.metastore": "glue",
        "hive.table-statistics-enabled": "false",
        "fs.native-s3.enabled": "true",
        **{f"hive.metastore.glue.{name}": value for name, value in glue.items()},
        **{f"s3.{name}": value for name, value in s3.items()},
    }


@pytest.fixture(scope="module")
def server(
    installation: Installation, refined: Path, moto: Moto, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TrinoServer]:
    catalogs = {"lake": glue_catalog(moto.url)}
    began = time.monotonic()
    with TrinoServer(installation, tmp_path_factory.mktemp("trino"), free_port(), catalogs) as started:
        say(f"Trino:  answers after {time.monotonic() - began:.0f} s")
        yield started


@pytest.mark.parametrize("name", NAMES)
def test_a_query_answers_on_trino_what_duckdb_answers(
    server: TrinoServer, duckdb_tables: duckdb.DuckDBPyConnection, name: str
) -> None:
    began = time.monotonic()
    columns, rows = server.ask((QUERIES / f"{name}.sql").read_text(encoding="utf-8"))
    say(f"Trino:  {name}: {len(rows)} rows in {time.monotonic() - began:.2f} s")
    assert rows
    assert (columns, rows) == ask(duckdb_tables, name)


@pytest.mark.parametrize("table", [*BY_TICKER, BY_YEAR])
def test_show_create_table_has_the_contract_s_columns_partitions_and_place(
    server: TrinoServer, moto: Moto, table: str
) -> None:
    ((shown,),) = server.ask(f"SHOW CREATE TABLE b3.{table}")[1]
    columns = {field.name: trino_type(field.type) for field in COLUMNS}
    keys = {"ano": "integer"} if table == BY_YEAR else {name: columns.pop(name) for name in ("data_pregao", "ativo")}
    assert dict(re.findall(r"^   (\w+) ([^\n]+?),?$", shown.partition("WITH")[0], re.MULTILINE)) == columns | keys
    assert f"partitioned_by = ARRAY[{','.join(map(repr, keys))}]" in shown
    assert f"external_location = 's3://{BUCKET}/refined/{table}'" in shown


@pytest.mark.parametrize(
    "source",
    [
        "FROM b3.cotacoes_diarias WHERE data_pregao = DATE '2024-11-08'",
        "FROM b3.cotacoes_diarias WHERE data_pregao > DATE '2024-10-31' AND ativo <> 'PETR4'",
        "FROM b3.cotacoes_diarias WHERE ativo = 'PETR4' AND data_pregao >= DATE '2024-10-01'",
        "FROM b3.cotacoes_diarias WHERE ativo = 'PETR4' AND data_pregao = DATE '2024-11-08'",
    ],
)
def test_a_condition_on_date_and_ticker_reads_the_files_of_its_rows_alone(
    server: TrinoServer, moto: Moto, duckdb_tables: duckdb.DuckDBPyConnection, source: str
) -> None:
    read = files_read(server, moto, f"SELECT max(fechamento) {source}")
    keys = duckdb_tables.execute(f"SELECT data_pregao, ativo {source}").fetchall()
    assert read == {f"cotacoes_diarias/data_pregao={day}/ativo={ticker}/cotacao.parquet" for day, ticker in keys}
    say(f"Trino:  {len(read)} files read {source}")


def test_a_year_reads_its_file_alone(server: TrinoServer, moto: Moto) -> None:
    read = files_read(server, moto, "SELECT max(fechamento) FROM b3.cotacoes_por_ano WHERE ano = 2024")
    assert read == {f"{BY_YEAR}/ano=2024/cotacoes.parquet"}


def files_read(server: TrinoServer, moto: Moto, sql: str) -> set[str]:
    """The objects below refined/ that S3 is asked for during a query, from the log of the server's requests."""
    before = moto.log.stat().st_size
    server.ask(sql)
    with moto.log.open("rb") as log:
        log.seek(before)
        requests = log.read().decode()
    place = f"/{BUCKET}/refined/"
    paths = [unquote(path) for path in re.findall(r'"GET (\S+) HTTP', requests)]
    return {path.removeprefix(place) for path in paths if path.startswith(place)}
