"""The time that a run may take, and whether one more portion of its dates fits into it.

A run that is cut off in the middle of a portion has done that portion's work for nothing.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class TimeLimit:
    """Predicts how long a portion takes from the speed of the run's finished portions.

    Args:
        minutes: the run's limit, counted from now; 0 means none.
        clock: returns seconds from any fixed moment.
    """

    def __init__(self, minutes: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._limit = clock, 60.0 * minutes
        self._began = self._portion_began = clock()
        self._seconds, self._bytes = 0.0, 0

    def starts(self, size: int) -> bool:
        """Whether a portion of `size` bytes of raw may start; the first always may."""
        self._portion_began = self._clock()
        if not (self._limit and self._bytes):
            return True
        predicted = self._seconds / self._bytes * size
        return self._portion_began - self._began + predicted <= self._limit

    def finished(self, size: int) -> None:
        """Counts the portion that started last."""
        self._seconds += self._clock() - self._portion_began
        self._bytes += size
