"""Writers of tables with one Parquet file for each row, in folders named by its keys.

The folders are named such as `data_pregao=2024-11-08/ativo=PETR4/`. `PartitionFiles` does once the
work that is the same for all files; a file then costs some 50 microseconds. `encode_parquet`
gives one file of many rows. Equal rows give equal bytes.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from . import _native, _options

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

__all__ = ["PartitionFiles", "encode_parquet"]


class PartitionFiles:
    """Write each row to a file of its own, uncompressed.

    A file has no key columns: its keys are in the folders' names and in its footer, so that an
    audit can compare a file with its folder. Batches need the keys and the columns, in any order;
    other columns are left out.

    Args:
        schema: the columns of a file: `date32`, `int32`, `int64`, `float64`, `decimal128` or
            `string`, all nullable.
        keys: the columns that name the folders, outermost first; dates or text without nulls.
        file: the name of each file.

    Raises:
        SchemaError: a column is missing or of another type, or its text is not UTF-8; `schema` has
            no column.
        ValueError: a decimal has more digits than its column allows; a key is null, an empty text,
            or a text with a character that Hive escapes in a folder's name: one of
            `"#%'*/:=?{[]^`, a backslash or a control character.

    Examples:
        >>> import pyarrow as pa
        >>> schema = pa.schema([("fechamento", pa.float64())])
        >>> files = PartitionFiles(schema, keys=["ativo"], file="cotacao.parquet")
        >>> rows = pa.record_batch({"ativo": ["PETR4", "VALE3"], "fechamento": [36.4, None]})
        >>> [(name, content[:4]) for name, content in files.encode(rows)]
        [('ativo=PETR4/cotacao.parquet', b'PAR1'), ('ativo=VALE3/cotacao.parquet', b'PAR1')]
    """

    def __init__(self, schema: Any, *, keys: Sequence[str], file: str) -> None:
        self._files = _native.PartitionFiles(
            _options.arrow("schema", schema, "__arrow_c_schema__"),
            _options.columns("keys", keys),
            _options.text("file", file),
        )

    def encode(self, rows: Any) -> list[tuple[str, bytes]]:
        """Give the name of each row's file below the table's folder, and the file's content.

        Args:
            rows: a record batch.
        """
        return self._files.encode(_options.arrow("rows", rows, "__arrow_c_array__"))

    def write(self, rows: Any, root: str | PathLike[str]) -> None:
        """Write each row's file to its folder below `root`, replacing an existing file.

        Folders are made as needed. A file is written under a temporary name,
        `_<file>.<unique>.tmp`, and renamed, so a reader finds the old file or the new one. The data
        is not synced to the disk.

        Args:
            rows: a record batch.
            root: the table's folder on disk.

        Raises:
            OSError: the message names the file, which is then unchanged; the files before it are
                written.
        """
        self._files.write(
            _options.arrow("rows", rows, "__arrow_c_array__"), _options.path("root", root), uuid.uuid4().hex
        )


def encode_parquet(rows: Any) -> bytes:
    """Give a record batch as one Parquet file; equal rows give equal bytes.

    Args:
        rows: a record batch of the types that `PartitionFiles` accepts.

    Raises:
        SchemaError: no column, a column of another type, or text that is not UTF-8.
        ValueError: a decimal has more digits than its column allows.
    """
    return _native.encode_parquet(_options.arrow("rows", rows, "__arrow_c_array__"))
