"""Trino over a lake on this machine: `make trino` starts it, makes the published tables known and waits for questions.

Athena is Trino, so any SQL that answers here answers there. The tables are known to this server alone, as external
tables; neither files nor Spark's catalog are changed.
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

import trino_install
from trino_server import TrinoError, TrinoServer

if TYPE_CHECKING:
    from collections.abc import Sequence

CATALOG, SCHEMA = "lake", "b3"
BY_TICKER = {"data_pregao": "date", "ativo": "varchar"}
# The published tables by their partitions' columns.
TABLES = {
    "cotacoes_por_ano": {"ano": "integer"},
    "cotacoes_mensais": BY_TICKER,
    "cotacoes_semanais": BY_TICKER,
    "cotacoes_diarias": BY_TICKER,
}
TYPES = {
    pa.string(): "varchar",
    pa.float64(): "double",
    pa.int16(): "smallint",
    pa.int32(): "integer",
    pa.int64(): "bigint",
    pa.bool_(): "boolean",
    pa.date32(): "date",
}


def trino_type(kind: pa.DataType) -> str:
    """The name of a column's type in Trino."""
    return f"decimal({kind.precision}, {kind.scale})" if pa.types.is_decimal(kind) else TYPES[kind]


def disk_catalog(metastore: Path) -> dict[str, str]:
    """Tables of Parquet files on this machine's disk, whose definitions are kept in a folder."""
    return {
        "connector.name": "hive",
        "hive.metastore": "file",
        "hive.metastore.catalog.dir": f"local://{metastore}",
        "hive.non-managed-table-writes-enabled": "true",
        "fs.native-local.enabled": "true",
        "local.location": "/",
    }


def register(server: TrinoServer, catalog: str, refined: Path) -> list[str]:
    """Make the published tables below `refined` known in a catalog of `disk_catalog`; which ones there are."""
    server.ask(f"CREATE SCHEMA IF NOT EXISTS {catalog}.{SCHEMA}")
    found = [table for table in TABLES if next((refined / table).rglob("*.parquet"), None)]
    for table in found:
        server.ask(create_table(catalog, refined / table))
        server.ask(f"CALL {catalog}.system.sync_partition_metadata('{SCHEMA}', '{table}', 'ADD')")
    return found


def create_table(catalog: str, folder: Path) -> str:
    """The statement for one table; its columns are those of its files."""
    keys = TABLES[folder.name]
    inside = {field.name: trino_type(field.type) for field in pq.read_schema(next(folder.rglob("*.parquet")))}
    columns = ", ".join(f"{name} {kind}" for name, kind in (inside | keys).items())
    partitions = ", ".join(f"'{name}'" for name in keys)
    return (
        f"CREATE TABLE {catalog}.{SCHEMA}.{folder.name} ({columns}) WITH (format = 'PARQUET', "
        f"partitioned_by = ARRAY[{partitions}], external_location = 'local://{folder}')"
    )


def in_use(port: int) -> bool:
    """Whether a program of this machine listens there."""
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


def serve(lake: Path, port: int) -> None:
    """Run the server until Ctrl-C."""
    installation = trino_install.install()
    with tempfile.TemporaryDirectory(prefix="b3-trino-") as scratch:
        folder = Path(scratch)
        print("trino: starts, some 10 seconds", flush=True)
        with TrinoServer(installation, folder, port, {CATALOG: disk_catalog(folder / "metastore")}) as server:
            began = time.monotonic()
            tables = register(server, CATALOG, lake / "refined")
            print(f"trino: {', '.join(tables)} of {lake} registered in {time.monotonic() - began:.0f} s")
            print(
                f"\nAny client of Trino connects to 127.0.0.1:{port}: catalog {CATALOG}, schema {SCHEMA}, any user,\n"
                f"no password. JDBC: jdbc:trino://127.0.0.1:{port}/{CATALOG}/{SCHEMA}. From Python:\n\n"
                "    import trino\n"
                f'    connection = trino.dbapi.connect(host="127.0.0.1", port={port}, user="me", '
                f'catalog="{CATALOG}", schema="{SCHEMA}")\n'
                '    print(connection.cursor().execute("SHOW TABLES").fetchall())\n\n'
                "Ctrl-C stops it.",
                flush=True,
            )
            signal.pause()


def main(argv: Sequence[str] | None = None) -> int:
    """Check what is given, then serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lake", type=Path, required=True, help="root of the lake")
    parser.add_argument("--port", type=int, default=8080, help="where it answers, on this machine alone")
    options = parser.parse_args(argv)
    lake = options.lake.resolve()
    if not any((lake / "refined" / table).is_dir() for table in TABLES):
        print(f"trino: {lake / 'refined'} has no published table; make one with `make run`", file=sys.stderr)
        return 1
    if in_use(options.port):
        print(f"trino: port {options.port} is in use; name another, as in `make trino PORT=8081`", file=sys.stderr)
        return 1
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, signal.default_int_handler)
    try:
        serve(lake, options.port)
    except KeyboardInterrupt:
        print("trino: stopped")
    except (trino_install.TrinoUnavailableError, TrinoError) as error:
        print(f"trino: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
