"""Small raw lakes for tests, written with pyarrow in the contract's layout."""

from __future__ import annotations

import csv
import random
from collections import defaultdict
from collections.abc import Container, Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

import sample_cotahist

Row = dict[str, Any]
PRICE = pa.decimal128(18, 6)
RAW = pa.schema(
    {
        "ticker": pa.string(),
        "bar_start": pa.timestamp("us", tz="UTC"),
        **dict.fromkeys(("open", "high", "low", "close"), PRICE),
        "volume": pa.int64(),
        "turnover": pa.decimal128(20, 2),
        "trades": pa.int64(),
        "isin": pa.string(),
        "market": pa.int16(),
        "currency": pa.string(),
        "distribution": pa.int16(),
        "specification": pa.string(),
        "source": pa.string(),
    }
)

ACTIONS = pa.schema(
    {
        "ticker": pa.string(),
        "kind": pa.string(),
        "amount": pa.decimal128(18, 8),
        "numerator": pa.int64(),
        "denominator": pa.int64(),
        "note": pa.string(),
    }
)
# Events of several dates in one table, as the kernels take them.
EVENTS = ACTIONS.remove(ACTIONS.get_field_index("note")).insert(1, pa.field("ex_date", pa.date32()))


def quote(ticker: str, day: date, close: str | Decimal, **other: Any) -> Row:
    """A plausible daily bar with this close; its low needs all six digits of a price."""
    price = Decimal(close)
    return {
        "ticker": ticker, "trade_date": day, "bar_start": None, "open": price, "high": price + Decimal("0.5"),
        "low": price - Decimal("0.000001"), "close": price, "volume": 1_000, "turnover": Decimal("12345.67"),
        "trades": 7, "isin": f"BR{ticker}", "market": 10, "currency": "BRL", "distribution": 100, "specification": "ON",
        "source": "cotahist",
    } | other  # fmt: skip


def random_quote(rng: random.Random, ticker: str, day: date, source: str = "cotahist") -> Row:
    """A random daily bar; only COTAHIST has turnover, trades and a distribution number."""
    low = Decimal(rng.randint(1_000_000, 90_000_000)) / 1_000_000
    high = low + Decimal(rng.randint(0, 5_000_000)) / 1_000_000
    close = low + (high - low) * rng.randint(0, 4) / 4
    volume = rng.choice([0, 100, 1_000, 12_345_678])
    turnover = None if source != "cotahist" else Decimal(rng.randint(0, 10**12)) / 100
    return {
        "ticker": ticker, "trade_date": day, "bar_start": None, "open": low, "high": high, "low": low,
        "close": close.quantize(Decimal("0.000001")), "volume": volume, "turnover": turnover,
        "trades": None if turnover is None else rng.randint(0, 99_999), "isin": None, "market": 10,
        "currency": "BRL", "distribution": None if turnover is None else 100, "specification": None, "source": source,
    }  # fmt: skip


def write_raw(raw: Path, rows: Iterable[Row]) -> list[Path]:
    """Replaces the objects of these rows' dates and sources."""
    objects: dict[Path, list[Row]] = defaultdict(list)
    for row in rows:
        objects[object_path(raw, row["trade_date"], row["source"])].append(row)
    for path, content in objects.items():
        write_object(path, content)
    return sorted(objects)


def object_path(raw: Path, day: date, source: str = "cotahist") -> Path:
    return raw / f"trade_date={day}" / f"{source}.parquet"


def write_object(path: Path, rows: list[Row], schema: pa.Schema = RAW) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    ordered = sorted(rows, key=lambda row: (row["ticker"], row["bar_start"] or 0))
    cells = [{name: row.get(name) for name in schema.names} for row in ordered]
    pq.write_table(pa.Table.from_pylist(cells, schema), path)


def event(ticker: str, ex_date: date, kind: str, *size: Any, source: str = "b3") -> Row:
    """A corporate action; its size is an amount, new and old shares, or absent."""
    amount = size[0] if len(size) == 1 else None
    new, old = size if len(size) == 2 else (None, None)
    return {
        "ticker": ticker, "ex_date": ex_date, "kind": kind, "numerator": new, "denominator": old, "note": None,
        "amount": Decimal(amount) if isinstance(amount, str) else amount, "source": source,
    }  # fmt: skip


def sample_actions(tickers: Container[str] | None = None) -> list[Row]:
    """The corporate actions of the invented year of `make run`, or those of these tickers."""
    actions = []
    for row in csv.DictReader(sample_cotahist.actions(2024, tickers)):
        size = (row["amount"],) if row["amount"] else (int(row["numerator"]), int(row["denominator"]))
        actions.append(event(row["ticker"], date.fromisoformat(row["ex_date"]), row["kind"], *size, source="manual"))
    return actions


def write_events(actions: Path, rows: Iterable[Row]) -> list[Path]:
    """Replaces the objects of these events' ex-dates and sources."""
    objects: dict[Path, list[Row]] = defaultdict(list)
    for row in rows:
        objects[actions / f"ex_date={row['ex_date']}" / f"{row['source']}.parquet"].append(row)
    for path, content in objects.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.Table.from_pylist(content, ACTIONS), path)
    return sorted(objects)


def write_manual_dividend(actions: Path, ex_date: date, amount: str) -> None:
    """Replaces the `manual` object of this ex-date by a dividend of PETR4."""
    write_events(actions, [event("PETR4", ex_date, "dividend", amount, source="manual")])
