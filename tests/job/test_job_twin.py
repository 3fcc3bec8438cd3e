"""The published tables equal those of `refine_twin`, which refines in plain Python."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import refine_twin
from conftest import Lake
from lakes import Row, quote, random_quote
from published_rows import renamed

import b3_kernels as b3
from b3_jobs.contract.schemas import TABLES

DAYS = b3.sessions(date(2020, 12, 1), date(2021, 2, 12))


def refine_by_twin(raw: list[Row], **options: Any) -> tuple[list[Row], int]:
    """The twin's rows under the published names, and the number of raw rows that it rejects."""
    ordered = sorted(raw, key=lambda row: (row["ticker"], row["trade_date"]))
    refined, rejected = refine_twin.refine(ordered, **options)
    rows = [{"data_pregao": str(row["trade_date"]), "ativo": row["ticker"]} | renamed(row) for row in refined]
    return sorted(rows, key=lambda row: (row["data_pregao"], row["ativo"])), len(rejected)


def history(seed: int) -> list[Row]:
    """Tickers that trade daily, rarely, with a gap or not at first; Yahoo's days; bad rows."""
    rng = random.Random(seed)
    rows = []
    for ticker, chance in (("PETR4", 1.0), ("VALE3", 0.9), ("THIN3", 0.25)):
        rows += [random_quote(rng, ticker, day) for day in DAYS if rng.random() < chance]
    rows += [random_quote(rng, "SUSP3", day) for day in [*DAYS[:8], *DAYS[25:]]]
    rows += [random_quote(rng, "NOVA3", day) for day in DAYS[30:]]
    rows += [random_quote(rng, ticker, day, "yahoo") for day in DAYS[::4] for ticker in ("PETR4", "YHOO4")]
    rows += [quote("NULL3", day, "10.50") | {"close": None} for day in DAYS[5:7]]
    return rows


@pytest.mark.spark
def test_every_table_equals_the_python_twin(lake: Lake) -> None:
    raw = history(1)
    lake.ingest(raw)
    report = lake.refine("--trade_dates", "all", "--every", "1d,1w,1mo", windows="2,3")
    expected = {}
    for entry, (every, table) in zip(report["tables"], TABLES.items(), strict=True):
        expected[every], rejected = refine_by_twin(raw, every=every, windows=(2, 3))
        assert lake.published(table) == expected[every]
        assert entry["rows_written"] == len(expected[every])
        assert (entry["rows_read"], entry["rows_rejected"]) == (len(raw), rejected)
        assert len(lake.rejected(table)) == rejected
        assert {row["motivo"] for row in lake.rejected(table)} == {"null price", "superseded by cotahist"}
    by_year = [row | {"data_pregao": str(row["data_pregao"])} for row in lake.by_year()]
    assert by_year == sorted(expected["1d"], key=lambda row: (row["data_pregao"][:4], row["ativo"], row["data_pregao"]))


@pytest.mark.spark
def test_a_listed_day_publishes_its_whole_period(lake: Lake) -> None:
    raw = history(3)
    lake.ingest(raw)
    report = lake.refine("--trade_dates", "2021-01-20", "--every", "1mo", windows="2")
    expected, _ = refine_by_twin(raw, every="1mo", windows=(2,))
    january = [row for row in expected if row["data_pregao"] == "2021-01-04"]
    assert lake.published("cotacoes_mensais") == january
    counts = Counter(row["trade_date"].month for row in raw)
    assert (report["rows_read"], report["rows_looked_back"]) == (counts[1], counts[12])  # February is not read


@pytest.mark.spark
def test_intraday_bars_are_aggregated_unless_a_daily_source_has_the_day(lake: Lake) -> None:
    day, start = DAYS[3], datetime(2020, 12, 4, 13, tzinfo=UTC)
    bars = [
        quote("PETR4", day, f"{10 + n}", bar_start=start + timedelta(minutes=5 * n), source="yahoo-5m", turnover=None)
        for n in (2, 0, 1)
    ]
    lake.ingest([*bars, *[bar | {"ticker": "VALE3"} for bar in bars], quote("VALE3", day, "50", source="yahoo")])
    report = lake.refine("--trade_dates", str(day))
    petr4, vale3 = lake.published()
    # `quote` gives a bar 1,000 shares, and a high of 0.50 over its close.
    assert (petr4["abertura"], petr4["fechamento"], petr4["maxima"]) == (Decimal(10), Decimal(12), Decimal("12.5"))
    assert (petr4["quantidade"], petr4["fonte"]) == (3_000, "yahoo-5m")
    assert (vale3["fechamento"], vale3["fonte"]) == (Decimal(50), "yahoo")
    assert (report["rows_used"], report["rows_rejected"]) == (4, 3)  # rejected: VALE3's intraday bars
