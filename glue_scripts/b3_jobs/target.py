"""The tables that a run publishes and an audit holds to account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from b3_jobs.schemas import BY_YEAR, KEYS, TABLES, YEAR, keyed_columns, quote_columns
from b3_jobs.storage import Storage

if TYPE_CHECKING:
    from pyspark.sql.types import StructType

    from b3_jobs.options import Options


@dataclass(frozen=True)
class Target:
    """A published table.

    Args:
        table: its name in the catalog.
        place: its folder.
        columns: of its files.
        partitions: of its folders.
    """

    table: str
    place: Storage
    columns: StructType
    partitions: StructType

    @classmethod
    def of(cls, options: Options) -> Target:
        """The daily, weekly or monthly table: a file a date and ticker."""
        name = TABLES[options.every]
        place = Storage.at(options.refined_path).folder(name)
        return cls(f"{options.database}.{name}", place, quote_columns(options.windows), KEYS)

    @classmethod
    def of_years(cls, options: Options) -> Target | None:
        """The daily table's companion, a file a year; weeks and months have none."""
        if options.every != "1d":
            return None
        place = Storage.at(options.refined_path).folder(BY_YEAR)
        return cls(f"{options.database}.{BY_YEAR}", place, keyed_columns(options.windows), YEAR)
