"""Tests of the options of `read_cotahist`: tickers, markets, several files, fields, warnings."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import b3_kernels as b3
import sample_cotahist

SESSION = Path(__file__).resolve().parents[3] / "shared/data/cotahist/DemoCotacoesHistoricas12022003.txt"
# The places of fields in a record; prices are in cents for as many shares as the quote factor says.
NAME, BID, ASK, FACTOR = slice(27, 39), slice(121, 134), slice(134, 147), slice(210, 217)


def spot_records(path: Path) -> list[str]:
    return [line for line in path.read_text("latin-1").splitlines() if line[:2] == "01" and line[24:27] == "010"]


def prices(lines: list[str], place: slice) -> list[Decimal | None]:
    """A price of each record, per share; None where zeros are written."""
    return [Decimal(int(line[place])) / 100 / int(line[FACTOR]) or None for line in lines]


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cotahist") / "COTAHIST_A2024.TXT"
    path.write_bytes(sample_cotahist.sample(2024))
    return path


@pytest.fixture(scope="module")
def tickers(year: Path) -> list[str]:
    return sorted(set(b3.read_cotahist(year)["ticker"].to_pylist()))


@pytest.mark.parametrize("kind", [str, lambda ticker: [ticker], lambda ticker: {ticker}, lambda ticker: iter([ticker])])
def test_tickers_may_be_a_text_or_a_collection(year: Path, tickers: list[str], kind: Any) -> None:
    one = b3.read_cotahist(year, tickers=kind(tickers[1]))
    assert set(one["ticker"].to_pylist()) == {tickers[1]}
    assert one.num_rows > 200


def test_wrong_arguments_are_named(year: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"missing\.ZIP"):
        b3.read_cotahist(year.with_name("missing.ZIP"))
    with pytest.raises(ValueError, match=r"invalid ticker 'PETR4\.SA'"):
        b3.read_cotahist(year, tickers=["PETR4.SA"])


def test_markets_may_be_a_number(year: Path) -> None:
    assert set(b3.read_cotahist(year, markets=10)["market"].to_pylist()) == {10}


def test_tickers_missing_in_the_file_are_a_warning(year: Path, tickers: list[str]) -> None:
    message = f"{year}: no row of tickers XXXX3, YYYY4"
    with pytest.warns(UserWarning, match=f"^{re.escape(message)}$") as caught:
        bars = b3.read_cotahist(year, tickers=["XXXX3", tickers[0], "YYYY4"])
    assert bars.num_rows > 200
    assert [warning.filename for warning in caught] == [__file__]
    with pytest.warns(UserWarning, match=r"no row of ticker XXXX3$") as caught:
        assert b3.read_cotahist(year, tickers=["XXXX3", "XXXX3"]).num_rows == 0
    assert len(caught) == 1


def test_markets_missing_in_the_file_are_a_warning(year: Path, tickers: list[str]) -> None:
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
        ({"tickers": ["PETR4", 4]}, TypeError, "tickers: found 4, expected a text or several"),
        ({"tickers": []}, ValueError, "tickers: found [], expected one or more B3 codes, or None for all"),
        ({"markets": "10"}, TypeError, "markets: found '10', expected whole numbers from 1 to 999"),
        ({"markets": 0}, ValueError, "markets: found 0, expected whole numbers from 1 to 999"),
        (
            {"markets": ()},
            ValueError,
            "markets: found (), expected one or more of 10 (spot), 20 (odd lot), 30 (forward), 70, 80 (options)",
        ),
    ],
)
def test_invalid_tickers_and_markets_are_refused(year: Path, options: Any, kind: Any, message: str) -> None:
    with pytest.raises(kind, match=f"^{re.escape(message)}$"):
        b3.read_cotahist(year, **options)


def test_an_empty_list_of_files_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^path: found none, expected a COTAHIST file or several$"):
        b3.read_cotahist([])


def test_fields_stand_behind_the_raw_columns_in_the_order_asked_for(year: Path) -> None:
    plain, more = b3.read_cotahist(year), b3.read_cotahist(year, fields=["name", "bid", "name"])
    assert more.column_names == [*plain.column_names, "name", "bid"]
    assert more.select(plain.column_names).equals(plain)
    assert b3.read_cotahist(year, fields="ask").column_names[-1] == "ask"
    assert more.schema.field("bid").type == pa.decimal128(18, 6)
    lines = spot_records(year)
    assert more["name"].to_pylist() == [line[NAME].rstrip() for line in lines]
    assert more["bid"].to_pylist() == prices(lines, BID)


@pytest.mark.skipif(not SESSION.exists(), reason=f"no {SESSION.name} in ../shared/data")
def test_bid_and_ask_of_a_real_session_are_per_share_and_null_if_absent() -> None:
    bars = b3.read_cotahist(SESSION, fields=["bid", "ask", "name"])
    lines = spot_records(SESSION)
    assert any(line[FACTOR] == "0001000" for line in lines)
    for name, place in (("bid", BID), ("ask", ASK)):
        written = prices(lines, place)
        assert None in written
        assert bars[name].to_pylist() == written
    assert bars["name"].to_pylist() == [line[NAME].rstrip() for line in lines]


def test_an_unknown_field_is_refused(year: Path) -> None:
    wrong: Any = "strike"
    with pytest.raises(ValueError, match=r'^fields: found "strike", expected bid, ask or name$'):
        b3.read_cotahist(year, fields=wrong)
