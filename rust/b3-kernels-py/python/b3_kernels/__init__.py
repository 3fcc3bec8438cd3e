"""Exact, start-independent market-data kernels for B3, the Brazilian stock exchange, over Arrow.

Bars go in as any Arrow data (pyarrow, Polars, pandas, DuckDB, narwhals or any other data with the
Arrow PyCapsule interface) and come back as the caller's kind, in the caller's order. Only the
columns that a function computes on are converted to Arrow; all others stay on the caller's own
frame as they are, whatever their type.
"""

from . import _recursive, _rolling, _windowed
from ._actions import read_actions, resolve_actions
from ._adjust import adjust
from ._aggregate_ohlcv import aggregate_ohlcv
from ._calendar import add_sessions, count_sessions, is_session, last_closed_session, period, sessions
from ._cotahist import read_cotahist
from ._kernels import date_differences, moving_average, refine, rename_columns, simple_return
from ._native import FIRST_DATE, LAST_DATE, SchemaError, __version__
from ._recursive import *  # noqa: F403 - what its __all__ lists
from ._refiner import Refiner
from ._rolling import *  # noqa: F403
from ._wide import from_wide
from ._windowed import *  # noqa: F403
from .lake import read_quotes

__all__ = [
    "FIRST_DATE",
    "LAST_DATE",
    "Refiner",
    "SchemaError",
    "__version__",
    "add_sessions",
    "adjust",
    "aggregate_ohlcv",
    "count_sessions",
    "date_differences",
    "from_wide",
    "is_session",
    "last_closed_session",
    "moving_average",
    "period",
    "read_actions",
    "read_cotahist",
    "read_quotes",
    "refine",
    "rename_columns",
    "resolve_actions",
    "sessions",
    "simple_return",
]
__all__ += _recursive.__all__
__all__ += _rolling.__all__
__all__ += _windowed.__all__
