"""Lazy frames: Polars reads their rows when the result is collected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ._library import library, module, narwhals_interface


def is_lazy(data: Any) -> bool:
    """Whether it is a lazy frame of Polars, or one of narwhals around data of any library."""
    kind = library(data)
    return kind in {"polars", "narwhals"} and isinstance(data, module(kind).LazyFrame)


def lazily(data: Any, work: Callable[[Any], Any]) -> Any:
    """Give a lazy frame of the result of `work` on the rows of `data`.

    For Polars `work` is first called with no rows: this gives the columns of the result, and
    refuses wrong columns and options before the query runs. Data of another library, in a lazy
    frame of narwhals, is read at once.
    """
    if library(data) == "narwhals":
        native = data.to_native()
        return narwhals_interface(data).from_native(lazily(native, work) if is_lazy(native) else work(native))
    nothing = module("polars").DataFrame(schema=data.collect_schema())
    # All rows and columns go to `work`, although a filter may follow; Polars before 1.40 does this
    # only if told.
    whole = {"predicate_pushdown": False, "projection_pushdown": False, "slice_pushdown": False}
    return data.map_batches(work, schema=dict(work(nothing).schema), **whole)
