"""A run whose executor is killed: `python dying.py MARKER MODULE WRITER <the job's arguments>`.

WRITER is the function of `b3_jobs.tables.MODULE` that makes what writes files on the executor.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import pyarrow as pa

import refine_quotes

Batches = Iterator[pa.RecordBatch]
# The parent of a worker is PySpark's daemon, whose parent is the executor.
GENERATIONS = {"worker": 0, "executor": 2}


def dying_writer(genuine: Callable[..., Any], marker: Path, victim: str) -> Callable[..., Any]:
    """A writer as `genuine`, which once, after some files, kills its `worker` or `executor`."""

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
    _, died, name, function, *arguments = sys.argv
    module = import_module(f"b3_jobs.tables.{name}")
    setattr(module, function, dying_writer(getattr(module, function), Path(died), "executor"))
    sys.exit(refine_quotes.main(arguments))
