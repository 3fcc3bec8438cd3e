"""Tables, record batches and record batch readers of pyarrow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ._library import module


class PyarrowFrame:
    """A `Frame` of Arrow data of pyarrow; a reader is read once as a whole."""

    def __init__(self, data: Any, time: str = "") -> None:  # noqa: ARG002 - only pandas may have the time in its index
        pa = module("pyarrow")
        self._kind = next(kind for kind in _kinds() if isinstance(data, kind))
        self._data = data.read_all() if self._kind is pa.RecordBatchReader else data

    @staticmethod
    def takes(data: Any) -> bool:
        """Whether `data` is a table, a batch or a reader, and not a single column."""
        return isinstance(data, _kinds())

    @property
    def columns(self) -> list[str]:
        return list(self._data.schema.names)

    def select(self, names: Sequence[str]) -> Any:
        """These columns, without a copy."""
        return self._data.select(list(names))

    def with_columns(self, new: Any) -> Any:
        answer = self._table()
        added = module("pyarrow").table(new)
        for field, column in zip(added.schema, added.columns, strict=True):
            index = answer.schema.get_field_index(field.name)
            answer = answer.append_column(field, column) if index < 0 else answer.set_column(index, field, column)
        return self._in_kind(answer)

    def from_arrow(self, answer: Any, keys: Mapping[str, str]) -> Any:  # noqa: ARG002 - pandas alone uses them
        """A table, a batch or a reader, as the caller's was."""
        return self._in_kind(module("pyarrow").table(answer))

    def rename(self, names: Mapping[str, str]) -> Any:
        return self._in_kind(self._table().rename_columns([names.get(name, name) for name in self.columns]))

    def without_rows(self) -> PyarrowFrame:
        return PyarrowFrame(self._in_kind(self._data.schema.empty_table()))

    def _table(self) -> Any:
        pa = module("pyarrow")
        return pa.Table.from_batches([self._data]) if self._kind is pa.RecordBatch else self._data

    def _in_kind(self, answer: Any) -> Any:
        pa = module("pyarrow")
        match self._kind:
            case pa.RecordBatch:
                batches = answer.combine_chunks().to_batches()
                return batches[0] if batches else pa.RecordBatch.from_pylist([], schema=answer.schema)
            case pa.RecordBatchReader:
                return answer.to_reader()
            case _:
                return answer


def _kinds() -> tuple[Any, ...]:
    pa = module("pyarrow")
    return (pa.Table, pa.RecordBatch, pa.RecordBatchReader)
