"""Without a browser the page's tests are skipped; CI installs it or says with which command."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import browser
import pytest

ROOT = Path(__file__).resolve().parents[2]
INSTALL = "install it with: sudo apt-get install chromium"


@pytest.mark.parametrize(("ci", "outcome"), [("", pytest.skip.Exception), ("true", pytest.fail.Exception)])
def test_a_machine_without_a_browser_skips_and_ci_fails(
    monkeypatch: pytest.MonkeyPatch, ci: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setattr(browser, "NAMES", ())
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match=INSTALL), browser.chromium():
        pass


def run_ci(tmp_path: Path, *, user: int) -> tuple[subprocess.CompletedProcess[str], list[str]]:
    """Run the CI script without Chromium; returns its result and the commands it called."""
    calls = tmp_path / "calls"
    record = f'echo "${{0##*/}} $*" >>{calls}'
    for name, script in (("id", f"echo {user}"), ("apt-get", record), ("make", record)):
        (tmp_path / name).write_text(f"#!/bin/bash\n{script}\n")
        (tmp_path / name).chmod(0o755)
    for name in ("bash", "dirname"):
        (tmp_path / name).symlink_to(shutil.which(name) or name)
    environment = dict.fromkeys(("PATH", "HOME"), str(tmp_path))
    done = subprocess.run([ROOT / ".ci/run"], capture_output=True, text=True, check=False, env=environment)
    return done, calls.read_text().splitlines() if calls.exists() else []


def test_ci_installs_a_browser_as_root(tmp_path: Path) -> None:
    done, calls = run_ci(tmp_path, user=0)
    assert done.returncode == 0, done.stderr
    assert calls == ["apt-get update -qq", "apt-get install -y -qq --no-install-recommends chromium", "make test"]


def test_ci_prints_what_is_missing_to_any_other_user(tmp_path: Path) -> None:
    done, calls = run_ci(tmp_path, user=1000)
    assert (done.returncode, calls) == (1, [])
    assert INSTALL in done.stderr
