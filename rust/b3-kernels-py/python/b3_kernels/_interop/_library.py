"""Imports of the data libraries, made when they are needed and not with the package."""

from __future__ import annotations

import importlib
from typing import Any


def library(data: Any) -> str:
    """Name the library of `data` by its classes' modules, such as `_duckdb`; empty if not known."""
    known = {"polars", "pandas", "duckdb", "pyarrow", "narwhals"}
    names = (kind.__module__.partition(".")[0].lstrip("_") for kind in type(data).__mro__)
    return next((name for name in names if name in known), "")


def narwhals_interface(data: Any) -> Any:
    """Give the interface of narwhals that made `data`: the main one or a stable one."""
    home = type(data).__module__
    return module(home if home.startswith("narwhals.stable.") else "narwhals")


def module(name: str) -> Any:
    """Give a module, imported if it is not yet."""
    return importlib.import_module(name)
