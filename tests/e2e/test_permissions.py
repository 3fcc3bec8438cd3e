"""Each permission of the template is needed by a call and enough for it, by moto's IAM."""

from __future__ import annotations

import json
import subprocess
from contextlib import nullcontext
from datetime import date
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING

import boto3
import iceberg_lake
import pyarrow as pa
import pytest
from aws import REGION, Moto
from binaries import built
from botocore.exceptions import ClientError
from cotahist_files import flat, text
from identities import Identities
from permission_calls import CALLS, RAW, REFINED, START, Call, s3, sqs
from policies import permissions
from runtime_api import Function
from s3_events import full, raw_key
from stack import Stack

import templates
from b3_jobs.contract.options import Options
from b3_jobs.contract.published_table import PublishedTable
from b3_jobs.contract.schemas import arrow_schema
from b3_jobs.errors import JobError
from b3_jobs.files import storage
from b3_jobs.files.storage import Storage
from b3_jobs.ledger.ledger import ledger_file
from b3_jobs.ledger.observation import observe
from b3_jobs.tables import glue_tables, iceberg_table
from b3_jobs.tables.glue_partitions import GluePartitions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TEMPLATE = templates.read()
ROLES, MANAGED = (
    [name for name, resource in TEMPLATE["Resources"].items() if resource["Type"] == f"AWS::IAM::{kind}"]
    for kind in ("Role", "ManagedPolicy")
)
# Permissions without a call in CALLS, each with the reason.
NOT_CALLED = {
    # moto's Lambda runs no function without Docker.
    ("ScheduleRole", "lambda:InvokeFunction"),
    # moto has this service under the name `monitoring`.
    ("RefineQuotesRole", "cloudwatch:PutMetricData"),
    # For an upload in parts moto asks for s3:PutObject alone.
    ("RefineQuotesRole", "s3:AbortMultipartUpload"),
    ("Readers", "s3:AbortMultipartUpload"),
    ("Readers", "s3:ListMultipartUploadParts"),
}
PERMISSIONS = [(holder, action) for holder, calls in CALLS.items() for action in calls]


@pytest.fixture(scope="module")
def identities(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Identities]:
    with Moto(tmp_path_factory.mktemp("moto") / "log") as moto:
        identities = Identities(Stack(moto.client), moto, ROLES, MANAGED)
        for holder in (*ROLES, *MANAGED):
            identities.grant(holder)
        yield identities


def allowed(identities: Identities, holder: str, call: Call) -> bool:
    """Whether the call is permitted; errors of the service itself do not count."""
    try:
        call.do(identities.client(holder, call.service), identities.stack)
    except ClientError as error:
        status: int = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return status != 403
    return True


def test_every_permission_of_a_role_has_a_call_or_a_reason() -> None:
    assert set(permissions(TEMPLATE["Resources"])) == set(PERMISSIONS) | NOT_CALLED


@pytest.mark.parametrize(("holder", "action"), PERMISSIONS)
def test_call_needs_exactly_its_permission(identities: Identities, holder: str, action: str) -> None:
    call = CALLS[holder][action]
    assert allowed(identities, holder, call)
    with identities.without(action, holder):
        assert not allowed(identities, holder, call)


@pytest.mark.parametrize(
    ("holder", "call"),
    [
        ("RefineQuotesRole", s3("RawBucket", "put_object", Key=RAW)),
        ("RefineQuotesRole", s3("RefinedBucket", "put_object", Key="elsewhere/x")),
        ("IngestRole", s3("RefinedBucket", "put_object", Key=REFINED)),
        ("IngestRole", s3("RawBucket", "put_object", Key="elsewhere/x")),
        ("IngestRole", s3("RawBucket", "delete_object", Key=RAW)),
        ("StartGlueJobRole", sqs("RawObjectsDead", "receive_message")),
        ("StartGlueJobRole", s3("RawBucket", "list_objects_v2", Prefix="raw/")),
        ("Readers", s3("RefinedBucket", "put_object", Key=REFINED)),
        ("Readers", s3("RawBucket", "list_objects_v2", Prefix="raw/")),
        ("Readers", START),
    ],
)
def test_calls_that_a_role_does_not_need_are_denied(identities: Identities, holder: str, call: Call) -> None:
    assert not allowed(identities, holder, call)


def test_function_starts_a_run_with_its_role_and_is_refused_without_its_permission(identities: Identities) -> None:
    environment = {
        **identities.keys["StartGlueJobRole"],
        "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL": identities.url,
        "GLUE_JOB_NAME": identities.stack.ref("RefineQuotes"),
    }
    message = {"messageId": "m", "body": json.dumps(full(raw_key("2024-01-02", "cotahist")))}
    with Function(environment) as function:
        assert function.invoke({"Records": [message]}).response == {"batchItemFailures": []}
        with identities.without("glue:StartJobRun", "StartGlueJobRole"):
            answer = function.invoke({"Records": [message]}).response
        assert answer == {"batchItemFailures": [{"itemIdentifier": "m"}]}
        (refusal,) = [line for line in function.logs() if line.get("level") == "ERROR"]
        assert "AccessDenied" in refusal["reason"]


def test_ingestion_writes_with_its_role_and_is_refused_without_its_permission(
    identities: Identities, tmp_path: Path
) -> None:
    file = tmp_path / "session.txt"
    file.write_text(text(flat("2024-01-03", ticker, 3_641) for ticker in ("INVA3", "INVB4")), newline="")
    lake = f"s3://{identities.stack.ref('RawBucket')}"
    command = [str(built("b3-ingest")), "cotahist", "--file", str(file), "--dest", lake]
    environment = {**identities.keys["IngestRole"], "AWS_REGION": REGION}

    def ingest(*more: str) -> subprocess.CompletedProcess[str]:
        whole = [*command, "--endpoint-url", identities.url, *more]
        return subprocess.run(whole, env=environment, capture_output=True, text=True, timeout=600, check=False)

    done = ingest()
    assert done.returncode == 0, done.stdout + done.stderr
    with identities.without("s3:PutObject", "IngestRole"):
        # With one ticker only, because an object whose content is the same is not written again.
        refused = ingest("--tickers", "INVA3", "--replace")
    assert refused.returncode == 1
    assert "AccessDenied" in refused.stdout


@pytest.fixture
def new_clients(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """New S3 clients of the job, because clients keep the credentials they were made with."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    caches = (storage._s3_client, storage._filesystem)
    for cache in caches:
        cache.cache_clear()
    yield
    for cache in caches:
        cache.cache_clear()


# Each commit has another close, because a commit without a change is not made.
_CLOSES = count(30)


def commit_a_quote(table: PublishedTable) -> None:
    day = date(2024, 1, 2)
    row = {"data_pregao": day, "ativo": "PETR4", "fechamento": Decimal(next(_CLOSES))}
    months_written = iceberg_lake.commit(table, pa.Table.from_pylist([row], arrow_schema(table.columns)))
    assert months_written == 1
    assert iceberg_table.tickers(table, [day]) == {day: {"PETR4"}}


@pytest.mark.usefixtures("new_clients")
@pytest.mark.parametrize(
    "missing", ["", "s3:ListBucket", "s3:PutObject", "glue:BatchCreatePartition", "glue:UpdateTable"]
)
def test_job_publishes_with_its_role_and_is_refused_without_its_permission(
    identities: Identities, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    # The calls that the job makes itself, except deletes of many objects, which moto refuses to
    # every role. Those of Spark's S3A are left out, because moto refuses its signatures. With an
    # empty `missing` the role keeps all its permissions.
    for name, value in {**identities.keys["RefineQuotesRole"], "AWS_REGION": REGION}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", identities.url)
    arguments = identities.stack.properties("RefineQuotes")["DefaultArguments"]
    options = Options(arguments["--raw_path"], arguments["--refined_path"], arguments["--database"])
    # The weekly table: the daily one has been made by a call of `CALLS`, without columns.
    glue, table = identities.client("RefineQuotesRole", "glue"), PublishedTable.of(options, "1w")

    def publish() -> None:
        observe(options)
        place, key = table.place, "data_pregao=2024-01-02/ativo=PETR4/cotacao.parquet"
        ledger = ledger_file(Storage.at(options.refined_path), table.name)
        _, version = ledger.read()
        ledger.write(b"{}", version)
        place.put(key, b"row")
        glue_tables.ensure_table(glue, table)
        partitions = GluePartitions(glue, options.database, table.name)
        partitions.add([(date(2024, 1, 2), "PETR4")])
        assert partitions.tickers([date(2024, 1, 2)]) == {date(2024, 1, 2): {"PETR4"}}
        partitions.drop([(date(2024, 1, 2), "PETR4")])
        assert place.list(recursive=True) == [key]
        commit_a_quote(PublishedTable.of_iceberg(options))

    refused = pytest.raises((ClientError, OSError, JobError)) if missing else nullcontext()
    with identities.without(missing, "RefineQuotesRole"), refused:
        publish()
