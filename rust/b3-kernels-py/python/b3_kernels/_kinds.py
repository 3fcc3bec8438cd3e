"""The caller's kind of data: what comes in as Polars goes out as Polars.

No data library is imported before its data comes in.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any


def like(caller: Any, table: Any) -> Any:
    """Give `table`, an Arrow table of this package, as the kind that `caller` is.

    Arrow data of a library not named here comes back as the table itself, which has the Arrow PyCapsule interface.
    """
    library = type(caller).__module__.partition(".")[0].lstrip("_")
    match library:
        case "pyarrow":
            return _like_pyarrow(caller, table)
        case "polars":
            return _module("polars").DataFrame(table)
        case "pandas":
            return _to_pandas(caller, _module("pyarrow").table(table))
        case "duckdb":
            return _module("duckdb").from_arrow(_module("pyarrow").table(table))
        case _:
            return table


def batch_like(caller: Any, batch: Any) -> Any:
    """Give `batch`, an Arrow record batch of this package, as the kind that `caller` is."""
    if type(caller).__module__.partition(".")[0] == "pyarrow" and type(caller).__name__ == "RecordBatch":
        return _module("pyarrow").record_batch(batch)
    return like(caller, batch)


def default_table(table: Any) -> Any:
    """Give `table` as a pyarrow table where pyarrow is installed, else as it is."""
    try:
        return _module("pyarrow").table(table)
    except ModuleNotFoundError:
        return table


def default_batch(batch: Any) -> Any:
    """Give `batch` as a pyarrow record batch where pyarrow is installed, else as it is."""
    try:
        return _module("pyarrow").record_batch(batch)
    except ModuleNotFoundError:
        return batch


def _like_pyarrow(caller: Any, table: Any) -> Any:
    pa = _module("pyarrow")
    answer = pa.table(table)
    if isinstance(caller, pa.RecordBatch):
        batches = answer.combine_chunks().to_batches()
        return batches[0] if batches else pa.RecordBatch.from_pylist([], schema=answer.schema)
    if isinstance(caller, pa.RecordBatchReader):
        return answer.to_reader()
    return answer


def _to_pandas(caller: Any, answer: Any) -> Any:
    pandas = _module("pandas")
    if any(isinstance(dtype, pandas.ArrowDtype) for dtype in caller.dtypes):
        return answer.to_pandas(types_mapper=pandas.ArrowDtype)
    return answer.to_pandas()


def _module(name: str) -> Any:
    return sys.modules.get(name) or importlib.import_module(name)
