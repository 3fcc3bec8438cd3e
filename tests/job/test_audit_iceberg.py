"""The Iceberg table in the audit: a repaired month's dates; unreadable catalog and manifests."""

from __future__ import annotations

import re
import shutil
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from unittest.mock import MagicMock

import pyarrow as pa
import pytest
from committing import DAYS, commit, table_of

from b3_jobs.audit import command, months
from b3_jobs.audit.checks import Finding, State
from b3_jobs.audit.scan import scan_file
from b3_jobs.contract.options import Options
from b3_jobs.contract.published_table import PublishedTable
from b3_jobs.errors import JobError
from b3_jobs.tables import iceberg_catalog, iceberg_table
from b3_kernels import lake


def test_the_repair_of_a_month_looks_for_lost_tickers_on_its_days_without_a_file_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[date]] = []

    def tickers(_: PublishedTable, days: list[date]) -> dict[date, set[str]]:
        asked.append(days)
        return {}

    monkeypatch.setattr(iceberg_table, "tickers", tickers)
    monkeypatch.setattr(iceberg_table, "replace_dates", lambda *_, **__: None)
    options = Options(raw_path="", refined_path=str(tmp_path))
    daily, table = PublishedTable.of(options, "1d"), PublishedTable.of_iceberg(options)
    daily.place.put("data_pregao=2024-02-29/ativo=PETR4/cotacao.parquet", b"")
    differs = Finding(months.MONTH, where="2024-02", day=date(2024, 2, 1))
    months.repair(MagicMock(name="spark"), options, daily, table, [differs])
    assert asked == [[date(2024, 2, day) for day in range(1, 30)]]


def test_files_with_names_of_other_engines_are_findings_of_their_month_if_they_name_one(tmp_path: Path) -> None:
    options = Options(raw_path="", refined_path=str(tmp_path))
    table = PublishedTable.of_iceberg(options)
    names = (
        "data/0101/1010/data_pregao_month=2024-11/0.parquet",
        "data/0101/0.parquet",
        "data/data_pregao_month=2024-13/0",
    )
    rows = [row for name in names for row in scan_file(table.place, name, pa.schema([]))]
    found = months.find(State(PublishedTable.of(options), rows=[], catalog=set()), table, rows)
    fault = "its name is not that of a data file"
    assert list(map(str, found)) == [
        f"stray file: b3.cotacoes/{names[1]}: {fault}",
        f"stray file: b3.cotacoes/{names[2]}: {fault}",
        f"month differs: b3.cotacoes/2024-11: {fault}",
    ]


def test_a_lake_without_a_catalog_needs_no_pyiceberg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("pyiceberg", "sqlalchemy.exc"):
        monkeypatch.setitem(sys.modules, module, None)
    assert not iceberg_catalog.exists(PublishedTable.of_iceberg(Options(raw_path="", refined_path=str(tmp_path))))


def test_without_pyiceberg_the_error_has_the_command_that_installs_it(
    options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ["pyiceberg", *(name for name in sys.modules if name.startswith("pyiceberg."))]:
        monkeypatch.setitem(sys.modules, module, None)
    message = (
        r"^b3\.cotacoes: no module pyiceberg; pip install 'b3-kernels\[lake\]', or leave the table out with "
        "--tables diarias,por_ano$"
    )
    with pytest.raises(JobError, match=message):
        iceberg_catalog.ensure_table(PublishedTable.of_iceberg(options))


def test_a_table_with_other_columns_or_of_a_moved_lake_is_refused(options: Options) -> None:
    table = PublishedTable.of_iceberg(options)
    iceberg_catalog.ensure_table(table)
    other_columns = PublishedTable.of_iceberg(replace(options, windows=(4,)))
    with pytest.raises(
        JobError, match=r"columns are not the contract's; column media_movel_4 is missing, expected double$"
    ):
        iceberg_catalog.ensure_table(other_columns)
    moved = options.refined_path + "_moved"
    shutil.copytree(options.refined_path, moved)
    message = f"^{table}: the catalog has it at {table.place.uri()}, --refined_path has it at file://{moved}/cotacoes$"
    with pytest.raises(JobError, match=message):
        iceberg_catalog.ensure_table(PublishedTable.of_iceberg(replace(options, refined_path=moved)))


def test_an_unreadable_catalog_is_an_error_of_one_line(tmp_path: Path) -> None:
    table = PublishedTable.of_iceberg(Options(raw_path="", refined_path=str(tmp_path)))
    place = tmp_path / lake.CATALOG
    place.parent.mkdir()
    place.write_bytes(b"not a database" * 100)
    with pytest.raises(JobError, match=r"^b3\.cotacoes: the Iceberg catalog at .*\Z"):
        iceberg_catalog.exists(table)


@pytest.mark.parametrize("content", [None, b"", b"{}", b"\xff\xfe"])
def test_lost_or_damaged_metadata_is_an_error_that_names_the_file(tmp_path: Path, content: bytes | None) -> None:
    table = table_of(str(tmp_path))
    commit(table, 1)
    metadata = max(Path(table.place.root, "metadata").glob("*.metadata.json"))
    metadata.unlink() if content is None else metadata.write_bytes(content)
    expected = rf"^b3\.cotacoes: .*{metadata}.*; if it stays so, delete the table's folder, its _ledger/cotacoes and"
    for read in (iceberg_catalog.exists, iceberg_catalog.ensure_table, iceberg_table.data_files):
        with pytest.raises(JobError, match=expected):
            read(table)


@pytest.mark.parametrize("content", [None, b"", b"not Avro" * 100])
@pytest.mark.parametrize("files", ["*-m0.avro", "snap-*.avro"])
def test_an_unreadable_manifest_is_a_defect_with_the_only_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: str, content: bytes | None
) -> None:
    table = table_of(str(tmp_path))
    commit(table, 1)
    for manifest in Path(table.place.root, "metadata").glob(files):
        manifest.unlink() if content is None else manifest.write_bytes(content)
    expected = (
        r"b3\.cotacoes: an Iceberg manifest cannot be read: .+; if it stays so, "
        "delete the table's folder, its _ledger/cotacoes and"
    )
    for read in (lambda: iceberg_table.tickers(table, DAYS), lambda: commit(table, 2)):
        with pytest.raises(JobError, match=expected):
            read()
    monkeypatch.setattr(command.Audit, "find_in_catalog_and_ledgers", lambda _: [])
    options = Options(raw_path="", refined_path=str(tmp_path))
    daily = PublishedTable.of(options)
    audit = command.Audit(MagicMock(name="spark"), options, [daily, table], None)
    beside_others = audit.find(State(daily, rows=[], catalog=set()))
    _, alone = command._find_and_repair(replace(audit, tables=[table]), repair=True)
    for (found,) in (beside_others, alone):
        assert re.match(f"unreadable manifest: {expected}", str(found))
