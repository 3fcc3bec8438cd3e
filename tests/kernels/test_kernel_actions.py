"""Kernels across splits equal fractions and ignore later events; currencies are kept apart."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from corporate_actions import Split, bars_of, price_factor, share_actions, splits
from hypothesis import given
from hypothesis import strategies as st
from lakes import EVENTS, PRICE, event
from market_days import SESSIONS, prices, traded_days

import b3_kernels as b3

# The days, closes, volumes and splits of one ticker.
History = tuple[list[dt.date], list[Any], list[int], list[Split]]


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Closes are decimals or doubles, some of them null."""
    days = draw(traded_days(40))
    a_close = draw(st.sampled_from([prices, st.floats(1e-3, 1e6)]))
    closes = [draw(a_close) if draw(st.integers(0, 20)) else None for _ in days]
    volumes = [draw(st.integers(1, 10**9)) for _ in days]
    return days, closes, volumes, draw(splits(days))


@given(history=histories(), window=st.integers(1, 12))
def test_windows_across_splits_equal_fractions_in_the_shares_of_the_last_bar(history: History, window: int) -> None:
    days, closes, volumes, events = history
    bars = bars_of(days, closes, volume=volumes)
    options = {"windows": (window,), "max_span": 10_000, "actions": share_actions(events)}  # over any gap
    answers = {
        "sma": b3.moving_average(bars, **options)[f"sma_{window}"],
        "wma": b3.moving_average(bars, kind="wma", **options)[f"wma_{window}"],
        "min": b3.rolling_min(bars, column="close", **options)[f"rolling_min_{window}"],
        "max": b3.rolling_max(bars, column="close", **options)[f"rolling_max_{window}"],
        "vwap": b3.rolling_vwap(bars, **options)[f"rolling_vwap_{window}"],
        "shares": b3.rolling_sum(bars, **options)[f"rolling_sum_{window}"],
    }
    for row in range(len(days)):
        part = range(row + 1 - window, row + 1)
        if part.start < 0:
            assert all(answer[row].as_py() is None for answer in answers.values())
            continue
        factors = [price_factor(events, days[place], days[row]) for place in part]
        shares = [volumes[place] / factor for place, factor in zip(part, factors, strict=True)]
        assert answers["shares"][row].as_py() == float(sum(shares))
        if any(closes[place] is None for place in part):
            assert all(answers[name][row].as_py() is None for name in answers if name != "shares")
            continue
        numbers = [Fraction(closes[place]) * factor for place, factor in zip(part, factors, strict=True)]
        weights = range(1, window + 1)
        money = sum(number * count for number, count in zip(numbers, shares, strict=True))
        exact = {
            "sma": sum(numbers) / window,
            "wma": sum(weight * number for weight, number in zip(weights, numbers, strict=True)) / sum(weights),
            "min": min(numbers),
            "max": max(numbers),
            "vwap": money / sum(shares),
        }
        assert {name: answers[name][row].as_py() for name in exact} == {name: float(exact[name]) for name in exact}


@given(history=histories())
def test_a_return_across_a_split_uses_the_previous_price_in_new_shares(history: History) -> None:
    days, closes, _, events = history
    found = b3.simple_return(bars_of(days, closes), actions=share_actions(events))["simple_return"]
    for row in range(1, len(days)):
        before, now = closes[row - 1], closes[row]
        if before is None or now is None:
            assert found[row].as_py() is None
        else:
            previous = Fraction(before) * price_factor(events, days[row - 1], days[row])
            assert found[row].as_py() == float(Fraction(now) / previous - 1)


@given(days=traded_days(40), data=st.data())
def test_a_price_that_only_a_split_changed_has_not_moved(days: list[dt.date], data: st.DataObject) -> None:
    ex_dates = data.draw(st.lists(st.sampled_from(days), unique=True, max_size=4))
    events = [Split(day, data.draw(st.sampled_from([2, 3])), 1) for day in ex_dates]
    # In the last day's shares, as `balance` is: each is a close times its factor, which is 1 / n.
    prices = [data.draw(st.sampled_from([None, *map(Decimal, ("12.47", "12.46", "0.07"))])) for _ in days]
    factors = [price_factor(events, day, days[-1]) for day in days]
    closes = [price and price * factor.denominator for price, factor in zip(prices, factors, strict=True)]
    bars, options = bars_of(days, closes, volume=[300] * len(days)), {"actions": share_actions(events)}
    for kernel in (b3.obv, b3.drawdown, partial(b3.rsi, windows=2)):
        bars = kernel(bars, max_span=10_000, **options)
    balance = gains = losses = Fraction(0)
    known: list[Fraction] = []
    for price, factor, bar in zip(prices, factors, bars.to_pylist(), strict=True):
        if price is None:
            assert (bar["obv"], bar["drawdown"], bar["rsi_2"]) == (None, None, None)
            continue
        known.append(Fraction(price))
        moves = len(known) - 1
        move = known[-1] - known[-2] if moves else Fraction(0)
        if move > 0 or not moves:  # obv begins with the first bar's volume
            balance += 300 / factor
        elif move < 0:
            balance -= 300 / factor
        assert bar["obv"] == balance * factor
        assert bar["drawdown"] == pytest.approx(float(known[-1] / max(known) - 1), rel=1e-12, abs=0)
        # The mean of the first two moves, then that of the last mean and the move.
        if moves > 2:
            gains, losses = gains / 2, losses / 2
        gains += max(move, Fraction(0)) / 2
        losses += max(-move, Fraction(0)) / 2
        index = float(100 * gains / ((gains + losses) or 1))
        assert bar["rsi_2"] == (pytest.approx(index, rel=1e-9, abs=0) if moves > 1 else None)


@pytest.mark.filterwarnings("ignore:.*null throughout")  # comes if the few bars are far apart
@given(history=histories(), later=st.integers(0, 39))
def test_events_of_later_dates_change_no_earlier_row(history: History, later: int) -> None:
    days, closes, volumes, events = history
    last = days[min(later, len(days) - 1)]
    known = [event for event in events if event.ex_date <= last]
    bars = bars_of(days, closes, volume=volumes)
    bars = bars.append_column("high", bars["close"]).append_column("low", bars["close"])
    for kernel in (b3.moving_average, b3.ema, b3.rsi, b3.atr, b3.obv, b3.rolling_std, b3.simple_return):
        options = {} if kernel in (b3.obv, b3.simple_return) else {"windows": (3,)}
        as_known = kernel(bars, actions=share_actions(known), **options)
        afterwards = kernel(bars, actions=share_actions(events), **options)
        assert as_known.slice(0, days.index(last) + 1).equals(afterwards.slice(0, days.index(last) + 1))


def test_each_column_is_converted_by_its_unit() -> None:
    days = SESSIONS[:2]
    columns = {"volume": [100, 200], "turnover": [10, 20], "trades": [1, 2], "qty": [100, 200]}
    bars, split = bars_of(days, [40.0, 10.0], **columns), share_actions([Split(days[1], 4, 1)])

    def sum_of_two(column: str, **options: Any) -> Any:
        return b3.rolling_sum(bars, windows=(2,), column=column, actions=split, **options)["rolling_sum_2"][1].as_py()

    sums = [sum_of_two(column) for column in ("volume", "turnover", "trades", "close")]
    assert sums == [4 * 100 + 200, 10 + 20, 1 + 2, 40 / 4 + 10]
    assert sum_of_two("qty", unit="shares") == 4 * 100 + 200
    assert sum_of_two("qty", unit="money") == 100 + 200
    with pytest.raises(ValueError, match=r"unit: found \"reais\", expected price, shares, money or count"):
        sum_of_two("qty", unit="reais")


def test_a_split_does_not_change_the_returns_in_a_window() -> None:
    days = SESSIONS[:4]
    closes = [40.0, 44.0, 12.1, 11.0]
    options: Any = {"actions": share_actions([Split(days[2], 4, 1)])}
    returns = b3.simple_return(bars_of(days, closes), **options)
    found = b3.rolling_sum(returns, windows=(3,), column="simple_return", **options)["rolling_sum_3"]
    assert found[3].as_py() == math.fsum(returns["simple_return"].to_pylist()[1:])


def test_an_event_affects_its_own_ticker_only() -> None:
    days = SESSIONS[:2]
    both = pa.concat_tables([bars_of(days, [40.0, 10.0], ticker) for ticker in ("PETR4", "VALE3")])
    found = b3.simple_return(both.take([3, 0, 2, 1]), actions=share_actions([Split(days[1], 4, 1)]))
    assert found["ticker"].to_pylist() == ["VALE3", "PETR4"] * 2
    assert found["simple_return"].to_pylist() == [-0.75, None, None, 0.0]


def test_cash_and_unsized_kinds_change_no_price() -> None:
    days = SESSIONS[:2]
    rows = [event("PETR4", days[1], "dividend", "1.5"), event("PETR4", days[1], "spin_off")]
    found = b3.simple_return(bars_of(days, [40.0, 30.0]), actions=pa.Table.from_pylist(rows, schema=EVENTS))
    assert found["simple_return"].to_pylist() == [None, -0.25]


def test_a_weekly_bar_is_in_the_shares_of_the_weeks_last_session() -> None:
    mondays = [dt.date(2024, 11, 4), dt.date(2024, 11, 11), dt.date(2024, 11, 18)]
    weeks = bars_of(mondays, [40.0, 20.0, 21.0])

    def averages(ex_date: dt.date) -> list[Any]:
        split = share_actions([Split(ex_date, 2, 1)])
        return b3.moving_average(weeks, windows=(2,), every="1w", actions=split)["sma_2"].to_pylist()

    in_the_first_week, in_the_second = dt.date(2024, 11, 8), dt.date(2024, 11, 13)
    assert averages(in_the_first_week) == [None, (40 + 20) / 2, (20 + 21) / 2]
    assert averages(in_the_second) == [None, (40 / 2 + 20) / 2, (20 + 21) / 2]


@pytest.mark.parametrize("name", ["currency", "moeda"])
def test_windows_and_returns_do_not_cross_a_change_of_currency(name: str) -> None:
    days = SESSIONS[:5]
    labels = pa.array(["CR$", "CR$", "R$", "R$", "R$"]).dictionary_encode()
    bars = bars_of(days, [2750.0, 2750.0, 1.0, 1.0, 1.0], turnover=[1, 1, 1, 1, 1], **{name: labels})
    assert b3.moving_average(bars, windows=(2,))["sma_2"].to_pylist() == [None, 2750.0, None, 1.0, 1.0]
    assert b3.simple_return(bars)["simple_return"].to_pylist() == [None, 0.0, None, 0.0, 0.0]
    sums = b3.rolling_sum(bars, windows=(2,), column="turnover")["rolling_sum_2"].to_pylist()
    assert sums == [None, 2.0, None, 2.0, 2.0]
    # A recursive indicator starts again, with its warm-up.
    assert b3.ema(bars, windows=(2,))["ema_2"].to_pylist() == [None, 2750.0, None, 1.0, 1.0]


def test_a_null_currency_differs_from_a_known_one() -> None:
    bars = bars_of(SESSIONS[:3], [1.0, 1.0, 1.0], currency=pa.array(["BRL", None, None]))
    assert b3.simple_return(bars)["simple_return"].to_pylist() == [None, None, 0.0]


@pytest.mark.parametrize("lazy", [False, True])
def test_actions_as_a_stream_count_for_every_column_and_for_lazy_frames(lazy: bool) -> None:
    days = SESSIONS[:4]
    bars = bars_of(days, [8, 8, 4, 4], open=pa.array([8, 8, 4, 4], PRICE))
    actions = share_actions([Split(days[2], 2, 1)])
    frame = pl.from_arrow(bars).lazy() if lazy else bars
    answers = [
        b3.moving_average(frame, column=["open", "close"], windows=2, actions=given)
        for given in (actions, actions.to_reader())
    ]
    expected, found = (answer.collect() if lazy else answer for answer in answers)
    assert found.equals(expected)
    assert found["sma_2_close"][2] == found["sma_2_open"][2]
