"""Tries the whole chain in a real AWS account: `smoke.py --stack name [--dry-run]`.

It deploys a stack of its own, ingests one session, waits for the run, compares Athena's totals with
B3's file, makes a run fail and waits for the alarm, then deletes everything, also after a failure.
Each step prints how long it took and how long it should take at most: 30 minutes in all, without
the deletion. All of it costs less than 1 USD.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
import time
import uuid
import zipfile
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Self

import boto3
import requests
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from artifacts import MissingArtifactError, collect
from deploy import Deployment, DeploymentError, deploy, print_line, stack_name
from destroy import DestroyError, destroy

if TYPE_CHECKING:
    from collections.abc import Callable

B3_FILE = "https://bvmf.bmfbovespa.com.br/InstDados/SerHist/COTAHIST_D{:%d%m%Y}.ZIP"
FINAL_STATES = ("SUCCEEDED", "FAILED", "TIMEOUT", "STOPPED", "ERROR")
TOTALS = (
    "SELECT count(*), sum(quantidade), sum(fechamento), sum(volume_financeiro) "
    "FROM cotacoes_diarias WHERE data_pregao = DATE '{}'"
)


class SmokeError(Exception):
    """A step did not succeed; the message says why."""


@dataclass(frozen=True)
class Step:
    """A step's description, the minutes it should take at most and the function that does it."""

    what: str
    minutes: int
    do: Callable[[Smoke], str]


def totals_of_file(content: bytes) -> tuple[str, ...]:
    """Rows, shares, closes and turnover of a file's spot quotes, in Athena's notation."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        text = archive.read(archive.namelist()[0]).decode("latin-1")
    spot = [line for line in text.splitlines() if line[:2] == "01" and line[24:27] == "010"]
    shares = sum(int(line[152:170]) for line in spot)
    # The file's price has two decimals and is for `quote factor` shares, the table's has six.
    closes = sum(int(line[108:121]) * 10_000 // int(line[210:217]) for line in spot)
    turnover = sum(int(line[170:188]) for line in spot)
    money = f"{closes // 1_000_000}.{closes % 1_000_000:06}", f"{turnover // 100}.{turnover % 100:02}"
    return str(len(spot)), str(shares), *money


def wait_for(what: str, seconds: int, probe: Callable[[], Any], pause: float = 10) -> Any:
    """Calls `probe` until it returns a true value, and returns that.

    Raises:
        SmokeError: it did not do so within the time limit.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := probe():
            return found
        time.sleep(pause)
    raise SmokeError(f"{what}: nothing within {seconds} s")


class Smoke:
    """The steps on one stack, in their order; each needs what earlier steps left."""

    def __init__(self, stack: str, session: boto3.Session) -> None:
        self.stack = stack
        self.session = session
        self.database = stack.replace("-", "_")
        self.outputs: dict[str, str] = {}
        self.trade_date = date.min

    def deploy(self) -> str:
        """Deploys the stack with the artifacts that `make smoke` built."""
        self.outputs = deploy(self.stack, collect(), {"DatabaseName": self.database}, self.session)
        return f"{len(self.outputs)} outputs"

    def ingest(self) -> str:
        """Ingests one session with the function that the schedule invokes."""
        name = Deployment(self.stack, self.session).name_of("Ingest")
        payload = json.dumps({"args": "cotahist --date last"})
        # One call, which waits for as long as the function may run.
        patient = Config(read_timeout=900, retries={"total_max_attempts": 1})
        answer = self.session.client("lambda", config=patient).invoke(FunctionName=name, Payload=payload)
        text = answer["Payload"].read().decode()
        if "FunctionError" in answer:
            raise SmokeError(f"Ingest: {text}")
        bucket = self.outputs["Lake"].removeprefix("s3://")
        found = self.session.client("s3").list_objects_v2(Bucket=bucket, Prefix="raw/").get("Contents", [])
        keys = [entry["Key"] for entry in found]
        if len(keys) != 1:
            raise SmokeError(f"Ingest: expected one object in s3://{bucket}/raw/, found {len(keys)}")
        key = str(keys[0])
        self.trade_date = date.fromisoformat(key.split("trade_date=")[1][:10])
        return key

    def runs(self) -> list[dict[str, Any]]:
        """The job's runs that have ended, newest first."""
        found = self.session.client("glue").get_job_runs(JobName=self.outputs["JobName"])["JobRuns"]
        return [run for run in found if run["JobRunState"] in FINAL_STATES]

    def refine(self) -> str:
        """Waits for the run that the S3 event started."""
        run, *_ = wait_for("a run that has ended", 480, self.runs)
        if run["JobRunState"] != "SUCCEEDED":
            raise SmokeError(f"{run['Id']} ended as {run['JobRunState']}: {run.get('ErrorMessage')}")
        return f"{run['Id']}, {run.get('ExecutionTime', 0)} s"

    def compare_totals(self) -> str:
        """Compares Athena's totals of the published rows with the totals of B3's file."""
        answer = requests.get(B3_FILE.format(self.trade_date), timeout=60)
        answer.raise_for_status()
        in_file = totals_of_file(answer.content)
        found = self.query(TOTALS.format(self.trade_date))
        if found != in_file:
            raise SmokeError(f"{self.trade_date}: Athena says {found}, B3's file says {in_file}")
        return f"{found[0]} rows"

    def query(self, text: str) -> tuple[str, ...]:
        """The first row of the query's result."""
        athena = self.session.client("athena")
        query = athena.start_query_execution(
            QueryString=text,
            WorkGroup=self.outputs["AthenaWorkGroup"],
            QueryExecutionContext={"Database": self.database},
        )["QueryExecutionId"]

        def ended() -> Any:
            state = athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]
            return state if state["State"] in ("SUCCEEDED", "FAILED", "CANCELLED") else None

        state = wait_for("an answer of Athena", 60, ended, pause=1)
        if state["State"] != "SUCCEEDED":
            raise SmokeError(f"{text}: {state['State']}: {state.get('StateChangeReason')}")
        _names, first, *_ = athena.get_query_results(QueryExecutionId=query)["ResultSet"]["Rows"]
        return tuple(column.get("VarCharValue", "") for column in first["Data"])

    def fail(self) -> str:
        """Starts a run that fails, with an invalid date, and waits for its alarm."""
        topic = self.outputs["AlarmsTopic"]
        with AlarmQueue(self.session, topic) as alarms:
            arguments = {"--trade_dates": "no-date"}
            glue = self.session.client("glue")
            run = glue.start_job_run(JobName=self.outputs["JobName"], Arguments=arguments)["JobRunId"]
            alarm = wait_for(f"an alarm of {run}", 540, lambda: alarms.message_of(run))
        if "no-date" not in str(alarm["message"]):
            raise SmokeError(f"the alarm of {run} does not name its date: {alarm['message']}")
        return str(alarm["message"])[:200]


class AlarmQueue:
    """A queue that is subscribed to the alarms' topic inside the `with` block."""

    def __init__(self, session: boto3.Session, topic: str) -> None:
        self.sns = session.client("sns")
        self.sqs = session.client("sqs")
        self.topic = topic

    def __enter__(self) -> Self:
        self.url = self.sqs.create_queue(QueueName=f"smoke-{uuid.uuid4().hex[:12]}")["QueueUrl"]
        names = {"QueueUrl": self.url, "AttributeNames": ["QueueArn"]}
        arn = self.sqs.get_queue_attributes(**names)["Attributes"]["QueueArn"]
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": self.topic}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.sqs.set_queue_attributes(QueueUrl=self.url, Attributes={"Policy": policy})
        answer = self.sns.subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=arn, ReturnSubscriptionArn=True)
        self.subscription = answer["SubscriptionArn"]
        return self

    def __exit__(self, *_: object) -> None:
        self.sns.unsubscribe(SubscriptionArn=self.subscription)
        self.sqs.delete_queue(QueueUrl=self.url)

    def message_of(self, run: str) -> dict[str, Any] | None:
        """The topic's message about this run or a retry of it, if one has come."""
        answer = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        for message in answer.get("Messages", []):
            text = json.loads(message["Body"])["Message"]
            if run in text:
                alarm: dict[str, Any] = json.loads(text)
                return alarm
        return None


STEPS = (
    Step("deploy the stack from what was built", 10, Smoke.deploy),
    Step("let the function Ingest bring the last session", 2, Smoke.ingest),
    Step("wait for the run that the object's event starts", 8, Smoke.refine),
    Step("ask Athena for the session's totals and compare with B3's file", 1, Smoke.compare_totals),
    Step("fail a run on purpose and wait for the alarm after its retries", 9, Smoke.fail),
)


def run_steps(stack: str, session: boto3.Session) -> None:
    """Does every step, then destroys the stack, also after a failure.

    Raises:
        SmokeError: a step did not succeed, or such a stack exists already; that one is not touched.
    """
    if Deployment(stack, session).state():
        raise SmokeError(f"there is a stack {stack}: name one that does not exist, because it will be destroyed")
    smoke = Smoke(stack, session)
    try:
        for step in STEPS:
            began = time.monotonic()
            outcome = step.do(smoke)
            print_line(f"{step.what}: {outcome} ({time.monotonic() - began:.0f} s of {step.minutes * 60})")
    finally:
        if Deployment(stack, session).state():
            destroy(stack, session, with_raw=True)


def main(arguments: list[str] | None = None) -> int:
    """Tries the account, or prints the steps."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stack", type=stack_name, required=True, help="the name of a stack that does not exist yet")
    parser.add_argument("--dry-run", action="store_true", help="print the steps, and ask AWS nothing")
    options = parser.parse_args(arguments)
    if options.dry_run:
        print_line(f"dry run: nothing is asked of AWS. `make smoke STACK={options.stack}` would")
        for number, step in enumerate(STEPS, start=1):
            print_line(f"{number}. {step.what} ({step.minutes} minutes at most)")
        print_line(f"{len(STEPS) + 1}. destroy the stack with its raw bucket, whatever happened before")
        return 0
    try:
        run_steps(options.stack, boto3.Session())
    except (
        SmokeError,
        DeploymentError,
        DestroyError,
        MissingArtifactError,
        BotoCoreError,
        ClientError,
        OSError,
    ) as error:
        sys.exit(f"error: {error}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
