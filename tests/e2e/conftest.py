"""What the chain's tests share: a cloud, and the stack in it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aws import Moto
from provision import provisioned

import cloudformation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resolver import Resolver

ROOT = Path(__file__).resolve().parents[2]
STACK = "lake"
PARAMETERS = {
    "StartGlueJobKey": "lambda/1/start-glue-job.zip",
    "IngestKey": "lambda/1/b3-ingest.zip",
    "JobScriptKey": "job/1/refine_quotes.py",
    "JobModulesKey": "job/1/b3_jobs.zip",
    "WheelKey": "wheels/1/b3_kernels-0.1.0-cp311-abi3-manylinux_2_28_x86_64.whl",
}


def built(name: str) -> Path:
    """A release binary that `make setup` or `make e2e` has built."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    binary = target / "release" / name
    if not binary.exists():
        pytest.fail(f"{binary} is not built: run `make e2e`")
    return binary


@pytest.fixture(scope="module")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moto]:
    with Moto(tmp_path_factory.mktemp("moto") / "log") as server:
        yield server


@pytest.fixture(scope="module")
def stack(moto: Moto) -> Resolver:
    return provisioned(cloudformation.read(), STACK, PARAMETERS, moto.client)
