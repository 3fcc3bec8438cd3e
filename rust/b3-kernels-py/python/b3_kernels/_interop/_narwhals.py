"""Frames of narwhals, around the frame of another library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ._frame import Frame


class NarwhalsFrame:
    """A `Frame` around that of another library; results are frames of the narwhals `interface`."""

    def __init__(self, wrapped: Frame, interface: Any) -> None:
        self._wrapped, self._interface = wrapped, interface

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
        return NarwhalsFrame(self._wrapped.without_rows(), self._interface)
