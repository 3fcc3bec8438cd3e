"""How many unknown share events the job notices: invented years of which a third of the events is withheld.

Prices walk at random with bad days of 40% among them; papers pay cash, split, group and give bonuses. Each event steps
the distribution number and shows a flag (`EB`, `EG`, `ED`, `EJ`, with cash and bonus together `EDB`), as the exchange
does; two in a hundred show none, as three of 165 steps of 16 real sessions did. The kernels see the bars and the events
that are not withheld. Printed: how many of the withheld ones `ajuste` calls `sem_fator`, and how often it does so
without cause; beside it what a jump of the price alone would find.

    python benches/withheld_events.py
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
# In a ticker's session: a share event, a cash event, a fall of 40 to 55% for no event.
SHARE, CASH, CRASH = 1 / 300, 1 / 60, 1 / 2_000
# An event without a flag; a ticker that trades on one session in four.
NO_FLAG, THIN = 0.02, 0.2
# A flag is shown for so many sessions.
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
    """Bars as the exchange writes them, and the truth about them."""

    bars: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    # The share events between a bar and the one before it, by the bar's ticker and date.
    shares: dict[tuple[str, date], list[Row]] = field(default_factory=dict)


def invented(tickers: int = TICKERS, seed: int = SEED) -> Market:
    """Two years of `tickers` papers."""
    market, rng = Market(), random.Random(seed)
    sessions = b3.sessions(FIRST, LAST)
    for n in range(tickers):
        _ticker(market, rng, f"T{n:03}3", sessions)
    return market


def _ticker(market: Market, rng: random.Random, ticker: str, sessions: list[date]) -> None:
    price, number, flags, flagged_until = 30.0, 100, "", 0
    thin = rng.random() < THIN
    waiting: list[Row] = []
    for session, day in enumerate(sessions):
        price *= 1 + rng.gauss(0, 0.022)
        if rng.random() < CRASH:
            price *= rng.uniform(0.45, 0.6)
        told = _events(rng, ticker, day, price)
        if told:
            number += 1
            flags = "" if rng.random() < NO_FLAG else "E" + "".join(sorted({event["letter"] for event in told}))
            flagged_until = session + FLAGGED
        for event in told:
            price = (price - float(event["amount"] or 0)) * (event["denominator"] or 1) / (event["numerator"] or 1)
        market.events += told
        waiting += [event for event in told if event["numerator"]]
        if thin and rng.random() > 0.25:
            continue
        close = max(Decimal(round(price * 100)) / 100, Decimal("0.01"))
        specification = f"ON  {flags}".strip() if session < flagged_until else "ON"
        market.bars.append(_bar(ticker, day, close, number, specification))
        if waiting and any(bar["ticker"] == ticker for bar in market.bars[-2:-1]):
            market.shares[ticker, day] = waiting
        waiting = []


def _events(rng: random.Random, ticker: str, day: date, price: float) -> list[Row]:
    """The day's events: none, one of cash, one of shares, now and then both."""
    told = []
    share = rng.random() < SHARE
    if rng.random() < (0.1 if share else CASH):
        letter = rng.choice("DJ")
        amount = Decimal(round(price * rng.uniform(0.003, 0.05) * 10_000)) / 10_000
        told.append(_event(ticker, day, "dividend" if letter == "D" else "interest", letter, amount))
    if share:
        # A paper at some cents is grouped, one at hundreds is not.
        kind = "group" if price < 2 else rng.choice(["split", "bonus", "bonus", "group" if price < 200 else "split"])
        told.append(
            _event(ticker, day, "bonus" if kind == "bonus" else "split", LETTERS[kind], None, *rng.choice(RATIOS[kind]))
        )
    return told


def _event(
    ticker: str,
    day: date,
    kind: str,
    letter: str,
    amount: Decimal | None,
    new: int | None = None,
    old: int | None = None,
) -> Row:
    size = {"amount": amount, "numerator": new, "denominator": old}
    return {"ticker": ticker, "ex_date": day, "kind": kind, "letter": letter} | size


def _bar(ticker: str, day: date, close: Decimal, number: int, specification: str) -> Row:
    marks = {"currency": "BRL", "distribution": number, "specification": specification, "source": "cotahist"}
    prices = dict.fromkeys(("open", "high", "low", "close"), close)
    return {"ticker": ticker, "trade_date": day, **prices, "volume": 100} | marks


def tables(market: Market, withheld: float, seed: int = SEED) -> tuple[pa.Table, pa.Table, set[tuple[str, date]]]:
    """The bars, the events that are known, and where share events are withheld."""
    rng = random.Random(seed)
    kept = [event for event in market.events if rng.random() >= withheld]
    known = {id(event) for event in kept}
    hidden = {key for key, events in market.shares.items() if not any(id(event) in known for event in events)}
    types = {"ticker": pa.string(), "kind": pa.string(), "ex_date": pa.date32(), "amount": pa.decimal128(18, 8)}
    types |= dict.fromkeys(("numerator", "denominator"), pa.int64())
    columns = {name: pa.array([event[name] for event in kept], kind) for name, kind in types.items()}
    prices = {name: pa.decimal128(18, 6) for name in ("open", "high", "low", "close")}
    other = {"ticker": pa.string(), "trade_date": pa.date32(), "volume": pa.int64(), "distribution": pa.int16()}
    names = market.bars[0].keys()
    schema = pa.schema([(name, (prices | other).get(name, pa.string())) for name in names])
    return pa.Table.from_pylist(market.bars, schema), pa.table(columns), hidden


def measure(market: Market, withheld: float) -> Counter[str]:
    """Counts of what `ajuste` says, against what is true."""
    bars, known, hidden = tables(market, withheld)
    refined = pa.table(b3.refine(bars, windows=(5,), actions=known))
    refined = refined.select(["ativo", "data_pregao", "ajuste", "retorno_total"])
    found: Counter[str] = Counter(rows=refined.num_rows, share_events=len(market.shares), withheld=len(hidden))
    as_traded = pa.table(b3.refine(bars, windows=(5,), actions=known, unknown_actions="keep"))["retorno_total"]
    for row, change in zip(refined.to_pylist(), as_traded.to_pylist(), strict=True):
        said, here = row["ajuste"] == "sem_fator", (row["ativo"], row["data_pregao"]) in hidden
        jump = change is not None and not 3 / 5 <= 1 + change <= 5 / 3
        found["found"] += said and here
        found["false_alarms"] += said and not here
        found["jumps_found"] += jump and here
        found["false_jumps"] += jump and not here
    return found


def table() -> str:
    """The measurement as docs/job.md has it."""
    market = invented()
    lines = [
        "| share events | withheld | found by `sem_fator` | false alarms | found by price alone | false alarms |",
        "| ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for withheld in (0.0, 1 / 3, 1.0):
        found = measure(market, withheld)
        by_step, by_jump = (_share(found[name], found["withheld"]) for name in ("found", "jumps_found"))
        lines.append(
            f"| {found['share_events']} | {found['withheld']} | {by_step} | {found['false_alarms']} "
            f"| {by_jump} | {found['false_jumps']} |"
        )
    return "\n".join(lines)


def _share(count: int, whole: int) -> str:
    return f"{count} ({count / whole:.1%})" if whole else f"{count}"


if __name__ == "__main__":
    print(table())
