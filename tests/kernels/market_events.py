"""Random corporate actions, and bars with a currency and the exchange's marks of actions."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import market_days
import pyarrow as pa
from corporate_actions import RATIOS
from hypothesis import strategies as st
from lakes import EVENTS, RAW, event
from market_days import SESSIONS, TICKERS

MARKS = [RAW.field(name) for name in ("currency", "distribution", "specification")]
MARKED = pa.schema([*market_days.RAW, *MARKS])
ACTIONS = EVENTS.append(pa.field("source", pa.string()))
# ESPECI: the class (PNE is one), letters after an E (X is not a known one), the segment.
SPECIFICATIONS = ("ON", "ON      NM", "ON  ED  NM", "ON  EDJ NM", "ON  EB", "CI  ERA", "PNE", "PNE EG", "ON  EX", None)


def marked_table(bars: list[dict[str, Any]]) -> pa.Table:
    """Raw bars with the columns of MARKS as a table."""
    return pa.Table.from_pylist(bars, schema=MARKED)


def actions_table(rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=ACTIONS)


@st.composite
def with_marks(draw: st.DrawFn, bars: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The bars with distribution numbers that rise and a currency that changes at most once.

    As in the lake, only bars of COTAHIST have a distribution number and a specification.
    """
    numbers = dict.fromkeys(TICKERS, 100)
    change = draw(st.none() | st.sampled_from(SESSIONS[:400]))
    keys = sorted({(bar["ticker"], bar["trade_date"]) for bar in bars})
    marks = {}
    for ticker, day in keys:
        numbers[ticker] += draw(st.sampled_from([0] * 6 + [1]))
        specification = draw(st.sampled_from(SPECIFICATIONS)) if draw(st.integers(0, 2)) == 0 else "ON      NM"
        number = None if draw(st.integers(0, 9)) == 0 else numbers[ticker]
        currency = "CR$" if change and day < change else "BRL"
        marks[ticker, day] = {"currency": currency, "distribution": number, "specification": specification}
    return [
        bar
        | marks[bar["ticker"], bar["trade_date"]]
        | ({} if bar["source"] == "cotahist" else {"distribution": None, "specification": None})
        for bar in bars
    ]


@st.composite
def actions_of(draw: st.DrawFn, bars: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Actions near the bars: of several sources, several on one day, on days without a bar."""
    days = sorted({bar["trade_date"] for bar in bars}) or [SESSIONS[0]]
    near = st.builds(lambda day, off: day + dt.timedelta(off), st.sampled_from(days), st.sampled_from([0, 0, 0, -1, 3]))
    ratio = st.sampled_from([*RATIOS, (1, 1)])
    amount = st.tuples(st.sampled_from([Decimal("0.12345678"), Decimal("1.5"), Decimal(0), Decimal("0.00000001")]))
    # A subscription has neither a ratio nor an amount.
    sizes = {"split": ratio, "bonus": ratio, "dividend": amount, "interest": amount, "capital_return": amount}
    sizes["subscription"] = st.just(())
    rows = []
    for _ in range(draw(st.integers(0, 6))):
        kind = draw(st.sampled_from(list(sizes)))
        source = draw(st.sampled_from(["manual", "b3", "b3", "yahoo"]))
        rows.append(event(draw(st.sampled_from(TICKERS)), draw(near), kind, *draw(sizes[kind]), source=source))
    return rows
