"""The call of a kernel over series of bars: its columns, its result and its warnings."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from . import _interop, _native, _options, _threads
from .typing import BarsT

CURRENCY = ("currency", "moeda")
SPANS = {"1d": "sessions", "1w": "weeks", "1mo": "months", "1q": "quarters", "1y": "years"}


def add_series_columns(  # noqa: D417 - the others are those of SeriesOptions
    bars: BarsT,
    inputs: Sequence[str | Sequence[str]],
    kernel: Callable[..., tuple[Any, list[str]]],
    *,
    by: str | Sequence[str] | None,
    time: str,
    on_duplicate: str,
    every: str,
    actions: Any,
    max_span: int | None,
    columns: Mapping[str, str] | None,
    suffix: str,
) -> BarsT:
    """Give `bars`, in the caller's kind, with the result of `kernel` on the columns `inputs`.

    The other arguments are those of `SeriesOptions`.

    Args:
        bars: the caller's data.
        inputs: the columns that the kernel reads besides the keys and the currency. The first one
            may be a list: the kernel then computes on each of it, with the others, and the new
            columns' names end with the name of the column.
        kernel: a function from Arrow data, `columns`, `series` and `max_span` to the new columns,
            and to the names of those that are null throughout only because of `max_span`.
    """
    names, called = _options.series(by, actions), _options.renamed(columns)
    first, *others = inputs
    several = _options.columns("column", first)
    ending = _options.text("suffix", suffix)
    series = {
        "by": _interop.series_column(names),
        "time": _options.column("time", time),
        "on_duplicate": _options.choice("on_duplicate", on_duplicate, _options.ON_DUPLICATE),
        "every": _options.choice("every", every, _options.EVERY),
        "actions": _interop.eager(actions),
        "threads": _threads.threads(),
    }
    span = _options.max_span(max_span)
    read = [_options.column("column", other) for other in others]

    def compute(own: Any) -> Any:
        new = None
        for column in several:
            answer, too_wide = kernel(own, columns=[column, *read], series=series, max_span=span)
            behind = ending if isinstance(first, str) else f"_{column}{ending}"
            _warn_of_wide_windows([f"{name}{behind}" for name in too_wide], every, span)
            answer = _ending_with(behind, answer)
            new = answer if new is None else _native.with_columns(new, answer)
        return new

    crossing = [*several, *read]
    keys = (*names, time)
    answer: BarsT = _interop.add_columns(bars, keys, crossing, compute, optional=CURRENCY, called=called)
    return answer


def _ending_with(ending: str, table: Any) -> Any:
    names = table.column_names if ending else []
    return _native.rename_columns(table, [(name, f"{name}{ending}") for name in names]) if names else table


def _warn_of_wide_windows(columns: Sequence[str], every: str, max_span: int | None) -> None:
    """Warn, at the caller's line, of columns that are null only because of `max_span`."""
    if not columns:
        return
    span = "twice its length" if max_span is None else f"{max_span}"
    warnings.warn(
        f"{', '.join(columns)}: null throughout, because every window spans more than max_span ({span}) {SPANS[every]};"
        " bars of weeks or months want every='1w' or '1mo', scattered bars a larger max_span",
        stacklevel=_callers_level(),
    )


def _callers_level() -> int:
    """The `stacklevel` of a warning that points to the first frame outside this package."""
    package = __name__.partition(".")[0]
    level, frame = 0, inspect.currentframe()
    while frame is not None and str(frame.f_globals.get("__name__")).partition(".")[0] == package:
        level, frame = level + 1, frame.f_back
    return level
