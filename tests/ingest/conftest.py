"""What the tests of `b3-ingest` on S3 share."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from object_store import BUCKET, ENVIRONMENT, Moto, Network

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Ingester:
    """The release binary, pointed at a store."""

    binary: Path
    url: str

    def command(self, source: Path, *more: str) -> list[str]:
        """`b3-ingest cotahist` into the bucket."""
        where = ["--dest", f"s3://{BUCKET}/b3/daily", "--endpoint-url", self.url]
        return [str(self.binary), "cotahist", "--file", str(source), *where, *more]

    def run(self, source: Path, *more: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run it to the end."""
        command = self.command(source, *more)
        done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done


def environment(**more: str) -> dict[str, str]:
    """The environment of a run: nothing of this machine's AWS settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return kept | ENVIRONMENT | more


@pytest.fixture(scope="session")
def binary() -> Path:
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    built = target / "release" / "b3-ingest"
    if not built.exists():
        pytest.fail(f"{built} is not built: run `make setup`")
    return built


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moto]:
    with Moto(tmp_path_factory.mktemp("moto") / "log") as server:
        yield server


@pytest.fixture
def store(server: Moto) -> Moto:
    server.empty()
    return server


@pytest.fixture
def network(store: Moto) -> Iterator[Network]:
    with Network(store.port) as network:
        yield network


@pytest.fixture
def ingester(binary: Path, network: Network) -> Ingester:
    return Ingester(binary, network.url)
