"""Log lines of a run on stderr: one for each stage, and how far publishing is."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from b3_jobs.log.progress import Progress

# Moves the cursor to the beginning of the line and clears the line.
_LINE = "\r\x1b[K"


class Stages:
    """Logs each stage at its end with its duration, and the progress while dates are published."""

    def __init__(self) -> None:
        self._began = self._last = time.monotonic()
        self.progress: Progress | None = None

    @property
    def seconds(self) -> float:
        """The seconds since the run began."""
        return round(time.monotonic() - self._began, 2)

    def published(self, table: str, days: Sequence[date], partitions: int) -> None:
        """Logs published dates of a table with a file for each row; on a terminal as a bar."""
        if self.progress:
            self.progress.published(table, days, partitions, time.monotonic() - self._last)
            if sys.stderr.isatty():
                end = "\n" if self.progress.done_share == 1 else ""
                print(f"{_LINE}publish   {self.progress.bar()}", end=end, file=sys.stderr, flush=True)
                self._last = time.monotonic()
                return
        facts = self.progress.facts() if self.progress else {}
        self.ended("publish", table=table, dates=len(days), to=str(days[-1]), partitions=partitions, **facts)

    def ended(self, stage: str, **facts: object) -> None:
        """Logs a stage that has just ended."""
        now = time.monotonic()
        seconds, self._last = round(now - self._last, 2), now
        if sys.stderr.isatty():
            shown = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in facts.items())
            line = f"{_LINE}{stage:<9} {seconds:7.2f} s  {shown}"
        else:
            line = json.dumps({"stage": stage, "seconds": seconds, **facts}, ensure_ascii=False)
        print(line, file=sys.stderr, flush=True)
