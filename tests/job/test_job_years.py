"""Runs of parts, late days and corrections, or beside another run, equal one full run."""

from __future__ import annotations

import random
import warnings
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from conftest import FULL_PROOF, Lake
from lakes import Row, object_path, random_quote
from pyspark.sql import DataFrame

import b3_kernels as b3
from b3_jobs.tables import year_table

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "cotahist" / "COTAHIST_A2021_45tickers.TXT"
RowsByDay = dict[date, list[Row]]


def real_rows() -> RowsByDay:
    with warnings.catch_warnings():
        # The file holds January alone, and its trailer counts the records of the year.
        warnings.simplefilter("ignore", UserWarning)
        bars = b3.read_cotahist(REAL, allow_incomplete=True)
    rows: RowsByDay = {}
    for row in bars.to_pylist():
        rows.setdefault(row["trade_date"], []).append(row)
    return rows


def generated_rows(years: int) -> RowsByDay:
    """Tickers that trade daily, rarely or with a year's suspension, some rows also of Yahoo."""
    rng = random.Random(years)
    days = b3.sessions(date(2021 - years, 1, 1), date(2020, 12, 31))
    rows: RowsByDay = {}
    for day in days:
        trades = {"PETR4": True, "THIN3": rng.random() < 0.1, "SUSP3": not days[100] < day < days[350]}
        rows[day] = [random_quote(rng, ticker, day) for ticker, trading in trades.items() if trading]
        if rng.random() < 0.1:
            rows[day] += [random_quote(rng, "PETR4", day, "yahoo")]
    return rows


def run_in_pieces(lake: Lake, rows: RowsByDay, *arguments: str, pieces: int, windows: str) -> RowsByDay:
    """Run the first part, the last, the others shuffled; then one day again without its last row.

    Returns the rows that raw then has.
    """
    days, rng = sorted(rows), random.Random(pieces)
    cuts = [0, *sorted(rng.sample(range(1, len(days)), pieces - 1)), len(days)]
    chunks = [days[start:end] for start, end in pairwise(cuts)]
    late = chunks[1:-1]
    rng.shuffle(late)
    for chunk in [chunks[0], chunks[-1], *late]:
        lake.ingest(row for day in chunk for row in rows[day])
        lake.refine("--trade_dates", ",".join(map(str, chunk)), "--affected", *arguments, windows=windows)
    corrected = rng.choice(days)
    kept = rows[corrected][:-1] or rows[corrected]  # raw keeps a day's only row
    for source in ("cotahist", "yahoo"):
        object_path(lake.raw, corrected, source).unlink(missing_ok=True)
    lake.ingest(kept)
    lake.refine("--trade_dates", str(corrected), "--affected", *arguments, windows=windows)
    return rows | {corrected: kept}


@pytest.mark.spark
@pytest.mark.skipif(not REAL.exists(), reason="the real COTAHIST files are not beside this checkout")
def test_a_real_file_refined_in_parts_equals_one_full_run(lake: Lake, other_lake: Lake) -> None:
    rows, windows = real_rows(), "5,20,50,200" if FULL_PROOF else "3,5"
    run_in_pieces(lake, rows, pieces=len(rows) if FULL_PROOF else 4, windows=windows)
    lake.assert_same_as_one_full_run(other_lake, windows=windows)


@pytest.mark.spark
@pytest.mark.parametrize(
    ("every", "table", "windows"),
    [
        ("1mo", "cotacoes_mensais", "2,5"),
        pytest.param("1w", "cotacoes_semanais", "4,10", marks=pytest.mark.skipif(not FULL_PROOF, reason="PROOF=full")),
        pytest.param("1d", "cotacoes_diarias", "5,200", marks=pytest.mark.skipif(not FULL_PROOF, reason="PROOF=full")),
    ],
)
def test_generated_years_refined_in_parts_equal_one_full_run(
    lake: Lake, other_lake: Lake, every: str, table: str, windows: str
) -> None:
    pieces = 9 if FULL_PROOF else 4
    in_raw = run_in_pieces(lake, generated_rows(years=2), "--every", every, pieces=pieces, windows=windows)
    other_lake.ingest(row for rows in in_raw.values() for row in rows)
    report = other_lake.refine("--trade_dates", "all", "--every", every, windows=windows)
    assert report["trade_dates"] == f"{min(in_raw)}..{max(in_raw)}"
    lake.assert_same_as(other_lake, table)


@pytest.mark.spark
def test_a_year_file_that_would_lose_rows_is_not_replaced(
    lake: Lake, other_lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = b3.sessions(date(2021, 1, 4), date(2021, 1, 8))
    lake.fill(days[:3], ["PETR4"])
    lake.refine("--tables", "por_ano")
    before, genuine = lake.by_year(), year_table._write
    lake.fill(days[3:], ["PETR4"])
    with monkeypatch.context() as patch:
        patch.setattr(year_table, "_write", lambda rows, *others: genuine(rows.limit(4), *others))
        errors = lake.run("--tables", "por_ano").errors
    assert f"{lake.database}.cotacoes_por_ano: 5 rows expected for ano=2021, 4 were written" in errors
    assert (lake.by_year(), lake.files("cotacoes_por_ano")) == (before, ["ano=2021/cotacoes.parquet"])
    lake.refine("--tables", "por_ano")
    other_lake.root.joinpath("raw").symlink_to(lake.raw)
    other_lake.refine("--tables", "por_ano")
    assert lake.by_year() == other_lake.by_year()


@pytest.mark.spark
def test_a_date_that_another_run_adds_to_a_year_file_meanwhile_is_published_again(
    lake: Lake, other_lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = b3.sessions(date(2021, 1, 4), date(2021, 1, 8))
    lake.fill(days, ["PETR4"])
    genuine = year_table._write

    def overtaken(rows: DataFrame, *arguments: Any) -> dict[int, str]:
        """This run has read the year when the other one adds a date."""
        monkeypatch.setattr(year_table, "_write", genuine)
        read = rows.localCheckpoint()
        lake.fill([date(2021, 1, 12)], ["PETR4"])
        lake.refine("--tables", "por_ano")
        return genuine(read, *arguments)

    monkeypatch.setattr(year_table, "_write", overtaken)
    assert "another run was at work on this table at the same time" in lake.run("--tables", "por_ano").errors
    assert len(lake.by_year()) == len(days)
    lake.refine("--tables", "por_ano")
    other_lake.root.joinpath("raw").symlink_to(lake.raw)
    other_lake.refine("--tables", "por_ano")
    assert lake.by_year() == other_lake.by_year()
