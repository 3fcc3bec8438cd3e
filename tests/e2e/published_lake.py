"""Published tables of invented tickers, as plain files, made by the job's code without Spark."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa
import pyarrow.compute as pc
from aws import REGION
from lakes import EVENTS, sample_actions

import b3_kernels as b3
import sample_cotahist
from b3_jobs.contract.options import Options
from b3_jobs.contract.published_table import published_tables
from b3_jobs.contract.schemas import arrow_schema
from b3_jobs.tables import quote_files, year_file
from b3_jobs.tables.glue_partitions import GluePartitions
from b3_jobs.tables.glue_tables import ensure_table

if TYPE_CHECKING:
    from pathlib import Path

    from aws import Moto

    from b3_jobs.contract.published_table import PublishedTable
    from b3_kernels.typing import Every

BUCKET = "lake"
REFINED = f"s3://{BUCKET}/refined"
EVERY = ("1d", "1w", "1mo")
# The daily table's forms as plain files, so without the Iceberg table.
FILES = ("diarias", "por_ano")
# queries/new_52_week_highs.sql finds a new high on this date.
NEW_HIGH = dt.date(2024, 11, 8)
SINCE = NEW_HIGH - dt.timedelta(weeks=52)


def bars(folder: Path) -> pa.Table:
    """Raw bars from `SINCE` on; INVB4 is named PETR4, as in queries/, and has the new high."""
    tables = []
    for year in (2023, 2024):
        file = folder / f"COTAHIST_A{year}.TXT"
        file.write_bytes(sample_cotahist.sample(year, events=year == 2024).replace(b"INVB4", b"PETR4"))
        tables.append(pa.table(b3.read_cotahist(file)))
    both = pa.concat_tables(tables)
    is_new_high = pc.and_(pc.equal(both["ticker"], "PETR4"), pc.equal(both["trade_date"], NEW_HIGH))
    highs = pc.if_else(is_new_high, pa.scalar(Decimal(1_000), both["high"].type), both["high"])
    both = both.set_column(both.column_names.index("high"), "high", highs)
    return both.filter(pc.field("trade_date") >= SINCE).sort_by([("ticker", "ascending"), ("trade_date", "ascending")])


def actions() -> pa.Table:
    """The events of 2024 without the split, so that one change of shares has no known event."""
    rows = [row for row in sample_actions() if row["kind"] != "split"]
    return pa.Table.from_pylist([row | {"ticker": row["ticker"].replace("INVB4", "PETR4")} for row in rows], EVENTS)


def publish(refined: Path, scratch: Path, moto: Moto) -> pa.Table:
    """Write every table of plain files below `refined` and to S3, and register it in Glue.

    Returns the daily rows.
    """
    raw, events = bars(scratch), actions()
    moto.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    glue = moto.client("glue")
    glue.create_database(DatabaseInput={"Name": "b3"})
    on_disk = published_tables(Options("raw", str(refined), every=EVERY, tables=FILES))
    in_s3 = published_tables(Options("raw", REFINED, every=EVERY, tables=FILES))
    for local, remote in zip(on_disk, in_s3, strict=True):
        rows = b3.refine(raw, every=cast("Every", local.every), actions=events)
        ensure_table(glue, remote)
        if local.by_year:
            write_years(rows, local)
        else:
            write_tickers(rows, local)
        register(glue, remote, rows)
    upload(refined, moto.client("s3"))
    return b3.refine(raw, actions=events)


def write_tickers(rows: pa.Table, table: PublishedTable) -> None:
    write = quote_files.writer(table.place, arrow_schema(table.columns))
    for _ in write(rows.to_batches()):
        pass


def write_years(rows: pa.Table, table: PublishedTable) -> None:
    for year in years(rows):
        its_rows = rows.filter(pc.equal(pc.year(rows["data_pregao"]), year)).select(table.columns.names)
        year_file.write(table.place, year_file.name(year), [its_rows], arrow_schema(table.columns))


def upload(refined: Path, s3: Any) -> None:
    files = [path for path in refined.rglob("*") if path.is_file()]
    with ThreadPoolExecutor(8) as threads:
        keys = [f"refined/{path.relative_to(refined)}" for path in files]
        list(threads.map(lambda key, path: s3.put_object(Bucket=BUCKET, Key=key, Body=path.read_bytes()), keys, files))


def years(rows: pa.Table) -> list[int]:
    found: list[int] = pc.unique(pc.year(rows["data_pregao"])).to_pylist()
    return found


def register(glue: Any, table: PublishedTable, rows: pa.Table) -> None:
    """Register the table's partitions. The job registers years by Spark; here Glue is called."""
    if not table.by_year:
        keys = zip(rows["data_pregao"].to_pylist(), rows["ativo"].to_pylist(), strict=True)
        GluePartitions(glue, table.database, table.name).add(keys)
        return
    storage = glue.get_table(DatabaseName=table.database, Name=table.name)["Table"]["StorageDescriptor"]
    for year in years(rows):
        its_storage = storage | {"Location": table.place.uri(year_file.folder(year))}
        described = {"Values": [str(year)], "StorageDescriptor": its_storage}
        glue.create_partition(DatabaseName=table.database, TableName=table.name, PartitionInput=described)
