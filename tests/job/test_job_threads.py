"""The kernels use one thread in a Spark worker, because Spark runs a process for each core."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pandas as pd
import pytest
from pyspark.sql import SparkSession

from b3_kernels import _threads


@pytest.mark.spark
def test_a_worker_uses_one_thread_and_the_driver_all_cores(
    spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def threads(frames: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for frame in frames:
            yield frame.assign(id=_threads.threads() or 0)

    monkeypatch.delenv(_threads.VARIABLE, raising=False)
    found = spark.range(3).mapInPandas(threads, "id long").collect()
    assert [row.id for row in found] == [1, 1, 1]
    # No limit: all cores.
    assert _threads.threads() is None
