"""Write a COTAHIST year file of invented tickers: what `make run` takes when it is given no file.

The record's layout is B3's (SeriesHistoricas_Layout): 245 bytes, header 00, quotes 01, trailer 99. The tickers and
their prices are invented, and the same arguments always give the same bytes. The file holds what real ones hold: an odd
lot, a forward with two terms, an option, a quote factor of 1000, a thin ticker, a late listing and a suspended one.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import b3_kernels as b3

RECORD = 245
SPOT, ODD_LOT, FORWARD, CALL_OPTION = 10, 20, 30, 70


@dataclass(frozen=True)
class Paper:
    """An invented security: its first price in centavos and the sessions on which it trades.

    Attributes:
        ticker: B3 code.
        centavos: price of one quoted lot on the first session, in hundredths of BRL.
        quote_factor: number of shares that the quoted price buys.
        trades_on: which of the file's sessions, counted from 0, see a trade.
        market: TPMERC.
        forward_term: days of a forward's term, None elsewhere.
    """

    ticker: str
    centavos: int
    quote_factor: int = 1
    trades_on: range | None = None
    market: int = SPOT
    forward_term: int | None = None

    def trades(self, session: int) -> bool:
        """Whether the paper trades on the file's session of this number."""
        return self.trades_on is None or session in self.trades_on


PAPERS = (
    Paper("INVA3", 3_740),
    Paper("INVB4", 1_215),
    Paper("INVC11", 10_480),
    Paper("INVD3", 8_900, quote_factor=1_000),
    Paper("INVE4", 212, trades_on=range(0, 10_000, 7)),
    Paper("INVF3", 5_025, trades_on=range(180, 10_000)),
    Paper("INVA3F", 3_740, market=ODD_LOT),
    Paper("INVA3T", 3_790, market=FORWARD, forward_term=30),
    Paper("INVA3T", 3_830, market=FORWARD, forward_term=60),
    Paper("INVAL38", 122, market=CALL_OPTION),
)


def quote_records(paper: Paper, days: list[date]) -> Iterator[bytes]:
    """The paper's records over `days`: a random walk that depends on the paper alone."""
    rng = random.Random(f"{paper.ticker}/{paper.forward_term}")
    price = paper.centavos
    for session, day in enumerate(days):
        price = max(2, price + price * rng.randint(-250, 262) // 10_000)
        if paper.trades(session):
            yield quote_record(paper, day, price, rng)


def quote_record(paper: Paper, day: date, price: int, rng: random.Random) -> bytes:
    """One record of type 01 around `price`, in centavos a lot."""
    spread = max(1, price // 60)
    opening, close = (max(1, price + rng.randint(-spread, spread)) for _ in range(2))
    high = max(opening, close) + rng.randint(0, spread)
    low = max(1, min(opening, close) - rng.randint(0, spread))
    shares = rng.randint(1, 90_000) * 100
    average = (opening + high + low + close) // 4
    turnover = average * shares // paper.quote_factor
    term = "" if paper.forward_term is None else f"{paper.forward_term:03}"
    fields = (
        "01", f"{day:%Y%m%d}", "02", f"{paper.ticker:<12}", f"{paper.market:03}", f"{'INVENTADA':<12}", f"{'ON':<10}",
        f"{term:<3}", "R$  ", *(f"{value:013}" for value in (opening, high, low, average, close, close, close + 1)),
        f"{min(shares // 100, 99_999):05}", f"{shares:018}", f"{turnover:018}", f"{0:013}", "0", "99991231",
        f"{paper.quote_factor:07}", f"{0:013}", f"BRINVT{paper.ticker:0<6.6}", "101",
    )  # fmt: skip
    return "".join(fields).encode("latin-1")


def sample(year: int) -> bytes:
    """The whole file: every session of `year`, ticker by ticker as in B3's year files, so not in order of date."""
    days = b3.sessions(date(year, 1, 1), date(year, 12, 31))
    quotes = [record for paper in PAPERS for record in quote_records(paper, days)]
    title = f"COTAHIST.{year}BOVESPA {days[-1]:%Y%m%d}"
    header = f"00{title}".ljust(RECORD).encode("latin-1")
    trailer = f"99{title}{len(quotes) + 2:011}".ljust(RECORD).encode("latin-1")
    return b"\r\n".join([header, *quotes, trailer, b""])


def main() -> None:
    """Write the sample of a year to a path."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path, help="where to write it, for example build/COTAHIST_A2024.TXT")
    parser.add_argument("--year", type=int, default=2024, help="the year whose sessions it covers (default 2024)")
    options = parser.parse_args()
    options.path.parent.mkdir(parents=True, exist_ok=True)
    options.path.write_bytes(sample(options.year))


if __name__ == "__main__":
    main()
