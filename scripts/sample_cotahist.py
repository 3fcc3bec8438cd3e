"""Write a COTAHIST year file of invented tickers, which `make run` uses if it is given no file.

The layout is B3's (SeriesHistoricas_Layout): records of 245 bytes, header 00, quotes 01, trailer
99. The same arguments always give the same bytes. As in real files, the tickers include an odd lot,
a forward with two terms, an option, a quote factor of 1000, a ticker that trades rarely and one
that is listed late. With `events` they also have a split, a bonus and cash payments; `actions`
gives these as the CSV file that `b3-ingest actions --file` reads.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Container, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import b3_kernels as b3

RECORD = 245
SPOT, ODD_LOT, FORWARD, CALL_OPTION = 10, 20, 30, 70
FIRST_DISTRIBUTION = 101
FLAGGED_SESSIONS = 8
CSV_HEADER = "ticker,ex_date,kind,amount,numerator,denominator,note"


@dataclass(frozen=True)
class Event:
    """An invented corporate action.

    Attributes:
        session: the index in the file of the ex-date, the first session without the right.
        kind: as in the column `kind` of the lake's actions.
        flag: the flag that ESPECI shows for some sessions from the ex-date on.
        centavos: cash a share.
        new: new shares for `old` ones.
        old: see `new`.
    """

    session: int
    kind: str
    flag: str
    centavos: int = 0
    new: int = 1
    old: int = 1


@dataclass(frozen=True)
class Paper:
    """An invented security.

    Attributes:
        ticker: B3 code.
        centavos: price of one quoted lot before the first session, in hundredths of BRL.
        quote_factor: number of shares that the quoted price buys.
        trades_on: the indexes of the file's sessions with a trade; None means all.
        market: TPMERC, the market's code.
        forward_term: days of a forward's term, None elsewhere.
        events: its corporate actions, in order.
    """

    ticker: str
    centavos: int
    quote_factor: int = 1
    trades_on: range | None = None
    market: int = SPOT
    forward_term: int | None = None
    events: tuple[Event, ...] = ()

    def after_events(self, price: int, session: int) -> int:
        """The price after the events of a session, in new shares and without the cash."""
        for event in self.events:
            if event.session == session:
                price = price * event.old // event.new - event.centavos
        return price

    def distribution(self, session: int) -> int:
        """DISMES: one more from each event's session on."""
        return FIRST_DISTRIBUTION + sum(event.session <= session for event in self.events)

    def specification(self, session: int) -> str:
        """ESPECI: the class, and an event's flag for some sessions from the ex-date on."""
        flags = [event.flag for event in self.events if event.session <= session < event.session + FLAGGED_SESSIONS]
        return f"ON  {flags[-1]}" if flags else "ON"


PAPERS = (
    Paper(
        "INVA3",
        3_740,
        events=(
            Event(60, "dividend", "ED", centavos=45),
            Event(120, "split", "EB", new=2),
            Event(200, "interest", "EJ", centavos=20),
        ),
    ),
    Paper("INVB4", 1_215, events=(Event(90, "dividend", "ED", centavos=12), Event(150, "bonus", "EB", new=11, old=10))),
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
        step = rng.randint(-250, 262)  # hundredths of a percent: rises are a little larger than falls
        price = paper.after_events(max(2, price + price * step // 10_000), session)
        if paper.trades_on is None or session in paper.trades_on:
            yield quote_record(paper, session, day, price, rng)


def quote_record(paper: Paper, session: int, day: date, price: int, rng: random.Random) -> bytes:
    """A quote (type 01) around `price`, in centavos for one lot, at a session's index and date."""
    spread = max(1, price // 60)
    opening, close = (max(1, price + rng.randint(-spread, spread)) for _ in range(2))
    high = max(opening, close) + rng.randint(0, spread)
    low = max(1, min(opening, close) - rng.randint(0, spread))
    shares = rng.randint(1, 90_000) * 100
    average = (opening + high + low + close) // 4
    turnover = average * shares // paper.quote_factor
    term = "" if paper.forward_term is None else f"{paper.forward_term:03}"
    bid, ask = close, close + 1
    fields = (
        "01", f"{day:%Y%m%d}", "02", f"{paper.ticker:<12}",  # record type, date, section of B3's bulletin, ticker
        f"{paper.market:03}", f"{'INVENTADA':<12}", f"{paper.specification(session):<10}",  # market, issuer, ESPECI
        f"{term:<3}", "R$  ", *(f"{value:013}" for value in (opening, high, low, average, close, bid, ask)),
        f"{min(shares // 100, 99_999):05}", f"{shares:018}", f"{turnover:018}",  # trades of 100, shares, turnover
        f"{0:013}", "0", "99991231", f"{paper.quote_factor:07}", f"{0:013}",  # an option's fields, and the factor
        f"BRINVT{paper.ticker:0<6.6}", f"{paper.distribution(session):03}",  # ISIN, DISMES
    )  # fmt: skip
    return "".join(fields).encode("latin-1")


def sample(year: int, *, events: bool = False) -> bytes:
    """The file of a year's sessions, one paper after the other, each by date.

    With `events` prices, ESPECI and DISMES change by the invented corporate actions.
    """
    days = b3.sessions(date(year, 1, 1), date(year, 12, 31))
    papers = PAPERS if events else tuple(replace(paper, events=()) for paper in PAPERS)
    quotes = [record for paper in papers for record in quote_records(paper, days)]
    title = f"COTAHIST.{year}BOVESPA {days[-1]:%Y%m%d}"
    header = f"00{title}".ljust(RECORD).encode("latin-1")
    trailer = f"99{title}{len(quotes) + 2:011}".ljust(RECORD).encode("latin-1")
    return b"\r\n".join([header, *quotes, trailer, b""])


def actions(year: int, tickers: Container[str] | None = None) -> list[str]:
    """The CSV lines of the sample's corporate actions, or of those of `tickers`; header first."""
    days = b3.sessions(date(year, 1, 1), date(year, 12, 31))
    lines = [CSV_HEADER]
    for paper in PAPERS:
        if tickers is not None and paper.ticker not in tickers:
            continue
        for event in paper.events:
            size = f"{event.centavos / 100:.2f},," if event.centavos else f",{event.new},{event.old}"
            lines.append(f"{paper.ticker},{days[event.session]},{event.kind},{size},invented")
    return lines


def main() -> None:
    """Writes a year's sample; with `--actions` it has corporate actions, which are written too."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path, help="where to write it, for example build/COTAHIST_A2024.TXT")
    parser.add_argument("--year", type=int, default=2024, help="the year whose sessions it covers (default 2024)")
    parser.add_argument("--actions", type=Path, help="where to write its corporate actions as CSV; default: none")
    options = parser.parse_args()
    options.path.parent.mkdir(parents=True, exist_ok=True)
    options.path.write_bytes(sample(options.year, events=options.actions is not None))
    if options.actions:
        options.actions.parent.mkdir(parents=True, exist_ok=True)
        options.actions.write_text("\n".join(actions(options.year)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
