"""Checks of options; an error names the option, what was found and what was expected."""

from __future__ import annotations

import datetime as dt
import math
import operator
from collections.abc import Iterable, Mapping
from os import PathLike, fspath
from typing import Any, Literal, NoReturn, get_args

from ._native import LONGEST_WINDOW
from .typing import Every

OnInvalid = Literal["accept", "raise", "keep"]
Adjust = Literal["splits", "none"]
UnknownActions = Literal["null", "keep"]
TICKER = "ticker"
# In sessions: the published table's rule, twice its longest window.
PREVIOUS_BAR_MAX_AGE = 400
LONGEST_SPAN = 2**31 - 1  # the compiled module counts sessions in 32 bits


def windows(value: Any, option: str = "windows") -> list[int]:
    """Check windows and give them as a list; a number is one window."""
    expected = f"windows from 1 to {LONGEST_WINDOW} bars"
    return [_count(option, window, 1, LONGEST_WINDOW, expected) for window in several(value)]


def several(value: Any) -> list[Any]:
    """Give one value or several as a list; a text or a numpy array without dimensions is one."""
    if isinstance(value, (str, bytes)) or getattr(value, "ndim", 1) == 0 or not isinstance(value, Iterable):
        return [value]
    return list(value)


def window(option: str, value: Any) -> int:
    """Check one window."""
    return _count(option, value, 1, LONGEST_WINDOW, f"a window from 1 to {LONGEST_WINDOW} bars")


def max_span(value: Any) -> int | None:
    """Check a number of sessions, or None."""
    if value is None:
        return None
    return _count("max_span", value, 0, LONGEST_SPAN, f"None or a number of sessions from 0 to {LONGEST_SPAN}")


def fast_and_slow(fast: Any, slow: Any) -> tuple[int, int]:
    """Check two windows of which the first is the shorter one."""
    fast_window, slow_window = window("fast", fast), window("slow", slow)
    if fast_window >= slow_window:
        _refuse(ValueError, "fast", fast, f"a window shorter than slow ({slow})")
    return fast_window, slow_window


def multiple(option: str, value: Any, of: str) -> float:
    """Check a number from 0 up; `of` says of what."""
    expected = f"a number of {of} from 0 up"
    if isinstance(value, (bool, str, bytes)) or not hasattr(value, "__float__"):
        _refuse(TypeError, option, value, expected)
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    except (TypeError, ValueError):  # of an array or a Series
        _refuse(TypeError, option, value, expected)
    if not (math.isfinite(number) and number >= 0):
        _refuse(ValueError, option, value, expected)
    return number


def sessions(option: str, value: Any) -> int:
    """Check a number of sessions, which is negative for earlier ones."""
    return _count(option, value, -LONGEST_SPAN, LONGEST_SPAN, "a number of sessions inside 1986 to 2099")


def ddof(value: Any) -> int:
    """Check by how much a standard deviation's divisor is less than its window."""
    return _count("ddof", value, 0, 1, "0 or 1")


def refine(
    every: Any, windows_: Any, rename: Any, on_invalid: Any, adjust: Any, unknown_actions: Any
) -> dict[str, Any]:
    """Check the options of a refiner."""
    return {
        "every": choice("every", every, Every),
        "windows": windows(windows_),
        "rename": yes_or_no("rename", rename),
        "on_invalid": choice("on_invalid", on_invalid, OnInvalid),
        "adjust": choice("adjust", adjust, Adjust),
        "unknown_actions": choice("unknown_actions", unknown_actions, UnknownActions),
    }


def yes_or_no(option: str, value: Any) -> bool:
    """Check a truth value."""
    if not isinstance(value, bool):
        _refuse(TypeError, option, value, "True or False")
    return value


def date(option: str, value: Any, expected: str = "a datetime.date or None") -> dt.date | None:
    """Check a date, or None; a datetime is refused."""
    if value is not None and (not isinstance(value, dt.date) or isinstance(value, dt.datetime)):
        _refuse(TypeError, option, value, expected)
    return value


def some_day(option: str, value: Any) -> dt.date:
    """Check a date; a datetime counts as its day."""
    if not isinstance(value, dt.date) or value != value:  # pandas' NaT is a datetime, and unequal to itself
        _refuse(TypeError, option, value, "a datetime.date")
    return value


def moment(option: str, value: Any) -> dt.datetime:
    """Check a datetime with a time zone."""
    if not isinstance(value, dt.datetime) or value.tzinfo is None:
        kind = ValueError if isinstance(value, dt.datetime) else TypeError
        _refuse(kind, option, value, "a datetime.datetime with a time zone")
    return value


def day(option: str, value: Any) -> dt.date | None:
    """Check a date or a text such as 2024-11-08, or None, and give the date."""
    expected = "a datetime.date, a text such as 2024-11-08, or None"
    if isinstance(value, str):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            _refuse(ValueError, option, value, expected)
    return date(option, value, expected)


def choice(option: str, value: Any, words: Any) -> str:
    """Check one of the words of a Literal type."""
    choices = get_args(words)
    expected = f"{', '.join(choices[:-1])} or {choices[-1]}"
    word = text(option, value, expected)
    if word not in choices:
        message = f'{option}: found "{word}", expected {expected}'
        raise ValueError(message)
    return word


def column(option: str, value: Any) -> str:
    """Check the name of a column."""
    return text(option, value, "the name of a column")


def names(option: str, value: Any) -> list[str] | None:
    """Check texts and give them as a list, or None; one text gives a list of one."""
    if value is None:
        return None
    texts = several(value)
    for text in texts:
        if not isinstance(text, str):
            _refuse(TypeError, option, text, "a text or several")
    return texts


def tickers(value: Any) -> list[str] | None:
    """Check B3 codes and give them as a list; None for all."""
    codes = names("tickers", value)
    if codes == []:
        _refuse(ValueError, "tickers", value, "one or more B3 codes, or None for all")
    return codes


def columns(option: str, value: Any) -> list[str]:
    """Check the names of columns and give them as a list; a text is one name."""
    given = names(option, value)
    if not given or len(set(given)) < len(given):
        kind = TypeError if value is None else ValueError
        _refuse(kind, option, value, "the name of a column, or several, each once")
    return given


def caller_names(value: Any) -> dict[str, str]:
    """Check the option `columns`, which maps names of columns here to the caller's."""
    expected = "a mapping from names of columns to what your table calls them, each once"
    names = {} if value is None else mapping("columns", value, expected)
    if len(set(names.values())) < len(names):
        _refuse(ValueError, "columns", value, expected)
    return names


def mapping(option: str, value: Any, expected: str) -> dict[str, str]:
    """Check a mapping between names of columns."""
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for pair in value.items() for name in pair):
        _refuse(TypeError, option, value, expected)
    return dict(value)


def text(option: str, value: Any, expected: str = "a text") -> str:
    """Check a text."""
    if not isinstance(value, str):
        _refuse(TypeError, option, value, expected)
    return value


def path(option: str, value: Any) -> str:
    """Check the path of a file or folder and give it as a text."""
    text = fspath(value) if isinstance(value, (str, PathLike)) else None
    if not isinstance(text, str):
        _refuse(TypeError, option, value, "a path: a text or a pathlib.Path")
    return text


def arrow(option: str, value: Any, interface: str) -> Any:
    """Check Arrow data that has this method of the Arrow PyCapsule interface."""
    if not hasattr(value, interface):
        expected = {"__arrow_c_array__": "a record batch", "__arrow_c_schema__": "an Arrow schema"}[interface]
        _refuse(TypeError, option, value, f"{expected}, an object with {interface}")
    return value


def figure(option: str, value: Any) -> Any:
    """Check a figure of plotly."""
    from plotly.basedatatypes import BaseFigure

    if not isinstance(value, BaseFigure):
        _refuse(TypeError, option, value, "a figure, the result of `candles`")
    return value


def by(value: Any) -> tuple[str, ...]:
    """Check the columns that identify a series; none for one series."""
    expected = "the name of a column, several, or None"
    if value is None or isinstance(value, str):
        return () if value is None else (value,)
    if not isinstance(value, (list, tuple)) or not all(isinstance(name, str) for name in value):
        _refuse(TypeError, "by", value, expected)
    if len(set(value)) < len(value):
        _refuse(ValueError, "by", value, "each column once")
    return tuple(value)


def series(value: Any, actions: Any) -> tuple[str, ...]:
    """Check the columns that identify a series.

    With `actions` the ticker's comes first: the compiled module takes the ticker from the first
    part of the text that joins a row's keys.
    """
    columns = by(value)
    if actions is None or len(columns) == 1:
        return columns
    if TICKER not in columns:
        message = f"actions: found with by={value!r}, expected one column of tickers, or `ticker` among several"
        raise ValueError(message)
    return (TICKER, *(name for name in columns if name != TICKER))


def markets(value: Any) -> list[int]:
    """Check codes of markets and give them as a list; a number is one code."""
    codes = [_count("markets", code, 1, 999, "whole numbers from 1 to 999") for code in several(value)]
    if not codes:
        _refuse(ValueError, "markets", value, "one or more of 10 (spot), 20 (odd lot), 30 (forward), 70, 80 (options)")
    return codes


def _count(option: str, value: Any, least: int, most: int, expected: str) -> int:
    if isinstance(value, bool):
        _refuse(TypeError, option, value, expected)
    try:
        number = operator.index(value)
    except TypeError:
        _refuse(TypeError, option, value, expected)
    if not least <= number <= most:
        _refuse(ValueError, option, number, expected)
    return number


def _refuse(kind: type[Exception], option: str, value: Any, expected: str) -> NoReturn:
    of_type = f"a {type(value).__module__}.{type(value).__qualname__}"
    try:
        shown = repr(value)
    except ValueError:  # Python writes out no integer of more than 4,300 digits
        shown = of_type
    if len(shown) > 60 or "\n" in shown:
        shown = of_type
    message = f"{option}: found {shown}, expected {expected}"
    raise kind(message) from None
