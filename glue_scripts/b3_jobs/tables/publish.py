"""Replaces dates of a published table in groups: their files, then their partitions."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyspark.sql import functions as sf

from b3_jobs.contract.schemas import DAY
from b3_jobs.errors import JobError
from b3_jobs.files.storage import in_threads
from b3_jobs.tables import catalog, quote_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from concurrent.futures import Future
    from datetime import date

    from pyspark.sql import DataFrame, SparkSession

    from b3_jobs.contract.published_table import PublishedTable
    from b3_jobs.log.stages import Stages

# The most files in a group: enough work for every task, and little to lose when a run is killed.
_FILES_AT_ONCE = 4_000


@dataclass(frozen=True)
class PublishedDate:
    """One date's files, and the tickers that the catalog has registered for it."""

    files: list[str]
    registered: set[str]

    @property
    def tickers(self) -> set[str]:
        """The tickers that have a file or a partition."""
        # A file beside the tickers' folders is a stray one.
        keys = (quote_files.key_of(name) for name in self.files if name.count("/") > 1)
        return self.registered | {ticker for _, ticker in keys}


def published_dates(
    spark: SparkSession, table: PublishedTable, days: Iterable[date], existing: set[date]
) -> dict[date, PublishedDate]:
    """Those of `days` that have a folder (`existing`); a run leaves no partition without one."""
    asked = sorted(existing.intersection(days))
    listings = in_threads(lambda day: table.place.list(quote_files.folder(day), recursive=True), asked)
    files = dict(zip(asked, listings, strict=True))
    registered = catalog.tickers(spark, table, asked)
    return {day: PublishedDate(files[day], registered[day]) for day in asked}


def publish_dates(
    spark: SparkSession,
    quotes: DataFrame,
    table: PublishedTable,
    rows: dict[date, int],
    published: dict[date, PublishedDate],
    stages: Stages,
) -> tuple[int, int]:
    """Replaces each date of `rows`, which says how many it must get; 0 empties the date.

    Other dates in `quotes` are ignored. `published` has the dates that have files or partitions.

    Returns:
        How many partitions were written and removed.

    Raises:
        JobError: if the number of files of a date is not its number of rows.
    """
    written = dropped = 0
    under_way: Future[int] | None = None
    # The driver registers the partitions of a group while workers write the next one's files.
    with ThreadPoolExecutor(1) as registrar:
        for days in _groups(rows):
            fresh = quote_files.write(quotes.where(sf.col(DAY).isin(days)), table)
            fresh = {day: fresh.get(day, set()) for day in days}
            for day, tickers in fresh.items():
                if len(tickers) != rows[day]:
                    raise JobError(f"{table}: {day} has {rows[day]} rows, {len(tickers)} were written")
            if under_way:
                dropped += under_way.result()
            under_way = registrar.submit(_register, spark, table, fresh, published)
            partitions = sum(rows[day] for day in days)
            written += partitions
            stages.published(table.name, days, partitions)
        if under_way:
            dropped += under_way.result()
    spark.catalog.refreshTable(str(table))
    return written, dropped


def _register(
    spark: SparkSession, table: PublishedTable, fresh: dict[date, set[str]], published: dict[date, PublishedDate]
) -> int:
    """Removes partitions, then their files, and adds new ones; returns how many it removed.

    In this order no partition is ever without its file.
    """
    known = {day: published[day].registered if day in published else set() for day in fresh}
    gone = [(day, ticker) for day, tickers in fresh.items() for ticker in known[day] - tickers]
    catalog.drop(spark, table, gone)
    for day in fresh.keys() & published.keys():
        quote_files.remove_stale(table.place, day, fresh[day], published[day].files)
    catalog.add(spark, table, [(day, new) for day, tickers in fresh.items() for new in tickers - known[day]])
    return len(gone)


def _groups(rows: dict[date, int]) -> Iterator[list[date]]:
    group: list[date] = []
    for day in sorted(rows):
        if group and sum(rows[other] for other in group) + rows[day] > _FILES_AT_ONCE:
            yield group
            group = []
        group.append(day)
    if group:
        yield group
