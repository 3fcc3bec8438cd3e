"""Measured tables in the docs that are the same on every machine equal their command's output."""

from __future__ import annotations

import pytest
from pages import ROOT


def test_table_of_withheld_events_in_the_docs_is_what_the_benchmark_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benches"))
    import withheld_events

    assert withheld_events.table() in (ROOT / "docs/job.md").read_text(encoding="utf-8")


def test_withheld_events_are_mostly_found_with_few_false_alarms(monkeypatch: pytest.MonkeyPatch) -> None:
    """`refine` notices most of the events withheld from it; price jumps alone show fewer."""
    monkeypatch.syspath_prepend(str(ROOT / "benches"))
    import withheld_events

    counts = withheld_events.measure(withheld_events.invented(tickers=60, seed=7), withheld=1 / 3)
    # Of the 28 withheld events `refine` finds all and price jumps 16; the limits are less strict.
    assert counts["withheld"] > 20
    assert counts["found"] > 0.9 * counts["withheld"]
    assert counts["false_alarms"] <= 2
    assert counts["jumps_found"] < 0.8 * counts["withheld"]
