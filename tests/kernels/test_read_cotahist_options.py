"""What `read_cotahist` takes for one or several, and what it tells of that the files do not hold."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import b3_kernels as b3
import sample_cotahist


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cotahist") / "COTAHIST_A2024.TXT"
    path.write_bytes(sample_cotahist.sample(2024))
    return path


@pytest.fixture(scope="module")
def tickers(year: Path) -> list[str]:
    return sorted(set(b3.read_cotahist(year)["ticker"].to_pylist()))


@pytest.mark.parametrize("kind", [str, lambda ticker: [ticker], lambda ticker: {ticker}, lambda ticker: iter([ticker])])
def test_a_text_is_one_ticker(year: Path, tickers: list[str], kind: Any) -> None:
    one = b3.read_cotahist(year, tickers=kind(tickers[1]))
    assert set(one["ticker"].to_pylist()) == {tickers[1]}
    assert one.num_rows > 200


@pytest.mark.parametrize("markets", [10, (10,), [10]])
def test_a_number_is_one_market(year: Path, markets: Any) -> None:
    assert set(b3.read_cotahist(year, markets=markets)["market"].to_pylist()) == {10}


def test_tickers_that_the_file_does_not_hold_are_named(year: Path, tickers: list[str]) -> None:
    message = f"{year}: no row of tickers XXXX3, YYYY4"
    with pytest.warns(UserWarning, match=f"^{re.escape(message)}$") as caught:
        bars = b3.read_cotahist(year, tickers=["XXXX3", tickers[0], "YYYY4"])
    assert bars.num_rows > 200
    assert [warning.filename for warning in caught] == [__file__]
    with pytest.warns(UserWarning, match=r"no row of ticker XXXX3$"):
        assert b3.read_cotahist(year, tickers="XXXX3").num_rows == 0


def test_markets_that_the_file_does_not_hold_are_named(year: Path, tickers: list[str]) -> None:
    with pytest.warns(UserWarning, match=rf"^{re.escape(str(year))}: no row of markets 12, 80$"):
        b3.read_cotahist(year, markets=(12, 10, 80))
    with pytest.warns(UserWarning, match=rf": no row of market 12 of {tickers[0]}$"):
        b3.read_cotahist(year, markets=(10, 12), tickers=tickers[0])


def test_several_files_are_one_table(year: Path, tmp_path: Path, tickers: list[str]) -> None:
    other = tmp_path / "COTAHIST_A2023.TXT"
    other.write_bytes(sample_cotahist.sample(2023))
    both = b3.read_cotahist([other, str(year)])
    alone = [b3.read_cotahist(path) for path in (other, year)]
    assert both.combine_chunks().equals(pa.concat_tables(alone).combine_chunks())
    with pytest.warns(UserWarning, match=rf"^{re.escape(f'{other}, {year}')}: no row of ticker XXXX3$"):
        assert b3.read_cotahist([other, year], tickers=["XXXX3", tickers[0]]).num_rows > 400


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"tickers": b"PETR4"}, TypeError, "tickers: found b'PETR4', expected a text or several"),
        ({"tickers": 4}, TypeError, "tickers: found 4, expected a text or several"),
        ({"tickers": ["PETR4", 4]}, TypeError, "tickers: found 4, expected a text or several"),
        ({"markets": "10"}, TypeError, "markets: found '10', expected a whole number or several"),
        ({"markets": (True,)}, TypeError, "markets: found True, expected a whole number or several"),
        ({"markets": (10.5,)}, TypeError, "markets: found 10.5, expected a whole number or several"),
        ({"markets": -10}, ValueError, "markets: found -10, expected a whole number or several"),
    ],
)
def test_what_is_neither_one_nor_several_is_refused(year: Path, options: Any, kind: Any, message: str) -> None:
    with pytest.raises(kind, match=f"^{re.escape(message)}$"):
        b3.read_cotahist(year, **options)


def test_no_file_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^path: found none, expected a COTAHIST file or several$"):
        b3.read_cotahist([])
