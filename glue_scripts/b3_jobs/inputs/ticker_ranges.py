"""Ranges of tickers, and the raw rows of one range, which a task of Spark reads by itself.

When Spark read the rows, shuffled and sorted them and converted them to Arrow, refining took 1.6
times the processor time (docs/benchmarks.md).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from b3_jobs.contract.schemas import RAW, RAW_WITH_DATE, arrow_schema
from b3_jobs.files.storage import REQUESTS_AT_ONCE

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
    """All tickers in `count` ranges of about as many rows each, as the largest object has them."""
    largest = max(objects, key=lambda found: found.rows)
    tickers = sorted(_content(raw, largest, ["ticker"])["ticker"].drop_null().to_pylist())
    firsts = ["", *(tickers[len(tickers) * number // count] for number in range(1, count) if tickers)]
    return [TickerRange(*bounds) for bounds in zip(firsts, [*firsts[1:], None], strict=True)]


def read(raw: Storage, objects: list[RawObject], tickers: TickerRange) -> pa.Table:
    """The objects' rows of these tickers with their trade date, sorted by ticker and date."""
    with ThreadPoolExecutor(REQUESTS_AT_ONCE) as threads:
        found = threads.map(lambda one: _dated(tickers.of(_content(raw, one, _STORED.names)), one), sorted(objects))
        rows = pa.concat_tables([_ROWS.empty_table(), *found])
    names = rows["ticker"].combine_chunks().dictionary_encode()
    # The objects come in order of date, and this sort keeps the order of equal numbers.
    order = pc.array_sort_indices(pc.rank(names.dictionary).take(names.indices).cast(pa.uint32()))
    return pa.table([column.combine_chunks().take(order) for column in rows.columns], schema=_ROWS)


def _content(raw: Storage, found: RawObject, columns: list[str]) -> pa.Table:
    with raw.open(found.key) as file:
        # One request to S3 for a whole object, which has some 80 KB.
        content = pq.ParquetFile(pa.BufferReader(file.read()))
        return content.read(columns, use_threads=False)


def _dated(rows: pa.Table, found: RawObject) -> pa.Table:
    date = pa.repeat(pa.scalar(found.trade_date, pa.date32()), rows.num_rows)
    return rows.select(_STORED.names).cast(_STORED).append_column("trade_date", date)
