"""Data frames of pandas, and of classes derived from it.

A kernel asks for a column, or for a level of the index, by its name. If none has the name of the
column of time, a DatetimeIndex of any name is taken for it: many sources return bars that way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from b3_kernels._native import SchemaError

from ._library import module


class PandasFrame:
    """A `Frame` of a data frame; a column whose label is no text is known by the label's text."""

    def __init__(self, data: Any, time: str = "") -> None:
        self._frame = data
        self._labels = {str(label): label for label in data.columns}
        is_named = time in self._labels or time in data.index.names
        # What kernels call a DatetimeIndex that is taken for the time; empty if there is none.
        self._time = time if isinstance(data.index, module("pandas").DatetimeIndex) and not is_named else ""

    @staticmethod
    def takes(data: Any) -> bool:
        """Whether `data` is a data frame, and not a single column."""
        return isinstance(data, module("pandas").DataFrame)

    @property
    def columns(self) -> list[str]:
        """The names of the columns and, behind them, of the index."""
        names = [str(label) for label in self._frame.columns]
        levels = [name for name in self._frame.index.names if isinstance(name, str)]
        return names + [name for name in (*levels, self._time) if name and name not in names]

    def select(self, names: Sequence[str]) -> Any:
        """These columns as a pyarrow table; NaN is null."""
        pa = module("pyarrow")
        return pa.table({name: self._array(name) for name in names})

    def with_columns(self, new: Any) -> Any:
        """A copy of the caller's frame, class and index included, with new columns."""
        added = self._as_pandas(module("pyarrow").table(new)).set_axis(self._frame.index)
        added.columns.name = self._frame.columns.name
        fresh = [name for name in added.columns if name not in self._frame.columns]
        # At once, as pandas warns of a frame with more than 100 columns added one by one.
        answer = module("pandas").concat([self._frame, added[fresh]], axis=1).__finalize__(self._frame)
        for name in added.columns.drop(fresh):
            answer[name] = added[name].array
        return answer

    def from_arrow(self, answer: Any, keys: Mapping[str, str]) -> Any:
        """A frame of the caller's class, key types and index."""
        frame = self._as_pandas(module("pyarrow").table(answer))
        for name, new in keys.items():
            frame[new] = _typed(frame[new], self._values(name).dtype)
        frame = self._indexed(frame, keys)
        if type(frame) is not type(self._frame):
            frame = self._frame._constructor(frame)  # noqa: SLF001 - pandas' interface for derived classes
        return frame

    def rename(self, names: Mapping[str, str]) -> Any:
        """The same columns, and levels of the index, under other names."""
        answer = self._frame.set_axis(self._frame.columns.map(lambda label: names.get(str(label), label)), axis=1)
        levels = [names.get(name, name) if isinstance(name, str) else name for name in answer.index.names]
        if levels != list(answer.index.names):
            answer.index = answer.index.set_names(levels)
        return answer

    def without_rows(self) -> PandasFrame:
        return PandasFrame(self._frame.iloc[:0], self._time)

    def _values(self, name: str) -> Any:
        if name in self._labels:
            return self._frame[self._labels[name]]
        return self._frame.index if name == self._time else self._frame.index.get_level_values(name)

    def _array(self, name: str) -> Any:
        pa = module("pyarrow")
        values = self._values(name)
        try:
            return pa.array(values, from_pandas=True)
        except (pa.ArrowException, TypeError, OverflowError) as error:
            message = f"column {name}: found {values.dtype} values that Arrow has no type for ({error})"
            raise SchemaError(message) from error

    def _as_pandas(self, table: Any) -> Any:
        """The table in the caller's kind of columns: pyarrow's, those that know NA, or numpy's."""
        pandas, pa = module("pandas"), module("pyarrow")
        dtypes = list(self._frame.dtypes)
        if any(isinstance(dtype, pandas.ArrowDtype) for dtype in dtypes):
            return table.to_pandas(types_mapper=pandas.ArrowDtype)
        if any(isinstance(dtype, (pandas.Float64Dtype, pandas.Int64Dtype)) for dtype in dtypes):
            known = {pa.float64(): pandas.Float64Dtype(), pa.int64(): pandas.Int64Dtype(),
                     pa.int32(): pandas.Int32Dtype()}  # fmt: skip
            return table.to_pandas(types_mapper=known.get)
        return table.to_pandas()

    def _indexed(self, frame: Any, keys: Mapping[str, str]) -> Any:
        """The result with the index if its levels are keys; a key that was a column stays one."""
        names = self._frame.index.names
        if self._time:
            return frame.set_index(keys[self._time]).rename_axis(index=names[0])
        if not all(name in keys for name in names):
            return frame
        only_levels = [keys[name] for name in names if name not in self._frame.columns]
        return frame.set_index([keys[name] for name in names], drop=False).drop(columns=only_levels)


def _typed(answer: Any, dtype: Any) -> Any:
    """A key column of a result in the type of the caller's key column."""
    pandas = module("pandas")
    zone = getattr(getattr(dtype, "pyarrow_dtype", dtype), "tz", None)  # pandas' type holds it, or pyarrow's within
    if zone is not None:
        # Where clocks change at midnight, a date becomes the first moment of its day.
        days = pandas.to_datetime(answer.astype(object)).dt
        return days.tz_localize(zone, ambiguous=True, nonexistent="shift_forward").astype(dtype)
    if dtype.kind == "M" or isinstance(dtype, (pandas.CategoricalDtype, pandas.StringDtype)):
        return answer.astype(dtype)
    return answer
