"""The number of S3 requests to write a date's files and look for stale ones, counted on moto."""

from __future__ import annotations

import job_lakes
import pyarrow as pa
import pytest
from job_lakes import KERNEL, WINDOWS
from s3 import BUCKET, emulated

from b3_jobs.contract.schemas import arrow_schema, quote_columns, refined_columns
from b3_jobs.files.storage import Storage
from b3_jobs.refine.transform import batch_refiner
from b3_jobs.tables import quote_files


def count(files: int) -> int:
    """Counts the requests for a date of `files` tickers.

    The date is written as the job's workers write it, then listed.
    """
    with pytest.MonkeyPatch.context() as environment, emulated(environment) as requests:
        _write(Storage.at(f"s3://{BUCKET}/refined/cotacoes_diarias"), files)
        return len(requests.lines)


def _write(table: Storage, files: int) -> None:
    day = job_lakes.LAST
    bars = job_lakes.day_rows(day, files).sort_by("ticker")
    refined = batch_refiner({"1d": [day]}, KERNEL, arrow_schema(refined_columns(WINDOWS)))
    rows = list(refined(bars.to_batches()))
    written = list(quote_files.writer(table, arrow_schema(quote_columns(WINDOWS)))(rows))
    tickers = set(pa.Table.from_batches(written)["ativo"].to_pylist())
    assert len(tickers) == files
    assert len(table.list(quote_files.folder(day), recursive=True)) == files
