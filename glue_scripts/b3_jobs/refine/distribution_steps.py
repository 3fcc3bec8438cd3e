"""Steps of the distribution number (DISMES): the exchange changes it on an ex-date.

The wheel decides which steps no known event explains (`ajuste` is `sem_fator`). This module reads
their numbers, flags (ESPECI) and closes from raw, and compares steps with events for the audit.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pyspark.sql import Window
from pyspark.sql import functions as sf

from b3_jobs.contract.dates import period
from b3_jobs.contract.schemas import EVERY, KEY_NAMES, REJECTED

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, Row

STEP_WITHOUT_EVENT = "step without an event"
EVENT_WITHOUT_STEP = "event without a step"
JUMP_WITHOUT_STEP = "jump without a step"


@dataclass(frozen=True, order=True)
class Pair:
    """One of the exchange's bars together with the same ticker's bar before it."""

    day: date
    ticker: str
    number_before: int
    number: int
    flags: str
    close_before: Decimal
    close: Decimal

    @classmethod
    def of(cls, row: Row) -> Pair:
        """Makes a pair from a row of `neighbours`."""
        return cls(
            row["trade_date"], row["ticker"], row["number_before"], row["distribution"], row["specification"] or "",
            row["close_before"], row["close"],
        )  # fmt: skip

    def __str__(self) -> str:
        closes = f"{self.close_before.normalize():f} to {self.close.normalize():f}"
        return (
            f"{self.ticker} {self.day}: distribution {self.number_before} to {self.number}, {self.flags!r}, "
            f"{closes} ({self.close / self.close_before:.4f})"
        )


@dataclass(frozen=True)
class Note:
    """A line for a person to look at: its kind, and the ticker, date, numbers, flags and closes."""

    kind: str
    detail: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.detail}"


def neighbours(raw: DataFrame) -> DataFrame:
    """Each of the exchange's bars that has a number, beside the ticker's bar before it."""
    series = Window.partitionBy("ticker").orderBy("trade_date")
    official = raw.where((sf.col("source") == "cotahist") & sf.col("distribution").isNotNull() & (sf.col("close") > 0))
    paired = official.select(
        "ticker", "trade_date", "distribution", "specification", "close",
        sf.lag("trade_date").over(series).alias("before"),
        sf.lag("distribution").over(series).alias("number_before"),
        sf.lag("close").over(series).alias("close_before"),
    )  # fmt: skip
    return paired.where(sf.col("before").isNotNull())


def unexplained(refined: DataFrame, raw: DataFrame, every: str) -> list[Pair]:
    """The steps in `raw` behind the rows of `refined` whose `ajuste` is `sem_fator`, by date."""
    is_unexplained = (sf.col(EVERY) == every) & sf.col(REJECTED).isNull() & (sf.col("ajuste") == "sem_fator")
    spans = defaultdict(list)
    for day, ticker in refined.where(is_unexplained).select(*KEY_NAMES).collect():
        spans[ticker].append(period(day, every))
    if not spans:
        return []
    of_tickers = raw.where(sf.col("ticker").isin(list(spans)))
    stepped = neighbours(of_tickers).where(sf.col("distribution") != sf.col("number_before")).collect()
    return sorted(step for step in map(Pair.of, stepped) if any(step.day in days for days in spans[step.ticker]))


def compare(raw: DataFrame, events: pa.Table, sem_fator: set[tuple[date, str]]) -> list[Note]:
    """Compares the exchange's steps with the known events; neither proves the other wrong.

    `sem_fator` has date and ticker of the published rows with this `ajuste`.

    Returns:
        Steps of rows in `sem_fator` (at others no shares changed, or the event is known), events
        without a step, and jumps of the close beyond 5 to 3 without either, mostly true prices.
    """
    pairs = neighbours(raw).persist()
    same = sf.col("distribution") == sf.col("number_before")
    stepped, unchanged = pairs.where(~same), pairs.where(same)
    notes = [
        Note(STEP_WITHOUT_EVENT, str(step))
        for step in sorted(map(Pair.of, stepped.collect()))
        if (step.day, step.ticker) in sem_fator
    ]
    rows = [(row["ticker"], row["ex_date"], _kind_and_size(row)) for row in events.to_pylist()]
    known = raw.sparkSession.createDataFrame(rows, "event_ticker string, ex_date date, event string")
    event_of_pair = [
        unchanged["ticker"] == known["event_ticker"],
        known["ex_date"] > unchanged["before"],
        known["ex_date"] <= unchanged["trade_date"],
    ]
    without_step = unchanged.join(sf.broadcast(known), event_of_pair).orderBy("trade_date", "ticker", "event").collect()
    notes += [Note(EVENT_WITHOUT_STEP, f"{row['event']} on {row['ex_date']}, {Pair.of(row)}") for row in without_step]
    ratio = sf.col("close") / sf.col("close_before")
    jumps = unchanged.where((ratio < 3 / 5) | (ratio > 5 / 3)).join(sf.broadcast(known), event_of_pair, "left_anti")
    notes += [Note(JUMP_WITHOUT_STEP, str(jump)) for jump in sorted(map(Pair.of, jumps.collect()))]
    pairs.unpersist()
    return notes


def _kind_and_size(event: dict[str, Any]) -> str:
    """`split 4:1` or `dividend 0.37`."""
    shares = f" {event['numerator']}:{event['denominator']}" if event["numerator"] is not None else ""
    return f"{event['kind']}{shares}" if event["amount"] is None else f"{event['kind']} {event['amount'].normalize():f}"
