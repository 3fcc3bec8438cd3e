"""A Python twin of `refine`, which tests compare it with: plain code on rationals, row by row."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from itertools import groupby, pairwise
from math import prod
from typing import Any

import b3_kernels as b3

Row = dict[str, Any]
# From the most trusted source to the least.
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


def daily_bar(bars: list[Row]) -> tuple[Row | None, list[tuple[Row, str]]]:
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
    used = sorted((bar for bar in good if bar["source"] == best), key=lambda bar: bar["bar_start"])
    return aggregate(used), rejected


SHARES, CASH = ("split", "bonus"), ("dividend", "interest", "capital_return")


def of_first_source(actions: list[Row]) -> list[Row]:
    """Keep a ticker and ex-date's share events of the first source that has one; cash likewise."""
    kept = []
    actions = [action for action in actions if action["kind"] in SHARES + CASH]
    for action in actions:
        kinds = SHARES if action["kind"] in SHARES else CASH
        sources = [
            other["source"]
            for other in actions
            if (other["ticker"], other["ex_date"]) == (action["ticker"], action["ex_date"]) and other["kind"] in kinds
        ]
        changes_nothing = action["amount"] == 0 if kinds == CASH else action["numerator"] == action["denominator"]
        # A manual event that changes nothing only removes those of the other sources.
        cancels_others = action["source"] == "manual" and changes_nothing
        if action["source"] == min(sources, key=("manual", "b3", "yahoo").index) and not cancels_others:
            kept.append(action)
    return kept


@dataclass
class Ticker:
    """One ticker's actions and daily bars, and the options that say which prices are comparable."""

    actions: list[Row]
    bars: list[Row] = field(default_factory=list)
    keeps_unknown: bool = False
    as_traded: bool = False

    def between(self, kinds: tuple[str, ...], after: dt.date, until: dt.date) -> list[Row]:
        """List the actions of these kinds after the one date, up to and including the other."""
        return [action for action in self.actions if action["kind"] in kinds and after < action["ex_date"] <= until]

    def shares(self, after: dt.date, until: dt.date) -> Fraction:
        """Multiply new / old over the share events in between."""
        events = self.between(SHARES, after, until)
        return prod((Fraction(event["numerator"], event["denominator"]) for event in events), start=Fraction(1))

    def cash(self, after: dt.date, until: dt.date) -> Fraction:
        """Add up the cash in between, in the shares of `until`."""
        paid = self.between(CASH, after, until)
        return sum((Fraction(one["amount"]) / self.shares(one["ex_date"], until) for one in paid), Fraction(0))

    def pairs(self, after: dt.date, until: dt.date) -> list[tuple[Row, Row]]:
        """Give the neighbouring daily bars from the bar of `after` to that of `until`."""
        return list(pairwise(bar for bar in self.bars if after <= bar["trade_date"] <= until))

    def currency_changes(self, after: dt.date, until: dt.date) -> bool:
        """Say whether the label of the currency changes in between."""
        return any(before["currency"] != bar["currency"] for before, bar in self.pairs(after, until))

    def lacks_factor(self, after: dt.date, until: dt.date) -> bool:
        """Say whether a day in between has shares that changed by a factor that is not known."""
        return any(self.adjustment(before, bar) == "sem_fator" for before, bar in self.pairs(after, until))

    def is_comparable(self, after: dt.date, until: dt.date) -> bool:
        """Say whether a price of `after` may be compared with one of `until`."""
        ignored = self.keeps_unknown or self.as_traded
        return not self.currency_changes(after, until) and (ignored or not self.lacks_factor(after, until))

    def unit(self, after: dt.date, until: dt.date) -> Fraction:
        """Give the number of shares that one share of the date `after` has become by `until`."""
        return Fraction(1) if self.as_traded else self.shares(after, until)

    def adjustment(self, before: Row, bar: Row) -> str:
        """Say what is known of the events between neighbouring daily bars."""
        after, until = before["trade_date"], bar["trade_date"]
        if self.between(SHARES, after, until):
            return "aplicado"
        old, new = before["distribution"], bar["distribution"]
        if None not in (old, new) and old != new and not self.cash_explains(before, bar):
            return "sem_fator"
        if self.between(CASH, after, until):
            return "aplicado"
        return "nao_verificavel" if None in (old, new) else "nenhum"

    def cash_explains(self, before: Row, bar: Row) -> bool:
        """Say whether a step of the distribution number may be cash or a subscription alone."""
        shown, old = letters(bar["specification"]), letters(before["specification"])
        counting = [letter for letter in shown if letter not in old] or shown
        if any(letter not in "DJRAS" for letter in counting):
            return False
        received = Fraction(bar["close"]) + self.cash(before["trade_date"], bar["trade_date"])
        ratio = received / Fraction(before["close"])
        return (ratio >= Fraction(3, 5) or "A" in counting) and ratio <= Fraction(5, 3)


def letters(specification: str | None) -> str:
    """Give the letters of the ex-marker: `DJ` of `ON  EDJ NM`; a `*` may follow the share class."""
    words = re.findall(r"[^ *]+", specification or "")[1:]  # without the share class
    return next((word[1:] for word in words if re.fullmatch("E[A-Z]+", word)), "")


def half_to_even(value: Fraction, digits: int) -> Decimal:
    """Round a rational to this many decimals, half to even."""
    return Decimal(round(value * 10**digits)).scaleb(-digits)


def period_bar(days: list[Row], ticker: Ticker) -> Row:
    """Make one bar of daily bars, in the units of the last day."""
    bar = aggregate(days)
    first, last = days[0]["trade_date"], days[-1]["trade_date"]
    bar["last"] = last
    if not ticker.is_comparable(first, last):
        bar |= {"open": None, "high": None, "low": None, "volume": None}
        return bar | ({"turnover": None} if ticker.currency_changes(first, last) else {})

    def prices(name: str) -> list[Decimal]:
        return [half_to_even(Fraction(day[name]) / ticker.unit(day["trade_date"], last), 6) for day in days]

    bar |= {"open": prices("open")[0], "high": max(prices("high")), "low": min(prices("low"))}
    bar["volume"] = round(sum((day["volume"] * ticker.unit(day["trade_date"], last) for day in days), Fraction(0)))
    return bar


def aggregate(bars: list[Row]) -> Row:
    """Make one bar of bars in order of time."""

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
        "source": max((bar["source"] for bar in bars), key=TRUST.index),  # the least trusted
        "currency": bars[-1].get("currency", "BRL"),
        "distribution": bars[-1].get("distribution"),
        "specification": bars[-1].get("specification"),
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


def refine(
    raw: list[Row],
    *,
    every: str,
    windows: tuple[int, ...],
    actions: list[Row] | None = None,
    adjust: str = "splits",
    unknown_actions: str = "null",
) -> tuple[list[Row], list[tuple[Row, str]]]:
    """Refine raw bars, sorted by ticker and date; give the rows and the rejected bars."""
    rejected: list[tuple[Row, str]] = []
    days: list[Row] = []
    for _, bars in groupby(raw, key=lambda bar: (bar["ticker"], bar["trade_date"])):
        day, refused = daily_bar(list(bars))
        rejected += refused
        days += [day] if day else []
    rows: list[Row] = []
    for name, series in groupby(days, key=lambda bar: bar["ticker"]):
        own = [action for action in of_first_source(actions or []) if action["ticker"] == name]
        ticker = Ticker(own, list(series), keeps_unknown=unknown_actions == "keep", as_traded=adjust == "none")
        periods = []
        for first, bars in groupby(ticker.bars, key=lambda bar: first_session(bar["trade_date"], every)):
            periods.append(period_bar(list(bars), ticker) | {"trade_date": first})
        derive(periods, ticker, every, windows)
        rows += periods
    return rows, rejected


def derive(series: list[Row], ticker: Ticker, every: str, windows: tuple[int, ...]) -> None:
    """Put the derived columns into the bars of one ticker."""
    for place, bar in enumerate(series):
        volume, turnover = bar["volume"], bar["turnover"]
        bar["vwap"] = float(Fraction(turnover) / volume) if turnover is not None and volume else None
        for window in windows:
            part = series[max(0, place + 1 - window) : place + 1]
            is_whole = len(part) == window and distance(part[0]["trade_date"], bar["trade_date"], every) <= 2 * window
            is_whole = is_whole and ticker.is_comparable(part[0]["last"], bar["last"])
            closes = (Fraction(other["close"]) / ticker.unit(other["last"], bar["last"]) for other in part)
            bar[f"sma_{window}"] = float(sum(closes, Fraction(0)) / window) if is_whole else None
        before = series[place - 1] if place else None
        if before and distance(before["trade_date"], bar["trade_date"], every) > 2 * max(windows):
            before = None
        look_back(bar, before, ticker)
    for bar in series:
        del bar["last"], bar["distribution"], bar["specification"]


def look_back(bar: Row, before: Row | None, ticker: Ticker) -> None:
    """Compare a bar with the one before it."""
    if before is None:
        # The first day with a trade: a period's `trade_date` is its first session, traded or not.
        first = next(day["trade_date"] for day in ticker.bars if day["trade_date"] >= bar["trade_date"])
        lacking = ticker.lacks_factor(first, bar["last"])
        bar |= dict.fromkeys(("simple_return", "total_return", "days_since_previous", "sessions_since_previous"))
        bar |= {"new_shares": 1, "old_shares": 1, "distributions": Decimal("0E-8")}
        bar["adjustment"] = "sem_fator" if lacking else "nenhum"
        return
    after, until = before["last"], bar["last"]
    shares, cash = ticker.shares(after, until), ticker.cash(after, until)
    previous = Fraction(before["close"]) / ticker.unit(after, until)
    comparable = ticker.is_comparable(after, until)
    bar["simple_return"] = float(Fraction(bar["close"]) / previous - 1) if comparable else None
    bar["total_return"] = float((Fraction(bar["close"]) + cash) / previous - 1) if comparable else None
    bar |= {"new_shares": shares.numerator, "old_shares": shares.denominator, "distributions": half_to_even(cash, 8)}
    found = [ticker.adjustment(*pair) for pair in ticker.pairs(after, until)]
    bar["adjustment"] = next(word for word in ("sem_fator", "aplicado", "nao_verificavel", "nenhum") if word in found)
    bar["days_since_previous"] = (bar["trade_date"] - before["trade_date"]).days
    bar["sessions_since_previous"] = b3.count_sessions(before["trade_date"], bar["trade_date"])
