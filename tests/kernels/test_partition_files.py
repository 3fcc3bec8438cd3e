"""Parquet files that the wheel writes have the columns, values and statistics of pyarrow's."""

from __future__ import annotations

import datetime as dt
import io
import os
import resource
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import b3_kernels as b3
from b3_kernels.partition_files import PartitionFiles, encode_parquet

COLUMNS = pa.schema(
    [
        ("fechamento", pa.decimal128(18, 6)),
        ("quantidade", pa.int64()),
        ("volume_financeiro", pa.decimal128(20, 2)),
        ("media_movel_5", pa.float64()),
        ("fonte", pa.string()),
        ("dias_desde_anterior", pa.int32()),
        ("ex_date", pa.date32()),
    ]
)
KEYS = ("data_pregao", "ativo")
# No text is over 64 bytes, to which the wheel cuts the statistics of texts and pyarrow does not.
ROWS = [
    (Decimal("36.400000"), 300, Decimal("10920.00"), 0.1 + 0.2, "cotahist", 1, dt.date(2024, 11, 8)),
    (Decimal("-999999999999.999999"), -(2**63), Decimal("-999999999999999999.99"), -0.0, "", -(2**31), dt.date.min),
    (Decimal("999999999999.999999"), 2**63 - 1, Decimal("999999999999999999.99"), 1e308, "não", 2**31 - 1, dt.date.max),
    (Decimal(0), 0, Decimal(0), 1e-308, "x" * 60, 0, dt.date(1970, 1, 1)),
    (None,) * 7,
]


def rows() -> pa.RecordBatch:
    columns = [pa.array(values, field.type) for values, field in zip(zip(*ROWS, strict=True), COLUMNS, strict=True)]
    days = pa.array([dt.date(2024, 11, 8), dt.date(1986, 1, 2), dt.date(2099, 12, 31), *[dt.date(2024, 1, 2)] * 2])
    tickers = pa.array([f"T{row}" for row in range(len(ROWS))])
    return pa.RecordBatch.from_arrays([tickers, *columns, days], names=["ativo", *COLUMNS.names, "data_pregao"])


def files() -> PartitionFiles:
    return PartitionFiles(COLUMNS, keys=KEYS, file="cotacao.parquet")


def by_pyarrow(table: pa.Table) -> pq.ParquetFile:
    """The file of these rows by pyarrow's writer."""
    sink = pa.BufferOutputStream()
    pq.write_table(
        table, sink, compression="none", use_dictionary=False, store_schema=False, store_decimal_as_integer=True
    )
    return pq.ParquetFile(pa.BufferReader(sink.getvalue()))


def assert_same_file(content: bytes, table: pa.Table) -> None:
    found, expected = pq.ParquetFile(io.BytesIO(content)), by_pyarrow(table)
    assert found.schema.equals(expected.schema)
    assert found.schema_arrow == table.schema
    assert found.read().equals(table)
    assert found.metadata.num_row_groups == 1
    for position in range(len(table.schema)):
        ours = found.metadata.row_group(0).column(position)
        theirs = expected.metadata.row_group(0).column(position)
        assert (ours.compression, ours.num_values) == (theirs.compression, theirs.num_values)
        assert not ours.has_dictionary_page
        ours, theirs = ours.statistics, theirs.statistics
        assert (ours.null_count, ours.has_min_max) == (theirs.null_count, theirs.has_min_max)
        if ours.has_min_max:
            assert (ours.min_raw, ours.max_raw) == (theirs.min_raw, theirs.max_raw)


def test_each_row_is_the_same_file_as_pyarrows() -> None:
    batch = rows()
    encoded = files().encode(batch)
    assert [name for name, _ in encoded] == [
        f"data_pregao={day}/ativo=T{row}/cotacao.parquet" for row, day in enumerate(batch["data_pregao"].to_pylist())
    ]
    for row, (_, content) in enumerate(encoded):
        assert_same_file(content, pa.Table.from_batches([batch.slice(row, 1)]).select(COLUMNS.names).cast(COLUMNS))


def test_many_rows_are_the_same_file_as_pyarrows() -> None:
    table = pa.Table.from_batches([rows()]).select(COLUMNS.names).cast(COLUMNS)
    assert_same_file(encode_parquet(table.to_batches()[0]), table)


def test_decimals_of_any_precision_are_encoded_as_by_pyarrow() -> None:
    columns = {
        f"d{precision}": pa.array([Decimal(10**precision - 1), Decimal(1 - 10**precision)], pa.decimal128(precision, 0))
        # Of fewer than 10 digits the wheel makes INT64, pyarrow INT32.
        for precision in (10, 18, *range(19, 39))
    }
    assert_same_file(encode_parquet(pa.record_batch(columns)), pa.table(columns))


@pytest.mark.parametrize("digits", [18, 20])
def test_a_decimal_of_more_digits_than_its_column_allows_is_refused(digits: int) -> None:
    too_large = pa.py_buffer((10**digits).to_bytes(16, "little"))
    decimals = pa.Array.from_buffers(pa.decimal128(digits, 2), 1, [None, too_large])
    with pytest.raises(ValueError, match=f"too large to store in a Decimal128 of precision {digits}"):
        encode_parquet(pa.record_batch({"volume_financeiro": decimals}))


def test_the_footer_has_the_keys_of_the_row() -> None:
    _, content = files().encode(rows())[1]
    assert pq.read_metadata(io.BytesIO(content)).metadata == {b"data_pregao": b"1986-01-02", b"ativo": b"T1"}


def test_a_row_has_the_same_bytes_alone_with_columns_reversed_on_disk_and_in_a_fork(tmp_path: Path) -> None:
    batch = rows()
    encoded = files().encode(batch)
    reversed_columns = batch.select(list(reversed(batch.schema.names)))
    alone = [file for row in range(batch.num_rows) for file in files().encode(reversed_columns.slice(row, 1))]
    files().write(batch, tmp_path)
    on_disk = [(name, (tmp_path / name).read_bytes()) for name, _ in encoded]
    assert encoded == alone == on_disk
    if not (child := os.fork()):
        differs = True
        try:
            differs = files().encode(batch) != encoded
        finally:  # the child must not go on with pytest
            os._exit(differs)
    assert os.waitpid(child, 0)[1] == 0


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    batch = rows().slice(0, 1)
    wide = batch.set_column(batch.schema.get_field_index("fonte"), "fonte", pa.array(["y" * 60_000]))
    files().write(batch, tmp_path)
    (target,) = (path for path in tmp_path.rglob("*") if path.is_file())
    old = target.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8_000, hard))
    try:
        with pytest.raises(OSError, match=f"file://{target}: File too large"):
            files().write(wide, tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [target]
    assert target.read_bytes() == old
    files().write(wide, tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [target]
    assert pq.read_table(target, partitioning=None)["fonte"].to_pylist() == ["y" * 60_000]


def test_a_batch_or_a_schema_with_invalid_columns_is_refused(tmp_path: Path) -> None:
    batch = rows()
    with pytest.raises(b3.SchemaError, match=r"^column fonte is missing$"):
        files().encode(batch.drop_columns(["fonte"]))
    with pytest.raises(b3.SchemaError, match=r"^column quantidade is Utf8, expected Int64$"):
        files().encode(batch.set_column(2, "quantidade", pa.array(["many"] * batch.num_rows)))
    with pytest.raises(b3.SchemaError, match=r"^column ativo is Int64, expected date32 or utf8$"):
        files().encode(batch.set_column(0, "ativo", pa.array(range(batch.num_rows))))
    with pytest.raises(ValueError, match=r"^column ativo: found a null, expected a value for each row's folder$"):
        files().encode(batch.set_column(0, "ativo", pa.array([None, *"abcd"])))
    for text in ("", "A/../../B", "A=B", "A%41"):
        odd = batch.set_column(0, "ativo", pa.array([text, *"abcd"]))
        with pytest.raises(ValueError, match=f"^column ativo: found '{text}', expected a text that Hive writes"):
            files().encode(odd)
        with pytest.raises(ValueError, match=r"^column ativo: found"):
            files().write(odd, tmp_path)
    assert not list(tmp_path.iterdir())
    with pytest.raises(b3.SchemaError, match=r"^column at is Timestamp\(µs\), expected date32, .* or utf8$"):
        PartitionFiles(pa.schema([("at", pa.timestamp("us"))]), keys=KEYS, file="cotacao.parquet")
    with pytest.raises(b3.SchemaError, match=r"^found no column, expected one or more$"):
        PartitionFiles(pa.schema([]), keys=KEYS, file="cotacao.parquet")
    with pytest.raises(b3.SchemaError, match=r"^found no column, expected one or more$"):
        encode_parquet(batch.select([]))
