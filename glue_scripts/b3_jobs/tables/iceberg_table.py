"""`cotacoes`: the daily rows of all tickers as one Iceberg table, with its earlier states.

A portion of a run is one commit, so readers see all its dates replaced or none. A run that dies
before its commit leaves the old table, and one that replaces no file commits nothing.
"""

from __future__ import annotations

import random
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyspark.sql import functions as sf
from pyspark.sql.types import IntegerType, StringType

from b3_jobs.contract.dates import EPOCH_YEAR, first_day, format_trade_dates, month_of
from b3_jobs.contract.schemas import DAY, KEY_NAMES, TICKER, arrow_schema, struct
from b3_jobs.errors import JobError, parquet_fault
from b3_jobs.tables import iceberg_maintenance
from b3_jobs.tables.iceberg_catalog import exists, numbered, opened, way_out
from b3_jobs.tables.month_files import MONTH, MonthFiles
from b3_jobs.tables.quote_files import tickers_by_date

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date

    from pyiceberg.manifest import DataFile
    from pyiceberg.table import DataScan, FileScanTask, Table
    from pyspark.sql import DataFrame, SparkSession

    from b3_jobs.contract.published_table import PublishedTable

    # The data files of each month.
    _Files = dict[int, list[DataFile]]
    # The new file of each month: None if its old file stays, an empty name if it has no rows.
    _Answers = dict[int, str | None]

# How often a run tries to commit; it reads the table anew each time that another run was first.
_ATTEMPTS = 10
_WRITTEN = struct(**{MONTH: IntegerType(), "file": StringType()})


class ManifestError(JobError):
    """A list of the table's files (an Iceberg manifest) cannot be read; no run can mend that."""


def data_files(table: PublishedTable) -> list[str]:
    """The names of the files of the table's present state.

    Raises:
        ManifestError: if a manifest cannot be read.
    """
    with opened(table) as iceberg:
        return sorted(_name(table, task.file) for task in _planned(table, iceberg.scan()))


def tickers(table: PublishedTable, days: Iterable[date]) -> dict[date, set[str]]:
    """The tickers that the table has of these days.

    Raises:
        ManifestError: if a manifest cannot be read.
        OSError: if a data file of these months cannot be read.
    """
    days = set(days)
    if not days:
        return {}
    rows = _columns(table, KEY_NAMES, row_filter=_between(days))
    keys = zip(rows[DAY].to_pylist(), rows[TICKER].to_pylist(), strict=True)
    return tickers_by_date((day, ticker) for day, ticker in keys if day in days)


def dates(table: PublishedTable) -> set[date]:
    """The dates of the table's rows; none if the catalog has no such table.

    Raises:
        ManifestError: if a manifest cannot be read.
        OSError: if a data file cannot be read.
    """
    return set(_columns(table, (DAY,))[DAY].unique().to_pylist()) if exists(table) else set()


def _columns(table: PublishedTable, names: tuple[str, ...], **scanned: Any) -> pa.Table:
    """These columns of the table's rows; `scanned` may narrow PyIceberg's scan."""
    with opened(table) as iceberg:
        scan = iceberg.scan(selected_fields=names, **scanned)
        try:
            return scan.to_arrow()
        except Exception as error:
            _planned(table, scan)  # raises if it is a manifest that cannot be read
            raise OSError(
                f"{table}: {parquet_fault(error)}; "
                "python -m b3_jobs.audit --repair --raw_path ... writes the month anew"
            ) from error


def replace_dates(
    spark: SparkSession,
    quotes: DataFrame,
    days: Iterable[date],
    table: PublishedTable,
    summary: Mapping[str, str],
    *,
    whole_months: bool = False,
) -> int:
    """Replaces the rows of these days in one commit; returns the number of months rewritten.

    A day without rows in `quotes` is emptied; rows of other days are ignored. With `whole_months`
    `quotes` must have all rows of the days' months and no others: no old file is read. Readers find
    `summary` in the snapshot's summary.

    Raises:
        JobError: if other runs have overtaken every attempt, or another engine has deleted rows.
    """
    days = sorted(days)
    fresh = (quotes if whole_months else quotes.where(sf.col(DAY).isin(days))).select(*table.columns.names)
    dated = fresh.withColumn(MONTH, (sf.year(DAY) - EPOCH_YEAR) * 12 + sf.month(DAY) - 1)  # as `month_of` counts
    tasks = min(len({month_of(day) for day in days}), spark.sparkContext.defaultParallelism)
    ordered = dated.repartition(tasks, MONTH).sortWithinPartitions(MONTH)

    def write(files: MonthFiles) -> _Answers:
        return dict(ordered.mapInArrow(files.writer(), _WRITTEN).collect())

    return replace(table, days, write, summary, whole_months=whole_months)


def replace(
    table: PublishedTable,
    days: list[date],
    write: Callable[[MonthFiles], _Answers],
    summary: Mapping[str, str],
    *,
    whole_months: bool = False,
) -> int:
    """As `replace_dates`; `write` calls `MonthFiles.replace` for every month with rows."""
    from pyiceberg.exceptions import CommitFailedException

    for attempt in range(_ATTEMPTS):
        with opened(table) as iceberg:
            old = _files(iceberg, table, days)
            names = {month: [_name(table, file) for file in files] for month, files in old.items()}
            files = MonthFiles(table.place, _file_schema(iceberg, table), None if whole_months else days, names)
            answers = write(files)
            empty = {month_of(day) for day in days} - answers.keys()
            answers |= {month: files.replace(month) for month in empty}
            written = {month: name for month, name in answers.items() if name is not None}
            if not written:
                return 0
            try:
                _commit(iceberg, table, old, written, {**summary, "b3.dates": format_trade_dates(days)})
            except CommitFailedException:
                table.place.delete(*(name for name in written.values() if name))
                time.sleep(random.uniform(0, 0.2 * 2**attempt))  # noqa: S311 - a pause is no secret
                continue
            _maintain(iceberg, table)
            return len(written)
    raise JobError(f"{table}: other runs were first {_ATTEMPTS} times in a row; the next run does what is left")


def _maintain(iceberg: Table, table: PublishedTable) -> None:
    """Upkeep with the first commit of a day; a concurrent commit leaves it to a later day."""
    from pyiceberg.exceptions import CommitFailedException

    if iceberg_maintenance.due(iceberg):
        # The commit's time by the store's clock, as its files' are; this machine's may be wrong.
        now = table.place.written_at(iceberg.metadata_location.removeprefix(f"{table.place.uri()}/"))
        with suppress(CommitFailedException):
            iceberg_maintenance.maintain(iceberg, table.place, now)


def _commit(
    iceberg: Table, table: PublishedTable, old: _Files, written: dict[int, str], summary: dict[str, str]
) -> None:
    """Replaces the months' old files; fails if the table has changed since it was loaded."""
    from pyiceberg.io.pyarrow import parquet_file_to_data_file

    names = [name for _, name in sorted(written.items()) if name]
    fresh = [parquet_file_to_data_file(iceberg.io, iceberg.metadata, table.place.uri(name)) for name in names]
    with iceberg.transaction() as transaction:
        change = transaction.update_snapshot(snapshot_properties=summary).overwrite()
        # PyIceberg 0.12 asks one evaluator about all manifests, on several threads. It holds one
        # manifest at a time and may overlook an old file, so here each manifest gets its own.
        shared = change._build_manifest_evaluator  # noqa: SLF001
        change._build_manifest_evaluator = (  # type: ignore[method-assign]  # noqa: SLF001
            lambda spec_id: lambda manifest: shared(spec_id)(manifest)
        )
        for month in written:
            for file in old.get(month, []):
                change.delete_data_file(file)
        for file in fresh:
            change.append_data_file(file)
        change.commit()


def _planned(table: PublishedTable, scan: DataScan) -> list[FileScanTask]:
    """The files to read for a scan, as the manifests list them.

    Raises:
        ManifestError: if a manifest cannot be read.
    """
    try:
        return list(scan.plan_files())
    except Exception as error:  # PyIceberg's decoder of Avro raises errors of many types
        fault = str(error).partition("\n")[0]
        raise ManifestError(f"{table}: an Iceberg manifest cannot be read: {fault}; {way_out(table)}") from error


def _files(iceberg: Table, table: PublishedTable, days: list[date]) -> _Files:
    """The table's present files of the months of these days.

    Raises:
        ManifestError: if a manifest cannot be read.
        JobError: if another engine has deleted rows in the span of these months: a rewrite would
            bring them back.
    """
    months = {month_of(day) for day in days}
    files: _Files = {}
    for task in _planned(table, iceberg.scan(_between(days))):
        if task.delete_files:
            raise JobError(f"{task.file.file_path}: another engine has deleted rows of it; only the job may write here")
        month = task.file.partition[0]
        if month in months:
            files.setdefault(month, []).append(task.file)
    return files


def _between(days: Iterable[date]) -> str:
    """The condition that spans the months of these days; by it PyIceberg skips files."""
    months = sorted(map(month_of, days))
    return f"{DAY} >= '{first_day(months[0])}' and {DAY} < '{first_day(months[-1] + 1)}'"


def _name(table: PublishedTable, file: DataFile) -> str:
    """The file's name, relative to the table's folder."""
    return file.file_path.removeprefix(f"{table.place.uri()}/")


def _file_schema(iceberg: Table, table: PublishedTable) -> pa.Schema:
    """The columns of a data file with the ids that they have in the table."""
    return numbered(arrow_schema(table.columns), {field.name: field.field_id for field in iceberg.schema().fields})
