"""Tests of corporate actions on a chart: the bar and the text of each mark, and adjusted prices."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

import lakes
import numpy as np
import polars as pl
import pyarrow as pa
import pytest

import b3_kernels as b3
from b3_kernels import plot

DAYS = b3.sessions(dt.date(2024, 11, 1), dt.date(2024, 11, 14))
CLOSES = [40.0, 42.0, 44.0, 41.0, 43.0, 10.0, 11.0, 12.0, 11.0, 10.0]
event = partial(lakes.event, "AAAA3")


def bars() -> pa.Table:
    return pa.table({
        "ticker": ["AAAA3"] * 10, "trade_date": DAYS, "open": CLOSES, "high": [close + 1 for close in CLOSES],
        "low": [close - 1 for close in CLOSES], "close": CLOSES, "volume": [100] * 10,
    })  # fmt: skip


def actions(*events: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist(list(events), schema=lakes.EVENTS)


FOUR_FOR_ONE = event(DAYS[5], "split", 4, 1)


def marks(figure: Any) -> dict[str, list[tuple[str, str, str]]]:
    """The date, the letter and the text of each mark, by the name of its trace."""
    traces = (trace for trace in figure.data if trace.type == "scatter" and trace.mode == "markers+text")
    return {trace.name: list(zip(trace.x, trace.text, trace.hovertext, strict=True)) for trace in traces}


def test_events_mark_the_first_bar_on_or_after_their_ex_date() -> None:
    saturday = dt.date(2024, 11, 9)
    events = actions(
        event(DAYS[0] - dt.timedelta(1), "dividend", "9"),  # before the first bar
        event(DAYS[0], "interest", "0.20"),
        FOUR_FOR_ONE,
        event(saturday, "capital_return", "1.50"),
        event(saturday, "dividend", "0.12345678"),
        event(saturday, "bonus", 11, 10),
        event(DAYS[9], "spin_off"),
        event(DAYS[9] + dt.timedelta(1), "dividend", "9"),  # after the last
        lakes.event("BBBB4", DAYS[3], "dividend", "9"),
    )
    assert marks(plot.candles(bars(), averages=(), actions=events)) == {
        "splits": [(str(DAYS[5]), "S", "split 4 for 1"), ("2024-11-11", "S", "bonus 11 for 10")],
        "dividends": [
            (str(DAYS[0]), "D", "interest 0.2"), ("2024-11-11", "D", "capital return 1.5, dividend 0.12345678"),
        ],
        "rights": [(str(DAYS[9]), "R", "spin off")],
    }  # fmt: skip
    assert marks(plot.candles(bars(), averages=())) == {}
    assert marks(plot.candles(bars(), averages=(), actions=actions())) == {}


@pytest.mark.parametrize("log", [True, False])
def test_a_price_that_is_not_finite_moves_no_mark(*, log: bool) -> None:
    def height(high: float) -> float:
        table = bars().set_column(3, "high", pa.array([high, *(close + 1 for close in CLOSES[1:])]))
        (mark,) = plot.candles(table, averages=(), actions=actions(FOUR_FOR_ONE), log=log).data[1].y
        return float(mark)

    assert height(float("inf")) == height(41.0)


def test_an_event_of_two_sources_is_marked_once() -> None:
    events = actions(FOUR_FOR_ONE, FOUR_FOR_ONE | {"numerator": 5})
    events = events.append_column("source", pa.array(["b3", "yahoo"]))
    assert marks(plot.candles(bars(), averages=(), actions=events)) == {
        "splits": [(str(DAYS[5]), "S", "split 4 for 1")],
    }  # fmt: skip


def test_actions_may_be_a_lazy_frame() -> None:
    events = actions(FOUR_FOR_ONE, event(DAYS[2], "dividend", "0.1"))
    lazy = pl.DataFrame(events).lazy()
    figure = plot.candles(bars(), averages=(2,), actions=lazy, adjust=True)
    assert figure == plot.candles(bars(), averages=(2,), actions=events, adjust=True)


def test_a_range_of_dates_keeps_the_marks_of_its_bars() -> None:
    events = actions(event(DAYS[2], "dividend", "0.1"), FOUR_FOR_ONE)
    figure = plot.candles(bars(), averages=(), actions=events, start=DAYS[3])
    assert marks(figure) == {"splits": [(str(DAYS[5]), "S", "split 4 for 1")]}


def test_adjusted_candles_equal_candles_of_adjusted_bars() -> None:
    days = b3.sessions(dt.date(2024, 1, 2), dt.date(2024, 4, 30))
    closes = [(20.0 + place * 7 % 11) * (1 if place < 50 else 0.25) for place in range(len(days))]
    prices = dict.fromkeys(("open", "high", "low", "close"), closes)
    traded = pa.table({"ticker": ["AAAA3"] * len(days), "trade_date": days, **prices, "volume": [100] * len(days)})
    events = actions(event(days[50], "split", 4, 1), event(days[60], "dividend", "0.1"))
    options: dict[str, Any] = {"averages": (2, 20), "panels": ("bollinger", "rsi", "macd")}
    figure = plot.candles(traded, actions=events, adjust=True, **options)
    wanted = plot.candles(b3.adjust(traded, events), **options)
    drawn = [trace for trace in figure.data if trace.name not in ("splits", "dividends")]
    assert [trace.name for trace in drawn] == [trace.name for trace in wanted.data]
    for found, other in zip(drawn[1:], wanted.data[1:], strict=True):
        numbers, expected = np.array(found.y, float), np.array(other.y, float)  # NaN for None
        assert numbers == pytest.approx(expected, rel=1e-9, abs=1e-12, nan_ok=True), found.name
        assert np.isfinite(numbers).sum() > 40  # MACD, with the fewest values, has 50
    assert list(drawn[0].close) == [close / 4 for close in closes[:50]] + closes[50:]


def test_an_event_belongs_to_the_bar_of_its_own_week() -> None:
    events = actions(FOUR_FOR_ONE, event(DAYS[9], "dividend", "0.1"))
    weeks = b3.aggregate_ohlcv(bars(), every="1w", actions=events)
    figure = plot.candles(weeks, averages=(), every="1w", actions=events, adjust=True)
    of_adjusted = b3.aggregate_ohlcv(b3.adjust(bars(), events), every="1w")
    assert list(figure.data[0].close) == of_adjusted["close"].to_pylist() == [10.0, 10.0, 10.0]
    assert list(figure.data[-1].y) == of_adjusted["volume"].to_pylist() == [400.0, 1700.0, 400.0]
    assert marks(figure) == {
        "splits": [("2024-11-04", "S", "split 4 for 1")],
        "dividends": [("2024-11-11", "D", "dividend 0.1")],
    }


def test_a_published_average_is_drawn_in_the_shares_of_the_last_date() -> None:
    events = actions(FOUR_FOR_ONE)
    published = b3.refine(bars(), windows=(2,), actions=events)
    before, after = (CLOSES[3] + CLOSES[4]) / 2, (CLOSES[4] / 4 + CLOSES[5]) / 2
    assert published["media_movel_2"].to_pylist()[4:6] == [before, after]
    figure = plot.candles(published, averages=(2,), actions=events, adjust=True)
    assert list(figure.data[1].y)[4:6] == [before / 4, after]
    assert list(plot.candles(published, averages=(2,), actions=events).data[1].y)[4:6] == [before, after]


def test_adjusting_without_actions_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^adjust: found True without actions, expected the table of corporate"):
        plot.candles(bars(), adjust=True)
