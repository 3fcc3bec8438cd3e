"""The dates of a published table, whatever its form; no Spark is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from b3_jobs.contract.schemas import DAY
from b3_jobs.errors import JobError, parquet_fault
from b3_jobs.tables import iceberg_table, quote_files, year_file

if TYPE_CHECKING:
    from datetime import date

    from b3_jobs.contract.published_table import PublishedTable


def dates(table: PublishedTable) -> set[date]:
    """The dates of the table's rows; none if there is no table.

    Raises:
        JobError: if the file of a year, or an Iceberg manifest, cannot be read.
        OSError: if the file of a month cannot be read.
    """
    if table.by_row:
        return quote_files.dates(table.place)
    if table.in_iceberg:
        return iceberg_table.dates(table)
    found: set[date] = set()
    for name in table.place.list(recursive=True):
        year = year_file.year_of(name)
        if year and name == year_file.name(year):
            try:
                with table.place.open(name) as file:
                    found.update(pq.read_table(file, columns=[DAY])[DAY].unique().to_pylist())
            except (OSError, KeyError, pa.ArrowException) as error:
                raise JobError(
                    f"{table.place.uri(name)}: {parquet_fault(error)}; "
                    "python -m b3_jobs.audit --repair --raw_path ... writes it anew"
                ) from error
    return found
