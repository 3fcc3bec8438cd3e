"""The Iceberg table in its catalog: opened, created, and compared with the contract."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from b3_jobs.contract.schemas import DAY, TICKER, arrow_schema, schema_fault
from b3_jobs.errors import JobError, aws_errors
from b3_jobs.tables.month_files import PARTITION
from b3_kernels.lake import CATALOG, open_catalog

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pyiceberg.catalog import Catalog
    from pyiceberg.table import Table

    from b3_jobs.contract.published_table import PublishedTable

_PROPERTIES = {
    # `iceberg_table.replace` retries with files made anew; PyIceberg would commit the same ones.
    "commit.retry.num-retries": "0",
    "write.parquet.compression-codec": "zstd",
    "write.metadata.delete-after-commit.enabled": "true",
    "write.metadata.previous-versions-max": "100",
}


def ensure_table(table: PublishedTable) -> None:
    """Creates the table if it does not exist; never alters one that does.

    Raises:
        JobError: if the columns or the place of an existing table differ, with both.
    """
    with opened(table, create=True) as iceberg:
        if fault := _differs(iceberg, table):
            raise JobError(f"{table}: the catalog's columns are not the contract's; {fault}")
        if iceberg.location() != table.place.uri():
            raise JobError(
                f"{table}: the catalog has it at {iceberg.location()}, --refined_path has it at {table.place.uri()}"
            )


def differs(table: PublishedTable) -> str | None:
    """The first column that differs from the contract and how, or None."""
    with opened(table) as iceberg:
        return _differs(iceberg, table)


def _differs(iceberg: Table, table: PublishedTable) -> str | None:
    columns = pa.schema([(field.name, field.type) for field in iceberg.schema().as_arrow()])
    return schema_fault(columns, arrow_schema(table.columns), f"{table}'s columns")


def exists(table: PublishedTable) -> bool:
    """Whether the catalog has the table; `--tables` may leave it out.

    Raises:
        JobError: if PyIceberg is not installed, or the catalog or the table's metadata cannot be
            used.
    """
    if not table.place.on_s3 and not (Path(table.place.root).parent / CATALOG).exists():
        return False
    try:
        with _catalog(table, _catalog_failures(on_s3=table.place.on_s3)) as catalog, _naming_metadata(table):
            return bool(catalog.table_exists(str(table)))
    except ModuleNotFoundError as error:
        raise JobError(str(error)) from error


@contextmanager
def opened(table: PublishedTable, *, create: bool = False) -> Iterator[Table]:
    """The table with its present metadata; `create` makes catalog and table if they do not exist.

    Raises:
        JobError: if PyIceberg is not installed, the catalog cannot be used or lacks the table, or
            the table's metadata cannot be read.
        FileNotFoundError: if `create` is false and a lake on disk has no catalog.
    """
    try:
        from pyiceberg.exceptions import NoSuchTableError

        failures: tuple[type[Exception], ...] = (NoSuchTableError, *_catalog_failures(on_s3=table.place.on_s3))
    except ModuleNotFoundError as error:
        missing = str(error.name).partition(".")[0]
        raise JobError(
            f"{table}: no module {missing}; pip install 'b3-kernels[lake]', or leave the table out with "
            "--tables diarias,por_ano"
        ) from error
    with _catalog(table, failures, create=create) as catalog:
        with _naming_metadata(table):
            if create:
                _create(catalog, table)
            iceberg = catalog.load_table(str(table))
        yield iceberg


@contextmanager
def _catalog(
    table: PublishedTable, failures: tuple[type[Exception], ...], *, create: bool = False
) -> Iterator[Catalog]:
    """The Iceberg catalog of the published tables; these failures become a JobError."""
    refined = table.place.uri().rpartition("/")[0]
    try:
        with open_catalog(refined, create=create) as catalog:
            yield catalog
    except failures as error:
        raise JobError(f"{table}: the Iceberg catalog at {refined}: {str(error).splitlines()[0]}") from error


@contextmanager
def _naming_metadata(table: PublishedTable) -> Iterator[None]:
    """Turns the error of lost or damaged metadata into a JobError that names the file."""
    from pyiceberg.exceptions import ValidationError
    from pyiceberg.table.metadata import TableMetadataUtil

    unreadable = (ValidationError, UnicodeDecodeError)
    try:
        yield
    except FileNotFoundError as error:
        raise JobError(f"{table}: {error}; {way_out(table)}") from error
    except unreadable as error:  # without the file's name, so the newest such file is looked for
        damaged = table.place.uri("metadata")
        names = [name for name in table.place.list("metadata") if name.endswith(".metadata.json")]
        for name, content in zip(names, table.place.contents(names), strict=True):
            try:
                TableMetadataUtil.parse_raw(content.decode())
            except unreadable:
                damaged = table.place.uri(name)
        raise JobError(f"{table}: {damaged} is no Iceberg metadata; {way_out(table)}") from error


def way_out(table: PublishedTable) -> str:
    """What to do about metadata or a manifest that cannot be read."""
    return (
        f"if it stays so, delete the table's folder, its _ledger/{table.name} and its entry in the catalog (on disk "
        "_iceberg), and the next run writes the table anew, without its earlier states"
    )


def _catalog_failures(*, on_s3: bool) -> tuple[type[Exception], ...]:
    """The errors of the catalog's own library: boto3 for Glue, SQLAlchemy for SQLite."""
    if on_s3:
        return aws_errors()
    from sqlalchemy.exc import SQLAlchemyError

    return (SQLAlchemyError,)


def _create(catalog: Any, table: PublishedTable) -> None:
    """Creates database and table; asks first, as the role on AWS cannot create a database."""
    from pyiceberg.io.pyarrow import pyarrow_to_schema
    from pyiceberg.partitioning import PARTITION_FIELD_ID_START, PartitionField, PartitionSpec
    from pyiceberg.table.sorting import SortField, SortOrder
    from pyiceberg.transforms import IdentityTransform, MonthTransform

    if catalog.table_exists(str(table)):
        return
    if not catalog.namespace_exists(table.database):
        catalog.create_namespace_if_not_exists(table.database)
    ids = {name: number for number, name in enumerate(table.columns.names, start=1)}
    schema = pyarrow_to_schema(numbered(arrow_schema(table.columns), ids))
    month = PartitionField(ids[DAY], PARTITION_FIELD_ID_START, MonthTransform(), PARTITION)
    order = SortOrder(*(SortField(source_id=ids[name], transform=IdentityTransform()) for name in (TICKER, DAY)))
    catalog.create_table_if_not_exists(str(table), schema, table.place.uri(), PartitionSpec(month), order, _PROPERTIES)


def numbered(schema: pa.Schema, ids: Mapping[str, int]) -> pa.Schema:
    """The columns with Iceberg's ids, by which readers find them in a file."""
    return pa.schema([field.with_metadata({"PARQUET:field_id": str(ids[field.name])}) for field in schema])
