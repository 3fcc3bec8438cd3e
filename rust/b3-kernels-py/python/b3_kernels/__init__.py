"""Exact, start-independent market-data kernels for B3, the Brazilian stock exchange, over Arrow.

Bars go in as any Arrow data (pyarrow, Polars, pandas, DuckDB or whatever else has the Arrow PyCapsule interface) and
come back as the caller's kind, in the caller's order.
"""

from ._calendar import add_sessions, count_sessions, is_session, sessions
from ._kernels import date_differences, refine, rename_columns
from ._native import SchemaError, __version__
from ._refiner import Refiner

__all__ = [
    "Refiner",
    "SchemaError",
    "__version__",
    "add_sessions",
    "count_sessions",
    "date_differences",
    "is_session",
    "refine",
    "rename_columns",
    "sessions",
]
