"""Adds partitions to a Hive metastore in an embedded Derby by SQL on the metastore's own tables.

Hive's own call takes 1.3 ms of processor time for each partition, and a year of all tickers has
400,000. Only the metastore beside a local lake is written this way, to which no other process
connects. Hive itself adds one partition, the model: the others get copies of its rows with their
own numbers, keys and place, so they are what Hive would write. One transaction adds all or none.

The tables are those of Hive 2.3 (`package.jdo` in its jar), which Spark 3.5 and 4.1 have built in.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from itertools import groupby
from typing import TYPE_CHECKING, Any

from b3_jobs.contract.schemas import TICKER_PATTERN
from b3_jobs.tables.quote_files import partition

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from pyspark.sql import SparkSession

    from b3_jobs.contract.published_table import PublishedTable

# Hive writes a ticker of these characters into names and places as it is, and escapes some others.
_PLAIN = re.compile(TICKER_PATTERN)
# Either of these settings means that the catalog is another one.
_ELSEWHERE = ("hive.metastore.uris", "hive.metastore.client.factory.class")

_MODEL = """
SELECT t.TBL_ID AS "table", o.LOCATION AS "place", p.PART_ID AS "partition", p.SD_ID AS "sd", s.SERDE_ID AS "serde"
FROM DBS AS d JOIN TBLS AS t ON t.DB_ID = d.DB_ID JOIN SDS AS o ON o.SD_ID = t.SD_ID
JOIN PARTITIONS AS p ON p.TBL_ID = t.TBL_ID JOIN SDS AS s ON s.SD_ID = p.SD_ID
WHERE d.NAME = '{database}' AND t.TBL_NAME = '{name}' AND p.PART_NAME = '{partition}'
"""
_NEW_KEYS = """
DECLARE GLOBAL TEMPORARY TABLE KEYS (N BIGINT, DAY_ CHAR(10), TICKER VARCHAR(12), NAME VARCHAR(767))
ON COMMIT PRESERVE ROWS NOT LOGGED
"""
# A call for each ticker would take longer than Hive. So one text (Derby allows 32,672 characters)
# holds up to 2,500 tickers of a date, each padded to 12 characters. Derby has no series of numbers:
# the tickers' places, 0 to 2,499, are sums such as 100 + 7.
_WIDTH = 12
_ONES = ", ".join(map(str, range(50)))
_FIFTIES = ", ".join(map(str, range(0, 2_500, 50)))
_TICKERS_AT_ONCE = 2_500
_KEYS = """
INSERT INTO SESSION.KEYS SELECT {first} + place, '{day}', ticker, 'data_pregao={day}/ativo=' || ticker FROM
  (SELECT place, RTRIM(SUBSTR(CAST(? AS VARCHAR(32672)), {width} * place + 1, {width})) FROM
    (SELECT fifties.N + ones.N FROM (VALUES {fifties}) AS fifties (N), (VALUES {ones}) AS ones (N)) AS places (place)
   WHERE place < {count}) AS cut (place, ticker)
"""
_KNOWN = """
DELETE FROM SESSION.KEYS AS k
WHERE EXISTS (SELECT * FROM PARTITIONS AS p WHERE p.TBL_ID = {table} AND p.PART_NAME = k.NAME)
"""
# In the order of their foreign keys. `k` has the new partitions, `m` the rows of the model.
_COPIES = """
INSERT INTO SERDES (SERDE_ID, NAME, SLIB)
SELECT {first_serde} + k.N, m.NAME, m.SLIB FROM SESSION.KEYS AS k, SERDES AS m WHERE m.SERDE_ID = {serde};

INSERT INTO SERDE_PARAMS (SERDE_ID, PARAM_KEY, PARAM_VALUE)
SELECT {first_serde} + k.N, m.PARAM_KEY, m.PARAM_VALUE
FROM SESSION.KEYS AS k, SERDE_PARAMS AS m WHERE m.SERDE_ID = {serde};

INSERT INTO SDS (SD_ID, CD_ID, INPUT_FORMAT, OUTPUT_FORMAT, IS_COMPRESSED, IS_STOREDASSUBDIRECTORIES, NUM_BUCKETS,
                 LOCATION, SERDE_ID)
SELECT {first_sd} + k.N, m.CD_ID, m.INPUT_FORMAT, m.OUTPUT_FORMAT, m.IS_COMPRESSED, m.IS_STOREDASSUBDIRECTORIES,
       m.NUM_BUCKETS, '{place}/' || k.NAME, {first_serde} + k.N
FROM SESSION.KEYS AS k, SDS AS m WHERE m.SD_ID = {sd};

INSERT INTO PARTITIONS (PART_ID, CREATE_TIME, LAST_ACCESS_TIME, PART_NAME, SD_ID, TBL_ID)
SELECT {first_partition} + k.N, m.CREATE_TIME, m.LAST_ACCESS_TIME, k.NAME, {first_sd} + k.N, m.TBL_ID
FROM SESSION.KEYS AS k, PARTITIONS AS m WHERE m.PART_ID = {partition};

INSERT INTO PARTITION_KEY_VALS (PART_ID, PART_KEY_VAL, INTEGER_IDX)
SELECT {first_partition} + k.N, k.DAY_, 0 FROM SESSION.KEYS AS k;

INSERT INTO PARTITION_KEY_VALS (PART_ID, PART_KEY_VAL, INTEGER_IDX)
SELECT {first_partition} + k.N, k.TICKER, 1 FROM SESSION.KEYS AS k;

INSERT INTO PARTITION_PARAMS (PART_ID, PARAM_KEY, PARAM_VALUE)
SELECT {first_partition} + k.N, m.PARAM_KEY, m.PARAM_VALUE
FROM SESSION.KEYS AS k, PARTITION_PARAMS AS m WHERE m.PART_ID = {partition}
"""
_RESERVE = "UPDATE SEQUENCE_TABLE SET NEXT_VAL = NEXT_VAL + {count} WHERE SEQUENCE_NAME = '{sequence}'"
_NEXT_ID = "SELECT NEXT_VAL FROM SEQUENCE_TABLE WHERE SEQUENCE_NAME = '{sequence}'"
# The names under which Hive's object mapping draws numbers.
_SEQUENCES = {"first_serde": "MSerDeInfo", "first_sd": "MStorageDescriptor", "first_partition": "MPartition"}


def keeps_catalog(spark: SparkSession) -> bool:
    """Whether the session's catalog is a metastore in a Derby of this JVM."""
    settings = _settings(spark)
    return (
        str(settings.get("javax.jdo.option.ConnectionURL")).startswith("jdbc:derby:")
        and not any(settings.get(name) for name in _ELSEWHERE)
        and spark.conf.get("spark.sql.hive.metastore.jars") == "builtin"
    )


def can_copy(ticker: str) -> bool:
    """Whether `copy` takes this ticker: of capital letters and digits alone, as all of B3's are."""
    return bool(_PLAIN.fullmatch(ticker))


def copy(
    spark: SparkSession, table: PublishedTable, model: tuple[date, str], partitions: Sequence[tuple[date, str]]
) -> None:
    """Adds those of the sorted `partitions` that the table lacks; it has `model` already.

    Raises:
        Py4JJavaError: if the metastore fails, as on a full disk; none of them is added then.
    """
    with _transaction(spark) as connection:
        model_row = _row(connection, _MODEL, database=table.database, name=table.name, partition=partition(*model))
        _fill_keys(connection, partitions)
        _execute(connection, _KNOWN.format(**model_row))
        first_ids = {key: _reserve_ids(connection, sequence, len(partitions)) for key, sequence in _SEQUENCES.items()}
        literals = {column: str(value).replace("'", "''") for column, value in model_row.items()}
        for statement in _COPIES.split(";"):
            _execute(connection, statement.format(**literals, **first_ids))


def _fill_keys(connection: Any, partitions: Sequence[tuple[date, str]]) -> None:
    _execute(connection, _NEW_KEYS)
    first = 0
    for day, keys in groupby(partitions, lambda key: key[0]):
        tickers = [ticker.ljust(_WIDTH) for _, ticker in keys]
        for start in range(0, len(tickers), _TICKERS_AT_ONCE):
            some = tickers[start : start + _TICKERS_AT_ONCE]
            statement = _KEYS.format(first=first, day=day, count=len(some), width=_WIDTH, fifties=_FIFTIES, ones=_ONES)
            _execute(connection, statement, "".join(some))
            first += len(some)


def _reserve_ids(connection: Any, sequence: str, count: int) -> int:
    """Takes `count` numbers from where Hive takes its own; returns the first."""
    sequence = f"org.apache.hadoop.hive.metastore.model.{sequence}"
    _execute(connection, _RESERVE.format(sequence=sequence, count=count))
    return int(_row(connection, _NEXT_ID, sequence=sequence)["NEXT_VAL"]) - count


@contextmanager
def _transaction(spark: SparkSession) -> Iterator[Any]:
    """A connection to the metastore, committed at the end, or rolled back after an error."""
    settings = _settings(spark)
    jvm: Any = spark.sparkContext._jvm  # noqa: SLF001 - PySpark has no public way to its JVM
    properties = jvm.java.util.Properties()  # without settings, Hive's own user and password
    properties.setProperty("user", settings.get("javax.jdo.option.ConnectionUserName", "APP"))
    properties.setProperty("password", settings.get("javax.jdo.option.ConnectionPassword", "mine"))
    driver = jvm.org.apache.derby.jdbc.EmbeddedDriver()
    connection = driver.connect(settings.get("javax.jdo.option.ConnectionURL"), properties)
    try:
        connection.setAutoCommit(False)
        yield connection
        connection.commit()
    finally:
        # Without effect after a commit; Derby closes no connection in the middle of a transaction.
        connection.rollback()
        connection.close()


def _settings(spark: SparkSession) -> Any:
    return spark.sparkContext._jsc.hadoopConfiguration()  # noqa: SLF001 - PySpark has no public way to them


def _execute(connection: Any, statement: str, *texts: str) -> None:
    prepared = connection.prepareStatement(statement)
    for position, text in enumerate(texts, start=1):
        prepared.setString(position, text)
    prepared.execute()
    prepared.close()


def _row(connection: Any, query: str, **values: str) -> dict[str, Any]:
    """The first row that the query finds, by the names of its columns."""
    result = connection.createStatement().executeQuery(query.format(**values))
    result.next()
    columns = result.getMetaData()
    names = [columns.getColumnLabel(number) for number in range(1, columns.getColumnCount() + 1)]
    row = {name: result.getObject(name) for name in names}
    result.close()
    return row
