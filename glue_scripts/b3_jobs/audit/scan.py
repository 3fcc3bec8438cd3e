"""Opens every published file of a table and reads its rows, for the audit."""

from __future__ import annotations

import hashlib
import math
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql.types import DateType, StringType

from b3_jobs.contract.schemas import DAY, KEY_NAMES, TICKER, arrow_schema, schema_fault, struct
from b3_jobs.errors import parquet_fault
from b3_jobs.files.storage import in_threads
from b3_jobs.tables import iceberg_table, quote_files, year_file
from b3_jobs.tables.month_files import MONTH_FOLDER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pyspark.sql import SparkSession

    from b3_jobs.contract.dates import Days
    from b3_jobs.contract.published_table import PublishedTable
    from b3_jobs.files.storage import Storage

_QUOTE = re.compile(r"(?P<folder>[^/]+)/ativo=(?P<ticker>[^/]+)/[^/]+\.parquet")
_YEAR = re.compile(r"ano=(?P<period>\d{4})/[^/]+\.parquet")
# data/data_pregao_month=2024-01/x.parquet, of the Iceberg table; its `period` is 2024-01.
_MONTH = re.compile(rf"data{MONTH_FOLDER.pattern}[^/]+\.parquet")
# Not more files a task, because after a failure Spark runs a task again, with all its files.
_FILES_A_TASK = 10_000
_TEXT = StringType()
_ROW_COLUMNS = struct(name=_TEXT, fault=_TEXT, day=DateType(), ticker=_TEXT, fingerprint=_TEXT, source=_TEXT)


@dataclass(frozen=True)
class ScannedRow:
    """One row of one file, or the fault of a file that cannot be read.

    Args:
        name: the file, relative to its table's folder.
        fault: what is wrong with the file, or None.
        day: the row's date; for a fault the date that the name has, if any.
        ticker: the row's ticker; for a fault the one that the name has, if any.
        fingerprint: of the row's values, without its date and ticker; None for a fault.
        source: the row's `fonte`; None for a fault.
    """

    name: str
    fault: str | None
    day: date | None
    ticker: str | None
    fingerprint: str | None = None
    source: str | None = None


def scan_table(spark: SparkSession, table: PublishedTable, days: Days | None = None) -> list[ScannedRow]:
    """The rows of a table; with `days`, of its files that may hold rows of these days.

    The present state of the Iceberg table is always read completely.
    """
    names = _names(table, days)
    if not names:
        return []
    files = spark.createDataFrame([(name,) for name in names], "name string")
    tasks = max(spark.sparkContext.defaultParallelism, math.ceil(len(names) / _FILES_A_TASK))
    inspect = _inspector(table.place, arrow_schema(table.columns))
    rows = files.repartition(tasks).mapInArrow(inspect, _ROW_COLUMNS).collect()
    return sorted((ScannedRow(*row) for row in rows), key=lambda one: (one.name, str(one.day), str(one.ticker)))


def _names(table: PublishedTable, days: Days | None) -> list[str]:
    if table.in_iceberg:
        return iceberg_table.data_files(table)
    if days is None:
        return table.place.list(recursive=True)
    folders = map(year_file.folder, days.years()) if table.by_year else map(quote_files.folder, days.each())
    listed = in_threads(lambda folder: table.place.list(folder, recursive=True), folders)
    return [name for names in listed for name in names]


def _inspector(place: Storage, schema: pa.Schema) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    def rows_of(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for name in batch["name"].to_pylist():
                rows = [vars(found) for found in scan_file(place, name, schema)]
                yield pa.RecordBatch.from_pylist(rows, schema=arrow_schema(_ROW_COLUMNS))

    return rows_of


def scan_file(place: Storage, name: str, schema: pa.Schema) -> list[ScannedRow]:
    """The rows of one file, or its fault."""
    quote = _QUOTE.fullmatch(name)
    year_or_month = _YEAR.fullmatch(name) or _MONTH.fullmatch(name)
    day, ticker = (quote_files.day_of(quote["folder"]), quote["ticker"]) if quote else (None, None)
    if not day and not year_or_month:
        return [ScannedRow(name, "its name is not that of a data file", None, None)]
    try:
        with place.open(name) as file:
            content = pq.read_table(file, partitioning=None)
    except (OSError, pa.ArrowException) as error:
        return [ScannedRow(name, parquet_fault(error), day, ticker)]
    fault = _columns_fault(content.schema, schema)
    if not fault and year_or_month:
        fault = _period_fault(content, year_or_month["period"])
    elif not fault:
        fault = _quote_fault(content, day, ticker)
    if fault:
        return [ScannedRow(name, fault, day, ticker)]
    rows = []
    for row in content.to_pylist():
        day_of, ticker_of = row.pop(DAY, day), row.pop(TICKER, ticker)
        rows.append(ScannedRow(name, None, day_of, ticker_of, fingerprint(row), row["fonte"]))
    return rows


def fingerprint(row: dict[str, Any]) -> str:
    """A hash of the values of a row without its date and ticker."""
    return hashlib.blake2b(repr(list(row.values())).encode(), digest_size=12).hexdigest()


def _columns_fault(found: pa.Schema, expected: pa.Schema) -> str | None:
    if fault := schema_fault(found, expected, "the table's columns"):
        return fault
    same = found.names == expected.names
    return None if same else f"columns are {', '.join(found.names)}, expected {', '.join(expected.names)}"


def _quote_fault(content: pa.Table, day: date | None, ticker: str | None) -> str | None:
    if content.num_rows != 1:
        return f"{content.num_rows} rows, expected 1"
    # The footer of a file that the job wrote has its date and ticker.
    footer = content.schema.metadata or {}
    footer_day, footer_ticker = (footer.get(key.encode(), b"").decode() for key in KEY_NAMES)
    if (footer_day or footer_ticker) and (footer_day, footer_ticker) != (str(day), ticker):
        return f"holds the row of {footer_ticker} on {footer_day}"
    return None


def _period_fault(content: pa.Table, period: str) -> str | None:
    keys = [(row["ativo"], row["data_pregao"]) for row in content.select(KEY_NAMES).to_pylist()]
    others = [day for _, day in keys if not str(day).startswith(period)]
    if others:
        return f"holds a row of {others[0]}"
    return None if keys == sorted(set(keys)) else "its rows are not sorted by ticker and date, or one is there twice"
