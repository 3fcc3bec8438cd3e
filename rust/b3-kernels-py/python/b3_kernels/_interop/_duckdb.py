"""Relations of DuckDB; results are relations of the same connection."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import uuid4

from ._library import module

# The relation's name within a query on it: random, so that the caller's database has no such name.
BARS = f"b3_kernels_{uuid4().hex}"


class DuckdbFrame:
    """A `Frame` of a relation. Its query runs once; new columns are added to that run's rows."""

    def __init__(self, data: Any, time: str = "") -> None:  # noqa: ARG002 - only pandas may have the time in its index
        self._relation = data

    @staticmethod
    def takes(data: Any) -> bool:
        """Whether it is a relation, and not a connection."""
        return isinstance(data, module("duckdb").DuckDBPyRelation)

    @property
    def columns(self) -> list[str]:
        return list(self._relation.columns)

    def select(self, names: Sequence[str]) -> Any:
        """These columns of the one run."""
        self._relation = _kept(self._relation)
        return self._relation.project(", ".join(map(_quoted, names))).to_arrow_table()

    def with_columns(self, new: Any) -> Any:
        """The rows of the run with new columns beside them; the case of a name does not count."""
        _require(self._relation, "preserve_insertion_order")  # as the join is by the order of rows
        answer = module("pyarrow").table(new)
        new_names, old_names = map(_folded, (answer.column_names, self.columns))
        kept = [_column("answer" if folded in new_names else "bars", name) for folded, name in old_names.items()]
        added = [_column("answer", name) for folded, name in new_names.items() if folded not in old_names]
        columns = ", ".join([*kept, *added])
        return _query(self._relation, f"SELECT {columns} FROM {BARS} AS bars POSITIONAL JOIN", answer)  # noqa: S608 - names are quoted

    def from_arrow(self, answer: Any, keys: Mapping[str, str]) -> Any:  # noqa: ARG002 - pandas alone uses them
        """A relation of the caller's connection."""
        return _query(self._relation, "FROM", module("pyarrow").table(answer))

    def rename(self, names: Mapping[str, str]) -> Any:
        renamed = (f"{_quoted(name)} AS {_quoted(names.get(name, name))}" for name in self.columns)
        return self._relation.project(", ".join(renamed))

    def without_rows(self) -> DuckdbFrame:
        return DuckdbFrame(self._relation.limit(0))


def _kept(relation: Any) -> Any:
    """The rows of one run, because a second run may return them in another order."""
    if hasattr(relation, "materialize"):
        return relation.materialize()
    return _query(relation, "FROM", relation.to_arrow_table())  # DuckDB before 2.0 keeps no rows


def _query(relation: Any, start: str, answer: Any) -> Any:
    """Run `{start} answer`, such as `FROM answer`, on the relation's connection.

    DuckDB finds Arrow data by the name of a Python variable, if its database has no such name.
    """
    for setting in ("enable_external_access", "python_enable_replacements"):
        _require(relation, setting)
    name = f"b3_kernels_{uuid4().hex}"
    globals()[name] = answer
    try:
        return relation.query(BARS, f"{start} {name} AS answer")
    finally:
        del globals()[name]


def _require(relation: Any, setting: str) -> None:
    """Refuse a connection on which a setting that is true by default is false."""
    value = relation.query(BARS, f"SELECT value FROM duckdb_settings() WHERE name = '{setting}'")  # noqa: S608 - our own
    if value.fetchall() == [("false",)]:
        message = f"bars: found {setting} = false, expected true; or pass bars.to_arrow_table()"
        raise ValueError(message)


def _folded(names: Iterable[str]) -> dict[str, str]:
    """The names by what DuckDB compares."""
    return {name.lower(): name for name in names}


def _column(table: str, name: str) -> str:
    return f"{table}.{_quoted(name)} AS {_quoted(name)}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
