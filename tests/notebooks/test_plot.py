"""Tests of `plot.candles` and `plot.still`: what is drawn, its position, and errors."""

from __future__ import annotations

import datetime as dt
import xml.etree.ElementTree as ET

import pyarrow as pa
import pytest

from b3_kernels import plot

SVG = "{http://www.w3.org/2000/svg}"
DAYS = [dt.date(2024, 11, day) for day in (4, 5, 6, 7, 8)]


def bars(**columns: list[object]) -> pa.Table:
    """Five bars with the given columns; the others have default values."""
    plain = {"ticker": ["AAAA3"] * 5, "trade_date": DAYS, "open": [10.0] * 5, "high": [12.0] * 5, "low": [9.0] * 5,
             "close": [11.0, 9.5, 10.0, 11.0, 12.0], "volume": [100, 200, 300, 400, 500]}  # fmt: skip
    return pa.table(plain | columns)


def drawn(table: pa.Table, averages: tuple[int, ...] = ()) -> ET.Element:
    """The SVG picture of the candles."""
    return ET.fromstring(plot.still(plot.candles(table, averages=averages)))  # noqa: S314 - our own text


def test_candles_and_averages_are_drawn_in_order_of_date() -> None:
    shuffled = bars().take([3, 0, 4, 1, 2])
    candles, average, volume = plot.candles(shuffled, averages=(2,)).data
    assert list(candles.x) == [day.isoformat() for day in DAYS]
    assert list(candles.close) == [11.0, 9.5, 10.0, 11.0, 12.0]
    assert list(average.y) == [None, 10.25, 9.75, 10.5, 11.5]
    assert list(volume.y) == [100, 200, 300, 400, 500]


def test_an_average_column_of_the_table_is_drawn_unchanged() -> None:
    table = bars().append_column("sma_2", pa.array([1.0, 2.0, 3.0, 4.0, 5.0]))
    assert list(plot.candles(table, averages=(2,)).data[1].y) == [1.0, 2.0, 3.0, 4.0, 5.0]


def test_candles_of_two_tickers_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"2 tickers \(AAAA3, BBBB4\); expected one"):
        plot.candles(bars(ticker=["AAAA3", "BBBB4", "AAAA3", "AAAA3", "AAAA3"]))


def test_candles_without_a_bar_are_refused() -> None:
    with pytest.raises(ValueError, match="hold no row"):
        plot.candles(bars().slice(0, 0))


def test_a_still_has_a_box_for_each_candle_and_for_each_volume() -> None:
    boxes = drawn(bars()).findall(f"{SVG}rect")
    colours = [box.get("fill") for box in boxes]
    assert colours == [plot.UP, plot.DOWN, plot.UP, plot.UP, plot.UP, *[plot.VOLUME] * 5]
    heights = [float(box.get("height") or "nan") for box in boxes[5:]]
    assert heights == pytest.approx([heights[-1] * part / 5 for part in (1, 2, 3, 4, 5)], abs=0.11)


def test_a_still_places_higher_prices_higher() -> None:
    wicks = [
        path.get("d")
        for path in drawn(bars(high=[12.0, 13.0, 14.0, 15.0, 16.0]))
        if path.get("stroke") in {plot.UP, plot.DOWN}
    ]
    tops = [float(wick.split()[1].split("V")[0]) for wick in wicks if wick]
    assert tops == sorted(tops, reverse=True)
    assert len(set(tops)) == 5


def test_a_still_interrupts_an_average_at_a_null() -> None:
    table = bars().append_column("sma_2", pa.array([None, 10.0, None, 11.0, 12.0]))
    (line,) = (path for path in drawn(table, (2,)).findall(f"{SVG}path") if path.get("fill") == "none")
    path = line.get("d") or ""
    assert (path.count("M"), path.count("L")) == (2, 1)


def test_a_still_of_one_bar_and_of_a_name_with_markup_is_well_formed() -> None:
    picture = ET.fromstring(plot.still(plot.candles(bars().slice(0, 1), averages=(), title="A & <B>")))  # noqa: S314
    assert "A & <B>" in [text.text for text in picture.findall(f"{SVG}text")]


@pytest.mark.parametrize("price", [0.0001, 37.41, 9e13])
def test_a_still_of_one_price_is_in_the_middle_of_its_panel(price: float) -> None:
    flat = [price] * 5
    picture = drawn(bars(open=flat, high=flat, low=flat, close=flat, volume=[0] * 5))
    heights = {float(box.get("y") or "nan") for box in picture.findall(f"{SVG}rect")[:5]}
    assert heights == {199.0}


def test_a_still_is_the_same_text_each_time() -> None:
    assert plot.still(plot.candles(bars())) == plot.still(plot.candles(bars()))
