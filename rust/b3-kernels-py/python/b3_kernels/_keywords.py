"""The keywords that all functions over series share, added to each signature and docstring."""

from __future__ import annotations

import functools
import inspect
import re
import textwrap
from collections.abc import Callable
from typing import Any, TypeVar, cast

from .typing import ColumnOptions, SeriesOptions

Function = TypeVar("Function", bound=Callable[..., Any])

DEFAULTS: dict[str, Any] = {
    "every": "1d",
    "max_span": None,
    "actions": None,
    "by": "ticker",
    "time": "trade_date",
    "on_duplicate": "raise",
    "columns": None,
    "suffix": "",
}
# The arguments and sections of a docstring that has none of its own.
BARS = "    bars: any Arrow data, in any order."
WINDOWS = "\n    windows: lengths in bars, each once; a number is one window."
RETURNS = """    The bars in the caller's order and kind, with new float64 columns; columns of the same names are
    replaced."""
RAISES = """    SchemaError: a column is missing or of another type.
    ValueError: an invalid option, a null key, two bars of one key, a date outside the calendar, a
        decimal or an integer of more than 63 bits.
    TypeError: `bars` is no Arrow data, or an option is of another type."""


def over_series(**defaults: Any) -> Callable[[Function], Function]:
    """Give a function the keywords of `SeriesOptions`, and with `column=` those of `ColumnOptions`.

    The function receives all of them as keywords: each with the caller's value, else the one in
    `defaults`, else the one in `DEFAULTS`. They are also added to its signature and docstring, for
    `help()` and for notebooks; type checkers find them by the annotation `Unpack[SeriesOptions]`.
    """
    shared = DEFAULTS | defaults
    of_column = "column" in defaults
    if of_column:
        shared = {"column": defaults["column"], "unit": None, **shared}

    def decorate(function: Function) -> Function:
        signature = _with_keywords(function, shared)

        @functools.wraps(function)
        def over_bars(*arguments: Any, **options: Any) -> Any:
            for name in options:
                if name not in signature.parameters:
                    message = f"{function.__name__}() got an unexpected keyword argument {name!r}"
                    raise TypeError(message)
            return function(*arguments, **(shared | options))

        over_bars.__signature__ = signature  # type: ignore[attr-defined]  # what inspect looks at first
        if function.__doc__:  # none under `python -OO`
            over_bars.__doc__ = _with_descriptions(function.__doc__, signature, of_column=of_column)
        return cast("Function", over_bars)

    return decorate


def _with_keywords(function: Callable[..., Any], shared: dict[str, Any]) -> inspect.Signature:
    """The function's signature with the keywords in place of the parameter that unpacks them."""
    signature, annotations = inspect.signature(function), ColumnOptions.__annotations__
    parameters = [one for one in signature.parameters.values() if one.kind is not one.VAR_KEYWORD]
    keywords = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=_written(annotations[name]))
        for name, default in shared.items()
    ]
    return signature.replace(parameters=[*parameters, *keywords])


def _written(annotation: Any) -> str:
    """An annotation as written; a TypedDict wraps it in a ForwardRef."""
    return str(getattr(annotation, "__forward_arg__", annotation))


def _with_descriptions(docstring: str, signature: inspect.Signature, *, of_column: bool) -> str:
    """The docstring with the shared keywords among its arguments and the sections that it lacks."""
    headings = re.compile(r"^(Args|Returns|Raises|Examples):\n", re.MULTILINE)
    summary, *parts = headings.split(inspect.cleandoc(docstring))  # by turns a heading and its text
    written = dict(zip(parts[::2], parts[1::2], strict=True))
    arguments = written.get("Args", BARS + (WINDOWS if "windows" in signature.parameters else "")).rstrip()
    shared = [_attributes(kind) for kind in ((ColumnOptions, SeriesOptions) if of_column else (SeriesOptions,))]
    # Summary, nulls over windows (where `max_span` is None by default), of recursions, attributes.
    _, window_nulls, recursion_nulls, _ = inspect.cleandoc(SeriesOptions.__doc__ or "").split("\n\n")
    nulls = window_nulls if signature.parameters["max_span"].default is None else recursion_nulls
    returns = f"{RETURNS}\n{textwrap.indent(nulls, '    ')}"
    sections = {"Returns": returns, "Raises": RAISES} | written | {"Args": "\n".join([arguments, *shared])}
    order = ("Args", "Returns", "Raises", "Examples")
    return "\n\n".join([summary.rstrip(), *(f"{name}:\n{sections[name].rstrip()}" for name in order)])


def _attributes(kind: Any) -> str:
    return inspect.cleandoc(kind.__doc__).partition("Attributes:\n")[2].rstrip()
