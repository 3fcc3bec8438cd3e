"""The error of a lake that the page cannot be made of, and DuckDB's errors with the file's name."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from b3_jobs.errors import parquet_fault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class LakeError(ValueError):
    """A file of the lake is damaged, it lacks rows or a ticker, or too many tickers are chosen."""


@contextmanager
def naming_files(lake: Path, pattern: str) -> Iterator[None]:
    """Turns an error of DuckDB about the lake's files of this pattern into a LakeError.

    It names the first file that is no Parquet file, which DuckDB does not always do.
    """
    try:
        yield
    except duckdb.Error as error:
        for file in sorted(lake.glob(pattern)):
            try:
                pq.ParquetFile(file).read()
            except (OSError, pa.ArrowException) as fault:
                raise LakeError(f"{file}: {parquet_fault(fault)}") from error
        raise LakeError(f"{lake}/{pattern}: {str(error).splitlines()[0]}") from error
