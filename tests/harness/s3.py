"""moto's server in this process: its address, and an S3 with one bucket that records requests."""

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
def moto_thread(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Starts the server and yields its address, which the environment gives clients too."""
    moto_server = pytest.importorskip("moto.server", reason="the Spark 4 environment lacks moto")
    for name, value in (("ACCESS_KEY_ID", "x"), ("SECRET_ACCESS_KEY", "x"), ("DEFAULT_REGION", "us-east-1")):
        monkeypatch.setenv(f"AWS_{name}", value)
    server = moto_server.ThreadedMotoServer("127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    # Servers of one process share their resources.
    reset = HTTPConnection(host, port)
    reset.request("POST", "/moto-api/reset")
    assert reset.getresponse().read()
    reset.close()
    yield f"http://{host}:{port}"
    server.stop()


@contextmanager
def emulated(monkeypatch: pytest.MonkeyPatch) -> Iterator[Requests]:
    """Starts the server with the bucket; yields the requests that come then."""
    seen, logger = Requests(), logging.getLogger("werkzeug")
    logger.setLevel(logging.INFO)
    logger.addHandler(seen)  # before the first request: without a handler werkzeug adds one that prints
    with moto_thread(monkeypatch) as endpoint:
        import boto3

        boto3.client("s3", endpoint_url=endpoint).create_bucket(Bucket=BUCKET)
        seen.lines.clear()
        yield seen
    logger.removeHandler(seen)
