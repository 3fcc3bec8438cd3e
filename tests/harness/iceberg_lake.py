"""Commits to the job's Iceberg table without Spark."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from b3_jobs.contract.dates import month_of
from b3_jobs.contract.schemas import arrow_schema
from b3_jobs.tables import iceberg_catalog, iceberg_table
from b3_jobs.tables.month_files import MonthFiles

if TYPE_CHECKING:
    from b3_jobs.contract.published_table import PublishedTable


def commit(table: PublishedTable, rows: pa.Table) -> int:
    """Replaces the dates of `rows` in one commit, in a new table if needed.

    It does what `iceberg_table.replace_dates` does on the driver and its workers. Returns the
    number of months rewritten.
    """
    days = rows["data_pregao"].to_pylist()
    months = pa.array(map(month_of, days), pa.int32())
    fresh = rows.select(table.columns.names).cast(arrow_schema(table.columns))

    def write(files: MonthFiles) -> dict[int, str | None]:
        """Returns the new file's name for each month; None if the month's rows are the same."""
        return {month: files.replace(month, fresh.filter(pc.equal(months, month))) for month in set(months.to_pylist())}

    iceberg_catalog.ensure_table(table)
    return iceberg_table.replace(table, sorted(set(days)), write, summary={})
