"""The closing report of a run: a JSON line, and a line for each date that was not published."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from b3_jobs.contract.dates import format_trade_dates
from b3_jobs.refine import quality

if TYPE_CHECKING:
    from b3_jobs.refine.quality_rules import Rule

# How many dates the message of a failed run names, which AWS sends by mail.
_MAILED = 10
# How many names of `unexplained` the closing line has; `sem_fator` counts all such rows.
_NAMED = 50


@dataclass
class TableReport:
    """What a run did to the tables of days (`table` is the first of them), of weeks or of months.

    `dates` counts the refined dates; `trade_dates` are these dates and the other days of raw in
    their periods; `owed` counts the dates still pending. `rows_read` is `rows_used` plus
    `rows_rejected`. `events_applied` counts the rows whose `ajuste` is `aplicado`, `sem_fator`
    those that lack an event; `unexplained` names the latter. `failed` has the reason for each date,
    and for each object whose key has no valid date.
    """

    table: str
    every: str
    dates: int = 0
    trade_dates: set[date] = field(default_factory=set)
    objects_read: int = 0
    rows_read: int = 0
    rows_used: int = 0
    rows_rejected: int = 0
    rows_looked_back: int = 0
    rows_written: int = 0
    partitions: int = 0
    partitions_dropped: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    quality: Counter[Rule] = field(default_factory=Counter)
    events_applied: int = 0
    sem_fator: int = 0
    unexplained: list[str] = field(default_factory=list)
    owed: int = 0

    def facts(self) -> dict[str, Any]:
        """The numbers in the form of the closing line."""
        return vars(self) | {
            "trade_dates": format_trade_dates(self.trade_dates),
            "quality": quality.report(self.quality),
            "unexplained": self.unexplained[:_NAMED],
        }


@dataclass
class Report:
    """The closing line: the sums over all tables, and each one's numbers if there are several."""

    tables: list[TableReport]

    def line(self, seconds: float) -> str:
        """The report in one line of JSON."""
        total = TableReport(
            ",".join(table.table for table in self.tables), ",".join(table.every for table in self.tables)
        )
        for table in self.tables:
            total.failed = table.failed | total.failed  # of a date's reasons the first table's stays
            total.trade_dates |= table.trade_dates
            total.quality += table.quality
            total.unexplained += [name for name in table.unexplained if name not in total.unexplained]
            for name, value in vars(table).items():
                if isinstance(value, int):
                    setattr(total, name, getattr(total, name) + value)
        facts = total.facts() | {"seconds": seconds}
        if len(self.tables) > 1:
            facts["tables"] = [table.facts() for table in self.tables]
        return json.dumps(facts, ensure_ascii=False)

    def errors(self) -> list[str]:
        """One line for each date that was not published, with the reason."""
        tables_of: dict[tuple[str, str], list[str]] = {}
        for table in self.tables:
            for day, reason in sorted(table.failed.items()):
                tables_of.setdefault((day, reason), []).append(table.table)
        several = len(self.tables) > 1
        return [
            f"{day} was not published{' in ' + ', '.join(tables) if several else ''}: {reason}"
            for (day, reason), tables in tables_of.items()
        ]

    def failure(self) -> str | None:
        """The message of a failed run: its unpublished dates and the first reason; else None."""
        days = sorted({day for table in self.tables for day in table.failed})
        if not days:
            return None
        named = ", ".join(days[:_MAILED]) + (f" and {len(days) - _MAILED} more" if days[_MAILED:] else "")
        reason = next(table.failed[days[0]] for table in self.tables if days[0] in table.failed)
        return f"not published: {named}; {days[0]}: {reason}"
