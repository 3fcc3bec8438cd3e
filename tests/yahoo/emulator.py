"""An emulated Yahoo Finance for demonstrations and tests: invented prices at Yahoo's chart address.

Start it and point b3-ingest at it:

    .venv/bin/python tests/yahoo/emulator.py --port 8750 --fault-rate 0.2 &
    make run SOURCE=yahoo TICKERS=PETR4,VALE3 FROM=2024-01-02 TO=2024-03-28 \\
        INGEST_FLAGS="--base-url http://127.0.0.1:8750"

Every symbol of the form AAAA1.SA or AAAA11.SA exists. Its prices as traded are whole cents that
depend on its name and the date alone. `SPLT3.SA` was split 2:1 on 2024-02-15; as Yahoo does, the
emulator divides its earlier prices and multiplies its earlier volumes. Prices are 32-bit floats
printed as 64-bit ones, and holidays have bars. With a fault rate, that share of the answers is a
429, a 502, a page of HTML or a truncated body, but at most three in a row for a symbol, so that a
client which retries gets every bar.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import hashlib
import json
import random
import re
import struct
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

sys.path.append(str(Path(__file__).resolve().parents[1] / "harness"))

from local_server import LocalHandler, LocalServer

CHART = re.compile(r"/v8/finance/chart/([A-Z]{4}\d{1,2})\.SA$")
FIRST_DATE = dt.date(2000, 1, 3)  # of every symbol
SPLIT_DATE, NEW_SHARES, OLD_SHARES = dt.date(2024, 2, 15), 2, 1
FAULTS_IN_A_ROW = 3


def float32(number: float) -> float:
    """The number rounded to a 32-bit float, as Yahoo stores prices."""
    stored: float = struct.unpack("f", struct.pack("f", number))[0]
    return stored


def opening(date: dt.date) -> int:
    """10:00 in Sao Paulo without summer time, in seconds since 1970."""
    return int(dt.datetime(date.year, date.month, date.day, 13, tzinfo=dt.UTC).timestamp())


def traded(ticker: str, date: dt.date) -> tuple[list[int], int]:
    """Open, high, low and close in cents as traded, and the number of shares, of a session."""
    draw = random.Random(hashlib.sha256(f"{ticker} {date}".encode()).digest())
    level = 1_000 + int.from_bytes(ticker.encode()) % 5_000
    if ticker == "SPLT3" and date < SPLIT_DATE:
        level *= NEW_SHARES
    # Falls from 5/4 of the level to the level and rises again, in two years.
    day = (date - FIRST_DATE).days % (2 * 365)
    base = level + level * abs(day - 365) // (4 * 365)
    opened, closed = (base + base * draw.randint(-20, 20) // 1_000 for _ in range(2))
    high, low = max(opened, closed) + draw.randint(0, base // 100), min(opened, closed) - draw.randint(0, base // 100)
    return [opened, high, low, closed], draw.randint(1, 50_000) * 100


def chart(ticker: str, period1: int, period2: int) -> dict[str, Any]:
    """The answer for bars from `period1` to before `period2`, in seconds since 1970."""
    first = max(FIRST_DATE, dt.datetime.fromtimestamp(period1, dt.UTC).date())
    last = min(dt.datetime.fromtimestamp(period2, dt.UTC).date(), dt.datetime.now(dt.UTC).date())
    dates = [first + dt.timedelta(days) for days in range((last - first).days + 1)]
    dates = [date for date in dates if date.weekday() < 5 and period1 <= opening(date) < period2]
    columns: dict[str, list[float]] = {name: [] for name in ("open", "high", "low", "close", "volume")}
    splits = {}
    for date in dates:
        cents, shares = traded(ticker, date)
        ratio = NEW_SHARES / OLD_SHARES if ticker == "SPLT3" and date < SPLIT_DATE else 1
        for name, price in zip(("open", "high", "low", "close"), cents, strict=True):
            columns[name].append(float32(price / 100 / ratio))
        columns["volume"].append(int(shares * ratio))
    stamp = opening(SPLIT_DATE)
    if ticker == "SPLT3" and period1 <= stamp < period2:
        splits[str(stamp)] = {"date": stamp, "numerator": NEW_SHARES, "denominator": OLD_SHARES, "splitRatio": "2:1"}
    meta = {
        "currency": "BRL",
        "symbol": f"{ticker}.SA",
        "exchangeName": "SAO",
        "instrumentType": "EQUITY",
        "exchangeTimezoneName": "America/Sao_Paulo",
        "gmtoffset": -10800,
        "dataGranularity": "1d",
    }
    result = {
        "meta": meta,
        "timestamp": [opening(date) for date in dates],
        "events": {"splits": splits},
        "indicators": {"quote": [columns]},
    }
    return {"chart": {"result": [result], "error": None}}


class Yahoo(LocalServer):
    """The server, which counts the faults in a row for each ticker."""

    def __init__(self, port: int, fault_rate: float, seed: int) -> None:
        super().__init__(Handler, port)
        self.fault_rate = fault_rate
        self.random = random.Random(seed)
        self.in_a_row: Counter[str] = Counter()
        self.lock = threading.Lock()

    def fault(self, ticker: str) -> str | None:
        """The fault of the next answer about `ticker`, or None."""
        with self.lock:
            if self.in_a_row[ticker] >= FAULTS_IN_A_ROW or self.random.random() >= self.fault_rate:
                self.in_a_row[ticker] = 0
                return None
            self.in_a_row[ticker] += 1
            return self.random.choice(["429", "502", "html", "cut"])


class Handler(LocalHandler):
    server: Yahoo

    def do_GET(self) -> None:
        """Answer a chart request, possibly with a fault."""
        address = urlsplit(self.path)
        asked = CHART.match(address.path)
        if not asked:
            error = {"code": "Not Found", "description": "No data found, symbol may be delisted"}
            self.answer(404, json.dumps({"chart": {"result": None, "error": error}}).encode())
            return
        query = parse_qs(address.query)
        body = json.dumps(chart(asked[1], int(query["period1"][0]), int(query["period2"][0]))).encode()
        match self.server.fault(asked[1]):
            case "429":
                self.answer(429, b"Too Many Requests\r\n", {"Retry-After": "1"})
            case "502":
                self.answer(502, b"<html><body>Bad gateway</body></html>")
            case "html":
                self.answer(200, b"<!doctype html><html><body>Will be right back</body></html>")
            case "cut":
                self.answer(200, body[: len(body) // 2])
            case _:
                self.answer(200, body)


def main() -> None:
    """Serve until interrupted; the first line printed is the address."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--fault-rate", type=float, default=0.0, help="share of the answers that are broken, 0 to 1")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    server = Yahoo(options.port, options.fault_rate, options.seed)
    print(server.url, flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()


if __name__ == "__main__":
    main()
