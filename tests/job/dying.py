"""A run of the job whose executor is killed: `python dying.py MARKER <the job's arguments>`."""

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
from b3_jobs.tables import quote_files

Batches = Iterator[pa.RecordBatch]
# The parent of a worker is PySpark's daemon, whose parent is the executor.
GENERATIONS = {"worker": 0, "executor": 2}


def dying_writer(marker: Path, victim: str) -> Callable[..., Any]:
    """`quote_files.writer`, which once, after some files, kills its `worker` or `executor`."""
    genuine = quote_files.writer

    def writer(*arguments: Any) -> Callable[[Iterable[pa.RecordBatch]], Batches]:
        write = genuine(*arguments)

        def write_and_die(batches: Iterable[pa.RecordBatch]) -> Batches:
            for keys in write(batches):
                with suppress(FileExistsError):
                    marker.touch(exist_ok=False)  # by one worker alone
                    process = os.getpid()
                    for _ in range(GENERATIONS[victim]):
                        _state, parent, *_ = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
                        process = int(parent)
                    os.kill(process, signal.SIGKILL)
                yield keys

        return write_and_die

    return writer


if __name__ == "__main__":
    quote_files.writer = dying_writer(Path(sys.argv[1]), "executor")  # type: ignore[assignment]
    sys.exit(refine_quotes.main(sys.argv[2:]))
