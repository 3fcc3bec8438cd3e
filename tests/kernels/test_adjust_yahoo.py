"""`adjust` compared with Yahoo's adjusted closes of B3's tickers, with Yahoo's known errors."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from lakes import EVENTS, event

import b3_kernels as b3

DATA = Path(__file__).parents[3] / "shared/data"
TRADED = DATA / "cotahist/COTAHIST_A2021_45tickers.TXT"
YAHOO = DATA / "yahoo/daily_adjusted_42_tickers_2015_2025.parquet"
TICKERS = ["ABEV3", "BBAS3", "PETR3", "VALE3", "VLID3", "WEGE3"]
# The only distribution of the six tickers in the file's 16 sessions: DISMES rises, with `ON  ED`.
DIVIDEND = event("ABEV3", dt.date(2021, 1, 14), "dividend", "0.0767")
# Yahoo's closes of this day differ from B3's by 0.2% to 0.9%, for all six tickers.
YAHOO_WRONG_ON = dt.date(2021, 1, 6)
# DISMES of VLID3 rises, with `ON  ES`: a subscription right, which pays no cash.
SUBSCRIPTION = dt.date(2021, 1, 13)
# More than the relative error of two floats rounded to 24 bits.
NOISE = 5e-7

pytestmark = [
    pytest.mark.skipif(
        not (TRADED.exists() and YAHOO.exists()), reason="needs B3's and Yahoo's quotes of ../shared/data"
    ),
    pytest.mark.filterwarnings("ignore:.*the trailer counts"),  # the records of the whole year
]


@pytest.fixture(scope="module")
def ratios() -> dict[str, dict[dt.date, float]]:
    """Yahoo's adjusted close over ours, relative to the last day: 1 if both adjust alike."""
    bars = pa.table(b3.read_cotahist(TRADED, tickers=TICKERS, allow_incomplete=True))
    actions = pa.Table.from_pylist([DIVIDEND], schema=EVENTS)
    ours = {
        (row["ticker"], row["trade_date"]): row["close"]
        for row in pa.table(b3.adjust(bars, actions, distributions=True)).to_pylist()
    }
    theirs = pq.read_table(YAHOO, filters=pc.field("ticker").isin(TICKERS)).to_pylist()
    found: dict[str, dict[dt.date, float]] = {ticker: {} for ticker in TICKERS}
    for row in sorted(theirs, key=lambda row: row["date"]):
        if (row["ticker"], row["date"]) in ours:
            found[row["ticker"]][row["date"]] = row["close"] / float(ours[row["ticker"], row["date"]])
    return {ticker: {day: ratio / own[max(own)] for day, ratio in own.items()} for ticker, own in found.items()}


def test_adjusted_closes_of_b3_agree_with_yahoos_except_its_known_errors(
    ratios: dict[str, dict[dt.date, float]],
) -> None:
    assert sorted(ratios) == TICKERS
    for ticker, own in ratios.items():
        assert len(own) == 16
        right = [
            ratio for day, ratio in own.items() if day != YAHOO_WRONG_ON and (ticker != "VLID3" or day >= SUBSCRIPTION)
        ]
        assert len(right) == (9 if ticker == "VLID3" else 15)
        assert right == pytest.approx([1.0] * len(right), rel=NOISE), ticker


def test_yahoo_is_wrong_on_one_day_and_treats_a_subscription_as_cash(
    ratios: dict[str, dict[dt.date, float]],
) -> None:
    off = {ticker: abs(own[YAHOO_WRONG_ON] / own[dt.date(2021, 1, 7)] - 1) for ticker, own in ratios.items()}
    assert all(0.0015 < error < 0.0095 for error in off.values()), off
    before = [ratio for day, ratio in ratios["VLID3"].items() if day < SUBSCRIPTION and day != YAHOO_WRONG_ON]
    assert before == pytest.approx([before[0]] * len(before), rel=NOISE)
    # Yahoo counts the right as cash of 1.6% of the close: seen in its data, not computed.
    assert 1 - before[0] == pytest.approx(0.016, abs=0.0005)
