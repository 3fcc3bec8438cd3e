"""Published files: one a date and ticker, replaced whole, and nothing else in the date's folder.

Why not Spark's own writer: a static `INSERT OVERWRITE` empties the date before it fills it, renames every file twice
and takes 28 S3 requests a file. Here a file goes to its one fixed name in one step, so that a reader sees the old row
or the new one at any moment, a killed run leaves no half file, and running again gives the same files.
"""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from b3_jobs.schemas import KEYS, PARTITIONS, arrow_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pyspark.sql import DataFrame

    from b3_jobs.storage import Storage
    from b3_jobs.target import Target

FILE = "cotacao.parquet"
_DATE = re.compile(rf"{PARTITIONS[0]}=(\d{{4}}-\d{{2}}-\d{{2}})")
# On S3 a PUT waits some 30 ms and needs no processor; a disk answers at once.
_PUTS_AT_ONCE = 32


def dates(table: Storage) -> set[date]:
    """The dates that have a folder; one listing of the table, not of what lies in its dates."""
    folders = map(_DATE.fullmatch, table.list())
    return {date.fromisoformat(folder[1]) for folder in folders if folder}


def partition(day: date, ticker: str) -> str:
    """The partition's folder inside the table's."""
    return f"data_pregao={day}/ativo={ticker}"


def write(quotes: DataFrame, target: Target) -> dict[date, set[str]]:
    """Writes each row's file and answers which tickers each date now has; stale files are still there.

    A file's footer names its date and ticker, which the columns leave to the folder: the audit compares them.
    """
    columns = [*PARTITIONS, *target.columns.names]
    written = quotes.select(*columns).mapInArrow(writer(target.place, arrow_schema(target.columns)), KEYS)
    tickers: dict[date, set[str]] = {}
    for day, ticker in written.collect():
        tickers.setdefault(day, set()).add(ticker)
    return tickers


def writer(table: Storage, schema: pa.Schema) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """What a worker does with published rows: a file each; yields the keys of those that are there."""

    def write_files(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            keys = pa.RecordBatch.from_arrays([batch[name] for name in PARTITIONS], schema=arrow_schema(KEYS))
            rows = pa.Table.from_batches([batch.select(schema.names)]).cast(schema)
            _put_all(table, keys.to_pylist(), rows)
            yield keys

    return write_files


def _put_all(table: Storage, keys: list[dict[str, Any]], rows: pa.Table) -> None:
    def put(row: int) -> None:
        name = partition(keys[row][PARTITIONS[0]], keys[row][PARTITIONS[1]])
        stamp = {name: str(value) for name, value in keys[row].items()}
        table.put(f"{name}/{FILE}", encode(rows.slice(row, 1), stamp))

    if not table.on_s3:
        for row in range(len(keys)):
            put(row)
        return
    with ThreadPoolExecutor(_PUTS_AT_ONCE) as threads:
        for _ in threads.map(put, range(len(keys))):
            pass


def encode(rows: pa.Table, stamp: dict[str, str] | None = None) -> pa.Buffer:
    """A Parquet file in memory; the same rows give the same bytes. The footer carries the stamp."""
    sink = pa.BufferOutputStream()
    # One row: a dictionary or a codec's frame would only add to the footer that is most of the file.
    with pq.ParquetWriter(
        sink, rows.schema, compression="none", use_dictionary=False, store_schema=False,
        store_decimal_as_integer=True, write_page_index=False,
    ) as writer:  # fmt: skip
        writer.write_table(rows)
        writer.add_key_value_metadata(stamp or {})
    return sink.getvalue()


def remove_stale(table: Storage, day: date, tickers: set[str], files: list[str] | None = None) -> int:
    """Removes from a date's folder all but its tickers' one file each; lists that folder, unless given its `files`."""
    current = {f"{partition(day, ticker)}/{FILE}" for ticker in tickers}
    there = table.list(f"data_pregao={day}", recursive=True) if files is None else files
    stale = [name for name in there if name not in current]
    table.delete(*stale)
    return len(stale)
