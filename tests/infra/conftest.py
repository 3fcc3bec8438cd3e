"""Fixtures of the deployment's tests: an emulated AWS account, and artifacts to deploy."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

import templates
from artifacts import Artifact

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def session() -> Iterator[boto3.Session]:
    # moto creates the template's buckets and warns that it ignores their policies.
    warnings.filterwarnings("ignore", "Tried to parse AWS")
    with mock_aws():
        yield boto3.Session(region_name="sa-east-1")


@pytest.fixture
def built() -> list[Artifact]:
    """An artifact for each parameter of the template that is an artifact's key."""
    return [Artifact(name, b"x", name) for name in templates.read()["Parameters"] if name.endswith("Key")]
