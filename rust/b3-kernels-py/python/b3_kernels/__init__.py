"""Exact, start-independent market-data kernels for B3, the Brazilian stock exchange, over Arrow.

Bars go in as any Arrow data (pyarrow, Polars, pandas, DuckDB, narwhals or whatever else has the Arrow PyCapsule
interface) and come back as the caller's kind, in the caller's order. Only the columns that a function computes on cross
into Arrow; all others stay on the caller's own frame as they are, whatever their type.
"""

from ._actions import read_actions, resolve_actions
from ._adjust import adjust
from ._calendar import FIRST_DATE, LAST_DATE, add_sessions, count_sessions, is_session, sessions
from ._cotahist import read_cotahist
from ._indicators import atr, bollinger_bands, ema, log_return, macd, obv, rsi, true_range
from ._kernels import aggregate_ohlcv, date_differences, moving_average, refine, rename_columns, simple_return
from ._native import SchemaError, __version__
from ._refiner import Refiner
from ._rolling import rolling_max, rolling_min, rolling_std, rolling_sum, rolling_vwap, wma

__all__ = [
    "FIRST_DATE",
    "LAST_DATE",
    "Refiner",
    "SchemaError",
    "__version__",
    "add_sessions",
    "adjust",
    "aggregate_ohlcv",
    "atr",
    "bollinger_bands",
    "count_sessions",
    "date_differences",
    "ema",
    "is_session",
    "log_return",
    "macd",
    "moving_average",
    "obv",
    "read_actions",
    "read_cotahist",
    "refine",
    "rename_columns",
    "resolve_actions",
    "rolling_max",
    "rolling_min",
    "rolling_std",
    "rolling_sum",
    "rolling_vwap",
    "rsi",
    "sessions",
    "simple_return",
    "true_range",
    "wma",
]
