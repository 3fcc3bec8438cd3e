"""Cuts a stream of sorted Arrow batches into groups of equal keys."""

from __future__ import annotations

from itertools import groupby, pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def by_key(batches: Iterable[pa.RecordBatch], column: str) -> Iterator[tuple[Any, Iterator[pa.Table]]]:
    """Each value of `column` with its rows in pieces, so that one batch is in memory."""
    for value, found in groupby(_pieces(batches, column), itemgetter(0)):
        yield value, (piece for _, piece in found)


def _pieces(batches: Iterable[pa.RecordBatch], column: str) -> Iterator[tuple[Any, pa.Table]]:
    for batch in batches:
        values = batch[column].to_pylist()
        starts = [row for row, value in enumerate(values) if row == 0 or value != values[row - 1]]
        for start, end in pairwise([*starts, len(values)]):
            yield values[start], pa.Table.from_batches([batch.slice(start, end - start)])
