"""Compares the Iceberg table's months with the daily table's files, and repairs months."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING

from b3_jobs.audit.checks import STRAY, Finding, first_of
from b3_jobs.audit.repair import check_losses
from b3_jobs.contract.dates import first_day, month_of, period
from b3_jobs.tables import iceberg_table, quote_files
from b3_jobs.tables.month_files import MONTH_FOLDER

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from b3_jobs.audit.checks import State
    from b3_jobs.audit.scan import ScannedRow
    from b3_jobs.contract.options import Options
    from b3_jobs.contract.published_table import PublishedTable

MONTH = "month differs"
MANIFEST = "unreadable manifest"


def find(state: State, table: PublishedTable, scanned: list[ScannedRow]) -> list[Finding]:
    """The months whose rows are not those of the daily table, or whose file has a fault."""
    stray = []
    faults: dict[int, list[str]] = defaultdict(list)
    for row in scanned:
        if row.fault is None:
            continue
        if named := MONTH_FOLDER.search(row.name):
            faults[month_of(date.fromisoformat(f"{named['period']}-01"))].append(row.fault)
        else:
            stray.append(Finding(STRAY, f"{table}/{row.name}", row.fault))
    for day, fault in state.differences(scanned):
        faults[month_of(day)].append(fault)
    return stray + [
        Finding(MONTH, f"{table}/{first_day(month):%Y-%m}", first_of(sorted(lines)), first_day(month))
        for month, lines in sorted(faults.items())
    ]


def repair(
    spark: SparkSession, options: Options, daily: PublishedTable, table: PublishedTable, found: list[Finding]
) -> None:
    """Rewrites the months that differ from the daily table's files, in one commit.

    Raises:
        JobError: if so many dates would lose tickers that the daily files are probably at fault.
    """
    months = {month_of(defect.day) for defect in found if defect.kind == MONTH and defect.day is not None}
    if not months:
        return
    quotes, stored_tickers = quote_files.stored(spark, daily, table.columns, lambda day: month_of(day) in months)
    published_tickers: dict[date, set[str]] = {}
    for month in months:
        # A month whose file cannot be read has nothing to lose.
        with suppress(OSError):
            published_tickers |= iceberg_table.tickers(table, period(first_day(month), "1mo").each())
    check_losses(options, table, before=published_tickers, after=stored_tickers)
    # Each month with at least one day, so that a month without files is emptied.
    days = {*stored_tickers, *map(first_day, months)}
    iceberg_table.replace_dates(spark, quotes, days, table, {"b3.run": "audit"}, whole_months=True)
