"""Corporate actions in the job: equality with a naive Python twin, late, bad and missing events."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import NO_YEARS_NO_ICEBERG, Lake
from lakes import RAW, Row, event, object_path, quote, random_quote, write_events, write_object, write_raw
from test_job_twin import refine_by_twin

import b3_kernels as b3
from b3_jobs.contract.dates import Days, partition_date
from b3_jobs.contract.options import Options
from b3_jobs.files.storage import Storage
from b3_jobs.inputs import actions
from b3_jobs.inputs.raw import RawObject, check_objects
from b3_jobs.ledger.observation import observe

DAYS = b3.sessions(date(2020, 12, 14), date(2021, 2, 5))
FLAGS = ("ON", "ON  ED  NM", "ON  EB", "ON  EX", None)
# Kinds of events with new and old shares, an amount, or neither.
SIZES: list[tuple[Any, ...]] = [
    ("split", 2, 1), ("split", 1, 10), ("split", 11, 10), ("split", 1, 1),
    ("dividend", "0.37"), ("dividend", "0.12345678"), ("dividend", "0"), ("subscription",),
]  # fmt: skip


def history(seed: int) -> list[Row]:
    """Tickers with rising distribution numbers, an old currency, few trades, or Yahoo's data."""
    rng, number, rows = random.Random(seed), 100, []
    for day in DAYS:
        number += rng.random() < 0.1
        marks = {"distribution": number, "specification": rng.choice(FLAGS) if rng.random() < 0.3 else "ON"}
        rows.append(random_quote(rng, "PETR4", day) | marks)
        if rng.random() < 0.4:
            rows.append(random_quote(rng, "THIN3", day) | marks)
        rows.append(random_quote(rng, "OLDM3", day) | {"currency": "CR$" if day < DAYS[20] else "BRL"})
        rows.append(random_quote(rng, "YHOO4", day, "yahoo"))
    return rows


def random_events(seed: int) -> list[Row]:
    """Events of three sources, on sessions and on closed days, several on one day."""
    rng, rows = random.Random(seed), []
    for _ in range(24):
        ticker, ex_date = rng.choice(("PETR4", "THIN3", "OLDM3", "YHOO4")), rng.choice(DAYS)
        ex_date = rng.choice((ex_date, ex_date, date(2021, 1, 1), date(2021, 1, 24)))
        source = rng.choice(("b3", "b3", "yahoo", "manual"))
        kind, *size = rng.choice(SIZES)
        rows.append(event(ticker, ex_date, kind, *size, source=source))
    return rows


def by_twin(raw: list[Row], events: list[Row], every: str, windows: tuple[int, ...], **options: str) -> list[Row]:
    rows, _rejected = refine_by_twin(raw, every=every, windows=windows, actions=events, **options)
    return rows


@pytest.mark.spark
def test_tables_with_events_equal_the_python_twin(lake: Lake) -> None:
    raw, events = history(1), random_events(1)
    lake.ingest(raw)
    write_events(lake.root / "actions", events)
    report = lake.refine("--trade_dates", "all", "--every", "1d,1w", *NO_YEARS_NO_ICEBERG, windows="2,5")
    daily = by_twin(raw, events, "1d", (2, 5))
    assert lake.published() == daily
    assert lake.published("cotacoes_semanais") == by_twin(raw, events, "1w", (2, 5))
    found = [row["ajuste"] for row in daily]
    assert {"nenhum", "aplicado", "sem_fator", "nao_verificavel"} <= set(found)
    table = next(table for table in report["tables"] if table["every"] == "1d")
    assert (table["events_applied"], table["sem_fator"]) == (found.count("aplicado"), found.count("sem_fator"))
    assert len(table["unexplained"]) == found.count("sem_fator")


@pytest.mark.spark
@pytest.mark.parametrize("options", [{"adjust": "none"}, {"unknown_actions": "keep"}], ids=["none", "keep"])
def test_adjust_options_are_passed_to_the_kernels(lake: Lake, options: dict[str, str]) -> None:
    raw, events = history(2), random_events(2)
    lake.ingest(raw)
    write_events(lake.root / "elsewhere", events)
    given = [text for name, value in options.items() for text in (f"--{name}", value)]
    lake.refine("--actions_path", str(lake.root / "elsewhere"), *given, *NO_YEARS_NO_ICEBERG, windows="2,5")
    assert lake.published() == by_twin(raw, events, "1d", (2, 5), **options)
    assert lake.published() != by_twin(raw, events, "1d", (2, 5))


@pytest.mark.spark
def test_late_corrected_and_cancelled_events_give_the_result_of_one_full_run(lake: Lake, other_lake: Lake) -> None:
    raw = history(3)
    lake.ingest(raw)
    lake.refine(*NO_YEARS_NO_ICEBERG)
    holiday = date(2021, 1, 25)
    news = [
        [event("PETR4", DAYS[10], "split", 2, 1)],
        [event("PETR4", holiday, "dividend", "0.50"), event("THIN3", holiday, "bonus", 11, 10)],
        [event("PETR4", DAYS[10], "split", 4, 1)],
        [event("PETR4", DAYS[10], "split", 3, 1, source="yahoo")],
        [event("PETR4", holiday, "dividend", "0", source="manual")],
    ]
    for rows in news:
        write_events(lake.root / "actions", rows)
        report = lake.refine("--trade_dates", str(rows[0]["ex_date"]), "--affected", *NO_YEARS_NO_ICEBERG)
        assert report["dates"] < len(DAYS)
    lake.assert_same_as_one_full_run(other_lake, *NO_YEARS_NO_ICEBERG)
    kept = [row for rows in news[1:] for row in rows]  # news[2] has replaced news[0]
    assert lake.published() == by_twin(raw, kept, "1d", (3, 5))


@pytest.mark.spark
def test_a_bad_object_of_actions_fails_the_dates_whose_look_back_holds_it(lake: Lake) -> None:
    lake.ingest(quote("PETR4", day, str(close)) for close, day in enumerate(DAYS, 10))
    [bad] = write_events(lake.root / "actions", [event("PETR4", DAYS[8], "split", 2, 1, source="yahoo")])
    bad.write_bytes(b"no Parquet")
    write_events(lake.root / "actions", [event("PETR4", DAYS[8], "split", 2, 1)])
    result = lake.run("--trade_dates", "all", *NO_YEARS_NO_ICEBERG, windows="3")
    assert result.status == 1
    lost = [str(day) for day in DAYS[8 : 8 + 2 * 3 + 1]]  # a window of 3 looks back on 2 * 3 sessions
    assert list(result.report["failed"]) == lost
    assert all(f"file://{bad}: not a readable Parquet file" in reason for reason in result.report["failed"].values())
    assert [row["data_pregao"] for row in lake.published()] == [str(day) for day in DAYS if str(day) not in lost]
    bad.unlink()
    lake.refine("--trade_dates", str(DAYS[8]), "--affected", *NO_YEARS_NO_ICEBERG, windows="3")
    assert [row["data_pregao"] for row in lake.published()] == [str(day) for day in DAYS]
    assert [row["acoes_novas"] for row in lake.published()].index(2) == 8


@pytest.mark.spark
@pytest.mark.parametrize(
    ("every", "table", "splits", "fault", "lost"),
    [
        (
            "1d", "cotacoes_diarias", {"2020-12-29": 10**10, "2020-12-30": 10**10},
            "the share events of PETR4 up to 2020-12-30, multiplied, do not fit 64-bit integers",
            {"2020-12-30", "2021-01-04", "2021-01-05"},
        ),
        (
            "1w", "cotacoes_semanais", {"2020-12-30": 10**15},
            "column volume: the result for PETR4 from 2020-12-28 does not fit Int64",
            {"2020-12-28", "2021-01-04", "2021-01-11"},
        ),
    ],
    ids=["ratio", "volume"],
)  # fmt: skip
def test_events_with_results_too_large_for_their_columns_fail_the_dates_that_look_back_on_them(
    lake: Lake, every: str, table: str, splits: dict[str, int], fault: str, lost: set[str]
) -> None:
    # Without a bar on 2020-12-29 its split belongs to the bar of 2020-12-30.
    days = [day for day in DAYS if day != date(2020, 12, 29)]
    lake.ingest(quote("PETR4", day, str(close), volume=10**6) for close, day in enumerate(days, 10))
    events = [event("PETR4", date.fromisoformat(day), "split", shares, 1) for day, shares in splits.items()]
    write_events(lake.root / "actions", events)
    # A window of 1 looks back on 2 sessions or weeks.
    result = lake.run("--trade_dates", "all", "--every", every, windows="1")
    assert result.status == 1
    assert result.report["failed"] == dict.fromkeys(lost, fault)
    dates = {str(partition_date(day, every)) for day in days}
    assert {row["data_pregao"] for row in lake.published(table)} == dates - lost


@pytest.mark.spark
def test_a_step_without_an_event_is_reported_with_its_numbers_flags_and_closes(lake: Lake) -> None:
    before = [quote("BSLI3", day, "156.00", distribution=179, specification="ON") for day in DAYS[:4]]
    after = [quote("BSLI3", day, "38.00", distribution=180, specification="ON  EB") for day in DAYS[4:12]]
    calm = [quote("PETR4", day, "30", distribution=100 + (day >= DAYS[5]), specification="PN  ED") for day in DAYS[:12]]
    lake.ingest([*before, *after, *calm])
    report = lake.refine("--trade_dates", "all", *NO_YEARS_NO_ICEBERG, windows="3")
    named = f"BSLI3 {DAYS[4]}: distribution 179 to 180, 'ON  EB', 156 to 38 (0.2436)"
    assert (report["sem_fator"], report["unexplained"]) == (1, [named])
    assert report["quality"]["ajuste: ajuste <> 'sem_fator'"] == {"severity": "warning", "rows": 1}
    averages = [row["media_movel_3"] for row in lake.published() if row["ativo"] == "BSLI3"]
    assert averages == [None, None, 156.0, 156.0, None, None, *[38.0] * 6]
    write_events(lake.root / "actions", [event("BSLI3", DAYS[4], "split", 4, 1, source="manual")])
    report = lake.refine("--trade_dates", str(DAYS[4]), "--affected", *NO_YEARS_NO_ICEBERG, windows="3")
    assert (report["sem_fator"], report["unexplained"], report["events_applied"]) == (0, [], 1)
    averages = [row["media_movel_3"] for row in lake.published() if row["ativo"] == "BSLI3"]
    assert averages == [None, None, 156.0, 156.0, (39 + 39 + 38) / 3, (39 + 38 + 38) / 3, *[38.0] * 6]


def read(root: Path, spans: list[Days]) -> tuple[list[Row], dict[date, str]]:
    """The events that a run reads from `root/actions`, and the fault of each ex-date with one."""
    write_raw(root / "raw", [quote("PETR4", DAYS[0], "10")])  # without raw the actions are not listed
    options = Options(str(root / "raw"), "refined")
    events, faults = actions.read(Storage.at(options.actions_folder), observe(options), spans)
    return events.to_pylist(), faults


def test_only_events_of_the_look_back_are_read_and_each_from_one_source(tmp_path: Path) -> None:
    folder = tmp_path / "actions"
    splits = [event("PETR4", DAYS[3], "split", 2, 1), event("PETR4", DAYS[3], "split", 3, 1, source="yahoo")]
    write_events(folder, [*splits, event("PETR4", DAYS[9], "dividend", "0.5")])
    write_events(folder, [event("PETR4", DAYS[1], "split", 5, 1)])[0].write_bytes(b"never opened")
    events, faults = read(tmp_path, [Days(DAYS[2], DAYS[4]), Days(DAYS[8], DAYS[9])])
    assert [(row["ex_date"], row["kind"], row["numerator"], row["amount"]) for row in events] == [
        (DAYS[3], "split", 2, None),
        (DAYS[9], "dividend", None, Decimal("0.5")),
    ]
    assert faults == {}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"kind": "splitt"}, 'column kind, row 0: found "splitt", expected split, bonus'),
        ({"ticker": None}, "column ticker, row 0: found null, expected a ticker"),
        ({"numerator": 0}, "column numerator, row 0: found 0, expected a whole number of shares from 1"),
    ],
)
def test_an_invalid_event_is_reported_with_its_object_and_fails_its_ex_date(
    tmp_path: Path, change: Row, fault: str
) -> None:
    good, wrong = event("PETR4", DAYS[3], "split", 2, 1, source="manual"), event("PETR4", DAYS[3], "split", 2, 1)
    bad, _ = write_events(tmp_path / "actions", [wrong | change, good])
    write_events(tmp_path / "actions", [event("PETR4", DAYS[4], "split", 2, 1)])
    events, faults = read(tmp_path, [Days(DAYS[0], DAYS[9])])
    assert [row["ex_date"] for row in events] == [DAYS[4]]
    assert list(faults) == [DAYS[3]]
    assert faults[DAYS[3]].startswith(f"file://{bad}: ")
    assert fault in faults[DAYS[3]]


def test_an_actions_object_of_another_schema_or_source_is_an_error(tmp_path: Path) -> None:
    [path] = write_events(tmp_path / "actions", [event("PETR4", DAYS[3], "split", 2, 1)])
    pq.write_table(pa.table({"ticker": ["PETR4"], "kind": ["split"]}), path)
    [rumour] = write_events(tmp_path / "actions", [event("PETR4", DAYS[4], "split", 2, 1, source="rumour")])
    _, faults = read(tmp_path, [Days(DAYS[0], DAYS[9])])
    assert faults[DAYS[3]] == f"file://{path}: column amount is missing, expected decimal128(18, 8)"
    assert faults[DAYS[4]].startswith(f"file://{rumour}: actions, column source, row 0")


@pytest.mark.parametrize(
    ("source", "command"),
    [
        ("cotahist", "b3-ingest cotahist --year 2020 --replace --dest LAKE"),
        ("yahoo", f"b3-ingest yahoo --tickers-file FILE --from {DAYS[0]} --to {DAYS[0]} --replace --dest LAKE"),
        (
            "yahoo-1h",
            f"b3-ingest yahoo --tickers-file FILE --interval 1h --from {DAYS[0]} --to {DAYS[0]} --replace --dest LAKE",
        ),
    ],
)
def test_a_raw_object_without_the_action_columns_is_refused_with_the_command_that_rewrites_it(
    tmp_path: Path, source: str, command: str
) -> None:
    old = pa.schema([field for field in RAW if field.name not in ("currency", "distribution", "specification")])
    path = object_path(tmp_path, DAYS[0], source)
    write_object(path, [quote("PETR4", DAYS[0], "10", source=source)], old)
    found = RawObject(DAYS[0], str(path.relative_to(tmp_path)))
    _, faults = check_objects(Storage.at(str(tmp_path)), [found])
    [fault] = faults.values()
    assert fault.startswith(f"file://{path}: column currency is missing, expected string: ")
    assert f"write it anew with `{command}`, with " in fault
