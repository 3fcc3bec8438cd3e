"""Tests of the built wheels: that of `make setup`, and that of `make wheel` if it exists."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from functools import partial
from importlib import metadata
from pathlib import Path

import pytest
from binaries import succeeded

import b3_kernels as b3
import sample_cotahist

ROOT = Path(__file__).parents[2]
RELEASED = sorted((ROOT / "dist").glob("b3_kernels-*.whl"))
BUILT = sorted((ROOT / "build" / "wheel").glob("b3_kernels-*.whl"))
README = ROOT / "rust" / "b3-kernels-py" / "README.md"

# The Python and the packages beside the wheel: those of each Glue version, and pip's newest ones.
PLACES = {
    "Glue 5.0": ("3.11", "pyarrow==17.0.0", "pandas==2.2.2", "numpy==1.26.4"),
    "Glue 5.1": ("3.11", "pyarrow==22.0.0", "pandas==2.3.3", "numpy==2.3.4"),
    "Glue 6.0": ("3.13", "pyarrow==23.0.1", "pandas==2.3.3", "numpy==2.4.4"),
    "Python 3.12": ("3.12", "pyarrow", "pandas"),
    "Python 3.14": ("3.14", "pyarrow", "pandas"),
}
# Prints a hash of all columns of a refined year, which must be the same in every environment.
REFINED = """
import datetime as dt, decimal, hashlib
import pandas as pd, pyarrow as pa
import b3_kernels as b3

days = b3.sessions(dt.date(2024, 1, 1), dt.date(2024, 12, 31))
prices = pa.array([decimal.Decimal(1000 + day * 37 % 101) / 100 for day in range(len(days))], pa.decimal128(18, 6))
bars = pa.table({"ticker": ["PETR4"] * len(days), "trade_date": days, "open": prices, "high": prices,
                 "low": prices, "close": prices, "volume": [100] * len(days)})
refined = pa.table(b3.refine(bars))
frame = b3.moving_average(bars.to_pandas(), windows=(20,), column="volume")
assert isinstance(frame, pd.DataFrame) and frame["sma_20"].count() == len(days) - 19
print(hashlib.sha256(repr(refined.to_pydict()).encode()).hexdigest())
"""


@pytest.fixture(params=[*RELEASED, *BUILT], ids=lambda path: f"{path.parent.name}/{path.name}")
def wheel(request: pytest.FixtureRequest) -> Path:
    """Each wheel that exists; without one pytest reports a skip."""
    return Path(request.param)


@pytest.fixture(params=RELEASED, ids=lambda path: path.name)
def released(request: pytest.FixtureRequest) -> Path:
    """A wheel of `make wheel`, built for older systems than this one."""
    return Path(request.param)


def test_a_released_wheel_has_the_platform_tag_of_glue(released: Path) -> None:
    assert released.name.endswith("-cp311-abi3-manylinux_2_28_x86_64.whl")


def test_the_wheel_is_for_every_python_from_3_11_and_small(wheel: Path) -> None:
    assert "-cp311-abi3-" in wheel.name
    assert wheel.stat().st_size <= 6 * 2**20  # bytes; 4.7 million when this was written


def test_the_wheel_has_types_and_licences_and_no_build_files(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for wanted in ("b3_kernels/py.typed", "b3_kernels/_native.pyi", "b3_kernels/_native.abi3.so"):
        assert wanted in names
    package = ROOT / "rust" / "b3-kernels-py" / "python"
    sources = {str(path.relative_to(package)) for path in package.rglob("*.py")}
    assert wheel in RELEASED or sources <= set(names)  # one in dist/ may be older than the sources
    assert [name for name in names if "LICENSE" in name]
    assert not [name for name in names if re.search(r"__pycache__|/tests?/|\.rs$|Cargo", name)]


def test_pip_can_prepare_a_build_of_the_sdist_without_new_versions(tmp_path: Path) -> None:
    maturin = Path(sys.executable).with_name("maturin")
    succeeded(maturin, "sdist", "--out", tmp_path, cwd=ROOT)
    (archive,) = tmp_path.glob("*.tar.gz")
    shutil.unpack_archive(archive, tmp_path, filter="data")
    source = archive.with_name(archive.name.removesuffix(".tar.gz"))

    def versions() -> set[tuple[str, str]]:
        packages = tomllib.loads((source / "Cargo.lock").read_text())["package"]
        return {(package["name"], package["version"]) for package in packages}

    pinned = versions()
    # What pip calls first. The sdist has fewer crates than the workspace, so Cargo.lock is pruned.
    written = ("write-dist-info", "--metadata-directory", tmp_path)
    succeeded(maturin, "pep517", *written, "--interpreter", sys.executable, cwd=source)
    assert versions() < pinned


def test_the_wheel_needs_no_glibc_after_2_28(released: Path, tmp_path: Path) -> None:
    library = zipfile.ZipFile(released).extract("b3_kernels/_native.abi3.so", tmp_path)
    versions = re.findall(rb"GLIBC_(\d+)\.(\d+)", Path(library).read_bytes())
    assert versions
    assert max((int(major), int(minor)) for major, minor in versions) <= (2, 28)


def python_of(version: str) -> str | None:
    """A Python of this version on the PATH or of pyenv, whose shims may exist without a Python."""
    candidates = [
        shutil.which(f"python{version}"),
        *Path.home().glob(f".pyenv/versions/{version}.*/bin/python{version}"),
    ]
    for python in filter(None, candidates):
        if subprocess.run([python, "-c", "import venv, ssl"], capture_output=True, check=False).returncode == 0:
            return str(python)
    return None


@pytest.mark.parametrize("place", PLACES)
def test_the_wheel_installs_alone_and_gives_the_same_results_everywhere(
    wheel: Path, place: str, tmp_path: Path
) -> None:
    version, *packages = PLACES[place]
    python = python_of(version)
    if python is None:
        pytest.skip(f"no Python {version} here")
    succeeded(python, "-m", "venv", tmp_path / "venv")
    answer = partial(succeeded, tmp_path / "venv" / "bin" / "python", cwd=tmp_path)
    pip = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    answer(*pip, "--no-index", wheel)
    assert answer("-c", "import b3_kernels; print(b3_kernels.__version__)").strip() == b3.__version__
    drawing = f"matplotlib=={metadata.version('matplotlib')}"  # another version may draw other lines
    answer(*pip, "--only-binary", ":all:", *packages, drawing, f"{wheel}[plot]")
    assert answer("-c", REFINED) == succeeded(sys.executable, "-c", REFINED)
    # The README's examples run with an invented ticker and without pyspark.
    (tmp_path / "COTAHIST_A2024.ZIP").write_bytes(zipped_sample())
    printed = answer("-W", "error", "-c", "\n".join(readme_blocks("python")).replace("PETR4", "INVC11"))
    assert all(text in printed for text in readme_blocks("text"))
    assert without_ids(tmp_path / "candles.svg") == without_ids(README.parent / "candles.svg")
    assert "pyspark" not in answer("-m", "pip", "list", "--disable-pip-version-check")


def without_ids(picture: Path) -> str:
    """The SVG without matplotlib's ids of clipped areas, which differ between numpy 1 and 2."""
    return re.sub(r"\bp[0-9a-f]{10}\b", "", picture.read_text())


def test_the_readme_of_the_wheel_has_a_chart_and_three_snippets() -> None:
    assert "](candles.svg)" in README.read_text(encoding="utf-8")
    assert (len(readme_blocks("python")), len(readme_blocks("text"))) == (3, 1)
    (install,) = readme_blocks("sh")
    assert f"b3_kernels-{b3.__version__}-cp311-abi3-manylinux_2_28_x86_64.whl" in install


def readme_blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def zipped_sample() -> bytes:
    """The invented year as B3 sends one: a ZIP with the TXT in it."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("COTAHIST_A2024.TXT", sample_cotahist.sample(2024))
    return archive.getvalue()
