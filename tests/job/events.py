"""Small sets of corporate actions for the tests, written with pyarrow in the contract's layout."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from lakes import ACTIONS, Row


def event(ticker: str, ex_date: date, kind: str, *size: Any, source: str = "b3") -> Row:
    """One event; its size is an amount, new and old shares, or absent."""
    amount, numerator, denominator = (
        (Decimal(size[0]), None, None) if len(size) == 1 else (None, *(size or (None,) * 2))
    )
    return {
        "ticker": ticker, "ex_date": ex_date, "kind": kind, "amount": amount, "numerator": numerator,
        "denominator": denominator, "note": None, "source": source,
    }  # fmt: skip


def write_events(actions: Path, rows: Iterable[Row]) -> list[Path]:
    """Replaces the objects of these events' ex-dates and sources."""
    objects: dict[Path, list[Row]] = defaultdict(list)
    for row in rows:
        objects[actions / f"ex_date={row['ex_date']}" / f"{row['source']}.parquet"].append(row)
    for path, content in objects.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        cells = [{name: row[name] for name in ACTIONS.names} for row in content]
        pq.write_table(pa.Table.from_pylist(cells, ACTIONS), path)
    return sorted(objects)
