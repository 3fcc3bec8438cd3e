"""The expected refined table, computed from the COTAHIST text by positions and fractions alone."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

SPOT = "010"
WINDOWS = (5, 20, 50, 200)
# Positions of SeriesHistoricas_Layout, counted from 0.
PRICES = {"abertura": (56, 69), "maxima": (69, 82), "minima": (82, 95), "fechamento": (108, 121)}

Key = tuple[date, str]
Row = dict[str, Any]


def quotes(text: bytes) -> dict[Key, Row]:
    """The spot quotes of a file by date and ticker."""
    rows: dict[Key, Row] = {}
    for line in text.decode("latin-1").splitlines():
        if line[:2] == "01" and line[24:27] == SPOT:
            factor = int(line[210:217])
            day = date.fromisoformat(f"{line[2:6]}-{line[6:8]}-{line[8:10]}")
            prices = {name: Decimal(int(line[start:end])) / (100 * factor) for name, (start, end) in PRICES.items()}
            rows[day, line[12:24].strip()] = {
                **prices,
                "quantidade": int(line[152:170]),
                "volume_financeiro": Decimal(int(line[170:188])) / 100,
                "negocios": int(line[147:152]),
                "fonte": "cotahist",
            }
    return rows


def refined(rows: dict[Key, Row]) -> dict[Key, Row]:
    """The quotes with their derived columns, if no event happened and each session has a quote."""
    sessions = sorted({day for day, _ in rows})
    series: dict[str, list[date]] = defaultdict(list)
    for day, ticker in sorted(rows):
        series[ticker].append(day)
    table: dict[Key, Row] = {}
    for ticker, days in series.items():
        closes = [Fraction(rows[day, ticker]["fechamento"]) for day in days]
        for number, day in enumerate(days):
            row = rows[day, ticker]
            before = days[number - 1] if number else None
            change = float(closes[number] / closes[number - 1] - 1) if before else None
            table[day, ticker] = {
                **row,
                "preco_medio": float(Fraction(row["volume_financeiro"]) / row["quantidade"]),
                **{f"media_movel_{window}": mean(closes[: number + 1], window) for window in WINDOWS},
                "retorno_diario": change,
                "acoes_novas": 1,
                "acoes_antigas": 1,
                "proventos": Decimal(0),
                "retorno_total": change,
                "ajuste": "nenhum",
                "moeda": "BRL",
                "dias_desde_anterior": (day - before).days if before else None,
                "pregoes_desde_anterior": sessions.index(day) - sessions.index(before) if before else None,
            }
    return table


def mean(closes: list[Fraction], window: int) -> float | None:
    """The mean of the last `window` closes, rounded once."""
    return float(sum(closes[-window:], Fraction()) / window) if len(closes) >= window else None
