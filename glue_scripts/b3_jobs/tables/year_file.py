"""The file of one year: its name, and how it is written."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from b3_jobs.files.storage import Storage

# Rows in a row group. One ticker's year is 250 rows, so a query for it skips most groups.
_ROW_GROUP = 50_000


def folder(year: int) -> str:
    """The folder of a year, relative to the table's."""
    return f"ano={year}"


def year_of(name: str) -> int | None:
    """The year in the name of a year's folder or of a file in it; None for any other name."""
    named = re.match(r"ano=([1-9][0-9]{3})(/|$)", name)
    return int(named[1]) if named else None


def name(year: int) -> str:
    """The name of a year's file."""
    return f"{folder(year)}/cotacoes.parquet"


def unfinished_name(year: int) -> str:
    """A new name in the year's folder that readers of Parquet files ignore."""
    return f"{folder(year)}/_{uuid.uuid4().hex}.tmp"


def is_unfinished(name: str) -> bool:
    """Whether a file in a year's folder has such a name."""
    return name.rpartition("/")[2].startswith("_")


def write(place: Storage, name: str, pieces: Iterable[pa.Table], schema: pa.Schema) -> int:
    """Writes a year's rows into the file `name` and returns their number.

    The bytes do not depend on how the rows are cut into pieces.
    """
    written = 0
    with (
        place.new_file(name) as path,
        pq.ParquetWriter(path, schema, compression="zstd", store_schema=False, store_decimal_as_integer=True) as file,
    ):
        for rows in _row_groups(pieces):
            file.write_table(rows, row_group_size=_ROW_GROUP)
            written += rows.num_rows
    return written


def _row_groups(pieces: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The rows in full row groups and a smaller last one, each in one chunk.

    Parquet's writer ends a page where a chunk ends.
    """
    rest: list[pa.Table] = []
    for rows in pieces:
        rest.append(rows)
        if sum(table.num_rows for table in rest) >= _ROW_GROUP:
            table = pa.concat_tables(rest).combine_chunks()
            full = table.num_rows - table.num_rows % _ROW_GROUP
            yield table.slice(0, full)
            rest = [table.slice(full)] if full < table.num_rows else []
    if rest:
        yield pa.concat_tables(rest).combine_chunks()
