"""Runs of the job on a full disk: `unshare -m python small_disk.py FOLDER COPY ARGUMENTS`.

FOLDER becomes a small disk that only this process sees. Run `full` has too few bytes, `again`
enough, `years_full` enough for its partitions but not for its year file. COPY gets the files and
`runs.json` with the status, errors, files and broken (incomplete) files of each run.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import SparkSession
from spark_runs import run_job

DISK = 8_000_000
# The 200 quote files would take 800 kB.
FREE = 300_000
# Three pages. Two tasks run at once, and each needs one page for its new quote file (3 kB). The
# third page is to spare. The year file (19 kB) needs five.
YEARS_FREE = (2 + 1) * 4_096
BALLAST = "ballast"
# An empty file that a run locks while it writes the ledger.
LOCK = "_lock"


def attempt(folder: Path, arguments: list[str]) -> dict[str, Any]:
    """A run of the job, and the files that it leaves."""
    result = run_job(*arguments)
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != BALLAST]
    return {
        "status": result.status,
        "errors": result.errors.splitlines(),
        "files": [str(path.relative_to(folder)) for path in files],
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


def main(folder: Path, copy: Path, arguments: list[str]) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)], check=True)
    with SparkSession.builder.getOrCreate() as spark:
        spark.sparkContext.setLogLevel("OFF")
        ballast = folder / BALLAST
        ballast.write_bytes(b"x" * (DISK - FREE))
        full = attempt(folder, arguments)
        ballast.unlink()
        again = attempt(folder, arguments)
        ballast.write_bytes(b"x" * (shutil.disk_usage(folder).free - YEARS_FREE))
        years_full = attempt(folder, arguments)
        ballast.unlink()
    shutil.copytree(folder, copy)
    (copy / "runs.json").write_text(json.dumps({"full": full, "again": again, "years_full": years_full}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
