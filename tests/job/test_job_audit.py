"""The audit finds every injected defect by its name, and repairs those that it can."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from datetime import date
from io import StringIO
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import WINDOWS, Lake
from lakes import Row, object_path, quote, random_quote
from pyspark.sql import SparkSession

import b3_kernels as b3
from b3_jobs.audit import checks, command, months
from b3_jobs.contract.published_table import PublishedTable
from b3_jobs.tables import catalog, iceberg_table, year_table
from b3_jobs.tables.quote_files import partition

DAYS = b3.sessions(date(2020, 12, 28), date(2021, 1, 6))
# The exchange's own quote shows that it was open on this Saturday, whatever the calendar has.
DAY, SATURDAY = DAYS[-2], date(2021, 1, 2)
KEYS = [(day, ticker) for day in DAYS for ticker in ("PETR4", "VALE3")]
QUOTE = "cotacao.parquet"
NOTHING_FOUND = (0, {"found": 0, "left": 0, "kinds": {}, "notes": {}}, "")


def file_of(lake: Lake, key: tuple[date, str], name: str = QUOTE) -> Path:
    return lake.refined / "cotacoes_diarias" / partition(*key) / name


def year_file(lake: Lake, year: int) -> Path:
    return lake.refined / "cotacoes_por_ano" / f"ano={year}" / "cotacoes.parquet"


def rewrite(path: Path, change: Callable[[pa.Table], pa.Table]) -> None:
    pq.write_table(change(pq.ParquetFile(path).read()), path)


def with_column(rows: pa.Table, name: str, values: pa.Array) -> pa.Table:
    field = rows.schema.field(name).with_type(values.type)
    return rows.set_column(rows.schema.get_field_index(name), field, values)


def audit(lake: Lake, *arguments: str) -> int:
    return command.main(
        ["--refined_path", str(lake.refined), "--database", lake.database, "--windows", WINDOWS, *arguments]
    )


def run_audit(lake: Lake, *arguments: str) -> tuple[int, dict[str, object], str]:
    """Returns the status, the closing line and the lines before it, which list the findings."""
    with redirect_stdout(StringIO()) as out:
        status = audit(lake, *arguments)
    *lines, closing = out.getvalue().splitlines()
    return status, json.loads(closing), "\n".join(lines)


def refused(lake: Lake, *arguments: str) -> str:
    """The error of an audit that is refused."""
    with redirect_stderr(StringIO()) as err:
        assert audit(lake, *arguments) == 1
    return err.getvalue()


def forget(lake: Lake, day: date, ticker: str) -> None:
    catalog.drop(lake.spark, PublishedTable.of(lake.options), [(day, ticker)])


def lose_file(lake: Lake) -> None:
    file_of(lake, KEYS[0]).unlink()


def forget_partition(lake: Lake) -> None:
    forget(lake, *KEYS[1])


def second_file(lake: Lake) -> None:
    file_of(lake, KEYS[2], "part-00000.snappy.parquet").write_bytes(file_of(lake, KEYS[3]).read_bytes())


def second_file_before_the_first(lake: Lake) -> None:
    """Both files are valid: the repair keeps the job's, whatever the name of the other."""
    stale = pq.ParquetFile(file_of(lake, KEYS[10])).read()
    other_price = with_column(stale, "abertura", pa.array([None], stale.schema.field("abertura").type))
    pq.write_table(other_price, file_of(lake, KEYS[10], "00000.parquet"))


def stray_in_years(lake: Lake) -> None:
    (lake.refined / "cotacoes_por_ano" / "_SUCCESS").write_text("")


def impossible_dates(lake: Lake) -> None:
    for name in ("cotacoes_diarias/data_pregao=2021-13-45/ativo=PETR4", "cotacoes_por_ano/ano=0000"):
        stray = lake.refined / name / QUOTE
        stray.parent.mkdir(parents=True)
        stray.write_bytes(file_of(lake, KEYS[0]).read_bytes())


def stray_file(lake: Lake) -> None:
    (lake.refined / "cotacoes_diarias" / "_temporary").write_text("left by a killed run")


def price_as_double(lake: Lake) -> None:
    rewrite(file_of(lake, KEYS[4]), lambda rows: with_column(rows, "fechamento", rows["fechamento"].cast(pa.float64())))


def row_of_another_ticker(lake: Lake) -> None:
    file_of(lake, KEYS[5]).write_bytes(file_of(lake, KEYS[6]).read_bytes())


def two_rows(lake: Lake) -> None:
    rewrite(file_of(lake, KEYS[7]), lambda rows: pa.concat_tables([rows, rows]))


def no_parquet(lake: Lake) -> None:
    file_of(lake, KEYS[8]).write_bytes(b"PAR1")


def closed_day(lake: Lake) -> None:
    holiday = (date(2021, 1, 1), "PETR4")
    # Without the file's metadata, which name the place of the row that is copied.
    rows = pq.ParquetFile(file_of(lake, KEYS[9])).read().replace_schema_metadata(None)
    file_of(lake, holiday).parent.mkdir(parents=True)
    pq.write_table(with_column(rows, "fonte", pa.array(["yahoo"])), file_of(lake, holiday))
    catalog.add(lake.spark, PublishedTable.of(lake.options), [holiday])


def yahoo_file_beside_the_exchange_s(lake: Lake) -> None:
    key = (SATURDAY, "PETR4")
    rows = pq.ParquetFile(file_of(lake, key)).read()
    pq.write_table(with_column(rows, "fonte", pa.array(["yahoo"])), file_of(lake, key, "yahoo.parquet"))


def state_of(lake: Lake) -> tuple[object, ...]:
    """The rows of the three daily tables, and the partitions of the first two."""
    return lake.published(), lake.by_year(), lake.iceberg(), lake.catalog(), lake.catalog("cotacoes_por_ano")


def lost_year(lake: Lake) -> None:
    year_file(lake, 2020).unlink()


def unreadable_year(lake: Lake) -> None:
    year_file(lake, 2020).write_bytes(b"PAR1")


def year_with_a_price_as_double(lake: Lake) -> None:
    rewrite(year_file(lake, 2020), lambda rows: with_column(rows, "fechamento", rows["fechamento"].cast("double")))


def second_year_file(lake: Lake) -> None:
    year_file(lake, 2021).with_name("more.parquet").write_bytes(year_file(lake, 2021).read_bytes())


def year_without_a_row(lake: Lake) -> None:
    rewrite(year_file(lake, 2020), lambda rows: rows.slice(1))


def unsorted_year(lake: Lake) -> None:
    rewrite(year_file(lake, 2021), lambda rows: rows[::-1])


def month_file(lake: Lake, month: str) -> Path:
    """The month's file in the Iceberg table's present state."""
    (name,) = [name for name in iceberg_table.data_files(PublishedTable.of_iceberg(lake.options)) if month in name]
    return lake.refined / "cotacoes" / name


def lost_month(lake: Lake) -> None:
    month_file(lake, "2020-12").unlink()


def other_price_in_a_month(lake: Lake) -> None:
    rewrite(month_file(lake, "2021-01"), lambda rows: with_column(rows, "fechamento", rows["abertura"]))


def forgotten_year(lake: Lake) -> None:
    lake.spark.sql(f"ALTER TABLE {lake.database}.cotacoes_por_ano DROP PARTITION (ano = 2021)")


DEFECTS_AT_ONCE: list[list[tuple[Callable[[Lake], None], str]]] = [
    [
        (impossible_dates, f"stray file: {{table}}/data_pregao=2021-13-45/ativo=PETR4/{QUOTE}: its name is not"),
        (impossible_dates, f"stray file: {{years}}/ano=0000/{QUOTE}: "),
        (lose_file, f"partition without file: {{table}}/{partition(*KEYS[0])}"),
        (forget_partition, f"file without partition: {{table}}/{partition(*KEYS[1])}"),
        (second_file, f"more than one file: {{table}}/{partition(*KEYS[2])}: cotacao.parquet, part-00000"),
        (
            second_file_before_the_first,
            f"more than one file: {{table}}/{partition(*KEYS[10])}: 00000.parquet, cotacao",
        ),
        (stray_file, "stray file: {table}/_temporary"),
        (stray_in_years, "stray file: {years}/_SUCCESS"),
        (
            price_as_double,
            f"bad file: {{table}}/{partition(*KEYS[4])}/{QUOTE}: column fechamento is double, expected",
        ),
        (row_of_another_ticker, f"{partition(*KEYS[5])}/{QUOTE}: holds the row of {KEYS[6][1]} on {KEYS[6][0]}"),
        (two_rows, f"bad file: {{table}}/{partition(*KEYS[7])}/{QUOTE}: 2 rows, expected 1"),
        (no_parquet, f"bad file: {{table}}/{partition(*KEYS[8])}/{QUOTE}: not a readable Parquet file"),
        (closed_day, "not a session: {table}/data_pregao=2021-01-01/ativo=PETR4: yahoo has it"),
        (yahoo_file_beside_the_exchange_s, "not a session: {table}/data_pregao=2021-01-02/ativo=PETR4: yahoo has it"),
    ],
    [
        (lost_year, "year file differs: {years}/ano=2020: 0 files, expected 1"),
        (second_year_file, "year file differs: {years}/ano=2021: 2 files, expected 1"),
        # Seven faults: the month's six rows, and the file.
        (lost_month, "month differs: {iceberg}/2020-12: PETR4 on 2020-12-28 differs from its partition and 6 more"),
        (other_price_in_a_month, "month differs: {iceberg}/2021-01: PETR4 on 2021-01-02 differs from its partition"),
    ],
    [
        (year_without_a_row, "year file differs: {years}/ano=2020: PETR4 on 2020-12-28 differs from its partition"),
        (unsorted_year, "year file differs: {years}/ano=2021: PETR4 on 2021-01-02 differs"),
    ],
    [(forgotten_year, "year file differs: {years}/ano=2021: is not in the catalog")],
]


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    rng = random.Random(8)
    quotes = [random_quote(rng, ticker, day) for day, ticker in KEYS]
    return [*quotes, random_quote(rng, "PETR4", SATURDAY)]


@pytest.fixture
def published(lake: Lake, rows: list[Row]) -> Lake:
    lake.ingest(rows)
    lake.refine("--trade_dates", "all")
    return lake


@pytest.fixture(scope="module")
def shared(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory, rows: list[Row]) -> Lake:
    """A lake as `published`, for all tests that leave it as it was."""
    lake = Lake(spark, tmp_path_factory.mktemp("audited"), "b3_audited")
    lake.ingest(rows)
    lake.refine("--trade_dates", "all")
    return lake


@pytest.fixture
def restored(shared: Lake) -> Iterator[Lake]:
    """The shared lake; when a test ends, its daily tables must be as before."""
    before = state_of(shared)
    yield shared
    assert state_of(shared) == before


@pytest.mark.spark
def test_each_defect_is_found_and_repaired(restored: Lake) -> None:
    assert run_audit(restored) == NOTHING_FOUND
    before = state_of(restored)
    tables = {"table": "cotacoes_diarias", "years": "cotacoes_por_ano", "iceberg": "cotacoes"}
    names = {key: f"{restored.database}.{table}" for key, table in tables.items()}
    for defects in DEFECTS_AT_ONCE:
        for inject in dict.fromkeys(inject for inject, _ in defects):
            inject(restored)
        status, closing, printed = run_audit(restored, "--repair")
        for inject, message in defects:
            assert message.format(**names) in printed, (inject.__name__, printed)
        assert (status, closing["left"]) == (0, 0), printed
        assert state_of(restored) == before
        assert {name.rpartition("/")[2] for name in restored.files()} == {QUOTE}
        assert {name.rpartition("/")[2] for name in restored.files("cotacoes_por_ano")} == {"cotacoes.parquet"}


@pytest.mark.spark
@pytest.mark.parametrize(
    ("inject", "owner", "step"),
    [
        (closed_day, command, "repair_files"),
        (unsorted_year, year_table, "replace"),
        (other_price_in_a_month, iceberg_table, "replace_dates"),
    ],
)
def test_what_a_run_publishes_beside_a_repair_is_kept_or_pending(
    published: Lake, other_lake: Lake, monkeypatch: pytest.MonkeyPatch,
    inject: Callable[[Lake], None], owner: ModuleType, step: str,
) -> None:  # fmt: skip
    """The repair has listed the files when a run publishes a new session and a holiday's quote."""
    inject(published)
    genuine = getattr(owner, step)

    def overtaken(*arguments: Any, **named: Any) -> Any:
        monkeypatch.setattr(owner, step, genuine)
        published.ingest([quote("PETR4", day, "10") for day in (date(2021, 1, 1), date(2021, 1, 7))])
        published.refine()
        return genuine(*arguments, **named)

    monkeypatch.setattr(owner, step, overtaken)
    assert "another run" in refused(published, "--repair")
    published.refine()
    published.assert_same_as_one_full_run(other_lake)


@pytest.mark.spark
def test_repair_removes_from_the_year_file_a_row_without_partition(published: Lake, rows: list[Row]) -> None:
    file_of(published, KEYS[0]).unlink()
    forget(published, *KEYS[0])
    status, closing, printed = run_audit(published, "--repair")
    table, (day, ticker) = f"{published.database}.cotacoes_por_ano", KEYS[0]
    assert printed.splitlines() == [
        f"found: year file differs: {table}/ano=2020: {ticker} on {day} has no partition",
        f"found: month differs: {published.database}.cotacoes/2020-12: {ticker} on {day} has no partition",
    ]
    assert (status, closing["left"]) == (0, 0)
    assert KEYS[0] not in [(row["data_pregao"], row["ativo"]) for row in published.by_year()]
    assert len(published.by_year()) == len(published.published()) == len(published.iceberg()) == len(rows) - 1


@pytest.mark.spark
def test_a_missing_session_is_found_and_repaired_from_raw(restored: Lake) -> None:
    for ticker in ("PETR4", "VALE3"):
        file_of(restored, (DAY, ticker)).unlink()
        forget(restored, DAY, ticker)
    year_file(restored, 2021).unlink()
    status, closing, printed = run_audit(restored, "--repair")
    # `kinds` counts what was found, repaired or not.
    assert (status, closing["kinds"]) == (1, {checks.MISSING: 1, checks.YEAR: 1, months.MONTH: 1})
    assert f"left: missing session: {restored.database}.cotacoes_diarias/data_pregao={DAY}" in printed
    assert audit(restored, "--repair", "--raw_path", str(restored.raw)) == 0
    assert audit(restored) == 0


@pytest.mark.spark
def test_audit_of_listed_dates_reports_those_only(restored: Lake) -> None:
    first, last = KEYS[0], KEYS[-1]
    file_of(restored, first).unlink()
    forget(restored, *last)
    for (day, ticker), kind in ((first, checks.NO_FILE), (last, checks.NOT_REGISTERED)):
        status, closing, printed = run_audit(restored, "--trade_dates", str(day))
        assert (status, closing["kinds"]) == (1, {kind: 1})
        assert f"data_pregao={day}/ativo={ticker}" in printed
    between = f"{DAYS[1]}..{DAYS[-2]}"
    for days in (between, "2021-01-01"):  # the second is a holiday
        assert run_audit(restored, "--trade_dates", days) == NOTHING_FOUND
    for wrong, message in (
        ((between, "--repair", "true"), "a part of the table is for looking at"),
        ((f"{DAYS[0]},{DAYS[2]}",), "expected all, one date or one range"),
        (("pending",), "expected all, one date or one range"),
    ):
        assert message in refused(restored, "--trade_dates", *wrong)
    assert audit(restored, "--repair") == 0


@pytest.mark.spark
@pytest.mark.parametrize(
    ("tables", "defects"),
    [
        ("diarias", []),
        ("cotacoes", [lost_month]),
        ("por_ano,cotacoes", [lost_year, lost_month]),
        ("por_ano,cotacoes", [unreadable_year, other_price_in_a_month]),
    ],
)
def test_a_lake_with_some_forms_of_the_daily_table_is_audited_and_gets_no_others(
    lake: Lake, rows: list[Row], tables: str, defects: list[Callable[[Lake], None]]
) -> None:
    lake.ingest(rows)
    lake.refine("--trade_dates", "all", "--tables", tables)
    assert run_audit(lake) == NOTHING_FOUND
    kept = [row for row in rows if row["trade_date"] == DAY][:1]
    object_path(lake.raw, DAY).unlink()
    lake.refine("--trade_dates", str(DAY), "--tables", tables, "--allow_drops", "9")
    status, closing, printed = run_audit(lake)
    assert (status, closing["kinds"]) == (1, {checks.MISSING: 1}), printed
    lake.ingest(kept)
    assert audit(lake, "--repair", "--raw_path", str(lake.raw)) == 0
    forms = {"diarias": "cotacoes_diarias", "por_ano": "cotacoes_por_ano", "cotacoes": "cotacoes"}
    published = {place.name for place in lake.refined.iterdir() if place.name.startswith("cotacoes")}
    assert published == {forms[table] for table in tables.split(",")}
    lake.refine("--tables", tables)
    before = lake.by_year(), lake.iceberg()
    for defect in defects:
        defect(lake)
    assert audit(lake, "--repair") == (1 if defects else 0)
    assert audit(lake, "--repair", "--raw_path", str(lake.raw)) == 0
    assert (lake.by_year(), lake.iceberg()) == before


@pytest.mark.spark
def test_a_lake_whose_path_has_characters_of_a_pattern_is_refined_and_repaired(lake: Lake, rows: list[Row]) -> None:
    lake = replace(lake, root=lake.root / "lake [1]{a,b}*")
    # For a row that is `sem_fator` raw is read a second time, by Spark's own reader.
    lake.ingest([*rows[:-1], rows[-1] | {"distribution": 9, "specification": "ON  EB"}])
    lake.refine("--trade_dates", "all", "--every", "1d,1w")
    before = lake.by_year()
    lake.refine("--trade_dates", str(DAY))
    assert lake.by_year() == before
    lost_year(lake)
    assert audit(lake, "--repair", "--raw_path", str(lake.raw)) == 0
    assert lake.by_year() == before


@pytest.mark.spark
def test_weeks_and_months_pass_the_audit_and_a_lost_week_is_found_until_it_is_refined_from_raw(
    lake: Lake, rows: list[Row]
) -> None:
    lake.ingest(rows)
    lake.refine("--trade_dates", "all", "--every", "1w,1mo")
    for every in ("1w", "1mo"):
        assert run_audit(lake, "--every", every) == NOTHING_FOUND
    weeks = sorted((lake.refined / "cotacoes_semanais").rglob("*.parquet"))
    content = weeks[0].read_bytes()
    weeks[0].unlink()
    for _ in range(2):
        status, closing, _ = run_audit(lake, "--every", "1w", "--repair")
        assert (status, closing["kinds"], closing["left"]) == (1, {checks.NO_FILE: 1}, 1)
    assert audit(lake, "--every", "1w", "--repair", "--raw_path", str(lake.raw)) == 0
    assert weeks[0].read_bytes() == content
    assert run_audit(lake, "--every", "1w") == NOTHING_FOUND


@pytest.mark.spark
def test_columns_that_differ_from_the_contract_are_printed_with_it(restored: Lake) -> None:
    status, _, printed = run_audit(restored, "--windows", "3,7")
    assert status == 1
    assert checks.CATALOG in printed
    assert "media_movel_5 double" in printed
    assert "media_movel_7 double" in printed


@pytest.mark.spark
def test_a_missing_table_is_an_error_of_one_line(lake: Lake) -> None:
    assert refused(lake, "--database", "nowhere") == "error: nowhere.cotacoes_diarias: the catalog has no such table\n"
    # A table with a ledger has a way out, also if another, which never had one, is missing too.
    ledger = lake.refined / "_ledger" / "cotacoes_por_ano" / "ledger.json"
    ledger.parent.mkdir(parents=True)
    ledger.write_bytes(b"{}")
    error = refused(lake, "--database", "nowhere")
    assert error.startswith("error: nowhere.cotacoes_por_ano: the catalog has no such table; if --database is right, ")


@pytest.mark.spark
@pytest.mark.parametrize("content", [None, b"not JSON"])
def test_a_table_that_the_catalog_has_lost_is_an_error_with_the_way_out_also_if_its_ledger_is_damaged(
    published: Lake, content: bytes | None
) -> None:
    before = state_of(published)
    published.spark.sql(f"DROP TABLE {published.database}.cotacoes_por_ano")
    ledger = published.refined / "_ledger" / "cotacoes_por_ano" / "ledger.json"
    if content:
        ledger.write_bytes(content)
    error = refused(published, "--repair", "--raw_path", str(published.raw))
    first = f"delete file://{ledger} and " if content else ""
    assert f"the catalog has no such table; if --database is right, {first}run the job with --trade_dates" in error
    if content:
        ledger.unlink()
    published.refine("--trade_dates", "all")
    assert state_of(published) == before


@pytest.mark.spark
@pytest.mark.parametrize("content", [None, b"not JSON"])
def test_a_lost_ledger_is_rebuilt_and_only_dates_that_differ_from_raw_are_pending(
    published: Lake, rows: list[Row], content: bytes | None
) -> None:
    ledger = published.refined / "_ledger" / "cotacoes_diarias" / "ledger.json"
    ledger.unlink() if content is None else ledger.write_bytes(content)
    before = published.published()
    kept = [row for row in rows if row["trade_date"] == DAY and row["ticker"] == "VALE3"]
    published.ingest([random_quote(random.Random(9), "PETR4", DAY), *kept])
    status, closing, _ = run_audit(published)
    assert (status, closing["kinds"]) == (1, {checks.LEDGER: 1})
    status, closing, printed = run_audit(published, "--repair", "--raw_path", str(published.raw))
    assert (status, closing["left"]) == (0, 0), printed
    pending = json.loads(ledger.read_text())["owed"]  # `owed` in the file means pending
    assert f".cotacoes_diarias: the ledger is written anew, {len(pending)} dates are pending" in printed
    assert str(DAY) in pending
    assert str(DAYS[0]) not in pending
    assert published.published() == before
    assert published.refine()["trade_dates"] == f"{DAY}..{DAYS[-1]}"
    assert published.refine()["owed"] == 0


@pytest.mark.spark
@pytest.mark.parametrize(
    "defect", [lost_year, unreadable_year, year_with_a_price_as_double], ids=lambda defect: defect.__name__
)
def test_a_file_lost_with_its_year_file_is_found_until_it_is_refined_from_raw(
    restored: Lake, defect: Callable[[Lake], None]
) -> None:
    lose_file(restored)
    defect(restored)
    for _ in range(2):
        status, closing, printed = run_audit(restored, "--repair")
        assert (status, closing["left"]) == (1, 1), printed
        assert f"left: partition without file: {restored.database}.cotacoes_diarias/{partition(*KEYS[0])}" in printed
        # The first repair wrote the file of the year anew, without the row.
        assert pq.read_metadata(year_file(restored, KEYS[0][0].year)).num_rows == 5
    assert audit(restored, "--repair", "--raw_path", str(restored.raw)) == 0


@pytest.mark.spark
def test_repair_refuses_to_drop_many_dates_without_files(restored: Lake) -> None:
    # Without the year files too, from which the repair would write the lost files.
    tables = ("cotacoes_diarias", "cotacoes_por_ano")
    for table in tables:
        (restored.refined / table).rename(restored.root / table)
    printed, days = refused(restored, "--repair"), sorted({*DAYS, SATURDAY})
    assert f"cotacoes_diarias: {len(days)} dates (first {days[0]}, last {days[-1]}) would lose a quarter" in printed
    assert f"--allow_drops {len(days)}" in printed
    for table in tables:
        (restored.root / table).rename(restored.refined / table)


@pytest.mark.spark
def test_repair_refuses_to_remove_many_rows_from_the_year_file(published: Lake) -> None:
    for day in DAYS[-4:]:
        for ticker in ("PETR4", "VALE3"):
            file_of(published, (day, ticker)).unlink()
            forget(published, day, ticker)
    before = published.by_year()
    assert "cotacoes_por_ano: 4 dates (first" in refused(published, "--repair")
    assert published.by_year() == before
