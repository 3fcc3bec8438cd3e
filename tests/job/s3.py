"""An S3 server on this machine with one bucket, which records its requests."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection

import pytest

BUCKET = "lake"


class Requests(logging.Handler):
    """Keeps the first line of each request to the emulated S3, such as `GET /lake HTTP/1.1`."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        # Only the log's lines of requests have quotation marks: `... "GET /lake HTTP/1.1" 200 -`.
        if '"' in record.getMessage():
            self.lines.append(record.getMessage().split('"')[1])


@contextmanager
def emulated(monkeypatch: pytest.MonkeyPatch) -> Iterator[Requests]:
    """Starts the server and yields its requests; the environment gives clients its address."""
    boto3 = pytest.importorskip("boto3", reason="S3 is emulated by moto, which the Spark 4 environment lacks")
    moto_server = pytest.importorskip("moto.server")
    for name, value in (("ACCESS_KEY_ID", "x"), ("SECRET_ACCESS_KEY", "x"), ("DEFAULT_REGION", "us-east-1")):
        monkeypatch.setenv(f"AWS_{name}", value)
    server = moto_server.ThreadedMotoServer("127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    # Servers of one process share their buckets.
    reset = HTTPConnection(host, port)
    reset.request("POST", "/moto-api/reset")
    assert reset.getresponse().read()
    reset.close()
    boto3.client("s3", endpoint_url=endpoint).create_bucket(Bucket=BUCKET)
    seen, logger = Requests(), logging.getLogger("werkzeug")
    logger.setLevel(logging.INFO)
    logger.addHandler(seen)
    yield seen
    logger.removeHandler(seen)
    server.stop()
