"""Published lakes without Spark: year files that the kernels refined, actions, rejected rows."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from lakes import event, sample_actions, write_events

import b3_kernels as b3
import sample_cotahist


def publish(
    lake: Path, bars: pa.Table, actions: list[dict[str, Any]], windows: tuple[int, ...] = (5, 20, 50, 200)
) -> Path:
    """A lake of these bars and corporate actions, refined as the job does."""
    write_events(lake / "actions", actions)
    refined = pa.table(b3.refine(bars, windows=windows, actions=b3.read_actions(lake) if actions else None))
    years = pc.year(refined["data_pregao"])
    for year in years.unique().to_pylist():
        place = lake / "refined" / "cotacoes_por_ano" / f"ano={year}"
        place.mkdir(parents=True)
        pq.write_table(refined.filter(pc.equal(years, year)), place / "cotacoes.parquet")
    return lake


def sample_lake(lake: Path, tickers: list[str] | None = None) -> Path:
    """A lake with the invented year of `make run`, with its splits and dividends."""
    return publish(lake, sample_bars(lake.parent, tickers, events=True), sample_actions(tickers))


def sample_bars(folder: Path, tickers: list[str] | None = None, *, events: bool = False) -> pa.Table:
    """The bars of the invented year, read from a COTAHIST file that is written into the folder."""
    file = folder / "COTAHIST_A2024.TXT"
    file.write_bytes(sample_cotahist.sample(2024, events=events))
    return b3.read_cotahist(file, tickers=tickers)


def many_tickers(lake: Path, count: int, first: dt.date, last: dt.date) -> Path:
    """`count` tickers that trade daily, pay cash and split; the first is the most traded.

    Their numbers have as many digits as real ones, for tests of a page's size.
    """
    days = b3.sessions(first, last)
    columns: dict[str, list[Any]] = defaultdict(list)
    actions = []
    for place in range(count):
        ticker = f"T{place:03}3"
        for nth, day in enumerate(days):
            close = Decimal(2000 + (nth * 37 + place * 101) % 997) / 100
            prices = (close + Decimal("0.13"), close + Decimal("0.41"), close - Decimal("0.57"), close)
            for name, price in zip(("open", "high", "low", "close"), prices, strict=True):
                columns[name].append(price)
            columns["ticker"].append(ticker)
            columns["trade_date"].append(day)
            columns["volume"].append(12_345_678 + nth * 991)
            columns["turnover"].append(Decimal(987_654_321 * (count - place) + nth))
            columns["trades"].append(12_345 + nth)
        actions.append(event(ticker, days[len(days) // 2], "split", 2, 1))
        actions.append(event(ticker, days[-2], "dividend", "0.37"))
    price, money = pa.decimal128(18, 6), pa.decimal128(20, 2)
    types = {**dict.fromkeys(("open", "high", "low", "close"), price), "turnover": money}
    return publish(lake, pa.table({name: pa.array(cells, types.get(name)) for name, cells in columns.items()}), actions)


def reject(lake: Path, day: dt.date, ticker: str, reason: str) -> None:
    """Write a row that ingestion has rejected, with its reason."""
    place = lake / "raw_rejected" / f"trade_date={day}"
    place.mkdir(parents=True)
    pq.write_table(pa.table({"ticker": [ticker], "reason": [reason]}), place / "cotahist.parquet")


def warn(lake: Path, *warnings: str) -> None:
    """Write the report of an ingestion with these warnings."""
    report = {"outcomes": [], "failures": [], "warnings": list(warnings)}
    (lake / "ingest-report.json").write_text(json.dumps(report), encoding="utf-8")
