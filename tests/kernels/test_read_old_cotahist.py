"""Invented COTAHIST files from 1986 on: currencies, rows left out, both kinds of trailers."""

from __future__ import annotations

import datetime as dt
import zipfile
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from cotahist_files import Quote, flat, text
from lakes import RAW

import b3_kernels as b3


def file(folder: Path, *quotes: Quote, trailer_adds: int = 2) -> Path:
    """A file whose trailer counts the quotes and `trailer_adds`: 2 for the header and itself."""
    path = folder / "COTAHIST.TXT"
    path.write_text(text(quotes, trailer_adds=trailer_adds))
    return path


def test_read_cotahist_has_the_columns_of_raw_in_order(tmp_path: Path) -> None:
    quote = flat("2024-11-08", "PETR4", cents=3_610, specification="PN  EJ  N2", distribution=211)
    bars = b3.read_cotahist(file(tmp_path, quote, flat("2024-11-08", "VALE3", 1, specification="", distribution=100)))
    assert bars.schema == pa.schema([("trade_date", pa.date32()), *RAW])
    assert bars["currency"].to_pylist() == ["BRL", "BRL"]
    assert bars["distribution"].to_pylist() == [211, 100]
    assert bars["specification"].to_pylist() == ["PN  EJ  N2", None]


@pytest.mark.parametrize(
    ("member", "date", "label", "currency"),
    [
        ("COTAHIST.A1986", "1986-01-02", "CR$", "CR$"),
        ("COTAHIST.A1986", "1986-03-03", "CZ$", "CZ$"),
        ("COTAHIST.A1989", "1989-01-18", "NCZ$", "NCZ$"),
        ("COTAHIST.A1993", "1993-08-02", "CR$", "CR$"),
        ("COTAHIST.A1994", "1994-07-04", "R$", "BRL"),
        ("COTAHIST_A2001", "2001-01-02", "R$", "BRL"),
    ],
)
def test_currency_is_brl_or_the_old_label(tmp_path: Path, member: str, date: str, label: str, currency: str) -> None:
    with zipfile.ZipFile(tmp_path / "year.zip", "w") as archive:
        archive.writestr(member, text([flat(date, "VALE4", 12_345, currency=label)]))
    bars = b3.read_cotahist(tmp_path / "year.zip").select(["trade_date", "close", "currency"]).to_pylist()
    assert bars == [{"trade_date": dt.date.fromisoformat(date), "close": Decimal("123.45"), "currency": currency}]


def test_rows_of_a_wrong_currency_or_over_six_decimals_are_left_out_with_a_warning(tmp_path: Path) -> None:
    odd = [
        flat("1993-08-02", "REAL4", 100, currency="R$"),
        flat("2024-11-08", "LATE4", 100, currency="CR$"),
        flat("2024-11-08", "NONE4", 100, currency=""),
        flat("2024-11-08", "LOTS3", 1_234, factor=1_000_000),
    ]
    path = file(tmp_path, *odd, flat("2024-11-08", "PETR4", 3_610), flat("2024-11-08", "HELD3", 700, factor=1_000_000))
    expected = (
        r"4 rows left out: line 2, columns 53-56 \(currency\): found 'R\$', expected another label on 1993-08-02.*; "
        r"line 3, .* found 'CR\$', expected R\$ on 2024-11-08.*; line 4, .*; line 5, columns 57-69 \(open\)"
    )
    with pytest.warns(UserWarning, match=expected):
        bars = b3.read_cotahist(path)
    assert bars.select(["ticker", "close"]).to_pylist() == [
        {"ticker": "PETR4", "close": Decimal("36.1")},
        {"ticker": "HELD3", "close": Decimal("0.000007")},
    ]


def test_the_warning_of_many_rows_left_out_names_the_first_and_counts_all(tmp_path: Path) -> None:
    quotes = [flat("2024-11-08", f"ODD{number}", 100, factor=0) for number in range(1_200)]
    with pytest.warns(UserWarning, match=r"1,200 rows left out: line 2, .*; line 6, [^;]*; and 1,195 more$"):
        assert b3.read_cotahist(file(tmp_path, *quotes)).num_rows == 0


@pytest.mark.parametrize(("adds", "counts"), [(2, b"every record"), (0, b"quotes alone")])
def test_a_trailer_may_count_every_record_or_quotes_alone(tmp_path: Path, adds: int, counts: bytes) -> None:
    bars = b3.read_cotahist(file(tmp_path, flat("2024-11-08", "PETR4", 3_610), trailer_adds=adds))
    assert bars.schema.metadata == {b"cotahist.trailer_counts": counts}


def test_kernels_accept_sessions_of_1986_and_on_a_closed_day(tmp_path: Path) -> None:
    days = [*b3.sessions(dt.date(1988, 4, 13), dt.date(1988, 4, 15)), dt.date(1988, 4, 18), dt.date(1988, 4, 19)]
    assert not b3.is_session(dt.date(1988, 4, 18))  # Tiradentes, moved to a Monday
    quotes = [flat(str(day), "VALE4", 100 + number, currency="CZ$") for number, day in enumerate(days)]
    bars = b3.read_cotahist(file(tmp_path, *quotes))
    refined = b3.refine(bars, windows=(5,), on_invalid="raise")
    assert refined["media_movel_5"].to_pylist() == [None] * 4 + [1.02]
    assert refined["data_pregao"].to_pylist() == days
    assert b3.moving_average(bars, windows=(5,))["sma_5"].to_pylist() == [None] * 4 + [1.02]
    first = b3.refine(b3.read_cotahist(file(tmp_path, flat("1986-01-02", "VALE4", 100, currency="CR$"))))
    assert first["data_pregao"].to_pylist() == [dt.date(1986, 1, 2)]
