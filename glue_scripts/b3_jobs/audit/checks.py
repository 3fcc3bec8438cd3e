"""The checks of an audit: each difference of catalog, files and contract is a defect."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import TYPE_CHECKING

import b3_kernels as b3
from b3_jobs.contract.dates import Days, partition_date
from b3_jobs.ledger.ledger import date_of
from b3_jobs.run.freshness import due_session
from b3_jobs.tables import year_file
from b3_jobs.tables.quote_files import folder, partition

if TYPE_CHECKING:
    from collections.abc import Iterator

    from b3_jobs.audit.scan import ScannedRow
    from b3_jobs.contract.published_table import PublishedTable
    from b3_jobs.ledger.open_ledger import OpenLedger

NO_FILE = "partition without file"
NOT_REGISTERED = "file without partition"
MANY_FILES = "more than one file"
BAD_FILE = "bad file"
STRAY = "stray file"
NO_SESSION = "not a session"
MISSING = "missing session"
YEAR = "year file differs"
LEDGER = "no ledger"
NO_RAW = "date without raw"
CATALOG = "catalog differs from contract"


@dataclass(frozen=True)
class Finding:
    """One defect: its kind, table and place, what was found, and the date and ticker if any.

    A year's file or an Iceberg month that differs has the first day of the year or month.
    """

    kind: str
    where: str
    detail: str = ""
    day: date | None = None
    ticker: str | None = None

    def __str__(self) -> str:
        return f"{self.kind}: {self.where}" + (f": {self.detail}" if self.detail else "")


@dataclass(frozen=True)
class State:
    """The files and partitions of a table.

    Args:
        table: the table.
        rows: its rows, and the faults of files that cannot be read.
        catalog: the registered partitions of a table with a file for each row.
        days: the days to which `rows` and `catalog` are limited; None for the whole table.
    """

    table: PublishedTable
    rows: list[ScannedRow]
    catalog: set[tuple[date, str]]
    days: Days | None = None

    @cached_property
    def by_partition(self) -> dict[tuple[date, str], list[ScannedRow]]:
        """The rows and faults by date and ticker: several where a partition has several files."""
        parts: dict[tuple[date, str], list[ScannedRow]] = defaultdict(list)
        for row in self.rows:
            if row.day is not None and row.ticker is not None:
                parts[row.day, row.ticker].append(row)
        return dict(parts)

    def good(self) -> dict[tuple[date, str], ScannedRow]:
        """The partitions that have one file and no fault."""
        return {key: files[0] for key, files in self.by_partition.items() if len(files) == 1 and files[0].fault is None}

    def of_no_session(self) -> dict[ScannedRow, tuple[date, str]]:
        """The files that hold a row of a closed day, each with its partition.

        The exchange's own rows are believed against the calendar.
        """
        return {
            file: key
            for key, files in sorted(self.by_partition.items())
            for file in files
            if not b3.is_session(key[0]) and file.fault is None and file.source != "cotahist"
        }

    def differences(self, rows: list[ScannedRow]) -> Iterator[tuple[date, str]]:
        """Compares with the rows of year files or the Iceberg table: dates that differ, and how."""
        fingerprints = {(row.day, row.ticker): row.fingerprint for row in rows if row.fault is None}
        for (day, ticker), quote in self.good().items():
            if fingerprints.get((day, ticker)) != quote.fingerprint:
                yield day, f"{ticker} on {day} differs from its partition"
        # A partition without a file, or with a bad one, is a defect of its own.
        for extra_day, extra_ticker in fingerprints.keys() - self.by_partition.keys() - self.catalog:
            if extra_day is not None and (self.days is None or extra_day in self.days):
                yield extra_day, f"{extra_ticker} on {extra_day} has no partition"


def find_in_partitions(state: State) -> list[Finding]:
    """Compares the files with the catalog, and each file with the contract."""
    parts = state.by_partition
    found = [
        Finding(STRAY, f"{state.table}/{file.name}", file.fault or "")
        for file in state.rows
        if file.day is None or file.ticker is None
    ]
    for key in sorted(parts.keys() | state.catalog):
        where = f"{state.table}/{partition(*key)}"
        files = parts.get(key, [])
        names = [file.name.rpartition("/")[2] for file in files]
        if not files:
            found.append(Finding(NO_FILE, where, "", *key))
            continue
        if key not in state.catalog:
            found.append(Finding(NOT_REGISTERED, where, names[0], *key))
        if len(files) > 1:
            found.append(Finding(MANY_FILES, where, ", ".join(names), *key))
        bad = [file for file in files if file.fault is not None]
        found += [Finding(BAD_FILE, f"{state.table}/{file.name}", file.fault or "", *key) for file in bad]
    return found


def find_in_dates(state: State, every: str) -> list[Finding]:
    """Compares the dates with the calendar.

    The date of a weekly or monthly row is the first session of its week or month. Without
    `state.days`, sessions are expected from the first date of the table to its last.
    """
    days = {day for day, _ in state.by_partition.keys() | state.catalog}
    if state.days:
        expected = Days(state.days.first, min(state.days.last, due_session(datetime.now(UTC))))
    elif days:
        expected = Days(min(days), max(days))
    else:
        return []
    found = [
        Finding(NO_SESSION, f"{state.table}/{partition(*key)}", f"{file.source} has it", *key)
        for file, key in state.of_no_session().items()
    ]
    bar_dates = {partition_date(day, every) for day in expected.sessions()}
    missing = sorted(day for day in bar_dates - days if day in expected)
    return found + [Finding(MISSING, f"{state.table}/{folder(day)}", "", day) for day in missing]


def find_without_raw(state: State, ledger: OpenLedger) -> list[Finding]:
    """The dates of rows of which the ledger knows no raw object, and which are not pending.

    A finding's `day` is for the run by which `--repair` empties it. That takes only sessions, so a
    date that the calendar calls none has no `day`, and only a run of all dates empties it.
    """
    published = ledger.periods({day for day, _ in state.by_partition})
    known = ledger.periods(ledger.state.pending.union(map(date_of, ledger.state.raw)))
    way_out = "a run with --trade_dates all empties it"
    return [
        Finding(NO_RAW, f"{state.table}/{folder(day)}", way_out, day if b3.is_session(day) else None)
        for day in sorted(published.keys() - known.keys())
    ]


def find_in_years(state: State, table: PublishedTable, rows: list[ScannedRow], registered: set[int]) -> list[Finding]:
    """Compares the rows of year files with the partitions, and their years with the catalog's."""
    names: dict[int, set[str]] = defaultdict(set)
    faults: dict[int, list[str]] = defaultdict(list)
    stray = []
    for row in rows:
        year = year_file.year_of(row.name)
        if year is None:
            stray.append(Finding(STRAY, f"{table}/{row.name}", row.fault or ""))
            continue
        names[year].add(row.name)
        if row.fault is not None:
            faults[year].append(row.fault)
    for day, fault in state.differences(rows):
        faults[day.year].append(fault)
    for year in names.keys() | registered:
        if len(names[year]) != 1:
            faults[year].append(f"{len(names[year])} files, expected 1")
        if year not in registered:
            faults[year].append("is not in the catalog")
    return stray + [
        Finding(YEAR, f"{table}/{year_file.folder(year)}", first_of(sorted(lines)), date(year, 1, 1))
        for year, lines in sorted(faults.items())
    ]


def first_of(faults: list[str]) -> str:
    """The first fault, and how many more there are."""
    more = f" and {len(faults) - 1} more" if len(faults) > 1 else ""
    return faults[0] + more
