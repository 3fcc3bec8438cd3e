"""Writes the file of one year; it appears under its name only when it is complete."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Self

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from types import TracebackType

    from b3_jobs.files.storage import Storage

# Rows in a row group. One ticker's year is 250 rows, so a query for it skips most groups.
_ROW_GROUP = 50_000


def folder(year: int) -> str:
    """The folder of a year, relative to the table's."""
    return f"ano={year}"


def year_of(name: str) -> int | None:
    """The year in the name of a year's folder or of a file in it; None for any other name."""
    found = re.match(r"ano=([1-9][0-9]{3})(/|$)", name)
    return int(found[1]) if found else None


def name(year: int) -> str:
    """The name of a year's file."""
    return f"{folder(year)}/cotacoes.parquet"


class YearFile:
    """Takes rows in order; the file appears at the end of a `with` block that did not fail."""

    def __init__(self, place: Storage, year: int, schema: pa.Schema) -> None:
        self._place = place
        self._name = name(year)
        self._scratch = place.scratch(self._name)
        self._writer = pq.ParquetWriter(
            self._scratch, schema, compression="zstd", store_schema=False, store_decimal_as_integer=True
        )
        # Rows that do not fill a row group yet.
        self._rest: list[pa.Table] = []

    def __enter__(self) -> Self:
        return self

    def write(self, rows: pa.Table) -> None:
        """Appends rows; full row groups are written to disk."""
        self._rest.append(rows)
        if sum(table.num_rows for table in self._rest) >= _ROW_GROUP:
            # One chunk, so that the pages too do not depend on how the rows were cut.
            table = pa.concat_tables(self._rest).combine_chunks()
            full = table.num_rows - table.num_rows % _ROW_GROUP
            self._writer.write_table(table.slice(0, full), row_group_size=_ROW_GROUP)
            self._rest = [table.slice(full)] if full < table.num_rows else []

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None and self._rest:
                self._writer.write_table(pa.concat_tables(self._rest).combine_chunks())
            self._writer.close()
            if error is None:
                self._place.upload(self._scratch, self._name)
        finally:
            # Also if the disk is full when the footer is written.
            Path(self._scratch).unlink(missing_ok=True)
