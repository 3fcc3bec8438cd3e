"""Figures of real data in the pages equal those counted here without b3_kernels."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from fractions import Fraction
from typing import NamedTuple

import pyarrow.parquet as pq
import pytest
from pages import ROOT, prose
from spot_quotes import Quote, spot_quotes

DATA = ROOT.parent / "shared/data"
YEAR_FILE = DATA / "cotahist/COTAHIST_A2021_45tickers.TXT"
YAHOO = DATA / "yahoo/daily_adjusted_42_tickers_2015_2025.parquet"
# A close beyond these bounds, as a share of the one before, is a jump.
LOWEST, HIGHEST = Fraction(3, 5), Fraction(5, 3)


class Pair(NamedTuple):
    """Two neighbouring bars of one ticker."""

    ticker: str
    days: tuple[dt.date, dt.date]
    before: Quote
    after: Quote

    def ratio(self) -> Fraction:
        return Fraction(self.after.close) / Fraction(self.before.close)

    def letters(self) -> set[str]:
        """The letters after the E in ESPECI that are new, or all of them if none is."""
        before, after = ("".join(re.findall(r"^\S+ +E(\S*)", bar.specification)) for bar in (self.before, self.after))
        return set(after) - set(before) or set(after)


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    """Neighbouring bars of each ticker in the part of the year file that is in shared data."""
    if not YEAR_FILE.exists():
        pytest.skip(f"no {YEAR_FILE.name} in ../shared/data")
    quotes = sorted((ticker, day, quote) for (day, ticker), quote in spot_quotes(YEAR_FILE.read_bytes()).items())
    return [
        Pair(ticker, (day, next_day), before, after)
        for (ticker, day, before), (next_ticker, next_day, after) in itertools.pairwise(quotes)
        if ticker == next_ticker
    ]


def test_counts_of_steps_and_jumps_on_the_job_page_are_those_of_the_file(pairs: list[Pair]) -> None:
    steps = [pair for pair in pairs if pair.before.distribution != pair.after.distribution]
    harmless = [step for step in steps if step.letters() and step.letters() <= set("DJRAS")]
    others = {step.ticker: step.letters() for step in steps if step not in harmless}
    jumps = [pair for pair in pairs if pair not in steps and not LOWEST <= pair.ratio() <= HIGHEST]
    sessions = {day for pair in pairs for day in pair.days}
    assert others == {"BOVA11": set(), "BSLI3": {"B"}}
    text = prose("docs/job.md")
    assert f"({len(sessions)} sessions of January 2021, spot tickers)" in text
    assert (
        f"{len(steps)} distribution numbers stepped: {len(harmless)} with letters of cash or of a subscription" in text
    )
    assert f"{len(jumps)} prices jumped by more than 5 to 3, up or down, without a step" in text
    [bonus] = [step for step in steps if "B" in step.letters()]
    assert f"'ON EB', {bonus.before.close} to {bonus.after.close} ({float(bonus.ratio()):.4f})" in text
    after_cash = [step.ratio() for step in steps if "D" in step.letters() or "J" in step.letters()]
    assert f"The deepest fall by a dividend left {float(min(after_cash)):.2f} of the close." in text


@pytest.mark.skipif(not YAHOO.exists(), reason=f"no {YAHOO.name} in ../shared/data")
def test_count_of_jumps_on_the_job_page_is_that_of_the_yahoo_file() -> None:
    rows = pq.read_table(YAHOO, columns=["ticker", "date", "close"]).to_pylist()
    rows.sort(key=lambda row: (row["ticker"], row["date"]))
    ratios = [b["close"] / a["close"] for a, b in itertools.pairwise(rows) if a["ticker"] == b["ticker"]]
    jumps = [ratio for ratio in ratios if not LOWEST <= ratio <= HIGHEST]
    tickers, years = {row["ticker"] for row in rows}, [f"{row['date']:%Y}" for row in rows]
    sentence = f"{len(tickers)} liquid tickers closed beyond 5 to 3 on {len(jumps)} of the {len(ratios):,} days that"
    assert f"{sentence} they have together from {min(years)} to {max(years)}" in prose("docs/job.md")
