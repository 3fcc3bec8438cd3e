"""Random histories of tickers, with gaps as in real ones."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import lakes
import pyarrow as pa
from hypothesis import strategies as st

import b3_kernels as b3

SESSIONS = b3.sessions(dt.date(2021, 1, 4), dt.date(2024, 12, 30))
TICKERS = ("ABEV3", "ITUB4", "PETR4", "SANB11")
# No kernel reads the first two; market_events.py adds the others.
LEFT_OUT = ("isin", "market", "currency", "distribution", "specification")
RAW = pa.schema([("trade_date", pa.date32()), *(field for field in lakes.RAW if field.name not in LEFT_OUT)])

prices = st.one_of(
    st.integers(1, 10_000).map(lambda cents: Decimal(cents) / 100),
    st.integers(1, 10**18 - 1).map(lambda unscaled: Decimal(unscaled).scaleb(-6)),
)


def raw_bar(
    day: dt.date, ticker: str, close: Decimal, *, source: str | None = "cotahist", **over: Any
) -> dict[str, Any]:
    """One valid raw bar, with the fields of `over` instead of its own."""
    of_close = dict.fromkeys(("open", "high", "low", "close"), close)
    sizes = {"volume": 100, "turnover": Decimal("1234.56"), "trades": 7}
    return {"trade_date": day, "ticker": ticker, "bar_start": None, **of_close, **sizes, "source": source} | over


def table(bars: list[dict[str, Any]]) -> pa.Table:
    """Raw bars as a table with the columns of RAW."""
    return pa.Table.from_pylist(bars, schema=RAW)


@st.composite
def traded_days(draw: st.DrawFn, most: int = 60) -> list[dt.date]:
    """Sessions in which one ticker traded: mostly consecutive, sometimes after a suspension."""
    place = draw(st.integers(0, 300))
    days = [SESSIONS[place]]
    # A gap of 41 sessions is more than a window of 20 bars may span: 40, twice its length.
    for gap in draw(st.lists(st.sampled_from([1] * 12 + [2, 3, 4, 9, 41]), max_size=most - 1)):
        place += gap
        if place >= len(SESSIONS):
            break
        days.append(SESSIONS[place])
    return days


@st.composite
def daily_bars(draw: st.DrawFn, most: int = 60) -> list[dict[str, Any]]:
    """Valid daily bars of one source, one for each ticker and date, sorted."""
    bars = []
    for ticker in draw(st.lists(st.sampled_from(TICKERS), min_size=1, unique=True).map(sorted)):
        days = draw(traded_days(most))
        bars += [raw_bar(day, ticker, draw(prices), volume=draw(st.integers(0, 10**9))) for day in days]
    return bars


@st.composite
def raw_bars(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Raw bars sorted by ticker and date: several sources, intraday bars, duplicates, bad bars."""
    bars = []
    for ticker in draw(st.lists(st.sampled_from(TICKERS), min_size=1, max_size=3, unique=True).map(sorted)):
        for day in draw(traded_days(12)):
            sources = draw(st.lists(st.sampled_from(("cotahist", "yahoo", "yahoo-5m")), min_size=1, max_size=4))
            bars += [draw(any_bar(day, ticker, source)) for source in sources]
    return bars


@st.composite
def any_bar(draw: st.DrawFn, day: dt.date, ticker: str, source: str) -> dict[str, Any]:
    """A bar that is valid or breaks rules."""
    low, *between, high = sorted(draw(st.lists(prices, min_size=4, max_size=4)))
    opened, closed = draw(st.permutations(between))
    bar = raw_bar(day, ticker, closed, source=source, open=opened, high=high, low=low)
    if source == "yahoo-5m":
        minute = draw(st.integers(0, 3))
        bar["bar_start"] = dt.datetime(day.year, day.month, day.day, 13, 5 * minute, tzinfo=dt.UTC)
    bar["volume"] = draw(st.integers(0, 10**6))
    bar["turnover"] = draw(st.none() | st.integers(0, 10**12).map(lambda cents: Decimal(cents).scaleb(-2)))
    bar["trades"] = draw(st.none() | st.integers(0, 99_999))
    fault = draw(st.sampled_from([{}] * 8 + [{"close": None}, {"low": Decimal(0)}, {"high": Decimal("0.000001")}]))
    return bar | fault | draw(st.sampled_from([{}] * 9 + [{"volume": -1}]))
