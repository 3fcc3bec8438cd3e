"""The evening check: the same binary asks the catalog for the last session and writes the alarm's metric."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from aws import CREDENTIALS, Moto
from binaries import built
from runtime_api import Function

import b3_kernels as b3

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resolver import Resolver


def last_closed_session() -> date:
    """By the exchange's clock: its books are closed at 19:00."""
    now = datetime.now(ZoneInfo("America/Sao_Paulo"))
    return b3.add_sessions(now.date() - timedelta(days=now.hour < 19), 0)


@pytest.fixture
def function(stack: Resolver, moto: Moto) -> Iterator[Function]:
    wanted = stack.properties("CheckSession")["Environment"]["Variables"]
    with Function(built("bootstrap"), {**CREDENTIALS, **wanted, "AWS_ENDPOINT_URL": moto.url}) as function:
        yield function


def publish(stack: Resolver, moto: Moto, session: date) -> None:
    """Put the table and a partition of this date into the catalog."""
    glue = moto.client("glue")
    database, table = stack.ref("Database"), "cotacoes_diarias"
    columns = [{"Name": "data_pregao", "Type": "date"}, {"Name": "ativo", "Type": "string"}]
    with suppress(glue.exceptions.AlreadyExistsException):
        glue.create_table(DatabaseName=database, TableInput={"Name": table, "PartitionKeys": columns})
    partition = {"Values": [str(session), "PETR4"], "StorageDescriptor": {}}
    glue.create_partition(DatabaseName=database, TableName=table, PartitionInput=partition)


def metric(function: Function) -> dict[str, Any]:
    """The metric's line of one check."""
    assert function.invoke({}).error is None
    (line,) = [line for line in function.logs() if "_aws" in line]
    return line


def test_session_is_missing_until_it_is_published(stack: Resolver, moto: Moto, function: Function) -> None:
    assert metric(function)["SessionMissing"] == 1
    session = last_closed_session()
    publish(stack, moto, b3.add_sessions(session, -1))
    function.log.write_bytes(b"")
    assert metric(function)["SessionMissing"] == 1
    publish(stack, moto, session)
    function.log.write_bytes(b"")
    assert metric(function)["SessionMissing"] == 0


def test_metric_is_the_one_the_alarm_watches(stack: Resolver, function: Function) -> None:
    alarm = stack.properties("SessionMissing")
    line = metric(function)
    (described,) = line["_aws"]["CloudWatchMetrics"]
    assert described["Namespace"] == alarm["Namespace"]
    assert [entry["Name"] for entry in described["Metrics"]] == [alarm["MetricName"]]
    (dimension,) = alarm["Dimensions"]
    assert line[dimension["Name"]] == dimension["Value"]


def test_catalog_that_does_not_answer_is_an_error(function: Function) -> None:
    function.environment["AWS_ENDPOINT_URL"] = "http://127.0.0.1:9"
    invocation = function.invoke({})
    assert invocation.error["errorType"] == "NotChecked"
    assert "partitions of b3.cotacoes_diarias" in invocation.error["errorMessage"]
