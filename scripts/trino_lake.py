"""The command `make trino`: a Trino server on this machine with the published tables of a lake.

Athena is Trino, so SQL that runs here runs there. The tables are external tables of this server
alone. Clients can only read: neither the lake's files nor Spark's catalog are changed.
"""

from __future__ import annotations

import argparse
import signal
import socket
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
from trino.exceptions import Error as ClientError

import trino_install
from b3_jobs.contract import schemas
from b3_kernels.lake import CATALOG as ICEBERG_FILE
from b3_kernels.lake import open_catalog
from trino_server import TrinoError, TrinoServer

if TYPE_CHECKING:
    from collections.abc import Sequence

# The second catalog has the Iceberg table; the first redirects queries of that table to it.
CATALOG, ICEBERG_CATALOG, SCHEMA = "lake", "iceberg", "b3"
DAILY = schemas.TABLES["1d"]
# The published tables with their partition columns.
PARTITION_KEYS = {schemas.BY_YEAR: schemas.YEAR, **dict.fromkeys(schemas.TABLES.values(), schemas.KEYS)}
# Trino lists all partitions of a table on disk in each query: 1 s for 26,000, over a minute for
# 326,000.
MOST_PARTITIONS = 100_000
TYPES = {
    pa.string(): "varchar",
    pa.float64(): "double",
    pa.int16(): "smallint",
    pa.int32(): "integer",
    pa.int64(): "bigint",
    pa.date32(): "date",
}


def trino_type(kind: pa.DataType) -> str:
    """The name of a column's type in Trino."""
    return f"decimal({kind.precision}, {kind.scale})" if pa.types.is_decimal(kind) else TYPES[kind]


def disk_catalogs(metastore: Path) -> dict[str, dict[str, str]]:
    """The catalogs of plain files and of Iceberg; their tables are defined in `metastore`."""
    shared = {
        "hive.metastore.catalog.dir": f"local://{metastore}",
        "fs.native-local.enabled": "true",
        "local.location": "/",
    }
    plain = {
        "connector.name": "hive",
        "hive.metastore": "file",
        "hive.iceberg-catalog-name": ICEBERG_CATALOG,
    }
    iceberg = {
        "connector.name": "iceberg",
        "iceberg.catalog.type": "TESTING_FILE_METASTORE",
        "iceberg.register-table-procedure.enabled": "true",
    }
    return {CATALOG: plain | shared, ICEBERG_CATALOG: iceberg | shared}


def register(server: TrinoServer, refined: Path) -> list[str]:
    """Registers the published tables below `refined` in `disk_catalogs`; returns their names.

    A daily table of more than `MOST_PARTITIONS` files becomes a view of the Iceberg table, if there
    is one: it has the same rows.
    """
    server.ask(f"CREATE SCHEMA IF NOT EXISTS {CATALOG}.{SCHEMA}")
    registered = register_iceberg(server, refined)
    has_iceberg = bool(registered)
    for table in PARTITION_KEYS:
        folder = refined / table
        if not has_files(folder):
            continue
        if has_iceberg and table == DAILY and count_partitions(folder) > MOST_PARTITIONS:
            server.ask(f"CREATE VIEW {CATALOG}.{SCHEMA}.{table} AS SELECT * FROM {CATALOG}.{SCHEMA}.{schemas.ICEBERG}")  # noqa: S608 - our own names
        else:
            server.ask(create_table(folder))
            server.ask(f"CALL {CATALOG}.system.sync_partition_metadata('{SCHEMA}', '{table}', 'ADD')")
        registered.append(table)
    return registered


def register_iceberg(server: TrinoServer, refined: Path) -> list[str]:
    """Registers the Iceberg table with its present metadata; returns its name if it exists.

    Each run names its database; if they named several, the table that was committed last is taken.
    """
    if not (refined / ICEBERG_FILE).is_file():
        return []
    with open_catalog(refined) as catalog:
        names = [(*database, schemas.ICEBERG) for database in catalog.list_namespaces()]
        tables = [catalog.load_table(name) for name in names if catalog.table_exists(name)]
    if not tables:
        return []
    newest = max(tables, key=lambda table: table.metadata.last_updated_ms)
    place, _, name = newest.metadata_location.rpartition("/metadata/")
    server.ask(
        f"CALL {ICEBERG_CATALOG}.system.register_table('{SCHEMA}', '{schemas.ICEBERG}', {quoted(place)}, '{name}')"
    )
    return [schemas.ICEBERG]


def has_files(table: Path) -> bool:
    """Whether a Parquet file lies anywhere in the table's folder."""
    return next(table.rglob("*.parquet"), None) is not None


def count_partitions(folder: Path) -> int:
    """The number of a table's folders of a date and ticker."""
    return sum(1 for date in folder.iterdir() if date.is_dir() for _ in date.iterdir())


def create_table(folder: Path) -> str:
    """The CREATE TABLE statement of one table, with the columns of its files."""
    inside, keys = pq.read_schema(next(folder.rglob("*.parquet"))), schemas.arrow_schema(PARTITION_KEYS[folder.name])
    columns = ", ".join(f"{field.name} {trino_type(field.type)}" for field in (*inside, *keys))
    partitions = ", ".join(f"'{name}'" for name in keys.names)
    return (
        f"CREATE TABLE {CATALOG}.{SCHEMA}.{folder.name} ({columns}) WITH (format = 'PARQUET', "
        f"partitioned_by = ARRAY[{partitions}], external_location = {quoted(f'local://{folder}')})"
    )


def quoted(text: str) -> str:
    """A text in SQL; a folder's name may hold a quote."""
    return "'" + text.replace("'", "''") + "'"


def in_use(port: int) -> bool:
    """Whether a program of this machine listens on the port."""
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


def serve(root: Path, port: int) -> None:
    """Run the server until Ctrl-C."""
    installation = trino_install.install()
    with tempfile.TemporaryDirectory(prefix="b3-trino-") as scratch:
        folder = Path(scratch)
        print("trino: starts, some 10 seconds", flush=True)
        with TrinoServer(installation, folder, port, disk_catalogs(folder / "metastore")) as server:
            began = time.monotonic()
            tables = register(server, root / "refined")
            print(f"trino: {', '.join(tables)} of {root} registered in {time.monotonic() - began:.0f} s")
            print(
                f"\nAny client of Trino connects to 127.0.0.1:{port}: catalog {CATALOG}, schema {SCHEMA}, any user,\n"
                f"no password. JDBC: jdbc:trino://127.0.0.1:{port}/{CATALOG}/{SCHEMA}. From Python:\n\n"
                "    import trino\n"
                f'    connection = trino.dbapi.connect(host="127.0.0.1", port={port}, user="me", '
                f'catalog="{CATALOG}", schema="{SCHEMA}")\n'
                '    print(connection.cursor().execute("SHOW TABLES").fetchall())\n\n'
                "It knows what the lake has now: start it again after another run. Ctrl-C stops it.",
                flush=True,
            )
            signal.pause()


def main(argv: Sequence[str] | None = None) -> int:
    """Checks the options, then runs the server; prints why and returns 1 if it cannot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lake", type=Path, required=True, help="root of the lake")
    parser.add_argument("--port", type=int, default=8080, help="where it answers, on this machine alone")
    options = parser.parse_args(argv)
    if not 0 < options.port < 2**16:
        parser.error(f"--port: found {options.port}, expected 1 to 65535")
    root = options.lake.resolve()
    refined = root / "refined"
    if not (refined / ICEBERG_FILE).is_file() and not any(has_files(refined / table) for table in PARTITION_KEYS):
        print(f"trino: {refined} has no published table; make one with `make run`", file=sys.stderr)
        return 1
    if in_use(options.port):
        print(f"trino: port {options.port} is in use; name another, as in `make trino PORT=8081`", file=sys.stderr)
        return 1
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, signal.default_int_handler)
    try:
        serve(root, options.port)
    except KeyboardInterrupt:
        print("trino: stopped")
    except (trino_install.TrinoUnavailableError, TrinoError, ClientError, OSError) as error:
        print(f"trino: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
