"""Days that arrive, change and are run again in any order give the tables of one full run."""

from __future__ import annotations

import random
import shutil
from datetime import date
from unittest.mock import Mock

import pytest
from conftest import Lake
from lakes import Row, object_path, quote, random_quote, write_object

import b3_kernels as b3
from b3_jobs.run import job_run

DAYS = b3.sessions(date(2020, 12, 14), date(2021, 1, 29))


def session_rows(rng: random.Random, day: date) -> list[Row]:
    """Quotes of tickers that trade daily, often, rarely, unless suspended, or from some day on."""
    place = DAYS.index(day)
    trades = {"PETR4": True, "VALE3": rng.random() < 0.9, "THIN3": rng.random() < 0.3}
    trades |= {"SUSP3": not 6 <= place < 20, "NOVA3": place > 15}
    rows = [random_quote(rng, ticker, day) for ticker, trading in trades.items() if trading]
    if rng.random() < 0.3:
        rows += [random_quote(rng, ticker, day, "yahoo") for ticker in ("PETR4", "YHOO4")]
    return rows


@pytest.mark.spark
@pytest.mark.parametrize("seed", range(3))
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
    other_lake.ingest(row for rows in truth.values() for row in rows)
    other_lake.refine("--trade_dates", "all")
    lake.assert_same_as(other_lake)


@pytest.mark.spark
def test_a_corrected_day_rewrites_exactly_the_dates_whose_look_back_holds_it(lake: Lake) -> None:
    lake.ingest(quote("PETR4", day, f"{10 + place}") for place, day in enumerate(DAYS))
    lake.refine("--trade_dates", "all")
    before = lake.published()
    written = {name: (lake.refined / "cotacoes_diarias" / name).stat().st_mtime_ns for name in lake.files()}
    lake.ingest([quote("PETR4", DAYS[4], "99")])
    # With a window of 5, 2 * 5 later sessions look back on a date, and the values of 4 hold it.
    report = lake.refine("--trade_dates", str(DAYS[4]), "--affected", windows="3,5")
    assert report["trade_dates"] == f"{DAYS[4]}..{DAYS[14]}"
    changed = [new["data_pregao"] for old, new in zip(before, lake.published(), strict=True) if old != new]
    assert changed == [str(day) for day in DAYS[4:9]]
    for name, when in written.items():
        day = date.fromisoformat(name[len("data_pregao=") :][:10])
        rewritten = (lake.refined / "cotacoes_diarias" / name).stat().st_mtime_ns != when
        assert rewritten == (DAYS[4] <= day <= DAYS[14])


@pytest.mark.spark
def test_a_ticker_removed_from_raw_is_removed_from_files_and_catalog(lake: Lake) -> None:
    lake.ingest(quote(ticker, day, "10") for day in DAYS[:3] for ticker in ("PETR4", "GONE3"))
    lake.refine("--trade_dates", "all")
    lake.ingest([quote("PETR4", DAYS[1], "10")])
    report = lake.refine("--trade_dates", str(DAYS[1]))
    assert report["partitions_dropped"] == 1
    gone = f"data_pregao={DAYS[1]}/ativo=GONE3"
    assert gone not in lake.catalog()
    assert not (lake.refined / "cotacoes_diarias" / gone).exists()
    assert f"data_pregao={DAYS[0]}/ativo=GONE3" in lake.catalog()
    assert (DAYS[1], "GONE3") not in [(row["data_pregao"], row["ativo"]) for row in lake.by_year()]


@pytest.mark.spark
def test_an_empty_date_is_published_as_empty(lake: Lake) -> None:
    lake.ingest(quote("PETR4", day, "10") for day in DAYS[:2])
    lake.refine("--trade_dates", "all")
    write_object(object_path(lake.raw, DAYS[1]), [])
    report = lake.refine("--trade_dates", str(DAYS[1]))
    assert (report["dates"], report["rows_read"], report["rows_written"]) == (1, 0, 0)
    assert lake.catalog() == [f"data_pregao={DAYS[0]}/ativo=PETR4"]
    assert [row["data_pregao"] for row in lake.by_year()] == [DAYS[0]]


@pytest.mark.spark
def test_a_session_removed_from_raw_is_published_as_empty(lake: Lake) -> None:
    lake.ingest(quote("PETR4", day, "10") for day in DAYS[:3])
    lake.refine("--trade_dates", "all")
    shutil.rmtree(object_path(lake.raw, DAYS[1]).parent)
    report = lake.refine("--trade_dates", str(DAYS[1]))
    assert (report["dates"], report["rows_written"], report["partitions_dropped"]) == (1, 0, 1)
    kept = [f"data_pregao={day}/ativo=PETR4" for day in (DAYS[0], DAYS[2])]
    assert lake.catalog() == kept
    assert [name.rpartition("/")[0] for name in lake.files()] == kept
    assert [row["data_pregao"] for row in lake.by_year()] == [DAYS[0], DAYS[2]]


@pytest.mark.spark
def test_a_year_removed_from_raw_is_removed_from_files_and_catalog(lake: Lake) -> None:
    old, new = date(2020, 12, 30), date(2021, 1, 4)
    lake.ingest(quote("PETR4", day, "10") for day in (old, new))
    lake.refine("--trade_dates", "all")
    assert lake.catalog("cotacoes_por_ano") == ["ano=2020", "ano=2021"]
    shutil.rmtree(object_path(lake.raw, old).parent)
    lake.refine("--trade_dates", str(old))
    assert lake.catalog("cotacoes_por_ano") == ["ano=2021"]
    assert lake.files("cotacoes_por_ano") == ["ano=2021/cotacoes.parquet"]
    assert [row["data_pregao"] for row in lake.by_year()] == [new]


@pytest.mark.spark
def test_only_the_look_back_is_read(lake: Lake) -> None:
    lake.ingest(quote("PETR4", day, "10") for day in DAYS)
    lake.refine("--trade_dates", "all")
    for day in DAYS[:10]:
        object_path(lake.raw, day).write_bytes(b"no Parquet")
    report = lake.refine("--trade_dates", str(DAYS[20]), windows="3,5")
    # A window of 5 looks back on 2 * 5 sessions.
    assert (report["objects_read"], report["rows_looked_back"]) == (1 + 10, 10)


@pytest.mark.spark
def test_tables_that_the_catalog_has_lost_get_all_their_dates_again(
    lake: Lake, other_lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.fill(DAYS[:5])
    lake.refine()
    for table in ("cotacoes_diarias", "cotacoes_por_ano"):
        lake.spark.sql(f"DROP TABLE {lake.database}.{table}")
    for folder in ("_iceberg", "cotacoes"):
        shutil.rmtree(lake.refined / folder)
    lake.fill(DAYS[5:6])
    with monkeypatch.context() as patch:
        patch.setattr(job_run.refine_portion, "run", Mock(side_effect=OSError("killed with new, empty tables")))
        assert lake.run().status == 1
    assert lake.refine()["dates"] == 6
    lake.assert_same_as_one_full_run(other_lake)
