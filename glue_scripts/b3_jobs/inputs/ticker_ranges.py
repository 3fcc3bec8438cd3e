"""Ranges of tickers, and the raw rows of one range, which a task of Spark reads by itself.

When Spark read the rows, shuffled and sorted them and converted them to Arrow, refining took twice
the processor time (docs/benchmarks.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from b3_jobs.contract.schemas import RAW, RAW_WITH_DATE, arrow_schema

if TYPE_CHECKING:
    from b3_jobs.files.storage import Storage
    from b3_jobs.inputs.raw import RawObject

# Columns that the kernels do not use are not read.
_STORED = pa.schema([field for field in arrow_schema(RAW) if field.name not in ("isin", "market")])
_ROWS = _STORED.append(arrow_schema(RAW_WITH_DATE).field("trade_date"))


@dataclass(frozen=True)
class TickerRange:
    """The tickers from `first` to before `end`; without `end` to the last one."""

    first: str = ""
    end: str | None = None

    def of(self, rows: pa.Table) -> pa.Table:
        """The rows of these tickers."""
        inside = pc.greater_equal(rows["ticker"], self.first)
        if self.end is not None:
            inside = pc.and_(inside, pc.less(rows["ticker"], self.end))
        return rows.filter(inside)


def split(raw: Storage, objects: list[RawObject], count: int) -> list[TickerRange]:
    """All tickers in `count` ranges of about equally many rows, counted in the largest object."""
    largest = max(objects, key=lambda raw_object: raw_object.rows)
    (content,) = raw.contents([largest.key])
    tickers = sorted(_table(content, ["ticker"])["ticker"].to_pylist())
    starts = (len(tickers) * number // count for number in range(1, count)) if tickers else ()
    firsts = ["", *(tickers[start] for start in starts)]
    return [TickerRange(*bounds) for bounds in zip(firsts, [*firsts[1:], None], strict=True)]


def read(raw: Storage, objects: list[RawObject], tickers: TickerRange) -> pa.Table:
    """The objects' rows of these tickers with their trade date, sorted by ticker and date.

    Raises:
        pa.ArrowInvalid: for text that is not UTF-8, or a number of more digits than its column.
    """
    # Threads only read the files: decoding in them takes 50% more processor time.
    in_order = sorted(objects)
    contents = raw.contents(one.key for one in in_order)
    tables = (
        _dated(tickers.of(_table(content, _STORED.names)), one) for one, content in zip(in_order, contents, strict=True)
    )
    rows = pa.concat_tables([_ROWS.empty_table(), *tables])
    rows.validate(full=True)
    names = rows["ticker"].combine_chunks().dictionary_encode()
    # Sorts by the tickers' ranks; each ticker's rows stay in the order of the objects, by date.
    order = pc.array_sort_indices(pc.rank(names.dictionary).take(names.indices))
    return pa.table([column.combine_chunks().take(order) for column in rows.columns], schema=_ROWS)


def _table(content: bytes, columns: list[str]) -> pa.Table:
    return pq.ParquetFile(pa.BufferReader(content)).read(columns, use_threads=False)


def _dated(rows: pa.Table, raw_object: RawObject) -> pa.Table:
    date = pa.repeat(pa.scalar(raw_object.trade_date, pa.date32()), rows.num_rows)
    # A cast takes time even if it changes nothing.
    rows = rows if rows.schema.equals(_STORED) else rows.cast(_STORED)
    return rows.append_column("trade_date", date)
