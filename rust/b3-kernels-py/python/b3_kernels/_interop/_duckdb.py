"""Relations of DuckDB; results are relations of the same connection."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ._library import module

# The name of the relation within a query on it. A query also finds Arrow tables, by the names of
# Python's variables, but only where the caller's database has no table or view of that name.
BARS = "b3_kernels_bars"


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
        _require_order(self._relation)
        b3_kernels_answer = module("pyarrow").table(new)
        new_names, own_names = map(_folded, (b3_kernels_answer.column_names, self.columns))
        own = [_column("answer" if folded in new_names else "bars", name) for folded, name in own_names.items()]
        added = [_column("answer", name) for folded, name in new_names.items() if folded not in own_names]
        listed = ", ".join([*own, *added])
        sql = f"SELECT {listed} FROM {BARS} AS bars POSITIONAL JOIN b3_kernels_answer AS answer"  # noqa: S608 - names are quoted
        return self._relation.query(BARS, sql)

    def from_arrow(self, answer: Any, keys: Mapping[str, str]) -> Any:  # noqa: ARG002 - pandas alone uses them
        """A relation of the caller's connection."""
        b3_kernels_answer = module("pyarrow").table(answer)  # noqa: F841 - the query finds it
        return self._relation.query(BARS, "SELECT * FROM b3_kernels_answer")

    def rename(self, names: Mapping[str, str]) -> Any:
        renamed = (f"{_quoted(name)} AS {_quoted(names.get(name, name))}" for name in self.columns)
        return self._relation.project(", ".join(renamed))

    def without_rows(self) -> DuckdbFrame:
        return DuckdbFrame(self._relation.limit(0))


def _kept(relation: Any) -> Any:
    """The rows of one run, because a second run may return them in another order."""
    if hasattr(relation, "materialize"):
        return relation.materialize()
    b3_kernels_rows = relation.to_arrow_table()  # noqa: F841 - DuckDB before 2.0 keeps no rows; the query finds them
    return relation.query(BARS, "SELECT * FROM b3_kernels_rows")


def _require_order(relation: Any) -> None:
    """Refuse a connection that reads rows in any order, since new columns are joined by place."""
    setting = "preserve_insertion_order"
    if relation.query(BARS, f"SELECT current_setting('{setting}')").fetchall() != [(True,)]:
        message = f"bars: found {setting} = false, expected true; or pass bars.to_arrow_table()"
        raise ValueError(message)


def _folded(names: Iterable[str]) -> dict[str, str]:
    """The names by what DuckDB compares."""
    return {name.lower(): name for name in names}


def _column(table: str, name: str) -> str:
    return f"{table}.{_quoted(name)} AS {_quoted(name)}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
