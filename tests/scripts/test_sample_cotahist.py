"""Tests of scripts/sample_cotahist.py: the sample's quotes agree with its corporate actions."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

import sample_cotahist


class Quote(NamedTuple):
    """Fields of a spot quote: its close in centavos, DISMES and ESPECI."""

    close: int
    distribution: int
    specification: str


def spot_quotes(ticker: str) -> dict[date, Quote]:
    """The quote of each session of a ticker."""
    quotes = {}
    for line in sample_cotahist.sample(2024, events=True).decode("latin-1").splitlines():
        if line[:2] == "01" and line[12:24].strip() == ticker and line[24:27] == "010":
            day = date(int(line[2:6]), int(line[6:8]), int(line[8:10]))
            quotes[day] = Quote(int(line[108:121]), int(line[242:245]), line[39:49].strip())
    return quotes


def test_each_event_changes_the_distribution_number_and_the_price_on_its_ex_date() -> None:
    actions = defaultdict(dict)
    for row in csv.DictReader(sample_cotahist.actions(2024)):
        actions[row["ticker"]][date.fromisoformat(row["ex_date"])] = row
    kinds = {row["kind"] for rows in actions.values() for row in rows.values()}
    assert kinds >= {"split", "bonus", "dividend", "interest"}
    for ticker, events in actions.items():
        quotes = spot_quotes(ticker)
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
                expected -= Fraction(row["amount"]) * 100
            assert abs(after.close / expected - 1) < Fraction(7, 100), (ticker, day)  # a day's random change is smaller


def test_actions_of_some_tickers_hold_no_other_ticker() -> None:
    assert {line.split(",")[0] for line in sample_cotahist.actions(2024, ("INVB4",))} == {"ticker", "INVB4"}
    assert sample_cotahist.actions(2024, ("INVD3",)) == [sample_cotahist.CSV_HEADER]


def test_sample_without_events_has_one_distribution_number() -> None:
    lines = sample_cotahist.sample(2024).decode("latin-1").splitlines()
    numbers_and_specifications = {(line[242:245], line[39:49].strip()) for line in lines if line[:2] == "01"}
    assert numbers_and_specifications == {("101", "ON")}
