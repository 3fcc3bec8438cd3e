"""A proxy before Glue that rejects, delays and repeats requests for a run, and loses answers."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from local_server import LocalHandler, LocalServer

if TYPE_CHECKING:
    from collections.abc import Mapping

START = "AWSGlue.StartJobRun"
# Longer than the function's `operation_attempt_timeout` of 6 s.
STALL_SECONDS = 7.0


@dataclass(frozen=True)
class Started:
    """A run that Glue started, whether or not the function got the answer."""

    at: float
    run_id: str
    arguments: dict[str, str]


class GlueProxy(LocalServer):
    """Forwards to `target`; a fault drawn by `weights` happens to every StartJobRun.

    Faults: `none`, `throttle` (400, not forwarded), `fail` (500, not forwarded), `delay` (forwarded
    late), `stall` (forwarded, answered too late), `repeat` (forwarded twice, the second answer
    given), `lose` (forwarded, connection cut).
    """

    def __init__(self, target: str, weights: Mapping[str, float], seed: int) -> None:
        super().__init__(_Handler)
        self.target = urlsplit(target).netloc
        self.weights = weights
        self.random = random.Random(seed)
        self.faults: Counter[str] = Counter()
        self.started: list[Started] = []
        # Set by any request, so that a test can kill the function during its call.
        self.reached = threading.Event()

    def fault(self) -> str:
        """The fault of the next StartJobRun."""
        (fault,) = self.random.choices(list(self.weights), list(self.weights.values()))
        self.faults[fault] += 1
        return fault


class _Handler(LocalHandler):
    server: GlueProxy

    def do_POST(self) -> None:
        """Forward a request, possibly with a fault; every call of Glue's API is a POST."""
        body = self.body()
        fault = self.server.fault() if self.headers.get("X-Amz-Target") == START else "none"
        self.server.reached.set()
        match fault:
            case "throttle":
                return self.give(400, {"__type": "ThrottlingException", "message": "Rate exceeded"})
            case "fail":
                return self.give(500, {"__type": "InternalServiceException", "message": "try again"})
            case "delay":
                time.sleep(0.3)
        status, answer = self.forward(body)
        match fault:
            case "repeat":
                status, answer = self.forward(body)
            case "stall":
                time.sleep(STALL_SECONDS)
            case "lose":
                self.close_connection = True
                self.connection.close()
                return None
        return self.give(status, answer)

    def forward(self, body: bytes) -> tuple[int, dict[str, object]]:
        connection = http.client.HTTPConnection(self.server.target, timeout=60)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
        connection.request("POST", self.path, body, {**headers, "Connection": "close"})
        response = connection.getresponse()
        answer: dict[str, object] = json.loads(response.read())
        connection.close()
        if "JobRunId" in answer and response.status == 200:
            arguments = json.loads(body).get("Arguments", {})
            self.server.started.append(Started(time.monotonic(), str(answer["JobRunId"]), arguments))
        return response.status, answer

    def give(self, status: int, answer: Mapping[str, object]) -> None:
        """Send this answer of Glue to the client."""
        self.answer(status, json.dumps(answer).encode(), {"Content-Type": "application/x-amz-json-1.1"})
