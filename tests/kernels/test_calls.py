"""The wheel in a process: threads, forks, import, help, stubs, memory."""

from __future__ import annotations

import datetime as dt
import doctest
import importlib
import inspect
import multiprocessing
import re
import sys
import threading
import time
from pathlib import Path

import pyarrow as pa
import pytest
from binaries import succeeded

import b3_kernels as b3

PACKAGE = Path(b3.__file__).parent
# test_lake.py runs the examples of `lake`.
MODULES = sorted({path.stem for path in PACKAGE.glob("*.py")} - {"__init__", "lake"})


def many_bars(rows: int) -> pa.Table:
    days = b3.sessions(dt.date(2000, 1, 3), dt.date(2019, 12, 30))
    tickers = rows // len(days)
    return pa.table(
        {
            "ticker": [f"AAA{ticker:03}" for ticker in range(tickers) for _ in days],
            "trade_date": pa.array(days * tickers, pa.date32()),
            "close": pa.array([float(place % 977 + 1) for place in range(tickers * len(days))]),
        }
    )


def turns_beside_a_kernel(bars: pa.Table) -> int:
    """How often this thread runs while another one is in a kernel."""
    done = threading.Event()
    seen = 0

    def work() -> None:
        b3.moving_average(bars, windows=tuple(range(2, 60)), kind="wma")
        done.set()

    thread = threading.Thread(target=work)
    thread.start()
    while not done.is_set():
        seen += 1
        time.sleep(0.001)
    thread.join()
    return seen


def test_a_kernel_releases_the_gil_while_it_computes() -> None:
    bars = many_bars(600_000)
    # On a busy machine one attempt may have few turns; with the GIL held none has many.
    assert any(turns_beside_a_kernel(bars) > 20 for _ in range(10)), "this thread ran only when the kernel was done"


def averaged_rows(bars: pa.Table) -> int:
    return int(b3.moving_average(bars).num_rows)


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_kernels_work_in_a_forked_process() -> None:
    bars = many_bars(10_000)
    b3.moving_average(bars)
    with multiprocessing.get_context("fork").Pool(2) as pool:
        assert pool.map(averaged_rows, [bars, bars]) == [bars.num_rows] * 2


def test_import_without_docstrings_succeeds() -> None:
    succeeded(sys.executable, "-I", "-OO", "-c", "import b3_kernels")


def test_import_loads_nothing_outside_the_standard_library() -> None:
    code = """
import sys
before = set(sys.modules)
import b3_kernels
packages = {name.partition(".")[0] for name in set(sys.modules) - before}
print(sorted(packages - sys.stdlib_module_names - {"b3_kernels"}))
"""
    assert succeeded(sys.executable, "-I", "-c", code) == "[]\n"


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_of_the_docstrings_run(module: str) -> None:
    results = doctest.testmod(importlib.import_module(f"b3_kernels.{module}"))
    assert results.failed == 0


@pytest.mark.parametrize("name", sorted(set(b3.__all__) - {"__version__", "FIRST_DATE", "LAST_DATE", "SchemaError"}))
def test_help_of_each_function_has_an_example_the_rule_of_nulls_and_named_parameters(name: str) -> None:
    subject = getattr(b3, name)
    text = inspect.getdoc(subject) or ""
    assert "Examples:" in text, f"help(b3.{name}) shows no example"
    parameters = inspect.signature(subject).parameters
    if "bars" in parameters:
        rules = re.sub(r"Args:.*(?=Returns:)|Raises:.*", "", text, flags=re.DOTALL)  # without arguments and errors
        assert re.search(r"\bnulls?\b", rules, re.IGNORECASE), f"help(b3.{name}) does not say what is null"
    for parameter in parameters.values():
        assert parameter.kind in {parameter.KEYWORD_ONLY, parameter.POSITIONAL_OR_KEYWORD}


def test_the_stubs_agree_with_the_compiled_module() -> None:
    importlib.import_module("b3_kernels._native")  # else stubtest has nothing to compare and succeeds
    succeeded(sys.executable, "-m", "mypy.stubtest", "b3_kernels._native", "--ignore-missing-stub")


def test_repr_of_a_refiner_shows_its_options() -> None:
    shown = repr(b3.Refiner(windows=(5,), on_invalid="keep"))
    assert shown == (
        "Refiner(every='1d', windows=(5,), rename=True, on_invalid='keep', adjust='splits', unknown_actions='null')"
    )


def test_streaming_memory_does_not_grow_with_the_rows() -> None:
    def peak(rounds: int) -> int:
        return int(succeeded(sys.executable, "-c", STREAM, str(rounds)))

    assert peak(200) < 1.1 * peak(20)


STREAM = """
import datetime as dt, pathlib, sys
import b3_kernels as b3, pyarrow as pa
days = b3.sessions(dt.date(1990, 1, 2), dt.date(2024, 12, 30))[:5000]
price = pa.array([10.0] * 5000)
refiner = b3.Refiner()
for ticker in range(int(sys.argv[1])):
    refiner.push(pa.record_batch({
        "ticker": pa.array([f"A{ticker:06}"] * 5000), "trade_date": pa.array(days), "open": price, "high": price,
        "low": price, "close": price, "volume": pa.array([100] * 5000)}))
# In kB; `ru_maxrss` begins at the parent's peak.
print(pathlib.Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
"""
