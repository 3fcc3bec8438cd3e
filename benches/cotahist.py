"""Benchmark of reading a COTAHIST file: our Rust crate and the wheel, Polars, and `b3cotahist`.

Before they are timed, the readers in Python must read the same quotes, and our crate as many.
"""

from __future__ import annotations

import datetime as dt
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import b3cotahist
import polars as pl
from figures import arguments, medians, publish, rows_with_rates
from polars.testing import assert_frame_equal

import b3_kernels as b3

ROOT = Path(__file__).resolve().parent.parent
REAL_SESSION = ROOT.parent / "shared" / "data" / "cotahist" / "COTAHIST_D25062021.TXT"
RUST, WHEEL = "b3-cotahist, Rust", "b3_kernels.read_cotahist"
POLARS, B3COTAHIST = "Polars, sliced lines", "b3cotahist"
RECORD_COUNT = slice(31, 42)  # in the trailer
# The compared columns, by position and width. They are compared as float64: the rivals have no
# decimals.
PRICES = {"open": (56, 13), "high": (69, 13), "low": (82, 13), "close": (108, 13)}
COUNTS = {"trades": (147, 5), "volume": (152, 18)}


def source() -> bytes:
    """A real session's file if this machine has it, else the project's invented sample."""
    if REAL_SESSION.exists():
        return REAL_SESSION.read_bytes()
    sys.path.insert(0, str(ROOT / "scripts"))
    import sample_cotahist

    return sample_cotahist.sample(2024)


def write_year(path: Path, sessions: int) -> int:
    """Write a file with a session's records on each of `sessions` days; returns its size."""
    lines = source().splitlines()
    header, trailer = lines[0], bytearray(lines[-1])
    date = lines[1][2:10]  # the invented sample has a year of dates: one is taken
    quotes = [line for line in lines[1:-1] if line[2:10] == date]
    with path.open("wb") as out:
        out.write(header + b"\r\n")
        for session in range(sessions):
            day = (dt.date(2021, 1, 1) + dt.timedelta(session)).strftime("%Y%m%d").encode()
            out.writelines(line[:2] + day + line[10:] + b"\r\n" for line in quotes)
        trailer[RECORD_COUNT] = b"%011d" % (len(quotes) * sessions + 2)
        out.write(bytes(trailer) + b"\r\n")
    return path.stat().st_size


def with_the_wheel(path: Path) -> pl.DataFrame:
    """The function of the wheel that users call."""
    return pl.DataFrame(b3.read_cotahist(path))


def with_polars(path: Path) -> pl.DataFrame:
    """Polars' lazy reader and string slices: the spot rows and the compared columns alone."""
    line = pl.col("line").str
    lines = pl.scan_csv(
        path, has_header=False, new_columns=["line"], separator="\x01", quote_char=None, encoding="utf8-lossy"
    )
    spot = lines.filter(line.starts_with("01") & (line.slice(24, 3) == "010"))
    factor = line.slice(210, 7).cast(pl.Int64)
    return spot.select(
        line.slice(2, 8).str.to_date("%Y%m%d").alias("trade_date"),
        line.slice(12, 12).str.strip_chars_end().alias("ticker"),
        *((line.slice(*columns).cast(pl.Int64) / 100 / factor).alias(name) for name, columns in PRICES.items()),
        *(line.slice(*columns).cast(pl.Int64).alias(name) for name, columns in COUNTS.items()),
        (line.slice(170, 18).cast(pl.Int64) / 100).alias("turnover"),
    ).collect()


def with_b3cotahist(path: Path) -> pl.DataFrame:
    """The PyPI package `b3cotahist`; it reads every market and every field."""
    frame: pl.DataFrame = pl.from_pandas(b3cotahist.read_txt(path))
    return frame


def spot_of_b3cotahist(frame: pl.DataFrame) -> pl.DataFrame:
    """b3cotahist's spot rows with our names, prices per share and turnover in reais."""
    prices = ("PRECO_DE_ABERTURA", "PRECO_MAXIMO", "PRECO_MINIMO", "PRECO_ULTIMO_NEGOCIO")
    factor = pl.col("FATOR_DE_COTACAO")
    return frame.filter(pl.col("TIPO_DE_MERCADO") == "VISTA").select(
        pl.col("DATA_DO_PREGAO").cast(pl.Date).alias("trade_date"),
        pl.col("CODIGO_DE_NEGOCIACAO").alias("ticker"),
        *((pl.col(theirs) / factor).alias(ours) for ours, theirs in zip(PRICES, prices, strict=True)),
        pl.col("NUMERO_DE_NEGOCIOS").alias("trades"),
        pl.col("QUANTIDADE_NEGOCIADA").alias("volume"),
        (pl.col("VOLUME_TOTAL_NEGOCIADO") / 100).alias("turnover"),  # in cents, unlike the prices
    )


def comparable(frame: pl.DataFrame) -> pl.DataFrame:
    """The compared columns of a reader's spot rows: one order of rows, one type."""
    numbers = [pl.col(name).cast(pl.Float64) for name in (*PRICES, *COUNTS, "turnover")]
    return frame.select("trade_date", pl.col("ticker").cast(pl.String), *numbers).sort("trade_date", "ticker")


def bare_reader(path: Path) -> tuple[float, int]:
    """Seconds and number of quotes of the Rust reader, without Python, Arrow or columns."""
    command = ["cargo", "bench", "--locked", "--quiet", "-p", "b3-cotahist", "--bench", "cotahist", "--", str(path)]
    answer = subprocess.run(command, check=True, cwd=ROOT, capture_output=True, text=True).stdout
    figures: dict[str, Any] = json.loads(answer.splitlines()[-1])
    return statistics.median(figures["seconds"]), figures["quotes"]


def timings(path: Path, runs: int) -> dict[str, float]:
    """Every reader's time on one file, after what they read is compared."""
    ours = comparable(with_the_wheel(path))
    for rival in (with_polars(path), spot_of_b3cotahist(with_b3cotahist(path))):
        assert_frame_equal(comparable(rival), ours, check_exact=False, rel_tol=1e-12)
    bare, quotes = bare_reader(path)
    assert quotes == len(ours)
    fast: dict[str, Callable[[], object]] = {WHEEL: lambda: with_the_wheel(path), POLARS: lambda: with_polars(path)}
    slow = {B3COTAHIST: lambda: with_b3cotahist(path)}
    taken = {RUST: bare} | medians(fast | slow, runs, clock=time.perf_counter, three_runs=slow)
    busy = medians(fast, runs, clock=time.process_time)
    return taken | {f"processor time: {name}": seconds for name, seconds in busy.items()}


def report(measured: dict[str, float], size: int) -> dict[str, Any]:
    """The figures in the form that benches/run.py reads."""
    wheel = measured[WHEEL]
    busy = {name: measured[f"processor time: {name}"] for name in (WHEEL, POLARS)}
    return {
        "title": "Reading COTAHIST",
        "about": f"One file of {size / 1e6:.0f} MB of text, every market in it, the spot quotes read. "
        "The Rust reader checks every numeric field of every record and runs on one thread; Polars uses every core and "
        "checks only what it casts; the PyPI package b3cotahist, a rival, reads every market and every field.",
        "rows": rows_with_rates(measured, size / 1e9, "GB/s"),
        "ratios": [
            {"name": "Rust reader, GB/s on one core", "value": size / measured[RUST] / 1e9, "aim": 1.0},
            {"name": "read_cotahist, times as fast as Polars", "value": measured[POLARS] / wheel, "aim": 1.0},
            {"name": "processor time: Polars / read_cotahist", "value": busy[POLARS] / busy[WHEEL], "aim": 1.0},
            {"name": "read_cotahist, times as fast as b3cotahist", "value": measured[B3COTAHIST] / wheel, "aim": None},
        ],
    }


def main() -> None:
    """Make the file, compare the readers, time them, write the figures."""
    options = arguments(__doc__)
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "COTAHIST_A2021.TXT"
        size = write_year(path, 3 if options.quick else 60)
        measured = timings(path, 3 if options.quick else 5)
    publish(report(measured, size), options.json)


if __name__ == "__main__":
    main()
