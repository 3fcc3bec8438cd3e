"""The published columns that corporate actions change, computed independently with fractions.

Tests compare the job with it. It shares no code with the kernels, reads the events from the CSV
file, and looks at every event for every pair of bars.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Any

Key = tuple[date, str]
Bars = Sequence[tuple[date, Fraction]]


@dataclass(frozen=True)
class Event:
    """A line of the CSV file: cash a share, or `new` shares for `old` ones; `new` is 0 for cash."""

    ticker: str
    ex_date: date
    cash: Fraction
    new: int
    old: int


def events(lines: Iterable[str]) -> list[Event]:
    """The events of a CSV file of actions, header first."""
    return [
        Event(
            ticker=row["ticker"],
            ex_date=date.fromisoformat(row["ex_date"]),
            cash=Fraction(row["amount"] or 0),
            new=int(row["numerator"] or 0),
            old=int(row["denominator"] or 0),
        )
        for row in csv.DictReader(lines)
    ]


def price_factor(events: Iterable[Event], ticker: str, since: date, until: date) -> Fraction:
    """The factor that converts a price of `since` to the shares of `until`."""
    factor = Fraction(1)
    for event in events:
        if event.ticker == ticker and event.new and since < event.ex_date <= until:
            factor *= Fraction(event.old, event.new)
    return factor


def cash(events: Sequence[Event], ticker: str, since: date, until: date) -> Fraction:
    """Cash a share with an ex-date after `since` and up to `until`, in the shares of `until`."""
    return sum(
        (
            event.cash * price_factor(events, ticker, event.ex_date, until)
            for event in events
            if event.ticker == ticker and since < event.ex_date <= until
        ),
        Fraction(0),
    )


def published(
    closes: Mapping[Key, Decimal], events: Sequence[Event], windows: Sequence[int]
) -> dict[Key, dict[str, Any]]:
    """The columns that events change, by date and ticker."""
    sessions = {day: place for place, day in enumerate(sorted({day for day, _ in closes}))}
    rows = {}
    for ticker in {ticker for _, ticker in closes}:
        bars = [(day, Fraction(close)) for (day, own), close in sorted(closes.items()) if own == ticker]
        for place, (day, close) in enumerate(bars):
            row = since_previous(bars[place - 1] if place else None, (day, close), ticker, events)
            for window in windows:
                part = bars[max(0, place + 1 - window) : place + 1]
                row[f"media_movel_{window}"] = average(part, window, ticker, events, sessions)
            rows[day, ticker] = row
    return rows


def since_previous(
    before: tuple[date, Fraction] | None, now: tuple[date, Fraction], ticker: str, events: Sequence[Event]
) -> dict[str, Any]:
    """The events since the previous bar, and the returns from it."""
    day, close = now
    if before is None:
        none = {"retorno_diario": None, "retorno_total": None, "acoes_novas": 1, "acoes_antigas": 1}
        return none | {"proventos": Decimal(0), "ajuste": "nenhum", "moeda": "BRL"}
    since, previous = before
    factor = price_factor(events, ticker, since, day)
    paid = cash(events, ticker, since, day)
    happened = any(event.ticker == ticker and since < event.ex_date <= day for event in events)
    return {
        "retorno_diario": float(close / (previous * factor) - 1),
        "retorno_total": float((close + paid) / (previous * factor) - 1),
        "acoes_novas": factor.denominator,
        "acoes_antigas": factor.numerator,
        "proventos": (Decimal(paid.numerator) / paid.denominator).quantize(Decimal("1e-8"), ROUND_HALF_EVEN),
        "ajuste": "aplicado" if happened else "nenhum",
        "moeda": "BRL",
    }


def average(
    bars: Bars, window: int, ticker: str, events: Sequence[Event], sessions: Mapping[date, int]
) -> float | None:
    """The mean of the closes in the shares of the last bar; None without a valid window."""
    last = bars[-1][0]
    if len(bars) < window or sessions[last] - sessions[bars[0][0]] > 2 * window:
        return None
    return float(sum(close * price_factor(events, ticker, day, last) for day, close in bars) / window)
