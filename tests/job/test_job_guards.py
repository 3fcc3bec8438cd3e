"""Raw with fewer tickers, a wrong listing or a lost year file removes nothing from a lake."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from conftest import Lake
from lakes import object_path, write_manual_dividend
from pyspark.sql import SparkSession

import b3_kernels as b3
from b3_jobs.contract.schemas import BY_YEAR, TABLES
from b3_jobs.run import job_run

DAYS = b3.sessions(date(2021, 1, 4), date(2021, 2, 5))
TICKERS = ("PETR4", "VALE3", "WEGE3", "ITUB4")


@pytest.fixture(scope="module")
def shared(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """A lake with raw, actions and every table, and no pending date."""
    lake = Lake(spark, tmp_path_factory.mktemp("filled"), "b3_filled")
    lake.fill(DAYS, TICKERS)
    write_manual_dividend(lake.root / "actions", DAYS[4], "0.5")
    lake.refine("--every", "1d,1w,1mo")
    return lake


@pytest.fixture
def filled(shared: Lake) -> Iterator[Lake]:
    """The shared lake; after a test, refined and the catalog must be as before."""
    before = state(shared)
    yield shared
    assert state(shared) == before


def state(lake: Lake) -> dict[str, object]:
    """Every file under refined with its content, and every partition in the catalog."""
    files = {str(path): path.read_bytes() for path in sorted(lake.refined.rglob("*")) if path.is_file()}
    return files | {table: lake.catalog(table) for table in (*TABLES.values(), BY_YEAR)}


@pytest.mark.spark
def test_raw_rewritten_with_fewer_tickers_is_refused(filled: Lake) -> None:
    filled.fill(DAYS, TICKERS[:2])
    # Four dates may lose tickers: there are five weeks, and more days.
    for dates, every in (("pending", "1d,1w,1mo"), ("all", "1w"), (f"{DAYS[0]}..{DAYS[-1]}", "1d")):
        result = filled.run("--trade_dates", dates, "--every", every, "--allow_drops", "4")
        assert result.status == 1
        assert "would lose a quarter of their tickers or more" in result.errors
        assert "None of them was touched. Mend raw or the path, or run again with --allow_drops" in result.errors
    filled.fill(DAYS, TICKERS)


@pytest.mark.spark
def test_an_object_that_is_missing_for_a_moment_drops_no_date(filled: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    path = object_path(filled.raw, DAYS[3])
    content = path.read_bytes()
    path.unlink()
    monkeypatch.setattr(job_run, "sleep", lambda _: path.write_bytes(content))
    assert filled.refine("--every", "1d,1w,1mo")["dates"] == 0


@pytest.mark.spark
def test_a_lost_year_file_is_not_rewritten_without_its_other_days(filled: Lake) -> None:
    path = filled.refined / "cotacoes_por_ano" / "ano=2021" / "cotacoes.parquet"
    content = path.read_bytes()
    path.unlink()
    result = filled.run("--trade_dates", str(DAYS[3]))
    assert result.status == 1
    assert "the catalog knows ano=2021, but file://" in result.errors
    assert "python -m b3_jobs.audit --repair --raw_path ... writes it anew" in result.errors
    path.write_bytes(content)


@pytest.mark.spark
def test_a_few_deleted_objects_are_dropped_from_every_table(
    shared: Lake, other_lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last test of this file, because it changes the shared lake."""
    object_path(shared.raw, DAYS[2]).unlink()
    assert shared.refine("--every", "1d,1w,1mo")["tables"][0]["partitions_dropped"] == len(TICKERS)
    with monkeypatch.context() as patch:
        patch.setattr(job_run, "sleep", lambda _: pytest.fail("waited for a date that a person named"))
        object_path(shared.raw, DAYS[3]).unlink()
        assert shared.refine("--trade_dates", str(DAYS[3]), "--affected")["partitions_dropped"] == len(TICKERS)
    for day in DAYS[5:10]:
        object_path(shared.raw, day).unlink()
    assert shared.run("--every", "1d,1w,1mo").status == 1
    # DAYS[3] was listed for the daily table alone: for the others it is dropped with these five.
    shared.refine("--every", "1d,1w,1mo", "--allow_drops", "6")
    shared.assert_same_as_one_full_run(other_lake, "--every", "1d,1w,1mo", tables=TABLES.values())
