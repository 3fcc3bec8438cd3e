"""Creates tables in the Glue Data Catalog, with an index if partitions are by date and ticker.

Without an index Glue loads all partitions to find those of one date. Neither Spark's CREATE TABLE
nor CloudFormation can create an index.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyspark.sql.types import StructType

    from b3_jobs.contract.published_table import PublishedTable

INDEX = "por_data_e_ativo"
_FORMAT = {
    "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
    "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"},
}


def ensure_table(glue: Any, table: PublishedTable) -> None:
    """Creates the table if the catalog has none of this name."""
    indexes = [{"IndexName": INDEX, "Keys": table.partitions.names}] if table.by_row else []
    try:
        glue.get_table(DatabaseName=table.database, Name=table.name)
    except glue.exceptions.EntityNotFoundException:
        glue.create_table(DatabaseName=table.database, TableInput=_table_input(table), PartitionIndexes=indexes)


def _table_input(table: PublishedTable) -> dict[str, Any]:
    """The table in the form of Glue's CreateTable."""
    return {
        "Name": table.name,
        "TableType": "EXTERNAL_TABLE",
        # Athena uses an index only if the table has `partition_filtering.enabled`.
        "Parameters": {"EXTERNAL": "TRUE", "classification": "parquet", "partition_filtering.enabled": "true"},
        "PartitionKeys": _columns(table.partitions),
        "StorageDescriptor": {"Columns": _columns(table.columns), "Location": table.place.uri(), **_FORMAT},
    }


def _columns(schema: StructType) -> list[dict[str, str]]:
    return [{"Name": field.name, "Type": field.dataType.simpleString()} for field in schema.fields]
