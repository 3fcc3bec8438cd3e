"""The wheel as it is handed out: only where `make wheel` has made one."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

WHEELS = sorted((Path(__file__).parents[2] / "dist").glob("b3_kernels-*.whl"))
pytestmark = pytest.mark.skipif(not WHEELS, reason="no wheel in dist/: `make wheel` makes one")


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
