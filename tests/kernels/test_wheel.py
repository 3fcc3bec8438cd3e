"""The wheel as it is handed out: only where `make wheel` has made one."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import b3_kernels as b3

WHEELS = sorted((Path(__file__).parents[2] / "dist").glob("b3_kernels-*.whl"))
pytestmark = pytest.mark.skipif(not WHEELS, reason="no wheel in dist/: `make wheel` makes one")

GLUE = {
    "5.0": ("python3.11", "pyarrow==17.0.0", "pandas==2.2.2", "numpy==1.26.4"),
    "5.1": ("python3.11", "pyarrow==22.0.0", "pandas==2.3.3", "numpy==2.3.4"),
    "6.0": ("python3.13", "pyarrow==23.0.1", "pandas==2.3.3", "numpy==2.4.4"),
}
# What each Glue must answer alike: every column of a refined year, from that Glue's own pyarrow and pandas.
REFINED = """
import datetime as dt, decimal, hashlib
import pandas as pd, pyarrow as pa
import b3_kernels as b3

days = b3.sessions(dt.date(2024, 1, 1), dt.date(2024, 12, 31))
cents = pa.array([decimal.Decimal(1000 + day * 37 % 101) / 100 for day in range(len(days))], pa.decimal128(18, 6))
bars = pa.table({"ticker": ["PETR4"] * len(days), "trade_date": days, "open": cents, "high": cents, "low": cents,
                 "close": cents, "volume": [100] * len(days)})
refined = pa.table(b3.refine(bars))
frame = b3.moving_average(bars.to_pandas(), windows=(20,), column="volume")
assert isinstance(frame, pd.DataFrame) and frame["sma_20"].count() == len(days) - 19
print(hashlib.sha256(repr(refined.to_pydict()).encode()).hexdigest())
"""


@pytest.fixture(params=WHEELS, ids=lambda path: path.name)
def wheel(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def test_the_wheel_installs_on_glue_and_is_small(wheel: Path) -> None:
    assert wheel.name.endswith("-cp311-abi3-manylinux_2_28_x86_64.whl")
    assert wheel.stat().st_size <= 6 * 2**20


def test_the_wheel_holds_types_and_licences_and_nothing_of_the_build(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for wanted in ("b3_kernels/py.typed", "b3_kernels/_native.pyi", "b3_kernels/_native.abi3.so"):
        assert wanted in names
    assert [name for name in names if "LICENSE" in name]
    assert not [name for name in names if re.search(r"__pycache__|/tests?/|\.rs$|Cargo", name)]


def test_no_symbol_is_newer_than_the_oldest_glibc(wheel: Path, tmp_path: Path) -> None:
    library = zipfile.ZipFile(wheel).extract("b3_kernels/_native.abi3.so", tmp_path)
    versions = re.findall(rb"GLIBC_(\d+)\.(\d+)", Path(library).read_bytes())
    assert versions
    assert max((int(major), int(minor)) for major, minor in versions) <= (2, 28)


def test_the_wheel_imports_alone_and_fast(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    code = (
        f"import sys, time; sys.path[:0] = [{str(tmp_path)!r}]; start = time.process_time(); import b3_kernels; "
        "print(time.process_time() - start); "
        "assert not {'numpy', 'pyarrow', 'pandas', 'polars'} & set(sys.modules)"
    )
    runs = [subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, check=True) for _ in range(7)]
    assert min(float(run.stdout) for run in runs) < 0.05


@pytest.mark.parametrize("version", GLUE)
def test_the_wheel_installs_offline_and_answers_alike_on_every_glue(wheel: Path, version: str, tmp_path: Path) -> None:
    python, *pins = GLUE[version]
    if subprocess.run([shutil.which(python) or "false", "--version"], capture_output=True, check=False).returncode:
        pytest.skip(f"no {python} here")
    subprocess.run([python, "-m", "venv", tmp_path], check=True)
    pip = [tmp_path / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--no-index", wheel], check=True)
    alone = subprocess.run(
        [tmp_path / "bin" / "python", "-c", "import b3_kernels; print(b3_kernels.__version__)"],
        capture_output=True, check=True, text=True,
    )  # fmt: skip
    assert alone.stdout.strip() == b3.__version__
    subprocess.run([*pip, "--only-binary", ":all:", *pins], check=True)
    there = subprocess.run([tmp_path / "bin" / "python", "-c", REFINED], capture_output=True, check=True, text=True)
    here = subprocess.run([sys.executable, "-c", REFINED], capture_output=True, check=True, text=True)
    assert there.stdout == here.stdout
