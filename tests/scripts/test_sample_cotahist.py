"""Tests of scripts/sample_cotahist.py: the sample's quotes agree with its corporate actions."""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from datetime import date
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from spot_quotes import spot_quotes

import sample_cotahist


def test_each_event_changes_the_distribution_number_and_the_price_on_its_ex_date() -> None:
    actions = defaultdict(dict)
    for row in csv.DictReader(sample_cotahist.actions(2024)):
        actions[row["ticker"]][date.fromisoformat(row["ex_date"])] = row
    kinds = {row["kind"] for rows in actions.values() for row in rows.values()}
    assert kinds >= {"split", "bonus", "dividend", "interest"}
    sample = spot_quotes(sample_cotahist.sample(2024, events=True))
    for ticker, events in actions.items():
        quotes = {day: quote for (day, of), quote in sample.items() if of == ticker}
        days = sorted(quotes)
        changed = [day for before, day in pairwise(days) if quotes[day].distribution != quotes[before].distribution]
        assert changed == sorted(events)
        for day in changed:
            before, after = quotes[days[days.index(day) - 1]], quotes[day]
            assert after.distribution == before.distribution + 1
            assert after.specification.startswith("ON  E")
            row = events[day]
            expected = Fraction(before.close)
            if row["numerator"]:
                expected = expected * int(row["denominator"]) / int(row["numerator"])
            else:
                expected -= Fraction(row["amount"])
            # A day's random change is smaller.
            assert abs(Fraction(after.close) / expected - 1) < Fraction(7, 100), (ticker, day)


def test_actions_of_some_tickers_hold_no_other_ticker() -> None:
    assert {line.split(",")[0] for line in sample_cotahist.actions(2024, ("INVB4",))} == {"ticker", "INVB4"}
    assert sample_cotahist.actions(2024, ("INVD3",)) == [sample_cotahist.CSV_HEADER]


def test_both_files_are_written_into_new_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quotes, actions = tmp_path / "quotes" / "COTAHIST_A2023.TXT", tmp_path / "events" / "actions.csv"
    monkeypatch.setattr(sys, "argv", ["sample_cotahist.py", str(quotes), "--year=2023", f"--actions={actions}"])
    sample_cotahist.main()
    assert quotes.read_bytes() == sample_cotahist.sample(2023, events=True)
    assert actions.read_text(encoding="utf-8").splitlines() == sample_cotahist.actions(2023)


def test_sample_without_events_has_one_distribution_number() -> None:
    quotes = spot_quotes(sample_cotahist.sample(2024)).values()
    assert {(quote.distribution, quote.specification) for quote in quotes} == {(101, "ON")}
