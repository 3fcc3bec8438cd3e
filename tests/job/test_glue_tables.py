"""Tables in the Glue Data Catalog: columns, partition index, and that each is created once."""

from __future__ import annotations

from typing import Any

import pytest

from b3_jobs.contract.options import Options
from b3_jobs.contract.published_table import PublishedTable, targets
from b3_jobs.tables.glue_tables import INDEX, ensure_table

OPTIONS = Options("s3://lake/raw", "s3://lake/refined", every=("1d", "1w", "1mo"))
TARGETS = [target for target in targets(OPTIONS) if not target.in_iceberg]


def columns(described: list[dict[str, str]]) -> dict[str, str]:
    return {column["Name"]: column["Type"] for column in described}


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_a_new_table_has_the_contracts_columns_and_location(glue: Any, target: PublishedTable) -> None:
    ensure_table(glue, target)
    table = glue.get_table(DatabaseName="b3", Name=target.name)["Table"]
    kinds = {field.name: field.dataType.simpleString() for field in target.columns.fields}
    assert columns(table["StorageDescriptor"]["Columns"]) == kinds
    assert list(columns(table["PartitionKeys"])) == target.partitions.names
    assert table["StorageDescriptor"]["Location"] == target.place.uri()
    assert table["Parameters"]["partition_filtering.enabled"] == "true"


def test_a_table_is_created_once_with_an_index_if_it_has_partitions_by_ticker(glue: Any) -> None:
    made: list[Any] = []

    class Recorded:
        exceptions = glue.exceptions
        get_table = glue.get_table

        @staticmethod
        def create_table(**request: Any) -> None:
            made.append(request)
            glue.create_table(**request)

    for _ in range(2):
        for target in TARGETS:
            ensure_table(Recorded, target)
    indexes = {request["TableInput"]["Name"]: request["PartitionIndexes"] for request in made}
    index = [{"IndexName": INDEX, "Keys": ["data_pregao", "ativo"]}]
    assert indexes == {
        "cotacoes_diarias": index,
        "cotacoes_semanais": index,
        "cotacoes_mensais": index,
        "cotacoes_por_ano": [],
    }
    assert len(made) == 4
