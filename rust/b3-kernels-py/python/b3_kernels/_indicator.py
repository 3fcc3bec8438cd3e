"""One indicator of the compiled module as new columns of the caller's bars."""

from __future__ import annotations

import datetime as dt
import inspect
import warnings
from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from . import _interop, _native, _options, _threads
from .typing import BarsT, ColumnOptions, Every, OnDuplicate, Unit

HIGH_LOW_CLOSE = ("high", "low", "close")
CURRENCY = ("currency", "moeda")
SPAN_UNITS = {"1d": "sessions", "1w": "weeks", "1mo": "months", "1q": "quarters", "1y": "years"}


def with_indicator(
    bars: BarsT,
    kernel: str,
    inputs: Sequence[str] = (),
    windows: Sequence[int] | int = (),
    settings: Mapping[str, Any] | None = None,
    **options: Unpack[ColumnOptions],
) -> BarsT:
    """Give `bars`, in the caller's kind, with the columns that the indicator `kernel` adds.

    Args:
        bars: the caller's data.
        kernel: the indicator's name in the compiled module.
        inputs: the columns that it reads, after the option `column` if the function has one.
        windows: its windows.
        settings: its own parameters, by their names in the compiled module.
        options: the keywords that the functions over series share. With several columns in
            `column` the indicator is computed on each, and the new names end with the column's.
    """
    by, caller_names = _options.series(options["by"], options["actions"]), _options.caller_names(options["columns"])
    if "column" in options:
        one_or_several, others = options["column"], inputs
    else:
        one_or_several, *others = inputs
    computed_on = _options.columns("column", one_or_several)
    suffix, max_span = _options.text("suffix", options["suffix"]), _options.max_span(options["max_span"])
    every, time = _options.choice("every", options["every"], Every), _options.column("time", options["time"])
    unit = options.get("unit")
    given: dict[str, Any] = {
        "kernel": kernel,
        "unit": None if unit is None else _options.choice("unit", unit, Unit),
        "windows": _options.windows(windows),
        "max_span": max_span,
        "series": {
            "by": _interop.series_column(by),
            "time": time,
            "on_duplicate": _options.choice("on_duplicate", options["on_duplicate"], OnDuplicate),
            "every": every,
            "actions": _interop.read_once(options["actions"]),
            "threads": _threads.threads(),
        },
        **(settings or {}),
    }

    def compute(rows: Any) -> Any:
        new = None
        for column in computed_on:
            answer, emptied_by_max_span = _native.indicator(rows, columns=[column, *others], **given)
            ending = suffix if isinstance(one_or_several, str) else f"_{column}{suffix}"
            _warn_of_wide_windows([f"{name}{ending}" for name in emptied_by_max_span], every, max_span)
            answer = _native.rename_columns(answer, [(name, f"{name}{ending}") for name in answer.column_names])
            new = answer if new is None else _native.with_columns(new, answer)
        return new

    answer: BarsT = _interop.add_columns(
        bars, (*by, time), compute, columns=[*computed_on, *others], optional=CURRENCY, caller_names=caller_names
    )
    return answer


def example_bars(**columns: Sequence[float]) -> Any:
    """Give bars of one ticker in neighbouring sessions, for the examples."""
    import pyarrow as pa

    rows = len(next(iter(columns.values())))
    days = _native.sessions(dt.date(2024, 1, 2), dt.date(2024, 12, 30))[:rows]
    return pa.table({"ticker": ["PETR4"] * rows, "trade_date": days, **columns})


def example_split(ex_date: Any, new: int, old: int) -> Any:
    """Give the actions of the ticker of `example_bars`: one split of `new` shares for `old`."""
    import pyarrow as pa

    shares = {"kind": ["split"], "amount": [None], "numerator": [new], "denominator": [old]}
    return pa.table({"ticker": ["PETR4"], "ex_date": [ex_date], **shares})


def _warn_of_wide_windows(columns: Sequence[str], every: str, max_span: int | None) -> None:
    """Warn, at the caller's line, of columns that are null only because of `max_span`."""
    if not columns:
        return
    package = __name__.partition(".")[0]
    # Level 1 is this function's frame; the caller's is the first outside the package.
    level, frame = 1, inspect.currentframe()
    while frame is not None and str(frame.f_globals.get("__name__")).partition(".")[0] == package:
        level, frame = level + 1, frame.f_back
    span = "twice its length" if max_span is None else f"{max_span}"
    warnings.warn(
        f"{', '.join(columns)}: null throughout, because every window spans more than max_span ({span}) "
        f"{SPAN_UNITS[every]}; bars of weeks or months want every='1w' or '1mo', scattered bars a larger max_span",
        stacklevel=level,
    )
