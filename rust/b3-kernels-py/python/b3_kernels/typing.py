"""The types of the functions' arguments and results, for annotations of your own.

`BarsT` is the kind of table that a function takes and returns. `SeriesOptions` and `ColumnOptions`
are the keywords that all functions over series of bars share, and their meanings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol, TypeAlias, TypedDict, TypeVar

__all__ = [
    "AnyBars",
    "ArrowArray",
    "ArrowStream",
    "BarsT",
    "ColumnOptions",
    "Every",
    "Kind",
    "LazyBars",
    "OnDuplicate",
    "Seed",
    "SeriesOptions",
    "Unit",
    "Windows",
    "WrappedBars",
]

Every = Literal["1d", "1w", "1mo", "1q", "1y"]
"""The period of bars: sessions, ISO weeks, months, quarters or years."""
Kind = Literal["sma", "ema", "wma"]
"""How the prices of a moving average are weighted."""
OnDuplicate = Literal["raise", "first", "last", "keep"]
"""What becomes of bars of one ticker and time."""
Seed = Literal["sma", "first"]
"""What an exponential average begins with."""
Unit = Literal["price", "shares", "money", "count"]
"""What the numbers of a column count."""
Windows: TypeAlias = Sequence[int] | int
"""Lengths in bars; a number is one window."""


class ArrowStream(Protocol):
    """A table with the Arrow PyCapsule interface: pyarrow, Polars, pandas, DuckDB and others."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Give the table as a stream of record batches."""


class ArrowArray(Protocol):
    """A record batch with the Arrow PyCapsule interface."""

    def __arrow_c_array__(self, requested_schema: object | None = None) -> Any:
        """Give the batch as a schema and an array."""


class LazyBars(Protocol):
    """A lazy frame of Polars or narwhals."""

    def collect_schema(self) -> Any:
        """Give the names and types of its columns, without its rows."""


class WrappedBars(Protocol):
    """A frame of narwhals, around the frame of another library."""

    def to_native(self) -> Any:
        """Give the frame within."""


AnyBars: TypeAlias = ArrowStream | ArrowArray | LazyBars | WrappedBars
"""A table that the functions of bars accept."""
BarsT = TypeVar("BarsT", bound=AnyBars)
"""The caller's kind of table, which comes back."""


# `_keywords` copies these paragraphs and attributes into each function's docstring.
class SeriesOptions(TypedDict, total=False):
    """The keywords that all functions over series of bars share.

    A value over a window is null before the window is full, where one of its numbers is null, NaN
    or infinite, where its bars span more than `max_span` and, for prices and money, where a column
    `currency` changes inside it.

    A recursive indicator is null in a bar where one of its numbers is null, NaN or infinite, and
    goes on after it. It is also null during its warm-up, which begins anew after a gap of more than
    `max_span` and, for prices and money, where a column `currency` changes.

    Attributes:
        every: the bars' period, in which `max_span` counts: `1d` for sessions, `1w` for the bars of
            weeks, `1mo`, `1q`, `1y`.
        max_span: the most sessions (or weeks, or months) between the first and the last bar of a
            window; None for twice the window's given length. A `UserWarning` names a column that is
            null throughout only because of it. For a recursive indicator or a return, which go on
            from the previous bar: the greatest age of that bar, by default 400, the published
            table's rule; None for any age.
        actions: the table of corporate actions (columns `ticker`, `ex_date`, `kind`, `amount`,
            `numerator`, `denominator`), any Arrow data. Numbers before a split or a bonus are
            converted to the shares of the computed bar; actions of later dates change no earlier
            row. With `every`, an action counts as earlier than the bar of its own week (or month):
            one after the last day in the bar needs a date in the next week (or month), or `refine`,
            which knows that day. None for prices as they are.
        by: the column of tickers, several columns that identify a series together, or None for one
            series. With `actions`, one of several must be `ticker`.
        time: the column of dates or timestamps, within 1986 to 2099.
        on_duplicate: the treatment of bars of one ticker and time: `raise` makes them an error,
            `first` and `last` use one of them in the caller's order and leave the others null,
            `keep` uses all, one after the other.
        columns: maps names of columns here to those in your table:
            `{"close": "Close", "trade_date": "Date"}`. Other columns have the same name in both.
        suffix: text after the names of the new columns.
    """

    every: Every
    max_span: int | None
    actions: AnyBars | None
    by: str | Sequence[str] | None
    time: str
    on_duplicate: OnDuplicate
    columns: Mapping[str, str] | None
    suffix: str


class ColumnOptions(SeriesOptions, total=False):
    """The keywords of functions that compute on one column, besides those of `SeriesOptions`.

    Attributes:
        column: the column of prices, or several in a list, whose names are then appended to those
            of the new columns: `sma_20_open`.
        unit: what that column counts, which decides how a split changes it: `price`, `shares`,
            `money` (such as turnover) or `count`, which no split changes; None goes by its name:
            `volume` and `obv` count shares, `turnover` money, `trades`, returns and the results of
            other functions that are no prices (`drawdown`, `rsi_14`) are counts, any other is a
            price.
    """

    column: str | Sequence[str]
    unit: Unit | None
