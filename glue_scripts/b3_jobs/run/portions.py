"""Cuts a run's work into portions, oldest dates first, each published before the next.

So a run that ends early has published most of its work, and no portion needs much memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from b3_jobs.contract.dates import Periods
    from b3_jobs.ledger.observation import Observation

# The bytes of raw objects in a portion, some 40 for each row: a hundred thousand rows with a file
# each, which take some minutes, or two million in year files, which take less.
BYTES_WITH_ROW_FILES = 4_000_000
BYTES_WITHOUT_ROW_FILES = 80_000_000


def size(portion: Periods, seen: Observation) -> int:
    """The bytes of the portion's raw objects; a month's include those of its first week and day."""
    largest: dict[date, int] = {}
    for bars in portion.values():
        for bar_date, days in bars.items():
            largest[bar_date] = max(largest.get(bar_date, 0), seen.size(days))
    return sum(largest.values())


def portions(work: Periods, seen: Observation, most: int) -> Iterator[Periods]:
    """The work in portions of raw objects of at most some `most` bytes, oldest first."""
    portion: Periods = {}
    weight = 0
    for bar_date in sorted({bar_date for bars in work.values() for bar_date in bars}):
        one_date = {table: {bar_date: bars[bar_date]} for table, bars in work.items() if bar_date in bars}
        if portion and weight + size(one_date, seen) > most:
            yield portion
            portion, weight = {}, 0
        for table, bars in one_date.items():
            portion.setdefault(table, {}).update(bars)
        weight += size(one_date, seen)
    if portion:
        yield portion
