"""What all benchmarks share: the command line, medians, and the output for people and as JSON."""

from __future__ import annotations

import argparse
import json
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence


def parser(about: str | None) -> argparse.ArgumentParser:
    """The options `--quick` and `--json`, which benches/run.py passes."""
    options = argparse.ArgumentParser(description=about)
    options.add_argument("--quick", action="store_true", help="small sizes: shows only that it runs")
    options.add_argument("--json", type=Path, help="where to write the figures")
    return options


def arguments(about: str | None) -> argparse.Namespace:
    """The options of a benchmark that has no others."""
    return parser(about).parse_args()


def medians(
    ways: Mapping[str, Callable[[], Any]],
    runs: int,
    clock: Callable[[], float] = time.process_time,
    three_runs: Collection[str] = (),
) -> dict[str, float]:
    """The median time of each way, by default processor time."""
    return {name: seconds for name, (seconds,) in medians_by([clock], ways, runs, three_runs).items()}


def medians_by(
    clocks: Sequence[Callable[[], float]],
    ways: Mapping[str, Callable[[], Any]],
    runs: int,
    three_runs: Collection[str] = (),
) -> dict[str, list[float]]:
    """The median time of each way by each of the clocks.

    They run in turns, so that a busy moment slows all of them; those in `three_runs` run three
    times at most.
    """
    seconds: dict[str, list[list[float]]] = {name: [] for name in ways}
    for run in range(runs):
        for name, way in ways.items():
            if run >= 3 and name in three_runs:
                continue
            starts = [clock() for clock in clocks]
            result = way()
            seconds[name].append([clock() - start for clock, start in zip(clocks, starts, strict=True)])
            del result  # only now, so that freeing it is not timed
    return {name: [statistics.median(times) for times in zip(*taken, strict=True)] for name, taken in seconds.items()}


def rows_with_rates(seconds: Mapping[str, float], count: float, unit: str) -> list[dict[str, Any]]:
    """A row for each time; its rate is `count` divided by the seconds."""
    return [{"name": name, "seconds": taken, "rate": count / taken, "unit": unit} for name, taken in seconds.items()]


def resident_memory(field: str, process: int | str = "self") -> int:
    """The resident memory (`VmRSS`) of a process, or its peak (`VmHWM`), in bytes."""
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    return int(next(line for line in status if line.startswith(field)).split()[1]) * 1024


def publish(found: dict[str, Any], path: Path | None) -> None:
    """Print the figures, and write them as JSON to `path` if it is given.

    A ratio should be at least its aim, or at most its aim if `at_most` is true. docs/benchmarks.md
    leaves out a rate or an aim of None.
    """
    for row in found["rows"]:
        rate = "" if row["rate"] is None else f"{row['rate']:10.4g} {row['unit']}"
        print(f"{row['name']:60} {row['seconds']:10.5f} s {rate}")
    for ratio in found["ratios"]:
        print(f"{ratio['name']:60} {ratio['value']:10.2f}   aim {ratio['aim']}")
    if path:
        path.write_text(json.dumps(found, indent=2), encoding="utf-8")
