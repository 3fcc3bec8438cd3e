"""The built b3-ingest, as a user runs it, on the emulated Yahoo."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import emulator
import pyarrow.parquet as pq
import pytest
from binaries import built

PRICES = ("open", "high", "low", "close")
TICKERS = ("PETR4", "VALE3", "SPLT3")
SESSIONS = [dt.date(2024, 2, day) for day in (8, 9, 14, 15, 16)]
CARNIVAL = [dt.date(2024, 2, day) for day in (12, 13)]  # no sessions, but Yahoo has bars


@pytest.fixture
def address() -> Iterator[str]:
    """The address of an emulated Yahoo with a fault in two answers of five."""
    command = [sys.executable, emulator.__file__, "--fault-rate", "0.4"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
        server.terminate()


def ingest(address: str, lake: Path, *tickers: str) -> tuple[int, dict[tuple[str, str], str]]:
    """The exit status, and the outcome of each ticker and date."""
    report = lake / "report.json"
    command = [str(built("b3-ingest")), "--quiet", "yahoo", "--tickers", ",".join(tickers), "--base-url", address]
    command += ["--from", str(SESSIONS[0]), "--to", str(SESSIONS[-1]), "--dest", str(lake), "--report", str(report)]
    completed = subprocess.run(command, check=False, capture_output=True, text=True)
    entries = json.loads(report.read_text())["outcomes"]
    return completed.returncode, {(entry["ticker"], entry["trade_date"]): entry["outcome"] for entry in entries}


def test_raw_has_prices_as_traded_before_and_after_a_split(address: str, tmp_path: Path) -> None:
    status, outcomes = ingest(address, tmp_path, *TICKERS)
    expected = {(ticker, str(date)): "written" for ticker in TICKERS for date in SESSIONS}
    expected |= {(ticker, str(date)): "rejected" for ticker in TICKERS for date in CARNIVAL}
    assert (status, outcomes) == (0, expected)
    for date in SESSIONS:
        rows = pq.ParquetFile(tmp_path / "raw" / f"trade_date={date}" / "yahoo.parquet").read().to_pylist()
        found = {row["ticker"]: ([row[name] * 100 for name in PRICES], row["volume"]) for row in rows}
        assert found == {ticker: emulator.traded(ticker, date) for ticker in TICKERS}
    split = pq.ParquetFile(tmp_path / "actions" / "ex_date=2024-02-15" / "yahoo.parquet").read().to_pylist()
    terms = {"amount": None, "numerator": 2, "denominator": 1, "note": None}
    assert split == [{"ticker": "SPLT3", "kind": "split", **terms}]


def test_an_unknown_ticker_fails_the_run_and_other_tickers_are_written(address: str, tmp_path: Path) -> None:
    status, outcomes = ingest(address, tmp_path, "PETR4", "UNKNOWN")
    assert status == 1
    assert {outcomes["UNKNOWN", str(date)] for date in SESSIONS} == {"failed"}
    assert {outcomes["PETR4", str(date)] for date in SESSIONS} == {"written"}
