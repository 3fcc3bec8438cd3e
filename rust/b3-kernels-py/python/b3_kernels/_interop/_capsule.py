"""Arrow data of any other library, through the Arrow PyCapsule interface.

Text in views comes back as `string`, in the columns that a kernel does not use too: the compiled
module gives no views, which not every reader of Arrow supports.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from b3_kernels import _native


class CapsuleFrame:
    """A `Frame` of data that is read once as a whole; results have this interface too."""

    def __init__(self, data: Any, time: str = "") -> None:  # noqa: ARG002 - only pandas may have the time in its index
        self._table = _native.read_table(data)

    @staticmethod
    def takes(data: Any) -> bool:
        """Whether `data` has the Arrow PyCapsule interface."""
        return hasattr(data, "__arrow_c_stream__") or hasattr(data, "__arrow_c_array__")

    @property
    def columns(self) -> list[str]:
        return list(self._table.column_names)

    def select(self, names: Sequence[str]) -> Any:
        return _native.select_columns(self._table, list(names))

    def with_columns(self, new: Any) -> Any:
        return _native.with_columns(self._table, new)

    def from_arrow(self, answer: Any, keys: Mapping[str, str]) -> Any:  # noqa: ARG002 - pandas alone uses them
        """The result itself."""
        return answer

    def rename(self, names: Mapping[str, str]) -> Any:
        return _native.rename_columns(self._table, list(names.items()))

    def without_rows(self) -> CapsuleFrame:
        """A frame without columns, which has no rows either."""
        return CapsuleFrame(_native.select_columns(self._table, []))
