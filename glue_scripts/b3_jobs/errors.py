"""Errors of a run as one line for the user, whatever part of the run failed."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from py4j.protocol import Py4JError, Py4JNetworkError  # type: ignore[import-untyped]
from pyspark.errors import PySparkException

if TYPE_CHECKING:
    from collections.abc import Callable

# What py4j, Java or Spark's scheduler writes before an error's name; Python writes nothing.
_BEFORE = r": |Caused by: |.*executor \w+\): "
# "java.io.IOException: No space left", but not "PythonException: Traceback (...": a line further on
# names the cause of that.
_RAISED = r"(?:[\w$]+\.)*\w*(?:Error|Exception): (?!Traceback)"
_LOST = r"\w+Failure \("  # "ExecutorLostFailure (executor 2 exited) ..."
_CAUSE = re.compile(rf"^(?:{_BEFORE})?((?:{_RAISED}|{_LOST}).*)", re.MULTILINE)


class JobError(Exception):
    """A mistake in the arguments, the input or the catalog, described in one line."""


class StoreFault(str):
    """The fault of an object that the store did not give: a later run may be able to read it."""


def failure(run: Callable[[], str | None]) -> str | None:
    """Returns what `run` returns (None means success), or prints and returns why it raised."""
    try:
        return run()
    except (Py4JNetworkError, ConnectionError):
        reason = "Spark's JVM is gone: killed, or out of memory"
    except aws_errors() as error:
        reason = str(error)
    except (JobError, OSError) as error:
        reason = str(error)
    except (PySparkException, Py4JError) as error:
        reason = root_cause(str(error))
    print(f"error: {reason}", file=sys.stderr)
    return reason


def aws_errors() -> tuple[type[Exception], ...]:
    """The errors that boto3 raises; none where it is not installed."""
    try:
        from botocore.exceptions import BotoCoreError, ClientError
    except ModuleNotFoundError:
        return ()
    return BotoCoreError, ClientError


def root_cause(trace: str) -> str:
    """The innermost cause that a trace names, the last one in its text; else its first line."""
    causes = _CAUSE.findall(trace)
    return str(causes[-1] if causes else trace.strip().splitlines()[0]).strip()


def parquet_fault(error: Exception) -> str:
    """The fault of a file whose reading as Parquet raised this error."""
    return f"not a readable Parquet file: {str(error).splitlines()[0]}"
