"""Fixtures of the tests of `b3-ingest` on S3: the binary, the store and the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from binaries import built
from ingester import Ingester
from object_store import Network, Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def binary() -> Path:
    return built("b3-ingest")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store(tmp_path_factory.mktemp("moto") / "log") as server:
        yield server


@pytest.fixture
def store(server: Store) -> Store:
    server.empty()
    return server


@pytest.fixture
def network(store: Store) -> Iterator[Network]:
    with Network(store.port) as network:
        yield network


@pytest.fixture
def ingester(binary: Path, network: Network) -> Ingester:
    return Ingester(binary, network.url)
