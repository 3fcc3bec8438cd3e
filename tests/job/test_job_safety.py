"""A bad raw object stops its own date or period only; a table unlike the contract stops a run.

A run completes what a killed one left.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import NO_YEARS_NO_ICEBERG, Lake
from lakes import RAW, event, object_path, quote, write_events, write_object, write_raw

import b3_kernels as b3
import refine_quotes
from b3_jobs.contract.dates import Days, partition_date
from b3_jobs.contract.options import Options
from b3_jobs.errors import StoreFault
from b3_jobs.files.storage import Storage
from b3_jobs.inputs import actions, ticker_ranges
from b3_jobs.inputs.raw import RawObject, check_objects, unreadable
from b3_jobs.ledger.observation import observe

DAYS = b3.sessions(date(2021, 1, 4), date(2021, 1, 15))
TICKERS = ("PETR4", "VALE3")


def with_column(name: str, kind: pa.DataType | None) -> pa.Schema:
    """Raw's schema with this column of another type, or without it."""
    index = RAW.get_field_index(name)
    return RAW.remove(index) if kind is None else RAW.set(index, pa.field(name, kind))


# For a bad object's day, its schema and the fault that is reported. Its row has no ticker.
BAD_OBJECTS = {
    DAYS[-5]: (RAW, "column ticker is null in 1 rows, expected in none"),
    DAYS[-4]: (with_column("close", pa.float64()), "column close is double, expected decimal128(18, 6)"),
    DAYS[-3]: (with_column("volume", None), "column volume is missing, expected int64"),
    DAYS[-2]: (
        with_column("bar_start", pa.timestamp("us")),
        "column bar_start is timestamp[us], expected timestamp[us, tz=UTC]",
    ),
    DAYS[-1]: (
        RAW.append(pa.field("adjclose", pa.float64())), "column adjclose is not one of a raw object's columns"
    ),
}  # fmt: skip


def test_a_raw_object_of_another_schema_or_without_a_ticker_is_a_fault(tmp_path: Path) -> None:
    for day, (schema, _) in BAD_OBJECTS.items():
        row = quote("", day, "10") | {"ticker": None, "close": 10}  # an int, which a decimal and a double column take
        write_object(object_path(tmp_path, day), [row], schema)
    objects = [RawObject(day, f"trade_date={day}/cotahist.parquet") for day in BAD_OBJECTS]
    _, faults = check_objects(Storage.at(str(tmp_path)), objects)
    assert list(faults) == objects
    for found, reason in faults.items():
        assert reason.startswith(f"file://{tmp_path}/{found.key}: {BAD_OBJECTS[found.trade_date][1]}")


@pytest.mark.spark
def test_a_raw_object_with_damaged_pages_is_reported_with_its_column(lake: Lake) -> None:
    lake.fill(DAYS, TICKERS)
    bad = object_path(lake.raw, DAYS[4])
    good = bad.read_bytes()
    # The bytes of the first three columns, of which ticker is the first.
    bad.write_bytes(good[:8] + b"\xff" * 192 + good[200:])
    result = lake.run("--trade_dates", "all", *NO_YEARS_NO_ICEBERG)
    assert result.status == 1
    fault = f"file://{bad}: not a readable Parquet file: column ticker: "
    assert f"error: {DAYS[4]} was not published: {fault}" in result.errors
    assert str(DAYS[4]) not in {row["data_pregao"] for row in lake.published()}
    assert len(lake.published()) == len(TICKERS) * (len(DAYS) - 1)
    bad.write_bytes(good)
    lake.refine("--trade_dates", str(DAYS[4]), "--affected", *NO_YEARS_NO_ICEBERG)
    assert len(lake.published()) == len(TICKERS) * len(DAYS)


@pytest.mark.spark
@pytest.mark.parametrize(
    "fault", ["not a readable Parquet file", f"column volume holds {2**63 - 1}, too large to add up"]
)
def test_a_bad_object_keeps_its_whole_period_unpublished(lake: Lake, fault: str) -> None:
    days = b3.sessions(date(2020, 12, 21), date(2021, 1, 15))
    lake.ingest(quote("PETR4", day, str(close)) for close, day in enumerate(days, 10))
    [bad] = lake.ingest([quote("PETR4", date(2021, 1, 6), "10", volume=2**63 - 1)])
    if "Parquet" in fault:
        bad.write_bytes(b"no Parquet")
    result = lake.run("--trade_dates", "all", "--every", "1w,1mo")
    assert result.status == 1
    tables = ["cotacoes_semanais", "cotacoes_mensais"]
    # Both the week and the month of the bad day are dated by 2021-01-04.
    assert [list(table["failed"]) for table in result.report["tables"]] == [["2021-01-04"]] * 2
    named = ", ".join(f"{lake.database}.{table}" for table in tables)
    assert f"error: 2021-01-04 was not published in {named}: file://{bad}: {fault}" in result.errors
    for every, table in zip(("1w", "1mo"), tables, strict=True):
        complete = sorted({str(partition_date(day, every)) for day in days})
        assert [row["data_pregao"] for row in lake.published(table)] == [day for day in complete if day != "2021-01-04"]


def test_a_bar_without_a_ticker_fails_an_object_without_statistics_too(tmp_path: Path) -> None:
    bad = object_path(tmp_path, DAYS[0])
    write_object(bad, [quote("", DAYS[0], "10") | {"ticker": None}])
    pq.write_table(pq.read_table(bad, partitioning=None), bad, write_statistics=False)
    good, faults = check_objects(Storage.at(str(tmp_path)), [RawObject(DAYS[0], str(bad.relative_to(tmp_path)))])
    assert (good, list(faults.values())) == ([], [f"file://{bad}: column ticker is null in 1 rows, expected in none"])


def test_a_number_far_below_zero_and_values_that_are_not_of_their_type_are_faults(tmp_path: Path) -> None:
    negative, text, digits = (object_path(tmp_path, day) for day in DAYS[:3])
    write_object(negative, [quote("PETR4", DAYS[0], "10") | {"trades": -(2**62)}])
    for path, day in ((text, DAYS[1]), (digits, DAYS[2])):
        write_object(path, [quote("PETR4", day, "10")])
    table = pq.read_table(text, partitioning=None)
    isin = pa.Array.from_buffers(pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\1\0\0\0"), pa.py_buffer(b"\xe1")])
    close = pa.Array.from_buffers(pa.decimal128(18, 6), 1, [None, pa.py_buffer((10**18).to_bytes(16, "little"))])
    for path, name, values in ((text, "isin", isin), (digits, "close", close)):
        pq.write_table(table.set_column(table.column_names.index(name), name, values), path)
    store = Storage.at(str(tmp_path))
    objects = [RawObject(day, str(object_path(tmp_path, day).relative_to(tmp_path))) for day in DAYS[:3]]
    faults = list(unreadable(store, objects).values())
    assert faults[0] == f"file://{negative}: column trades holds {-(2**62)}, too large to add up"
    assert faults[1].startswith(f"file://{text}: not a readable Parquet file: column isin: ")
    assert faults[2].startswith(f"file://{digits}: not a readable Parquet file: column close: ")
    with pytest.raises(pa.ArrowInvalid, match="Decimal value 1000000000000000000 does not fit"):
        ticker_ranges.read(store, objects[2:], ticker_ranges.TickerRange())


@pytest.mark.parametrize("failures", [1, 2])
def test_an_object_is_judged_by_a_second_reading_and_unread_if_that_fails_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failures: int
) -> None:
    write_raw(tmp_path / "raw", [quote("PETR4", DAYS[0], "10")])
    write_events(tmp_path / "actions", [event("PETR4", DAYS[0], "split", 2, 1)])
    options = Options(str(tmp_path / "raw"), "refined")
    seen, store, genuine = observe(options), Storage.at(options.raw_path), Storage.open
    objects = [RawObject(DAYS[0], key) for key in seen.raw]
    checks: list[Callable[[], dict[Any, str]]] = [
        lambda: check_objects(store, objects)[1],
        lambda: unreadable(store, objects),
        lambda: actions.read(Storage.at(options.actions_folder), seen, [Days(DAYS[0], DAYS[0])])[1],
    ]
    for check in checks:
        opened = count(1)

        def failing(place: Storage, key: str, opened: Iterator[int] = opened) -> Any:
            if next(opened) <= failures:
                raise OSError("503 SlowDown")
            return genuine(place, key)

        monkeypatch.setattr(Storage, "open", failing)
        faults = list(check().values())
        assert len(faults) == failures - 1
        assert all(isinstance(fault, StoreFault) and fault.endswith("cannot be read: 503 SlowDown") for fault in faults)


@pytest.mark.spark
def test_a_table_of_other_columns_or_at_another_location_is_refused_and_both_are_printed(lake: Lake) -> None:
    lake.fill(DAYS, TICKERS)
    lake.refine("--trade_dates", "all", windows="3,5")
    before = lake.published()
    result = lake.run("--trade_dates", "all", windows="3,6")
    assert result.status == 1
    catalog, contract = result.errors.partition("catalog: ")[2].split("; contract: ")
    assert "media_movel_5 double" in catalog
    assert "media_movel_6" not in catalog
    assert "media_movel_6 double" in contract
    assert "partitioned by data_pregao date, ativo string" in contract
    result = lake.run("--trade_dates", "all", "--refined_path", str(lake.root / "elsewhere"))
    assert result.status == 1
    assert f"the catalog has it at file://{lake.refined}/cotacoes_diarias, --refined_path has it at" in result.errors
    assert lake.published() == before


@pytest.mark.spark
def test_a_run_after_a_killed_one_completes_the_tables(lake: Lake, other_lake: Lake) -> None:
    tickers = [f"TICK{number}" for number in range(30)]
    for each in (lake, other_lake):
        each.fill(DAYS, tickers, seed=1)
    stuck = lake.root / "stuck"
    # stalling.py runs the job, writes some of its files, makes the file `stuck` and waits.
    program = [sys.executable, str(Path(__file__).with_name("stalling.py")), str(stuck), *lake.arguments()]
    killed = subprocess.Popen(
        program, env=lake.environment(), cwd=lake.root, stderr=subprocess.DEVNULL, stdout=subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    last = time.monotonic() + 300
    try:
        while not stuck.exists():
            assert killed.poll() is None
            assert time.monotonic() < last
            time.sleep(0.05)
    finally:
        os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate()
    assert 0 < len(lake.files()) < len(DAYS) * len(tickers)
    rerun = lake.run_program(sys.executable, refine_quotes.__file__, *lake.arguments())
    assert rerun.returncode == 0, rerun.stderr
    other_lake.refine("--trade_dates", "all")
    lake.assert_same_rows_as(other_lake)
