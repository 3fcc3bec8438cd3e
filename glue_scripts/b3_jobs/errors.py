"""Errors of a run as one line for the user, whatever part of the run failed."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from py4j.protocol import Py4JError, Py4JNetworkError  # type: ignore[import-untyped]
from pyspark.errors import PySparkException

if TYPE_CHECKING:
    from collections.abc import Callable

# Matches the lines in which Python, Java, py4j and Spark's scheduler name a failure; the last one is
# the innermost cause.
_CAUSE = re.compile(
    r"^(?:: |Caused by: |.*executor \w+\): )?((?:[\w$]+\.)*\w*(?:(?:Error|Exception): (?!Traceback)|Failure \().*)",
    re.MULTILINE,
)


class JobError(Exception):
    """A mistake in the arguments, the input or the catalog, described in one line; the run exits with 1."""


def failure(run: Callable[[], str | None]) -> str | None:
    """Calls `run` and returns its answer (None means success); if it raises, prints and returns the reason."""
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
    """The innermost cause that a trace names, whether it comes from a worker, Java or the scheduler."""
    causes = _CAUSE.findall(trace)
    return str(causes[-1] if causes else trace.strip().splitlines()[0]).strip()
