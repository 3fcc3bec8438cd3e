"""One year's file in the making; it takes its place only when whole."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Self

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from types import TracebackType

    from b3_jobs.files.storage import Storage

# One ticker's year is 250 rows: a row group of this size lets a look-up skip most of the file.
_ROW_GROUP = 50_000


def folder(year: int) -> str:
    """The year's folder inside the table's."""
    return f"ano={year}"


def name(year: int) -> str:
    """The year's one file."""
    return f"{folder(year)}/cotacoes.parquet"


class YearFile:
    """Takes rows in order. At the end of its `with` block the file is published; after an error it is removed."""

    def __init__(self, place: Storage, year: int, schema: pa.Schema) -> None:
        self._place = place
        self._name = name(year)
        self._scratch = place.scratch(self._name)
        self._writer = pq.ParquetWriter(
            self._scratch, schema, compression="zstd", store_schema=False, store_decimal_as_integer=True
        )
        self._held: list[pa.Table] = []

    def __enter__(self) -> Self:
        return self

    def write(self, rows: pa.Table) -> None:
        """Appends rows; whole row groups go to disk."""
        self._held.append(rows)
        if sum(table.num_rows for table in self._held) >= _ROW_GROUP:
            self._flush()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._flush()
            self._writer.close()
            if error is None:
                self._place.upload(self._scratch, self._name)
        finally:
            # Also where the footer found no room on the disk.
            Path(self._scratch).unlink(missing_ok=True)

    def _flush(self) -> None:
        rows = pa.concat_tables(self._held) if self._held else None
        self._held = []
        while rows is not None and rows.num_rows:
            self._writer.write_table(rows.slice(0, _ROW_GROUP), row_group_size=_ROW_GROUP)
            rows = rows.slice(_ROW_GROUP)
