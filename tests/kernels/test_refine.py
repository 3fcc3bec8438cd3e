"""`refine` equals a twin in Python and a `Refiner` with batches of any size; floats and nulls."""

from __future__ import annotations

import datetime as dt
import math
import random
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pyarrow as pa
import pytest
import refine_twin
from hypothesis import given
from hypothesis import strategies as st
from market_days import SESSIONS, raw_bar, raw_bars, table
from market_events import actions_of, actions_table, marked_table, with_marks

import b3_kernels as b3

WINDOWS = (1, 2, 5)
OPTIONS: dict[str, Any] = {"windows": WINDOWS, "rename": False}


def streamed(bars: pa.Table, cut: int, **options: Any) -> pa.Table:
    """The result of a `Refiner` on `bars` in batches of `cut` rows."""
    refiner = b3.Refiner(**options)
    batches = [refiner.push(batch) for batch in bars.combine_chunks().to_batches(max_chunksize=cut)]
    batches.append(refiner.finish())
    return pa.Table.from_batches(batches, schema=pa.schema(refiner.output_schema)).combine_chunks()


def may_overflow(raw: list[dict[str, Any]], actions: list[dict[str, Any]]) -> bool:
    """Whether a price or volume, converted by the events that raise it, has too many digits."""
    ratios = [Fraction(row["numerator"], row["denominator"]) for row in actions if row["numerator"]]
    price = max(bar[name] or 0 for bar in raw for name in ("open", "high", "low", "close"))
    volume = max(bar["volume"] or 0 for bar in raw)
    return (
        Fraction(price) * math.prod(max(1 / ratio, 1) for ratio in ratios) >= 10**12
        or volume * math.prod(max(ratio, 1) for ratio in ratios) >= 2**63
    )


@given(
    raw=raw_bars(),
    every=st.sampled_from(["1d", "1w", "1mo"]),
    adjust=st.sampled_from(["splits", "splits", "none"]),
    unknown_actions=st.sampled_from(["null", "null", "keep"]),
    data=st.data(),
)
def test_refine_equals_the_twin(
    raw: list[dict[str, Any]], every: str, adjust: str, unknown_actions: str, data: st.DataObject
) -> None:
    actions, bars = [], table(raw)
    # Marks are what COTAHIST says of events and currencies: `currency`, DISMES and ESPECI.
    if data.draw(st.booleans(), label="with events"):
        raw = data.draw(with_marks(raw))
        actions, bars = data.draw(actions_of(raw)), marked_table(raw)
    options: dict[str, Any] = {"adjust": adjust, "unknown_actions": unknown_actions}
    rows, rejected = refine_twin.refine(raw, every=every, windows=WINDOWS, actions=actions, **options)
    options["actions"] = actions_table(actions) if actions else None
    try:
        answer = b3.refine(bars, every=every, on_invalid="keep", **OPTIONS, **options)
    except OverflowError:
        assert may_overflow(raw, actions)
        return
    refined, columns = answer.to_pylist(), [name for name in answer.column_names if name != "rejected"]
    found = [{name: row[name] for name in columns} for row in refined if not row["rejected"]]
    assert found == [{name: row[name] for name in columns} for row in rows]
    refused = [
        (row["ticker"], row["trade_date"], row["source"], row["close"], row["rejected"])
        for row in refined
        if row["rejected"]
    ]
    expected = [(bar["ticker"], bar["trade_date"], bar["source"], bar["close"], reason) for bar, reason in rejected]
    assert Counter(refused) == Counter(expected)
    used = sum(row["bars"] for row in refined)  # `bars` counts the raw rows of a refined row
    assert used + len(refused) == len(raw)


@given(raw=raw_bars(), cut=st.integers(1, 50), every=st.sampled_from(["1d", "1w", "1mo", "1q", "1y"]))
def test_refiner_gives_the_same_rows_for_every_size_of_batch(raw: list[dict[str, Any]], cut: int, every: str) -> None:
    options = OPTIONS | {"every": every, "on_invalid": "keep"}
    assert streamed(table(raw), cut, **options).equals(b3.refine(table(raw), **options).combine_chunks())


def test_refiner_gives_the_same_rows_for_batches_across_tickers() -> None:
    days = b3.sessions(dt.date(2004, 1, 2), dt.date(2024, 12, 30))
    source = random.Random(3)
    bars = table(
        [
            raw_bar(day, ticker, Decimal(source.randrange(1, 10_000)) / 100)
            for ticker in ("AAAA3", "BBBB4", "CCCC11")
            for day in days
        ]
    )
    whole = b3.refine(bars).combine_chunks()
    for cut in (1_009, len(days), 10_007):  # less than a ticker's bars, as many, and more
        assert streamed(bars, cut).equals(whole)


def test_refine_publishes_the_columns_of_the_table_in_their_order() -> None:
    refined = b3.refine(table([raw_bar(SESSIONS[0], "PETR4", Decimal(10))]))
    assert [f"{field.name} {field.type}" for field in refined.schema] == [
        "data_pregao date32[day]",
        "ativo string",
        "abertura decimal128(18, 6)",
        "maxima decimal128(18, 6)",
        "minima decimal128(18, 6)",
        "fechamento decimal128(18, 6)",
        "quantidade int64",
        "volume_financeiro decimal128(20, 2)",
        "negocios int64",
        "preco_medio double",
        "media_movel_5 double",
        "media_movel_20 double",
        "media_movel_50 double",
        "media_movel_200 double",
        "retorno_diario double",
        "acoes_novas int64",
        "acoes_antigas int64",
        "proventos decimal128(18, 8)",
        "retorno_total double",
        "ajuste string",
        "moeda string",
        "dias_desde_anterior int32",
        "pregoes_desde_anterior int32",
        "fonte string",
    ]
    assert pa.schema(b3.Refiner().output_schema).equals(refined.schema)
    assert b3.refine(table([])).equals(refined.slice(0, 0))


def test_refiner_is_unchanged_after_an_error() -> None:
    bars = [raw_bar(day, "PETR4", Decimal(10 + place)) for place, day in enumerate(SESSIONS[:6])]
    refiner = b3.Refiner(**OPTIONS, on_invalid="raise")
    first = refiner.push(table(bars[:3]).to_batches()[0])
    with pytest.raises(ValueError, match="null price"):
        refiner.push(table([bars[3] | {"close": None}, bars[4]]).to_batches()[0])
    rest = [refiner.push(table(bars[3:]).to_batches()[0]), refiner.finish()]
    pushed = pa.Table.from_batches([first, *rest]).combine_chunks()
    assert pushed.equals(b3.refine(table(bars), **OPTIONS).combine_chunks())


def with_floats(bars: pa.Table) -> pa.Table:
    for name in ("open", "high", "low", "close", "turnover"):
        floats = pa.array([float(value) for value in bars[name].to_pylist()])
        bars = bars.set_column(bars.schema.get_field_index(name), name, floats)
    return bars


def test_refine_of_float_prices_returns_floats() -> None:
    bars = with_floats(table([raw_bar(day, "PETR4", Decimal("0.1")) for day in SESSIONS[:3]]))
    refined = b3.refine(bars, windows=(3,), rename=False)
    assert refined.schema.field("close").type == pa.float64()
    assert refined["sma_3"].to_pylist() == [None, None, 0.1]


@pytest.mark.parametrize("missing", [None, math.nan])
@pytest.mark.parametrize("cut", [3, 6, 7])
def test_refine_makes_null_exactly_the_values_that_need_a_missing_close(missing: float | None, cut: int) -> None:
    bars = table([raw_bar(day, "PETR4", Decimal(10 + place)) for place, day in enumerate(SESSIONS[:12])])
    bars = bars if missing is None else with_floats(bars)
    closes = bars["close"].to_pylist()
    closes[6] = missing
    bars = bars.set_column(bars.schema.get_field_index("close"), "close", pa.array(closes, bars["close"].type))
    refiner = b3.Refiner(windows=(3,), rename=False)
    batches = [refiner.push(batch) for part in (bars[:cut], bars[cut:]) for batch in part.to_batches()]
    refined = pa.Table.from_batches([*batches, refiner.finish()])
    whole = b3.refine(bars, windows=(3,), rename=False)
    assert refined.equals(whole)
    assert whole["close"].null_count == 1  # a NaN counts as null too
    sma, returns = refined["sma_3"].to_pylist(), refined["simple_return"].to_pylist()
    assert [place for place, value in enumerate(sma) if value is None] == [0, 1, 6, 7, 8]
    assert [place for place, value in enumerate(returns) if value is None] == [0, 6, 7]
    assert refined["days_since_previous"].null_count == 1
    assert sma == b3.moving_average(bars, windows=(3,))["sma_3"].to_pylist()


def test_refine_accepts_by_default_prices_that_the_job_rejects() -> None:
    outside = raw_bar(SESSIONS[0], "PETR4", Decimal(10)) | {"low": Decimal(11)}
    assert b3.refine(table([outside]))["minima"].to_pylist() == [Decimal(11)]
    kept = b3.refine(table([outside]), on_invalid="keep")
    assert kept["rejected"].to_pylist() == ["high below low"]
