"""How many threads a call may use: what `B3_KERNELS_THREADS` says, else as many as there are processors."""

from __future__ import annotations

import os
import sys

VARIABLE = "B3_KERNELS_THREADS"
MOST = 1_024

_forked = False


def threads() -> int | None:
    """Give the number of threads that a call may use; None for as many as this process has processors.

    One inside a Spark worker and in a process that was forked after this package was imported: there each processor has
    a process of its own already. What `B3_KERNELS_THREADS` says counts everywhere.

    Raises:
        ValueError: `B3_KERNELS_THREADS` is no number from 1 up.
    """
    said = os.environ.get(VARIABLE, "").strip()
    if not said:
        return 1 if _forked or _in_spark_task() else None
    if not (said.isascii() and said.isdigit() and 1 <= int(said) <= MOST):
        message = f'{VARIABLE}: found "{said}", expected a number of threads from 1 to {MOST}, or nothing for all cores'
        raise ValueError(message)
    return int(said)


def _in_spark_task() -> bool:
    """Whether Spark runs this process as a worker; only there is a task's context."""
    pyspark = sys.modules.get("pyspark")
    return pyspark is not None and pyspark.TaskContext.get() is not None


def _note_fork() -> None:
    global _forked
    _forked = True


os.register_at_fork(after_in_child=_note_fork)
