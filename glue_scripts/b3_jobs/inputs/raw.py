"""Raw objects: checks their columns and reads their rows as a DataFrame."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from b3_jobs.contract.schemas import RAW, RAW_WITH_DATE, arrow_schema, schema_fault
from b3_jobs.errors import StoreFault, parquet_fault
from b3_jobs.files.parquet_rows import read_rows
from b3_jobs.files.storage import in_threads
from b3_jobs.ledger.ledger import source_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from pyspark.sql import DataFrame, SparkSession

    from b3_jobs.files.storage import Storage

_Answer = TypeVar("_Answer")
# The columns that are missing from raw objects written before the lake had corporate actions.
_LATE_COLUMNS = ("currency", "distribution", "specification")
# Columns that bars of a longer time add up, and a value that no market reaches: 10,000 values below
# it fit into the column's type, and a month has some 10,000 minutes of trading.
_ADDED_UP, _TOO_LARGE = ("volume", "turnover", "trades"), 10**14


@dataclass(frozen=True, order=True)
class RawObject:
    """One source's bars of one date, `trade_date=2024-01-02/cotahist.parquet`."""

    trade_date: date
    key: str
    # From the footer; 0 in an object that is not from `check_objects`.
    rows: int = 0


def check_objects(raw: Storage, objects: list[RawObject]) -> tuple[list[RawObject], dict[RawObject, str]]:
    """Reads the footers: the valid objects with their row counts, and the others' faults."""
    answers = in_threads(partial(_check_one, raw), objects)
    good = [answer for answer in answers if isinstance(answer, RawObject)]
    bad = {raw_object: answer for raw_object, answer in zip(objects, answers, strict=True) if isinstance(answer, str)}
    return good, bad


def _check_one(raw: Storage, raw_object: RawObject) -> RawObject | str:
    def check(file: Any) -> RawObject | str:
        content = pq.ParquetFile(file)
        fault = _columns_fault(raw_object, content.schema_arrow) or _null_ticker_fault(content)
        return f"{raw.uri(raw_object.key)}: {fault}" if fault else replace(raw_object, rows=content.metadata.num_rows)

    return read_twice(raw, raw_object.key, check)


def read_twice(place: Storage, key: str, read: Callable[[Any], _Answer]) -> _Answer | str:
    """What `read` returns for an object's content, or the object's fault.

    If a first reading fails, the object has only the fault of a second one: the store may have
    failed for a moment. If the store fails again the fault is `StoreFault`.
    """
    with suppress(OSError, pa.ArrowException), place.open(key) as file:
        return read(file)
    try:
        (content,) = place.contents([key])
    except OSError as error:
        return StoreFault(f"{place.uri(key)}: cannot be read: {str(error).splitlines()[0]}")
    try:
        return read(pa.BufferReader(content))
    except (OSError, pa.ArrowException) as error:
        return f"{place.uri(key)}: {parquet_fault(error)}"


def _columns_fault(raw_object: RawObject, schema: pa.Schema) -> str | None:
    """What is wrong with the columns, and for an old object the command that writes it anew."""
    fault = schema_fault(schema, arrow_schema(RAW), "a raw object's columns")
    if not fault or not any(fault.startswith(f"column {name} is missing") for name in _LATE_COLUMNS):
        return fault
    # The sources are cotahist, yahoo (daily bars) and yahoo-INTERVAL.
    source, _, interval = source_of(raw_object.key).partition("-")
    if source == "cotahist":
        command = f"cotahist --year {raw_object.trade_date.year}"
        condition = "with --markets if the object has others than the spot market"
    else:
        interval_flag = f"--interval {interval} " if interval else ""
        day = raw_object.trade_date
        command = f"yahoo --tickers-file FILE {interval_flag}--from {day} --to {day}"
        condition = "with all tickers of the object in FILE"
    command = f"b3-ingest {command} --replace --dest LAKE"
    return f"{fault}: the object is older than the column; write it anew with `{command}`, {condition}"


def _null_ticker_fault(content: pq.ParquetFile) -> str | None:
    """A fault if a row has no ticker: it could not even be reported as rejected."""
    footer, column = content.metadata, content.schema.names.index("ticker")
    groups = [footer.row_group(group).column(column).statistics for group in range(footer.num_row_groups)]
    if all(statistics is not None and statistics.has_null_count for statistics in groups):
        nulls = sum(statistics.null_count for statistics in groups)
    else:
        nulls = content.read(["ticker"])["ticker"].null_count
    return f"column ticker is null in {nulls} rows, expected in none" if nulls else None


def read(spark: SparkSession, raw: Storage, objects: list[RawObject]) -> DataFrame:
    """The objects' rows with their trade date."""
    return read_rows(spark, raw, (raw_object.key for raw_object in objects), RAW_WITH_DATE)


def unreadable(raw: Storage, objects: list[RawObject]) -> dict[RawObject, str]:
    """The faults that no footer shows: damaged pages, and numbers that are too large."""
    faults = in_threads(partial(_damage, raw), objects)
    return {raw_object: fault for raw_object, fault in zip(objects, faults, strict=True) if fault}


def _damage(raw: Storage, raw_object: RawObject) -> str | None:
    def damage(file: Any) -> str | None:
        content = pq.ParquetFile(file)
        for column in content.schema_arrow.names:
            try:
                values = content.read([column])[column]
                # Text may not be UTF-8, a decimal may have more digits than its type.
                values.validate(full=True)
            except (OSError, pa.ArrowException) as error:
                raise OSError(f"column {column}: {error}") from error
            if column in _ADDED_UP:
                for extreme in pc.min_max(values).as_py().values():
                    if abs(extreme or 0) >= _TOO_LARGE:
                        return f"{raw.uri(raw_object.key)}: column {column} holds {extreme}, too large to add up"
        return None

    return read_twice(raw, raw_object.key, damage)
