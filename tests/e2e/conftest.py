"""Fixtures of the end-to-end tests: an emulated AWS, and the stack in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from aws import Moto
from stack import Stack

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moto]:
    with Moto(tmp_path_factory.mktemp("moto") / "log") as server:
        yield server


@pytest.fixture(scope="module")
def stack(moto: Moto) -> Stack:
    return Stack(moto.client)
