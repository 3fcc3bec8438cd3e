"""Partitions that derby_partitions.py copies from one that Hive added, all of them or none."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import NO_YEARS_NO_ICEBERG, Lake
from lakes import quote
from py4j.protocol import Py4JJavaError

from b3_jobs.contract.published_table import PublishedTable
from b3_jobs.errors import root_cause
from b3_jobs.tables import catalog, derby_partitions

DAYS = [date(2024, 1, 2) + timedelta(days) for days in range(3)]
TICKERS = ["ABCB4", "PETR4", "VALE3", "XPBR31"]
KEYS = [(day, ticker) for day in DAYS for ticker in TICKERS]
# Numbers that the metastore gives to its rows, and the time of the call.
NUMBERS = {"PART_ID", "SD_ID", "SERDE_ID", "TBL_ID", "CD_ID", "CREATE_TIME"}


def table_of(lake: Lake) -> PublishedTable:
    table = PublishedTable.of(lake.options)
    catalog.ensure_database(lake.spark, lake.database, table.place)
    catalog.ensure_table(lake.spark, table)
    return table


def by_hive(lake: Lake, table: PublishedTable, keys: Iterable[tuple[date, str]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(derby_partitions, "keeps_catalog", lambda _spark: False)
        catalog.add(lake.spark, table, keys)


def select(lake: Lake, query: str) -> list[tuple[Any, ...]]:
    with derby_partitions._transaction(lake.spark) as connection:
        return rows(connection, query)


def rows(connection: Any, query: str) -> list[tuple[Any, ...]]:
    found, selected = connection.createStatement().executeQuery(query), []
    columns = range(1, found.getMetaData().getColumnCount() + 1)
    while found.next():
        selected.append(tuple(found.getObject(column) for column in columns))
    found.close()
    return selected


def sizes(lake: Lake) -> dict[str, int]:
    """Counts the rows of the metastore's tables, of all lakes together, but not its counters."""
    query = "SELECT TABLENAME FROM SYS.SYSTABLES WHERE TABLETYPE = 'T' AND TABLENAME <> 'SEQUENCE_TABLE'"
    names = [name for (name,) in select(lake, query)]
    return {name: count for name in names for (count,) in select(lake, f'SELECT COUNT(*) FROM "{name}"')}  # noqa: S608


def rows_of(lake: Lake, table: PublishedTable) -> dict[str, list[list[str]]]:
    """All rows of the table's partitions without their numbers, place and time."""
    # Of a partition p and its table t, the storage descriptors are s and o.
    partitions = (
        f"PARTITIONS p JOIN TBLS t ON t.TBL_ID = p.TBL_ID AND t.TBL_NAME = '{table.name}' "
        f"JOIN DBS d ON d.DB_ID = t.DB_ID AND d.NAME = '{lake.database}' "
        "JOIN SDS s ON s.SD_ID = p.SD_ID JOIN SDS o ON o.SD_ID = t.SD_ID"
    )
    joins = {
        "PARTITIONS": "x.PART_ID = p.PART_ID",
        "SDS": "x.SD_ID = p.SD_ID",
        "SERDES": "x.SERDE_ID = s.SERDE_ID",
        "SERDE_PARAMS": "x.SERDE_ID = s.SERDE_ID",
        "PARTITION_KEY_VALS": "x.PART_ID = p.PART_ID",
        "PARTITION_PARAMS": "x.PART_ID = p.PART_ID",
    }
    found = {}
    for name, join in joins.items():
        described = f"SYS.SYSCOLUMNS JOIN SYS.SYSTABLES ON TABLEID = REFERENCEID WHERE TABLENAME = '{name}'"
        columns = {column for (column,) in select(lake, f"SELECT COLUMNNAME FROM {described}")}  # noqa: S608
        kept = ", ".join(f"x.{column}" for column in sorted(columns - NUMBERS))
        # The difference is 0 if the partition refers to the columns of its table.
        first = "p.CREATE_TIME, p.PART_NAME, s.CD_ID - o.CD_ID"
        joined = select(lake, f"SELECT {first}, {kept} FROM {partitions} JOIN {name} x ON {join}")  # noqa: S608
        found[name] = sorted([_plain(value, table, str(time)) for value in values] for time, *values in joined)
    return found


def _plain(value: Any, table: PublishedTable, time: str) -> str:
    """A value or CLOB as text; the time, also in PARTITION_PARAMS, is `TIME`, the place `PLACE`."""
    text = value.getSubString(1, int(value.length())) if hasattr(value, "getSubString") else str(value)
    place = table.place.uri().replace("file:///", "file:/")  # as Hive writes it
    return "TIME" if text == time else text.replace(place, "PLACE")


@pytest.mark.spark
def test_copied_partitions_have_the_rows_that_hive_writes(lake: Lake, other_lake: Lake) -> None:
    copied_table, hive_table = table_of(lake), table_of(other_lake)
    before = sizes(lake)
    by_hive(other_lake, hive_table, KEYS)
    hive_added = {name: size - before[name] for name, size in sizes(lake).items()}
    catalog.add(lake.spark, copied_table, KEYS)
    assert sizes(lake) == {name: before[name] + 2 * added for name, added in hive_added.items()}
    found = rows_of(lake, copied_table)
    assert found == rows_of(other_lake, hive_table)
    # The rows of one partition, in PARTITION_KEY_VALS one for each of its two keys.
    assert {name: len(copies) / len(KEYS) for name, copies in found.items()} == {
        "PARTITIONS": 1, "SDS": 1, "SERDES": 1, "SERDE_PARAMS": 2, "PARTITION_KEY_VALS": 2, "PARTITION_PARAMS": 1,
    }  # fmt: skip


@pytest.mark.spark
def test_spark_sql_lists_reads_alters_and_drops_copied_partitions(lake: Lake) -> None:
    lake.ingest(quote(ticker, day, "10.5") for day, ticker in KEYS)
    lake.refine(*NO_YEARS_NO_ICEBERG)
    table, spark = PublishedTable.of(lake.options), lake.spark
    assert catalog.every_partition(spark, table) == set(KEYS)
    assert catalog.tickers(spark, table, DAYS[1:2]) == {DAYS[1]: set(TICKERS)}
    one = f"data_pregao = DATE '{DAYS[2]}' AND ativo = 'VALE3'"
    assert spark.table(str(table)).where(one).select("fechamento").count() == 1
    assert spark.table(str(table)).where(f"data_pregao > DATE '{DAYS[0]}'").count() == 2 * len(TICKERS)
    partition = f"PARTITION (data_pregao = DATE '{DAYS[2]}', ativo = 'VALE3')"
    elsewhere = (lake.root / "elsewhere").as_uri()
    spark.sql(f"ALTER TABLE {table} {partition} SET LOCATION '{elsewhere}'")
    assert spark.table(str(table)).where(one).select("fechamento").count() == 0
    catalog.drop(spark, table, KEYS[1:])
    assert catalog.every_partition(spark, table) == {KEYS[0]}


@pytest.mark.spark
def test_what_is_registered_is_not_added_again_and_hive_goes_on_with_numbers_of_its_own(lake: Lake) -> None:
    table = table_of(lake)
    by_hive(lake, table, KEYS[1:3])
    catalog.add(lake.spark, table, KEYS[:8])
    once = rows_of(lake, table)
    catalog.add(lake.spark, table, KEYS[:8])
    assert rows_of(lake, table) == once
    by_hive(lake, table, KEYS[8:])
    assert catalog.every_partition(lake.spark, table) == set(KEYS)


@pytest.mark.spark
def test_tickers_that_hive_escapes_or_that_exceed_one_statement_are_added_too(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(derby_partitions, "_TICKERS_AT_ONCE", 7)
    table = table_of(lake)
    keys = {(DAYS[0], f"T{number}") for number in range(20)} | {(DAYS[1], "A:1"), (DAYS[1], "A2")}
    catalog.add(lake.spark, table, keys)
    listed = {row.partition for row in lake.spark.sql(f"SHOW PARTITIONS {table}").collect()}
    assert listed == {f"data_pregao={day}/ativo={ticker}".replace(":", "%3A") for day, ticker in keys}


@pytest.mark.spark
def test_a_failure_before_the_commit_adds_none_of_the_copies(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    table = table_of(lake)
    with monkeypatch.context() as patch:
        statements = f"{derby_partitions._COPIES}; CALL NOTHING()"
        patch.setattr(derby_partitions, "_COPIES", statements)
        with pytest.raises(Py4JJavaError) as raised:
            catalog.add(lake.spark, table, KEYS)
    message = "java.sql.SQLSyntaxErrorException: 'NOTHING' is not recognized as a function or procedure."
    assert root_cause(str(raised.value)) == message
    assert catalog.every_partition(lake.spark, table) == {KEYS[0]}
    catalog.add(lake.spark, table, KEYS)
    assert catalog.every_partition(lake.spark, table) == set(KEYS)


@pytest.mark.spark
def test_a_kill_before_the_commit_leaves_none_of_the_copies(lake: Lake) -> None:
    program = Path(__file__).with_name("killed_catalog.py")
    killed = lake.run_program(sys.executable, str(program), str(lake.refined))
    assert killed.stdout == "every row is written\n", killed.stderr[-2_000:]
    jvm = lake.spark.sparkContext._jvm
    assert jvm is not None
    driver, address = jvm.org.apache.derby.jdbc.EmbeddedDriver(), f"jdbc:derby:;databaseName={lake.root}/metastore"
    with closing(driver.connect(address, jvm.java.util.Properties())) as connection:
        names = rows(connection, "SELECT PART_NAME FROM PARTITIONS")
        counts = [rows(connection, query) for query in ("SELECT COUNT(*) FROM SDS", "SELECT COUNT(*) FROM SERDES")]
    assert names == [("data_pregao=2024-01-02/ativo=ABCB4",)]
    # Those of the table and of the partition that Hive added.
    assert counts == [[(2,)], [(2,)]]


@pytest.mark.spark
def test_a_catalog_that_is_not_the_derby_of_this_process_is_left_to_hive(lake: Lake) -> None:
    assert derby_partitions.keeps_catalog(lake.spark)
    settings = derby_partitions._settings(lake.spark)
    address = settings.get("javax.jdo.option.ConnectionURL")
    others = {
        "hive.metastore.uris": "thrift://metastore:9083",
        "hive.metastore.client.factory.class": "com.amazonaws.glue.catalog.metastore.Factory",
        "javax.jdo.option.ConnectionURL": "jdbc:postgresql://metastore/hive",
    }
    try:
        for name, value in others.items():
            settings.set(name, value)
            assert not derby_partitions.keeps_catalog(lake.spark)
            settings.unset(name)
        # The loop has unset the address too.
        assert not derby_partitions.keeps_catalog(lake.spark)
    finally:
        for name in others:
            settings.unset(name)
        settings.set("javax.jdo.option.ConnectionURL", address)
