"""Where the Rust programs are that the tests run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def release(name: str) -> Path:
    """Where `make setup` and `make e2e` put a release binary."""
    return Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release" / name


def built(name: str) -> Path:
    """A release binary, which has to be there."""
    binary = release(name)
    if not binary.is_file():
        pytest.fail(f"{binary} is not built: run `make setup` or `make e2e`")
    return binary
