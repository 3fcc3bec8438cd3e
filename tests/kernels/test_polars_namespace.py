"""The methods of the Polars namespace `b3` give the same results as the functions."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from caller_bars import BARS, DAYS
from corporate_actions import Split, share_actions
from polars.testing import assert_frame_equal

import b3_kernels as b3
import b3_kernels.polars as namespace

WINDOWED = ["moving_average", "wma", "ema", "rsi", "atr", "bollinger_bands", "rolling_sum", "rolling_std"]
PLAIN = ["simple_return", "log_return", "date_differences", "true_range", "obv", "macd", "refine", "aggregate_ohlcv"]


@pytest.mark.parametrize("name", WINDOWED)
def test_namespace_methods_take_windows_by_position(name: str) -> None:
    frame: Any = pl.DataFrame(BARS)
    expected = getattr(b3, name)(frame, windows=(2, 3))
    assert_frame_equal(getattr(frame.b3, name)(2, 3), expected)
    assert_frame_equal(getattr(frame.b3, name)([2, 3]), expected)
    assert_frame_equal(getattr(frame.b3, name)(windows=(2, 3)), expected)
    assert_frame_equal(getattr(frame.lazy().b3, name)(2, 3).collect(), expected)


@pytest.mark.parametrize("name", PLAIN)
def test_namespace_methods_without_windows_equal_the_functions(name: str) -> None:
    frame: Any = pl.DataFrame(BARS)
    assert_frame_equal(getattr(frame.b3, name)(), getattr(b3, name)(frame))


def test_an_argument_by_position_is_the_functions() -> None:
    frame: Any = pl.DataFrame(BARS)
    split = share_actions([Split(DAYS[2], 2, 1)])
    assert_frame_equal(frame.b3.adjust(split), b3.adjust(frame, split))
    with pytest.raises(TypeError, match=r"^macd\(\) takes 1 positional argument but 4 were given$"):
        frame.b3.macd(12, 26, 9)


def test_namespace_methods_have_the_names_and_docstrings_of_functions() -> None:
    methods = {name for name in vars(namespace.Bars) if not name.startswith("_")}
    assert set(WINDOWED) | set(PLAIN) <= methods
    assert methods <= set(b3.__all__)
    assert all(getattr(namespace.Bars, name).__doc__ == getattr(b3, name).__doc__ for name in methods)
