"""Writer of small COTAHIST files for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


class Quote(NamedTuple):
    """A spot quote; its prices are in cents for `factor` shares."""

    date: str
    ticker: str
    open: int
    high: int
    low: int
    close: int
    volume: int = 1_000
    currency: str = "R$"
    specification: str = "ON"
    distribution: int = 100
    factor: int = 1


def flat(date: str, ticker: str, cents: int, **other: Any) -> Quote:
    """A quote with one price."""
    return Quote(date, ticker, cents, cents, cents, cents, **other)


def line(quote: Quote) -> str:
    """The record of 245 characters, its fields in the order of B3's layout."""
    record_type, bdi_code, market, forward_term = "01", "02", "010", "   "
    average, bid, ask, trades = quote.close, 0, 0, 7
    strike, correction, maturity, strike_in_points, isin = 0, 0, "99991231", 0, "BRPETRACNPR6"
    head = f"{record_type}{quote.date.replace('-', '')}{bdi_code}{quote.ticker:<12}{market}{'COMPANY':<12}"
    kind = f"{quote.specification:<10}{forward_term}{quote.currency:<4}"
    prices = (quote.open, quote.high, quote.low, average, quote.close, bid, ask)
    amounts = f"{trades:05}{quote.volume:018}{quote.volume * quote.close:018}"
    tail = f"{strike:013}{correction}{maturity}{quote.factor:07}{strike_in_points:013}{isin}{quote.distribution:03}"
    return head + kind + "".join(f"{price:013}" for price in prices) + amounts + tail + "\r\n"


def text(quotes: Iterable[Quote], *, trailer_adds: int = 2) -> str:
    """A whole file; its trailer counts the quotes plus `trailer_adds`: header and itself."""
    lines = [line(quote) for quote in quotes]
    header = f"{'00COTAHIST.2024BOVESPA 20241108':<245}\r\n"
    trailer = f"{f'99COTAHIST.2024BOVESPA 20241108{len(lines) + trailer_adds:011}':<245}\r\n"
    return header + "".join(lines) + trailer
