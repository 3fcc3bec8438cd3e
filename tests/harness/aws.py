"""An emulated AWS: moto's server as a separate process, and clients of it."""

from __future__ import annotations

import random
import re
import socket
import subprocess
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

import boto3
import requests
from botocore.config import Config

if TYPE_CHECKING:
    from pathlib import Path

REGION = "sa-east-1"
ACCOUNT = "123456789012"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_REGION": REGION}
# Long, because the machine may be busy with other tests; the server itself needs a few seconds.
START_SECONDS = 300
# Linux gives a program that asks for any port a higher one, so these are not taken by chance.
PORTS = range(20_000, 32_768)
_LISTENS = re.compile(rb"Running on http://127\.0\.0\.1:(\d+)")


def free_port() -> int:
    """A port of this machine that is free now, for programs that cannot choose one themselves."""
    while True:
        port = random.SystemRandom().choice(PORTS)
        with suppress(OSError), socket.socket() as listener:
            listener.bind(("127.0.0.1", port))
            return port


class Moto:
    """moto's server, with S3, SQS, Glue and the other services of the stack."""

    def __init__(self, log: Path) -> None:
        self.log = log
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]
        with log.open("wb") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=output)
        deadline = time.monotonic() + START_SECONDS
        while not (listens := _LISTENS.search(log.read_bytes())):
            if time.monotonic() > deadline or self.process.poll() is not None:
                self.process.kill()
                raise RuntimeError(f"moto's server does not listen: {log.read_text()}")
            time.sleep(0.05)
        self.port = int(listens[1])
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait()

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
            config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 5}),
        )

    def hold_job_runs(self, polls: int) -> None:
        """Let a job run be STARTING, then RUNNING, for `polls` requests of its state each."""
        body: Any = {"model_name": "glue::job_run", "transition": {"progression": "manual", "times": polls}}
        requests.post(f"{self.url}/moto-api/state-manager/set-transition", json=body, timeout=60).raise_for_status()
