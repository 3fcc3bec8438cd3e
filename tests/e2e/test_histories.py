"""After any history on S3 and Glue's catalog, a run that succeeds leaves the right lake.

Events are lost, up to all of them; runs fail or are killed at any of their steps; evenings are
skipped; objects of raw and actions are deleted and corrected, those of raw also damaged. One Spark
session does all runs.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from aws import CREDENTIALS, REGION
from glue_runner import S3A
from histories import RUN_ARGUMENTS, History
from lakes import quote, write_raw
from spark_runs import Result, one_session, run_job

import b3_kernels as b3
from b3_jobs.contract.schemas import TABLES
from b3_jobs.files.storage import Storage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyarrow as pa
    from aws import Moto
    from pyspark.sql import SparkSession

FULL_PROOF = os.environ.get("PROOF") == "full"
BUCKET = "histories"
# PySpark uses deprecated Python features, and leaves resources open.
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:pyspark"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture(scope="module")
def spark(moto: Moto, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """A Spark session with files on S3, tables by Glue's API, and its own catalog in Derby."""
    settings = {
        "spark.b3.glue": "true",
        "spark.hadoop.fs.s3.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem",
        "spark.hadoop.fs.s3a.endpoint": moto.url,
        "spark.hadoop.fs.s3a.endpoint.region": REGION,
        "spark.hadoop.fs.s3a.path.style.access": "true",
        "spark.hadoop.fs.s3a.connection.ssl.enabled": "false",
    }
    environment = {**CREDENTIALS, "AWS_DEFAULT_REGION": REGION, "AWS_ENDPOINT_URL": moto.url}
    moto.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    with one_session(
        tmp_path_factory.mktemp("warehouse"), settings, "--packages", S3A, environment=environment
    ) as session:
        yield session


@dataclass(frozen=True)
class Lake:
    """The tables of one database, made from the raw and actions at `place` in the bucket."""

    spark: SparkSession
    moto: Moto
    place: str
    database: str

    def run(self, *arguments: str) -> Result:
        """A run, whether it succeeds or not."""
        root = f"s3://{BUCKET}/{self.place}"
        paths = ["--raw_path", f"{root}/raw", "--refined_path", f"{root}/{self.database}", "--database", self.database]
        return run_job(*paths, "--windows", "3,5", *arguments)

    def refine(self, *arguments: str) -> dict[str, Any]:
        """A run that must succeed."""
        result = self.run(*arguments)
        assert result.status == 0, result.errors
        return result.report

    def published(self) -> dict[str, bytes]:
        """Every file of the tables and of the rejected rows, by its key below the tables' location.

        The Iceberg table's files have random names and are left out; `quotes` reads their rows.
        """
        refined = Storage.at(f"s3://{BUCKET}/{self.place}/{self.database}")
        names = [name for name in refined.list(recursive=True) if not name.startswith(("_ledger/", "cotacoes/"))]
        return dict(zip(names, refined.contents(names), strict=True))

    def quotes(self) -> pa.Table:
        """The rows of the Iceberg table, read through Glue's catalog."""
        return b3.read_quotes(f"s3://{BUCKET}/{self.place}", database=self.database)

    def catalog(self) -> dict[str, list[list[str]]]:
        """Each table's partitions in Glue; the year table's in Derby, where Spark SQL adds them."""
        glue, found = self.moto.client("glue"), {}
        for table in TABLES.values():
            pages = glue.get_paginator("get_partitions").paginate(DatabaseName=self.database, TableName=table)
            found[table] = sorted(partition["Values"] for page in pages for partition in page["Partitions"])
        years = self.spark.sql(f"SHOW PARTITIONS {self.database}.cotacoes_por_ano").collect()
        return found | {"cotacoes_por_ano": sorted(list(row) for row in years)}


# In the short proof the first history has most kinds of faults, and the second loses every event.
@pytest.mark.parametrize("seed", range(200) if FULL_PROOF else (0, 6))
def test_after_any_history_a_successful_run_leaves_the_result_of_one_full_run(
    spark: SparkSession, moto: Moto, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    healed, full = (Lake(spark, moto, f"{seed}", f"{name}_{seed}") for name in ("healed", "full"))
    for lake in (healed, full):
        moto.client("glue").create_database(DatabaseInput={"Name": lake.database})
    history = History(Storage.at(f"s3://{BUCKET}/{seed}"), healed.run, seed, monkeypatch)
    history.make_changes(16 if FULL_PROOF else 8)
    healed.refine(*RUN_ARGUMENTS)
    assert healed.refine(*RUN_ARGUMENTS)["dates"] == 0
    full.refine("--trade_dates", "all", *RUN_ARGUMENTS)
    assert healed.published() == full.published()
    assert healed.catalog() == full.catalog()
    assert healed.quotes() == full.quotes()
    assert healed.quotes().num_rows == sum(name.startswith("cotacoes_diarias/") for name in full.published())


def test_the_iceberg_table_on_s3_and_glue_keeps_earlier_states(spark: SparkSession, moto: Moto, tmp_path: Path) -> None:
    lake = Lake(spark, moto, "iceberg", "iceberg")
    moto.client("glue").create_database(DatabaseInput={"Name": lake.database})
    raw = Storage.at(f"s3://{BUCKET}/{lake.place}/raw")

    def ingest(close: str) -> None:
        for path in write_raw(tmp_path / close, [quote("PETR4", date(2024, 11, 8), close)]):
            raw.put(str(path.relative_to(tmp_path / close)), path.read_bytes())

    ingest("36")
    lake.refine("--tables", "cotacoes")
    between = datetime.now(UTC)
    ingest("37")
    lake.refine("--tables", "cotacoes")
    root = f"s3://{BUCKET}/{lake.place}"
    states = [b3.read_quotes(root, database=lake.database, as_of=moment) for moment in (between, None)]
    assert [state["fechamento"].to_pylist() for state in states] == [[36], [37]]
    table = moto.client("glue").get_table(DatabaseName=lake.database, Name="cotacoes")["Table"]
    assert table["Parameters"]["table_type"] == "ICEBERG"
    assert table["StorageDescriptor"]["Location"] == f"{root}/{lake.database}/cotacoes"
    with pytest.raises(FileNotFoundError, match=r"the Iceberg catalog has no table nowhere\.cotacoes"):
        b3.read_quotes(root, database="nowhere")
