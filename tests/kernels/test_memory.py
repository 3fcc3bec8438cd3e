"""The memory of new columns: those of 4 MiB or more lie in whole huge pages."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

import b3_kernels as b3

HUGE_PAGE = 2 << 20


def bars(tickers: int, rows_per_ticker: int) -> pa.Table:
    """Bars of consecutive days, sorted by ticker."""
    names = np.repeat([f"T{ticker:07}" for ticker in range(tickers)], rows_per_ticker)
    days = np.tile(np.arange(rows_per_ticker), tickers) + np.datetime64("1990-01-02")
    closes = np.arange(tickers * rows_per_ticker) / 7
    return pa.table({"ticker": names.tolist(), "trade_date": pa.array(days), "close": closes})


@pytest.mark.parametrize("threads", [1, 2])
def test_a_large_column_begins_at_a_huge_page(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("B3_KERNELS_THREADS", str(threads))
    averages = b3.moving_average(bars(220, 4_987), windows=(2, 3))
    # Each thread makes one chunk of each column, here of more than 4 MiB.
    chunks = [chunk for name in ("sma_2", "sma_3") for chunk in averages[name].chunks]
    assert [values.address % HUGE_PAGE for _nulls, values in map(pa.Array.buffers, chunks)] == [0] * 2 * threads


def test_a_list_that_grows_over_huge_pages_keeps_what_it_held() -> None:
    """The kernel's list of tickers' first rows (8 bytes each) doubles past 4 MiB: to huge pages."""
    table = bars(1_100_009, 1)
    assert b3.moving_average(table, windows=(1,))["sma_1"].equals(table["close"])
