"""Progress of publishing: how much is done and how long the rest will take."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from b3_jobs.contract.dates import Periods
    from b3_jobs.ledger.observation import Observation

_CELLS = 24
# The time left is given from this group of dates on: the first ones are slow in a new JVM.
_WARM_UP = 5
# Of how many of the latest groups the speed is taken.
_LATEST = 3


class Progress:
    """Progress over the dates of all tables with one file for each row.

    The number of files of a date is not known before it is refined. A weight stands for it: the
    number of bytes of the date's raw objects. A week or month has the mean of its sessions. Weights
    are whole numbers, so that their sum does not depend on the order.

    The time left is that of publishing the rest at the speed of the latest groups of dates, and of
    refining the portions of the run that have not begun at the speed of those that have.

    Args:
        work: for each table with a file for each row the bar dates to publish, and their days.
        seen: the present raw objects.
        clock: returns seconds from any fixed moment.
    """

    def __init__(self, work: Periods, seen: Observation, clock: Callable[[], float] = time.monotonic) -> None:
        self._weights = {
            (table, bar_date): seen.size(days) // max(1, len(days.sessions()))
            for table, bar_dates in work.items()
            for bar_date, days in bar_dates.items()
        }
        self._total = sum(self._weights.values())
        self._clock, self._began = clock, clock()
        self._groups = self._dates = self._files = 0
        self._published_weight = self._begun_weight = 0
        self._publish_seconds = 0.0
        self._latest: deque[tuple[int, float]] = deque(maxlen=_LATEST)

    def begin(self, portion: Periods) -> None:
        """Counts the dates of a portion that is about to be refined and published."""
        self._begun_weight += sum(self._weight(table, bar_dates) for table, bar_dates in portion.items())

    def published(self, table: str, bar_dates: Sequence[date], files: int, seconds: float) -> None:
        """Counts a group of dates of a table: its files together, and how long publishing took."""
        weight = self._weight(table, bar_dates)
        self._latest.append((weight, seconds))
        self._publish_seconds += seconds
        self._published_weight += weight
        self._groups += 1
        self._dates += len(bar_dates)
        self._files += files

    def _weight(self, table: str, bar_dates: Iterable[date]) -> int:
        """The weight of these dates; 0 for a table that has no file for each row."""
        return sum(self._weights.get((table, bar_date), 0) for bar_date in bar_dates)

    @property
    def done_share(self) -> float:
        """The share of the work that is done, from 0 to 1."""
        return min(1.0, self._published_weight / self._total) if self._total else 1.0

    def facts(self) -> dict[str, Any]:
        """Dates and files done and in total, the seconds left; None for what is not known yet."""
        done, left = self.done_share, self._left()
        return {
            "dates_done": self._dates,
            "dates_of": len(self._weights),
            "files_done": self._files,
            "files_about": _estimate(self._files / done, exact=done == 1) if done else None,
            "seconds_left": None if left is None else round(left),
        }

    def _left(self) -> float | None:
        if self.done_share == 1:
            return 0.0
        weight = sum(weight for weight, _ in self._latest)
        if self._groups < _WARM_UP or not weight:
            return None
        publish_pace = sum(seconds for _, seconds in self._latest) / weight  # seconds for a weight of 1
        refine_seconds = self._clock() - self._began - self._publish_seconds  # all other time so far
        refine_pace = refine_seconds / self._begun_weight
        return publish_pace * (self._total - self._published_weight) + refine_pace * (self._total - self._begun_weight)

    def bar(self) -> str:
        """The same facts as one line with a progress bar."""
        facts, filled = self.facts(), int(_CELLS * self.done_share)
        left = facts["seconds_left"]
        time_left = "" if left is None else f", {_duration(left)} to go"
        return (
            f"[{'#' * filled}{'-' * (_CELLS - filled)}] {100 * self.done_share:3.0f}%  "
            f"{facts['dates_done']} of {facts['dates_of']} dates, "
            f"{facts['files_done']:,} of some {facts['files_about'] or 0:,} files{time_left}"
        )


def _estimate(files: float, *, exact: bool) -> int:
    """The number, rounded to three digits unless it is exact."""
    return round(files) if exact else round(float(f"{files:.3g}"))


def _duration(seconds: int) -> str:
    return f"{seconds} s" if seconds < 100 else f"{round(seconds / 60)} min"
