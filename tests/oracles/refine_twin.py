"""What `refine` means, written for reading: rationals, one row after the other."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from fractions import Fraction
from itertools import groupby
from typing import Any

import b3_kernels as b3

Row = dict[str, Any]
TRUST = ("cotahist", "yahoo", "yahoo-1h", "yahoo-5m", "yahoo-1m")


def fault(bar: Row) -> str | None:
    """Say which rule a bar breaks by itself."""
    four = [bar["open"], bar["high"], bar["low"], bar["close"]]
    if None in four:
        return "null price"
    if min(four) <= 0:
        return "price not positive"
    if bar["high"] < bar["low"]:
        return "high below low"
    for name in ("open", "close"):
        if not bar["low"] <= bar[name] <= bar["high"]:
            return f"{name} outside low to high"
    return "negative volume" if bar["volume"] < 0 else None


def day_of(bars: list[Row]) -> tuple[Row | None, list[tuple[Row, str]]]:
    """Make one bar of the raw bars of one ticker and date, and list the rejected ones."""
    rejected = [(bar, reason) for bar in bars if (reason := fault(bar))]
    good = [bar for bar in bars if not fault(bar)]
    keys = Counter((bar["source"], bar["bar_start"]) for bar in good)
    twice = [bar for bar in good if keys[bar["source"], bar["bar_start"]] > 1]
    rejected += [(bar, "duplicate key") for bar in twice]
    good = [bar for bar in good if bar not in twice]
    if not good:
        return None, rejected
    best = min((bar["source"] for bar in good), key=TRUST.index)
    rejected += [(bar, f"superseded by {best}") for bar in good if bar["source"] != best]
    return aggregate([bar for bar in good if bar["source"] == best]), rejected


def aggregate(bars: list[Row]) -> Row:
    """Make one bar of bars."""
    bars = sorted(
        bars, key=lambda bar: (bar["trade_date"], bar.get("bar_start") or dt.datetime.min.replace(tzinfo=dt.UTC))
    )

    def total(name: str) -> Any:
        parts = [bar[name] for bar in bars]
        return None if None in parts else sum(parts)

    return {
        "trade_date": bars[0]["trade_date"],
        "ticker": bars[0]["ticker"],
        "open": bars[0]["open"],
        "high": max(bar["high"] for bar in bars),
        "low": min(bar["low"] for bar in bars),
        "close": bars[-1]["close"],
        "volume": total("volume"),
        "turnover": total("turnover"),
        "trades": total("trades"),
        "source": max((bar["source"] for bar in bars), key=TRUST.index),
        "bars": sum(bar.get("bars", 1) for bar in bars),
    }


def first_session(day: dt.date, every: str) -> dt.date:
    """Give the first session of the period that holds `day`."""
    first = {"1d": day, "1w": day - dt.timedelta(day.weekday()), "1mo": day.replace(day=1)}[every]
    return day if every == "1d" else b3.sessions(first, day)[0]


def distance(before: dt.date, after: dt.date, every: str) -> int:
    """Count the sessions (weeks, months) from one bar to another."""
    if every == "1d":
        return b3.count_sessions(before, after)
    if every == "1w":
        return ((after - dt.timedelta(after.weekday())) - (before - dt.timedelta(before.weekday()))).days // 7
    return (after.year - before.year) * 12 + after.month - before.month


def refine(raw: list[Row], *, every: str, windows: tuple[int, ...]) -> tuple[list[Row], list[tuple[Row, str]]]:
    """Refine raw bars, sorted by ticker and date; give the rows and the rejected bars."""
    rejected: list[tuple[Row, str]] = []
    days: list[Row] = []
    for _, bars in groupby(raw, key=lambda bar: (bar["ticker"], bar["trade_date"])):
        day, refused = day_of(list(bars))
        rejected += refused
        days += [day] if day else []
    rows: list[Row] = []
    for (_, first), bars in groupby(days, key=lambda bar: (bar["ticker"], first_session(bar["trade_date"], every))):
        rows.append(aggregate(list(bars)) | {"trade_date": first})
    for _, series in groupby(rows, key=lambda bar: bar["ticker"]):
        derive(list(series), every, windows)
    return rows, rejected


def derive(series: list[Row], every: str, windows: tuple[int, ...]) -> None:
    """Put the derived columns into the bars of one ticker."""
    for place, bar in enumerate(series):
        volume, turnover = bar["volume"], bar["turnover"]
        bar["vwap"] = float(Fraction(turnover) / volume) if turnover is not None and volume else None
        for window in windows:
            part = series[max(0, place + 1 - window) : place + 1]
            counts = len(part) == window and distance(part[0]["trade_date"], bar["trade_date"], every) <= 2 * window
            mean = sum((Fraction(other["close"]) for other in part), Fraction(0)) / window
            bar[f"sma_{window}"] = float(mean) if counts else None
        before = series[place - 1] if place else None
        if before and distance(before["trade_date"], bar["trade_date"], every) > 2 * max(windows):
            before = None
        close = Fraction(bar["close"])
        bar["simple_return"] = float(close / Fraction(before["close"]) - 1) if before else None
        bar["days_since_previous"] = (bar["trade_date"] - before["trade_date"]).days if before else None
        bar["sessions_since_previous"] = b3.count_sessions(before["trade_date"], bar["trade_date"]) if before else None
