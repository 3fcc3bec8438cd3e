"""Conversion of the caller's data frames to Arrow, and of results to the caller's kind of frame.

The compiled module receives only the columns that a kernel computes on, and returns only the new
ones. The frame's own library adds them to the caller's frame, so that every other column stays as
it is, whatever its type (`_capsule` names the one exception). Except for pyarrow, a data library is
imported only when its data is passed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

from b3_kernels import _native

from ._capsule import CapsuleFrame
from ._duckdb import DuckdbFrame
from ._frame import Frame as Frame  # for the package's other modules too
from ._lazy import is_lazy, lazily
from ._library import library, module, narwhals_interface
from ._narwhals import NarwhalsFrame
from ._pandas import PandasFrame
from ._polars import PolarsFrame
from ._pyarrow import PyarrowFrame

EXPECTED = (
    "expected Arrow data (an object with __arrow_c_stream__ or __arrow_c_array__, such as a table or data frame of "
    "pyarrow, Polars, pandas or DuckDB)"
)
KEYS = ("ticker", "trade_date")
# The key column made of several columns or of none; no column of a caller has this name.
SERIES = "\x1fseries"
PRICES_AND_VOLUME = ("open", "high", "low", "close", "volume")
ACTIONS = ("ticker", "ex_date", "kind", "amount", "numerator", "denominator")


FRAMES: dict[str, type[Frame]] = {
    "duckdb": DuckdbFrame,
    "narwhals": NarwhalsFrame,
    "pandas": PandasFrame,
    "polars": PolarsFrame,
    "pyarrow": PyarrowFrame,
}


def frame(data: Any, time: str = "", argument: str = "bars") -> Frame:
    """Give `data` as a frame of its library; `time` is its column of dates, if it has one.

    An error names the frame by `argument`.

    Raises:
        TypeError: it is no table.
    """
    kind, of_library = type(data), FRAMES.get(library(data), CapsuleFrame)
    if not of_library.takes(data):
        library_prefix = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
        message = f"{argument}: found {library_prefix}{kind.__qualname__}, {EXPECTED}"
        raise TypeError(message)
    if of_library is NarwhalsFrame:
        return NarwhalsFrame(frame(data.to_native(), time, argument), narwhals_interface(data))
    return of_library(data, time)


def add_columns(
    bars: Any,
    keys: Sequence[str],
    kernel: Callable[[Any], Any],
    *,
    columns: Sequence[str] = (),
    optional: Sequence[str] = (),
    caller_names: Mapping[str, str] | None = None,
) -> Any:
    """Give `bars`, in the caller's kind, with the columns that `kernel` computes.

    Args:
        bars: the caller's data.
        keys: the columns that identify a series, one, several or none, and, last, the column of
            time.
        kernel: a function from Arrow data of the columns named here, those of a series as one (see
            `series_column`), to a table of the new columns alone.
        columns: the other columns that the kernel computes on.
        optional: columns that the kernel reads if `bars` has them.
        caller_names: maps names in the other arguments and the kernel to those in `bars`.

    Raises:
        SchemaError: as `read`, or `bars` have several columns of the name of a new one.
    """
    if is_lazy(bars):
        named: dict[str, Any] = {"columns": columns, "optional": optional, "caller_names": caller_names}
        return lazily(bars, lambda rows: add_columns(rows, keys, kernel, **named))
    caller_names = caller_names or {}
    table = frame(bars, caller_names.get(keys[-1], keys[-1]))
    needed = read(table, [*keys, *columns, *_present(table, optional, caller_names)], caller_names)
    new = kernel(_with_series_column(needed, keys[:-1]))
    _refuse_several(table.columns, new.column_names)
    return table.with_columns(new)


def new_table(
    bars: Any, keys: Mapping[str, str], kernel: Callable[[Any], Any], caller_names: Mapping[str, str] | None = None
) -> Any:
    """Give the table of new rows that `kernel` makes of `bars`, in the caller's kind.

    Args:
        bars: the caller's data.
        keys: maps the names of the columns that identify a series and, last, of the column of time
            to their names in the result.
        kernel: a function from Arrow data of the keys and the columns of a bar to the result.
        caller_names: maps names of columns that `keys` and the kernel use to the caller's names;
            the result has the caller's.
    """
    if is_lazy(bars):
        return lazily(bars, lambda rows: new_table(rows, keys, kernel, caller_names))
    caller_names = caller_names or {}
    *by, time = keys
    table = frame(bars, caller_names.get(time, time))
    answer = kernel(_with_series_column(bar_columns(table, keys, caller_names), by))
    if len(by) != 1:
        answer = _native.split_names(answer, by, SERIES)
    renamed = [(name, new) for name, new in caller_names.items() if name in answer.column_names]
    answer = _native.rename_columns(answer, renamed)
    caller_keys = {caller_names.get(name, name): caller_names.get(new, new) for name, new in keys.items()}
    return table.from_arrow(answer, caller_keys)


def eager(table: Any) -> Any:
    """Give a table that can be read: lazy frames collected, narwhals' unwrapped."""
    if library(table) == "narwhals":
        table = table.to_native()
    return table.collect() if is_lazy(table) else table


def read_once(actions: Any, *, required: bool = False) -> Any:
    """Give the columns of actions as Arrow data that can be read several times; None if not given.

    A stream, which gives its rows only once, is read here.
    """
    if actions is None and not required:
        return None
    return _native.read_table(action_columns(frame(eager(actions), argument="actions")))


def action_columns(table: Frame) -> Any:
    """Give the columns of corporate actions as Arrow data: all others of the table stay unread."""
    return read(table, [*ACTIONS, *_present(table, ("source", "note"), {})], caller_names={})


def series_column(by: Sequence[str]) -> str:
    """Name the column that identifies a series: the caller's, or one made from several or none."""
    return by[0] if len(by) == 1 else SERIES


def _with_series_column(columns: Any, by: Sequence[str]) -> Any:
    return columns if len(by) == 1 else _native.join_names(columns, by, SERIES)


def bar_columns(table: Frame, keys: Iterable[str], caller_names: Mapping[str, str] | None = None) -> Any:
    """Give the columns of bars as Arrow data: keys, prices, volume and optional ones that exist."""
    caller_names = caller_names or {}
    others = [name for name in _native.input_columns() if name not in (*KEYS, *PRICES_AND_VOLUME)]
    return read(table, [*keys, *PRICES_AND_VOLUME, *_present(table, others, caller_names)], caller_names)


def _present(table: Frame, optional: Iterable[str], caller_names: Mapping[str, str]) -> list[str]:
    """The optional columns that the table has and that `caller_names` does not give to others."""
    present, taken = table.columns, set(caller_names.values())
    free = [name for name in optional if name in caller_names or name not in taken]
    return [name for name in free if caller_names.get(name, name) in present]


def published_keys(*, rename: bool) -> dict[str, str]:
    """Map the raw names of the key columns to those in a refined table; `rename` as in `refine`."""
    return {name: _native.published(name) if rename else name for name in KEYS}


def rename(data: Any, mapping: Mapping[str, str]) -> Any:
    """Give `data` with the columns of `mapping`, which must all exist, under their new names."""
    if is_lazy(data):
        return lazily(data, lambda rows: rename(rows, mapping))
    table = frame(data, argument="data")
    _native.require_renaming(table.columns, list(mapping.items()))
    return table.rename(mapping)


def of_pyarrow(answer: Any, kind: Literal["table", "record_batch"]) -> Any:
    """Give Arrow data as this kind of pyarrow's, or as it is where pyarrow is not installed."""
    try:
        return getattr(module("pyarrow"), kind)(answer)
    except ModuleNotFoundError:
        return answer


def read(table: Frame, names: Iterable[str], caller_names: Mapping[str, str]) -> Any:
    """Give the columns with these names as Arrow data, renamed from the caller's names.

    Raises:
        SchemaError: a column is missing, or there are several of its name.
        ValueError: two of the names stand for one column.
    """
    new_names: dict[str, str] = {}  # by the caller's names
    for new in names:
        name = caller_names.get(new, new)
        if new_names.setdefault(name, new) != new:
            message = f'columns: found "{name}" for {new_names[name]} and for {new}, expected each column of bars once'
            raise ValueError(message)
    present = table.columns
    for name in new_names:
        if name not in present:
            listed = ", ".join(f'"{column}"' for column in present)
            message = f"column {name}: not found, expected one of [{listed}]"
            raise _native.SchemaError(message)
    _refuse_several(present, new_names)
    columns = table.select(list(new_names))
    renamed = [(name, new) for name, new in new_names.items() if name != new]
    return _native.rename_columns(columns, renamed) if renamed else columns


def _refuse_several(present: Sequence[str], names: Iterable[str]) -> None:
    for name in names:
        if (count := present.count(name)) > 1:
            message = f"column {name}: found {count} columns of this name, expected one"
            raise _native.SchemaError(message)
