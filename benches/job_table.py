"""The rows and ratios of the job's benchmark, printed as they come."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pyspark.sql import DataFrame


class Table:
    """What `benches/run.py` makes a page of."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.ratios: list[dict[str, Any]] = []

    def row(self, name: str, seconds: float, count: int, unit: str, *, ours: bool = False) -> None:
        """One measurement; the rate is `count` a second."""
        self.rows.append({"name": name, "seconds": seconds, "rate": count / seconds, "unit": unit, "ours": ours})
        print(f"{name:<58} {seconds:9.3f} s {count / seconds:14,.1f} {unit}", flush=True)

    def ratio(self, name: str, value: float, aim: float | None, *, at_most: bool) -> None:
        """One comparison with its aim, or with none."""
        self.ratios.append({"name": name, "value": value, "aim": aim, "at_most": at_most})
        if aim is None:
            print(f"  {name}: {value:.2f}", flush=True)
            return
        met = value <= aim if at_most else value >= aim
        bound = "at most" if at_most else "at least"
        print(f"  {name}: {value:.2f}, aim {bound} {aim}: {'met' if met else 'MISSED'}", flush=True)


def medians(works: Mapping[str, Callable[[], object]], times: int) -> dict[str, float]:
    """Each work's median seconds; the works take turns, so that a busy minute is everybody's."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(times):
        for name, work in works.items():
            began = time.perf_counter()
            work()
            taken[name].append(time.perf_counter() - began)
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def noop(frame: DataFrame) -> Callable[[], None]:
    """Computes every row and keeps none."""
    return lambda: frame.write.format("noop").mode("overwrite").save()
