"""A run of the job that stops while it publishes, to be killed: `stalling.py MARKER <arguments>`.

Each of its workers writes a few files, creates the marker and then waits for its parent's end.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

import refine_quotes
from b3_jobs.tables import quote_files

FILES = 20


def stalling_writer(marker: Path) -> Callable[..., Any]:
    """`quote_files.writer`, which stops after FILES rows of its first batch."""
    genuine = quote_files.writer

    def writer(*arguments: Any) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
        write = genuine(*arguments)

        def write_some(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            parent = os.getppid()
            for batch in batches:
                yield from write([batch.slice(0, FILES)])
                marker.touch()
                while os.getppid() == parent:
                    time.sleep(0.05)

        return write_some

    return writer


if __name__ == "__main__":
    quote_files.writer = stalling_writer(Path(sys.argv[1]))  # type: ignore[assignment]
    sys.exit(refine_quotes.main(sys.argv[2:]))
