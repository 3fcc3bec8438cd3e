"""Tables in the Glue Data Catalog: columns, partition index, and that each is created once."""

from __future__ import annotations

from typing import Any

import pytest

from b3_jobs.contract.options import Options
from b3_jobs.contract.published_table import PublishedTable, published_tables
from b3_jobs.tables.glue_tables import INDEX, ensure_table

OPTIONS = Options("s3://lake/raw", "s3://lake/refined", every=("1d", "1w", "1mo"))
TABLES = [table for table in published_tables(OPTIONS) if not table.in_iceberg]


def columns(described: list[dict[str, str]]) -> dict[str, str]:
    return {column["Name"]: column["Type"] for column in described}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_new_table_has_the_contracts_columns_and_location(glue: Any, table: PublishedTable) -> None:
    ensure_table(glue, table)
    created = glue.get_table(DatabaseName="b3", Name=table.name)["Table"]
    kinds = {field.name: field.dataType.simpleString() for field in table.columns.fields}
    assert columns(created["StorageDescriptor"]["Columns"]) == kinds
    assert list(columns(created["PartitionKeys"])) == table.partitions.names
    assert created["StorageDescriptor"]["Location"] == table.place.uri()
    assert created["Parameters"]["partition_filtering.enabled"] == "true"


def test_a_table_is_created_once_with_an_index_if_it_has_partitions_by_ticker(glue: Any) -> None:
    requests: list[Any] = []

    class Recorded:
        exceptions = glue.exceptions
        get_table = glue.get_table

        @staticmethod
        def create_table(**request: Any) -> None:
            requests.append(request)
            glue.create_table(**request)

    for _ in range(2):
        for table in TABLES:
            ensure_table(Recorded, table)
    indexes = {request["TableInput"]["Name"]: request["PartitionIndexes"] for request in requests}
    index = [{"IndexName": INDEX, "Keys": ["data_pregao", "ativo"]}]
    assert indexes == {
        "cotacoes_diarias": index,
        "cotacoes_semanais": index,
        "cotacoes_mensais": index,
        "cotacoes_por_ano": [],
    }
    assert len(requests) == 4
