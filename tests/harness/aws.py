"""A cloud of one's own: moto's server in a process of its own, and clients for it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any, Self

import boto3
import requests
from botocore.config import Config

if TYPE_CHECKING:
    from pathlib import Path

REGION = "sa-east-1"
ACCOUNT = "123456789012"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_REGION": REGION}
START_SECONDS = 60


def free_port() -> int:
    """A port of this machine on which no program listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


class Moto:
    """moto's server: S3, SQS, Glue and what else the stack names."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)],
                stdout=output,
                stderr=output,
            )
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                requests.get(f"{self.url}/moto-api/data.json", timeout=5)
                break
            except requests.ConnectionError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    self.process.kill()
                    raise
                time.sleep(0.1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait()

    def client(self, service: str) -> Any:
        """A boto3 client of this server."""
        return client(service, self.url)

    def hold_job_runs(self, polls: int) -> None:
        """Let a job run end only after it was looked at this often, so that runs can be in each other's way."""
        body: Any = {"model_name": "glue::job_run", "transition": {"progression": "manual", "times": polls}}
        requests.post(f"{self.url}/moto-api/state-manager/set-transition", json=body, timeout=10).raise_for_status()


def client(service: str, url: str) -> Any:
    """A boto3 client of the server at `url`."""
    return boto3.client(
        service,
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 5}),
    )
