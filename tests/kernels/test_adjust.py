"""Tests of `adjust`, which converts bars to the shares of one date, compared with fractions."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from corporate_actions import Split, bars_of, price_factor, share_actions, splits
from hypothesis import assume, given
from hypothesis import strategies as st
from lakes import EVENTS, PRICE, event
from market_days import SESSIONS, traded_days

import b3_kernels as b3

CHARTS = Path(__file__).parents[3] / "shared/data/yahoo/chart_json"


def conversion(events: list[Split], of: dt.date, to: dt.date) -> Fraction:
    """The factor that converts a price of `of` to the shares of `to`, which may be earlier."""
    return price_factor(events, of, to) if of <= to else 1 / price_factor(events, to, of)


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[dt.date], list[Any], list[int], list[Split], dt.date]:
    """Days, closes, volumes and splits, and a date from before the first day to after the last."""
    days = draw(traded_days(25))
    a_close = draw(
        st.sampled_from([st.integers(1, 10**6).map(lambda cents: Decimal(cents) / 100), st.floats(1e-3, 1e6)])
    )
    closes = [draw(a_close) if draw(st.integers(0, 20)) else None for _ in days]
    volumes = [draw(st.integers(0, 10**9)) for _ in days]
    as_of = draw(st.integers(days[0].toordinal() - 3, days[-1].toordinal() + 3).map(dt.date.fromordinal))
    return days, closes, volumes, draw(splits(days, most=2)), as_of


@given(history=histories())
def test_adjusted_prices_and_volumes_equal_fractions_rounded_once(
    history: tuple[list[dt.date], list[Any], list[int], list[Split], dt.date],
) -> None:
    days, closes, volumes, events, as_of = history
    factors = [conversion(events, day, as_of) for day in days]
    # Several large splits together can take prices out of DECIMAL(18,6) and volumes out of int64,
    # which is an error of its own.
    assume(all(Fraction(1, 10**6) <= factor <= 10**6 for factor in factors))
    found = b3.adjust(bars_of(days, closes, volume=volumes), share_actions(events), as_of=as_of)
    for row, factor in enumerate(factors):
        assert found["volume"][row].as_py() == round(volumes[row] / factor)
        if closes[row] is None:
            assert found["close"][row].as_py() is None
        elif isinstance(closes[row], float):
            assert found["close"][row].as_py() == float(Fraction(closes[row]) * factor)
        else:
            millionths = round(Fraction(closes[row]) * factor * 10**6)
            assert found["close"][row].as_py() == Decimal(millionths).scaleb(-6)


def test_as_of_is_by_default_the_last_date_of_the_table() -> None:
    days = SESSIONS[:3]
    late = Split(days[2], 2, 1)
    petr4 = bars_of(days[:2], [Decimal(40), Decimal(42)])
    assert b3.adjust(petr4, share_actions([late]))["close"].to_pylist() == [40, 42]
    both = pa.concat_tables([petr4, bars_of(days, [Decimal(1)] * 3, ticker="VALE3")])
    assert b3.adjust(both, share_actions([late]))["close"].to_pylist() == [20, 21, 1, 1, 1]


def test_as_of_an_earlier_date_reverses_later_splits() -> None:
    days = SESSIONS[:4]
    events = share_actions([Split(days[1], 2, 1), Split(days[3], 1, 10)])
    bars = bars_of(days, [Decimal(40), Decimal(20), Decimal(21), Decimal(200)])
    by_date = {day: b3.adjust(bars, events, as_of=day)["close"].to_pylist() for day in days}
    assert by_date == {
        days[0]: [40, 40, 42, 40],
        days[1]: [20, 20, 21, 20],
        days[2]: [20, 20, 21, 20],
        days[3]: [200, 200, 210, 200],
    }


def test_distributions_are_taken_out_of_earlier_prices_in_the_shares_of_the_ex_date() -> None:
    days = SESSIONS[:4]
    rows = [
        event("PETR4", days[1], "dividend", "2"),
        event("PETR4", days[3], "dividend", "0.5"),
        event("PETR4", days[3], "interest", "0.25"),
        event("PETR4", days[3], "split", 2, 1),
    ]
    actions = pa.Table.from_pylist(rows, schema=EVENTS)
    closes = [Decimal(40), Decimal(39), Decimal(40), Decimal(20)]
    found = b3.adjust(bars_of(days, closes, volume=[100] * 4), actions, distributions=True)
    first, second = 1 - Fraction(2, 40), 1 - Fraction("0.75") / 20  # the close of 40 is 20 in new shares
    wanted = [40 * first * second / 2, 39 * second / 2, 40 * second / 2, Fraction(20)]
    assert [Fraction(close) for close in found["close"].to_pylist()] == [
        Fraction(round(value * 10**6), 10**6) for value in wanted
    ]
    assert found["volume"].to_pylist() == [200, 200, 200, 100]
    without = b3.adjust(bars_of(days, closes), actions)["close"].to_pylist()
    assert without == [20, Decimal("19.5"), 20, 20]
    # Returns of the adjusted bars count cash as reinvested at the previous close less that cash.
    floats = b3.adjust(bars_of(days, [float(close) for close in closes]), actions, distributions=True)
    total = b3.simple_return(floats)["simple_return"].to_pylist()
    assert total[1] == pytest.approx(39 / (40 - 2) - 1, abs=1e-15)
    assert total[3] == pytest.approx(20 / (20 - 0.75) - 1, abs=1e-15)


def test_a_distribution_after_a_null_close_uses_the_last_known_close() -> None:
    days = SESSIONS[:3]
    dividend = pa.Table.from_pylist([event("PETR4", days[2], "dividend", "4")], schema=EVENTS)
    found = b3.adjust(bars_of(days, [Decimal(40), None, Decimal(36)]), dividend, distributions=True)
    assert found["close"].to_pylist() == [36, None, 36]
    # Without a known close before it, earlier prices are null.
    opens = pa.array([Decimal(1)] * 3, PRICE)
    found = b3.adjust(bars_of(days, [None, None, Decimal(36)], open=opens), dividend, distributions=True)
    assert found["open"].to_pylist() == [None, None, 1]


@pytest.mark.parametrize("name", ["currency", "moeda"])
def test_prices_before_cash_on_a_change_of_currency_are_null(name: str) -> None:
    days = SESSIONS[:3]
    dividend = pa.Table.from_pylist([event("PETR4", days[1], "dividend", "0.1")], schema=EVENTS)
    bars = bars_of(days, [Decimal(2750), Decimal("0.9"), Decimal("0.8")], **{name: ["CR$", "BRL", "BRL"]})
    found = b3.adjust(bars, dividend, distributions=True)
    assert found["close"].to_pylist() == [None, Decimal("0.9"), Decimal("0.8")]
    assert found[name].equals(bars[name])
    assert b3.adjust(bars, dividend)["close"].equals(bars["close"])


def test_adjust_keeps_other_columns_and_the_order_of_rows_and_takes_published_names() -> None:
    days = SESSIONS[:2]
    bars = pl.DataFrame(
        {
            "data_pregao": [days[1], days[0]],
            "ativo": ["PETR4", "PETR4"],
            "fechamento": [10.0, 40.0],
            "quantidade": [400, 100],
            "volume_financeiro": [4000, 4000],
            "anything": [object(), object()],
        }
    )
    found = b3.adjust(bars, share_actions([Split(days[1], 4, 1)]), by="ativo", time="data_pregao")
    assert isinstance(found, pl.DataFrame)
    assert found.columns == bars.columns
    assert found["fechamento"].to_list() == [10.0, 10.0]
    assert found["quantidade"].to_list() == [400, 400]
    for name in ("data_pregao", "ativo", "volume_financeiro", "anything"):
        assert found[name].to_list() == bars[name].to_list()


DIVIDEND = event("PETR4", SESSIONS[1], "dividend", "40")
GROUPING = event("PETR4", SESSIONS[1], "split", 1, 10**12)


@pytest.mark.parametrize(
    ("action", "options", "error", "message"),
    [
        (DIVIDEND, {"as_of": "2024-01-02"}, TypeError, "as_of: found '2024-01-02', expected a datetime.date or None"),
        (DIVIDEND, {"as_of": dt.datetime(2024, 1, 2, tzinfo=dt.UTC)}, TypeError, "as_of: found "),
        (DIVIDEND, {"distributions": True}, ValueError, "distribution of PETR4 .*: found no less than the close"),
        (GROUPING, {}, OverflowError, "column close: .*PETR4 does not fit"),
    ],
)
def test_invalid_options_and_events_of_adjust_are_refused(
    action: dict[str, Any], options: dict[str, Any], error: type[Exception], message: str
) -> None:
    actions = pa.Table.from_pylist([action], schema=EVENTS)
    with pytest.raises(error, match=message):
        b3.adjust(bars_of(SESSIONS[:2], [Decimal(40), Decimal(41)]), actions, **options)


def test_bars_without_a_price_are_refused() -> None:
    with pytest.raises(b3.SchemaError, match="column close: not found"):
        b3.adjust(bars_of(SESSIONS[:2], [1.0, 1.0]).drop_columns(["close"]), share_actions([]))


@pytest.mark.skipif(not CHARTS.exists(), reason="needs the recorded Yahoo charts of shared/data")
@pytest.mark.parametrize("symbol", ["AAPL", "MSFT"])
def test_adjusted_closes_agree_with_yahoos_within_its_rounding(symbol: str) -> None:
    chart = json.loads((CHARTS / f"history_chart_{symbol}.json").read_text())["chart"]["result"][0]

    def day(stamp: int) -> dt.date:
        return dt.datetime.fromtimestamp(stamp + chart["meta"]["gmtoffset"], dt.UTC).date()

    dividends = [
        event(symbol, day(paid["date"]), "dividend", f"{paid['amount']:.8f}")
        for paid in chart["events"]["dividends"].values()
    ]
    days = [day(stamp) for stamp in chart["timestamp"]]
    bars = bars_of(days, chart["indicators"]["quote"][0]["close"], ticker=symbol)
    found = b3.adjust(bars, pa.Table.from_pylist(dividends, schema=EVENTS), distributions=True)["close"].to_pylist()
    theirs = chart["indicators"]["adjclose"][0]["adjclose"]
    assert len(dividends) == 2
    # Yahoo rounds both closes to floats of 24 bits; without the dividends more than 2e-3 remains.
    assert found == pytest.approx(theirs, rel=1.5e-7)
