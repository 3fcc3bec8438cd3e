"""The Lambda's real binary behind a Runtime API: its logs, answers, environment and errors."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from aws import CREDENTIALS, Moto
from binaries import built
from runtime_api import Function, FunctionDiedError
from s3_events import full, raw_key

import zip_lambda

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stack import Stack

DATES = ("2024-02-08", "2024-02-09", "2024-02-14")


@pytest.fixture
def function(stack: Stack, moto: Moto) -> Iterator[Function]:
    job = stack.ref("RefineQuotes")
    with Function({**CREDENTIALS, "AWS_ENDPOINT_URL": moto.url, "GLUE_JOB_NAME": job}) as function:
        yield function


def event(*dates: str) -> dict[str, Any]:
    """An S3 event of the raw objects of these dates."""
    return {"Records": [record for date in dates for record in full(raw_key(date, "cotahist"))["Records"]]}


def line(function: Function, message: str) -> dict[str, Any]:
    """The one log line with this message."""
    (found,) = [line for line in function.logs() if line.get("message") == message]
    return found


def test_run_has_the_jobs_own_arguments(function: Function, stack: Stack, moto: Moto) -> None:
    invocation = function.invoke(event(*DATES))
    assert invocation.response == {"batchItemFailures": []}
    logged = line(function, "run started")
    # The function gives no arguments; moto then shows those of the job.
    run = moto.client("glue").get_job_run(JobName=stack.ref("RefineQuotes"), RunId=logged["run_id"])["JobRun"]
    assert run["Arguments"] == stack.properties("RefineQuotes")["DefaultArguments"]


def test_log_line_of_a_run_has_request_level_and_number_of_objects(function: Function) -> None:
    invocation = function.invoke(event(*DATES))
    logged = line(function, "run started")
    assert logged["request_id"] == invocation.request_id
    assert logged["level"] == "INFO"
    assert logged["objects"] == len(DATES)


def test_refusal_is_logged_as_the_alarms_filter_expects(function: Function, stack: Stack) -> None:
    function.environment["GLUE_JOB_NAME"] = "no-such-job"
    message = {"messageId": "m", "body": json.dumps(event(*DATES))}
    assert function.invoke({"Records": [message]}).response == {"batchItemFailures": [{"itemIdentifier": "m"}]}
    assert stack.properties("Refusals")["FilterPattern"] == '{ $.level = "ERROR" }'
    (refusal,) = [line for line in function.logs() if line.get("level") == "ERROR"]
    assert "EntityNotFoundException" in refusal["reason"]


def test_refusal_fails_the_invocation_of_an_event_that_no_queue_delivered(function: Function) -> None:
    function.environment["GLUE_JOB_NAME"] = "no-such-job"
    invocation = function.invoke(event(*DATES))
    assert invocation.error["errorType"] == "Refused"
    assert "EntityNotFoundException" in invocation.error["errorMessage"]


def test_unreachable_glue_is_reported_as_busy(function: Function) -> None:
    function.environment["AWS_ENDPOINT_URL"] = "http://127.0.0.1:9"
    invocation = function.invoke(event(*DATES))
    assert invocation.error["errorType"] == "Busy"


@pytest.mark.parametrize("name", ["GLUE_JOB_NAME", "AWS_REGION"])
def test_missing_variable_is_an_error_with_its_name(function: Function, name: str) -> None:
    del function.environment[name]
    with pytest.raises(FunctionDiedError, match=f"environment variable {name}: expected"):
        function.start()


def test_secrets_are_never_logged(function: Function) -> None:
    function.environment["AWS_SECRET_ACCESS_KEY"] = "a-secret-to-look-for"  # noqa: S105
    function.environment["LOG_LEVEL"] = "trace"
    function.invoke(event(*DATES))
    assert "TRACE" in {line.get("level") for line in function.logs()}
    assert "a-secret-to-look-for" not in str(function.logs())


def test_binary_runs_on_amazon_linux_2023() -> None:
    assert zip_lambda.fault(built("bootstrap").read_bytes()) is None
