"""Progress of publishing: how much is done and how long the rest will take."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from b3_jobs.contract.dates import Periods
    from b3_jobs.ledger.observation import Observation

_CELLS = 24


class Progress:
    """Progress over the dates of all tables with one file for each row.

    Dates are weighted by the number of files that the sizes of their raw objects suggest.

    Args:
        work: the dates to publish in these tables.
        seen: the present raw objects; the bytes of one session stand for the number of its tickers.
        clock: returns seconds from any fixed moment.
    """

    def __init__(self, work: Periods, seen: Observation, clock: Callable[[], float] = time.monotonic) -> None:
        self._weights = {
            (table, label): seen.size(days) / max(1, len(days.sessions()))
            for table, labels in work.items()
            for label, days in labels.items()
        }
        self._whole = sum(self._weights.values())
        self._clock, self._began = clock, clock()
        self._dates = self._files = 0
        self._weight = 0.0

    def published(self, table: str, labels: Iterable[date], files: int) -> None:
        """Counts dates of a table, which have this many files together."""
        for label in labels:
            self._weight += self._weights.get((table, label), 0)
            self._dates += 1
        self._files += files

    @property
    def part(self) -> float:
        """The part that is done, from 0 to 1."""
        return min(1.0, self._weight / self._whole) if self._whole else 1.0

    def facts(self) -> dict[str, Any]:
        """Dates and files done and in total, and the seconds left at the present speed."""
        part = self.part
        left = (self._clock() - self._began) * (1 - part) / part if part else None
        return {
            "dates_done": self._dates,
            "dates_of": len(self._weights),
            "files_done": self._files,
            "files_about": _estimate(self._files / part, exact=part == 1) if part else None,
            "seconds_left": None if left is None else round(left),
        }

    def bar(self) -> str:
        """The same facts as one line with a progress bar."""
        facts, filled = self.facts(), int(_CELLS * self.part)
        left = facts["seconds_left"]
        time_left = "" if left is None else f", {_spoken(left)} to go"
        return (
            f"[{'#' * filled}{'-' * (_CELLS - filled)}] {100 * self.part:3.0f}%  "
            f"{facts['dates_done']} of {facts['dates_of']} dates, "
            f"{facts['files_done']:,} of some {facts['files_about'] or 0:,} files{time_left}"
        )


def _estimate(files: float, *, exact: bool) -> int:
    """The number in three digits: the sizes of raw objects say no more than that."""
    return round(files) if exact else round(float(f"{files:.3g}"))


def _spoken(seconds: int) -> str:
    return f"{seconds} s" if seconds < 100 else f"{round(seconds / 60)} min"
