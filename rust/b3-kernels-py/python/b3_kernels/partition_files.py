"""Tables with one Parquet file a row, in folders named by its keys: `data_pregao=2024-11-08/ativo=PETR4/...`.

A table of one-row files spends its time on what all files share. `PartitionFiles` prepares that once, and a file then
costs its values and its footer, some 50 microseconds. The same row gives the same bytes, wherever it goes.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from . import _native

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

__all__ = ["PartitionFiles", "encode_parquet"]


class PartitionFiles:
    """Writes rows to a file each, uncompressed; the columns of the keys are in the folders' names and the footer only.

    Batches need the keys and the columns, in any order; what they have besides is left out. Each file's footer carries
    the keys with their values, so that an audit can hold a file against its folder.

    Args:
        schema: the columns of a file: `date32`, `int32`, `int64`, `float64`, `decimal128` or `string`, all nullable.
        keys: the columns that name the folders, outermost first; dates or text without nulls.
        file: what each file is called.

    Raises:
        SchemaError: a column that is missing or of another type.

    Examples:
        >>> import pyarrow as pa
        >>> files = PartitionFiles(pa.schema([("fechamento", pa.float64())]), keys=["ativo"], file="cotacao.parquet")
        >>> rows = pa.record_batch({"ativo": ["PETR4", "VALE3"], "fechamento": [36.4, None]})
        >>> [(name, content[:4]) for name, content in files.encode(rows)]
        [('ativo=PETR4/cotacao.parquet', b'PAR1'), ('ativo=VALE3/cotacao.parquet', b'PAR1')]
    """

    def __init__(self, schema: Any, *, keys: Sequence[str], file: str) -> None:
        self._files = _native.PartitionFiles(schema, list(keys), file)

    def encode(self, rows: Any) -> list[tuple[str, bytes]]:
        """Each row's name below the table's folder, and its file.

        Args:
            rows: a record batch.
        """
        return self._files.encode(rows)

    def write(self, rows: Any, root: str | PathLike[str]) -> None:
        """Puts each row's file into its folder below `root`, over what was there; folders are made as needed.

        A file is written under a temporary name, `_<file>.<unique>.tmp`, and renamed: a reader finds the old one or the
        new one. Nothing waits for the disk itself.

        Args:
            rows: a record batch.
            root: the table's folder on disk.

        Raises:
            OSError: naming the file; the ones before it are written, and it is as it was.
        """
        self._files.write(rows, root, uuid.uuid4().hex)


def encode_parquet(rows: Any) -> bytes:
    """A whole Parquet file of a record batch, of the types that `PartitionFiles` takes; equal rows give equal bytes.

    Args:
        rows: a record batch.

    Raises:
        SchemaError: a column of another type.
    """
    return _native.encode_parquet(rows)
