"""COTAHIST files that say what a test wants."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


class Quote(NamedTuple):
    """A spot quote; prices in centavos."""

    date: str
    ticker: str
    open: int
    high: int
    low: int
    close: int
    volume: int = 1_000


def flat(date: str, ticker: str, centavos: int) -> Quote:
    """A quote with one price."""
    return Quote(date, ticker, centavos, centavos, centavos, centavos)


def line(quote: Quote) -> str:
    """The record of 245 characters."""
    prices = "".join(f"{price:013}" for price in (quote.open, quote.high, quote.low, quote.close, quote.close, 0, 0))
    amounts = f"{7:05}{quote.volume:018}{quote.volume * quote.close:018}"
    head = f"01{quote.date.replace('-', '')}02{quote.ticker:<12}010{'COMPANY':<12}{'ON':<10}{'':<3}{'R$':<4}"
    return f"{head}{prices}{amounts}{0:013}0{'99991231'}{1:07}{0:013}{'BRPETRACNPR6':<12}{100:03}\r\n"


def text(quotes: Iterable[Quote]) -> str:
    """A whole file."""
    lines = [line(quote) for quote in quotes]
    header = f"{'00COTAHIST.2024BOVESPA 20241108':<245}\r\n"
    trailer = f"{f'99COTAHIST.2024BOVESPA 20241108{len(lines) + 2:011}':<245}\r\n"
    return header + "".join(lines) + trailer
