"""Frames of narwhals, around the frame of another library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ._library import narwhals_interface


class NarwhalsFrame:
    """A `Frame` around one of narwhals, of its main interface or of a stable one."""

    def __init__(self, data: Any, time: str = "") -> None:
        from . import frame  # here, because that module imports this one

        self._interface = narwhals_interface(data)
        self._wrapped = frame(data.to_native(), time)

    @staticmethod
    def takes(data: Any) -> bool:
        """Whether `data` is a frame, and not a single column."""
        return hasattr(data, "to_native") and hasattr(data, "columns")

    @property
    def columns(self) -> list[str]:
        return self._wrapped.columns

    def select(self, names: Sequence[str]) -> Any:
        return self._wrapped.select(names)

    def with_columns(self, new: Any) -> Any:
        return self._interface.from_native(self._wrapped.with_columns(new))

    def from_arrow(self, answer: Any, keys: Mapping[str, str]) -> Any:
        return self._interface.from_native(self._wrapped.from_arrow(answer, keys))

    def rename(self, names: Mapping[str, str]) -> Any:
        return self._interface.from_native(self._wrapped.rename(names))

    def without_rows(self) -> NarwhalsFrame:
        answer = object.__new__(NarwhalsFrame)
        answer._interface, answer._wrapped = self._interface, self._wrapped.without_rows()
        return answer
