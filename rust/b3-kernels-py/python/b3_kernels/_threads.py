"""The number of threads of a call: `B3_KERNELS_THREADS`, or a default for the kind of process."""

from __future__ import annotations

import os
import re
import sys

VARIABLE = "B3_KERNELS_THREADS"
MOST = 1_024

_forked = False


def threads() -> int | None:
    """Give the number of threads that a call may use; None for one for each processor.

    The default is 1 in a Spark worker and in a process that was forked after this package was
    imported, because every processor has a process of its own then. `B3_KERNELS_THREADS` overrides
    both.

    Raises:
        ValueError: `B3_KERNELS_THREADS` is no number from 1 to 1024.
    """
    count = os.environ.get(VARIABLE, "").strip()
    if not count:
        return 1 if _forked or _in_spark_task() else None
    number = re.fullmatch("0*([0-9]{1,4})", count)  # Python refuses to convert thousands of digits
    if number is None or not 1 <= int(number[1]) <= MOST:
        expected = f"a number of threads from 1 to {MOST}, or nothing for the default"
        message = f'{VARIABLE}: found "{count:.60}", expected {expected}'
        raise ValueError(message)
    return int(number[1])


def _in_spark_task() -> bool:
    """Whether Spark runs this process as a worker: only a worker has a task's context."""
    pyspark = sys.modules.get("pyspark")
    return pyspark is not None and pyspark.TaskContext.get() is not None


def _note_fork() -> None:
    global _forked
    _forked = True


os.register_at_fork(after_in_child=_note_fork)
