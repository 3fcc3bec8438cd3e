"""The published tables read by Trino, on which Athena is based, through Glue's catalog and S3."""

from __future__ import annotations

import os
import re
import shutil
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import iceberg_lake
import pyarrow.compute as pc
import pytest
import trino
from aws import CREDENTIALS, REGION, free_port
from published_lake import BUCKET, REFINED, publish
from published_tables import BY_TICKER, COLUMNS, QUERIES, ask, open_tables

import b3_kernels as b3
import trino_install
import trino_lake
from b3_jobs.contract.options import Options
from b3_jobs.contract.published_table import PublishedTable
from b3_jobs.contract.schemas import BY_YEAR, KEYS
from b3_kernels.lake import CATALOG as ICEBERG_FILE
from trino_server import TrinoServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb
    from aws import Moto

    from trino_install import Installation

# The Iceberg table is written by two commits: the rows before this date, then the others.
CUT = date(2024, 11, 8)


@pytest.fixture(scope="module")
def installation() -> Installation:
    """The Trino installation. Without it tests are skipped, or fail with CI=true."""
    try:
        return trino_install.install()
    except trino_install.TrinoUnavailableError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(str(error))
        pytest.skip(str(error))


@dataclass(frozen=True)
class Published:
    """The published tables twice: in S3 and Glue, and on this machine's disk.

    Attributes:
        refined: the folder on disk.
        before: a moment at which the Iceberg table had no row of `CUT` or later.
    """

    refined: Path
    before: datetime

    def as_of(self) -> str:
        """The clause of a query that reads the Iceberg table as it stood at `before`."""
        return f"FOR TIMESTAMP AS OF TIMESTAMP '{self.before:%Y-%m-%d %H:%M:%S.%f} UTC'"


@pytest.fixture(scope="module")
def published(moto: Moto, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    folder = tmp_path_factory.mktemp("refined")
    with pytest.MonkeyPatch.context() as environment:
        for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL": moto.url}.items():
            environment.setenv(name, value)
        rows = publish(folder, tmp_path_factory.mktemp("cotahist"), moto)
        options = [Options(raw_path="", refined_path=place) for place in (REFINED, str(folder))]
        tables = [PublishedTable.of_iceberg(of_place) for of_place in options]
        for table in tables:
            iceberg_lake.commit(table, rows.filter(pc.field("data_pregao") < CUT))
        before = datetime.now(UTC)
        for table in tables:
            iceberg_lake.commit(table, rows.filter(pc.field("data_pregao") >= CUT))
        yield Published(folder, before)


@pytest.fixture(scope="module")
def duckdb_tables(published: Published) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB connection with the same tables, read from disk."""
    with open_tables(published.refined) as tables:
        yield tables


def value(server: TrinoServer, sql: str) -> Any:
    """The single value of a statement's result."""
    _, ((found,),) = server.ask(sql)
    return found


def glue_catalogs(url: str) -> dict[str, dict[str, str]]:
    """Two Trino catalogs of Glue's tables; the first redirects Iceberg tables to the second."""
    keys = {"aws-access-key": CREDENTIALS["AWS_ACCESS_KEY_ID"], "aws-secret-key": CREDENTIALS["AWS_SECRET_ACCESS_KEY"]}
    glue = {"region": REGION, "endpoint-url": url, **keys}
    s3 = {"region": REGION, "endpoint": url, "path-style-access": "true", **keys}
    shared = {
        "fs.native-s3.enabled": "true",
        **{f"hive.metastore.glue.{name}": value for name, value in glue.items()},
        **{f"s3.{name}": value for name, value in s3.items()},
    }
    plain = {
        "connector.name": "hive",
        "hive.metastore": "glue",
        # moto knows neither segments of partitions nor statistics of columns.
        "hive.metastore.glue.partitions-segments": "1",
        "hive.table-statistics-enabled": "false",
        "hive.iceberg-catalog-name": "glue_iceberg",
    }
    iceberg = {
        "connector.name": "iceberg",
        "iceberg.catalog.type": "glue",
        # The cache would hold data files too, and the requests would not show what a query reads.
        "iceberg.metadata-cache.enabled": "false",
    }
    return {"glue": plain | shared, "glue_iceberg": iceberg | shared}


@pytest.fixture(scope="module")
def server(
    installation: Installation, published: Published, moto: Moto, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TrinoServer]:
    """Trino with Glue's catalogs, `glue` by default, and `make trino`'s, `lake` and `iceberg`."""
    folder = tmp_path_factory.mktemp("trino")
    catalogs = glue_catalogs(moto.url) | trino_lake.disk_catalogs(folder / "metastore")
    began = time.monotonic()
    with TrinoServer(installation, folder, free_port(), catalogs) as started:
        print(f"  Trino:  answers after {time.monotonic() - began:.0f} s")
        yield started


@pytest.fixture(scope="module")
def registered(server: TrinoServer, published: Published) -> list[str]:
    """The tables that `make trino` registers for the lake on disk."""
    return trino_lake.register(server, published.refined)


@pytest.mark.parametrize("name", sorted(path.stem for path in QUERIES.glob("*.sql")))
def test_a_query_gives_the_same_rows_on_trino_and_duckdb(
    server: TrinoServer, duckdb_tables: duckdb.DuckDBPyConnection, name: str
) -> None:
    began = time.monotonic()
    columns, rows = server.ask((QUERIES / f"{name}.sql").read_text(encoding="utf-8"))
    print(f"  Trino:  {name}: {len(rows)} rows in {time.monotonic() - began:.2f} s")
    assert rows
    assert (columns, rows) == ask(duckdb_tables, name)


@pytest.mark.parametrize("table", [*BY_TICKER, BY_YEAR])
def test_show_create_table_has_the_contract_s_columns_partitions_and_location(server: TrinoServer, table: str) -> None:
    shown = value(server, f"SHOW CREATE TABLE b3.{table}")
    columns = {field.name: trino_lake.trino_type(field.type) for field in COLUMNS}
    keys = {"ano": "integer"} if table == BY_YEAR else {"data_pregao": "date", "ativo": "varchar"}
    assert dict(re.findall(r"^   (\w+) ([^\n]+?),?$", shown.partition("WITH")[0], re.MULTILINE)) == columns | keys
    assert f"partitioned_by = ARRAY[{','.join(map(repr, keys))}]" in shown
    assert f"external_location = 's3://{BUCKET}/refined/{table}'" in shown


def files_read(server: TrinoServer, moto: Moto, sql: str) -> set[str]:
    """The objects below refined/ that a query reads, from the log of S3's requests."""
    before = moto.log.stat().st_size
    server.ask(sql)
    with moto.log.open("rb") as log:
        log.seek(before)
        requests = log.read().decode()
    place = f"/{BUCKET}/refined/"
    paths = [unquote(path) for path in re.findall(r'"GET (\S+) HTTP', requests)]
    return {path.removeprefix(place) for path in paths if path.startswith(place)}


@pytest.mark.parametrize(
    "source",
    [
        "FROM b3.cotacoes_diarias WHERE data_pregao = DATE '2024-11-08'",
        "FROM b3.cotacoes_diarias WHERE data_pregao > DATE '2024-10-31' AND ativo <> 'PETR4'",
        "FROM b3.cotacoes_diarias WHERE ativo = 'PETR4' AND data_pregao >= DATE '2024-10-01'",
        "FROM b3.cotacoes_diarias WHERE ativo = 'PETR4' AND data_pregao = DATE '2024-11-08'",
    ],
)
def test_a_condition_on_date_and_ticker_reads_the_files_of_its_rows_only(
    server: TrinoServer, moto: Moto, duckdb_tables: duckdb.DuckDBPyConnection, source: str
) -> None:
    read = files_read(server, moto, f"SELECT max(fechamento) {source}")
    keys = duckdb_tables.execute(f"SELECT data_pregao, ativo {source}").fetchall()
    assert read == {f"cotacoes_diarias/data_pregao={day}/ativo={ticker}/cotacao.parquet" for day, ticker in keys}
    print(f"  Trino:  {len(read)} files read {source}")


def test_a_condition_on_the_year_reads_its_file_only(server: TrinoServer, moto: Moto) -> None:
    read = files_read(server, moto, "SELECT max(fechamento) FROM b3.cotacoes_por_ano WHERE ano = 2024")
    assert read == {f"{BY_YEAR}/ano=2024/cotacoes.parquet"}


def test_the_iceberg_table_has_the_rows_of_the_year_files(
    server: TrinoServer, duckdb_tables: duckdb.DuckDBPyConnection
) -> None:
    question = "SELECT {} FROM b3.{} ORDER BY ativo, data_pregao"
    names = ", ".join(COLUMNS.names)
    _, rows = server.ask(question.format(names, "cotacoes"))
    assert rows == duckdb_tables.execute(question.format(names, BY_YEAR)).fetchall()


def test_the_iceberg_table_is_read_as_of_an_earlier_moment(server: TrinoServer, published: Published) -> None:
    _, rows = server.ask(f"SELECT * FROM b3.cotacoes {published.as_of()} ORDER BY ativo, data_pregao")  # noqa: S608 - our own moment
    then = b3.read_quotes(f"s3://{BUCKET}", as_of=published.before)
    assert rows == [tuple(row.values()) for row in then.to_pylist()]
    assert max(then["data_pregao"].to_pylist()) < CUT
    print(f"  Trino:  {len(rows)} rows FOR TIMESTAMP AS OF {published.before:%H:%M:%S}, as read_quotes has them")


def test_a_date_reads_one_file_of_the_iceberg_table(server: TrinoServer, moto: Moto) -> None:
    read = files_read(server, moto, "SELECT max(fechamento) FROM b3.cotacoes WHERE data_pregao = DATE '2024-11-08'")
    (file,) = [name for name in read if name.endswith(".parquet")]
    assert file.startswith("cotacoes/data/data_pregao_month=2024-11/")


def test_show_create_table_has_the_iceberg_table_s_partition_and_order(server: TrinoServer) -> None:
    shown = value(server, "SHOW CREATE TABLE b3.cotacoes")
    for promised in (
        f"location = '{REFINED}/cotacoes'",
        "partitioning = ARRAY['month(data_pregao)']",
        "sorted_by = ARRAY['ativo ASC NULLS FIRST','data_pregao ASC NULLS FIRST']",
    ):
        assert promised in shown


def test_make_trino_registers_every_table_of_a_lake_on_disk(
    server: TrinoServer, registered: list[str], published: Published, duckdb_tables: duckdb.DuckDBPyConnection
) -> None:
    assert sorted(registered) == sorted([*BY_TICKER, BY_YEAR, "cotacoes"])
    question = "SELECT count(*), count(DISTINCT ativo), sum(quantidade), max(fechamento) FROM {}b3.{}"
    for table in registered:
        same = duckdb_tables.execute(question.format("", BY_YEAR if table == "cotacoes" else table)).fetchall()
        _, rows = server.ask(question.format("lake.", table))
        assert rows == same
    newest = value(server, f"SELECT max(data_pregao) FROM lake.b3.cotacoes {published.as_of()}")  # noqa: S608 - our own moment
    assert newest < CUT


@pytest.mark.parametrize("change", ["INSERT INTO {0} SELECT * FROM {0}", "DELETE FROM {0}", "DROP TABLE {0}"])
@pytest.mark.parametrize("table", ["lake.b3.cotacoes_semanais", "iceberg.b3.cotacoes"])
@pytest.mark.usefixtures("registered")
def test_a_client_of_make_trino_can_read_and_not_write(server: TrinoServer, table: str, change: str) -> None:
    _, [(rows,)] = server.ask(f"SELECT count(*) FROM {table}", user="me")  # noqa: S608 - our own names
    assert rows > 0
    with pytest.raises(trino.exceptions.TrinoUserError, match="Access Denied"):
        server.ask(change.format(table), user="me")


@pytest.mark.usefixtures("registered")
def test_a_daily_table_of_very_many_files_is_a_view_of_the_iceberg_table(
    server: TrinoServer, published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The daily and the Iceberg table are registered anew; the others remain registered.
    server.ask("DROP TABLE IF EXISTS lake.b3.cotacoes_diarias")
    server.ask("CALL iceberg.system.unregister_table('b3', 'cotacoes')")
    monkeypatch.setattr(trino_lake, "MOST_PARTITIONS", 1)
    monkeypatch.setattr(trino_lake, "PARTITION_KEYS", {trino_lake.DAILY: KEYS})
    assert trino_lake.register(server, published.refined) == ["cotacoes", "cotacoes_diarias"]
    counted = "SELECT count(*), sum(quantidade) FROM {}b3.cotacoes_diarias WHERE data_pregao >= DATE '2024-11-08'"
    assert server.ask(counted.format("lake.")) == server.ask(counted.format("glue."))
    assert "CREATE VIEW" in value(server, "SHOW CREATE VIEW lake.b3.cotacoes_diarias")


def test_a_daily_table_of_very_many_files_is_no_view_if_the_lake_has_no_iceberg_table(
    published: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refined = shutil.copytree(published.refined, tmp_path / "refined")
    (refined / ICEBERG_FILE).unlink()
    monkeypatch.setattr(trino_lake, "MOST_PARTITIONS", 1)
    asked: list[str] = []
    trino_lake.register(SimpleNamespace(ask=asked.append), refined)  # type: ignore[arg-type]
    assert [sql for sql in asked if "VIEW" in sql] == []
    assert any(sql.startswith("CREATE TABLE lake.b3.cotacoes_diarias (") for sql in asked)
