"""An emulated Lambda Runtime API, and the process of a function that uses it.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import tempfile
import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from binaries import built
from local_server import LocalHandler, LocalServer

import templates

FUNCTION_SECONDS = templates.read()["Resources"]["StartGlueJob"]["Properties"]["Timeout"]


@dataclass
class Invocation:
    """One event and the function's answer: once `done`, either `response` or `error` is set."""

    payload: bytes
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    done: threading.Event = field(default_factory=threading.Event)
    response: Any = None
    error: Any = None


class FunctionDiedError(Exception):
    """The process ended before it answered."""


class _Api(LocalServer):
    def __init__(self) -> None:
        super().__init__(_Handler)
        self.waiting: queue.SimpleQueue[Invocation] = queue.SimpleQueue()
        self.running: dict[str, Invocation] = {}
        self.polled = threading.Event()  # by the function, so it has started


class _Handler(LocalHandler):
    server: _Api

    def do_GET(self) -> None:
        """`/runtime/invocation/next`: waits for an event."""
        self.server.polled.set()
        invocation = self.server.waiting.get()
        self.server.running[invocation.request_id] = invocation
        headers = {
            "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
            "Lambda-Runtime-Deadline-Ms": str(int((time.time() + FUNCTION_SECONDS) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:sa-east-1:123456789012:function:local",
            "Content-Type": "application/json",
        }
        self.answer(200, invocation.payload, headers)

    def do_POST(self) -> None:
        """`.../{id}/response` and `.../{id}/error`: the function's answer."""
        body = self.body()
        *_, request_id, outcome = self.path.split("/")
        self.answer(202, b"")
        invocation = self.server.running.pop(request_id)
        setattr(invocation, outcome, json.loads(body))
        invocation.done.set()


class Function:
    """The Lambda start-glue-job: its environment, and a process, which `send` starts if needed."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.folder = tempfile.TemporaryDirectory()
        self.log = Path(self.folder.name) / "log"
        self.api: _Api | None = None
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self.folder.cleanup()

    def start(self) -> None:
        """Start the process and wait until it asks for its first event."""
        # A new API for each process, so that no event goes into the open connection of a dead one.
        api = self.api = _Api()
        api.start()
        with self.log.open("ab") as log:
            self.process = process = subprocess.Popen(
                [built("bootstrap")],
                env={
                    "AWS_LAMBDA_RUNTIME_API": api.url.removeprefix("http://"),
                    "AWS_LAMBDA_FUNCTION_NAME": "local",
                    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
                    "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
                    "PATH": os.environ["PATH"],
                    **self.environment,
                },
                stdout=log,
                stderr=log,
            )
        while not api.polled.wait(0.001):
            if process.poll() is not None:
                raise FunctionDiedError(f"exit status {process.returncode}: {self.logs()}")

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None
        if self.api is not None:
            self.api.stop()
            self.api = None

    def send(self, event: object) -> Invocation:
        """Send an event without waiting for the answer."""
        if self.process is None or self.process.poll() is not None:
            self.kill()
            self.start()
        assert self.api is not None
        invocation = Invocation(json.dumps(event).encode())
        self.api.waiting.put(invocation)
        return invocation

    def wait(self, invocation: Invocation) -> Invocation:
        """Wait for the answer.

        Raises:
            FunctionDiedError: the process ended without an answer.
        """
        while not invocation.done.wait(0.002):
            if self.process is None or self.process.poll() is not None:
                raise FunctionDiedError(invocation.request_id)
        return invocation

    def invoke(self, event: object) -> Invocation:
        return self.wait(self.send(event))

    def logs(self) -> list[dict[str, Any]]:
        """The log lines of all processes so far: JSON, and other text as a message."""
        lines = [line.decode(errors="replace") for line in self.log.read_bytes().splitlines() if line]
        return [json.loads(line) if line.startswith("{") else {"message": line} for line in lines]
