"""Fixtures of the end-to-end tests: an emulated AWS, and the stack in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from aws import Moto
from provision import provisioned

import templates

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resolver import Resolver

STACK = "lake"
PARAMETERS = {
    "StartGlueJobKey": "lambda/1/start-glue-job.zip",
    "IngestKey": "lambda/1/b3-ingest.zip",
    "JobScriptKey": "job/1/refine_quotes.py",
    "AuditScriptKey": "job/1/audit_quotes.py",
    "JobModulesKey": "job/1/b3_jobs.zip",
    "WheelKey": "wheels/1/b3_kernels-0.1.0-cp311-abi3-manylinux_2_28_x86_64.whl",
    "PyIcebergKey": "wheels/1/pyiceberg.gluewheels.zip",
}


@pytest.fixture(scope="module")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moto]:
    with Moto(tmp_path_factory.mktemp("moto") / "log") as server:
        yield server


@pytest.fixture(scope="module")
def stack(moto: Moto) -> Resolver:
    return provisioned(templates.read(), STACK, PARAMETERS, moto.client)
