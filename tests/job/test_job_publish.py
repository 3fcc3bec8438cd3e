"""Publishing in groups: the order of files and catalog, and the checks of row counts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import FULL_PROOF, NO_YEARS_NO_ICEBERG, Lake
from lakes import quote, write_raw

import b3_kernels as b3
from b3_jobs.contract.dates import Days
from b3_jobs.contract.options import Options
from b3_jobs.files.storage import Storage
from b3_jobs.ledger.ledger import ledger_file, read_ledger
from b3_jobs.ledger.observation import observe
from b3_jobs.refine import quality
from b3_jobs.run.plan import listed_days, make_plan
from b3_jobs.tables import catalog, publish, quote_files, year_file

DAYS = b3.sessions(date(2020, 12, 28), date(2021, 1, 8))
TICKERS = ("PETR4", "VALE3")


@pytest.mark.spark
@pytest.mark.parametrize("size", [3, 4, 5] if FULL_PROOF else [3])
def test_groups_of_every_size_publish_the_same_bytes(
    lake: Lake, other_lake: Lake, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    lake = replace(lake, root=lake.root / "joana d'arc")  # an apostrophe and a space change nothing either
    lake.fill(DAYS, TICKERS)
    monkeypatch.setattr(publish, "_FILES_AT_ONCE", size)
    monkeypatch.setattr(catalog, "_PARTITIONS_A_STATEMENT", size)
    report = lake.refine()
    assert report["partitions"] == len(TICKERS) * len(DAYS)
    monkeypatch.undo()
    lake.assert_same_as_one_full_run(other_lake)


def test_affected_adds_the_later_dates_and_reads_their_look_back(tmp_path: Path) -> None:
    write_raw(tmp_path, [quote("PETR4", day, "10") for day in DAYS])
    listed = f"2020-12-29,{DAYS[-1]}"
    options = Options(str(tmp_path), "refined", trade_dates=listed, affected=True, windows=(3,))
    seen = observe(options)
    days = listed_days(options, seen, "1d")
    assert days == DAYS[1:]
    plan = make_plan(options, seen, {"1d": {day: Days(day, day) for day in days}})
    assert [found.trade_date for found in plan.objects] == DAYS


@pytest.mark.parametrize("pieces", [[1], [4], [3, 1, 9], [13, 4], [2, 2, 2, 2, 2], []])
def test_a_year_file_has_every_row_in_row_groups_of_the_set_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pieces: list[int]
) -> None:
    monkeypatch.setattr(year_file, "_ROW_GROUP", 4)
    schema, rows = pa.schema({"n": pa.int64()}), list(range(sum(pieces)))
    table, ends = pa.table({"n": rows}, schema), list(accumulate(pieces, initial=0))
    cut = (table.slice(start, end - start) for start, end in pairwise(ends))
    assert year_file.write(Storage.at(str(tmp_path)), year_file.name(2021), cut, schema) == len(rows)
    written = pq.ParquetFile(tmp_path / "ano=2021" / "cotacoes.parquet")
    assert written.read()["n"].to_pylist() == rows
    sizes = [written.metadata.row_group(n).num_rows for n in range(written.num_row_groups)]
    assert sizes == [len(rows[start : start + 4]) for start in range(0, len(rows), 4)]
    assert [path.name for path in (tmp_path / "ano=2021").iterdir()] == ["cotacoes.parquet"]


def test_a_year_files_bytes_do_not_depend_on_how_its_rows_were_cut(tmp_path: Path) -> None:
    count = 120_011  # two row groups of 50,000 rows, and a third that is not full
    rows = pa.table({"ativo": [f"T{n // 250:04}" for n in range(count)], "n": [n * n % 9_973 for n in range(count)]})
    contents = set()
    for cuts in ([], [50_001], [10, 30_007, 95_543]):
        pieces = (rows.slice(start, end - start) for start, end in pairwise([0, *cuts, count]))
        year_file.write(Storage.at(str(tmp_path)), year_file.name(2021), pieces, rows.schema)
        contents.add((tmp_path / "ano=2021" / "cotacoes.parquet").read_bytes())
    assert len(contents) == 1


@pytest.mark.spark
def test_the_catalog_never_has_a_partition_without_its_file(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Checked after every change of files or catalog, while NOVA3 replaces PETR4."""
    lake.fill(DAYS, TICKERS)
    lake.refine("--trade_dates", "all", *NO_YEARS_NO_ICEBERG)
    lake.ingest([quote("VALE3", DAYS[0], "10"), quote("NOVA3", DAYS[0], "10")])
    seen: list[tuple[str, int, int]] = []

    def watched(name: str, change: Callable[..., Any]) -> Callable[..., Any]:
        def changed(*arguments: Any) -> Any:
            answer = change(*arguments)
            files = [file.rpartition("/")[0] for file in lake.files()]
            assert set(lake.catalog()) <= set(files), name
            seen.append((name, len(files), len(lake.catalog())))
            return answer

        return changed

    for module, name in ((quote_files, "write"), (quote_files, "remove_stale"), (catalog, "drop"), (catalog, "add")):
        monkeypatch.setattr(module, name, watched(name, getattr(module, name)))
    lake.refine("--trade_dates", str(DAYS[0]), *NO_YEARS_NO_ICEBERG)
    before = len(TICKERS) * len(DAYS)
    assert seen == [
        ("write", before + 1, before),
        ("drop", before + 1, before - 1),
        ("remove_stale", before, before - 1),
        ("add", before, before),
    ]


@pytest.mark.spark
def test_dates_are_registered_after_their_files_while_the_next_are_written(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.fill(DAYS, TICKERS)
    monkeypatch.setattr(publish, "_FILES_AT_ONCE", 2)  # one date at once
    begun = [threading.Event() for _ in DAYS]
    dates_left = iter(begun)
    write, add = quote_files.write, catalog.add
    registered: list[date] = []

    def announced(*arguments: Any) -> Any:
        next(dates_left).set()
        return write(*arguments)

    def watched(spark: Any, table: str, partitions: Iterable[tuple[date, str]]) -> None:
        partitions = list(partitions)
        files = set(lake.files())
        assert all(f"{quote_files.partition(*keys)}/{quote_files.FILE}" in files for keys in partitions)
        registered.extend(sorted({day for day, _ in partitions}))
        if len(registered) < len(DAYS):
            assert begun[len(registered)].wait(600), "the next files waited for the catalog"
        add(spark, table, partitions)

    monkeypatch.setattr(quote_files, "write", announced)
    monkeypatch.setattr(catalog, "add", watched)
    lake.refine("--trade_dates", "all", *NO_YEARS_NO_ICEBERG)
    assert registered == sorted(DAYS)
    assert len(lake.catalog()) == len(TICKERS) * len(DAYS)


@pytest.mark.spark
def test_a_date_whose_row_counts_differ_is_not_published(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    lake.fill(DAYS, TICKERS)
    genuine = quality.summarise

    def short(refined: Any) -> dict[str, dict[date, quality.DateSummary]]:
        found = genuine(refined)
        found["1d"][DAYS[1]] = replace(found["1d"][DAYS[1]], used=found["1d"][DAYS[1]].used - 1)
        return found

    monkeypatch.setattr(quality, "summarise", short)
    result = lake.run("--trade_dates", "all")
    assert result.status == 1
    assert result.report["failed"] == {str(DAYS[1]): "2 rows read, but 1 used and 0 rejected"}
    assert {row["data_pregao"] for row in lake.published()} == {str(day) for day in DAYS} - {str(DAYS[1])}
    assert {row["data_pregao"] for row in lake.by_year()} == set(DAYS) - {DAYS[1]}


@pytest.mark.spark
def test_a_date_with_fewer_files_than_rows_stops_the_run_before_the_catalog(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.fill(DAYS, TICKERS)
    lake.refine("--trade_dates", str(DAYS[0]), *NO_YEARS_NO_ICEBERG)
    before = lake.catalog()
    genuine = quote_files.write

    def losing(quotes: Any, table: Any) -> dict[date, set[str]]:
        written = genuine(quotes, table)
        written[DAYS[2]].discard("VALE3")
        return written

    monkeypatch.setattr(quote_files, "write", losing)
    result = lake.run("--trade_dates", f"{DAYS[0]}..{DAYS[3]}", *NO_YEARS_NO_ICEBERG)
    assert result.status == 1
    table = f"{lake.database}.cotacoes_diarias"
    assert result.errors == f"error: {table}: {DAYS[2]} has 2 rows, 1 were written"
    assert lake.catalog() == before
    # It is not known which files it wrote: all four dates are pending, also the published one.
    ledger, _ = read_ledger(ledger_file(Storage.at(str(lake.refined)), "cotacoes_diarias"))
    assert ledger is not None
    assert ledger.pending >= set(DAYS[:4])


class FailingStorage(Storage):
    """A storage with threads as for S3, files on disk, and one file that fails."""

    @property
    def filesystem(self) -> Any:
        return Storage(self.root).filesystem

    def put(self, relative: str, content: Any) -> None:
        if "ativo=TICK17/" in relative:
            raise OSError(f"{relative}: AWS Error SLOW_DOWN")
        Storage(self.root).put(relative, content)


def test_one_failed_upload_among_many_fails_the_task(tmp_path: Path) -> None:
    rows = [{"data_pregao": DAYS[0], "ativo": f"TICK{n}", "fechamento": 1.5} for n in range(40)]
    batch, schema = pa.RecordBatch.from_pylist(rows), pa.schema({"fechamento": pa.float64()})
    write = quote_files.writer(FailingStorage(str(tmp_path), on_s3=True), schema)
    with pytest.raises(OSError, match=r"ativo=TICK17/cotacao\.parquet: AWS Error SLOW_DOWN"):
        list(write([batch]))
    keys = list(quote_files.writer(Storage(str(tmp_path)), schema)([batch]))
    assert pa.Table.from_batches(keys).num_rows == len(list(tmp_path.rglob("*.parquet"))) == 40
