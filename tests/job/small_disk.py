"""Runs of the job on a full disk: `unshare -m python small_disk.py FREE FOLDER COPY ARGUMENTS`.

FOLDER becomes a small disk that only this process sees. The first run has FREE bytes, the second
enough, the third enough for its partitions but not for its year file. COPY gets the files and
`runs.json` with the errors and files of each run.
"""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import SparkSession

import refine_quotes

DISK = 8_000_000
# Three pages, one to spare: each of the two tasks needs one for a new quote file (3 kB) until it
# replaces the old file; the year file (19 kB) needs five.
YEARS_FREE = 3 * 4_096
BALLAST = "ballast"
# An empty file that a run locks while it writes the ledger.
LOCK = "_lock"


def attempt(folder: Path, arguments: list[str]) -> dict[str, Any]:
    """A run of the job: its status, its errors, its files, and the broken (incomplete) ones."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = refine_quotes.main(arguments)
    errors = [line for line in err.getvalue().splitlines() if not line.startswith('{"stage"')]
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != BALLAST]
    names = [str(path.relative_to(folder)) for path in files]
    return {
        "status": status,
        "errors": errors,
        "files": names,
        "broken": [str(path) for path in files if not is_complete(path)],
    }


def is_complete(path: Path) -> bool:
    """Whether a file can be read to its end; the lock and Iceberg's metadata are not read."""
    if path.name == LOCK or path.suffix in {".db", ".db-journal", ".avro"} or path.name.endswith(".metadata.json"):
        return True
    try:
        if path.suffix == ".json":
            json.loads(path.read_bytes())
        else:
            pq.ParquetFile(path).read()
    except (OSError, ValueError, pa.ArrowException):
        return False
    return True


def main(free: int, folder: Path, copy: Path, arguments: list[str]) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)], check=True)
    with SparkSession.builder.getOrCreate() as spark:
        spark.sparkContext.setLogLevel("OFF")
        ballast = folder / BALLAST
        ballast.write_bytes(b"x" * (DISK - free))
        full = attempt(folder, arguments)
        ballast.unlink()
        again = attempt(folder, arguments)
        ballast.write_bytes(b"x" * (shutil.disk_usage(folder).free - YEARS_FREE))
        years_full = attempt(folder, arguments)
        ballast.unlink()
    shutil.copytree(folder, copy)
    (copy / "runs.json").write_text(json.dumps({"full": full, "again": again, "years_full": years_full}))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4:])
