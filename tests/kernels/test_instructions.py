"""Tests of how many machine instructions averaging and refining take: more mean slower code."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

BENCHES = Path(__file__).parents[2] / "benches"
pytestmark = pytest.mark.skipif(shutil.which("valgrind") is None, reason="no valgrind to count instructions with")


def count(recorded: Path, *kernels: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(BENCHES / "instructions.py"), *kernels, "--recorded", str(recorded)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_instructions_of_averaging_and_refining_are_within_the_recorded_counts() -> None:
    run = count(BENCHES / "instructions.json", "sma_decimal", "refine")
    assert run.returncode == 0, run.stdout + run.stderr


def test_more_instructions_than_recorded_fail_and_name_the_kernel(tmp_path: Path) -> None:
    recorded = json.loads((BENCHES / "instructions.json").read_text(encoding="utf-8"))
    fewer = tmp_path / "instructions.json"
    fewer.write_text(json.dumps({"sma_decimal": recorded["sma_decimal"] * 0.8}), encoding="utf-8")
    run = count(fewer, "sma_decimal")
    assert run.returncode == 1
    assert run.stderr == "not recorded, or more than a tenth over the recorded count: sma_decimal\n"
