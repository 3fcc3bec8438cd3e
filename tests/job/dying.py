"""A run whose executor is killed twice: `python dying.py FOLDER <the job's arguments>`.

Once while it writes files of partitions, once between two year files. FOLDER gets a file for each.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa

import refine_quotes
from b3_jobs.tables import quote_files, year_table

Batches = Iterator[pa.RecordBatch]
# The parent of a worker is PySpark's daemon, whose parent is the executor.
GENERATIONS = {"worker": 0, "executor": 2}


def dying_writer(genuine: Callable[..., Any], marker: Path, victim: str) -> Callable[..., Any]:
    """`genuine`, but its writer kills the `victim` once, after some files (see `GENERATIONS`)."""

    def writer(*arguments: Any) -> Callable[[Iterable[pa.RecordBatch]], Batches]:
        write = genuine(*arguments)

        def write_and_die(batches: Iterable[pa.RecordBatch]) -> Batches:
            for written in write(batches):
                with suppress(FileExistsError):
                    marker.touch(exist_ok=False)  # by one worker alone
                    process = os.getpid()
                    for _ in range(GENERATIONS[victim]):
                        _state, parent, *_ = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
                        process = int(parent)
                    os.kill(process, signal.SIGKILL)
                yield written

        return write_and_die

    return writer


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    quote_files.writer = dying_writer(quote_files.writer, folder / "partitions", "executor")  # type: ignore[assignment]
    year_table._writer = dying_writer(year_table._writer, folder / "years", "executor")  # type: ignore[assignment]
    sys.exit(refine_quotes.main(sys.argv[2:]))
