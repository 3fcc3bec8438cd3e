"""What a table holds of some dates before a run replaces them: files, partitions, tickers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from b3_jobs.tables import catalog

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from pyspark.sql import SparkSession

    from b3_jobs.contract.published_table import PublishedTable

# Listings under way at once: a request to S3 waits some 20 ms and costs no processor time.
_LISTINGS_AT_ONCE = 16


@dataclass(frozen=True)
class Holding:
    """One date's files, and the tickers that the catalog has registered for it."""

    files: list[str]
    registered: set[str]

    @property
    def tickers(self) -> set[str]:
        """The tickers that either files or catalog have: what replacing the date may lose."""
        folders = (name.split("/")[1] for name in self.files if name.count("/") > 1)
        return self.registered | {folder.removeprefix("ativo=") for folder in folders}


def holdings(
    spark: SparkSession, target: PublishedTable, days: Iterable[date], there: set[date]
) -> dict[date, Holding]:
    """The holdings of those of `days` that have a folder; a date without one is in no catalog either.

    Args:
        spark: the session whose catalog is asked.
        target: a table with a file a date and ticker.
        days: the dates asked for.
        there: the dates that have a folder, as `lake.dates` lists them.
    """
    asked = sorted(there.intersection(days))
    with ThreadPoolExecutor(_LISTINGS_AT_ONCE) as threads:
        listings = threads.map(lambda day: target.place.list(f"data_pregao={day}", recursive=True), asked)
        files = dict(zip(asked, listings, strict=True))
    registered = catalog.tickers(spark, target.table, asked)
    return {day: Holding(files[day], registered[day]) for day in asked}
