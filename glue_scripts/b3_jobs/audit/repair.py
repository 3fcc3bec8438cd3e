"""Repairs the defects that an audit found: files, then catalog, then year files.

A lost or bad file is written from the row in its year file. Without one, and with `--raw_path`, the
job refines the date from raw; so it does every date of a lost year or month if there are no files
of rows. On a day without a session only the exchange's own rows are real, so files of other sources
are deleted. What cannot be repaired is found again by the next audit.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]
from pyspark.errors import PySparkException
from pyspark.sql import functions as sf

from b3_jobs.audit import checks
from b3_jobs.audit.scan import scan_table
from b3_jobs.contract.dates import Days, inside, merge, period
from b3_jobs.contract.schemas import KEY_NAMES
from b3_jobs.ledger import guards
from b3_jobs.ledger.observation import observe
from b3_jobs.ledger.open_ledger import OpenLedger
from b3_jobs.tables import catalog, iceberg_table, quote_files, year_table

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from b3_jobs.audit.checks import Finding, State
    from b3_jobs.contract.options import Options
    from b3_jobs.contract.published_table import PublishedTable

# The date and ticker of a partition.
Key = tuple[date, str]


def repair_files(
    spark: SparkSession, table: PublishedTable, state: State, found: list[Finding], years: PublishedTable | None
) -> set[Key]:
    """Gives every partition that can be repaired its one good file, and removes other files.

    Returns:
        The partitions whose row may be lost: without a good file, and without a row in the year
        files.
    """
    _delete_stray_files(table, found)
    no_session = state.of_no_session()
    table.place.delete(*(file.name for file in no_session))
    state = replace(state, rows=[row for row in state.rows if row not in no_session])
    parts = state.by_partition
    emptied = set(no_session.values()) - parts.keys()
    spoiled = {_key(defect) for defect in found if defect.kind in (checks.NO_FILE, checks.MANY_FILES, checks.BAD_FILE)}
    lost = set()
    for key in spoiled - emptied:
        good = [file.name for file in parts.get(key, []) if file.fault is None]
        if good:
            own_name = f"{quote_files.partition(*key)}/{quote_files.FILE}"
            kept = own_name if own_name in good else good[0]
            table.place.delete(*(file.name for file in parts[key] if file.name != kept))
        else:
            lost.add(key)
    if years is None or not lost:
        return lost
    return lost - _restore(spark, table, lost, years, state)


def _restore(
    spark: SparkSession, table: PublishedTable, lost: set[Key], years: PublishedTable, state: State
) -> set[Key]:
    """Writes the files of these partitions from the year files, and removes their bad ones.

    Returns:
        The partitions that the readable year files have.
    """
    readable = {year for year in {day.year for day, _ in lost} if _readable(spark, years, year)}
    stored = year_table.stored(spark, years, readable)
    keys = spark.createDataFrame(sorted(lost), "data_pregao date, ativo string")
    written = quote_files.write(stored.join(sf.broadcast(keys), list(KEY_NAMES), "left_semi"), table)
    restored = {(day, ticker) for day, tickers in written.items() for ticker in tickers}
    parts = state.by_partition
    for day, ticker in restored:
        quote_files.remove_stale(table.place, day, {ticker}, [file.name for file in parts.get((day, ticker), [])])
    return restored


def _readable(spark: SparkSession, years: PublishedTable, year: int) -> bool:
    """Whether every row and column of the year's file can be read."""
    try:
        year_table.stored(spark, years, {year}).write.format("noop").mode("overwrite").save()
    except (PySparkException, Py4JJavaError):
        return False
    return True


def repair_catalog(
    spark: SparkSession, options: Options, table: PublishedTable, registered: set[Key], unrepaired: set[Key]
) -> None:
    """Registers every partition that has a file and removes those without one from the catalog.

    The `unrepaired` ones, which `repair_files` returns, stay registered, so that they are found
    again until they are refined from raw.

    Raises:
        JobError: if so many dates would lose tickers that the path or listing is probably wrong.
    """
    # `repair_files` has deleted the stray files, which name no partition.
    stored = set(map(quote_files.key_of, table.place.list(recursive=True)))
    check_losses(options, table, quote_files.tickers_by_date(registered), quote_files.tickers_by_date(stored))
    catalog.drop(spark, table, registered - stored - unrepaired)
    catalog.add(spark, table, stored - registered)


def repair_years(
    spark: SparkSession, options: Options, table: PublishedTable, years: PublishedTable, found: list[Finding]
) -> None:
    """Rewrites the files of the years that differ from the partitions' files; removes stray files.

    Raises:
        JobError: if so many dates would lose tickers that the partitions are probably at fault.
    """
    _delete_stray_files(years, found)
    broken = {defect.day.year for defect in found if defect.kind == checks.YEAR and defect.day is not None}
    if not broken:
        return
    quotes, stored = quote_files.stored(spark, table, years.columns, lambda day: day.year in broken)
    check_losses(options, years, _tickers_of(spark, years, broken), stored)
    year_table.replace(spark, years, broken, quotes)


def discard_unreadable(spark: SparkSession, options: Options, table: PublishedTable, broken: set[date]) -> set[date]:
    """Empties those of these years or months, named by a day, of which no row can be read.

    A run fails on these, because it reads the rows of the dates that it does not refine. The dates
    become pending in the ledger before anything is emptied.

    Returns:
        The dates in raw of all the years or months.

    Raises:
        JobError: before anything is emptied, if a guard takes raw for a mistake.
    """
    every = "1y" if table.by_year else "1mo"
    seen, ledger = observe(options), OpenLedger.open(options, table)
    guards.check_raw(options, seen)
    ledger.update(options, seen)
    in_raw = set(inside(seen.keys_by_date, merge([period(day, every) for day in broken])))
    readable = {period(day, every) for day in {row.day for row in scan_table(spark, table)} if day}
    lost = [day for day in in_raw if period(day, every) not in readable]
    if lost:
        ledger.add_pending(lost)
        no_rows = spark.createDataFrame([], table.columns)
        with ledger.repair([period(day, every) for day in lost]):
            if table.by_year:
                year_table.replace(spark, table, {day.year for day in lost}, no_rows)
            else:
                iceberg_table.replace_dates(spark, no_rows, lost, table, {"b3.run": "audit"}, whole_months=True)
    return in_raw


def _delete_stray_files(table: PublishedTable, found: list[Finding]) -> None:
    for defect in found:
        if defect.kind == checks.STRAY and defect.where.startswith(f"{table}/"):
            table.place.delete(defect.where.removeprefix(f"{table}/"))


def _tickers_of(spark: SparkSession, years: PublishedTable, broken: set[int]) -> dict[date, set[str]]:
    """The tickers by date in those of the year files that can be read."""
    published: dict[date, set[str]] = {}
    for year in broken:
        days = Days(date(year, 1, 1), date(year, 12, 31)).each()
        with suppress(PySparkException, Py4JJavaError):
            published |= year_table.tickers(spark, years, days)
    return published


def check_losses(
    options: Options, table: PublishedTable, before: dict[date, set[str]], after: dict[date, set[str]]
) -> None:
    """Refuses a repair after which too many dates would have lost tickers."""
    guards.check_drops(options, table, guards.losses(before, after), dates=len(before))


def _key(defect: Finding) -> Key:
    if defect.day is None or defect.ticker is None:
        raise ValueError(f"{defect} names no partition")
    return defect.day, defect.ticker
