"""Tables of measurements in the docs that are the same on every machine are what their command prints."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_docs_tell_how_many_withheld_events_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benches"))
    import withheld_events

    assert withheld_events.table() in (ROOT / "docs/job.md").read_text(encoding="utf-8")
    sys.modules.pop("withheld_events")


def test_the_measurement_fails_where_nothing_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures of a smaller market: nearly all are found, hardly any without cause, and not because prices jump."""
    monkeypatch.syspath_prepend(str(ROOT / "benches"))
    import withheld_events

    found = withheld_events.measure(withheld_events.invented(tickers=60, seed=7), 1 / 3)
    assert found["withheld"] > 20
    assert found["found"] > 0.9 * found["withheld"]
    assert found["false_alarms"] <= 2
    assert found["jumps_found"] < 0.8 * found["withheld"]
