"""The Iceberg table as the job keeps it, in an emulated Glue and S3: its definition and its month files, without Spark.

Only the commit is not the job's own: on AWS it is PyIceberg's too.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
from pyiceberg.io.pyarrow import parquet_file_to_data_file, schema_to_pyarrow

from b3_jobs.contract.options import Options
from b3_jobs.contract.published_table import PublishedTable
from b3_jobs.tables import iceberg_catalog
from b3_jobs.tables.month_files import MonthFiles, month_of
from b3_kernels.lake import open_catalog


def commit(refined: str, rows: pa.Table) -> None:
    """Replace the dates of `rows` in the table `cotacoes` below `refined` in one commit; makes the table if needed."""
    target = PublishedTable.of_iceberg(Options("", refined))
    iceberg_catalog.ensure_table(target)
    months = pa.array([month_of(day) for day in rows["data_pregao"].to_pylist()], pa.int32())
    days = sorted(set(rows["data_pregao"].to_pylist()))
    with open_catalog(refined) as catalog:
        table = catalog.load_table(target.table)
        present = {task.file.partition[0]: task.file for task in table.scan().plan_files()}
        old = {month: [file.file_path.removeprefix(f"{table.location()}/")] for month, file in present.items()}
        schema = schema_to_pyarrow(table.schema())
        files = MonthFiles(target.place, schema, days, old)
        fresh = {month: rows.filter(pc.equal(months, month)) for month in set(months.to_pylist())}
        written = {month: files.replace(month, part.cast(schema)) for month, part in fresh.items()}
        with table.transaction() as transaction, transaction.update_snapshot().overwrite() as change:
            for month, name in written.items():
                if name:
                    change.append_data_file(parquet_file_to_data_file(table.io, table.metadata, target.place.uri(name)))
                    if month in present:
                        change.delete_data_file(present[month])
