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
    """A published table; its text is its name in the catalog, `database.name`.

    Args:
        database: the catalog's database.
        name: the name in it.
        place: its folder.
        columns: the columns inside its files.
        partitions: the columns that its folders' names hold.
        every: `1d`, `1w` or `1mo`.
    """

    database: str
    name: str
    place: Storage
    columns: StructType
    partitions: StructType
    every: str = "1d"

    @classmethod
    def of(cls, options: Options, every: str = "1d") -> PublishedTable:
        """The daily, weekly or monthly table, with one file for each date and ticker."""
        name = TABLES[every]
        place = Storage.at(options.refined_path).folder(name)
        return cls(options.database, name, place, quote_columns(options.windows), KEYS, every)

    @classmethod
    def of_years(cls, options: Options) -> PublishedTable:
        """The daily rows again, with one file for each year."""
        place = Storage.at(options.refined_path).folder(BY_YEAR)
        return cls(options.database, BY_YEAR, place, keyed_columns(options.windows), YEAR)

    @classmethod
    def of_iceberg(cls, options: Options) -> PublishedTable:
        """The daily rows again as an Iceberg table; its partition, the month, is no column."""
        place = Storage.at(options.refined_path).folder(ICEBERG)
        return cls(options.database, ICEBERG, place, keyed_columns(options.windows), StructType())

    def __str__(self) -> str:
        return f"{self.database}.{self.name}"

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


def published_tables(options: Options) -> list[PublishedTable]:
    """The tables that a run publishes."""
    tables = [
        PublishedTable.of(options, every) for every in options.every if every != "1d" or "diarias" in options.tables
    ]
    if "1d" in options.every and "por_ano" in options.tables:
        tables.append(PublishedTable.of_years(options))
    if "1d" in options.every and "cotacoes" in options.tables:
        tables.append(PublishedTable.of_iceberg(options))
    return tables
