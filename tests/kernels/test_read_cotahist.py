"""Tests of `read_cotahist` on real files of B3, if this machine has them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

import b3_kernels as b3

FILES = Path(__file__).parents[3] / "shared" / "data" / "cotahist"
pytestmark = pytest.mark.skipif(not FILES.is_dir(), reason="B3's files are not beside the checkout")


def test_a_zip_gives_the_quotes_of_its_session() -> None:
    bars = b3.read_cotahist(FILES / "COTAHIST_D08112024.ZIP", tickers=["PETR4", "VALE3"])
    assert bars.select(["trade_date", "ticker", "close", "market", "source"]).to_pylist() == [
        {
            "trade_date": dt.date(2024, 11, 8),
            "ticker": ticker,
            "close": Decimal(close),
            "market": 10,
            "source": "cotahist",
        }
        for ticker, close in (("PETR4", "36.180000"), ("VALE3", "60.630000"))
    ]


def test_every_spot_quote_of_a_session_is_refined() -> None:
    bars = b3.read_cotahist(FILES / "COTAHIST_D08112024.ZIP")
    refined = b3.refine(bars, on_invalid="keep")
    # The column `bars` counts the raw rows of a refined row.
    assert (bars.num_rows, refined["bars"].to_pylist()) == (1_341, [1] * 1_341)


def test_a_truncated_file_is_refused_or_read_with_a_warning() -> None:
    cut = FILES / "truncated" / "COTAHIST_D04012016.TXT"
    with pytest.raises(ValueError, match=r"COTAHIST_D04012016.TXT: line 506, columns 32-42 \(record count\)"):
        b3.read_cotahist(cut)
    with pytest.warns(UserWarning, match="records"):
        assert b3.read_cotahist(cut, allow_incomplete=True).num_rows > 0
