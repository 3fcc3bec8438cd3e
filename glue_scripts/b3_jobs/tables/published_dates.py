"""The files, partitions and tickers that a table has of some dates before a run replaces them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from b3_jobs.files.storage import REQUESTS_AT_ONCE
from b3_jobs.tables import catalog
from b3_jobs.tables.quote_files import folder, key_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from pyspark.sql import SparkSession

    from b3_jobs.contract.published_table import PublishedTable


@dataclass(frozen=True)
class PublishedDate:
    """One date's files, and the tickers that the catalog has registered for it."""

    files: list[str]
    registered: set[str]

    @property
    def tickers(self) -> set[str]:
        """The tickers that have a file or a partition."""
        # A file beside the tickers' folders is a stray one.
        keys = (key_of(name) for name in self.files if name.count("/") > 1)
        return self.registered | {ticker for _, ticker in keys}


def published_dates(
    spark: SparkSession, target: PublishedTable, days: Iterable[date], existing: set[date]
) -> dict[date, PublishedDate]:
    """Those of `days` that have a folder; a run leaves no partition without one.

    Args:
        spark: the session whose catalog is asked.
        target: a table with one file for each date and ticker.
        days: the dates asked for.
        existing: the dates that have a folder, from `quote_files.dates`.
    """
    asked = sorted(existing.intersection(days))
    with ThreadPoolExecutor(REQUESTS_AT_ONCE) as threads:
        listings = threads.map(lambda day: target.place.list(folder(day), recursive=True), asked)
        files = dict(zip(asked, listings, strict=True))
    registered = catalog.tickers(spark, target.table, asked)
    return {day: PublishedDate(files[day], registered[day]) for day in asked}
