"""What a kernel needs of a table of any data library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class Frame(Protocol):
    """A table of one data library, as the caller passed it."""

    def __init__(self, data: Any, time: str = "") -> None:
        """Take the caller's data; `time` is the name of its column of dates, if any."""

    @staticmethod
    def takes(data: Any) -> bool:
        """Whether `data` is a table of the library, and not a column or another object."""

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""

    def select(self, names: Sequence[str]) -> Any:
        """Give these columns as Arrow data; a query or stream behind them is read once."""

    def with_columns(self, new: Any) -> Any:
        """Give the caller's table with the columns of the Arrow table `new` added or replaced."""

    def from_arrow(self, answer: Any, keys: Mapping[str, str]) -> Any:
        """Give an Arrow table as the caller's kind of table.

        `keys` maps the caller's names of the key columns to those in `answer`.
        """

    def rename(self, names: Mapping[str, str]) -> Any:
        """Give the caller's table with columns under other names."""

    def without_rows(self) -> Frame:
        """A frame that converts later results to the same kind and keeps no rows."""
