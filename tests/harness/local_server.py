"""A local HTTP server, on which tests emulate the services that a program asks."""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


class LocalHandler(BaseHTTPRequestHandler):
    """A handler that prints nothing."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Print nothing."""

    def body(self) -> bytes:
        """The body of the request, which may come in chunks of any size."""
        if self.headers["Transfer-Encoding"] != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        # Each chunk has its length before it; the last one is empty.
        while length := int(self.rfile.readline(), 16):
            body += self.rfile.read(length)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def answer(self, status: int, content: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


class LocalServer(ThreadingHTTPServer):
    """Serves in a thread of its own from `start` to `stop`, or inside `with`."""

    daemon_threads = True
    request_queue_size = 128  # connections that may wait; the default is 5

    def __init__(self, handler: type[BaseHTTPRequestHandler], port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), handler)
        self.url = f"http://127.0.0.1:{self.server_port}"

    def start(self) -> None:
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.shutdown()
        self.server_close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print no error when a client that was killed has broken its connection."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)
