"""Tables, record batches and record batch readers of pyarrow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ._library import module


class PyarrowFrame:
    """Arrow data of pyarrow; a reader is read once, whole."""

    def __init__(self, data: Any, time: str = "") -> None:  # noqa: ARG002 - pandas alone looks for it
        pa = module("pyarrow")
        self._caller = next(kind for kind in _kinds() if isinstance(data, kind))
        match self._caller:
            case pa.RecordBatch:
                self._table = pa.Table.from_batches([data])
            case pa.RecordBatchReader:
                self._table = data.read_all()
            case _:
                self._table = data

    @staticmethod
    def takes(data: Any) -> bool:
        """Whether it is a table, and not a single column."""
        return isinstance(data, _kinds())

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        names: list[str] = self._table.column_names
        return names

    def select(self, names: Sequence[str]) -> Any:
        """These columns, shared."""
        return self._table.select(list(names))

    def with_columns(self, new: Any) -> Any:
        """The table with new columns."""
        answer = self._table
        added = module("pyarrow").table(new)
        for field, column in zip(added.schema, added.columns, strict=True):
            place = answer.schema.get_field_index(field.name)
            answer = answer.append_column(field, column) if place < 0 else answer.set_column(place, field, column)
        return self._as_caller(answer)

    def like(self, answer: Any, keys: Mapping[str, str]) -> Any:  # noqa: ARG002 - as above
        """A table, a batch or a reader, as the caller's was."""
        return self._as_caller(module("pyarrow").table(answer))

    def rename(self, names: Mapping[str, str]) -> Any:
        """The same columns under other names."""
        return self._as_caller(self._table.rename_columns([names.get(name, name) for name in self.columns]))

    def kind(self) -> PyarrowFrame:
        """No rows of the caller's schema."""
        answer = PyarrowFrame(self._table.schema.empty_table())
        answer._caller = self._caller
        return answer

    def _as_caller(self, answer: Any) -> Any:
        pa = module("pyarrow")
        match self._caller:
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
