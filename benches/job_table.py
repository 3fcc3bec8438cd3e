"""The rows and ratios of a benchmark with Spark, and the cost of its methods."""

from __future__ import annotations

import statistics
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psutil  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pyspark.sql import DataFrame


class Table:
    """The measurements of one benchmark, in the form that benches/run.py reads."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.ratios: list[dict[str, Any]] = []

    def ratio(self, name: str, value: float, aim: float | None, *, at_most: bool) -> None:
        """Add a comparison with its aim, or without one."""
        self.ratios.append({"name": name, "value": value, "aim": aim, "at_most": at_most})


@dataclass(frozen=True)
class Cost:
    """Seconds by the clock, and of processor time with Spark's JVM and its workers."""

    seconds: float
    processor: float


def measured(methods: Mapping[str, Callable[[], object]], times: int) -> dict[str, Cost]:
    """Each method's medians; they run in turns, so that a busy minute slows all of them."""
    taken: dict[str, list[Cost]] = {name: [] for name in methods}
    for _ in range(times):
        for name, method in methods.items():
            began, processor = time.perf_counter(), _processor_seconds()
            method()
            taken[name].append(Cost(time.perf_counter() - began, _processor_seconds() - processor))
    return {
        name: Cost(statistics.median(each.seconds for each in runs), statistics.median(each.processor for each in runs))
        for name, runs in taken.items()
    }


def _processor_seconds() -> float:
    """Processor seconds of this process and its descendants, ended ones too."""
    here, seconds = psutil.Process(), 0.0
    for process in (here, *here.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            # User and system, own and of ended children.
            seconds += sum(process.cpu_times()[:4])
    return seconds


def noop(frame: DataFrame) -> Callable[[], None]:
    """A call that computes every row and stores none."""
    return lambda: frame.write.format("noop").mode("overwrite").save()
