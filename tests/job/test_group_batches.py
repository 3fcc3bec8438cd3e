"""Tests of group_batches.py: a sorted stream of batches in groups of equal keys."""

from __future__ import annotations

import pyarrow as pa

from b3_jobs.tables.group_batches import by_key


def test_a_key_that_batches_cut_is_one_group_and_a_batch_without_rows_adds_none() -> None:
    keys = [["A", "A", "B"], [], ["B"], ["C", "D"]]
    batches = [pa.record_batch({"key": pa.array(values, pa.string())}) for values in keys]
    found = {key: [piece["key"].to_pylist() for piece in pieces] for key, pieces in by_key(batches, "key")}
    assert found == {"A": [["A", "A"]], "B": [["B"], ["B"]], "C": [["C"]], "D": [["D"]]}
