"""Benchmark of `b3-ingest yahoo`: its time beside what its own request rate allows.

It fetches hundreds of tickers of one session from the emulated Yahoo.
"""

from __future__ import annotations

import datetime as dt
import string
import subprocess
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
from figures import arguments, publish, rows_with_rates

from ingest import BINARY

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.yahoo import emulator  # noqa: E402

SESSION = dt.date(2026, 10, 30)


def tickers(count: int) -> list[str]:
    """`count` invented tickers."""
    letters = string.ascii_uppercase
    return [f"{letters[number // 26]}{letters[number % 26]}ZZ3" for number in range(count)]


def ingest(address: str, names: list[str], rate: int, lake: Path) -> float:
    """Seconds of a run at `rate` requests a second; asserts that its prices are those traded."""
    # One session: `--from` is by default the date of `--to`.
    command = [str(BINARY), "--quiet", "yahoo", "--tickers", ",".join(names), "--to", str(SESSION), "--dest", str(lake)]
    command += ["--base-url", address, "--requests-per-second", str(rate), "--concurrency", "8"]
    begun = time.perf_counter()
    subprocess.run(command, check=True)
    seconds = time.perf_counter() - begun
    rows = pq.ParquetFile(lake / "raw" / f"trade_date={SESSION}" / "yahoo.parquet").read().to_pylist()
    found = {row["ticker"]: (row["close"], row["volume"]) for row in rows}
    for name in names:
        (*_, close), shares = emulator.traded(name, SESSION)
        assert found[name] == (Decimal(close) / 100, shares), f"{name}: {found[name]}"
    return seconds


def main() -> None:
    """Measure, print, and write JSON if asked."""
    options = arguments(__doc__)
    count, rate, runs = (40, 40, 1) if options.quick else (400, 40, 3)
    names = tickers(count)
    with emulator.Yahoo(port=0, fault_rate=0.0, seed=1) as yahoo:
        times = []
        for _ in range(runs):
            with tempfile.TemporaryDirectory() as lake:
                times.append(ingest(yahoo.url, names, rate, Path(lake)))
    median = sorted(times)[len(times) // 2]
    allowed = (count - 1) / rate  # the first request does not wait
    measured = {"b3-ingest yahoo": median, "the least that the rate allows": allowed}
    result = {
        "title": "Yahoo: many tickers at a limited request rate",
        "about": f"{count} tickers of one session from the emulated Yahoo, {rate} requests a second, into a directory.",
        "rows": rows_with_rates(measured, count, "tickers/s"),
        "ratios": [{"name": "wall time over the least", "value": median / allowed, "aim": 1.1, "at_most": True}],
    }
    publish(result, options.json)


if __name__ == "__main__":
    main()
