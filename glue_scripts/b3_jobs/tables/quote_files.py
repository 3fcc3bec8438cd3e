"""Writes and removes the published files: one for each date and ticker.

Spark's `INSERT OVERWRITE` empties the date before it fills it, renames every file twice and takes
28 S3 requests for each. Here a file is written to its fixed name in one step: a reader sees the old
row or the new one, a killed run leaves no half file, and running again gives the same files.
"""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from b3_jobs.contract.schemas import DAY, KEY_NAMES, KEYS, TICKER, arrow_schema
from b3_jobs.errors import JobError
from b3_jobs.files.parquet_rows import read_rows
from b3_kernels.partition_files import PartitionFiles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import StructType

    from b3_jobs.contract.published_table import PublishedTable
    from b3_jobs.files.storage import Storage

FILE = "cotacao.parquet"
_DATE = re.compile(rf"{DAY}=(\d{{4}}-\d{{2}}-\d{{2}})", re.ASCII)
# PUT requests at the same time: one to S3 waits some 30 ms and needs no processor time.
_PUTS_AT_ONCE = 32
# The most files, some 3 KB each, that a worker holds in memory until S3 has them.
_ENCODED_AT_ONCE = 1_000


def dates(place: Storage) -> set[date]:
    """The dates that have a folder, from one listing of the table's folder."""
    return {day for name in place.list() if (day := day_of(name))}


def day_of(folder: str) -> date | None:
    """The date in the name of a date's folder; None for any other name."""
    named = _DATE.fullmatch(folder)
    try:
        return date.fromisoformat(named[1]) if named else None
    except ValueError:
        return None


def folder(day: date) -> str:
    """The folder of a date, relative to the table's."""
    return f"{DAY}={day}"


def partition(day: date, ticker: str) -> str:
    """The folder of a partition, relative to the table's."""
    return f"{folder(day)}/{TICKER}={ticker}"


def key_of(name: str) -> tuple[date, str]:
    """The date and ticker in the name of a partition's folder, or of a file in it.

    Raises:
        JobError: if it names no date and ticker.
    """
    first, _, rest = name.partition("/")
    day, ticker = day_of(first), rest.partition("/")[0].partition(f"{TICKER}=")[2]
    if day is None or not ticker:
        raise JobError(f"{name}: found where a partition of a date and a ticker was expected; remove it")
    return day, ticker


def tickers_by_date(keys: Iterable[Iterable[Any]]) -> dict[date, set[str]]:
    """The tickers of each date, from pairs (or Spark's rows) of date and ticker."""
    tickers: dict[date, set[str]] = {}
    for day, ticker in keys:
        tickers.setdefault(day, set()).add(ticker)
    return tickers


def stored(
    spark: SparkSession, table: PublishedTable, columns: StructType, is_wanted: Callable[[date], bool]
) -> tuple[DataFrame, dict[date, set[str]]]:
    """The rows of the files of the wanted dates, keys included, and their tickers by date."""
    keys = {name: key for name in table.place.list(recursive=True) if is_wanted((key := key_of(name))[0])}
    return read_rows(spark, table.place, keys, columns), tickers_by_date(keys.values())


def write(quotes: DataFrame, table: PublishedTable) -> dict[date, set[str]]:
    """Writes the file of each row and returns the tickers by date; stale files stay.

    A file's footer has its date and ticker; the audit compares them with the folder.
    """
    columns = [*KEY_NAMES, *table.columns.names]
    written = quotes.select(*columns).mapInArrow(writer(table.place, arrow_schema(table.columns)), KEYS)
    return tickers_by_date(written.collect())


def writer(place: Storage, schema: pa.Schema) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """The function that writes a file for each row on a worker; it yields the rows' keys."""

    def write_files(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        files = PartitionFiles(schema, keys=KEY_NAMES, file=FILE)
        for batch in batches:
            if place.on_s3:
                for start in range(0, batch.num_rows, _ENCODED_AT_ONCE):
                    _put_all(place, files.encode(batch.slice(start, _ENCODED_AT_ONCE)))
            else:
                files.write(batch, place.root)
            yield pa.RecordBatch.from_arrays([batch[name] for name in KEY_NAMES], schema=arrow_schema(KEYS))

    return write_files


def _put_all(place: Storage, files: list[tuple[str, bytes]]) -> None:
    with ThreadPoolExecutor(_PUTS_AT_ONCE) as threads:
        list(threads.map(lambda file: place.put(*file), files))  # raises the first error of a thread


def remove_stale(place: Storage, day: date, tickers: set[str], files: list[str]) -> None:
    """Removes those of a date's `files` that are not the files of these tickers."""
    current = {f"{partition(day, ticker)}/{FILE}" for ticker in tickers}
    place.delete(*(name for name in files if name not in current))
