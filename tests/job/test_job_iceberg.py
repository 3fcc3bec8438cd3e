"""The Iceberg table: its commits, the daily table's rows, earlier states."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from datetime import date
from typing import Any

import pytest
from conftest import Lake
from lakes import object_path, quote

import b3_kernels as b3
from b3_jobs.contract.published_table import PublishedTable
from b3_jobs.tables import iceberg_table
from b3_kernels.lake import open_catalog

pytestmark = pytest.mark.spark
DAYS = b3.sessions(date(2020, 12, 14), date(2021, 1, 29))
TICKERS = ("ABEV3", "PETR4")
ICEBERG = ("--tables", "cotacoes")
ICEBERG_AND_YEARS = ("--tables", "por_ano,cotacoes")


def fill(lake: Lake, *tickers: str) -> None:
    lake.ingest(quote(ticker, day, str(close)) for close, day in enumerate(DAYS, 10) for ticker in tickers or TICKERS)


def snapshots(lake: Lake) -> list[Any]:
    with open_catalog(lake.refined) as catalog:
        return list(catalog.load_table(f"{lake.database}.cotacoes").snapshots())


def data_files(lake: Lake) -> list[str]:
    """The files of the present state, relative to the table's folder."""
    return iceberg_table.data_files(PublishedTable.of_iceberg(lake.options))


def assert_same_rows(lake: Lake) -> None:
    """Assert that the table has the rows of the year files."""
    expected = sorted(lake.by_year(), key=lambda row: (row["ativo"], row["data_pregao"]))
    assert lake.iceberg() == expected


def test_a_run_is_one_commit_with_one_file_for_each_month_and_none_if_no_row_changes(lake: Lake) -> None:
    fill(lake)
    lake.refine("--trade_dates", "all")
    assert len(lake.iceberg()) == len(DAYS) * len(TICKERS)
    assert_same_rows(lake)
    assert [name.split("/")[1] for name in data_files(lake)] == [
        "data_pregao_month=2020-12", "data_pregao_month=2021-01"
    ]  # fmt: skip
    (snapshot,) = snapshots(lake)
    summary = snapshot.summary.additional_properties
    ledger = json.loads((lake.refined / "_ledger" / "cotacoes" / "ledger.json").read_text())
    assert (summary["b3.dates"], summary["b3.run"]) == (f"{DAYS[0]}..{DAYS[-1]}", ledger["run"])
    # `owed` are the pending dates: the run's own are pending until it has committed them.
    assert (summary["b3.wheel"], summary["b3.owed"]) == (b3.__version__, f"{DAYS[0]}..{DAYS[-1]}")
    assert len(summary["b3.ledger"]) == 32  # the version of the ledger's file, a digest
    files = lake.files("cotacoes")
    assert lake.refine("--trade_dates", "all", *ICEBERG)["dates"] == len(DAYS)
    assert (len(snapshots(lake)), lake.files("cotacoes")) == (1, files)


def test_a_correction_rewrites_its_month_only_and_as_of_reads_the_earlier_rows(lake: Lake) -> None:
    fill(lake)
    lake.refine(*ICEBERG_AND_YEARS)
    before, (december, january) = lake.iceberg(), data_files(lake)
    then = dt.datetime.fromtimestamp(snapshots(lake)[0].timestamp_ms / 1000, dt.UTC)
    lake.ingest([quote("PETR4", DAYS[-1], "99")])  # the date's object now lacks ABEV3
    lake.refine(*ICEBERG_AND_YEARS)
    assert_same_rows(lake)
    (changed,) = lake.iceberg(tickers="PETR4", start=DAYS[-1])
    assert changed["fechamento"] == 99
    assert (DAYS[-1], "ABEV3") not in [(row["data_pregao"], row["ativo"]) for row in lake.iceberg()]
    assert lake.iceberg(as_of=then) == before
    kept, rewritten = data_files(lake)
    assert kept == december
    assert rewritten != january
    assert len(snapshots(lake)) == 2


def test_a_month_that_is_removed_from_raw_is_removed_from_the_table(lake: Lake) -> None:
    old = [day for day in DAYS if day.year == 2020]
    fill(lake, "PETR4")
    lake.refine(*ICEBERG_AND_YEARS)
    for day in old:
        shutil.rmtree(object_path(lake.raw, day).parent)
    listed = ("--trade_dates", f"{old[0]}..{old[-1]}", "--allow_drops", str(len(old)))
    lake.refine(*listed, *ICEBERG_AND_YEARS)
    assert_same_rows(lake)
    assert [name.split("/")[1] for name in data_files(lake)] == ["data_pregao_month=2021-01"]
