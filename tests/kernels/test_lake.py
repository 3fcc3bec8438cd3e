"""`read_quotes` on an Iceberg table made without the job; columns and keys of raw and actions."""

from __future__ import annotations

import datetime as dt
import doctest
import re
import sys
from decimal import Decimal
from pathlib import Path

import lakes
import pyarrow as pa
import pytest
from binaries import succeeded

import b3_kernels as b3
from b3_kernels import lake

SCHEMA = pa.schema({"data_pregao": pa.date32(), "ativo": pa.string(), "fechamento": pa.decimal128(18, 6)})
FRIDAY, MONDAY = dt.date(2024, 11, 8), dt.date(2024, 11, 11)


def rows(*quotes: tuple[dt.date, str, str]) -> pa.Table:
    names = SCHEMA.names
    cells = [dict(zip(names, (day, ticker, Decimal(close)), strict=True)) for day, ticker, close in quotes]
    return pa.Table.from_pylist(cells, SCHEMA)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lake of two states: the second has another close, and ABEV3 in place of VALE3."""
    monkeypatch.chdir(tmp_path)  # the examples of `lake` read "lake"
    refined = tmp_path / "lake" / "refined"
    with lake.open_catalog(refined, create=True) as catalog:
        catalog.create_namespace("b3")
        table = catalog.create_table("b3.cotacoes", SCHEMA, (refined / lake.TABLE).as_uri())
        table.append(rows((FRIDAY, "VALE3", "60"), (FRIDAY, "PETR4", "36.70"), (MONDAY, "PETR4", "36")))
        table.overwrite(rows((FRIDAY, "PETR4", "36.70"), (MONDAY, "PETR4", "37"), (FRIDAY, "ABEV3", "12")))
    return tmp_path / "lake"


def states(root: Path) -> list[dt.datetime]:
    with lake.open_catalog(root / "refined") as catalog:
        entries = catalog.load_table("b3.cotacoes").history()
    return [dt.datetime.fromtimestamp(entry.timestamp_ms / 1000, dt.UTC) for entry in entries]


def keys(table: pa.Table) -> list[tuple[str, dt.date]]:
    return list(zip(table["ativo"].to_pylist(), table["data_pregao"].to_pylist(), strict=True))


def test_read_quotes_returns_all_rows_sorted_by_ticker_and_date(root: Path) -> None:
    quotes = b3.read_quotes(root)
    assert keys(quotes) == [("ABEV3", FRIDAY), ("PETR4", FRIDAY), ("PETR4", MONDAY)]
    assert quotes.schema == SCHEMA


def test_read_quotes_filters_by_tickers_and_dates(root: Path) -> None:
    assert keys(b3.read_quotes(root, tickers="PETR4", start="2024-11-09")) == [("PETR4", MONDAY)]
    assert keys(b3.read_quotes(root, tickers=["ABEV3", "NONE3"], end=FRIDAY)) == [("ABEV3", FRIDAY)]
    assert b3.read_quotes(root, start=dt.date(2025, 1, 1)).schema == SCHEMA


def test_read_quotes_as_of_returns_the_table_of_that_moment(root: Path) -> None:
    first = states(root)[0]
    then = b3.read_quotes(root, as_of=first)
    assert keys(then) == [("PETR4", FRIDAY), ("PETR4", MONDAY), ("VALE3", FRIDAY)]
    assert then["fechamento"].to_pylist() == [Decimal("36.70"), 36, 60]
    tomorrow = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1)
    assert b3.read_quotes(root, as_of=tomorrow) == b3.read_quotes(root)
    assert b3.read_quotes(root, as_of=str(tomorrow)) == b3.read_quotes(root)


def test_as_of_a_date_means_its_end_in_sao_paulo() -> None:
    assert lake._moment("2024-11-08") == dt.datetime(2024, 11, 9, 2, 59, 59, 999_999, dt.UTC)


def test_invalid_arguments_of_read_quotes_are_refused(root: Path) -> None:
    first = states(root)[0].astimezone(dt.timezone(dt.timedelta(hours=-3))).isoformat(sep=" ", timespec="seconds")
    with pytest.raises(ValueError, match=r"as_of: found 2020-01-02 23:59:59\.999999-03:00, but the first") as caught:
        b3.read_quotes(root, as_of="2020-01-02")
    assert str(caught.value).endswith(f"the first state kept is of {first}")
    with pytest.raises(ValueError, match="as_of: found 2024-11-08 10:00:00, expected a moment with a time zone"):
        b3.read_quotes(root, as_of=dt.datetime(2024, 11, 8, 10))  # noqa: DTZ001
    with pytest.raises(
        ValueError, match=r"start: found 'friday', expected a datetime\.date, a text such as 2024-11-08"
    ):
        b3.read_quotes(root, start="friday")


def test_read_quotes_without_the_table_names_what_writes_it(root: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"nowhere/refined/_iceberg/catalog\.db: there is no Iceberg catalog"):
        b3.read_quotes(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()
    with pytest.raises(FileNotFoundError, match=r"the Iceberg catalog has no table other\.cotacoes; a run of the job"):
        b3.read_quotes(root, database="other")
    root.rename(tmp_path / "moved")
    with pytest.raises(FileNotFoundError, match=r"the metadata of b3\.cotacoes is not where the catalog says it is"):
        b3.read_quotes(tmp_path / "moved")


def test_read_quotes_without_pyiceberg_names_the_command_that_installs_it() -> None:
    code = (
        "import sys; sys.modules['pyiceberg'] = None\n"
        "import b3_kernels as b3\n"
        "try: b3.read_quotes('s3://bucket/lake')\n"
        "except ModuleNotFoundError as error: print(error)"
    )
    printed = succeeded(sys.executable, "-c", code)
    assert printed == "no module pyiceberg: the table cotacoes needs PyIceberg; pip install 'b3-kernels[lake]'\n"


def test_the_columns_of_raw_and_of_actions_are_those_that_tests_write() -> None:
    assert (pa.schema(lake.RAW), pa.schema(lake.ACTIONS)) == (lakes.RAW, lakes.ACTIONS)


@pytest.mark.parametrize(("pattern", "folder"), [(lake.RAW_KEY, "trade_date"), (lake.ACTIONS_KEY, "ex_date")])
def test_a_key_names_its_date_and_source(pattern: re.Pattern[str], folder: str) -> None:
    for date, source in (("2024-11-08", "yahoo-5m"), ("2024-02-30", "b3")):  # a date's digits are enough
        found = pattern.fullmatch(f"{folder}={date}/{source}.parquet")
        assert found is not None
        assert found.groupdict() == {"date": date, "source": source}
    for other in (
        "2024-11-08/yahoo-5m.parquet.tmp",
        "2024-11-8/yahoo.parquet",
        "2024-11-08/_b3.parquet",
        "2024-11-08/b3-parquet",
    ):
        assert not pattern.fullmatch(f"{folder}={other}")
    assert not pattern.fullmatch("date=2024-11-08/b3.parquet")


def test_the_examples_run(root: Path) -> None:
    assert doctest.testmod(lake).failed == 0
