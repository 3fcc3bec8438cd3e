"""What a run says: one structured line a stage on stderr, one JSON line at the end on stdout."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, dataclass, field


@dataclass
class Report:
    """The closing line. `rows_read` are the raw rows of the dates asked for, which were used or rejected."""

    table: str
    every: str
    dates: int = 0
    trade_dates: str = ""
    objects_read: int = 0
    rows_read: int = 0
    rows_used: int = 0
    rows_rejected: int = 0
    rows_looked_back: int = 0
    rows_written: int = 0
    partitions: int = 0
    partitions_dropped: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    quality: dict[str, dict[str, object]] = field(default_factory=dict)
    seconds: float = 0.0

    def line(self) -> str:
        """The report in one line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)


class Stages:
    """Says when each stage is over and how long it took."""

    def __init__(self) -> None:
        self._began = self._last = time.monotonic()

    @property
    def seconds(self) -> float:
        """Since the run began."""
        return round(time.monotonic() - self._began, 2)

    def over(self, stage: str, **facts: object) -> None:
        """Logs a stage that has just ended."""
        now = time.monotonic()
        seconds, self._last = round(now - self._last, 2), now
        if sys.stderr.isatty():
            told = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in facts.items())
            line = f"{stage:<9} {seconds:7.2f} s  {told}"
        else:
            line = json.dumps({"stage": stage, "seconds": seconds, **facts}, ensure_ascii=False)
        print(line, file=sys.stderr, flush=True)
