"""Corporate actions: reading from a lake, resolving sources, aggregating bars across events."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import refine_twin
from hypothesis import given
from hypothesis import strategies as st
from lakes import event, write_events
from market_days import SESSIONS, daily_bars, raw_bar
from market_events import ACTIONS, actions_of, actions_table, marked_table, with_marks
from spot_quotes import spot_quotes

import b3_kernels as b3

# Named as the file of a year, but it holds January alone.
JANUARY = Path(__file__).parents[3] / "shared/data/cotahist/COTAHIST_A2021_45tickers.TXT"
SPLIT = event("BBAS3", dt.date(2024, 4, 16), "split", 2, 1, source="b3")


def test_read_actions_returns_one_row_for_each_event_with_its_source(tmp_path: Path) -> None:
    cash = event("BBAS3", SPLIT["ex_date"], "dividend", Decimal("0.17000000"), source="yahoo")
    write_events(tmp_path / "actions", [SPLIT, SPLIT | {"source": "yahoo", "numerator": 4, "denominator": 2}, cash])
    read = b3.read_actions(tmp_path)
    assert read.schema == ACTIONS.append(pa.field("note", pa.string()))
    assert read.to_pylist() == [SPLIT, cash]
    assert b3.read_actions(tmp_path.as_uri()).equals(read)


def test_read_actions_of_a_lake_without_actions_is_an_empty_table(tmp_path: Path) -> None:
    empty = b3.read_actions(str(tmp_path))
    assert (empty.num_rows, empty.column_names[:2]) == (0, ["ticker", "ex_date"])
    bars = marked_table([])
    assert b3.refine(bars, actions=empty).schema.equals(b3.refine(bars).schema)


def test_read_actions_ignores_hidden_files_and_refuses_files_of_other_names(tmp_path: Path) -> None:
    write_events(tmp_path / "actions", [SPLIT])
    (tmp_path / "actions" / "_SUCCESS").touch()
    assert b3.read_actions(tmp_path).num_rows == 1
    stray = tmp_path / "actions" / f"ex_date={SPLIT['ex_date']}" / "bloomberg.parquet"
    pq.write_table(actions_table([SPLIT]), stray)
    with pytest.raises(ValueError, match=r'bloomberg\.parquet: .*found "bloomberg", expected manual, b3 or yahoo'):
        b3.read_actions(tmp_path)
    stray.rename(stray.with_suffix(".csv"))
    with pytest.raises(ValueError, match=r"bloomberg\.csv: expected actions/ex_date=YYYY-MM-DD/<source>\.parquet"):
        b3.read_actions(tmp_path)


@pytest.mark.parametrize("lake", ["nowhere", "~", "actions/ex_date=2024-04-16/b3.parquet"])
def test_read_actions_of_a_folder_that_is_not_there_is_refused(tmp_path: Path, lake: str) -> None:
    write_events(tmp_path / "actions", [SPLIT])
    with pytest.raises(FileNotFoundError, match=rf"{lake}: no such folder; expected the lake's root$"):
        b3.read_actions(tmp_path / lake)


def test_read_actions_names_an_object_that_is_cut_or_has_a_column_of_another_type(tmp_path: Path) -> None:
    write_events(tmp_path / "actions", [SPLIT])
    (file,) = (tmp_path / "actions").rglob("*.parquet")
    place = re.escape(str(file))
    table = pq.read_table(file)
    pq.write_table(table.set_column(table.schema.get_field_index("numerator"), "numerator", pa.array(["2"])), file)
    with pytest.raises(b3.SchemaError, match=rf"^{place}: .*numerator has incompatible types: int64 vs string"):
        b3.read_actions(tmp_path)
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(ValueError, match=rf"^{place}: .*magic bytes not found in footer"):
        b3.read_actions(tmp_path)


@given(rows=daily_bars(8).flatmap(actions_of))
def test_resolve_actions_keeps_the_events_of_the_twin(rows: list[dict[str, Any]]) -> None:
    actions = actions_table(rows)
    resolved = b3.resolve_actions(actions)
    assert b3.resolve_actions(resolved).equals(resolved)
    of_first_source = refine_twin.of_first_source(actions.to_pylist())
    # Subscriptions have no size, so that those of all sources stay; the twin leaves them out.
    subscriptions = [row for row in actions.to_pylist() if row["kind"] == "subscription"]
    assert sorted(map(str, resolved.to_pylist())) == sorted(map(str, of_first_source + subscriptions))


@given(bars=daily_bars(30).flatmap(with_marks), every=st.sampled_from(["1w", "1mo", "1q"]), data=st.data())
def test_aggregate_ohlcv_makes_the_same_bars_as_refine_in_the_same_order(
    bars: list[dict[str, Any]], every: str, data: st.DataObject
) -> None:
    actions = actions_table(data.draw(actions_of(bars)))
    order = data.draw(st.permutations(range(len(bars))))
    table = marked_table(bars).take(pa.array(order))
    periods = b3.aggregate_ohlcv(table, every=every, actions=actions)
    refined = b3.refine(table, every=every, windows=(2,), rename=False, actions=actions)
    names = ["ticker", "trade_date", "open", "high", "low", "close", "volume", "turnover", "trades", "currency"]
    assert periods.select(names).equals(refined.select(names))


def test_aggregate_ohlcv_over_a_split_is_as_traded_converted_or_null() -> None:
    bars = [raw_bar(day, "BBAS3", price) for day, price in zip(SESSIONS[:2], (Decimal(40), Decimal(10)), strict=True)]
    marks = [{"currency": "BRL", "distribution": number, "specification": "ON  EB"} for number in (100, 101)]
    table = marked_table([bar | mark for bar, mark in zip(bars, marks, strict=True)])
    split = actions_table([event("BBAS3", SESSIONS[1], "split", 4, 1)])

    def week(**options: Any) -> list[Any]:
        (row,) = b3.aggregate_ohlcv(table, every="1w", **options).to_pylist()
        return [row[name] for name in ("open", "high", "low", "close", "volume", "distribution")]

    assert week() == [40, 40, 10, 10, 100 + 100, 101]
    assert week(actions=split) == [10, 10, 10, 10, 4 * 100 + 100, 101]
    assert week(actions=split.slice(0, 0)) == [None, None, None, 10, None, 101]  # ESPECI's B: shares changed


def test_actions_may_be_a_pandas_frame_with_a_column_that_arrow_has_no_type_for() -> None:
    rows = [event("BBAS3", SESSIONS[1], "dividend", 0.5), event("BBAS3", SESSIONS[1], "split", 2, 1)]
    frame = pd.DataFrame(rows).drop(columns="note").assign(unused=[{1}, "text"])
    bars = marked_table([raw_bar(day, "BBAS3", Decimal(10)) for day in SESSIONS[:2]])
    _, row = b3.refine(bars, rename=False, actions=frame).to_pylist()
    assert (row["new_shares"], row["distributions"]) == (2, Decimal("0.5"))
    assert row["total_return"] == (10 + 0.5) / (10 / 2) - 1


def test_invalid_actions_are_refused() -> None:
    bars = marked_table([])
    for kernel in (b3.refine, b3.rsi):
        with pytest.raises(TypeError, match="actions: found list, expected Arrow data"):
            kernel(bars, actions=[SPLIT])
    with pytest.raises(ValueError, match="actions, column denominator, row 1: found 0, expected a whole number"):
        b3.refine(bars, actions=actions_table([SPLIT, SPLIT | {"denominator": 0}]))
    with pytest.raises(b3.SchemaError, match="column amount: not found"):
        b3.aggregate_ohlcv(bars, actions=actions_table([SPLIT]).drop(["amount"]))
    for twice in (
        actions_table([SPLIT]).append_column("ticker", [["PETR4"]]),
        pd.DataFrame([SPLIT])[["ticker", *SPLIT]],
    ):
        with pytest.raises(b3.SchemaError, match="column ticker: found 2 columns of this name, expected one"):
            b3.rsi(bars, actions=twice)
    huge = [event("BBAS3", SESSIONS[1], "split", 2**62, 1), event("BBAS3", SESSIONS[2], "split", 2**62, 1)]
    days = marked_table([raw_bar(SESSIONS[day], "BBAS3", Decimal(10)) for day in (0, 2)])
    with pytest.raises(OverflowError, match=f"the share events of BBAS3 up to {SESSIONS[2]}, multiplied"):
        b3.refine(days, actions=actions_table(huge))


@pytest.mark.skipif(not JANUARY.exists(), reason=f"no {JANUARY.name} in ../shared/data")
def test_one_step_of_january_2021_lacks_a_factor_because_the_others_change_no_shares() -> None:
    quotes = spot_quotes(JANUARY.read_bytes()).items()
    raw = [raw_bar(day, ticker, quote.close, currency="BRL") | quote._asdict() for (day, ticker), quote in quotes]
    raw.sort(key=lambda bar: (bar["ticker"], bar["trade_date"]))
    pairs = [(before, bar) for before, bar in itertools.pairwise(raw) if before["ticker"] == bar["ticker"]]
    steps = {
        (bar["ticker"], bar["trade_date"]) for before, bar in pairs if before["distribution"] != bar["distribution"]
    }
    refined = b3.refine(marked_table(raw), rename=False, windows=(2,)).to_pylist()
    lacking = [(row["ticker"], row["trade_date"]) for row in refined if row["adjustment"] == "sem_fator"]
    assert (len(steps), lacking) == (12, [("BSLI3", dt.date(2021, 1, 5))])
    assert {row["adjustment"] for row in refined} == {"sem_fator", "nenhum"}
    split = actions_table([event("BSLI3", dt.date(2021, 1, 5), "split", 4, 1)])
    with_split = b3.refine(marked_table(raw), rename=False, windows=(2,), actions=split).to_pylist()
    row = next(row for row in with_split if (row["ticker"], row["trade_date"]) == lacking[0])
    assert (row["adjustment"], row["sma_2"]) == ("aplicado", (156 / 4 + 38) / 2)  # closes of 156 and 38
