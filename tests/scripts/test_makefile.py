"""Tests of the Makefile with values that a user may give; echo stands for each program."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def make(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Runs make on a copy of the Makefile whose set-up is done; a make inside it does nothing."""
    shutil.copy(ROOT / "Makefile", folder)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    command = ["make", "--old-file=.venv/.wheel", "--old-file=.venv/.tools", "MAKE=echo make", *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_values_reach_a_program_as_they_are(tmp_path: Path) -> None:
    lake = 'it\'s a "lake", here'
    done = make(tmp_path, "page", "PY=echo", f"LAKE={lake}", "PAGE=a'b.html")
    assert done.stdout == f"-m report --lake {lake} --tickers  --page a'b.html\n", done.stderr


@pytest.mark.parametrize("variable", ["", "CARGO_TARGET_DIR=/a b/target"])
def test_folder_with_a_space_is_refused_in_one_line(tmp_path: Path, variable: str) -> None:
    folder = tmp_path / ("checkout" if variable else "my checkout")
    folder.mkdir()
    done = make(folder, "setup", *variable.splitlines())
    assert done.returncode != 0
    (error,) = done.stderr.splitlines()
    assert "found a space in" in error
    assert not (tmp_path / "my").exists()


@pytest.mark.parametrize("command", ["deploy", "smoke"])
def test_arguments_of_a_deployment_are_checked_before_the_build(tmp_path: Path, command: str) -> None:
    built = "make wheel pyiceberg lambda ingest-lambda"
    done = make(tmp_path, command, "STACK=lake", "PY=true")
    assert done.stdout == f"{built}\n", done.stderr
    assert built not in make(tmp_path, command, "STACK=Lake", "PY=false").stdout
    explained = make(tmp_path, command, "STACK=lake", "PY=echo", "DRY_RUN=1").stdout
    assert explained == f"infra/{command}.py --stack lake --dry-run\n"
