"""The package's `is_session` for one date, or many of any kind."""

from __future__ import annotations

import datetime as dt
from typing import Any, NoReturn

from . import _native
from ._interop._library import library, module, narwhals_interface

EXPECTED = "a date, a text such as 2024-11-08, or many of them in a list, an array or a Series"


def is_session(dates: Any) -> Any:
    """Do the work of the package's `is_session`, whose docstring says what it takes and gives."""
    if isinstance(dates, (dt.date, str)) or _is_scalar_of_numpy(dates):
        return _refuse(dates) if _is_null(dates) else _native.is_session(_date(dates))
    if isinstance(dates, (list, tuple)):
        return [None if _is_null(date) else _native.is_session(_date(date)) for date in dates]
    is_arrow = hasattr(dates, "__arrow_c_stream__") or hasattr(dates, "__arrow_c_array__")
    if hasattr(type(dates), "columns") or not (is_arrow or hasattr(dates, "__len__")):
        return _refuse(dates)  # a table, or one value of a library, such as an expression
    match library(dates):
        case "polars":
            answer = _native.are_sessions(module("polars").DataFrame({"date": dates}), "date")
            return module("polars").DataFrame(answer)["is_session"].alias(dates.name)
        case "pandas":
            return _of_pandas(dates)
        case "narwhals" if hasattr(dates, "to_native"):
            return narwhals_interface(dates).from_native(is_session(dates.to_native()), series_only=True)
        case "pyarrow" if not isinstance(dates, module("pyarrow").Scalar):
            column = _of_arrow(dates)
            return column if isinstance(dates, module("pyarrow").ChunkedArray) else column.combine_chunks()
    if type(dates).__module__ == "numpy":
        return _of_numpy(dates)
    if is_arrow:
        return is_session(module("pyarrow").chunked_array(dates))
    return _refuse(dates)


def _of_arrow(dates: Any) -> Any:
    pa = module("pyarrow")
    return pa.table(_native.are_sessions(pa.table({"date": dates}), "date"))["is_session"]


def _of_pandas(dates: Any) -> Any:
    pandas, pa = module("pandas"), module("pyarrow")
    answer = _of_arrow(pa.array(dates, from_pandas=True))
    if not isinstance(dates, pandas.Series):
        return answer.fill_null(False).to_numpy()
    kind = "boolean" if answer.null_count else bool
    return pandas.Series(answer.to_pandas(), dtype=kind).set_axis(dates.index).rename(dates.name)


def _of_numpy(dates: Any) -> Any:
    pa = module("pyarrow")
    if dates.dtype.kind == "M":  # Arrow has no dates in months, hours or minutes
        dates = dates.astype("datetime64[s]")
    answer = _of_arrow(pa.array(dates.ravel(), from_pandas=True))
    return answer.fill_null(False).to_numpy().reshape(dates.shape)


def _is_scalar_of_numpy(value: Any) -> bool:
    return type(value).__module__ == "numpy" and not hasattr(value, "__len__")


def _is_null(value: Any) -> bool:
    """Whether it is None, NaT, which is unequal to itself, or pandas' NA."""
    return value is None or type(value).__name__ == "NAType" or (not hasattr(value, "__len__") and value != value)


def _date(value: Any) -> dt.date:
    """One date that is not null; of a datetime its day."""
    if type(value).__module__ == "numpy" and value.dtype.kind == "M":
        value = value.astype("datetime64[s]").item()
    if isinstance(value, str):
        day = _native.date_of_text(value)
        if day is None:
            message = f"date: found {value!r}, expected a date such as 2024-11-08"
            raise ValueError(message)
        return day
    if isinstance(value, dt.datetime):
        return value.date()
    return value if isinstance(value, dt.date) else _refuse(value)


def _refuse(value: Any) -> NoReturn:
    kind = type(value)
    message = f"date: found {kind.__module__}.{kind.__qualname__}, expected {EXPECTED}"
    raise TypeError(message)
