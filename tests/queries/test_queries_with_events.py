"""The queries `adjusted_prices` and `total_return` equal independent figures, on random data."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from bisect import bisect_right
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

import lakes
import pyarrow as pa
import pytest
from published_tables import open_tables, transpiled, write_tables
from refine_twin import Ticker

import b3_kernels as b3

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

# The query computes in doubles: with these ratios and the seeds of `history` 15 digits are enough.
RATIOS = ((2, 1), (3, 1), (7, 11), (11, 10), (1, 30), (1, 1_000), (1_000, 1))
PRICES = {"open": "abertura", "high": "maxima", "low": "minima", "close": "fechamento"}
event = partial(lakes.event, "PETR4")


@dataclass(frozen=True)
class History:
    """Bars and events of PETR4 over two years, and the published tables made from both."""

    bars: pa.Table
    actions: pa.Table
    tables: duckdb.DuckDBPyConnection

    def ask(self, name: str, until: dt.date) -> list[dict[str, Any]]:
        """A query's answer with another last date."""
        answer = self.tables.execute(transpiled(name).replace("2024-11-08", str(until)))
        columns = [column[0] for column in answer.description]
        return [dict(zip(columns, row, strict=True)) for row in answer.fetchall()]


def random_bars(rng: random.Random) -> pa.Table:
    """Prices with five decimals, as a quote factor of 1000 gives; most sessions have no trade."""
    days = [day for day in b3.sessions(dt.date(2023, 1, 2), dt.date(2024, 12, 30)) if rng.random() < 0.2]
    columns = {name: [Decimal(rng.randint(100_000, 9_999_999)).scaleb(-5) for _ in days] for name in PRICES}
    prices = {name: pa.array(values, pa.decimal128(18, 6)) for name, values in columns.items()}
    volumes = [rng.randint(1, 10**7) for _ in days]
    return pa.table({"ticker": ["PETR4"] * len(days), "trade_date": days, **prices, "volume": volumes})


def random_events(rng: random.Random, days: list[dt.date]) -> list[dict[str, Any]]:
    """Splits and cash on days with and without a bar, also two on one day and outside the bars."""
    span = (days[-1] - days[0]).days
    somewhere = [days[0] + dt.timedelta(rng.randint(1, span)) for _ in range(8)]
    splits = [event(day, "split", *rng.choice(RATIOS)) for day in [*somewhere[:5], somewhere[0], days[3]]]
    cash = [event(day, "dividend", Decimal(rng.randint(1, 10**5)).scaleb(-8)) for day in [*somewhere[4:], days[3]]]
    outside = [
        event(days[0] - dt.timedelta(5), "split", 2, 1),
        event(days[-1] + dt.timedelta(5), "dividend", Decimal(1)),
    ]
    return [*splits, *cash, *outside]


@pytest.fixture(scope="module", params=range(3))
def history(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    rng = random.Random(request.param)
    bars = random_bars(rng)
    actions = pa.Table.from_pylist(random_events(rng, bars["trade_date"].to_pylist()), schema=lakes.EVENTS)
    refined = tmp_path_factory.mktemp("refined")
    write_tables(refined, pa.table(b3.refine(bars, on_invalid="accept", actions=actions)).to_pylist())
    with open_tables(refined) as tables:
        yield History(bars, actions, tables)


def test_adjusted_prices_equal_adjust_for_every_basis(history: History) -> None:
    days = history.bars["trade_date"].to_pylist()
    ex_dates = [day for day in history.actions["ex_date"].to_pylist() if day >= days[0]]
    ticker, rounded = Ticker(history.actions.to_pylist()), 0
    for until in [*ex_dates, days[0], days[20], days[-1]]:
        # The query reads no row after `until`: its basis is the date of the last bar that it reads.
        count = bisect_right(days, until)
        adjusted = pa.table(b3.adjust(history.bars.slice(0, count), history.actions, as_of=days[count - 1])).to_pylist()
        found = history.ask("adjusted_prices", until)
        assert [row["data_pregao"] for row in found] == days[:count]
        for row, expected, traded in zip(found, adjusted, history.bars.to_pylist(), strict=False):
            factor = 1 / ticker.shares(traded["trade_date"], days[count - 1])
            assert row["fator"] == float(factor)
            # Except halfway between two integers: there the query rounds up, `adjust` to even.
            for name, published in PRICES.items():
                exact = Fraction(traded[name]) * factor * 10**6
                if exact.denominator != 2:
                    assert row[published] == expected[name], (row["data_pregao"], published)
                rounded += exact.denominator > 1
            if (Fraction(traded["volume"]) / factor).denominator != 2:
                assert row["quantidade"] == expected["volume"], row["data_pregao"]
    assert rounded > 300  # many, so that rounding is compared too


def test_total_return_equals_that_of_a_simulated_portfolio(history: History) -> None:
    since = dt.date(2024, 1, 2)  # as in the query
    for until in (dt.date(2024, 3, 28), dt.date(2024, 11, 8), dt.date(2024, 12, 30)):
        [found] = history.ask("total_return", until)
        bars = [bar for bar in history.bars.to_pylist() if since <= bar["trade_date"] <= until]
        closes = {bar["trade_date"]: Fraction(bar["close"]) for bar in bars}
        assert (found["primeiro"], found["ultimo"], found["pregoes"]) == (min(closes), max(closes), len(closes))
        assert found["retorno_total"] + 1 == pytest.approx(float(portfolio(closes, history.actions)), rel=1e-12)
        assert found["proventos_pagos"] == len(paying_bars(list(closes), history.actions))


def portfolio(closes: dict[dt.date, Fraction], actions: pa.Table) -> Fraction:
    """The growth of one share's value from the first close; cash buys shares at its bar's close."""
    days = sorted(closes)
    # On one day a split is applied before cash, which is paid for the new shares.
    events = sorted(actions.to_pylist(), key=lambda row: (row["ex_date"], row["kind"] != "split"))
    shares = Fraction(1)
    for before, day in itertools.pairwise(days):
        cash = Fraction(0)
        for row in events:
            if before < row["ex_date"] <= day and row["kind"] == "split":
                shares *= Fraction(row["numerator"], row["denominator"])
            elif before < row["ex_date"] <= day:
                cash += shares * Fraction(row["amount"])
        shares += cash / closes[day]
    return shares * closes[days[-1]] / closes[days[0]]


def paying_bars(days: list[dt.date], actions: pa.Table) -> set[dt.date]:
    """The bars that cash belongs to, without the first bar."""
    paid = [row["ex_date"] for row in actions.to_pylist() if row["kind"] == "dividend"]
    return {day for before, day in itertools.pairwise(days) if any(before < ex_date <= day for ex_date in paid)}
