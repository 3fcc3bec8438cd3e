"""Batch calls of the Glue Data Catalog on moto: their results, and their number."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from b3_jobs.errors import JobError
from b3_jobs.tables.glue_partitions import GluePartitions

PLACE = "s3://lake/refined/cotacoes_diarias"
DAY = date(2024, 11, 8)
# In one call Glue creates at most 100 partitions, and deletes at most 25.
SESSION = {(DAY, f"TICK{number}") for number in range(1_300)}


class Counted:
    """A client of Glue that counts its calls; each batch call reports one error of `failing`."""

    def __init__(self, glue: Any) -> None:
        self.glue = glue
        self.calls: Counter[str] = Counter()
        self.failing: list[str] = []
        self.conditions: list[str] = []

    def __getattr__(self, name: str) -> Any:
        def call(**request: Any) -> Any:
            self.calls[name] += 1
            answer = getattr(self.glue, name)(**request)
            if name.startswith("batch_") and self.failing:
                detail = {"ErrorCode": self.failing.pop(), "ErrorMessage": "not now"}
                (partitions,) = [value for value in request.values() if isinstance(value, list)]
                failed = {"PartitionValues": partitions[0]["Values"], "ErrorDetail": detail}
                answer = {**answer, "Errors": [*answer.get("Errors", []), failed]}
            return answer

        return self.paginator if name == "get_paginator" else call

    def paginator(self, name: str) -> Any:
        paginator = self.glue.get_paginator(name)

        def paginate(**request: Any) -> Any:
            self.conditions.append(request.get("Expression", ""))
            return paginator.paginate(**request)

        return SimpleNamespace(paginate=paginate)


@pytest.fixture
def counted(glue: Any) -> Counted:
    keys = [{"Name": "data_pregao", "Type": "date"}, {"Name": "ativo", "Type": "string"}]
    columns = [{"Name": "abertura", "Type": "decimal(18,6)"}]
    storage = {"Location": PLACE, "InputFormat": "parquet", "Columns": columns}
    table = {"Name": "cotacoes_diarias", "PartitionKeys": keys, "StorageDescriptor": storage}
    glue.create_table(DatabaseName="b3", TableInput=table)
    return Counted(glue)


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def partitions(counted: Counted, pauses: list[float]) -> GluePartitions:
    return GluePartitions(counted, "b3", "cotacoes_diarias", pauses.append)


def test_register_takes_thirteen_calls_for_a_session_with_the_location_of_each_partition(
    counted: Counted, partitions: GluePartitions
) -> None:
    partitions.add(SESSION)
    assert counted.calls == {"get_table": 1, "batch_create_partition": 13}
    assert partitions.registered() == SESSION
    found = counted.glue.get_partition(
        DatabaseName="b3", TableName="cotacoes_diarias", PartitionValues=["2024-11-08", "TICK7"]
    )["Partition"]["StorageDescriptor"]
    assert found["Location"] == f"{PLACE}/data_pregao=2024-11-08/ativo=TICK7"
    assert found["InputFormat"] == "parquet"


def test_registering_again_and_dropping_a_missing_partition_change_nothing(partitions: GluePartitions) -> None:
    partitions.add([(DAY, "PETR4"), (DAY, "VALE3")])
    partitions.add([(DAY, "PETR4"), (DAY, "ABEV3")])
    assert partitions.registered() == {(DAY, "ABEV3"), (DAY, "PETR4"), (DAY, "VALE3")}
    partitions.drop([(DAY, "PETR4"), (DAY, "NONE3")])
    assert partitions.registered() == {(DAY, "ABEV3"), (DAY, "VALE3")}


def test_drop_takes_fifty_two_calls_for_a_session(counted: Counted, partitions: GluePartitions) -> None:
    partitions.add(SESSION)
    partitions.drop(SESSION)
    assert counted.calls["batch_delete_partition"] == 52
    assert partitions.registered() == set()


def test_tickers_of_close_dates_are_asked_for_in_one_call(counted: Counted, partitions: GluePartitions) -> None:
    days = [DAY + timedelta(days=number) for number in range(5)]
    partitions.add((day, "PETR4") for day in days)
    years_later = DAY.replace(year=2030)  # dates over 31 days apart take a call each
    wanted: dict[date, set[str]] = {day: {"PETR4"} for day in (days[1], days[3])}
    assert partitions.tickers([days[3], years_later, days[1]]) == wanted | {years_later: set()}
    assert counted.conditions == [
        "data_pregao >= '2024-11-09' AND data_pregao <= '2024-11-11'",
        "data_pregao >= '2030-11-08' AND data_pregao <= '2030-11-08'",
    ]


@pytest.mark.parametrize("failing", ["ThrottlingException", "InternalServiceException"])
def test_a_partition_that_fails_for_a_while_is_repeated_with_pauses(
    counted: Counted, partitions: GluePartitions, pauses: list[float], failing: str
) -> None:
    counted.failing = [failing] * 3
    partitions.add([(DAY, "PETR4"), (DAY, "VALE3")])
    assert partitions.registered() == {(DAY, "PETR4"), (DAY, "VALE3")}
    assert pauses == [0.5, 1.0, 2.0]


def test_a_partition_that_glue_refuses_is_an_error_with_its_reason(
    counted: Counted, partitions: GluePartitions
) -> None:
    counted.failing = ["InvalidInputException"]
    with pytest.raises(
        JobError, match=r"b3\.cotacoes_diarias: partition 2024-11-08/PETR4: InvalidInputException: not now"
    ):
        partitions.add([(DAY, "PETR4")])


def test_a_partition_that_fails_every_time_is_an_error_with_its_name(
    counted: Counted, partitions: GluePartitions, pauses: list[float]
) -> None:
    counted.failing = ["ThrottlingException"] * 10
    with pytest.raises(JobError, match="2024-11-08/PETR4: ThrottlingException"):
        partitions.drop([(DAY, "PETR4")])
    assert pauses == [0.5, 1.0, 2.0, 4.0, 8.0]
