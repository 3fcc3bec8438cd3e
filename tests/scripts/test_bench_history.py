"""Tests of benches/history.py: a program's output and its peak memory."""

from __future__ import annotations

import sys

import pytest
from binaries import ROOT


def test_a_program_that_prints_more_than_a_pipe_holds_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benches"))
    import history

    done = history.run([sys.executable, "-c", "print('x' * 1_000_000)"])
    assert len(done.output) == 1_000_001
    assert done.peak > 0
