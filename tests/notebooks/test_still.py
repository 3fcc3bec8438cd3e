"""Tests of `plot.still`: which shapes and texts the SVG has, and their positions."""

from __future__ import annotations

import datetime as dt
import itertools
import re
import xml.etree.ElementTree as ET
from typing import Any, NamedTuple

import lakes
import pyarrow as pa
import pytest

import b3_kernels as b3
from b3_kernels import plot
from b3_kernels._chart import LINE  # the colour of the lines RSI and MACD

SVG = "{http://www.w3.org/2000/svg}"
DAYS = b3.sessions(dt.date(2024, 1, 2), dt.date(2024, 4, 30))
FIVE = DAYS[:5]
ROUNDING = 0.2  # the picture has tenths of a point


class Box(NamedTuple):
    """A rectangle in the picture's points; SVG measures `top` and `bottom` from above."""

    left: float
    right: float
    top: float
    bottom: float


def bars(days: list[dt.date] = FIVE, **columns: list[Any]) -> pa.Table:
    """Bars of the days with the given columns; the others have default values."""
    closes = [11.0, 9.5, 10.0, 11.0, 12.0]
    plain = {"ticker": "AAAA3", "open": 10.0, "high": 12.0, "low": 9.0}
    made = {name: [value] * len(days) for name, value in plain.items()}
    made |= {"trade_date": days, "close": [closes[place % 5] for place in range(len(days))]}
    return pa.table(made | {"volume": [100 * (place + 1) for place in range(len(days))]} | columns)


def drawn(table: pa.Table, averages: tuple[int, ...] = (), **options: Any) -> ET.Element:
    figure = plot.candles(table, averages=averages, **options)
    return ET.fromstring(plot.still(figure))  # noqa: S314 - our own text


def points(path: ET.Element) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"[ML] ([\d.]+) ([\d.]+)", path.get("d") or "")]


def box(corners: list[tuple[float, float]]) -> Box:
    xs, ys = zip(*corners, strict=True)
    return Box(min(xs), max(xs), min(ys), max(ys))


def boxes(picture: ET.Element, colour: str) -> list[Box]:
    """The boxes of the first path of this fill, in order; a candle has two: wick, then body."""
    path = next(path for path in picture.iter(f"{SVG}path") if f"fill: {colour}" in (path.get("style") or ""))
    corners = points(path)
    return [box(corners[first : first + 4]) for first in range(0, len(corners), 4)]


def lines(picture: ET.Element, colour: str) -> list[ET.Element]:
    """The lines of the colour, without the legend's."""
    styled = (path for path in picture.iter(f"{SVG}path") if path.get("clip-path"))
    return [path for path in styled if f"fill: none; stroke: {colour}" in (path.get("style") or "")]


def panel(picture: ET.Element, number: int) -> Box:
    """The area of a panel: 1 has the prices, 2 the volume, the others indicators."""
    area = picture.find(f".//{SVG}g[@id='axes_{number}']/{SVG}g/{SVG}path")
    assert area is not None
    return box(points(area))


def marks(picture: ET.Element) -> list[ET.Element]:
    """The marks of events: a title, a circle and a letter each."""
    return [group for group in picture.iter(f"{SVG}g") if group.find(f"{SVG}title") is not None]


def texts(picture: ET.Element) -> list[str | None]:
    return [text.text for text in picture.iter(f"{SVG}text")]


def test_a_still_has_a_wick_and_a_body_for_each_candle_and_a_bar_for_each_volume() -> None:
    picture = drawn(bars(close=[11.0, 9.5, 10.0, 11.0, 12.0], open=[10.0] * 5, volume=[100, 200, 300, 400, 500]))
    rising, falling, volumes = (boxes(picture, colour) for colour in (plot.UP, plot.DOWN, plot.VOLUME))
    assert (len(rising), len(falling), len(volumes)) == (2 * 4, 2 * 1, 5)
    for wick, body in zip(rising[::2] + falling[::2], rising[1::2] + falling[1::2], strict=True):
        assert wick.left == wick.right == pytest.approx((body.left + body.right) / 2, abs=ROUNDING)
        is_flat = body.top == body.bottom  # the third, which opens and closes at 10
        assert is_flat or wick.top <= body.top < body.bottom < wick.bottom
    heights = [bar.bottom - bar.top for bar in volumes]
    assert heights == pytest.approx([heights[-1] * part / 5 for part in (1, 2, 3, 4, 5)], abs=ROUNDING)


def test_a_still_labels_volumes_in_millions() -> None:
    assert "100 M" in texts(drawn(bars(volume=[100_000_000] * 5)))


def test_a_still_places_higher_prices_higher() -> None:
    wicks = boxes(drawn(bars(high=[12.0, 13.0, 14.0, 15.0, 16.0], open=[9.0] * 5, close=[10.0] * 5)), plot.UP)[::2]
    tops = [wick.top for wick in wicks]
    assert tops == sorted(tops, reverse=True)
    assert len(set(tops)) == 5


def test_a_still_interrupts_an_average_at_a_null() -> None:
    table = bars().append_column("sma_2", pa.array([None, 10.0, None, 11.0, 12.0]))
    (line,) = lines(drawn(table, (2,)), plot.AVERAGES[0])
    path = line.get("d") or ""
    assert (path.count("M"), path.count("L")) == (2, 1)


@pytest.mark.parametrize("unknown", [None, float("nan"), float("inf")])
def test_a_still_draws_no_candle_and_no_volume_of_an_unknown_number(unknown: float | None) -> None:
    rising_but_one = {"open": [10.0, unknown, 10.0, 10.0, 10.0], "close": [11.0, 9.5, 11.0, 11.0, 11.0]}
    picture = drawn(bars(**rising_but_one, volume=[100.0, unknown, 300.0, 400.0, 500.0]))
    assert (len(boxes(picture, plot.UP)), len(boxes(picture, plot.VOLUME))) == (2 * 4, 4)
    assert f"fill: {plot.DOWN}" not in ET.tostring(picture, encoding="unicode")


@pytest.mark.parametrize("title", ["A & <B>", "R$ 10 a_{ R$ 20"])
def test_a_still_of_one_bar_and_of_a_name_with_markup_is_well_formed(title: str) -> None:
    assert title in texts(drawn(bars().slice(0, 1), title=title))


@pytest.mark.parametrize("price", [0.0001, 37.41, 9e13])
def test_a_still_of_one_price_is_in_the_middle_of_its_panel(price: float) -> None:
    flat = [price] * 5
    picture = drawn(bars(open=flat, high=flat, low=flat, close=flat, volume=[0] * 5))
    area = panel(picture, 1)
    for candle in boxes(picture, plot.UP):
        assert candle.top == candle.bottom == pytest.approx((area.top + area.bottom) / 2, abs=ROUNDING)


def test_a_still_is_the_same_text_each_time() -> None:
    first, second = (plot.still(plot.candles(bars(), averages=(2,))) for _ in range(2))
    assert first == second
    assert first.startswith("<svg")


def test_a_still_shows_date_and_time_of_bars_within_a_day() -> None:
    times = [dt.datetime(2024, 1, 2, 10, 5 * place) for place in range(5)]  # noqa: DTZ001 - as the column has none
    dividend = pa.Table.from_pylist([lakes.event("AAAA3", DAYS[0], "dividend", "0.1")], schema=lakes.EVENTS)
    picture = drawn(bars(trade_date=times), actions=dividend)
    assert "2024-01-02 10:05" in texts(picture)
    assert [mark.findtext(f"{SVG}title") for mark in marks(picture)] == ["2024-01-02 10:00: dividend 0.1"]


def test_a_still_is_higher_by_its_panels_which_do_not_overlap() -> None:
    plain, more = drawn(bars(DAYS)), drawn(bars(DAYS), panels=("rsi", "macd"))
    heights = [float((picture.get("height") or "").removesuffix("pt")) for picture in (plain, more)]
    assert heights[1] - heights[0] == pytest.approx(2 * 1.2 * 72)  # two panels of 1.2 inches, in points
    areas = [panel(more, number) for number in (1, 2, 3, 4)]
    for above, below in itertools.pairwise(areas):
        assert above.bottom < below.top
    assert areas[-1].bottom < heights[1]
    rsi, macd = lines(more, LINE)
    for area, line in ((areas[2], rsi), (areas[3], macd)):
        assert all(area.top <= y <= area.bottom for _, y in points(line))


@pytest.mark.parametrize("count", [3, 16])
def test_on_a_log_axis_equal_ratios_are_equal_distances_and_labels_are_numbers(count: int) -> None:
    prices = [10.0 * 2**place for place in range(count)]
    picture = drawn(bars(DAYS[:count], open=prices, high=prices, low=prices, close=prices), log=True)
    tops = [body.top for body in boxes(picture, plot.UP)[1::2]]
    steps = [before - after for before, after in itertools.pairwise(tops)]
    assert steps == pytest.approx([steps[0]] * (count - 1), abs=ROUNDING)
    price_axis = picture.find(f".//{SVG}g[@id='matplotlib.axis_2']")
    assert price_axis is not None
    labels = [float(text.text or "") for text in price_axis.iter(f"{SVG}text") if text.text != "BRL"]
    inside = [label for label in labels if prices[0] <= label <= prices[-1]]
    assert 3 <= len(inside) <= 20  # enough to read a price by, and few enough for the axis
    assert inside[0] <= 2 * prices[0]


def test_a_still_has_a_letter_and_a_title_for_each_event() -> None:
    split, dividend = lakes.event("AAAA3", DAYS[3], "split", 4, 1), lakes.event("AAAA3", DAYS[1], "dividend", "0.1")
    picture = drawn(bars(), actions=pa.Table.from_pylist([split, dividend], schema=lakes.EVENTS))
    found = [(mark.findtext(f"{SVG}title"), mark.findtext(f".//{SVG}text")) for mark in marks(picture)]
    assert found == [(f"{DAYS[3]}: split 4 for 1", "S"), (f"{DAYS[1]}: dividend 0.1", "D")]


@pytest.mark.parametrize("log", [False, True])
def test_marks_are_below_every_price_and_do_not_overlap(log: bool) -> None:
    kinds = [(DAYS[3], "split", 4, 1), (DAYS[3], "dividend", "0.1"), (DAYS[1], "dividend", "0.1")]
    events = pa.Table.from_pylist([lakes.event("AAAA3", *kind) for kind in kinds], schema=lakes.EVENTS)
    figure = plot.candles(bars(), averages=(), actions=events, log=log)
    # The dividend on the day of the split is below the split, that of an earlier day beside it.
    (split,), (early, late) = figure.data[1].y, figure.data[2].y
    assert min(figure.data[0].low) > split == early > late > 0
    picture = drawn(bars(), actions=events, log=log)
    circles = [circle for mark in marks(picture) for circle in mark.iter(f"{SVG}path")]
    letters = [float(text.get("y") or "nan") for mark in marks(picture) for text in mark.iter(f"{SVG}text")]
    assert len(circles) == len(letters) == 3
    assert letters[0] == letters[1] < letters[2] - 13  # a circle is 12.8 high
    assert max(letters) < panel(picture, 1).bottom
