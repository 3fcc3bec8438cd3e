"""`cotacoes`: the daily rows of all tickers as one Iceberg table, which keeps its earlier states for a while.

A portion of a run is one commit, so a reader sees all its dates replaced or none. A run that dies before its commit
leaves the old table, and one that changes nothing commits nothing.
"""

from __future__ import annotations

import random
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyspark.sql import functions as sf
from pyspark.sql.types import IntegerType, StringType, StructField, StructType

from b3_jobs.contract.dates import shortest
from b3_jobs.contract.schemas import PARTITIONS, arrow_schema, schema_fault
from b3_jobs.errors import JobError
from b3_jobs.tables import iceberg_upkeep
from b3_jobs.tables.month_files import MONTH, MonthFiles, first_day, month_of
from b3_kernels.lake import open_catalog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import date

    from pyiceberg.manifest import DataFile
    from pyiceberg.table import Table
    from pyspark.sql import DataFrame, SparkSession

    from b3_jobs.contract.published_table import PublishedTable

    # The data files of each month.
    _Files = dict[int, list[DataFile]]

# How often a run whose commit another run has overtaken reads the table anew and tries again.
_ATTEMPTS = 10
_WRITTEN = StructType([StructField(MONTH, IntegerType()), StructField("file", StringType())])
_DAY, _TICKER = PARTITIONS
_PROPERTIES = {
    # This module retries by itself: PyIceberg would commit files again that were made from an overtaken state.
    "commit.retry.num-retries": "0",
    "write.parquet.compression-codec": "zstd",
    "write.metadata.delete-after-commit.enabled": "true",
    "write.metadata.previous-versions-max": "100",
}


def ensure_table(target: PublishedTable) -> None:
    """Creates the table if it does not exist, else compares it with the contract. An existing table is never altered.

    Raises:
        JobError: if the columns or the place of an existing table differ, with both.
    """
    with _opened(target, create=True) as table:
        found = pa.schema([(field.name, field.type) for field in table.schema().as_arrow()])
        if fault := schema_fault(found, arrow_schema(target.columns), f"{target.table}'s columns"):
            raise JobError(f"{target.table}: the catalog's columns are not the contract's; {fault}")
        if table.location() != target.place.uri():
            raise JobError(
                f"{target.table}: the catalog has it at {table.location()}, --refined_path has it at "
                f"{target.place.uri()}"
            )


def held(target: PublishedTable, days: Iterable[date]) -> dict[date, set[str]]:
    """The tickers that the table has of these days."""
    days = set(days)
    tickers: dict[date, set[str]] = {}
    if not days:
        return tickers
    with _opened(target) as table:
        rows = table.scan(_between(days), selected_fields=PARTITIONS).to_arrow()
    for day, ticker in zip(rows[_DAY].to_pylist(), rows[_TICKER].to_pylist(), strict=True):
        if day in days:
            tickers.setdefault(day, set()).add(ticker)
    return tickers


def publish(
    spark: SparkSession, quotes: DataFrame, days: Iterable[date], target: PublishedTable, summary: Mapping[str, str]
) -> int:
    """Replaces the rows of these days by those of `quotes` in one commit; returns the number of months rewritten.

    Args:
        spark: the session of `quotes`.
        quotes: rows of these dates, and possibly of others.
        days: the dates to replace; one without rows in `quotes` is emptied.
        target: the table.
        summary: what the commit says of the run; readers find it in the snapshot's summary.

    Raises:
        JobError: if other runs have overtaken every attempt.
    """
    days = sorted(days)
    fresh = quotes.where(sf.col(_DAY).isin(days)).select(*target.columns.names)
    dated = fresh.withColumn(MONTH, sf.lit(12) * (sf.year(_DAY) - 1970) + sf.month(_DAY) - 1)
    tasks = min(len({month_of(day) for day in days}), spark.sparkContext.defaultParallelism)
    ordered = dated.repartition(tasks, MONTH).sortWithinPartitions(MONTH)
    return replace(target, days, lambda files: dict(ordered.mapInArrow(files.writer(), _WRITTEN).collect()), summary)


def replace(
    target: PublishedTable,
    days: list[date],
    write: Callable[[MonthFiles], dict[int, str | None]],
    summary: Mapping[str, str],
) -> int:
    """Replaces the rows of these days in one commit; returns the number of months rewritten.

    Args:
        target: the table.
        days: the dates to replace.
        write: calls `MonthFiles.replace` for every month that has rows for these dates, and returns the answers.
        summary: what the commit says of the run.

    Raises:
        JobError: if other runs have overtaken every attempt.
    """
    from pyiceberg.exceptions import CommitFailedException

    for attempt in range(_ATTEMPTS):
        with _opened(target) as table:
            old = _files(table, days)
            names = {month: [_name(target, file) for file in files] for month, files in old.items()}
            files = MonthFiles(target.place, _file_schema(table, target), days, names)
            answers = write(files)
            empty = {month_of(day) for day in days} - answers.keys()
            answers |= {month: files.replace(month) for month in empty}
            written = {month: name for month, name in answers.items() if name is not None}
            if not written:
                return 0
            try:
                _commit(table, target, old, written, {**summary, "b3.dates": shortest(days)})
            except CommitFailedException:
                target.place.delete(*(name for name in written.values() if name))
                time.sleep(random.uniform(0, 0.2 * 2**attempt))  # noqa: S311 - a pause is no secret
                continue
            _keep_up(table, target)
            return len(written)
    raise JobError(f"{target.table}: other runs were first {_ATTEMPTS} times in a row; the next run does what is left")


def _keep_up(table: Table, target: PublishedTable) -> None:
    """Upkeep with the first commit of a day; if another run commits at this moment, a later day does it."""
    from pyiceberg.exceptions import CommitFailedException

    if iceberg_upkeep.due(table):
        with suppress(CommitFailedException):
            iceberg_upkeep.keep_up(table, target.place, datetime.now(UTC))


def _commit(
    table: Table, target: PublishedTable, old: _Files, written: dict[int, str], summary: dict[str, str]
) -> None:
    """Replaces the months' old files by the written ones; fails if the table has changed since it was loaded."""
    from pyiceberg.io.pyarrow import parquet_file_to_data_file

    names = [name for _, name in sorted(written.items()) if name]
    fresh = [parquet_file_to_data_file(table.io, table.metadata, target.place.uri(name)) for name in names]
    with table.transaction() as transaction:
        change = transaction.update_snapshot(snapshot_properties=summary).overwrite()
        for file in (file for month in written for file in old.get(month, [])):
            change.delete_data_file(file)
        for file in fresh:
            change.append_data_file(file)
        change.commit()


def _files(table: Table, days: list[date]) -> _Files:
    """The table's present files of the months of these days.

    Raises:
        JobError: if another engine has marked rows of them as deleted, which this job would bring back.
    """
    months = {month_of(day) for day in days}
    files: _Files = {}
    for task in table.scan(_between(days)).plan_files():
        if task.delete_files:
            raise JobError(f"{task.file.file_path}: another engine has deleted rows of it; only the job may write here")
        month = task.file.partition[0]
        if month in months:
            files.setdefault(month, []).append(task.file)
    return files


def _between(days: Iterable[date]) -> str:
    """The condition on the dates from the first day's month to the last day's, which PyIceberg uses to skip files."""
    months = sorted(map(month_of, days))
    return f"{_DAY} >= '{first_day(months[0])}' and {_DAY} < '{first_day(months[-1] + 1)}'"


def _name(target: PublishedTable, file: DataFile) -> str:
    """The file's name, relative to the table's folder."""
    return file.file_path.removeprefix(f"{target.place.uri()}/")


def _file_schema(table: Table, target: PublishedTable) -> pa.Schema:
    """The columns of a data file."""
    return _numbered(arrow_schema(target.columns), {field.name: field.field_id for field in table.schema().fields})


def _numbered(schema: pa.Schema, ids: Mapping[str, int]) -> pa.Schema:
    """The columns with Iceberg's ids, by which readers find them in a file."""
    return pa.schema([field.with_metadata({"PARQUET:field_id": str(ids[field.name])}) for field in schema])


@contextmanager
def _opened(target: PublishedTable, *, create: bool = False) -> Iterator[Table]:
    """The table with its present metadata; `create` makes catalog and table if they do not exist.

    Raises:
        JobError: if PyIceberg is not installed, or the catalog cannot be used.
    """
    try:
        from pyiceberg.exceptions import NoSuchTableError

        failures: tuple[type[Exception], ...] = (NoSuchTableError, *_catalog_failures(on_s3=target.place.on_s3))
    except ModuleNotFoundError as error:
        missing = str(error.name).partition(".")[0]
        raise JobError(
            f"{target.table}: no module {missing}; pip install 'b3-kernels[lake]', or leave the table out with "
            "--tables diarias,por_ano"
        ) from error
    refined = target.place.uri().rpartition("/")[0]
    try:
        with open_catalog(refined, create=create) as catalog:
            if create:
                _create(catalog, target)
            yield catalog.load_table(target.table)
    except failures as error:
        raise JobError(f"{target.table}: the Iceberg catalog at {refined}: {str(error).splitlines()[0]}") from error


def _catalog_failures(*, on_s3: bool) -> tuple[type[Exception], ...]:
    """What the catalog's own library raises: boto3 for Glue, SQLAlchemy for SQLite. Neither needs the other's."""
    if on_s3:
        from botocore.exceptions import BotoCoreError, ClientError

        return BotoCoreError, ClientError
    from sqlalchemy.exc import SQLAlchemyError

    return (SQLAlchemyError,)


def _create(catalog: Any, target: PublishedTable) -> None:
    """Creates database and table; asks first, because the role on AWS has no permission to create a database."""
    from pyiceberg.io.pyarrow import pyarrow_to_schema
    from pyiceberg.partitioning import PartitionField, PartitionSpec
    from pyiceberg.table.sorting import SortField, SortOrder
    from pyiceberg.transforms import IdentityTransform, MonthTransform

    if catalog.table_exists(target.table):
        return
    database = target.table.partition(".")[0]
    if not catalog.namespace_exists(database):
        catalog.create_namespace_if_not_exists(database)
    ids = {name: place for place, name in enumerate(target.columns.names, start=1)}
    schema = pyarrow_to_schema(_numbered(arrow_schema(target.columns), ids))
    month = PartitionField(source_id=ids[_DAY], field_id=1000, transform=MonthTransform(), name="data_pregao_month")
    order = SortOrder(*(SortField(source_id=ids[name], transform=IdentityTransform()) for name in (_TICKER, _DAY)))
    catalog.create_table_if_not_exists(
        target.table, schema, target.place.uri(), PartitionSpec(month), order, _PROPERTIES
    )
