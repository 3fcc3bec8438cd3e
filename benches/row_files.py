"""Benchmark of one-row Parquet files: the wheel's `PartitionFiles` beside pyarrow's writer.

Both are measured in memory and on disk, as processor time of this process, which hardly depends on
what else the machine does, and includes the work of the file system.
"""

from __future__ import annotations

import datetime as dt
import io
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
from figures import arguments, medians, publish, rows_with_rates

from b3_kernels.partition_files import PartitionFiles

if TYPE_CHECKING:
    from collections.abc import Callable

KEYS = ("data_pregao", "ativo")
FILE = "cotacao.parquet"


def published(rows: int) -> pa.RecordBatch:
    """A session's rows of the daily table."""
    prices = pa.array([Decimal(row + 1).scaleb(-2) for row in range(rows)], pa.decimal128(18, 6))
    doubles = pa.array([row / 7 for row in range(rows)])
    counts = pa.array(range(rows), pa.int64())
    columns = {"data_pregao": pa.repeat(pa.scalar(dt.date(2024, 11, 8)), rows), "ativo": [f"T{n}" for n in range(rows)]}
    columns |= dict.fromkeys(("abertura", "maxima", "minima", "fechamento"), prices)
    columns |= {"quantidade": counts, "volume_financeiro": prices.cast(pa.decimal128(20, 2)), "negocios": counts}
    averages = [f"media_movel_{window}" for window in (5, 20, 50, 200)]
    columns |= dict.fromkeys(("preco_medio", *averages, "retorno_diario", "retorno_total"), doubles)
    columns |= {"acoes_novas": counts, "acoes_antigas": counts, "proventos": prices.cast(pa.decimal128(18, 8))}
    columns |= {"ajuste": ["nenhum"] * rows, "moeda": ["BRL"] * rows, "fonte": ["cotahist"] * rows}
    columns |= dict.fromkeys(("dias_desde_anterior", "pregoes_desde_anterior"), counts.cast(pa.int32()))
    return pa.record_batch(columns)


def by_pyarrow(batch: pa.RecordBatch, schema: pa.Schema) -> list[tuple[str, bytes]]:
    """The file name and content of each row, written by pyarrow."""
    rows, files = pa.Table.from_batches([batch.select(schema.names)]), []
    for row, keys in enumerate(batch.select(KEYS).to_pylist()):
        sink = pa.BufferOutputStream()
        with pq.ParquetWriter(
            sink, schema, compression="none", use_dictionary=False, store_schema=False, store_decimal_as_integer=True
        ) as writer:
            writer.write_table(rows.slice(row, 1))
            writer.add_key_value_metadata({name: str(value) for name, value in keys.items()})
        folders = "/".join(f"{name}={value}" for name, value in keys.items())
        files.append((f"{folders}/{FILE}", sink.getvalue().to_pybytes()))
    return files


def put(root: Path, files: list[tuple[str, bytes]]) -> None:
    """Write each file under a temporary name, then rename it."""
    for name, content in files:
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_name(f"_{FILE}.tmp")
        temporary.write_bytes(content)
        temporary.replace(target)


def main() -> None:
    """Assert that both write the same rows, then time them."""
    options = arguments(__doc__)
    rows, times = (50, 1) if options.quick else (1_300, 7)
    batch = published(rows)
    schema = batch.drop_columns(list(KEYS)).schema
    files = PartitionFiles(schema, keys=KEYS, file=FILE)
    for (name, ours), (other, theirs) in zip(files.encode(batch), by_pyarrow(batch, schema), strict=True):
        assert name == other
        assert pq.read_table(io.BytesIO(ours)).equals(pq.read_table(io.BytesIO(theirs)))
    # The folders are deleted after the last run: ext4 without a journal reuses inodes of deleted
    # files only after a minute, and searching past them takes longer than writing a file.
    with tempfile.TemporaryDirectory() as root:
        ways: dict[str, Callable[[], object]] = {
            "b3_kernels, encoded": lambda: files.encode(batch),
            "pyarrow, encoded": lambda: by_pyarrow(batch, schema),
            "b3_kernels, on disk": lambda: files.write(batch, tempfile.mkdtemp(dir=root)),
            "pyarrow, on disk": lambda: put(Path(tempfile.mkdtemp(dir=root)), by_pyarrow(batch, schema)),
        }
        taken = medians(ways, times)
    found: dict[str, Any] = {
        "title": "One Parquet file for each row",
        "about": f"{rows:,} rows of the daily table, and both ways write the same rows. Processor time of one process, "
        f"the median of {times}; on disk most of it goes to the file system, which makes a folder and a file and "
        "renames the file for each row.",
        "rows": rows_with_rates(taken, rows, "files/s"),
        "ratios": [
            {
                "name": f"{what}: b3_kernels to pyarrow",
                "value": taken[f"pyarrow, {what}"] / taken[f"b3_kernels, {what}"],
                "aim": 5.0,
            }
            for what in ("encoded", "on disk")
        ],
    }
    publish(found, options.json)


if __name__ == "__main__":
    main()
