"""Registers and removes partitions in the Glue Data Catalog with its batch calls.

Spark's own statements ask S3 on the driver whether each partition's folder exists, some 40 ms each,
and so hours for a year. The batch calls ask nothing of S3 and run in several threads.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from b3_jobs.errors import JobError
from b3_jobs.tables import quote_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Partition = tuple[date, str]
# The most that one call takes, from Glue's API reference.
CREATED_A_CALL, DELETED_A_CALL = 100, 25
_THREADS = 4
_GAP = timedelta(days=31)
# Seconds between the attempts.
_PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
# Temporary errors of single partitions, which are tried again.
_TEMPORARY = (
    "ThrottlingException", "InternalServiceException", "OperationTimeoutException", "ConcurrentModificationException",
)  # fmt: skip


class GluePartitions:
    """The partitions of one table by date and ticker; boto3's client retries whole calls itself."""

    def __init__(self, glue: Any, database: str, table: str, pause: Callable[[float], None] = time.sleep) -> None:
        self._glue = glue
        self._names = {"DatabaseName": database, "TableName": table}
        self._pause = pause

    @cached_property
    def _storage(self) -> dict[str, Any]:
        """The table's storage descriptor; partitions have the same one with another location."""
        answer = self._glue.get_table(DatabaseName=self._names["DatabaseName"], Name=self._names["TableName"])
        storage: dict[str, Any] = answer["Table"]["StorageDescriptor"]
        return storage

    def tickers(self, days: Iterable[date]) -> dict[date, set[str]]:
        """The tickers registered for each of these dates; near dates share one request."""
        days = sorted(days)
        found: set[Partition] = set()
        for first, last in _spans(days):
            # The partition index supports comparisons and AND, but neither IN nor OR.
            found |= self.registered(Expression=f"data_pregao >= '{first}' AND data_pregao <= '{last}'")
        registered = quote_files.tickers_by_date(found)
        return {day: registered.get(day, set()) for day in days}

    def registered(self, **condition: str) -> set[Partition]:
        """The registered partitions that fulfil the condition."""
        paginator = self._glue.get_paginator("get_partitions")
        pages = paginator.paginate(**self._names, **condition, ExcludeColumnSchema=True)
        return {_partition(entry["Values"]) for page in pages for entry in page["Partitions"]}

    def add(self, partitions: Iterable[Partition]) -> None:
        """Registers partitions; those that exist stay as they are.

        Raises:
            JobError: for the first that Glue refuses, with the reason.
        """

        def create(chunk: Sequence[Partition]) -> list[Any]:
            inputs = [self._partition_input(partition) for partition in chunk]
            answer = self._glue.batch_create_partition(**self._names, PartitionInputList=inputs)
            return self._errors(answer, "AlreadyExistsException")

        self._in_chunks(create, partitions, CREATED_A_CALL)

    def drop(self, partitions: Iterable[Partition]) -> None:
        """Removes partitions from the catalog; their files stay.

        Raises:
            JobError: for the first that Glue refuses, with the reason.
        """

        def delete(chunk: Sequence[Partition]) -> list[Any]:
            keys = [{"Values": _values(partition)} for partition in chunk]
            answer = self._glue.batch_delete_partition(**self._names, PartitionsToDelete=keys)
            return self._errors(answer, "EntityNotFoundException")

        self._in_chunks(delete, partitions, DELETED_A_CALL)

    def _partition_input(self, partition: Partition) -> dict[str, Any]:
        place = f"{self._storage['Location'].rstrip('/')}/{quote_files.partition(*partition)}"
        return {"Values": _values(partition), "StorageDescriptor": self._storage | {"Location": place}}

    @staticmethod
    def _errors(answer: Any, harmless: str) -> list[Any]:
        return [error for error in answer.get("Errors", []) if error["ErrorDetail"]["ErrorCode"] != harmless]

    def _in_chunks(
        self, call: Callable[[Sequence[Partition]], list[Any]], partitions: Iterable[Partition], size: int
    ) -> None:
        """Calls for each chunk, in threads; temporary errors are tried again after a pause."""
        left = sorted(partitions)
        for pause in (*_PAUSES, None):  # None after the last attempt
            with ThreadPoolExecutor(_THREADS) as pool:
                chunks = (left[start : start + size] for start in range(0, len(left), size))
                errors = [error for errors in pool.map(call, chunks) for error in errors]
            for error in errors:
                if error["ErrorDetail"]["ErrorCode"] not in _TEMPORARY:
                    raise self._failed(error)
            left = sorted(_partition(error["PartitionValues"]) for error in errors)
            if not left:
                return
            if pause is None:
                raise self._failed(errors[0])
            self._pause(pause)

    def _failed(self, error: Any) -> JobError:
        detail = error["ErrorDetail"]
        name = ".".join(self._names.values())
        return JobError(
            f"{name}: partition {'/'.join(error['PartitionValues'])}: {detail['ErrorCode']}: {detail['ErrorMessage']}"
        )


def _spans(days: Sequence[date]) -> list[tuple[date, date]]:
    """The sorted days as spans without a gap of more than a month."""
    spans: list[tuple[date, date]] = []
    for day in days:
        if spans and day - spans[-1][1] <= _GAP:
            spans[-1] = (spans[-1][0], day)
        else:
            spans.append((day, day))
    return spans


def _values(partition: Partition) -> list[str]:
    day, ticker = partition
    return [str(day), ticker]


def _partition(values: Sequence[str]) -> Partition:
    day, ticker = values
    return quote_files.key_of(f"data_pregao={day}/ativo={ticker}")
