"""Fixtures of the job's tests: a shared Spark session, and a lake and a database for each test."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from lakes import Row, random_quote, write_raw
from pyspark.sql import SparkSession
from s3 import Requests, emulated
from spark_runs import SETTINGS, Result, hive_resources_in, one_session, run_job

import b3_kernels as b3
from b3_jobs.contract.options import Options
from b3_jobs.run import job_run
from local_spark import submit_arguments

_NUMBERS = count()
# Arguments of a run without the year files and the Iceberg table, in two thirds of the time.
NO_YEARS_NO_ICEBERG = ("--tables", "diarias")
# The windows of a run that is not given others.
WINDOWS = "3,5"
FULL_PROOF = os.environ.get("PROOF") == "full"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Ignore deprecated features in PySpark and resources left open; other warnings stay errors."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.filterwarnings("ignore::DeprecationWarning:pyspark"))
            item.add_marker(pytest.mark.filterwarnings("ignore::ResourceWarning"))


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    with one_session(tmp_path_factory.mktemp("warehouse"), settings={}) as session:
        yield session


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pause before missing objects are listed again: disks and emulated S3 list every file."""
    monkeypatch.setattr(job_run, "CONFIRM_SECONDS", 0.0)


@pytest.fixture
def options(tmp_path: Path) -> Options:
    """The options of a run on a lake of this test, without Spark."""
    return Options(str(tmp_path / "raw"), str(tmp_path / "refined"), windows=(2,))


@pytest.fixture
def glue() -> Iterator[Any]:
    """A client of an emulated Glue Data Catalog with the database b3."""
    boto3, moto = pytest.importorskip("boto3"), pytest.importorskip("moto")
    with moto.mock_aws():
        client = boto3.client("glue", region_name="sa-east-1")
        client.create_database(DatabaseInput={"Name": "b3"})
        yield client


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> Iterator[Requests]:
    """An emulated S3, which records its requests."""
    with emulated(monkeypatch) as server:
        yield server


@dataclass(frozen=True)
class Lake:
    """A lake of its own for one test, with the job's main to run on it."""

    spark: SparkSession
    root: Path
    database: str

    def environment(self, **others: str) -> dict[str, str]:
        """The environment of a process that runs the job with a metastore on disk."""
        address = f"jdbc:derby:;databaseName={self.root}/metastore;create=true"
        metastore = {"spark.hadoop.javax.jdo.option.ConnectionURL": address}
        settings = SETTINGS | metastore | hive_resources_in(self.root) | others
        return os.environ | {"PYSPARK_SUBMIT_ARGS": submit_arguments(settings), "PYTHONPATH": os.pathsep.join(sys.path)}

    def run_program(self, *command: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """A program in this environment, whether it succeeds or not."""
        environment = self.environment(**settings)
        return subprocess.run(command, env=environment, cwd=self.root, capture_output=True, text=True, check=False)

    @property
    def raw(self) -> Path:
        return self.root / "raw"

    @property
    def refined(self) -> Path:
        return self.root / "refined"

    @property
    def options(self) -> Options:
        return Options(str(self.raw), str(self.refined), self.database)

    def arguments(self, windows: str = WINDOWS) -> list[str]:
        """The arguments that name the lake, and the windows."""
        paths = ["--raw_path", str(self.raw), "--refined_path", str(self.refined), "--database", self.database]
        return [*paths, "--windows", windows]

    def ingest(self, rows: Iterable[Row]) -> list[Path]:
        return write_raw(self.raw, rows)

    def fill(self, days: Iterable[date], tickers: Iterable[str], seed: int = 5) -> None:
        """Ingests a random quote of each ticker and day."""
        rng = random.Random(seed)
        self.ingest([random_quote(rng, ticker, day) for day in days for ticker in tickers])

    def run(self, *arguments: str, windows: str = WINDOWS) -> Result:
        return run_job(*self.arguments(windows), *arguments)

    def refine(self, *arguments: str, windows: str = WINDOWS) -> dict[str, Any]:
        """A run that must succeed."""
        result = self.run(*arguments, windows=windows)
        assert result.status == 0, result.errors
        assert result.report["rows_read"] == result.report["rows_used"] + result.report["rows_rejected"]
        return result.report

    def files(self, table: str = "cotacoes_diarias") -> list[str]:
        place = self.refined / table
        return sorted(str(path.relative_to(place)) for path in place.rglob("*") if path.is_file())

    def published(self, table: str = "cotacoes_diarias") -> list[Row]:
        """The rows of all files by date and ticker; the partition's keys come from the path."""
        rows = []
        for name in self.files(table):
            day, ticker = name.split("/")[:2]
            keys = {"data_pregao": day.partition("=")[2], "ativo": ticker.partition("=")[2]}
            content = pq.ParquetFile(self.refined / table / name).read().to_pylist()
            rows += [keys | row for row in content]
        return rows

    def by_year(self) -> list[Row]:
        place = self.refined / "cotacoes_por_ano"
        tables = [pq.ParquetFile(path).read() for path in sorted(place.rglob("*.parquet"))]
        return pa.concat_tables(tables).to_pylist() if tables else []

    def iceberg(self, **given: Any) -> list[Row]:
        """The rows of the Iceberg table, or none if no run has made it."""
        try:
            return b3.read_quotes(self.root, database=self.database, **given).to_pylist()
        except FileNotFoundError:
            return []

    def assert_same_rows_as(self, other: Lake, table: str = "cotacoes_diarias") -> None:
        """Assert that the table's files and rows, and the rows by year, equal the other lake's."""
        assert self.files(table) == other.files(table)
        assert self.published(table) == other.published(table)
        assert self.by_year() == other.by_year()

    def assert_same_as(self, other: Lake, table: str = "cotacoes_diarias") -> None:
        """Assert that files' bytes, Iceberg rows, rejected rows and the catalog are equal too."""
        self.assert_same_rows_as(other, table)
        assert self.catalog(table) == other.catalog(table)
        assert self.iceberg() == other.iceberg()
        assert self.rejected(table) == other.rejected(table)
        for name in self.files(table):
            assert (self.refined / table / name).read_bytes() == (other.refined / table / name).read_bytes()

    def assert_same_as_one_full_run(
        self, other: Lake, *arguments: str, tables: Iterable[str] = ("cotacoes_diarias",), windows: str = WINDOWS
    ) -> None:
        """Assert that a run over all of raw and actions gives the other lake the same tables."""
        for folder in ("raw", "actions"):
            if (self.root / folder).exists():
                (other.root / folder).symlink_to(self.root / folder)
        other.refine("--trade_dates", "all", *arguments, windows=windows)
        for table in tables:
            self.assert_same_as(other, table)

    def rejected(self, table: str = "cotacoes_diarias") -> list[Row]:
        place = self.refined / "_rejected" / f"tabela={table}"
        return [
            {"data_pregao": path.parent.name.partition("=")[2]} | row
            for path in sorted(place.rglob("*.parquet"))
            for row in pq.ParquetFile(path).read().to_pylist()
        ]

    def catalog(self, table: str = "cotacoes_diarias") -> list[str]:
        return sorted(row[0] for row in self.spark.sql(f"SHOW PARTITIONS {self.database}.{table}").collect())


@pytest.fixture
def lake(spark: SparkSession, tmp_path: Path) -> Lake:
    return Lake(spark, tmp_path, f"b3_{next(_NUMBERS)}")


@pytest.fixture
def other_lake(lake: Lake, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return replace(lake, root=tmp_path_factory.mktemp("other"), database=f"b3_{next(_NUMBERS)}")
