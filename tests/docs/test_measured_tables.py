"""Measured tables in the docs that are the same on every machine equal their command's output."""

from __future__ import annotations

import pytest
from pages import ROOT


def test_table_of_withheld_events_in_the_docs_is_what_the_benchmark_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    """How many share events `ajuste` notices that the kernels were not given."""
    monkeypatch.syspath_prepend(str(ROOT / "benches"))
    import withheld_events

    assert withheld_events.table() in (ROOT / "docs/job.md").read_text(encoding="utf-8")
