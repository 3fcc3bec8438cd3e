"""Data frames of Polars; lazy ones are in `_lazy`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from b3_kernels._native import SchemaError

from ._library import module


class PolarsFrame:
    """A `Frame` of a data frame of Polars, or of a class derived from it."""

    def __init__(self, data: Any, time: str = "") -> None:  # noqa: ARG002 - only pandas may have the time in its index
        self._frame = data

    @staticmethod
    def takes(data: Any) -> bool:
        """Whether `data` is a data frame, and not a single column."""
        return isinstance(data, module("polars").DataFrame)

    @property
    def columns(self) -> list[str]:
        return list(self._frame.columns)

    def select(self, names: Sequence[str]) -> Any:
        """These columns; types that only Polars has, and Arrow lacks, are refused."""
        polars = module("polars")
        for name in names:
            dtype = self._frame.schema[name]
            if dtype in (polars.Object, polars.Int128, getattr(polars, "UInt128", polars.Int128)):
                message = f"column {name}: found {dtype}, expected a type that Arrow has"
                raise SchemaError(message)
        return polars.DataFrame([self._frame.get_column(name) for name in names])

    def with_columns(self, new: Any) -> Any:
        """A copy of the caller's frame, class included, with new columns."""
        answer = self._frame.clone()
        for column in module("polars").DataFrame(new).get_columns():
            if column.name in answer.columns:
                answer.replace_column(answer.get_column_index(column.name), column)
            else:
                answer.insert_column(answer.width, column)
        return answer

    def from_arrow(self, answer: Any, keys: Mapping[str, str]) -> Any:  # noqa: ARG002 - pandas alone uses them
        """A data frame of the caller's class."""
        frame = module("polars").DataFrame(answer)
        return frame if type(self._frame) is type(frame) else type(self._frame)(frame)

    def rename(self, names: Mapping[str, str]) -> Any:
        answer = self._frame.clone()
        answer.columns = [names.get(name, name) for name in self.columns]
        return answer

    def without_rows(self) -> PolarsFrame:
        return PolarsFrame(self._frame.clear())
