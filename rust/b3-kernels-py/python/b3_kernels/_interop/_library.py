"""The data libraries, imported only where their data comes in."""

from __future__ import annotations

import importlib
import sys
from typing import Any


def library(data: Any) -> str:
    """Name the library whose kind of data this is, the first of the known ones among its classes."""
    known = {"polars", "pandas", "duckdb", "pyarrow", "narwhals"}
    names = (kind.__module__.partition(".")[0].lstrip("_") for kind in type(data).__mro__)
    return next((name for name in names if name in known), "")


def module(name: str) -> Any:
    """Give a module, imported if it is not yet."""
    return sys.modules.get(name) or importlib.import_module(name)
