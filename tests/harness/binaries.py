"""Programs that tests run: the paths of the Rust ones, and a run that must succeed."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def built(name: str) -> Path:
    """The path of a release binary; asserts that it exists."""
    binary = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release" / name
    if not binary.is_file():
        pytest.fail(f"{binary} is not built: run `make setup` or `make e2e`")
    return binary


def succeeded(*command: str | Path, **options: Any) -> str:
    """The output of a program that must succeed; if it fails, the assertion has its errors too."""
    done: subprocess.CompletedProcess[str] = subprocess.run(
        command, capture_output=True, text=True, check=False, **options
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
