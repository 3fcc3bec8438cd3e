"""The refined table worked out naively, bar by bar, in rational arithmetic: what the job is held against."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from fractions import Fraction
from typing import Any

import b3_kernels as b3

Row = dict[str, Any]
RANK = {"cotahist": 0, "yahoo": 1}
RENAMED = {
    "open": "abertura", "high": "maxima", "low": "minima", "close": "fechamento", "volume": "quantidade",
    "turnover": "volume_financeiro", "trades": "negocios",
}  # fmt: skip


def rank(source: str) -> int:
    return RANK.get(source, 2)


def fault(row: Row) -> str | None:
    prices = [row[name] for name in ("open", "high", "low", "close")]
    if any(price is None for price in prices):
        return "null price"
    if any(price <= 0 for price in prices):
        return "price not positive"
    return "high below low" if row["high"] < row["low"] else None


def aggregate(rows: list[Row], day: date) -> Row:
    """One bar of several, given in time order."""
    sums: Row = {}
    for name in ("volume", "turnover", "trades"):
        parts = [row[name] for row in rows]
        sums[name] = None if None in parts else sum(parts)
    return {
        "ticker": rows[0]["ticker"],
        "trade_date": day,
        "open": rows[0]["open"],
        "high": max(row["high"] for row in rows),
        "low": min(row["low"] for row in rows),
        "close": rows[-1]["close"],
        **sums,
        "source": rows[-1]["source"],
        "bars": sum(row.get("bars", 1) for row in rows),
    }


def daily_bars(raw: Iterable[Row]) -> tuple[dict[str, list[Row]], list[Row]]:
    """Each ticker's bars in time order, and the rejected rows; the best source of a day wins whole."""
    groups: dict[tuple[str, date], list[Row]] = defaultdict(list)
    rejected = []
    for row in raw:
        if fault(row):
            rejected.append(row)
        else:
            groups[row["ticker"], row["trade_date"]].append(row)
    bars: dict[str, list[Row]] = defaultdict(list)
    for (ticker, day), rows in sorted(groups.items()):
        best = min(rank(row["source"]) for row in rows)
        rejected += [row for row in rows if rank(row["source"]) != best]
        kept = [row for row in rows if rank(row["source"]) == best]
        bars[ticker].append(aggregate(sorted(kept, key=lambda row: row["bar_start"] or 0), day))
    return bars, rejected


def refine_twin(
    raw: Iterable[Row],
    windows: tuple[int, ...],
    ordinal: Callable[[date], int],
    *,
    date_of: Callable[[date], date] | None = None,
) -> tuple[list[Row], int]:
    """All refined rows in order of date and ticker, and how many raw rows were rejected.

    `ordinal` numbers the sessions (weeks, months); `date_of` gives the date of a day's period, by default the day.
    """
    series, rejected = daily_bars(raw)
    refined = []
    for ticker, days in series.items():
        bars = days if date_of is None else _periods(days, date_of)
        refined += [_refined(ticker, bars[: index + 1], windows, ordinal) for index in range(len(bars))]
    return sorted(refined, key=lambda row: (row["data_pregao"], row["ativo"])), len(rejected)


def _periods(days: list[Row], date_of: Callable[[date], date]) -> list[Row]:
    periods: dict[date, list[Row]] = defaultdict(list)
    for bar in days:
        periods[date_of(bar["trade_date"])].append(bar)
    return [aggregate(bars, day) for day, bars in sorted(periods.items())]


def _refined(ticker: str, bars: list[Row], windows: tuple[int, ...], ordinal: Callable[[date], int]) -> Row:
    bar, before = bars[-1], bars[-2] if len(bars) > 1 else None
    now = ordinal(bar["trade_date"])
    if before is not None and now - ordinal(before["trade_date"]) > 2 * max(windows):
        before = None
    row: Row = {"data_pregao": bar["trade_date"], "ativo": ticker}
    row |= {portuguese: bar[english] for english, portuguese in RENAMED.items()}
    row["preco_medio"] = (
        None if bar["turnover"] is None or not bar["volume"] else float(Fraction(bar["turnover"]) / bar["volume"])
    )
    for window in windows:
        held = bars[-window:]
        whole = len(held) == window and now - ordinal(held[0]["trade_date"]) <= 2 * window
        row[f"media_movel_{window}"] = float(sum(Fraction(old["close"]) for old in held) / window) if whole else None
    row["retorno_diario"] = None if before is None else float(Fraction(bar["close"]) / Fraction(before["close"]) - 1)
    row["dias_desde_anterior"] = None if before is None else (bar["trade_date"] - before["trade_date"]).days
    between = None if before is None else b3.count_sessions(before["trade_date"], bar["trade_date"])
    row["pregoes_desde_anterior"] = between  # sessions for weeks and months too: only ages are counted in those
    row["fonte"] = bar["source"]
    return row | {"bars": bar["bars"]}
