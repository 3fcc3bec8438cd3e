"""The paths of the Rust programs that tests run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def release(name: str) -> Path:
    """The path of a release binary of `make setup` and `make e2e`."""
    return Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release" / name


def built(name: str) -> Path:
    """The path of a release binary; asserts that it exists."""
    binary = release(name)
    if not binary.is_file():
        pytest.fail(f"{binary} is not built: run `make setup` or `make e2e`")
    return binary
