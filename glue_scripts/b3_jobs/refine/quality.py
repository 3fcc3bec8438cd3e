"""Counts rows and broken quality rules by day, week or month, in one pass over the rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyspark.sql import functions as sf

from b3_jobs.contract.dates import partition_date
from b3_jobs.contract.schemas import BARS, DAY, EVERY, REJECTED, TICKER
from b3_jobs.refine.quality_rules import RULES, Rule

if TYPE_CHECKING:
    from datetime import date

    from pyspark.sql import Column, DataFrame


@dataclass(frozen=True)
class DateSummary:
    """The counts of one bar's date: raw rows used and rejected, rows to publish, their tickers.

    Also the rows with a known event, and the rows (or 1 for the date) that break each rule.
    """

    used: int = 0
    rejected: int = 0
    rows: int = 0
    tickers: frozenset[str] = frozenset()
    applied: int = 0
    broken: dict[Rule, int] = field(default_factory=dict)

    def errors(self) -> list[Rule]:
        """The broken rules that forbid publishing the date."""
        return [rule for rule in self.broken if rule.severity == "error"]


def summarise(refined: DataFrame) -> dict[str, dict[date, DateSummary]]:
    """The summary of each date, for `1d`, `1w` and `1mo`; a date without any row has none."""
    good, every, day = sf.col(REJECTED).isNull(), sf.col(EVERY), sf.col(DAY)
    # One key for bars, which have the date of their period's first session, and rejected rows.
    first = sf.when(every == "1w", sf.trunc(day, "week")).when(every == "1mo", sf.trunc(day, "month")).otherwise(day)
    columns = [
        sf.sum(sf.col(BARS)).alias("used"),
        sf.count(sf.col(REJECTED)).alias("rejected"),
        sf.count_if(good).alias("rows"),
        sf.collect_set(sf.when(good, sf.col(TICKER))).alias("tickers"),
        sf.count_if(good & (sf.col("ajuste") == "aplicado")).alias("applied"),
    ]
    columns += [_broken(rule, good).alias(f"rule_{n}") for n, rule in enumerate(RULES)]
    summaries: dict[str, dict[date, DateSummary]] = {}
    for row in refined.groupBy(EVERY, first.alias("first")).agg(*columns).collect():
        broken = {rule: row[f"rule_{n}"] for n, rule in enumerate(RULES) if row[f"rule_{n}"]}
        tickers = frozenset(row["tickers"])
        summary = DateSummary(row["used"], row["rejected"], row["rows"], tickers, row["applied"], broken)
        summaries.setdefault(row[EVERY], {})[partition_date(row["first"], row[EVERY])] = summary
    return summaries


def _broken(rule: Rule, good: Column) -> Column:
    holds = sf.coalesce(sf.expr(rule.holds), sf.lit(False)) | sf.expr(rule.unless)
    return sf.count_if(good & ~holds) if rule.on == "row" else sf.when(holds, 0).otherwise(1)


def report(totals: Counter[Rule]) -> dict[str, dict[str, object]]:
    """How many rows, or dates, break each rule, in the form of the closing line."""
    return {rule.name: {"severity": rule.severity, f"{rule.on}s": count} for rule, count in totals.items()}
