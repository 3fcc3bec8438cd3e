"""An emulated S3 server, and a proxy before it that makes requests fail."""

from __future__ import annotations

import http.client
import random
import threading
import time
from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import unquote

from aws import REGION, Moto
from local_server import LocalHandler, LocalServer

BUCKET = "lake"
SECRET = "a-secret-that-no-log-may-show"  # noqa: S105 (it opens nothing but moto)
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": SECRET,
    "AWS_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
    "NO_PROXY": "127.0.0.1",
}
FAULTS_IN_A_ROW = 3
# The answer of S3 to a conditional put while another put of the same key is under way.
CONFLICT = b"""<?xml version="1.0" encoding="UTF-8"?>
<Error><Code>ConditionalRequestConflict</Code><Message>A conflicting operation is under way.</Message></Error>"""
ERRORS = {"unavailable": (503, b""), "conflict": (409, CONFLICT)}


class Store(Moto):
    """moto's server with one bucket."""

    def __enter__(self) -> Self:
        super().__enter__()
        self.s3 = self.client("s3")
        self.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        return self

    def __exit__(self, *_: object) -> None:
        self.s3.close()
        super().__exit__()

    def stored_keys(self) -> list[str]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
        return sorted(item["Key"] for page in pages for item in page.get("Contents", []))

    def body(self, key: str) -> bytes:
        content = self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        assert isinstance(content, bytes)
        return content

    def empty(self) -> None:
        for key in self.stored_keys():
            self.s3.delete_object(Bucket=BUCKET, Key=key)


@dataclass
class Network:
    """A proxy before the store that records requests and makes some of them fail.

    Attributes:
        upstream_port: the port of the store.
        fails_one_in: one request in this many fails; 0 means none. The same request fails
            `FAULTS_IN_A_ROW` times at most, less often than the ingester retries.
        seed: the seed by which these are chosen.
        planned: the fault of the next request of a method, instead of a random one.
        stall_seconds: the time after which a stalled request is dropped.
        requests: method and path of each request.
        faults: the number of faults of each kind, such as `refused` (dropped, and not forwarded),
            `lost answer` (forwarded) and `cut` (half of the answer's body).
        in_a_row: the number of faults in a row of each request.
    """

    upstream_port: int
    fails_one_in: int = 0
    seed: int = 0
    planned: dict[str, str] = field(default_factory=dict)
    stall_seconds: float = 3
    requests: list[tuple[str, str]] = field(default_factory=list)
    faults: dict[str, int] = field(default_factory=dict)
    in_a_row: Counter[tuple[str, str]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        # moto checks a condition and puts the object in two steps; S3 does both at once.
        self.one_put_at_a_time = threading.Lock()
        self.rng = random.Random(self.seed)
        self.server = _Server(_Handler)
        self.server.network = self
        self.url = self.server.url

    def __enter__(self) -> Self:
        self.server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.stop()

    def fault(self, method: str, path: str) -> str | None:
        """The fault of the next request, or None."""
        kind = self.planned.pop(method, None)
        if kind is None:
            succeeds = not self.fails_one_in or self.rng.randrange(self.fails_one_in)
            if succeeds or self.in_a_row[method, path] == FAULTS_IN_A_ROW:
                self.in_a_row[method, path] = 0
                return None
            self.in_a_row[method, path] += 1
            kind = self.rng.choice(["refused", "unavailable", "cut", "lost answer", "stalled"])
        self.faults[kind] = self.faults.get(kind, 0) + 1
        return kind

    def puts(self) -> list[str]:
        return [path for method, path in self.requests if method == "PUT"]


class _Server(LocalServer):
    network: Network


class _Handler(LocalHandler):
    server: _Server

    def relay(self) -> None:
        """Give the store's answer, unless the request gets a fault."""
        network = self.server.network
        body = self.body()
        network.requests.append((self.command, unquote(self.path)))
        fault = network.fault(self.command, self.path)
        self.close_connection = fault is not None
        if fault == "refused":
            return
        if fault in ERRORS:
            self.answer(*ERRORS[fault])
            return
        if fault == "stalled":
            time.sleep(network.stall_seconds)
            return
        with network.one_put_at_a_time if self.command == "PUT" else nullcontext():
            answer, content = _ask(self, body, network.upstream_port)
        if fault == "lost answer":
            return
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in {"content-length", "transfer-encoding", "connection", "date", "server"}:
                self.send_header(name, value)
        self.send_header("Content-Length", answer.getheader("Content-Length") or str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if fault in {"cut", "stalled body"} else content)
        if fault == "stalled body":
            self.wfile.flush()
            time.sleep(network.stall_seconds)

    do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = relay  # noqa: N815 (names of `http.server`)


def _ask(handler: _Handler, body: bytes, port: int) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(handler.command, handler.path, body, dict(handler.headers.items()))
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()
