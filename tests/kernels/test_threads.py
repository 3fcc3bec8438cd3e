"""A call on several threads gives the same bits, errors and warnings as on one."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import b3_kernels as b3

THREADS = (1, 2, 3, 7)
# At most one thread per 131,072 rows for a moving average (`MIN_COLUMN_ROWS_PER_THREAD` of
# threads.rs); for `refine`, `adjust` and `aggregate_ohlcv`, per 16,384 (`MIN_BARS_PER_THREAD`).
LEAST_ROWS = 131_072
FIRST_MINUTE = np.datetime64("1990-01-02T10:00", "us")


@pytest.fixture
def on_threads(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    return lambda threads: monkeypatch.setenv("B3_KERNELS_THREADS", str(threads))


def bars(lengths: list[int], seed: int = 7) -> pa.Table:
    """Series of these lengths, sorted by ticker: a bar each minute, decimal closes, some null."""
    random = np.random.default_rng(seed)
    rows = sum(lengths)
    cents = random.integers(100, 100_000, rows)
    missing = random.random(rows) < 0.001
    time = np.concatenate([FIRST_MINUTE + np.arange(length) * np.timedelta64(1, "m") for length in lengths])
    names = np.repeat([f"T{place:03}" for place in range(len(lengths))], lengths)
    return pa.table(
        {
            "ticker": pa.array(names.tolist(), pa.string()),
            "trade_date": pa.array(time, pa.timestamp("us")),
            "close": pa.array(cents / 100, mask=missing).cast(pa.decimal128(18, 6)),
            "points": np.where(random.random(rows) < 0.001, np.nan, cents / 7.0),
            "volume": random.integers(1, 10_000, rows),
            # Changes within a series: no window crosses it, and "two keys" has one series more.
            "currency": pa.array(["R$"] * (rows - rows // 99) + ["CR$"] * (rows // 99)),
        }
    )


# Each of these three has rows for 7 threads: more than 7 * LEAST_ROWS.
EVEN = [29_989] * 31
UNEVEN = [1, 2, 29_989, 3, 69_997, 140_009, 5, 110_017, 250_007, 1, 1, 180_001, 70_001, 90_001]
GIANT = [19_997, 40_009, 830_003, 30_011, 7]
T020_BACKWARDS = bars(EVEN)[20 * EVEN[0] : 21 * EVEN[0]][::-1]
SHUFFLED = np.random.default_rng(3).permutation(sum(UNEVEN))
CUT = "series across the cuts between parts"
LAYOUTS: dict[str, Callable[[], pa.Table]] = {
    "series of one length": lambda: bars(EVEN),
    CUT: lambda: bars(UNEVEN),
    "one giant series among small ones": lambda: bars(GIANT),
    "one series": lambda: bars([930_001]),
    "rows in any order": lambda: bars(UNEVEN).take(SHUFFLED),
    "one series from its end": lambda: pa.concat_tables([bars(EVEN)[: 20 * EVEN[0]], T020_BACKWARDS]),
    "a series in two places": lambda: pa.concat_tables([bars(UNEVEN)[29_900:], bars(UNEVEN)[:29_900]]),  # cut in T002
    "rows by time, then ticker": lambda: bars(EVEN).sort_by([("trade_date", "ascending"), ("ticker", "ascending")]),
    "many batches": lambda: pa.Table.from_batches(bars(UNEVEN).to_batches(max_chunksize=29_983)),
}
SPLITS = pa.table(
    {
        "ticker": ["T002", "T008", "T013"],
        "ex_date": [dt.date(1990, 1, 5), dt.date(1990, 1, 20), dt.date(1990, 1, 4)],
        "kind": ["split"] * 3,
        "amount": pa.nulls(3, pa.decimal128(18, 8)),
        "numerator": [2, 3, 10],
        "denominator": [1, 1, 1],
    }
)
KERNELS: dict[str, Callable[[pa.Table], Any]] = {
    "sma of decimals": lambda table: b3.moving_average(table, windows=(5, 20)),
    "sma across splits": lambda table: b3.moving_average(table, windows=(5, 20), actions=SPLITS),
    "wma of doubles": lambda table: b3.wma(table, column="points"),
    "several columns": lambda table: b3.moving_average(table, windows=3, column=["close", "points"]),
    "ema": lambda table: b3.ema(table, column="points"),
    "rsi": b3.rsi,
    "macd": lambda table: b3.macd(table, actions=SPLITS),
    "obv": b3.obv,
    "bollinger_bands": b3.bollinger_bands,
    "simple_return": b3.simple_return,
    "no keys": lambda table: b3.rsi(table, by=None, on_duplicate="keep"),
    "two keys": lambda table: b3.rsi(table, by=["ticker", "currency"]),
}


def bits(answer: pa.Table, table: pa.Table | None = None) -> list[tuple[str, bytes, Any]]:
    """The names, nulls and bits of all columns that `table` lacks, whatever their chunks."""
    found = []
    for name, column in zip(answer.column_names, answer.columns, strict=True):
        if table and name in table.column_names:
            continue
        valid = np.asarray(column.is_valid()).tobytes()
        if pa.types.is_floating(column.type):
            values: Any = np.asarray(column.fill_null(0.0)).tobytes()
        else:
            values = column.combine_chunks()
        found.append((name, valid, values))
    return found


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_number_of_threads_gives_the_same_bits(layout: str, on_threads: Callable[[int], None]) -> None:
    table = LAYOUTS[layout]()
    for name in KERNELS if layout == CUT else list(KERNELS)[:3]:  # three are enough on the others
        on_threads(1)
        alone = bits(KERNELS[name](table), table)
        for threads in THREADS[1:]:
            on_threads(threads)
            assert bits(KERNELS[name](table), table) == alone, (name, threads)


def whole_bars(table: pa.Table) -> pa.Table:
    """A table of `bars` as raw bars of a minute, with the close as every price."""
    table = table.drop_columns(["points"])
    prices = dict.fromkeys(("open", "high", "low"), table["close"])
    minutes = {"trade_date": table["trade_date"].cast(pa.date32()), "bar_start": table["trade_date"]}
    columns = dict(zip(table.column_names, table.columns, strict=True))
    return pa.table(columns | prices | minutes)


OF_WHOLE_BARS: dict[str, Callable[[pa.Table], pa.Table]] = {
    "refine": lambda table: b3.refine(table, actions=SPLITS),
    "aggregate_ohlcv": lambda table: b3.aggregate_ohlcv(table, every="1d"),
    "aggregate_ohlcv across splits": lambda table: b3.aggregate_ohlcv(table, every="1w", actions=SPLITS),
    "date_differences": lambda table: b3.date_differences(table, time="bar_start"),
    "adjust": lambda table: b3.adjust(table, SPLITS, time="bar_start"),
    "adjust to an earlier date": lambda table: b3.adjust(table, SPLITS, time="bar_start", as_of=dt.date(1990, 1, 4)),
}


@pytest.mark.parametrize("layout", [CUT, "a series in two places", "many batches"])
def test_every_number_of_threads_gives_the_same_bars(layout: str, on_threads: Callable[[int], None]) -> None:
    table = whole_bars(LAYOUTS[layout]())
    for name, compute in OF_WHOLE_BARS.items():
        on_threads(1)
        alone = bits(compute(table))
        for threads in THREADS[1:] if name == "refine" else (3,):  # one number saves time
            on_threads(threads)
            answer = compute(table)
            assert bits(answer) == alone, (name, threads)
            if layout == CUT:  # each part is a chunk of the result
                assert max(column.num_chunks for column in answer.columns) == threads, name


def test_adjust_converts_to_the_last_date_of_all_parts(on_threads: Callable[[int], None]) -> None:
    table = bars([9, 9, 20_011, 40_009])
    # T002 splits after its last bar; T003 alone, which is in the other part, has later bars.
    split = SPLITS.slice(0, 1).set_column(1, "ex_date", [[dt.date(1990, 1, 20)]])
    on_threads(1)
    alone = bits(b3.adjust(table, split))
    assert alone != bits(table)
    on_threads(2)
    assert bits(b3.adjust(table, split)) == alone


@pytest.mark.parametrize(
    ("lengths", "threads", "parts"),
    [
        (EVEN, 1, 1),
        (EVEN, 2, 2),
        (EVEN, 7, 7),
        (EVEN, 1_000, sum(EVEN) // LEAST_ROWS),
        (GIANT, 7, 3),  # cut only before and after the giant
        ([930_001], 7, 1),
        ([9_973] * 26, 7, 1),  # fewer rows than 2 * LEAST_ROWS
        ([9_973] * 27, 7, 2),  # more
    ],
)
def test_each_thread_gets_whole_series_and_the_rows_limit_the_threads(
    lengths: list[int], threads: int, parts: int, on_threads: Callable[[int], None]
) -> None:
    on_threads(threads)
    answer = b3.moving_average(bars(lengths), windows=20)["sma_20"]  # each part's answer is a chunk
    assert answer.num_chunks == parts
    assert len(answer) == sum(lengths)


def with_value(table: pa.Table, column: str, row: int, value: Any) -> pa.Table:
    index = table.column_names.index(column)
    field = table.schema.field(column)
    chunks = [*table[column][:row].chunks, pa.array([value], field.type), *table[column][row + 1 :].chunks]
    return table.set_column(index, field, pa.chunked_array(chunks, field.type).combine_chunks())


def wide(table: pa.Table, row: int) -> pa.Table:
    """The table with a close that does not fit 64 bits."""
    table = table.set_column(2, "close", table["close"].cast(pa.decimal128(30, 6)))
    return with_value(table, "close", row, 10**22)


MISTAKES: dict[str, tuple[Callable[[pa.Table], pa.Table], str]] = {
    "in the last part": (lambda table: wide(table, 900_001), r"column close, row 900001: found 1\d+\.0+, expected"),
    "in two parts": (lambda table: wide(wide(table, 899_999), 450_001), "column close, row 450001: found"),
    "a null key behind another mistake": (
        lambda table: with_value(wide(table, 100), "ticker", 900_007, None),
        "column ticker, row 900007: found null, expected text",
    ),
    "a duplicate behind another mistake": (
        lambda table: with_value(wide(table, 100), "trade_date", 899_701, table["trade_date"][899_700].as_py()),
        r"row 899701 \(T030 1990-01-02.*: duplicate key, expected one bar",
    ),
    "a missing column": (lambda table: table.drop_columns(["close"]), "column close: not found"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_every_number_of_threads_gives_the_same_error(mistake: str, on_threads: Callable[[int], None]) -> None:
    spoil, message = MISTAKES[mistake]
    table, found = spoil(bars(EVEN)), set()
    for threads in THREADS:
        on_threads(threads)
        with pytest.raises(ValueError, match=message) as error:
            b3.moving_average(table)
        found.add((type(error.value), str(error.value)))
    assert len(found) == 1


def weekly(filled: set[int]) -> pa.Table:
    """Weekly bars for 7 threads, too sparse for windows of days; series in `filled` are daily."""
    days = np.array(b3.sessions(dt.date(1986, 1, 2), dt.date(2099, 12, 30)), "datetime64[D]")
    series = [days[:5_003] if place in filled else days[::5][:5_003] for place in range(187)]
    names = np.repeat([f"T{place:03}" for place in range(187)], 5_003)
    dates = pa.array(np.concatenate(series), pa.date32())
    return pa.table({"ticker": names.tolist(), "trade_date": dates, "close": np.arange(187.0 * 5_003)})


@pytest.mark.parametrize("filled", [set(), {0}, {186}])
def test_the_warning_of_null_columns_comes_only_if_all_parts_are_null(
    filled: set[int], on_threads: Callable[[int], None]
) -> None:
    table = weekly(filled)
    for threads in THREADS:
        on_threads(threads)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            b3.moving_average(table, windows=(5, 6_000))  # no series has 6,000 bars: no warning
        assert [str(one.message).partition(":")[0] for one in caught] == ([] if filled else ["sma_5"])


@pytest.mark.parametrize("value", ["0", "-1", "two", "1.5", "1025", "٣", "1e3", pytest.param("9" * 4_301, id="long")])
def test_an_invalid_number_of_threads_is_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("B3_KERNELS_THREADS", value)
    expected = "a number of threads from 1 to 1024, or nothing for the default"
    message = f'^B3_KERNELS_THREADS: found "{value[:60]}", expected {expected}$'
    with pytest.raises(ValueError, match=message):
        b3.rsi(bars([10]))
    table = whole_bars(bars([10]))
    for compute in OF_WHOLE_BARS.values():
        with pytest.raises(ValueError, match=message):
            compute(table)


PRINT_THREADS = "import b3_kernels._threads as own; {}; print(own.threads(), flush=True)"


def printed_threads(code: str, **environment: str) -> list[str]:
    """The numbers of threads that a new process prints; None is one for each processor."""
    environment = {name: value for name, value in os.environ.items() if name != "B3_KERNELS_THREADS"} | environment
    command = [sys.executable, "-c", PRINT_THREADS.format(code)]
    return subprocess.check_output(command, env=environment, text=True).split()


def test_the_number_of_threads_is_all_cores_unless_the_environment_sets_it() -> None:
    assert printed_threads("pass") == ["None"]
    assert printed_threads("pass", B3_KERNELS_THREADS=" ") == ["None"]
    assert printed_threads("pass", B3_KERNELS_THREADS="3") == ["3"]


def test_a_process_with_one_processor_uses_one_thread() -> None:
    code = """
import os; os.environ.pop("B3_KERNELS_THREADS", None); os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
import sys; sys.path.insert(0, sys.argv[1])
import b3_kernels as b3, test_threads
print(b3.rsi(test_threads.bars(test_threads.EVEN))["rsi_14"].num_chunks)
"""
    here = str(Path(__file__).parent)
    assert subprocess.check_output([sys.executable, "-c", code, here], text=True).split() == ["1"]


def test_a_forked_process_uses_one_thread_unless_the_environment_sets_more() -> None:
    fork = "import os; child = os.fork(); child and os.waitpid(child, 0)"
    assert printed_threads(fork) == ["1", "None"]  # the child, then the parent
    assert printed_threads(fork, B3_KERNELS_THREADS="2") == ["2", "2"]
