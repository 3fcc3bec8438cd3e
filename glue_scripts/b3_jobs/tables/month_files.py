"""The data files of the Iceberg table: their folders, and a sorted Parquet file for each month.

Workers run this; only the driver, which commits the files, needs PyIceberg (`iceberg_table`).
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from b3_jobs.contract.dates import first_day
from b3_jobs.contract.schemas import DAY, TICKER
from b3_jobs.tables.group_batches import by_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from b3_jobs.files.storage import Storage

# The column of months by which Spark groups the rows; no column of the table.
MONTH = "mes"
# The partition field of the table, in Iceberg's usual form; a month's folder has its name.
PARTITION = f"{DAY}_month"
# The folder of a month in the name of a data file; other engines may put more folders before it.
MONTH_FOLDER = re.compile(rf"/{PARTITION}=(?P<period>[1-9]\d{{3}}-(?:0[1-9]|1[0-2]))/", re.ASCII)
# A month of 1,300 tickers is 26,000 rows, 20 of each: a query for a ticker skips most groups.
_ROW_GROUP = 5_000


@dataclass(frozen=True)
class MonthFiles:
    """Replaces dates in month files; picklable, so that Spark can send it to its workers.

    Args:
        place: the table's folder.
        schema: the files' columns, each with Iceberg's field id in its metadata.
        days: the dates to replace; None for all, so that the old files need not be read.
        old: the names of each month's present files; months are counted as by `month_of`.
    """

    place: Storage
    schema: pa.Schema
    days: list[date] | None
    old: dict[int, list[str]]

    def writer(self) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
        """The function that writes months of a stream of rows; it yields what `replace` answers."""

        def write_months(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            for month, pieces in by_key(batches, MONTH):
                fresh = pa.concat_tables(rows.select(self.schema.names) for rows in pieces)
                # With its type, because a month without a new file would give a column of nulls.
                name = pa.array([self.replace(month, fresh)], pa.string())
                yield pa.record_batch({MONTH: pa.array([month], pa.int32()), "file": name})

        return write_months

    def replace(self, month: int, fresh: pa.Table | None = None) -> str | None:
        """Writes the month's file anew, without its rows of the dates and with those of `fresh`.

        Returns:
            None if the old file stays: dates are given, no row changes, and there is at most one
            old file. Else the new file's name, or the empty text for a month without rows.
        """
        old = self.old.get(month, [])
        stored = self._read([] if self.days is None else old)  # for all dates no old row is kept
        kept = stored.filter(pc.invert(pc.is_in(stored[DAY], value_set=pa.array(self.days or [], pa.date32()))))
        rows = pa.concat_tables([kept, fresh.cast(self.schema)] if fresh else [kept])
        rows = rows.sort_by([(TICKER, "ascending"), (DAY, "ascending")])
        # More than one old file is merged into one, even if no row changes.
        if self.days is not None and len(old) <= 1 and rows.equals(stored):
            return None
        return self._write(month, rows) if rows.num_rows else ""

    def _read(self, names: list[str]) -> pa.Table:
        tables = [self.schema.empty_table()]
        for name in names:
            with self.place.open(name) as file:
                tables.append(pq.read_table(file, columns=self.schema.names).cast(self.schema))
        return pa.concat_tables(tables)

    def _write(self, month: int, rows: pa.Table) -> str:
        name = f"data/{PARTITION}={first_day(month):%Y-%m}/{uuid.uuid4().hex}.parquet"
        with self.place.new_file(name) as path:
            pq.write_table(
                rows, path, row_group_size=_ROW_GROUP, compression="zstd", store_schema=False,
                store_decimal_as_integer=True,
            )  # fmt: skip
        return name
