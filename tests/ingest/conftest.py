"""What the tests of `b3-ingest` on S3 share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from ingester import Ingester
from object_store import Moto, Network

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]


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
