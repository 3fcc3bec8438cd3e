"""The compiled part of `b3_kernels`; use the names of the package."""

import datetime as dt
from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Any, final

FIRST_DATE: dt.date
"""The first day of the trading calendar, 1986-01-01."""
LAST_DATE: dt.date
"""The last day of the trading calendar, 2099-12-31."""
ACTIONS: Any
"""The columns of an object of actions, an Arrow schema."""
RAW: Any
"""The columns of an object of raw, an Arrow schema."""
ACTIONS_KEY: str
"""The form of the key of an object of actions."""
RAW_KEY: str
"""The form of the key of an object of raw, `raw/trade_date=YYYY-MM-DD/<source>.parquet`."""
LONGEST_WINDOW: int
"""The longest window that a caller may give, in bars."""
__version__: str

class SchemaError(ValueError): ...

@final
class PartitionFiles:
    """What `partition_files.PartitionFiles` calls; `unique` is a part of temporary files' names."""

    def __new__(cls, schema: Any, keys: Sequence[str], file: str) -> PartitionFiles: ...
    def encode(self, rows: Any) -> list[tuple[str, bytes]]: ...
    def write(self, rows: Any, root: str | PathLike[str], unique: str) -> None: ...

@final
class Refiner:
    def __new__(cls, options: dict[str, Any]) -> Refiner: ...
    @property
    def output_schema(self) -> Any: ...
    def push(self, batch: Any) -> Any: ...
    def finish(self) -> Any: ...

def adjust(
    bars: Any,
    *,
    actions: Any,
    as_of: dt.date | None,
    distributions: bool,
    by: str,
    time: str,
    threads: int | None,
) -> Any: ...
def add_sessions(date: dt.date, n: int) -> dt.date: ...
def are_sessions(dates: Any, column: str) -> Any: ...
def count_sessions(after: dt.date, until: dt.date) -> int: ...
def date_of_text(text: str) -> dt.date | None: ...
def last_closed_session(now: dt.datetime) -> dt.date: ...
def period(date: dt.date, every: str) -> tuple[dt.date, dt.date]: ...
def aggregate_ohlcv(
    bars: Any, *, every: str, by: str, time: str, on_duplicate: str, actions: Any, threads: int | None
) -> Any: ...
def distinct(table: Any, column: str) -> set[str]: ...
def date_differences(
    bars: Any, *, by: str, time: str, on_duplicate: str, max_span: int | None, threads: int | None
) -> Any: ...
def encode_parquet(rows: Any) -> bytes: ...
def indicator(
    bars: Any,
    *,
    kernel: str,
    columns: Sequence[str],
    unit: str | None,
    windows: Sequence[int],
    max_span: int | None,
    series: Mapping[str, Any],
    **settings: str | float,
) -> tuple[Any, list[str]]:
    """The new columns, and the names of those that are all null only because of `max_span`.

    `series` holds the options that all indicators share, `settings` those of this one.
    """

def input_columns() -> list[str]:
    """All input columns of `refine`, the optional ones too."""

def is_session(date: dt.date) -> bool: ...
def join_names(table: Any, by: Sequence[str], joint: str) -> Any:
    """The table with one column `joint` in place of `by`; `split_names` is the reverse."""

def concat_tables(tables: Sequence[Any]) -> Any: ...
def published(name: str) -> str:
    """The published name of a column of the refined table; any other name stays as it is."""

def read_cotahist(
    path: str | PathLike[str],
    *,
    markets: Sequence[int],
    tickers: Sequence[str] | None,
    allow_incomplete: bool,
    fields: Sequence[str],
) -> tuple[Any, str | None, int, list[str]]:
    """The table, why the file is incomplete or None, how many rows are left out, first faults."""

def read_table(data: Any) -> Any: ...
def refine(bars: Any, options: dict[str, Any], threads: int | None) -> Any: ...
def rename_columns(bars: Any, mapping: Sequence[tuple[str, str]]) -> Any: ...
def require_renaming(names: Sequence[str], mapping: Sequence[tuple[str, str]]) -> None:
    """Raise what `rename_columns` would raise for a table with these columns."""

def resolve_actions(actions: Any) -> Any: ...
def sessions(start: dt.date, end: dt.date) -> list[dt.date]: ...
def split_names(table: Any, by: Sequence[str], joint: str) -> Any: ...
def select_columns(table: Any, names: list[str]) -> Any: ...
def with_columns(table: Any, columns: Any) -> Any: ...
