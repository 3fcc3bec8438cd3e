"""A run that stops in the middle of publishing and waits to be killed: `python stalling.py MARKER <arguments>`.

Each of its workers writes a few files, makes the marker and waits for as long as the run lives.
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
    """`quote_files.writer`, but it writes this many rows of its first batch and goes no further."""
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
