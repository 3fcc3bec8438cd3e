"""The rows and ratios of a benchmark with Spark, and what measuring its methods needs."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import psutil  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspark.sql import DataFrame


class Table:
    """The measurements of one benchmark, in the form that benches/run.py reads."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.ratios: list[dict[str, Any]] = []

    def ratio(self, name: str, value: float, aim: float | None, *, at_most: bool) -> None:
        """Add a comparison with its aim, or without one."""
        self.ratios.append({"name": name, "value": value, "aim": aim, "at_most": at_most})


def processor_seconds() -> float:
    """Processor seconds of this process, the JVM and all other descendants, ended ones too."""
    here, seconds = psutil.Process(), 0.0
    for process in (here, *here.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            # User and system, own and of ended children.
            seconds += sum(process.cpu_times()[:4])
    return seconds


def noop(frame: DataFrame) -> Callable[[], None]:
    """A call that computes every row and stores none."""
    return lambda: frame.write.format("noop").mode("overwrite").save()
