"""Measure how many unknown share events the kernels notice, on invented years with withheld events.

Prices follow a random walk with some falls of 40 to 55%; tickers pay cash, split, reverse-split and
give bonuses. A session with events raises the distribution number and shows a flag (`EB`, `EG`,
`ED`, `EJ`, with cash and bonus together `EBD`), as the exchange does; two in a hundred show no
flag. The kernels get the bars and the events that are not withheld. The script prints how many of
the withheld ones have `sem_fator` in `ajuste`, how many false alarms there are, and beside it what
a jump of the price alone would find.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

import b3_kernels as b3

TICKERS, SEED = 600, 2024
FIRST, LAST = date(2022, 1, 3), date(2023, 12, 28)
# The chances in a ticker's session: a share event, a cash event, a fall without an event.
SHARE, CASH, CRASH = 1 / 300, 1 / 60, 1 / 2_000
# The chance of a cash event on the day of a share event.
CASH_WITH_SHARE = 0.1
# The chances that an event has no flag, and that a ticker trades on one session in four only.
NO_FLAG, THIN = 0.02, 0.2
# The number of sessions for which a flag is shown.
FLAGGED = 8
RATIOS = {
    "split": [(2, 1), (3, 1), (4, 1), (5, 1), (10, 1)],
    "group": [(1, 2), (1, 5), (1, 10), (1, 30)],
    "bonus": [(21, 20), (11, 10), (6, 5), (3, 2)],
}
LETTERS = {"split": "B", "group": "G", "bonus": "B"}
Row = dict[str, Any]


@dataclass
class Market:
    """Bars as the exchange writes them, and all events that happened."""

    bars: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    # The share events between a bar and the one before it, by the bar's ticker and date.
    share_events: dict[tuple[str, date], list[Row]] = field(default_factory=dict)


def invented() -> Market:
    """Two years of `TICKERS` tickers."""
    market, rng = Market(), random.Random(SEED)
    sessions = b3.sessions(FIRST, LAST)
    for n in range(TICKERS):
        _add_ticker(market, rng, f"T{n:03}3", sessions)
    return market


def _add_ticker(market: Market, rng: random.Random, ticker: str, sessions: list[date]) -> None:
    price, distribution, flags, flagged_until, has_bar = 30.0, 100, "", 0, False
    thin = rng.random() < THIN
    waiting: list[Row] = []  # share events since the last bar
    for session, day in enumerate(sessions):
        price *= 1 + rng.gauss(0, 0.022)
        if rng.random() < CRASH:
            price *= rng.uniform(0.45, 0.6)
        events = _events(rng, ticker, day, price)
        if events:
            distribution += 1
            flags = "" if rng.random() < NO_FLAG else "E" + "".join(sorted({event["letter"] for event in events}))
            flagged_until = session + FLAGGED
        for event in events:
            price = price * (event["denominator"] or 1) / (event["numerator"] or 1) - float(event["amount"] or 0)
        market.events += events
        waiting += [event for event in events if event["numerator"]]
        if thin and rng.random() > 0.25:
            continue
        close = max(Decimal(round(price * 100)) / 100, Decimal("0.01"))
        specification = f"ON  {flags}".strip() if session < flagged_until else "ON"
        market.bars.append(_bar(ticker, day, close, distribution, specification))
        if waiting and has_bar:  # an event before the first bar lies between no two bars
            market.share_events[ticker, day] = waiting
        waiting, has_bar = [], True


def _events(rng: random.Random, ticker: str, day: date, price: float) -> list[Row]:
    """The day's events: none, a share event, a cash event or both; the share event comes first."""
    events = []
    if rng.random() < SHARE:
        # A ticker below 2.00 is grouped; one at 200.00 or more is not.
        kind = "group" if price < 2 else rng.choice(["split", "bonus", "bonus", "group" if price < 200 else "split"])
        new, old = rng.choice(RATIOS[kind])
        price *= old / new
        recorded = "bonus" if kind == "bonus" else "split"
        events.append(_event(ticker, day, recorded, LETTERS[kind], numerator=new, denominator=old))
    if rng.random() < (CASH_WITH_SHARE if events else CASH):
        letter = rng.choice("DJ")
        amount = Decimal(round(price * rng.uniform(0.003, 0.05) * 10_000)) / 10_000
        events.append(_event(ticker, day, "dividend" if letter == "D" else "interest", letter, amount=amount))
    return events


def _event(ticker: str, day: date, kind: str, letter: str, **size: int | Decimal) -> Row:
    """An event whose `size` is its `amount`, or its `numerator` and `denominator`."""
    unset = dict.fromkeys(("amount", "numerator", "denominator"))
    return {"ticker": ticker, "ex_date": day, "kind": kind, "letter": letter} | unset | size


def _bar(ticker: str, day: date, close: Decimal, distribution: int, specification: str) -> Row:
    marks = {"currency": "BRL", "distribution": distribution, "specification": specification, "source": "cotahist"}
    prices = dict.fromkeys(("open", "high", "low", "close"), close)
    return {"ticker": ticker, "trade_date": day, **prices, "volume": 100} | marks


def inputs(market: Market, withheld: float) -> tuple[pa.Table, pa.Table, set[tuple[str, date]]]:
    """The bars, the known events, and the tickers and dates whose share events are all withheld.

    An event is withheld with the chance `withheld`.
    """
    rng = random.Random(SEED)
    kept = [event for event in market.events if rng.random() >= withheld]
    known = {id(event) for event in kept}
    hidden = {key for key, events in market.share_events.items() if not any(id(event) in known for event in events)}
    types = {"ticker": pa.string(), "kind": pa.string(), "ex_date": pa.date32(), "amount": pa.decimal128(18, 8)}
    types |= dict.fromkeys(("numerator", "denominator"), pa.int64())
    columns = {name: pa.array([event[name] for event in kept], kind) for name, kind in types.items()}
    prices = {name: pa.decimal128(18, 6) for name in ("open", "high", "low", "close")}
    other = {"ticker": pa.string(), "trade_date": pa.date32(), "volume": pa.int64(), "distribution": pa.int16()}
    names = market.bars[0].keys()
    schema = pa.schema([(name, (prices | other).get(name, pa.string())) for name in names])
    return pa.Table.from_pylist(market.bars, schema), pa.table(columns), hidden


def measure(market: Market, withheld: float) -> Counter[str]:
    """Counts of the withheld events that `ajuste` and price jumps find, and of false alarms."""
    bars, known, hidden = inputs(market, withheld)
    refined = pa.table(b3.refine(bars, windows=(5,), actions=known)).select(["ativo", "data_pregao", "ajuste"])
    found: Counter[str] = Counter(rows=refined.num_rows, share_events=len(market.share_events), withheld=len(hidden))
    # `keep`, because a return across `sem_fator` is null otherwise and shows no jump.
    kept_returns = pa.table(b3.refine(bars, windows=(5,), actions=known, unknown_actions="keep"))["retorno_total"]
    for row, change in zip(refined.to_pylist(), kept_returns.to_pylist(), strict=True):
        noticed, expected = row["ajuste"] == "sem_fator", (row["ativo"], row["data_pregao"]) in hidden
        jump = change is not None and not 3 / 5 <= 1 + change <= 5 / 3
        found["found"] += noticed and expected
        found["false_alarms"] += noticed and not expected
        found["jumps_found"] += jump and expected
        found["false_jumps"] += jump and not expected
    return found


def table() -> str:
    """The measurement as the table of docs/job.md."""
    market = invented()
    lines = [
        "| share events | withheld | found by `sem_fator` | false alarms | found by price alone | false alarms |",
        "| ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for withheld in (0.0, 1 / 3, 1.0):
        found = measure(market, withheld)
        by_ajuste, by_price = (_with_percentage(found[name], found["withheld"]) for name in ("found", "jumps_found"))
        lines.append(
            f"| {found['share_events']} | {found['withheld']} | {by_ajuste} | {found['false_alarms']} "
            f"| {by_price} | {found['false_jumps']} |"
        )
    return "\n".join(lines)


def _with_percentage(count: int, whole: int) -> str:
    return f"{count} ({count / whole:.1%})" if whole else f"{count}"


if __name__ == "__main__":
    print(table())
