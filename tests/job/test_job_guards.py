"""A mistake with raw or actions, or a wrong listing, removes nothing from a filled lake."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
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
# Runs of pending dates, all, one or listed ones, for days, weeks, months and all three.
RUNS = [
    (dates, every)
    for dates in ("pending", "all", str(DAYS[7]), f"{DAYS[0]}..{DAYS[-1]}")
    for every in ("1d", "1w", "1mo", "1d,1w,1mo")
]


def fill_and_refine(lake: Lake) -> None:
    """Give a lake raw, actions and every table, and no pending date."""
    lake.fill(DAYS, TICKERS)
    write_manual_dividend(lake.root / "actions", DAYS[4], "0.5")
    lake.refine("--every", "1d,1w,1mo")


@pytest.fixture(scope="module")
def untouched(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """A lake for all tests that must not change it, and a copy of its raw and actions."""
    lake = Lake(spark, tmp_path_factory.mktemp("filled"), "b3_filled")
    fill_and_refine(lake)
    for folder in ("raw", "actions"):
        shutil.copytree(lake.root / folder, lake.root / "copy" / folder)
    return lake


@pytest.fixture
def filled(untouched: Lake) -> Iterator[Lake]:
    """The shared lake; after a test, refined and the catalog must be as before."""
    for folder in ("raw", "actions"):
        shutil.rmtree(untouched.root / folder)
        shutil.copytree(untouched.root / "copy" / folder, untouched.root / folder)
    before = state(untouched)
    yield untouched
    assert state(untouched) == before


def state(lake: Lake) -> dict[str, object]:
    """Every file under refined with its content, and every partition in the catalog."""
    files = {str(path): path.read_bytes() for path in sorted(lake.refined.rglob("*")) if path.is_file()}
    return files | {table: lake.catalog(table) for table in (*TABLES.values(), BY_YEAR)}


def wrong_folder(lake: Lake) -> tuple[str, ...]:
    return ("--raw_path", str(lake.root), "--actions_path", str(lake.root / "actions"))


def empty_folder(lake: Lake) -> tuple[str, ...]:
    (lake.root / "empty").mkdir()
    return ("--raw_path", str(lake.root / "empty"))


def another_lake(lake: Lake) -> tuple[str, ...]:
    shutil.copytree(lake.raw, lake.root / "other" / "raw")
    shutil.copytree(lake.root / "actions", lake.root / "other" / "actions")
    object_path(lake.root / "other" / "raw", DAYS[3]).write_bytes(object_path(lake.raw, DAYS[4]).read_bytes())
    return ("--raw_path", str(lake.root / "other" / "raw"))


def a_lake_of_other_dates(lake: Lake) -> tuple[str, ...]:
    path = object_path(lake.root / "younger" / "raw", date(2024, 1, 2))
    path.parent.mkdir(parents=True)
    shutil.copy(object_path(lake.raw, DAYS[0]), path)
    return ("--raw_path", str(lake.root / "younger" / "raw"))


def no_actions(lake: Lake) -> tuple[str, ...]:
    return ("--actions_path", str(lake.root / "nowhere"))


def lifecycle_rule(lake: Lake) -> tuple[str, ...]:
    shutil.rmtree(lake.raw)
    lake.raw.mkdir()
    return ()


def half_of_raw(lake: Lake) -> tuple[str, ...]:
    for day in DAYS[::2]:
        object_path(lake.raw, day).unlink()
    return ()


# Functions that make a mistake and return the run's arguments for it, with the run's error.
MISTAKES: list[tuple[Callable[[Lake], tuple[str, ...]], str]] = [
    (wrong_folder, "holds no trade_date=YYYY-MM-DD folder with a raw object in it"),
    (empty_folder, "holds no trade_date=YYYY-MM-DD folder with a raw object in it"),
    (another_lake, "1 are missing or others in"),
    (a_lake_of_other_dates, f"holds none of the {len(DAYS)} objects that"),
    (no_actions, "is empty, but b3_filled.cotacoes"),
    (lifecycle_rule, "holds no trade_date=YYYY-MM-DD folder with a raw object in it"),
    (half_of_raw, f"the objects of {len(DAYS[::2])} of {len(DAYS)} dates are gone from raw (first {DAYS[0]}, last"),
]


@pytest.mark.spark
@pytest.mark.parametrize(("mistake", "message"), MISTAKES)
def test_a_mistake_with_raw_or_actions_is_refused_and_changes_nothing(
    filled: Lake, mistake: Callable[[Lake], tuple[str, ...]], message: str
) -> None:
    arguments = mistake(filled)
    for dates, every in RUNS:
        result = filled.run("--trade_dates", dates, "--every", every, *arguments)
        assert result.status == 1
        assert len(result.errors.splitlines()) == 1
        assert message in result.errors, (dates, every)


@pytest.mark.spark
def test_raw_rewritten_with_fewer_tickers_is_refused(filled: Lake) -> None:
    filled.fill(DAYS, TICKERS[:2])
    # Four dates may lose tickers: there are five weeks, and more days.
    for dates, every in (("pending", "1d,1w,1mo"), ("all", "1w"), (f"{DAYS[0]}..{DAYS[-1]}", "1d")):
        result = filled.run("--trade_dates", dates, "--every", every, "--allow_drops", "4")
        assert result.status == 1
        assert "would lose a quarter of their tickers or more" in result.errors
        assert "None of them was touched. Mend raw or the path, or run again with --allow_drops" in result.errors


@pytest.mark.spark
def test_an_object_that_is_missing_for_a_moment_drops_no_date(filled: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    path = object_path(filled.raw, DAYS[3])
    content = path.read_bytes()
    path.unlink()
    monkeypatch.setattr(job_run, "sleep", lambda _: path.write_bytes(content))
    assert filled.refine("--every", "1d,1w,1mo")["dates"] == 0


@pytest.mark.spark
@pytest.mark.parametrize("now", [0.0, 4e9])
def test_a_wrong_clock_changes_nothing(filled: Lake, monkeypatch: pytest.MonkeyPatch, now: float) -> None:
    monkeypatch.setattr(time, "time", lambda: now)
    for path in filled.raw.rglob("*.parquet"):
        os.utime(path, (now, now))
    assert filled.refine("--every", "1d,1w,1mo")["dates"] == 0


@pytest.mark.spark
def test_a_lost_year_file_is_not_rewritten_without_its_other_days(filled: Lake) -> None:
    path = filled.refined / "cotacoes_por_ano" / "ano=2021" / "cotacoes.parquet"
    content = path.read_bytes()
    path.unlink()
    result = filled.run("--trade_dates", str(DAYS[3]))
    assert result.status == 1
    assert "the catalog knows ano=2021, but file://" in result.errors
    assert "python -m b3_jobs.audit --repair writes it anew" in result.errors
    path.write_bytes(content)


@pytest.mark.spark
def test_a_few_deleted_objects_are_dropped_from_every_table(
    lake: Lake, other_lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_and_refine(lake)
    object_path(lake.raw, DAYS[2]).unlink()
    assert lake.refine("--every", "1d,1w,1mo")["tables"][0]["partitions_dropped"] == len(TICKERS)
    with monkeypatch.context() as patch:
        patch.setattr(job_run, "sleep", lambda _: pytest.fail("waited for a date that a person named"))
        object_path(lake.raw, DAYS[3]).unlink()
        assert lake.refine("--trade_dates", str(DAYS[3]), "--affected")["partitions_dropped"] == len(TICKERS)
    for day in DAYS[5:10]:
        object_path(lake.raw, day).unlink()
    assert lake.run("--every", "1d,1w,1mo").status == 1
    # DAYS[3] was listed for the daily table alone: for the others it is dropped with these five.
    lake.refine("--every", "1d,1w,1mo", "--allow_drops", "6")
    lake.assert_same_as_one_full_run(other_lake, "--every", "1d,1w,1mo", tables=TABLES.values())
