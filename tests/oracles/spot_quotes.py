"""The spot quotes of a COTAHIST file, read by the column numbers of B3's layout alone."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

Key = tuple[date, str]


class Quote(NamedTuple):
    """A quote: its prices for one share and its turnover, both in BRL."""

    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    trades: int
    volume: int
    turnover: Decimal
    specification: str
    distribution: int


def spot_quotes(text: bytes) -> dict[Key, Quote]:
    """The spot quotes of a file by date and ticker."""
    quotes = {}
    for line in text.decode("latin-1").splitlines():
        if line[:2] == "01" and line[24:27] == "010":
            factor = int(line[210:217])
            opening, high, low, close = (Decimal(line[at : at + 13]) / 100 / factor for at in (56, 69, 82, 108))
            quotes[date.fromisoformat(line[2:10]), line[12:24].strip()] = Quote(
                opening, high, low, close,
                trades=int(line[147:152]), volume=int(line[152:170]), turnover=Decimal(line[170:188]) / 100,
                specification=line[39:49].strip(), distribution=int(line[242:245]),
            )  # fmt: skip
    return quotes
