"""The whole chain: b3-ingest, S3 events, SQS, the Lambda's binary, a Glue run, Spark, readers.

The tests build on each other, in the order of this file.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl
import pyarrow.dataset as ds
import pytest
from aws import CREDENTIALS, REGION, Moto
from binaries import built, succeeded
from event_source import EventSource
from glue_runner import run_script
from published_rows import published
from pyarrow import fs
from queues import SqsQueue
from refine_twin import Row
from runtime_api import Function
from spot_quotes import Key, Quote, spot_quotes

from sample_cotahist import sample

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from stack import Stack

# Every test needs what `first_run` has made.
pytestmark = pytest.mark.usefixtures("first_run")
# The lake has the first SESSIONS sessions of YEAR; a correction changes that of index CORRECTED.
YEAR, SESSIONS, CORRECTED = 2024, 12, 6
TABLE = "refined/cotacoes_diarias"


def say(step: str) -> None:
    """Print the result of a step."""
    print(f"  {step}", flush=True)


def cut(text: bytes, days: list[bytes], drop: tuple[bytes, bytes] | None = None) -> bytes:
    """The file with these dates only, without the record of `drop` (date and ticker)."""
    header, *records, trailer, _ = text.split(b"\r\n")
    kept = [record for record in records if record[2:10] in days and (record[2:10], record[12:24].strip()) != drop]
    # The trailer's columns 32 to 42 count the records, with the header and the trailer.
    counted = trailer[:31] + b"%011d" % (len(kept) + 2) + trailer[42:]
    return b"\r\n".join([header, *kept, counted, b""])


class Chain:
    """The stack, its function and its lake."""

    def __init__(self, stack: Stack, moto: Moto, folder: Path) -> None:
        self.stack = stack
        self.moto = moto
        self.folder = folder
        self.job = stack.ref("RefineQuotes")
        self.queue = SqsQueue(moto.client("sqs"), stack.ref("RawObjects"))
        environment = {**CREDENTIALS, "AWS_ENDPOINT_URL": moto.url, "GLUE_JOB_NAME": self.job}
        self.function = Function(environment)
        self.source = EventSource(self.queue, self.function, stack.properties("RawObjectsMapping")["BatchSize"])

    def ingest(self, name: str, text: bytes) -> dict[str, Any]:
        """Ingest this file to the raw bucket; returns the report."""
        path, report = self.folder / name, self.folder / f"{name}.json"
        path.write_bytes(text)
        lake = f"s3://{self.stack.ref('RawBucket')}"
        options = ["--file", str(path), "--dest", lake, "--report", str(report), "--endpoint-url", self.moto.url]
        succeeded(built("b3-ingest"), "cotahist", "--quiet", *options, env={**os.environ, **CREDENTIALS}, timeout=600)
        found: dict[str, Any] = json.loads(report.read_text())
        return found

    def started(self) -> list[str]:
        """The identifiers of the job's runs so far."""
        runs = self.moto.client("glue").get_job_runs(JobName=self.job)["JobRuns"]
        return [run["Id"] for run in runs]

    def deliver_and_refine(self) -> dict[str, Any]:
        """Deliver a batch to the Lambda and do the run that it starts; returns the report."""
        before = set(self.started())
        delivery = self.source.deliver()
        assert delivery is not None
        assert delivery.kept == 0
        (run_id,) = set(self.started()) - before
        say(f"Lambda: {delivery.messages} messages -> one run")
        return self.refine(run_id)

    def refine(self, run_id: str) -> dict[str, Any]:
        """Run the job in Spark for a started run; returns its report."""
        run = self.moto.client("glue").get_job_run(JobName=self.job, RunId=run_id)["JobRun"]
        # moto gives the job's default arguments among the run's.
        report = run_script(self.folder, self.moto.url, run["Arguments"])
        say(f"Spark:  {json.dumps(report)[:150]}")
        return report

    def lose_events(self) -> int:
        """Empty the queue; returns the number of messages."""
        lost = self.queue.left()
        self.queue.sqs.purge_queue(QueueUrl=self.queue.url)
        return lost

    def scheduled_run(self) -> dict[str, Any]:
        """The run that the template's schedule starts."""
        target = self.stack.properties("RefineOnSchedule")["Target"]
        assert target["Arn"].endswith("aws-sdk:glue:startJobRun")
        run_id = self.moto.client("glue").start_job_run(**json.loads(target["Input"]))["JobRunId"]
        return self.refine(run_id)

    def behind(self) -> list[float]:
        """The runs' metric of sessions behind: the maximum in each period of the alarm."""
        alarm = self.stack.properties("SessionsBehind")
        metric = {key: alarm[key] for key in ("Namespace", "MetricName", "Dimensions", "Period")}
        now = datetime.now(UTC)
        answer = self.moto.client("cloudwatch").get_metric_statistics(
            **metric, StartTime=now - timedelta(days=1), EndTime=now + timedelta(days=1), Statistics=["Maximum"]
        )
        return [point["Maximum"] for point in answer["Datapoints"]]

    def identity(self, key: str) -> tuple[str, Any]:
        """An object's entity tag and its time, which changes when it is written again."""
        head = self.moto.client("s3").head_object(Bucket=self.stack.ref("RefinedBucket"), Key=key)
        return head["ETag"], head["LastModified"]

    def objects(self, prefix: str) -> list[str]:
        """The keys in the refined bucket."""
        pages = self.moto.client("s3").get_paginator("list_objects_v2")
        found = pages.paginate(Bucket=self.stack.ref("RefinedBucket"), Prefix=prefix)
        return [entry["Key"] for page in found for entry in page.get("Contents", [])]


@pytest.fixture(scope="module")
def year() -> bytes:
    return sample(YEAR)


@pytest.fixture(scope="module")
def days(year: bytes) -> list[bytes]:
    dates = {record[2:10] for record in year.split(b"\r\n") if record[:2] == b"01"}
    return sorted(dates)[:SESSIONS]


@pytest.fixture(scope="module")
def chain(stack: Stack, moto: Moto, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    chain = Chain(stack, moto, tmp_path_factory.mktemp("chain"))
    with chain.function:
        yield chain


@pytest.fixture(scope="module")
def first_run(chain: Chain, year: bytes, days: list[bytes]) -> dict[str, Any]:
    """Run the chain once, from a file to the refined table."""
    print()
    say(f"stack:  infra/template.yaml at {chain.moto.url}")
    report = chain.ingest("year.txt", cut(year, days))
    say(f"ingest: {len(report['objects'])} objects to s3://{chain.stack.ref('RawBucket')}/raw/")
    return {"ingest": report, "run": chain.deliver_and_refine()}


def by_duckdb(chain: Chain) -> dict[Key, Row]:
    s3 = fs.S3FileSystem(
        access_key=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        secret_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        endpoint_override=chain.moto.url.removeprefix("http://"),
        scheme="http",
        region=REGION,
    )
    place = f"{chain.stack.ref('RefinedBucket')}/{TABLE}"
    lake = ds.dataset(place, filesystem=s3, format="parquet", partitioning="hive")
    with duckdb.connect() as connection:
        connection.register("lake", lake)
        answer = connection.sql("SELECT *, CAST(data_pregao AS DATE) AS dia FROM lake")
        rows = [dict(zip(answer.columns, values, strict=True)) for values in answer.fetchall()]
    return keyed(rows)


def by_polars(chain: Chain) -> dict[Key, Row]:
    frame = pl.read_parquet(
        f"s3://{chain.stack.ref('RefinedBucket')}/{TABLE}/**/*.parquet",
        hive_partitioning=True,
        storage_options={
            **{name.lower(): value for name, value in CREDENTIALS.items()},
            "aws_endpoint_url": chain.moto.url,
            "aws_allow_http": "true",
        },
    )
    return keyed(frame.with_columns(dia=pl.col("data_pregao").cast(pl.Date)).to_dicts())


def assert_published(chain: Chain, quotes: dict[Key, Quote]) -> None:
    """Assert that DuckDB and Polars read from S3 what the plain Python twin makes of the quotes."""
    expected = published(quotes)
    assert by_duckdb(chain) == expected
    assert by_polars(chain) == expected
    say(f"read:   {len(expected)} rows by DuckDB and by Polars over S3, each as plain Python computes it")


def keyed(rows: list[Row]) -> dict[Key, Row]:
    """The rows by date and ticker, without the partition's columns."""
    table = {(row.pop("dia"), str(row.pop("ativo"))): row for row in rows}
    for row in table.values():
        del row["data_pregao"]
    assert len(table) == len(rows), "one row a partition"
    return table


def test_one_upload_starts_one_run_over_its_dates(
    chain: Chain, first_run: dict[str, Any], year: bytes, days: list[bytes]
) -> None:
    first, last = (date.fromisoformat(day.decode()) for day in (days[0], days[-1]))
    daily, weekly, monthly = first_run["run"]["tables"]
    assert daily["trade_dates"] == f"{first}..{last}"
    assert daily["partitions"] == len(spot_quotes(cut(year, days)))
    # The sessions lie in three weeks of one month.
    assert weekly["partitions"] > monthly["partitions"] > 0
    assert len(chain.started()) == 1
    assert len(first_run["ingest"]["objects"]) == SESSIONS


def test_run_reports_the_number_of_sessions_behind(chain: Chain) -> None:
    # The lake's last session is in January 2024, more than 200 sessions before today.
    (behind,) = chain.behind()
    assert behind > 200


def test_refined_table_equals_figures_computed_from_the_file(chain: Chain, year: bytes, days: list[bytes]) -> None:
    assert_published(chain, spot_quotes(cut(year, days)))


def test_refined_has_exactly_one_file_for_each_quote(chain: Chain, year: bytes, days: list[bytes]) -> None:
    folders = [key.rpartition("/")[0] for key in chain.objects(TABLE) if key.endswith(".parquet")]
    expected = [f"{TABLE}/data_pregao={day}/ativo={ticker}" for day, ticker in spot_quotes(cut(year, days))]
    assert sorted(folders) == sorted(expected)


def test_catalog_in_glue_has_every_partition_and_filters_enabled(chain: Chain, year: bytes, days: list[bytes]) -> None:
    glue, table = chain.moto.client("glue"), {"DatabaseName": "b3", "TableName": "cotacoes_diarias"}
    pages = glue.get_paginator("get_partitions").paginate(**table)
    found = {tuple(partition["Values"]) for page in pages for partition in page["Partitions"]}
    assert found == {(str(day), ticker) for day, ticker in spot_quotes(cut(year, days))}
    parameters = glue.get_table(DatabaseName="b3", Name="cotacoes_diarias")["Table"]["Parameters"]
    assert parameters["partition_filtering.enabled"] == "true"


def test_same_file_again_starts_no_run(chain: Chain, year: bytes, days: list[bytes]) -> None:
    before = chain.started()
    chain.ingest("again.txt", cut(year, days))
    assert chain.queue.left() == 0
    assert chain.source.deliver() is None
    assert chain.started() == before
    say("again:  the same file uploads nothing, sends nothing, starts nothing")


def test_corrected_session_changes_every_date_whose_window_contains_it(
    chain: Chain, year: bytes, days: list[bytes]
) -> None:
    day, ticker = days[CORRECTED], b"INVC11"
    # The correction removes a ticker from a session: its partition is dropped, and later averages
    # change.
    correction = cut(year, [day], drop=(day, ticker))
    report = chain.ingest("correction.txt", correction)
    say(f"correct: {len(report['objects'])} object, without {ticker.decode()} on {day.decode()}")
    daily, *_ = chain.deliver_and_refine()["tables"]
    # The session and those after it; none before.
    assert daily["dates"] == SESSIONS - CORRECTED
    assert_published(chain, spot_quotes(cut(year, days, drop=(day, ticker))))


def test_scheduled_run_refines_a_change_whose_events_are_lost(chain: Chain, year: bytes, days: list[bytes]) -> None:
    raw, gone = chain.stack.ref("RawBucket"), date.fromisoformat(days[-1].decode())
    chain.moto.client("s3").delete_object(Bucket=raw, Key=f"raw/trade_date={gone}/cotahist.parquet")
    dropped = {
        (date.fromisoformat(days[CORRECTED].decode()), "INVC11"),
        (date.fromisoformat(days[0].decode()), "INVA3"),
    }
    chain.ingest("lost.txt", cut(year, [days[0]], drop=(days[0], b"INVA3")))
    before = chain.started()
    # moto sends no event of a deletion in a bucket with versions: this event is lost before it is
    # sent.
    assert chain.lose_events() > 0
    say("lost:   the events of a deletion and of a correction")
    assert chain.source.deliver() is None
    assert chain.started() == before
    chain.scheduled_run()
    assert_published(chain, {key: row for key, row in spot_quotes(cut(year, days[:-1])).items() if key not in dropped})


def test_scheduled_run_without_a_change_changes_nothing(chain: Chain) -> None:
    before = {key: chain.identity(key) for key in chain.objects("refined/") if "/_ledger/" not in key}
    report = chain.scheduled_run()
    assert report["dates"] == 0
    assert {key: chain.identity(key) for key in chain.objects("refined/") if "/_ledger/" not in key} == before


def test_queues_are_empty_after_the_chain(chain: Chain) -> None:
    assert chain.queue.left() == 0
    dead = SqsQueue(chain.queue.sqs, chain.stack.ref("RawObjectsDead"))
    assert dead.left() == 0
