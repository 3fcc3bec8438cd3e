"""The number of S3 requests to write a date's files and look for stale ones, counted on moto."""

from __future__ import annotations

import logging
import os

import boto3
import job_lakes
import pyarrow as pa
from job_lakes import KERNEL, WINDOWS
from moto.server import ThreadedMotoServer

from b3_jobs.contract.schemas import arrow_schema, quote_columns, refined_columns
from b3_jobs.files.storage import Storage
from b3_jobs.refine.transform import batch_refiner
from b3_jobs.tables import quote_files


class _Requests(logging.Handler):
    """Counts the lines that moto logs, one for each request."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        # Of werkzeug's lines only those of requests have a quotation mark.
        self.count += '"' in record.getMessage()


def count(files: int) -> int:
    """Counts the requests for a date of `files` tickers.

    The date is written as the job's workers write it, then listed.
    """
    os.environ |= {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "us-east-1"}
    server = ThreadedMotoServer("127.0.0.1", port=0)
    server.start()
    try:
        _host, port = server.get_host_and_port()
        os.environ["AWS_ENDPOINT_URL"] = f"http://127.0.0.1:{port}"
        boto3.client("s3").create_bucket(Bucket="lake")
        seen, logger = _Requests(), logging.getLogger("werkzeug")
        logger.setLevel(logging.INFO)
        logger.propagate = False
        # In place of werkzeug's own handler, which prints every request.
        logger.handlers = [seen]
        _write(Storage.at("s3://lake/refined/cotacoes_diarias"), files)
        return seen.count
    finally:
        del os.environ["AWS_ENDPOINT_URL"]
        server.stop()


def _write(table: Storage, files: int) -> None:
    day = job_lakes.LAST
    bars = job_lakes.day_rows(day, files).sort_by("ticker")
    refined = batch_refiner({"1d": [day]}, KERNEL, arrow_schema(refined_columns(WINDOWS)))
    rows = list(refined(bars.to_batches()))
    written = list(quote_files.writer(table, arrow_schema(quote_columns(WINDOWS)))(rows))
    tickers = set(pa.Table.from_batches(written)["ativo"].to_pylist())
    assert len(tickers) == files
    assert len(table.list(quote_files.folder(day), recursive=True)) == files
