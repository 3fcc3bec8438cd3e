"""What all kernels over series of bars have in common: their options, what crosses, and what the caller is told."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from . import _interop, _options

CURRENCY = ("currency", "moeda")
SPANS = {"1d": "sessions", "1w": "weeks", "1mo": "months", "1q": "quarters", "1y": "years"}


def add_series_columns(
    bars: Any,
    columns: Sequence[str],
    kernel: Callable[..., tuple[Any, list[str]]],
    *,
    by: str | Sequence[str] | None,
    time: str,
    on_duplicate: str,
    every: str,
    actions: Any,
    max_span: int | None,
) -> Any:
    """Give `bars`, as it came, with what `kernel` makes of `columns`.

    Args:
        bars: the caller's data.
        columns: what the kernel reads besides the keys and the currency.
        kernel: from Arrow data, `series` and `max_span` to the new columns, and to those of them that only `max_span`
            makes null throughout.
        by: the column of tickers, several columns that tell the series apart together, or None for one series.
        time: the column of dates.
        on_duplicate: what becomes of bars of one ticker and time.
        every: the bars' period.
        actions: the table of corporate actions, or None.
        max_span: how far the bars of a window may lie apart, or None.
    """
    names = _options.by(by)
    _options.require_tickers(actions, by, names)
    series = {
        "by": _interop.series_column(names),
        "time": _options.column("time", time),
        "on_duplicate": _options.choice("on_duplicate", on_duplicate, _options.ON_DUPLICATE),
        "every": _options.choice("every", every, _options.EVERY),
        "actions": actions,
    }
    span = _options.max_span(max_span)

    def compute(own: Any) -> Any:
        answer, too_wide = kernel(own, series=series, max_span=span)
        _warn_of_wide_windows(too_wide, every, span)
        return answer

    return _interop.add_columns(bars, (*names, time), columns, compute, optional=CURRENCY)


def _warn_of_wide_windows(columns: Sequence[str], every: str, max_span: int | None) -> None:
    """Say in the caller's line which columns are null throughout only because of `max_span`."""
    if not columns:
        return
    span = "twice its length" if max_span is None else f"{max_span}"
    warnings.warn(
        f"{', '.join(columns)}: null throughout, because every window spans more than max_span ({span}) {SPANS[every]};"
        " bars of weeks or months want every='1w' or '1mo', scattered bars a larger max_span",
        stacklevel=_callers_level(),
    )


def _callers_level() -> int:
    """How far the first frame outside this package is from the function that warns, which is 1."""
    package = __name__.partition(".")[0]
    level, frame = 0, inspect.currentframe()
    while frame is not None and str(frame.f_globals.get("__name__")).partition(".")[0] == package:
        level, frame = level + 1, frame.f_back
    return level
