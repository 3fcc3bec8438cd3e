"""The Iceberg table: its commits, the daily table's rows, earlier states."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sys
from datetime import date
from typing import Any
from unittest.mock import Mock

import pyarrow.parquet as pq
import pytest
from conftest import Lake
from lakes import object_path, quote

import b3_kernels as b3
from b3_jobs.contract.dates import month_of
from b3_jobs.tables import iceberg_table
from b3_jobs.tables.iceberg_catalog import opened
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
    with open_catalog(lake.refined) as catalog:
        table = catalog.load_table(f"{lake.database}.cotacoes")
        return sorted(task.file.file_path.removeprefix(f"{table.location()}/") for task in table.scan().plan_files())


def assert_same_rows(lake: Lake) -> None:
    """Assert that the table has the rows of the year files."""
    expected = sorted(lake.by_year(), key=lambda row: (row["ativo"], row["data_pregao"]))
    assert lake.iceberg() == expected


def test_a_run_is_one_commit_with_one_file_for_each_month(lake: Lake) -> None:
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
    # The run's dates are pending until it has committed them.
    assert (summary["b3.wheel"], summary["b3.owed"]) == (b3.__version__, f"{DAYS[0]}..{DAYS[-1]}")
    assert len(summary["b3.ledger"]) == 32  # the version of the ledger's file, a digest


def test_the_rows_of_a_months_file_stay_sorted_when_a_date_is_added(lake: Lake) -> None:
    fill(lake)
    for days in (f"{DAYS[0]}..{DAYS[-2]}", f"{DAYS[-1]}"):
        lake.refine("--trade_dates", days, *ICEBERG)
    for name in data_files(lake):
        rows = pq.ParquetFile(lake.refined / "cotacoes" / name).read(["ativo", "data_pregao"]).to_pylist()
        assert rows == sorted(rows, key=lambda row: (row["ativo"], row["data_pregao"])), name


def test_a_run_that_changes_no_row_makes_no_commit(lake: Lake) -> None:
    fill(lake)
    lake.refine(*ICEBERG)
    files = lake.files("cotacoes")
    assert lake.refine("--trade_dates", "all", *ICEBERG)["dates"] == len(DAYS)
    assert len(snapshots(lake)) == 1
    assert lake.files("cotacoes") == files


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


def test_a_failed_publish_leaves_the_old_table_and_the_next_run_succeeds(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(lake)
    lake.refine(*ICEBERG_AND_YEARS)
    before = lake.iceberg()
    lake.ingest([quote("PETR4", DAYS[-1], "99")])
    with monkeypatch.context() as patch:
        patch.setattr(iceberg_table, "_commit", Mock(side_effect=OSError("no space left")))
        result = lake.run(*ICEBERG_AND_YEARS)
    assert (result.status, result.errors) == (1, "error: no space left")
    assert lake.iceberg() == before
    lake.refine(*ICEBERG_AND_YEARS)
    assert_same_rows(lake)
    assert lake.iceberg() != before


def test_a_damaged_month_is_an_error_of_one_line_with_the_command_that_writes_it_anew(lake: Lake) -> None:
    fill(lake)
    lake.refine(*ICEBERG)
    (lake.refined / "cotacoes" / data_files(lake)[-1]).write_bytes(b"no Parquet")
    lake.ingest([quote("PETR4", DAYS[-1], "99")])
    errors = lake.run(*ICEBERG).errors
    assert errors.startswith(f"error: {lake.database}.cotacoes: not a readable Parquet file: ")
    assert errors.endswith("; python -m b3_jobs.audit --repair writes the month anew")


def test_a_commit_after_a_concurrent_one_reads_the_table_again(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another run removes the month's file between this run's read and its commit."""
    fill(lake)
    lake.refine(*ICEBERG)
    commit, raced = iceberg_table._commit, []

    def overtaken(iceberg: Any, table: Any, *rest: Any) -> None:
        if not raced:
            raced.append(True)
            with opened(table) as other:
                (file,) = iceberg_table._files(other, table, [DAYS[-2]])[month_of(DAYS[-2])]  # January's
                with other.transaction() as change, change.update_snapshot().overwrite() as rows:
                    rows.delete_data_file(file)
        commit(iceberg, table, *rest)

    monkeypatch.setattr(iceberg_table, "_commit", overtaken)
    lake.ingest([quote("PETR4", DAYS[-1], "99")])
    lake.refine(*ICEBERG)
    assert raced
    january = lake.iceberg(start="2021-01-01")
    assert [(row["data_pregao"], row["ativo"]) for row in january] == [(DAYS[-1], "PETR4")]
    assert len(lake.iceberg()) == 1 + len(TICKERS) * len([day for day in DAYS if day.year == 2020])


def test_a_table_with_other_columns_or_of_a_moved_lake_is_refused(lake: Lake) -> None:
    lake.ingest([quote("PETR4", DAYS[0], "10")])
    lake.refine(*ICEBERG, windows="3,5")
    result = lake.run(*ICEBERG, "--trade_dates", "all", windows="3,4")
    assert result.errors == (
        f"error: {lake.database}.cotacoes: the catalog's columns are not the contract's; column media_movel_4 is "
        "missing, expected double"
    )
    shutil.copytree(lake.refined, lake.root / "moved")
    moved = ("--refined_path", str(lake.root / "moved"), "--trade_dates", "all")
    assert lake.run(*moved, *ICEBERG).errors == (
        f"error: {lake.database}.cotacoes: the catalog has it at {lake.refined.as_uri()}/cotacoes, --refined_path has "
        f"it at {(lake.root / 'moved').as_uri()}/cotacoes"
    )


def test_a_run_without_pyiceberg_is_an_error_with_the_command_that_installs_it(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.ingest([quote("PETR4", DAYS[0], "10")])
    for module in ["pyiceberg", *(name for name in sys.modules if name.startswith("pyiceberg."))]:
        monkeypatch.setitem(sys.modules, module, None)
    assert lake.run().errors == (
        f"error: {lake.database}.cotacoes: no module pyiceberg; pip install 'b3-kernels[lake]', or leave the table out "
        "with --tables diarias,por_ano"
    )
