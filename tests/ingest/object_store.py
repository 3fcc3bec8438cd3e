"""An S3 server, and a network before it that fails as networks do."""

from __future__ import annotations

import http.client
import random
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self
from urllib.parse import unquote
from urllib.request import urlopen

import boto3

if TYPE_CHECKING:
    from pathlib import Path

BUCKET = "lake"
SECRET = "a-secret-that-no-log-may-show"  # noqa: S105 (it opens nothing but moto)
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": SECRET,
    "AWS_REGION": "sa-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "NO_PROXY": "127.0.0.1",
}


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Moto:
    """moto's server in a process of its own, with one bucket."""

    def __init__(self, log: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        with log.open("wb") as output:
            command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]
            self.process = subprocess.Popen(command, stdout=output, stderr=output)

    def __enter__(self) -> Self:
        for _ in range(600):
            try:
                with urlopen(f"{self.url}/moto-api/", timeout=1):  # noqa: S310 (always http)
                    break
            except OSError:
                time.sleep(0.05)
        self.s3 = boto3.client(
            "s3",
            endpoint_url=self.url,
            region_name="sa-east-1",
            aws_access_key_id="testing",
            aws_secret_access_key=SECRET,
        )
        self.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "sa-east-1"})
        return self

    def __exit__(self, *_: object) -> None:
        self.s3.close()
        self.process.terminate()
        self.process.wait()

    def stored_keys(self) -> list[str]:
        """Every key of the bucket."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
        return sorted(item["Key"] for page in pages for item in page.get("Contents", []))

    def body(self, key: str) -> bytes:
        """An object's content."""
        content = self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        assert isinstance(content, bytes)
        return content

    def empty(self) -> None:
        """Remove every object."""
        for key in self.stored_keys():
            self.s3.delete_object(Bucket=BUCKET, Key=key)


@dataclass
class Network:
    """A proxy before the store that spoils one request in `spoils_one_in`, 0 for none, and keeps what was asked."""

    upstream_port: int
    spoils_one_in: int = 0
    seed: int = 0
    asked: list[tuple[str, str]] = field(default_factory=list)
    spoiled: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # moto looks at a condition and puts the object in two steps; a real store does both at once.
        self.one_put_at_a_time = threading.Lock()
        self.chance = random.Random(self.seed)
        network = self

        class Handler(_Handler):
            def relay(self) -> None:
                _relay(self, network)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def fault(self) -> str | None:
        """What becomes of the next request."""
        if not self.spoils_one_in or self.chance.randrange(self.spoils_one_in):
            return None
        kind = self.chance.choice(["refused", "unavailable", "cut", "lost answer", "stalled"])
        self.spoiled[kind] = self.spoiled.get(kind, 0) + 1
        return kind

    def puts(self) -> list[str]:
        """The paths that were put."""
        return [path for method, path in self.asked if method == "PUT"]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def relay(self) -> None:
        raise NotImplementedError

    def do_GET(self) -> None:
        self.relay()

    def do_PUT(self) -> None:
        self.relay()

    def do_HEAD(self) -> None:
        self.relay()

    def do_POST(self) -> None:
        self.relay()

    def do_DELETE(self) -> None:
        self.relay()

    def log_message(self, *_: object) -> None:
        pass


def _relay(handler: _Handler, network: Network) -> None:
    body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
    network.asked.append((handler.command, unquote(handler.path)))
    fault = network.fault()
    handler.close_connection = fault is not None
    if fault == "refused":
        return
    if fault == "unavailable":
        handler.send_response(503)
        handler.send_header("Content-Length", "0")
        handler.end_headers()
        return
    if fault == "stalled":
        time.sleep(3)
        return
    if handler.command == "PUT":
        with network.one_put_at_a_time:
            answer, content = _ask(handler, body, network.upstream_port)
    else:
        answer, content = _ask(handler, body, network.upstream_port)
    if fault == "lost answer":
        return
    handler.send_response(answer.status)
    for name, value in answer.getheaders():
        if name.lower() not in {"content-length", "transfer-encoding", "connection", "date", "server"}:
            handler.send_header(name, value)
    handler.send_header("Content-Length", answer.getheader("Content-Length") or str(len(content)))
    handler.end_headers()
    handler.wfile.write(content[: len(content) // 2] if fault == "cut" else content)


def _ask(handler: _Handler, body: bytes, port: int) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(handler.command, handler.path, body, dict(handler.headers.items()))
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()
