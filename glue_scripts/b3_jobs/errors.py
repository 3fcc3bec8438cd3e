"""What a user reads when a run cannot go on: one line, whatever part of it failed."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from py4j.protocol import Py4JError, Py4JNetworkError  # type: ignore[import-untyped]
from pyspark.errors import PySparkException

if TYPE_CHECKING:
    from collections.abc import Callable

# How Python, Java and Spark's scheduler begin the line that names a failure and says something of it; the last such
# line is the root.
_CAUSE = re.compile(
    r"^(?:Caused by: |.*executor \w+\): )?((?:[\w$]+\.)*\w*(?:(?:Error|Exception): (?!Traceback)|Failure \().*)",
    re.MULTILINE,
)


class JobError(Exception):
    """A mistake in the arguments, the input or the catalog, said in one line; the run exits with 1."""


def failure(run: Callable[[], str | None]) -> str | None:
    """What `run` answers, None being success; where it meets a mistake or loses a worker the reason, told on stderr."""
    try:
        return run()
    except JobError as error:
        reason = str(error)
    except (Py4JNetworkError, ConnectionError):
        reason = "Spark's JVM is gone: killed, or out of memory"
    except OSError as error:
        reason = str(error)
    except (PySparkException, Py4JError) as error:
        reason = root_cause(str(error))
    print(f"error: {reason}", file=sys.stderr)
    return reason


def root_cause(trace: str) -> str:
    """The line of a trace that says what happened: the innermost cause, be it a worker's, Java's or the scheduler's."""
    causes = _CAUSE.findall(trace)
    return str(causes[-1] if causes else trace.strip().splitlines()[0]).strip()
