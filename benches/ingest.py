"""Benchmark of ingesting a year of COTAHIST, from the ZIP to raw Parquet.

Its rival does the same work with `b3cotahist` and Polars. Both must write the same rows.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from figures import arguments, publish, rows_with_rates

import b3_kernels as b3

ROOT = Path(__file__).resolve().parent.parent
BINARY = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release" / "b3-ingest"
RECORD_BYTES = 247  # the line end included
# The markets of a session of 2024, in thousandths of its records: spot, odd lot, calls, puts.
MARKETS = ((10, 130), (20, 90), (70, 420), (80, 360))


@dataclass(frozen=True)
class TimedRun:
    """The time and memory of one program's run.

    Attributes:
        name: the program and the markets.
        seconds: wall time, with the start of the process.
        peak: the most memory that it held, in bytes.
    """

    name: str
    seconds: float
    peak: int


def digits(values: np.ndarray, width: int) -> np.ndarray:
    """Each number as a row of `width` ASCII digits."""
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    return (values[:, None] // powers % 10 + ord("0")).astype(np.uint8)


def text(value: str, width: int, rows: int) -> np.ndarray:
    """The same text in every row, filled with spaces to `width`."""
    return np.tile(np.frombuffer(value.ljust(width).encode(), np.uint8), (rows, 1))


def codes(numbers: np.ndarray) -> np.ndarray:
    """Tickers such as ABCD3, one for each number."""
    letters = (numbers[:, None] // 26 ** np.arange(3, -1, -1) % 26 + ord("A")).astype(np.uint8)
    suffixes = np.full((len(numbers), 8), ord(" "), np.uint8)
    suffixes[:, 0] = ord("3")
    return np.hstack([letters, suffixes])


def session(day: dt.date, records: int, seed: int, markets: Sequence[tuple[int, int]] = MARKETS) -> np.ndarray:
    """One session's quotes, a row of bytes each; `markets` gives each market's thousandths."""
    chance = np.random.default_rng(seed)
    low = chance.integers(100, 20_000, records)
    first, last = low + chance.integers(0, 200, records), low + chance.integers(0, 200, records)
    high = np.maximum(first, last) + chance.integers(0, 100, records)
    volume = chance.integers(1, 5_000_000, records)
    counts = [records * share // 1_000 for _, share in markets]
    counts[0] += records - sum(counts)
    market = np.repeat([code for code, _ in markets], counts)
    numbers = np.arange(records)
    return np.hstack(
        [
            text(f"01{day:%Y%m%d}02", 12, records),  # record type, trade date, BDI code
            codes(numbers),
            digits(market, 3),
            text("COMPANY", 12, records),
            text("ON", 10, records),  # specification
            text("", 3, records),  # forward term
            text("R$", 4, records),
            *(digits(price, 13) for price in (first, high, low, (low + high) // 2, last, low, high)),
            digits(chance.integers(1, 99_999, records), 5),  # trades
            digits(volume, 18),
            digits(volume * last, 18),  # turnover
            text("0" * 14, 14, records),  # strike and its correction
            text("99991231", 8, records),  # maturity
            text("0000001", 7, records),  # quote factor
            text("0" * 13, 13, records),  # strike in points
            np.hstack([text("BR", 2, records), codes(numbers)[:, :4], digits(numbers, 6)]),  # ISIN
            text("100", 3, records),  # distribution
            text("\r\n", 2, records),
        ]
    )


def write_year(path: Path, sessions: int, records: int) -> int:
    """Write a year's ZIP, its dates interleaved as in B3's files; returns the size of the text."""
    days = b3.sessions(dt.date(2024, 1, 1), dt.date(2024, 12, 31))[:sessions]
    whole = np.concatenate([session(day, records, seed) for seed, day in enumerate(days)])
    assert whole.shape[1] == RECORD_BYTES
    order = np.random.default_rng(0).permutation(len(whole))
    header = "00COTAHIST.2024BOVESPA 20241231".ljust(RECORD_BYTES - 2) + "\r\n"
    trailer = f"99COTAHIST.2024BOVESPA 20241231{len(whole) + 2:011}".ljust(RECORD_BYTES - 2) + "\r\n"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive,
        archive.open("COTAHIST_A2024.TXT", "w", force_zip64=True) as member,
    ):
        member.write(header.encode())
        for start in range(0, len(order), 50_000):
            member.write(whole[order[start : start + 50_000]].tobytes())
        member.write(trailer.encode())
    return (len(whole) + 2) * RECORD_BYTES


RIVAL = """
import sys
from pathlib import Path
import b3cotahist
import polars as pl

source, raw, every_market = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] == "all"
price = lambda name: (pl.col(name).cast(pl.Float64) / pl.col("FATOR_DE_COTACAO")).round(6).cast(pl.Decimal(18, 6))
frame = pl.from_pandas(b3cotahist.read_zip(source))
if not every_market:
    frame = frame.filter(pl.col("TIPO_DE_MERCADO") == "VISTA")
frame = frame.select(
    pl.col("DATA_DO_PREGAO").cast(pl.Date).alias("trade_date"),
    pl.col("CODIGO_DE_NEGOCIACAO").cast(pl.String).alias("ticker"),
    pl.lit(None, pl.Datetime("us", "UTC")).alias("bar_start"),
    price("PRECO_DE_ABERTURA").alias("open"), price("PRECO_MAXIMO").alias("high"),
    price("PRECO_MINIMO").alias("low"), price("PRECO_ULTIMO_NEGOCIO").alias("close"),
    pl.col("QUANTIDADE_NEGOCIADA").cast(pl.Int64).alias("volume"),
    (pl.col("VOLUME_TOTAL_NEGOCIADO").cast(pl.Float64) / 100).round(2).cast(pl.Decimal(20, 2)).alias("turnover"),
    pl.col("NUMERO_DE_NEGOCIOS").cast(pl.Int64).alias("trades"),
    pl.col("CODIGO_ISIN").cast(pl.String).alias("isin"),
    pl.col("TIPO_DE_MERCADO").cast(pl.String).alias("market"),
    pl.lit("cotahist").alias("source"),
)
for (date,), rows in frame.group_by("trade_date"):
    folder = raw / f"trade_date={date}"
    folder.mkdir(parents=True)
    rows.drop("trade_date").sort("ticker").write_parquet(folder / "cotahist.parquet")
"""


# Linux starts a process with its parent's peak memory as its own. The parent is therefore a small
# process.
STOPWATCH = """
import json, os, sys, time
start = time.perf_counter()
process = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(process, 0)
print(json.dumps([time.perf_counter() - start, usage.ru_maxrss * 1024, os.waitstatus_to_exitcode(status)]))
"""


def run(name: str, command: list[str]) -> TimedRun:
    """Run a program until it ends and measure its time and memory."""
    stopwatch = [sys.executable, "-S", "-c", STOPWATCH, *command]
    answer = subprocess.run(stopwatch, check=True, capture_output=True, text=True)
    seconds, peak, status = json.loads(answer.stdout.splitlines()[-1])
    assert status == 0, f"{name} ended with {status}: {answer.stderr}"
    return TimedRun(name, seconds, peak)


def ingest(source: Path, lake: Path, markets: str) -> TimedRun:
    """A run of `b3-ingest`."""
    command = [str(BINARY), "cotahist", "--file", str(source), "--dest", str(lake), "--markets", markets, "--quiet"]
    return run(f"b3-ingest, {'every market' if markets == 'all' else 'spot'}", command)


def rival(source: Path, lake: Path, markets: str) -> TimedRun:
    """A run of `b3cotahist`, whose rows Polars writes."""
    command = [sys.executable, "-c", RIVAL, str(source), str(lake / "raw"), markets]
    return run(f"b3cotahist and Polars, {'every market' if markets == 'all' else 'spot'}", command)


def median(runs: Sequence[TimedRun]) -> TimedRun:
    """The run with the median wall time."""
    return sorted(runs, key=lambda run: run.seconds)[len(runs) // 2]


def compare(ours: Path, theirs: Path) -> int:
    """Assert that both lakes hold the same rows; returns their number."""
    columns = ["ticker", "open", "high", "low", "close", "volume", "trades", "isin"]
    # The rival computes turnover as a float, so the cents of a large one may differ: whole reais
    # are compared.
    turnover = pl.col("turnover").cast(pl.Float64).round(0)
    frames = [
        pl.concat(
            pl.read_parquet(path).select(pl.lit(path.parent.name).alias("date"), turnover, *columns)
            for path in sorted(lake.glob("raw/*/*.parquet"))
        ).sort("date", "ticker")
        for lake in (ours, theirs)
    ]
    assert frames[0].equals(frames[1]), "the two wrote different rows"
    return len(frames[0])


def report(measured: list[TimedRun], size: int, rows: dict[str, int]) -> dict[str, Any]:
    """The figures in the form that benches/run.py reads."""
    ours_spot, theirs_spot, ours_all, theirs_all = measured
    return {
        "title": "A year of COTAHIST, ZIP to raw Parquet",
        "about": f"One ZIP of {size / 1e6:.0f} MB of text, its dates interleaved; {rows['10']:,} spot quotes, "
        f"{rows['all']:,} in every market. b3-ingest checks every record, applies the quality gate, and writes each "
        "object under a temporary name, synced and renamed; the rival writes what it read. Both wrote the same rows. "
        "Wall time of the whole process, the median of 3. With every market, b3-ingest spends four fifths of its "
        "processor time on Polars' columns and Parquet writing, compiled with little optimisation for a fast build.",
        "rows": rows_with_rates(
            {f"{one.name} ({one.peak / 1e6:.0f} MB at most)": one.seconds for one in measured}, size / 1e6, "MB/s"
        ),
        "ratios": [
            {"name": "spot, times as fast", "value": theirs_spot.seconds / ours_spot.seconds, "aim": 5.0},
            {"name": "every market, times as fast", "value": theirs_all.seconds / ours_all.seconds, "aim": 5.0},
            {"name": "spot, MB of memory", "value": ours_spot.peak / 1e6, "aim": 200.0, "at_most": True},
            {"name": "every market, MB of memory", "value": ours_all.peak / 1e6, "aim": 200.0, "at_most": True},
        ],
    }


def main() -> None:
    """Make the year, run both programs, compare their rows, write the figures."""
    options = arguments(__doc__)
    sessions, records, runs = (5, 2_000, 1) if options.quick else (250, 10_000, 3)
    measured, rows = [], {}
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch) / "COTAHIST_A2024.ZIP"
        size = write_year(source, sessions, records)
        for markets in ("10", "all"):
            # No lake is deleted before the end: after deletions ext4 without a journal is slow.
            pairs = [[Path(scratch) / f"{who}-{markets}-{time}" for who in ("ours", "theirs")] for time in range(runs)]
            timed = [(ingest(source, ours, markets), rival(source, theirs, markets)) for ours, theirs in pairs]
            measured += [median(times) for times in zip(*timed, strict=True)]
            rows[markets] = compare(*pairs[0])
    publish(report(measured, size, rows), options.json)


if __name__ == "__main__":
    main()
