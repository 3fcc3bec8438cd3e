"""Tests of scripts/release.sh: a release needs a dated changelog entry before anything is built."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from binaries import succeeded

import b3_kernels as b3

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(("entry", "status"), [("2026-11-25", 0), ("unreleased", 1), ("2026-11", 1)])
def test_a_release_needs_a_dated_entry_of_its_version(tmp_path: Path, entry: str, status: int) -> None:
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "release.sh", tmp_path / "scripts")
    shutil.copy(ROOT / "Cargo.toml", tmp_path)
    (tmp_path / "CHANGELOG.md").write_text(f"# Changelog\n\n## {b3.__version__} - {entry}\n")
    done = subprocess.run(
        ["bash", tmp_path / "scripts" / "release.sh", "dated"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (status, "")
    error = (
        rf"release: CHANGELOG.md has no dated entry for {b3.__version__}; expected a line like: ## .* - \d{{4}}-.*\n"
    )
    assert re.fullmatch(error if status else "", done.stderr)


def test_make_release_checks_the_changelog_before_it_builds() -> None:
    # `make test` may run this test, and a make that another make starts prints its folder too.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    commands = succeeded("make", "--dry-run", "release", cwd=ROOT, env=environment).splitlines()
    assert commands[0] == "bash scripts/release.sh dated"
    assert commands[-1] == "bash scripts/release.sh"
