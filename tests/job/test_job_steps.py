"""Steps (changes of DISMES from bar to bar) compared with events, as the audit prints them."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest
from lakes import event, quote
from pyspark.sql import SparkSession

import b3_kernels as b3
from b3_jobs.contract.schemas import RAW_WITH_DATE
from b3_jobs.refine import distribution_steps

DAYS = b3.sessions(date(2021, 1, 4), date(2021, 1, 15))


@pytest.mark.spark
def test_steps_without_events_events_without_steps_and_jumps_are_distinguished(spark: SparkSession) -> None:
    def bars(ticker: str, *sessions: tuple[str, int, str]) -> list[dict[str, object]]:
        return [
            quote(ticker, day, close, distribution=number, specification=flags)
            for day, (close, number, flags) in zip(DAYS, sessions, strict=False)
        ]

    rows = [
        *bars("LACK3", ("156", 179, "ON"), ("38", 180, "ON  EB"), ("38", 180, "ON  EB")),
        *bars("CASH3", ("10", 5, "ON"), ("9.9", 6, "ON  ED")),
        *bars("MUTE3", ("20", 7, "ON"), ("10", 7, "ON")),
        *bars("JUMP3", ("10", 1, "ON"), ("20", 1, "ON"), ("11.5", 1, "ON")),
        *bars("CALM3", ("10", 1, "ON"), ("16", 1, "ON"), ("10", 1, "ON")),  # 8/5 and 5/8, between 3/5 and 5/3: no jump
        # Without a distribution number a jump is not reported.
        quote("YHOO3", DAYS[0], "10", source="yahoo", distribution=None),
        quote("YHOO3", DAYS[1], "100", source="yahoo", distribution=None),
    ]
    raw = spark.createDataFrame([[row[name] for name in RAW_WITH_DATE.names] for row in rows], RAW_WITH_DATE)
    events = pa.Table.from_pylist([event("MUTE3", DAYS[1], "split", 2, 1), event("CASH3", DAYS[1], "dividend", "0.1")])
    # The wheel's `ajuste` tells which steps no event explains.
    notes = distribution_steps.compare(raw, events, sem_fator={(DAYS[1], "LACK3")})
    assert list(map(str, notes)) == [
        f"step without an event: LACK3 {DAYS[1]}: distribution 179 to 180, 'ON  EB', 156 to 38 (0.2436)",
        f"event without a step: split 2:1 on {DAYS[1]}, MUTE3 {DAYS[1]}: distribution 7 to 7, 'ON', 20 to 10 (0.5000)",
        f"jump without a step: JUMP3 {DAYS[1]}: distribution 1 to 1, 'ON', 10 to 20 (2.0000)",
        f"jump without a step: JUMP3 {DAYS[2]}: distribution 1 to 1, 'ON', 20 to 11.5 (0.5750)",
    ]
