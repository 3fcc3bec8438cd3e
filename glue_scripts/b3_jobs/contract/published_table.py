"""The tables that a run publishes and an audit checks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyspark.sql.types import StructType

from b3_jobs.contract.schemas import BY_YEAR, ICEBERG, KEYS, TABLES, YEAR, keyed_columns, quote_columns
from b3_jobs.files.storage import Storage

if TYPE_CHECKING:
    from b3_jobs.contract.options import Options


@dataclass(frozen=True)
class PublishedTable:
    """A published table.

    Args:
        table: its name in the catalog, `database.name`.
        place: its folder.
        columns: the columns inside its files.
        partitions: the columns that its folders' names hold.
        every: `1d`, `1w` or `1mo`.
    """

    table: str
    place: Storage
    columns: StructType
    partitions: StructType
    every: str = "1d"

    @classmethod
    def of(cls, options: Options, every: str = "1d") -> PublishedTable:
        """The daily, weekly or monthly table, with one file for each date and ticker."""
        name = TABLES[every]
        place = Storage.at(options.refined_path).folder(name)
        return cls(f"{options.database}.{name}", place, quote_columns(options.windows), KEYS, every)

    @classmethod
    def of_years(cls, options: Options) -> PublishedTable:
        """The daily rows again, with one file for each year."""
        place = Storage.at(options.refined_path).folder(BY_YEAR)
        return cls(f"{options.database}.{BY_YEAR}", place, keyed_columns(options.windows), YEAR)

    @classmethod
    def of_iceberg(cls, options: Options) -> PublishedTable:
        """The daily rows again as an Iceberg table; its partition, the month, is no column."""
        place = Storage.at(options.refined_path).folder(ICEBERG)
        return cls(f"{options.database}.{ICEBERG}", place, keyed_columns(options.windows), StructType())

    @property
    def name(self) -> str:
        """The table's name without the database."""
        return self.table.rpartition(".")[2]

    @property
    def by_year(self) -> bool:
        """Whether the table has one file for each year, not one for each date and ticker."""
        return self.partitions == YEAR

    @property
    def by_row(self) -> bool:
        """Whether the table has one file for each date and ticker."""
        return self.partitions == KEYS

    @property
    def in_iceberg(self) -> bool:
        """Whether this is the Iceberg table, which PyIceberg registers, not Spark."""
        return self.name == ICEBERG


def targets(options: Options) -> list[PublishedTable]:
    """The tables that a run publishes."""
    kept = [
        PublishedTable.of(options, every) for every in options.every if every != "1d" or "diarias" in options.tables
    ]
    if "1d" in options.every and "por_ano" in options.tables:
        kept.append(PublishedTable.of_years(options))
    if "1d" in options.every and "cotacoes" in options.tables:
        kept.append(PublishedTable.of_iceberg(options))
    return kept
