"""Runner of the release binary `b3-ingest` on an emulated S3."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from object_store import BUCKET, ENVIRONMENT

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Ingester:
    """The release binary with the address of a store."""

    binary: Path
    url: str
    subcommand: str = "cotahist"
    dest: str = f"s3://{BUCKET}/b3/daily"

    def command(self, source: Path, *more: str) -> list[str]:
        """The command line of the subcommand that ingests a file."""
        where = ["--dest", self.dest, "--endpoint-url", self.url]
        return [str(self.binary), self.subcommand, "--file", str(source), *where, *more]

    def run(self, source: Path, *more: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        """Run the command, wait until it ends, and assert that it ends with this status."""
        command = self.command(source, *more)
        done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
        assert done.returncode == status, done.stdout + done.stderr
        return done


def environment(**more: str) -> dict[str, str]:
    """The environment of a run, without this machine's AWS settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return kept | ENVIRONMENT | more
