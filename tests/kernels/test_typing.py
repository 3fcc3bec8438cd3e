"""mypy's results on code that uses the wheel; types, options and docstrings agree."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
import typing
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import b3_kernels as b3
from b3_kernels import _indicator, _native, _options
from b3_kernels import typing as b3_typing
from b3_kernels._cotahist import Field

USE = """
from typing import assert_type

import duckdb
import polars as pl

import b3_kernels as b3
from b3_kernels import plot
from b3_kernels.typing import BarsT, Windows

bars = pl.read_parquet("bars.parquet")
averages = b3.moving_average(bars, windows=(20, 50), kind="ema", every="1w", max_span=None)
assert_type(averages, pl.DataFrame)
assert_type(b3.rsi(bars.lazy(), windows=14, column=["open", "close"], suffix="_x"), pl.LazyFrame)
assert_type(b3.adx(b3.aggregate_ohlcv(bars, every="1mo"), by=None, columns={"close": "Close"}), pl.DataFrame)
assert_type(b3.refine(bars, on_invalid="keep"), pl.DataFrame)
assert_type(b3.from_wide(bars), pl.DataFrame)
assert_type(b3.is_session("2024-02-13"), bool)
relation = b3.simple_return(duckdb.connect().table("bars"), actions=bars, by=["source", "ticker"])
plot.candles(bars, 20, panels=["rsi", "macd"], every="1w", log=True, start="2024-01-02")


def trend(bars: BarsT, windows: Windows = 20) -> BarsT:
    return b3.ema(b3.drawdown(bars), windows=windows, seed="first")


assert_type(trend(averages).filter(pl.col("ema_20") > 0), pl.DataFrame)
"""
# A word that mypy's error must contain, and the wrong call.
WRONG = {
    "kind": 'b3.moving_average(bars, kind="simple")',
    "every": 'b3.rsi(bars, every="2w")',
    "seed": 'b3.ema(bars, seed="last")',
    "on_duplicate": 'b3.atr(bars, on_duplicate="drop")',
    "max_spam": "b3.cci(bars, max_spam=3)",
    "adx": "b3.adx(3)",
    "market": "b3.beta(bars)",
    "candles": 'plot.candles(bars, every="2w")',
    "on_invalid": 'b3.Refiner(on_invalid="drop")',
}


def checked(code: str, folder: Path) -> str:
    """mypy's output on the code, in a folder of its own, without the project's settings."""
    file = folder / "use.py"
    file.write_text(code, encoding="utf-8")
    (folder / "mypy.ini").write_text("[mypy]\nstrict = True\n", encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--config-file", "mypy.ini", "use.py"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout


def test_mypy_accepts_correct_calls_and_finds_wrong_ones(tmp_path: Path) -> None:
    assert checked(USE, tmp_path).startswith("Success"), checked(USE, tmp_path)
    lines = USE.count("\n")
    found = checked(USE + "".join(f"{code}\n" for code in WRONG.values()), tmp_path)
    for place, (name, code) in enumerate(WRONG.items(), start=lines + 1):
        errors = [line for line in found.splitlines() if line.startswith(f"use.py:{place}: error:")]
        assert len(errors) == 1, (code, found)
        assert name in errors[0], (name, errors)


SERIES = {"by": "ticker", "time": "trade_date", "on_duplicate": "raise", "every": "1d", "actions": None, "threads": 1}
REFINER = _options.refine("1d", 5, True, "accept", "splits", "null") | {"actions": None}
ema = partial(_native.indicator, pa.table({}), kernel="ema", columns=[], windows=[], max_span=None)
read = partial(_native.read_cotahist, "", markets=[10], tickers=None, allow_incomplete=False)
# An option's type, and a call of the compiled module with a word of the option.
WORDS: dict[str, tuple[Any, Callable[[str], Any]]] = {
    "every": (b3_typing.Every, lambda word: _native.period(b3.FIRST_DATE, word)),
    "on_duplicate": (b3_typing.OnDuplicate, lambda word: ema(unit=None, series=SERIES | {"on_duplicate": word})),
    "unit": (b3_typing.Unit, lambda word: ema(unit=word, series=SERIES)),
    "seed": (b3_typing.Seed, lambda word: ema(unit=None, series=SERIES, seed=word)),
    "on_invalid": (_options.OnInvalid, lambda word: _native.Refiner(REFINER | {"on_invalid": word})),
    "adjust": (_options.Adjust, lambda word: _native.Refiner(REFINER | {"adjust": word})),
    "unknown_actions": (_options.UnknownActions, lambda word: _native.Refiner(REFINER | {"unknown_actions": word})),
    "fields": (Field, lambda word: read(fields=[word])),
}


@pytest.mark.parametrize("option", WORDS)
def test_a_literal_type_has_the_words_that_the_compiled_module_accepts(option: str) -> None:
    words, call = WORDS[option]
    with pytest.raises(ValueError, match=f'^{option}: found "other", expected ') as refused:
        call("other")
    assert tuple(re.split(", | or ", str(refused.value).partition("expected ")[2])) == typing.get_args(words)


def test_each_word_of_every_has_its_unit_of_span() -> None:
    assert tuple(_indicator.SPAN_UNITS) == typing.get_args(b3_typing.Every)


# The functions that the decorator `over_series` gives the shared keywords.
OVER_SERIES = [name for name in b3.__all__ if callable(getattr(b3, name)) and hasattr(getattr(b3, name), "__wrapped__")]


@pytest.mark.parametrize("name", OVER_SERIES)
def test_help_and_signature_have_every_keyword(name: str) -> None:
    function = getattr(b3, name)
    of_column = "ColumnOptions" in str(inspect.signature(function.__wrapped__))
    shared = b3_typing.ColumnOptions if of_column else b3_typing.SeriesOptions
    keywords = set(typing.get_type_hints(shared))
    assert keywords <= set(inspect.signature(function).parameters)
    words = inspect.getdoc(function) or ""
    missing = [keyword for keyword in inspect.signature(function).parameters if f"    {keyword}: " not in words]
    assert not missing
    sections = ("Args", "Returns", "Raises", "Examples")
    assert [words.count(f"{section}:\n") for section in sections] == [1] * len(sections)


def test_at_least_26_functions_share_the_keywords() -> None:
    assert len(OVER_SERIES) >= 26  # an empty list would pass the test above
