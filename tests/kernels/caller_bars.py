"""Bars of one ticker, and functions that tests call with these bars as a table of any library."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

import pyarrow as pa

import b3_kernels as b3

DAYS = b3.sessions(dt.date(2024, 1, 2), dt.date(2024, 1, 12))
ROWS = len(DAYS)
VOLUME = 100
CLOSES = [10.0 + row for row in range(ROWS)]
SMA_2 = [None, *(close - 0.5 for close in CLOSES[1:])]  # each close is 1 above the one before
BARS: dict[str, Any] = {
    "ticker": ["PETR4"] * ROWS,
    "trade_date": DAYS,
    **dict.fromkeys(("open", "high", "low", "close"), CLOSES),
    "volume": [VOLUME] * ROWS,
}


class Capsule:
    """Arrow data of an unknown library, with the C stream interface alone."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)


ADD_COLUMNS = {
    "moving_average": partial(b3.moving_average, windows=(2,)),
    "simple_return": b3.simple_return,
    "date_differences": b3.date_differences,
    "bollinger_bands": partial(b3.bollinger_bands, windows=(2,)),
    "atr": partial(b3.atr, windows=(2,)),
    "obv": b3.obv,
}
NEW_TABLES = {"aggregate_ohlcv": b3.aggregate_ohlcv, "refine": b3.refine}
