"""Bars with the given closes; random splits, and their factors for older prices, as fractions."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any, NamedTuple

import pyarrow as pa
from hypothesis import strategies as st
from lakes import EVENTS, PRICE, event

RATIOS = ((2, 1), (3, 1), (4, 1), (11, 10), (7, 11), (1, 30), (1, 1_000), (1_000, 1))


class Split(NamedTuple):
    """`new` shares for `old` ones from `ex_date` on."""

    ex_date: dt.date
    new: int
    old: int


def bars_of(days: list[dt.date], closes: list[Any], ticker: str = "PETR4", **columns: Any) -> pa.Table:
    """Bars of one ticker, their closes doubles if one is a float, else decimals."""
    kind = pa.float64() if any(isinstance(close, float) for close in closes) else PRICE
    keys = {"ticker": [ticker] * len(days), "trade_date": pa.array(days, pa.date32())}
    return pa.table({**keys, "close": pa.array(closes, kind), **columns})


def share_actions(splits: list[Split]) -> pa.Table:
    """The splits of PETR4 as a table of actions."""
    return pa.Table.from_pylist([event("PETR4", day, "split", new, old) for day, new, old in splits], EVENTS)


def price_factor(splits: list[Split], before: dt.date, until: dt.date) -> Fraction:
    """The factor that converts a price of `before` to the shares of `until`."""
    factor = Fraction(1)
    for ex_date, new, old in splits:
        if before < ex_date <= until:
            factor *= Fraction(old, new)
    return factor


@st.composite
def splits(draw: st.DrawFn, days: list[dt.date], most: int = 5) -> list[Split]:
    """Splits from before the first bar to after the last, on days with and without a bar."""
    first, last = days[0].toordinal(), days[-1].toordinal()
    anywhere = st.integers(first - 3, last + 3).map(dt.date.fromordinal)
    ex_dates = draw(st.lists(st.one_of(st.sampled_from(days), anywhere), max_size=most))
    # Two events on one day.
    if ex_dates and draw(st.booleans()):
        ex_dates.append(ex_dates[0])
    return [Split(day, *draw(st.sampled_from(RATIOS))) for day in sorted(ex_dates)]
