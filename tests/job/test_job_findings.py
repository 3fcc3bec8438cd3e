"""The audit's findings in files and dates, without Spark: stray, missing and duplicate ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from unittest.mock import MagicMock

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from b3_jobs.audit import checks
from b3_jobs.audit.checks import Finding, State
from b3_jobs.audit.repair import repair_files
from b3_jobs.audit.scan import ScannedRow, scan_file
from b3_jobs.contract.dates import LAST_DAY, Days
from b3_jobs.contract.options import Options
from b3_jobs.contract.published_table import PublishedTable
from b3_jobs.errors import JobError
from b3_jobs.files.storage import Storage
from b3_jobs.tables.quote_files import FILE, dates, key_of, partition

SATURDAY, MONDAY = date(2021, 1, 2), date(2021, 1, 4)
DAILY, YEARS = PublishedTable.of(Options("raw", "refined")), PublishedTable.of_years(Options("raw", "refined"))
YEAR_FILE = "ano=2021/cotacoes.parquet"


def quote_of(day: date, ticker: str, source: str = "cotahist") -> ScannedRow:
    name = f"{partition(day, ticker)}/{FILE}"
    return ScannedRow(name, fault=None, day=day, ticker=ticker, fingerprint="as published", source=source)


def in_year(day: date, ticker: str) -> ScannedRow:
    return replace(quote_of(day, ticker), name=YEAR_FILE)


def state(*files: ScannedRow) -> State:
    return State(DAILY, list(files), catalog={(file.day, file.ticker) for file in files if file.day and file.ticker})


def texts(found: list[Finding]) -> list[str]:
    return [str(finding) for finding in found]


def test_quotes_of_a_closed_day_are_a_defect_unless_they_are_the_exchanges() -> None:
    official, invented = quote_of(SATURDAY, "PETR4"), quote_of(SATURDAY, "VALE3", "yahoo")
    found = checks.find_in_dates(state(official, invented, quote_of(MONDAY, "PETR4")), "1d")
    assert texts(found) == [f"not a session: {DAILY}/{partition(SATURDAY, 'VALE3')}: yahoo has it"]


def test_the_repair_of_a_closed_day_keeps_the_exchanges_damaged_file_for_its_row_to_be_restored(tmp_path: Path) -> None:
    table = PublishedTable.of(Options(raw_path="", refined_path=str(tmp_path)))
    damaged = replace(quote_of(SATURDAY, "PETR4"), fault="no Parquet", fingerprint=None, source=None)
    invented = quote_of(SATURDAY, "PETR4", "yahoo")
    invented = replace(invented, name=invented.name.replace(FILE, "yahoo.parquet"))
    for file in (damaged, invented):
        table.place.put(file.name, b"")
    both = state(damaged, invented)
    found = checks.find_in_partitions(both) + checks.find_in_dates(both, "1d")
    # The row is lost until it is refined from raw, and its damaged file stays until then.
    lost = repair_files(MagicMock(name="spark"), table, both, found, years=None)
    assert (lost, table.place.list(recursive=True)) == ({(SATURDAY, "PETR4")}, [damaged.name])


def test_a_missing_day_week_or_month_is_named_by_its_first_session() -> None:
    for every, others, missing in (
        ("1d", (MONDAY, date(2021, 1, 6)), "2021-01-05"),
        ("1w", (MONDAY, date(2021, 1, 18)), "2021-01-11"),
        ("1mo", (date(2020, 12, 1), date(2021, 2, 1)), str(MONDAY)),
    ):
        found = checks.find_in_dates(state(*(quote_of(day, "PETR4") for day in others)), every)
        assert texts(found) == [f"missing session: {DAILY}/data_pregao={missing}"]


def test_sessions_of_the_asked_days_are_missing_also_before_the_first_found_and_after_the_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(first: date, last: date, every: str, *found: date) -> list[date | None]:
        asked = replace(state(*(quote_of(day, "PETR4") for day in found)), days=Days(first, last))
        return [finding.day for finding in checks.find_in_dates(asked, every)]

    tuesday, wednesday, next_monday = date(2021, 1, 5), date(2021, 1, 6), date(2021, 1, 11)
    assert missing(SATURDAY, wednesday, "1d", tuesday) == [MONDAY, wednesday]
    assert missing(SATURDAY, MONDAY, "1d") == [MONDAY]
    # The week of the Wednesday has the date of its Monday, which is not asked for.
    assert missing(wednesday, next_monday, "1w") == [next_monday]
    monkeypatch.setattr(checks, "due_session", lambda _: tuesday)
    assert missing(tuesday, LAST_DAY, "1d") == [tuesday]
    assert missing(LAST_DAY, LAST_DAY, "1d") == []


def test_a_row_of_the_year_file_without_partition_is_a_finding() -> None:
    files = [in_year(MONDAY, "GONE3"), in_year(MONDAY, "PETR4")]
    found = checks.find_in_years(state(quote_of(MONDAY, "PETR4")), YEARS, files, registered={2021})
    assert texts(found) == [f"year file differs: {YEARS}/ano=2021: GONE3 on {MONDAY} has no partition"]
    # A partition without a readable file is another finding: it is repaired from the year file.
    bad = ScannedRow(f"{partition(MONDAY, 'GONE3')}/{FILE}", "not a readable Parquet file", MONDAY, "GONE3")
    assert checks.find_in_years(state(quote_of(MONDAY, "PETR4"), bad), YEARS, files, registered={2021}) == []


def test_an_impossible_date_in_a_folders_name_is_no_date_and_in_a_partitions_an_error(tmp_path: Path) -> None:
    for day in (MONDAY, "2021-13-45"):
        (tmp_path / f"data_pregao={day}").mkdir()
    assert dates(Storage.at(str(tmp_path))) == {MONDAY}
    of_monday = f"data_pregao={MONDAY}"
    for name in ("data_pregao=2021-13-45/ativo=PETR4", f"{of_monday}/ativo=", f"{of_monday}/{FILE}", "_temporary"):
        with pytest.raises(JobError, match=f"^{name}: found where a partition of a date and a ticker was expected"):
            key_of(name)


@pytest.mark.parametrize(
    ("days", "tickers"),
    [
        ([MONDAY, MONDAY], ["PETR4", "PETR4"]),
        ([MONDAY, MONDAY], ["VALE3", "PETR4"]),
        ([date(2021, 1, 5), MONDAY], ["PETR4", "PETR4"]),
    ],
    ids=["doubled", "tickers out of order", "dates out of order"],
)
def test_unsorted_or_duplicate_rows_of_a_year_file_are_a_finding(
    tmp_path: Path, days: list[date], tickers: list[str]
) -> None:
    rows = pa.table({"data_pregao": pa.array(days), "ativo": tickers, "fonte": ["cotahist"] * 2})
    path = tmp_path / YEAR_FILE
    path.parent.mkdir()
    pq.write_table(rows, path)
    [found] = scan_file(Storage.at(str(tmp_path)), YEAR_FILE, rows.schema)
    assert found.fault == "its rows are not sorted by ticker and date, or one is there twice"
    pq.write_table(pa.table({"data_pregao": [MONDAY], "ativo": ["PETR4"], "fonte": ["cotahist"]}), path)
    assert [row.fault for row in scan_file(Storage.at(str(tmp_path)), YEAR_FILE, rows.schema)] == [None]
