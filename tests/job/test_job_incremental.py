"""Days that arrive, change and are run again in any order give the tables of one full run."""

from __future__ import annotations

import random
import shutil
from datetime import date
from unittest.mock import Mock

import pytest
from conftest import FULL_PROOF, NO_YEARS_NO_ICEBERG, Lake
from lakes import Row, object_path, quote, random_quote, write_object

import b3_kernels as b3
from b3_jobs.run import job_run

DAYS = b3.sessions(date(2020, 12, 14), date(2021, 1, 29))


def session_rows(rng: random.Random, day: date) -> list[Row]:
    """Quotes of tickers that trade daily, often, rarely, unless suspended, or from some day on."""
    trades = {"PETR4": True, "VALE3": rng.random() < 0.9, "THIN3": rng.random() < 0.3}
    trades |= {"SUSP3": not DAYS[6] <= day < DAYS[20], "NOVA3": day > DAYS[15]}
    rows = [random_quote(rng, ticker, day) for ticker, trading in trades.items() if trading]
    if rng.random() < 0.3:
        rows += [random_quote(rng, ticker, day, "yahoo") for ticker in ("PETR4", "YHOO4")]
    return rows


@pytest.mark.spark
@pytest.mark.parametrize("seed", range(3 if FULL_PROOF else 1))
def test_any_order_of_days_corrections_and_runs_equals_one_full_run(lake: Lake, other_lake: Lake, seed: int) -> None:
    rng = random.Random(seed)
    early, backfill, late = DAYS[:12], DAYS[12:18], DAYS[18:]
    truth = {day: session_rows(rng, day) for day in DAYS}
    shuffled, corrected, repeated = rng.sample(backfill, len(backfill)), rng.sample(DAYS, 2), rng.sample(DAYS, 3)
    for days in (early[:9], early[9:], late, shuffled, corrected, repeated):
        for day in days:
            if days is corrected:
                truth[day] = session_rows(rng, day)[1:]  # without COTAHIST's PETR4
                for source in ("cotahist", "yahoo"):
                    object_path(lake.raw, day, source).unlink(missing_ok=True)
            lake.ingest(truth[day])
        affected = str(days is shuffled or days is corrected)
        lake.refine("--trade_dates", ",".join(map(str, days)), "--affected", affected)
    lake.assert_same_as_one_full_run(other_lake)


@pytest.mark.spark
def test_a_corrected_day_rewrites_exactly_the_dates_whose_look_back_holds_it(lake: Lake) -> None:
    lake.ingest(quote("PETR4", day, str(close)) for close, day in enumerate(DAYS, 10))
    lake.refine("--trade_dates", "all", *NO_YEARS_NO_ICEBERG, windows="5")
    before = lake.published()
    written = {name: (lake.refined / "cotacoes_diarias" / name).stat().st_mtime_ns for name in lake.files()}
    lake.ingest([quote("PETR4", DAYS[4], "99")])
    # With a window of 5 a date and 2 * 5 after it are rewritten; it and 4 after it change.
    report = lake.refine("--trade_dates", str(DAYS[4]), "--affected", *NO_YEARS_NO_ICEBERG, windows="5")
    assert report["trade_dates"] == f"{DAYS[4]}..{DAYS[14]}"
    changed = [new["data_pregao"] for old, new in zip(before, lake.published(), strict=True) if old != new]
    assert changed == [str(day) for day in DAYS[4:9]]
    for name, when in written.items():
        day = date.fromisoformat(name[len("data_pregao=") :][:10])
        rewritten = (lake.refined / "cotacoes_diarias" / name).stat().st_mtime_ns != when
        assert rewritten == (DAYS[4] <= day <= DAYS[14])


@pytest.mark.spark
def test_what_is_removed_from_raw_is_removed_from_files_and_catalog(lake: Lake) -> None:
    days = b3.sessions(date(2020, 12, 30), date(2021, 1, 8))
    old, one_ticker, empty, removed, *others = days
    lake.ingest(quote("PETR4", day, "10") for day in days)
    lake.ingest(quote(ticker, one_ticker, "10") for ticker in ("PETR4", "GONE3"))
    lake.refine("--trade_dates", "all")
    assert f"data_pregao={one_ticker}/ativo=GONE3" in lake.catalog()
    lake.ingest([quote("PETR4", one_ticker, "10")])
    write_object(object_path(lake.raw, empty), [])
    shutil.rmtree(object_path(lake.raw, removed).parent)
    report = lake.refine("--trade_dates", f"{one_ticker}..{removed}")
    assert (report["dates"], report["partitions_dropped"]) == (3, 3)
    assert (report["rows_read"], report["rows_written"]) == (1, 1)

    def assert_published(days: list[date]) -> None:
        partitions = [f"data_pregao={day}/ativo=PETR4" for day in days]
        assert lake.catalog() == partitions
        assert [name.rpartition("/")[0] for name in lake.files()] == partitions
        assert [(row["data_pregao"], row["ativo"]) for row in lake.by_year()] == [(day, "PETR4") for day in days]

    assert_published([old, one_ticker, *others])
    assert lake.catalog("cotacoes_por_ano") == ["ano=2020", "ano=2021"]
    # The only day of its year, without a day to look back on: this run reads no object.
    shutil.rmtree(object_path(lake.raw, old).parent)
    report = lake.refine("--trade_dates", str(old))
    assert (report["dates"], report["objects_read"], report["rows_written"]) == (1, 0, 0)
    assert_published([one_ticker, *others])
    assert lake.catalog("cotacoes_por_ano") == ["ano=2021"]
    assert lake.files("cotacoes_por_ano") == ["ano=2021/cotacoes.parquet"]


@pytest.mark.spark
def test_tables_that_the_catalog_has_lost_get_all_their_dates_again(
    lake: Lake, other_lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.fill(DAYS[:5], ["PETR4"])
    lake.refine()
    for table in ("cotacoes_diarias", "cotacoes_por_ano"):
        lake.spark.sql(f"DROP TABLE {lake.database}.{table}")
    for folder in ("_iceberg", "cotacoes"):
        shutil.rmtree(lake.refined / folder)
    lake.fill(DAYS[5:6], ["PETR4"])
    with monkeypatch.context() as patch:  # this run makes the tables anew and fails before it fills them
        patch.setattr(job_run.refine_portion, "run", Mock(side_effect=OSError("killed")))
        assert lake.run().status == 1
    assert lake.refine()["dates"] == 6
    lake.assert_same_as_one_full_run(other_lake)
