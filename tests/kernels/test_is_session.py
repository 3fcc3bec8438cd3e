"""Tests of `is_session` with one date and with many, of any type."""

from __future__ import annotations

import contextlib
import datetime as dt
from pathlib import Path
from typing import Any

import narwhals as nw
import narwhals.stable.v1 as nw_v1
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from dateutil.tz import tzoffset

import b3_kernels as b3

YAHOO = Path(__file__).resolve().parents[3] / "shared/data/yahoo/daily_adjusted_42_tickers_2015_2025.parquet"
# New Year; two sessions; a Saturday; Carnival's Tuesday.
DAYS = [dt.date(2024, 1, 1), dt.date(2024, 1, 2), dt.date(2024, 1, 5), dt.date(2024, 1, 6), dt.date(2024, 2, 13)]
ANSWERS = [False, True, True, False, False]


@pytest.mark.parametrize("place", range(len(DAYS)))
def test_is_session_accepts_one_date_of_any_type(place: int) -> None:
    day = DAYS[place]
    kinds: list[Any] = [day, dt.datetime.combine(day, dt.time(17, 30)), str(day), f"{day}T10:00:00",
                        np.datetime64(day), pd.Timestamp(day)]  # fmt: skip
    for kind in kinds:
        assert b3.is_session(kind) is ANSWERS[place]


def test_is_session_of_many_dates_returns_the_callers_type() -> None:
    texts = [str(day) for day in DAYS]
    assert b3.is_session(DAYS) == ANSWERS
    assert b3.is_session([*texts, None]) == [*ANSWERS, None]
    for values in (DAYS, texts, [dt.datetime.combine(day, dt.time()) for day in DAYS]):
        series = b3.is_session(pl.Series("day", [*values, None]))
        assert series.name == "day"
        assert series.to_list() == [*ANSWERS, None]
        array = b3.is_session(pa.array([*values, None]))
        assert isinstance(array, pa.BooleanArray)
        assert array.to_pylist() == [*ANSWERS, None]
        chunks = b3.is_session(pa.chunked_array([values[:2], [*values[2:], None]]))
        assert isinstance(chunks, pa.ChunkedArray)
        assert chunks.to_pylist() == [*ANSWERS, None]
    assert b3.is_session([DAYS[1], np.datetime64("NaT"), pd.NaT, pd.NA]) == [True, None, None, None]
    assert b3.is_session(pl.Series([None, None])).to_list() == [None, None]
    array = b3.is_session(np.array(texts, dtype="datetime64[D]"))
    assert isinstance(array, np.ndarray)
    assert (array.dtype, array.tolist()) == (np.dtype(bool), ANSWERS)


@pytest.mark.parametrize("interface", [nw, nw_v1])
def test_is_session_of_a_narwhals_series_returns_one_of_the_same_interface(interface: Any) -> None:
    dates = interface.from_native(pl.Series("day", DAYS), series_only=True)
    answer = b3.is_session(dates)
    assert type(answer) is type(dates)
    assert answer.to_list() == ANSWERS


def test_is_session_filters_holidays_of_a_pandas_frame() -> None:
    frame = pd.DataFrame({"Date": pd.to_datetime(DAYS), "Close": range(len(DAYS))}, index=list("abcde"))
    assert list(frame[b3.is_session(frame["Date"])].index) == ["b", "c"]
    indexed = frame.set_index("Date")
    assert list(indexed[b3.is_session(indexed.index)]["Close"]) == [1, 2]
    zoned = frame["Date"].dt.tz_localize("America/Sao_Paulo")
    assert b3.is_session(zoned).tolist() == ANSWERS
    gone = b3.is_session(pd.Series([frame["Date"].iloc[0], pd.NaT], name="Date"))
    assert (gone.name, gone.isna().tolist()) == ("Date", [False, True])


@pytest.mark.skipif(not YAHOO.exists(), reason=f"no {YAHOO.name} in ../shared/data")
def test_is_session_drops_the_holiday_rows_of_yahoo() -> None:
    bars = pl.from_arrow(pq.read_table(YAHOO))
    assert isinstance(bars, pl.DataFrame)
    kept = bars.filter(b3.is_session(bars["date"]))
    dropped = bars.filter(~b3.is_session(bars["date"]))
    assert {dt.date(2017, 9, 7), dt.date(2018, 1, 25)} <= set(dropped["date"])
    assert dropped["volume"].sum() == 0
    assert kept.height + dropped.height == bars.height
    assert all(b3.is_session(day) for day in kept["date"].unique())


@pytest.mark.parametrize(
    ("text", "is_date"),
    [*((text, True) for text in ("2024-01-02T", "2024-1-2", "2024-01-02 10:00", "2024-01-02T10:00:00.5Z",
     "2024-01-02 10:00:00-03:00", "2024-01-02 10:00 -03")), *((text, False) for text in ("20240102", "2024-W01-2",
     "20240102T100000", "2024-01-02_10:00", "2024-01-02x", "2024-01-02 garbage", "2024-01-02 10:00 or so",
     "2024-01-02 25:00"))],
)  # fmt: skip
def test_one_text_and_a_column_of_texts_are_read_by_one_rule(text: str, is_date: bool) -> None:
    for texts in (text, [text], pl.Series([text]), pd.Series([text]), pa.array([text]), np.array([text])):
        with contextlib.nullcontext() if is_date else pytest.raises(ValueError, match="expected a date such as"):
            assert np.asarray(b3.is_session(texts)).all()


@pytest.mark.parametrize(
    ("dates", "kind", "message"),
    [
        ("yesterday", ValueError, "date: found 'yesterday', expected a date such as 2024-11-08"),
        (
            pl.Series(["2024-01-02", "x"]),
            ValueError,
            'column date, row 1: found "x", expected a date such as 2024-11-08',
        ),
        (
            pa.array(["2024-01-02", "2024-01-02 garbage"]),
            ValueError,
            'column date, row 1: found "2024-01-02 garbage", expected a date such as 2024-11-08',
        ),
        (pa.array([DAYS[0], dt.date(1985, 1, 2)]), ValueError, "column date, row 1: found 1985-01-02, expected"),
        (7, TypeError, "date: found builtins.int, expected a date, a text"),
        (np.float64(1.5e9), TypeError, "date: found numpy.float64, expected a date, a text"),
        (pd.NaT, TypeError, "expected a date, a text"),
        (pl.col("date"), TypeError, "date: found polars.expr.expr.Expr, expected a date, a text"),
        (pa.scalar(DAYS[1]), TypeError, "date: found pyarrow.lib.Date32Scalar, expected a date, a text"),
        (
            pd.Series(pd.to_datetime(["2024-01-02 22:00"])).dt.tz_localize(tzoffset("BRT", -3 * 3600)),
            b3.SchemaError,
            'column date: found the time zone "BRT", expected one such as America/Sao_Paulo, UTC or -03:00',
        ),
        (pl.Series([7]), b3.SchemaError, "column date: found Int64, expected"),
        (pd.DataFrame({"Date": DAYS}), TypeError, "date: found pandas.core.frame.DataFrame, expected a date, a text"),
        (pl.DataFrame({"date": DAYS}), TypeError, "date: found polars.dataframe.frame.DataFrame, expected"),
        (pa.table({"date": DAYS}), TypeError, "date: found pyarrow.lib.Table, expected a date, a text"),
    ],
)
def test_a_value_that_is_no_date_of_the_calendar_is_refused(dates: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind) as refused:
        b3.is_session(dates)
    assert message in str(refused.value)
