"""The published tables against the naive twin."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from conftest import Lake
from lakes import Row, quote, random_quote
from twin import refine_twin

import b3_kernels as b3
from b3_jobs.dates import partition_date

DAYS = b3.sessions(date(2020, 12, 1), date(2021, 2, 12))
EPOCH = date(1990, 1, 2)


def session_of(day: date) -> int:
    return b3.count_sessions(EPOCH, day)


def week_of(day: date) -> int:
    return (day - date(1990, 1, 1)).days // 7


def month_of(day: date) -> int:
    return day.year * 12 + day.month


def as_published(rows: list[Row]) -> list[Row]:
    plain = [{name: value for name, value in row.items() if name != "bars"} for row in rows]
    return [row | {"data_pregao": str(row["data_pregao"])} for row in plain]


def history(seed: int) -> list[Row]:
    """A liquid ticker, thin ones, a suspended one, a new listing, days that only Yahoo has, and bad rows."""
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
def test_daily_table_equals_the_naive_twin(lake: Lake) -> None:
    raw = history(1)
    lake.ingest(raw)
    report = lake.refine("--trade_dates", "all")
    expected, rejected = refine_twin(raw, (3, 5), session_of)
    assert lake.published() == as_published(expected)
    assert report["rows_written"] == len(expected)
    assert (report["rows_read"], report["rows_rejected"]) == (len(raw), rejected)
    reasons = {row["motivo"] for row in lake.rejected()}
    assert len(lake.rejected()) == rejected
    assert len(reasons) == 2
    keyed = sorted(expected, key=lambda row: (row["data_pregao"].year, row["ativo"], row["data_pregao"]))
    assert [row | {"data_pregao": str(row["data_pregao"])} for row in lake.by_year()] == as_published(keyed)


@pytest.mark.spark
@pytest.mark.parametrize(
    ("every", "table", "ordinal"), [("1w", "cotacoes_semanais", week_of), ("1mo", "cotacoes_mensais", month_of)]
)
def test_period_tables_equal_the_naive_twin(lake: Lake, every: str, table: str, ordinal: object) -> None:
    raw = history(2)
    lake.ingest(raw)
    lake.refine("--trade_dates", "all", "--every", every, windows="2,3")
    expected, _ = refine_twin(raw, (2, 3), ordinal, date_of=lambda day: partition_date(day, every))
    assert lake.published(table) == as_published(expected)


@pytest.mark.spark
def test_one_listed_day_publishes_its_whole_period(lake: Lake) -> None:
    raw = history(3)
    lake.ingest(raw)
    report = lake.refine("--trade_dates", "2021-01-20", "--every", "1mo", windows="2")
    expected, _ = refine_twin(raw, (2,), month_of, date_of=lambda day: partition_date(day, "1mo"))
    january = [row for row in as_published(expected) if row["data_pregao"] == "2021-01-04"]
    assert lake.published("cotacoes_mensais") == january
    assert report["rows_read"] == sum(row["trade_date"].month == 1 for row in raw)


@pytest.mark.spark
def test_intraday_bars_become_the_day_unless_a_daily_source_has_it(lake: Lake) -> None:
    day, start = DAYS[3], datetime(2020, 12, 4, 13, tzinfo=UTC)
    bars = [
        quote("PETR4", day, f"{10 + n}", bar_start=start + timedelta(minutes=5 * n), source="yahoo-5m", turnover=None)
        for n in (2, 0, 1)
    ]
    lake.ingest([*bars, *[bar | {"ticker": "VALE3"} for bar in bars], quote("VALE3", day, "50", source="yahoo")])
    report = lake.refine("--trade_dates", str(day))
    petr4, vale3 = lake.published()
    assert (petr4["abertura"], petr4["fechamento"], petr4["maxima"]) == (Decimal(10), Decimal(12), Decimal("12.5"))
    assert (petr4["quantidade"], petr4["fonte"]) == (3_000, "yahoo-5m")
    assert (vale3["fechamento"], vale3["fonte"]) == (Decimal(50), "yahoo")
    assert (report["rows_used"], report["rows_rejected"]) == (4, 3)
