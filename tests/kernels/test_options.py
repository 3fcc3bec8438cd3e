"""Invalid options are refused; the error names the option, what was found and what was expected."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from market_days import SESSIONS, raw_bar, table

import b3_kernels as b3

BARS = table([raw_bar(day, "PETR4", Decimal(10 + place)) for place, day in enumerate(SESSIONS[:8])])
WINDOWS = "windows from 1 to 100000 bars"
DEVIATIONS = "a number of standard deviations from 0 up"
LONG = "a builtins.int"  # what an error says of a number with too many digits to show
SPAN = "None or a number of sessions from 0 to 2147483647"

REFUSED: list[tuple[str, dict[str, Any], type[Exception], str]] = [
    ("moving_average", {"windows": (5, 0)}, ValueError, f"windows: found 0, expected {WINDOWS}"),
    ("moving_average", {"windows": (True,)}, TypeError, f"windows: found True, expected {WINDOWS}"),
    ("rolling_sum", {"windows": "20"}, TypeError, f"windows: found '20', expected {WINDOWS}"),
    ("Refiner", {"windows": (5, 5)}, ValueError, "windows: found 5, expected each window once"),
    ("rsi", {"windows": (2.5,)}, TypeError, f"windows: found 2.5, expected {WINDOWS}"),
    ("refine", {"windows": (2**64,)}, ValueError, f"windows: found 18446744073709551616, expected {WINDOWS}"),
    ("wma", {"windows": 10**5_000}, ValueError, f"windows: found {LONG}, expected {WINDOWS}"),
    ("refine", {"windows": ()}, ValueError, "windows: found none, expected at least one window"),
    ("moving_average", {"max_span": -1}, ValueError, f"max_span: found -1, expected {SPAN}"),
    ("date_differences", {"max_span": "5"}, TypeError, f"max_span: found '5', expected {SPAN}"),
    ("macd", {"fast": 0}, ValueError, "fast: found 0, expected a window from 1 to 100000 bars"),
    ("macd", {"fast": 30}, ValueError, "fast: found 30, expected a window shorter than slow (26)"),
    ("bollinger_bands", {"deviations": -2}, ValueError, f"deviations: found -2, expected {DEVIATIONS}"),
    ("bollinger_bands", {"deviations": math.nan}, ValueError, f"deviations: found nan, expected {DEVIATIONS}"),
    ("bollinger_bands", {"deviations": 10**400}, ValueError, f"deviations: found {LONG}, expected {DEVIATIONS}"),
    ("bollinger_bands", {"deviations": "2"}, TypeError, f"deviations: found '2', expected {DEVIATIONS}"),
    ("rolling_std", {"ddof": 2}, ValueError, "ddof: found 2, expected 0 or 1"),
    ("rolling_std", {"ddof": True}, TypeError, "ddof: found True, expected 0 or 1"),
    *(
        (name, {option: ["close"]}, TypeError, f"{option}: found ['close'], expected the name of a column")
        for name, option in (("obv", "volume"), ("rolling_vwap", "volume"), ("beta", "market"), ("correl", "other"))
    ),
    (
        "simple_return", {"time": pd.Series(SESSIONS[:8])}, TypeError,
        "time: found a pandas.core.series.Series, expected the name of a column",
    ),
    ("aggregate_ohlcv", {"every": 1}, TypeError, "every: found 1, expected 1d, 1w, 1mo, 1q or 1y"),
    ("aggregate_ohlcv", {"every": "2w"}, ValueError, 'every: found "2w", expected 1d, 1w, 1mo, 1q or 1y'),
    ("rsi", {"every": "1h"}, ValueError, 'every: found "1h", expected 1d, 1w, 1mo, 1q or 1y'),
    (
        "simple_return", {"on_duplicate": "drop"}, ValueError,
        'on_duplicate: found "drop", expected raise, first, last or keep',
    ),
    ("moving_average", {"kind": "hull"}, ValueError, 'kind: found "hull", expected sma, ema or wma'),
    ("ema", {"seed": "last"}, ValueError, 'seed: found "last", expected sma or first'),
    ("Refiner", {"rename": 1}, TypeError, "rename: found 1, expected True or False"),
    ("Refiner", {"on_invalid": "ignore"}, ValueError, 'on_invalid: found "ignore", expected accept, raise or keep'),
    ("Refiner", {"adjust": "split"}, ValueError, 'adjust: found "split", expected splits or none'),
    ("Refiner", {"unknown_actions": "none"}, ValueError, 'unknown_actions: found "none", expected null or keep'),
]  # fmt: skip


@pytest.mark.parametrize(("name", "options", "kind", "message"), REFUSED)
def test_an_invalid_option_is_refused_by_name(
    name: str, options: dict[str, Any], kind: type[Exception], message: str
) -> None:
    bars = () if name == "Refiner" else (BARS,)
    with pytest.raises(kind, match=f"^{re.escape(message)}$") as caught:
        getattr(b3, name)(*bars, **options)
    assert type(caught.value) is kind


@pytest.mark.parametrize("windows", [3, (3,), [3], range(3, 4), np.array([3]), np.int64(3), pl.Series([3]), {3}])
def test_windows_may_be_a_number_or_any_collection(windows: Any) -> None:
    expected = [None, None, 11.0, 12.0, 13.0, 14.0, 15.0, 16.0]
    assert b3.moving_average(BARS, windows=windows)["sma_3"].to_pylist() == expected
    assert b3.rolling_max(BARS, windows=windows)["rolling_max_3"].to_pylist()[2:] == [*range(12, 18)]
    assert repr(b3.Refiner(windows=windows)).startswith("Refiner(every='1d', windows=(3,)")


def test_a_window_of_one_bar_is_valid_with_max_span_0() -> None:
    assert b3.moving_average(BARS, windows=1, max_span=0)["sma_1"].null_count == 0


# ---------------------------------------------------------------- numbers of other types


def with_volume(values: list[Any], kind: pa.DataType) -> pa.Table:
    bars = BARS.slice(0, len(values))
    return bars.set_column(bars.schema.get_field_index("volume"), "volume", pa.array(values, kind))


@pytest.mark.parametrize("kind", [pa.float64(), pa.float32(), pa.float16()])
def test_a_float_volume_of_whole_numbers_is_accepted(kind: pa.DataType) -> None:
    bars = with_volume([np.float16(value) for value in (100, 200, float("nan"), 300)] + [None], kind)
    assert b3.refine(bars)["quantidade"].to_pylist() == [100, 200, None, 300, None]
    assert b3.refine(bars).schema.field("quantidade").type == pa.int64()
    assert b3.aggregate_ohlcv(bars.slice(0, 2), every="1y")["volume"].to_pylist() == [300]
    assert b3.aggregate_ohlcv(bars, every="1y")["volume"].to_pylist() == [None]


def test_a_float_volume_of_pandas_with_a_null_is_accepted() -> None:
    frame = BARS.to_pandas()
    frame.loc[3, "volume"] = None
    assert frame["volume"].dtype == np.float64
    refined = b3.refine(frame)
    assert refined["quantidade"].tolist()[:3] == frame["volume"].tolist()[:3]
    assert pd.isna(refined["quantidade"][3])


def test_unsigned_64_bit_integers_are_accepted_up_to_63_bits() -> None:
    bars = with_volume([1, 2, 2**63 - 1], pa.uint64())
    assert b3.rolling_max(bars, windows=2, column="volume")["rolling_max_2"].to_pylist() == [None, 2.0, 2.0**63]
    bars = with_volume([1, None, 2**63], pa.uint64())
    message = "column volume, row 2: found 9223372036854775808, expected an integer of at most 63 bits"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        b3.rolling_sum(bars)
