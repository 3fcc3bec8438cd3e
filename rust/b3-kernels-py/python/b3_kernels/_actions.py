"""The reader of a lake's corporate actions, and the choice of one source for each action."""

from __future__ import annotations

import datetime as dt
import re
from os import PathLike
from typing import Any

from . import _interop, _native, _options
from ._interop._lazy import is_lazy, lazily
from ._interop._library import module
from .lake import ACTIONS_KEY as KEY_PATTERN


def read_actions(lake: str | PathLike[str]) -> Any:
    """Read the corporate actions of a lake, one row for each event.

    Reads `actions/ex_date=YYYY-MM-DD/<source>.parquet` and takes each event from one source, as
    `resolve_actions` does. The argument `actions=` of the kernels accepts the result.

    Args:
        lake: the lake's root: a folder, or a URI that pyarrow can open (`s3://bucket/lake`).

    Returns:
        A pyarrow table of `ticker`, `ex_date`, `kind`, `amount` (DECIMAL(18,8), cash per share of
        the ex-date), `numerator` and `denominator` (new shares for old ones), `source` and `note`,
        sorted as by `resolve_actions`. It has no row where the lake has no actions.

    Raises:
        ModuleNotFoundError: pyarrow is not installed.
        FileNotFoundError: there is no such folder.
        ValueError: an object below `actions/` with another name, an impossible row or a column of
            another type (SchemaError), or no Parquet file; the message names it.
        OSError: an object cannot be read.

    Examples:
        >>> import tempfile
        >>> lake = tempfile.mkdtemp()  # one without actions
        >>> read_actions(lake).column_names
        ['ticker', 'ex_date', 'kind', 'amount', 'numerator', 'denominator', 'source', 'note']
    """
    fs = module("pyarrow.fs")
    root = _options.path("lake", lake)
    filesystem, root = fs.FileSystem.from_uri(root) if "://" in root else (fs.LocalFileSystem(), root)
    if filesystem.get_file_info(root).type != fs.FileType.Directory:
        message = f"{root}: no such folder; expected the lake's root"
        raise FileNotFoundError(message)
    folder = root.rstrip("/") + "/actions"
    entries = filesystem.get_file_info(fs.FileSelector(folder, recursive=True, allow_not_found=True))
    keys = sorted(entry.path.removeprefix(f"{folder}/") for entry in entries if entry.type == fs.FileType.File)
    # Spark and others leave hidden files such as `_SUCCESS` and `.part.crc` in folders.
    tables = [_read_object(filesystem, folder, key) for key in keys if not re.search(r"(^|/)[._]", key)]
    pa = module("pyarrow")
    table = pa.concat_tables([_empty(), *tables], promote_options="permissive")
    return pa.table(_native.resolve_actions(table))


def resolve_actions(actions: Any) -> Any:
    """Take each corporate action from one source, one row for each event.

    Of the rows of one ticker, ex-date and class (shares or cash), only those of the first source
    count: `manual`, then `b3`, then `yahoo`. A manual split of 1 for 1, or cash of 0, cancels the
    rows of other sources, and is left out. Several events of that source stay several rows, whose
    ratios the kernels multiply and whose cash they add up. Kinds without a size (`subscription`,
    `spin_off`, `redemption`, `merger`) are kept from every source. Every kernel with `actions=`
    does this by itself if the column `source` exists; doing it twice changes nothing.

    Args:
        actions: any Arrow data with `ticker`, `ex_date`, `kind`, `amount`, `numerator`,
            `denominator` and optionally `source` and `note`; other columns are left out.

    Returns:
        Those columns as the caller's kind of table, sorted by `ticker`, `ex_date`, class (shares,
        cash, no size) and `kind`. `amount` is null except for cash, `numerator` and `denominator`
        except for shares.

    Raises:
        SchemaError: a column is missing or of another type.
        ValueError: an impossible value; the message names its column and row.
        TypeError: `actions` is no Arrow data.

    Examples:
        >>> import datetime as dt, pyarrow as pa
        >>> row = {"ticker": "BBAS3", "ex_date": dt.date(2024, 4, 16), "kind": "split",
        ...        "amount": None, "numerator": 2, "denominator": 1}
        >>> rows = pa.Table.from_pylist([row | {"source": "yahoo"}, row | {"source": "b3"}])
        >>> resolve_actions(rows)["source"].to_pylist()
        ['b3']
    """
    if is_lazy(actions):
        return lazily(actions, resolve_actions)
    table = _interop.frame(actions, argument="actions")
    answer = _native.resolve_actions(_interop.action_columns(table))
    # No keys, so that a key in pandas' index becomes a column and the result has a new index.
    return table.from_arrow(answer, keys={})


def _read_object(filesystem: Any, folder: str, key: str) -> Any:
    """The rows of one object, with the ex-date and source in its key."""
    path, parts = f"{folder}/{key}", KEY_PATTERN.fullmatch(key)
    if parts is None:
        raise ValueError(f"{path}: expected {_native.ACTIONS_KEY}")
    pa = module("pyarrow")
    try:
        with filesystem.open_input_file(path) as file:
            table = module("pyarrow.parquet").read_table(file)
        ex_date = pa.scalar(dt.date.fromisoformat(parts["date"]), pa.date32())
        columns = [column for column in table.column_names if column not in ("ex_date", "source")]
        table = table.select(columns).append_column("ex_date", pa.repeat(ex_date, table.num_rows))
        table = table.append_column("source", pa.repeat(parts["source"], table.num_rows))
        table = pa.concat_tables([_empty(), table], promote_options="permissive")
        _native.resolve_actions(table)  # so that the error of an impossible row names the object
    except pa.ArrowTypeError as error:  # a column of another type than the lake's
        raise _native.SchemaError(f"{path}: {error}") from error
    except (ValueError, OSError) as error:
        raise type(error)(f"{path}: {error}") from error
    return table


def _empty() -> Any:
    """No actions, of the columns and types of the lake."""
    pa = module("pyarrow")
    keys = [pa.field("ex_date", pa.date32()), pa.field("source", pa.string())]
    return pa.schema([*pa.schema(_native.ACTIONS), *keys]).empty_table()
