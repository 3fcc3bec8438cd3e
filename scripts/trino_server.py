"""A Trino server as a process of this machine: configure, start, query and stop it."""

from __future__ import annotations

import json
import os
import subprocess
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any, Self

import requests
import trino

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from trino_install import Installation

START_SECONDS = 120
NODE_SECONDS = 30
STOP_SECONDS = 30
# The only user who may write.
OWNER = "lake-owner"
ACCESS = {
    "catalogs": [{"user": OWNER, "catalog": ".*", "allow": "all"}, {"catalog": ".*", "allow": "read-only"}],
    "procedures": [{"user": OWNER, "privileges": ["EXECUTE"]}],
}
# Queries get half a gigabyte, the server the rest. Less compilation makes it start sooner.
JVM = """-Xmx1500M
-XX:+UseSerialGC
-XX:TieredStopAtLevel=1
-XX:ReservedCodeCacheSize=256M
-Djdk.attach.allowAttachSelf=true
"""
CONFIG = {
    "coordinator": "true",
    "node-scheduler.include-coordinator": "true",
    "query.max-memory": "600MB",
    "query.max-memory-per-node": "500MB",
    "memory.heap-headroom-per-node": "300MB",
}
NODE = {
    "node.environment": "lake",
    "node.id": "lake",
    "node.bind-ip": "127.0.0.1",
    "node.internal-address": "127.0.0.1",
}


class TrinoError(Exception):
    """The server did not start; the text holds the last lines of its log."""


class TrinoServer:
    """A server with these catalogs, which only OWNER can write, during a `with` block.

    Args:
        installation: the result of `trino_install.install`.
        folder: a folder for its configuration, data and log.
        port: the port on which it listens, on this machine alone.
        catalogs: the properties of each catalog, by the catalog's name; the first is the default of
            statements.
    """

    def __init__(
        self, installation: Installation, folder: Path, port: int, catalogs: Mapping[str, Mapping[str, str]]
    ) -> None:
        self.installation = installation
        self.folder = folder
        self.port = port
        self.catalogs = catalogs
        self.log = folder / "server.log"

    def __enter__(self) -> Self:
        self._configure()
        command = [str(self.installation.server / "bin" / "launcher"), "run"]
        command += ["--etc-dir", str(self.folder / "etc"), "--data-dir", str(self.folder / "data")]
        environment = os.environ | {"JAVA_HOME": str(self.installation.java_home)}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            self._wait()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def ask(self, sql: str, user: str = OWNER) -> tuple[list[str], list[tuple[Any, ...]]]:
        """The columns and the rows of a statement's result, with times in UTC.

        For some seconds after its start the server has no node yet and refuses statements; these
        are sent again.
        """
        deadline = time.monotonic() + NODE_SECONDS
        while True:
            try:
                return self._ask(sql, user)
            except trino.exceptions.TrinoQueryError as error:
                if error.error_name != "NO_NODES_AVAILABLE" or time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def _ask(self, sql: str, user: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        catalog = next(iter(self.catalogs))
        client = trino.dbapi.Connection("127.0.0.1", port=self.port, user=user, catalog=catalog, timezone="UTC")
        with closing(client) as connection, closing(connection.cursor()) as cursor:
            cursor.execute(sql)
            rows = [tuple(row) for row in cursor.fetchall()]
            return [name for name, *_ in cursor.description or ()], rows

    def _configure(self) -> None:
        etc = self.folder / "etc"
        (etc / "catalog").mkdir(parents=True, exist_ok=True)
        address = {"http-server.http.port": str(self.port), "discovery.uri": f"http://127.0.0.1:{self.port}"}
        _write(etc / "config.properties", CONFIG | address)
        _write(etc / "node.properties", NODE)
        (etc / "jvm.config").write_text(JVM, encoding="utf-8")
        rules = etc / "access.json"
        rules.write_text(json.dumps(ACCESS), encoding="utf-8")
        _write(etc / "access-control.properties", {"access-control.name": "file", "security.config-file": str(rules)})
        for name, properties in self.catalogs.items():
            _write(etc / "catalog" / f"{name}.properties", properties)

    def _wait(self) -> None:
        """Waits until the server answers a query."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            if self.process.poll() is not None:
                raise TrinoError(f"Trino ended with status {self.process.returncode}:\n{self._last_lines()}")
            try:
                self.ask("SELECT 1")
            except (requests.RequestException, trino.exceptions.Error) as error:
                if time.monotonic() > deadline:
                    raise TrinoError(f"no answer in {START_SECONDS} s: {error}\n{self._last_lines()}") from error
                time.sleep(0.2)
            else:
                return

    def _last_lines(self) -> str:
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-30:])

    def _stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _write(path: Path, properties: Mapping[str, str]) -> None:
    path.write_text("".join(f"{name}={value}\n" for name, value in properties.items()), encoding="utf-8")
