"""A value of another type is refused by the wheel's own sentence, which names the option."""

from __future__ import annotations

import contextlib
import datetime as dt
import inspect
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from lakes import event
from market_days import SESSIONS, raw_bar, table

import b3_kernels as b3
from b3_kernels import lake, plot
from b3_kernels.partition_files import PartitionFiles, encode_parquet

BARS = table([raw_bar(day, "PETR4", Decimal(10 + place)) for place, day in enumerate(SESSIONS[:4])])
ACTIONS = pa.Table.from_pylist([event("PETR4", SESSIONS[1], "split", 2, 1)])
SCHEMA, ROWS = pa.schema([("close", pa.float64())]), pa.record_batch({"ticker": ["PETR4"], "close": [1.0]})
FILES = PartitionFiles(SCHEMA, keys="ticker", file="a.parquet")
FIGURE = plot.candles(BARS, averages=())
# A valid call of each function, with the arguments that it requires.
CALLS: list[tuple[Callable[..., Any], dict[str, Any]]] = [
    (b3.add_sessions, {"date": SESSIONS[0], "n": 1}),
    (b3.adjust, {"bars": BARS, "actions": ACTIONS}),
    (b3.beta, {"bars": BARS, "market": "open"}),
    (b3.correl, {"bars": BARS, "other": "open"}),
    (b3.count_sessions, {"after": SESSIONS[0], "until": SESSIONS[1]}),
    (b3.from_wide, {"frame": pl.DataFrame({"Date": SESSIONS[:2], "PETR4": [1.0, 2.0]})}),
    (b3.is_session, {"date": SESSIONS[0]}),
    (b3.last_closed_session, {"now": dt.datetime(2024, 11, 8, tzinfo=dt.UTC)}),
    (b3.period, {"date": SESSIONS[0], "every": "1w"}),
    (b3.read_actions, {"lake": "nowhere"}),
    (b3.read_cotahist, {"path": "nowhere"}),
    (b3.read_quotes, {"lake": "nowhere"}),
    (b3.Refiner, {}),
    (b3.Refiner().push, {"batch": BARS}),
    (b3.rename_columns, {"data": BARS, "mapping": {"close": "price"}}),
    (b3.resolve_actions, {"actions": ACTIONS}),
    (b3.sessions, {"start": SESSIONS[0], "end": SESSIONS[1]}),
    (encode_parquet, {"rows": ROWS}),
    (FILES.encode, {"rows": ROWS}),
    (FILES.write, {"rows": ROWS, "root": "nowhere"}),
    (lake.open_catalog, {"refined": "nowhere"}),
    (PartitionFiles, {"schema": SCHEMA, "keys": ["ticker"], "file": "a.parquet"}),
    (plot.candles, {"bars": BARS, "averages": ()}),
    (plot.still, {"figure": FIGURE}),
    (plot.write_page, {"path": "nowhere", "figures": [FIGURE], "library": "cdn"}),
]
LISTED = [function for function, _ in CALLS]
OVER_BARS = [getattr(b3, name) for name in b3.__all__ if name not in {"Refiner", "SchemaError"}]
CALLS += [(function, {"bars": BARS}) for function in OVER_BARS if callable(function) and function not in LISTED]
WRONG = (
    None, 2.5, True, b"x", [None], {1: 2}, object(), np.array([1.0, 2.0]), np.array(2.0), np.array("x"), pd.NaT,
    pd.Series([1, 2]), pl.Series([1]), pa.scalar("x"), Decimal(1), BARS,
)  # fmt: skip


def refusal(function: Callable[..., Any], arguments: dict[str, Any]) -> str:
    """`module: message` of a call's error; empty if only the named file is not there."""
    try:
        with contextlib.suppress(OSError):
            function(**arguments)
    except Exception as error:  # noqa: BLE001 - of any type
        return f"{type(error).__module__}: {error}"
    return ""


@pytest.mark.filterwarnings("ignore:.*null throughout")
@pytest.mark.parametrize(("function", "arguments"), CALLS, ids=[function.__qualname__ for function, _ in CALLS])
def test_a_value_of_another_type_is_accepted_or_refused_by_the_options_name(
    function: Callable[..., Any], arguments: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for option in inspect.signature(function).parameters:
        messages = [refusal(function, arguments | {option: wrong}) for wrong in WRONG]
        form = rf"(builtins|b3_kernels): ({option}|column .+): (found|not found,) .*expected .+"
        assert [message for message in messages if message and not re.fullmatch(form, message)] == []
